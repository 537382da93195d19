// Boots the core from bytes inlined in the JavaScript: for every runtime that compiles WebAssembly from bytes.
import core from "../build/core-bytes.js";
import { boot } from "./wasm.ts";

boot(() => Uint8Array.from(atob(core), (c) => c.charCodeAt(0)));
