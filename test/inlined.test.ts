// The unpacking of the core: against the compressor that the build uses, on bytes that take all its ways.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compress } from "../scripts/build/lzma.ts";
import { inlined, unpack } from "../src/inlined.ts";

const packed = (bytes: readonly number[]): string => Buffer.from(compress(bytes)).toString("base64");
/** Bytes that repeat nothing for long: the high ones of a linear congruential sequence. */
function noise(n: number, seed = 1): number[] {
  let state = seed;
  return Array.from({ length: n }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

describe("unpack", () => {
  const text = [...Buffer.from("to be or not to be, that is the question; ".repeat(3))];
  it.each<[string, number[]]>([
    ["one byte", [200]],
    ["text", text],
    ["one byte over and over", new Array<number>(5000).fill(7)],
    ["noise", noise(3000)],
    ["matches with single bytes changed in them", noise(4000).concat(noise(4000).map((b, i) => (i % 37 ? b : b ^ 5)))],
    ["matches far back", noise(300).concat(noise(150_000, 2), noise(300))],
  ])("gives back %s", (_, bytes) => {
    expect(Buffer.compare(unpack(packed(bytes)), Buffer.from(bytes))).toBe(0);
  });

  it("gives back the core from the text in the package", () => {
    const wasm = readFileSync(new URL("../build/core.wasm", import.meta.url));
    expect(Buffer.compare(inlined(), wasm)).toBe(0);
  });
});
