// Boots the core from bytes inlined in the JavaScript: for every runtime that compiles WebAssembly from bytes.
import { inlined } from "./inlined.ts";
import { start } from "./wasm.ts";

start(inlined);
