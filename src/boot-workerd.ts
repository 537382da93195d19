// Boots the core in Cloudflare's runtime, which compiles nothing from bytes: the bundler or the configuration hands
// core.wasm over as a compiled module. Instantiated at once: waiting at the top level for it is refused there.
import core from "../build/core.wasm";
import { start } from "./wasm.ts";

start(core);
