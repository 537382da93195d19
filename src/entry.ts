// The package's entry, "sedge": boots the core, makes every op a method, and names everything public.
import "./boot.ts";
import "./methods.ts";

export * from "./index.ts";
