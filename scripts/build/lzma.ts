// The encoder of the package lzma, with other contexts than its fixed ones: none. The threads of the core are bytes that tell
// little of the next and stand at no multiple of anything: 0.35 kB less, and so many tables less in assembly/unpack.ts.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const SETTINGS = { _numLiteralContextBits: [3, 0], _posStateBits: [2, 0], _posStateMask: [3, 0] };

let source = readFileSync(createRequire(import.meta.url).resolve("lzma/src/lzma_worker.js"), "utf8");
for (const [name, [old, value]] of Object.entries(SETTINGS)) {
  const setting = `encoder.${name} = ${old};`;
  if (!source.includes(setting)) throw new RangeError(`lzma: expected its encoder to have ${setting}`);
  source = source.replace(setting, `encoder.${name} = ${value};`);
}
const encoder: { LZMA?: { compress(bytes: readonly number[], mode: number): number[] } } = {};
new Function(source).call(encoder);

/** The bytes of an .lzma file, signed or not. */
export const compress = (bytes: readonly number[]): number[] => encoder.LZMA!.compress(bytes, 9);
