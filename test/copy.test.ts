// The strided-copy kernels against loops in JavaScript, on layouts that no op makes too.
import { describe, expect, it } from "vitest";
import "../src/boot.ts";
import { ints, k } from "../src/wasm.ts";

/** Small integers, reproducible (a linear congruential generator). */
function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

interface Case {
  sizes: number[];
  yStrides: number[];
  xStrides: number[];
}

/** Offsets of all elements, in the order of the loops. */
function offsets(sizes: readonly number[], strides: readonly number[]): number[] {
  return sizes.reduce(
    (list, size, d) => list.flatMap((at) => Array.from({ length: size }, (_, i) => at + i * strides[d]!)),
    [0],
  );
}

/** Runs the kernel between two guarded arrays of `bytes`-sized elements and compares every byte of the destination. */
function check({ sizes, yStrides, xStrides }: Case, bytes: 1 | 4): void {
  const to = offsets(sizes, yStrides);
  const from = offsets(sizes, xStrides);
  const span = (list: readonly number[]): [number, number] =>
    list.length === 0 ? [0, 1] : [list.reduce((a, b) => Math.min(a, b)), list.reduce((a, b) => Math.max(a, b)) + 1];
  const [yLow, yHigh] = span(to);
  const [xLow, xHigh] = span(from);
  const guard = 8;
  const yBytes = (yHigh - yLow + 2 * guard) * bytes;
  const xBytes = (xHigh - xLow) * bytes;
  const y = k.alloc(yBytes);
  const x = k.alloc(xBytes);
  const memory = new Uint8Array(k.memory.buffer);
  const source = Uint8Array.from({ length: xBytes }, (_, i) => (i * 31 + 7) & 255);
  memory.set(source, x);
  memory.fill(0xaa, y, y + yBytes);
  const want = new Uint8Array(yBytes).fill(0xaa);
  to.forEach((at, i) => {
    for (let b = 0; b < bytes; b++) want[(at - yLow + guard) * bytes + b] = source[(from[i]! - xLow) * bytes + b]!;
  });
  const dims = ints(sizes.flatMap((size, d) => [size, yStrides[d]!, xStrides[d]!]));
  (bytes === 4 ? k.copyWords : k.copyBytes)(y + (guard - yLow) * bytes, x - xLow * bytes, dims, sizes.length);
  const got = new Uint8Array(k.memory.buffer, y, yBytes).slice();
  k.free(y);
  k.free(x);
  if (Buffer.compare(got, want) !== 0) {
    expect(Array.from(got), JSON.stringify({ sizes, yStrides, xStrides, bytes })).toEqual(Array.from(want));
  }
  expect(got.length).toBe(want.length);
}

/** Strides of a packed array in a random order of axes, with gaps, and here and there reversed. */
function randomStrides(sizes: readonly number[], next: (below: number) => number, gaps: boolean): number[] {
  const order = sizes.map((_, d) => d);
  for (let i = order.length - 1; i > 0; i--) {
    const j = next(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  const strides = new Array<number>(sizes.length).fill(0);
  let step = gaps ? 1 + next(2) : 1;
  for (const d of order) {
    strides[d] = next(5) === 0 ? -step : step;
    step *= sizes[d]!;
    if (gaps) step += next(3);
  }
  return strides;
}

describe("the strided copy", () => {
  for (const bytes of [4, 1] as const) {
    it(`copies any permutation, gap, reversal and repetition of ${bytes}-byte elements and nothing beside`, () => {
      const next = generator(bytes);
      for (let turn = 0; turn < 400; turn++) {
        const sizes = Array.from({ length: 1 + next(6) }, () => 1 + next(turn % 3 === 0 ? 9 : 4));
        const yStrides = randomStrides(sizes, next, next(2) === 0);
        const xStrides = randomStrides(sizes, next, next(2) === 0).map((s) => (next(5) === 0 ? 0 : s));
        check({ sizes, yStrides, xStrides }, bytes);
      }
    });

    it(`copies long rows of ${bytes}-byte elements, and fills from one element`, () => {
      for (const n of [3, 4, 15, 16, 17, 511, 512, 513, 2047, 2048, 2051]) {
        check({ sizes: [3, n], yStrides: [n + 2, 1], xStrides: [n + 1, 1] }, bytes);
        check({ sizes: [3, n], yStrides: [n + 2, 1], xStrides: [1, 0] }, bytes);
        check({ sizes: [3, n], yStrides: [n + 2, 1], xStrides: [0, 1] }, bytes);
        check({ sizes: [n], yStrides: [1], xStrides: [1] }, bytes);
        check({ sizes: [n], yStrides: [-1], xStrides: [1] }, bytes);
      }
    });
  }

  it("transposes matrices of every size around its blocks, strips and sweeps", () => {
    const edges = [1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 33];
    for (const rows of edges) {
      for (const cols of edges) check({ sizes: [rows, cols], yStrides: [cols, 1], xStrides: [1, rows] }, 4);
    }
    for (const cols of [511, 512, 513, 1030]) {
      check({ sizes: [19, cols], yStrides: [cols, 1], xStrides: [1, 19] }, 4);
      check({ sizes: [cols, 19], yStrides: [19, 1], xStrides: [1, cols] }, 4);
    }
  });

  it("transposes batches, into destinations with gaps", () => {
    check({ sizes: [3, 6, 9], yStrides: [100, 11, 1], xStrides: [60, 1, 6] }, 4);
    check({ sizes: [2, 3, 8, 12], yStrides: [400, 120, 13, 1], xStrides: [300, 100, 1, 8] }, 4);
    check({ sizes: [6, 9], yStrides: [-11, 1], xStrides: [1, -7] }, 4);
  });

  it("does nothing where a dimension is 0", () => {
    check({ sizes: [0], yStrides: [1], xStrides: [1] }, 4);
    check({ sizes: [3, 0], yStrides: [1, 1], xStrides: [1, 1] }, 4);
    check({ sizes: [2, 0, 5], yStrides: [5, 5, 1], xStrides: [1, 5, 1] }, 1);
  });
});
