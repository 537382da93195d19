// The package's entry, "sedge": boots the core, makes every op a method, and names everything public.
import "./boot.ts";
import "./methods.ts"; // for its types, which the import below alone would not bring to the declarations
import { installMethods } from "./methods.ts";

installMethods();

export * from "./index.ts";
