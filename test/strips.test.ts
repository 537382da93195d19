// Rows so wide, or so aligned, that kernels take them by parts: the edges between the parts, against plain loops. The ops'
// other cases are in the tests of their families.
import { describe, expect, it } from "vitest";
import "../src/boot.ts";
import { amax, argmax, argmin } from "../src/ops/extrema.ts";
import { variance } from "../src/ops/moments.ts";
import { flip, transpose } from "../src/ops/permute.ts";
import { sum } from "../src/ops/reduce.ts";
import { slice } from "../src/ops/slice.ts";
import { random } from "./check-op.ts";

/** Wider than a strip of any kernel, with whole vectors left and a part of one; rows of several blocks, of one, of two. */
const WIDE: [number, number][] = [[3, 4100 + 19], [130, 1024 + 22], [64, 2048 + 16], [65, 530], [2, 512], [1, 4096]]; // biome-ignore format: pairs

describe.each(WIDE)("down the columns of %d x %d", (rows, cols) => {
  const x = random([rows, cols]);
  const column = (j: number): number[] => Array.from({ length: rows }, (_, r) => x.data[r * cols + j]!);
  const eachColumn = <T>(fn: (values: number[]) => T): T[] => Array.from({ length: cols }, (_, j) => fn(column(j)));

  it("sums", () => {
    const want = eachColumn((values) => values.reduce((s, v) => s + v, 0));
    const y = sum(x, { axis: 0 }).data;
    want.forEach((w, j) => {
      expect(Math.abs(y[j]! - w)).toBeLessThan(1e-5);
    });
  });

  it("maxima, their places and those of minima", () => {
    expect(Array.from(amax(x, { axis: 0 }).data)).toEqual(eachColumn((values) => Math.max(...values)));
    expect(Array.from(argmax(x, { axis: 0 }).data)).toEqual(eachColumn((v) => v.indexOf(Math.max(...v))));
    expect(Array.from(argmin(x, { axis: 0 }).data)).toEqual(eachColumn((v) => v.indexOf(Math.min(...v))));
  });

  it("variances", () => {
    const y = variance(x, { axis: 0, correction: 0 }).data;
    eachColumn((values) => {
      const mean = values.reduce((s, v) => s + v, 0) / rows;
      return values.reduce((s, v) => s + (v - mean) ** 2, 0) / rows;
    }).forEach((w, j) => {
      expect(Math.abs(y[j]! - w)).toBeLessThan(1e-6 * Math.max(1, w));
    });
  });
});

describe("places down columns", () => {
  it("are those of the first NaN, and of the first of several", () => {
    const x = random([7, 600]);
    x.data.fill(-Infinity);
    for (const [r, j] of [[6, 0], [1, 5], [4, 5], [0, 599], [3, 599]] as const) x.data[r * 600 + j] = NaN; // biome-ignore format: pairs
    for (const r of [2, 5]) x.data[r * 600 + 7] = 3;
    const y = argmax(x, { axis: 0 }).data;
    expect([0, 5, 599, 7, 8].map((j) => y[j])).toEqual([6, 1, 0, 2, 0]);
  });
});

describe("variances", () => {
  it("of values far from 0, and of one among others far away, lose nothing", () => {
    const n = 10_007;
    const far = random([n]);
    far.data.set(Array.from(far.data, (v) => 1e4 + v));
    const lone = random([n]);
    lone.data[0] = 1e6;
    for (const x of [far, lone]) {
      const values = Array.from(x.data);
      const mean = values.reduce((s, v) => s + v, 0) / n;
      const want = values.reduce((s, v) => s + (v - mean) ** 2, 0) / n;
      expect(Math.abs(variance(x, { correction: 0 }).item() / want - 1)).toBeLessThan(1e-7);
    }
    const same = random([9, 600]);
    same.data.fill(0.1);
    expect(new Set(variance(same, { axis: 0 }).data)).toEqual(new Set([0]));
    expect(variance(same).item()).toBe(0);
  });
});

describe.each([
  [1024, 70],
  [70, 1024],
  [1030, 1024],
  [2048, 33],
  [21, 1024],
  [100, 100],
  [3, 1024],
  [19, 17],
])(
  // biome-ignore format: pairs
  "copies of %d x %d",
  (rows, cols) => {
    const x = random([rows, cols]);
    const from = (at: (i: number, j: number) => number, height: number, width: number): number[] =>
      Array.from({ length: height * width }, (_, n) => x.data[at(Math.floor(n / width), n % width)]!);

    it("transpose", () => {
      expect(Array.from(transpose(x).data)).toEqual(from((i, j) => j * cols + i, cols, rows));
    });

    it("turn columns round, and take every other one", () => {
      expect(Array.from(flip(x, 1).data)).toEqual(from((i, j) => i * cols + cols - 1 - j, rows, cols));
      const width = Math.ceil((cols - 1) / 2);
      const odd = slice(x, { axis: 1, start: 1, step: 2 }).data;
      expect(Array.from(odd)).toEqual(from((i, j) => i * cols + 1 + 2 * j, rows, width));
    });
  },
);
