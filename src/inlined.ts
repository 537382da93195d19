// The core's bytes as the package carries them in its JavaScript: unpacks them. What boots from them is src/boot.ts.
import { compressed } from "../build/core-bytes.js";
import { unpacker } from "../build/unpacker.js";
import { instantiate } from "./wasm.ts";

/** What assembly/unpack.ts exports. */
interface Unpacker {
  readonly memory: { readonly buffer: ArrayBuffer };
  unpack(characters: number): number;
}

/** Where it reads and writes. */
const TEXT = 1 << 14;
const OUTPUT = 1 << 18;

/** The bytes that were compressed by LZMA and written as base64. */
export function unpack(text: string): Uint8Array {
  const { memory, unpack } = instantiate(Uint8Array.from(atob(unpacker), (c) => c.charCodeAt(0))) as Unpacker;
  new TextEncoder().encodeInto(text, new Uint8Array(memory.buffer, TEXT));
  return new Uint8Array(memory.buffer, OUTPUT, unpack(text.length));
}

/** The bytes of core.wasm. */
export const inlined = (): Uint8Array => unpack(compressed);
