// Boots the core from bytes inlined in the JavaScript: for every runtime that compiles WebAssembly from bytes.
import { inflateSync } from "fflate";
import { deflated, size } from "../build/core-bytes.js";
import { boot } from "./wasm.ts";

boot(() => {
  const text = atob(deflated);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return inflateSync(bytes, { out: new Uint8Array(size) });
});
