// The generator in plain integers, and what the tests of random.ts measure by it.
import { reserve } from "../src/random.ts";

/** Philox4x32-10 as the paper has it, in plain integers. */
export function philoxBlock(counter: readonly number[], key: readonly number[]): number[] {
  let [c0, c1, c2, c3] = counter.map((v) => v >>> 0) as [number, number, number, number];
  let [k0, k1] = key.map((v) => v >>> 0) as [number, number];
  for (let round = 0; round < 10; round++) {
    const p = BigInt(c0) * 0xd2511f53n;
    const q = BigInt(c2) * 0xcd9e8d57n;
    [c0, c1, c2, c3] = [
      (Number(q >> 32n) ^ c1 ^ k0) >>> 0,
      Number(q & 0xffffffffn),
      (Number(p >> 32n) ^ c3 ^ k1) >>> 0,
      Number(p & 0xffffffffn),
    ];
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/** The words that the stream gives next to n elements. */
export function nextWords(n: number): number[] {
  const [key0, key1, block0, block1] = reserve(0);
  return Array.from({ length: Math.ceil(n / 4) }, (_, b) => philoxBlock([block0 + b, block1, 0, 0], [key0, key1]))
    .flat()
    .slice(0, n);
}

/** The mean of f over data. */
export const stat = (data: ArrayLike<number>, f: (v: number, i: number) => number): number => {
  let total = 0;
  for (let i = 0; i < data.length; i++) total += f(data[i]!, i);
  return total / data.length;
};
