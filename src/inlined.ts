// The core's bytes as the package carries them in its JavaScript: unpacks them. What boots from them is src/boot.ts.
import { compressed } from "../build/core-bytes.js";
import { unpack } from "./lzma.ts";

/** The bytes of core.wasm. */
export function inlined(): Uint8Array {
  const text = atob(compressed);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return unpack(bytes);
}
