// Boots the core from bytes inlined in the JavaScript: for every runtime that compiles WebAssembly from bytes.
import { compressed } from "../build/core-bytes.js";
import { unpack } from "./lzma.ts";
import { boot } from "./wasm.ts";

boot(() => {
  const text = atob(compressed);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return unpack(bytes);
});
