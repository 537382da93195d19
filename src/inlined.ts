// The core's bytes as the package carries them in its JavaScript: unpacks them. What boots from them is src/boot.ts.
import { compressed } from "../build/core-bytes.js";
import { unpacker } from "../build/unpacker.js";
import { instantiate } from "./wasm.ts";

/** What assembly/unpack.ts exports. */
interface Unpacker {
  readonly memory: { readonly buffer: ArrayBuffer };
  unpack(characters: number): number;
  weave(): number;
}

/** Where it reads and writes. */
const TEXT = 1 << 14;
const UNPACKED = 1 << 18;
const WOVEN = 1 << 19;

/** The bytes that were compressed by LZMA and written as base64; `woven` together if they are threads of a module. */
export function unpack(text: string, woven = false): Uint8Array {
  const { memory, unpack, weave } = instantiate(
    Uint8Array.from(unpacker.match(/../g)!, (byte) => Number.parseInt(byte, 16)),
  ) as Unpacker;
  new TextEncoder().encodeInto(text, new Uint8Array(memory.buffer, TEXT));
  const size = unpack(text.length);
  return woven ? new Uint8Array(memory.buffer, WOVEN, weave()) : new Uint8Array(memory.buffer, UNPACKED, size);
}

/** The bytes of core.wasm. */
export const inlined = (): Uint8Array => unpack(compressed, true);
