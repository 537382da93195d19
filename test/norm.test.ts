// Layer, RMS and group norm, and that across channels: values against a float64 reference, means far from 0, gradients,
// refusals. Those with running statistics are batch-norm.test.ts.
import { describe, expect, it } from "vitest";
import "../src/boot.ts";
import { tensor } from "../src/ops/create.ts";
import { groupNorm, layerNorm, localResponseNorm, rmsNorm } from "../src/ops/norm.ts";
import type { Tensor } from "../src/tensor.ts";
import { checkOp, random, values } from "./check-op.ts";

/** Values to mean 0 and variance 1 in float64, or to mean square 1 with `mean` 0. */
function normalized(line: number[], eps: number, mean = line.reduce((s, v) => s + v, 0) / line.length): number[] {
  const variance = line.reduce((s, v) => s + (v - mean) ** 2, 0) / line.length;
  return line.map((v) => (v - mean) / Math.sqrt(variance + eps));
}

function expectClose(y: Tensor, want: readonly number[], tolerance: number): void {
  expect(y.size).toBe(want.length);
  Array.from(y.data).forEach((v, i) => {
    expect(Math.abs(v - want[i]!), `element ${i}: ${v}, not ${want[i]}`).toBeLessThanOrEqual(tolerance);
  });
}

describe("layerNorm", () => {
  it("is its float64 reference for rows of 1 to 70 and long ones, with and without weights", () => {
    for (const width of [...Array.from({ length: 70 }, (_, i) => i + 1), 1023, 1024, 1025, 5000]) {
      const [x, weight, bias] = [random([3, width], 2, 3), random([width], 3), random([width], 4)];
      const rows = [0, 1, 2].map((r) => Array.from(x.data.slice(r * width, (r + 1) * width)));
      const bare = rows.flatMap((row) => normalized(row, 1e-5));
      expectClose(layerNorm(x, width), bare, 2e-6);
      const weighted = bare.map((v, i) => v * weight.data[i % width]! + bias.data[i % width]!);
      expectClose(layerNorm(x, [width], weight, bias), weighted, 2e-6);
      const scaled = bare.map((v, i) => v * weight.data[i % width]!);
      expectClose(layerNorm(x, [width], weight), scaled, 2e-6);
    }
  });

  it("keeps the digits of values around 10,000", () => {
    const x = tensor(
      values(1200, 5).map((v) => 1e4 + 2 * v),
      { shape: [4, 300] },
    );
    const rows = [0, 1, 2, 3].map((r) => Array.from(x.data.slice(r * 300, (r + 1) * 300)));
    expectClose(
      layerNorm(x, 300),
      rows.flatMap((row) => normalized(row, 1e-5)),
      3e-6,
    );
  });

  it("has the gradient of its reference", () => {
    for (const [lead, shape] of [
      [[3], [5]],
      [[2, 3], [4]],
      [[2], [3, 6]],
      [[70], [3]],
    ] as const) {
      const operands = [random([...lead, ...shape], 2, 2), random(shape, 3), random(shape, 4)];
      checkOp("layerNorm", (x, w, b) => layerNorm(x, shape, w, b), operands);
      checkOp("layerNorm", (x, w) => layerNorm(x, shape, w), operands.slice(0, 2));
      checkOp("layerNorm", (x, b) => layerNorm(x, shape, null, b), [operands[0]!, operands[2]!]);
      checkOp("layerNorm", (x) => layerNorm(x, shape), operands.slice(0, 1));
    }
  });
});

describe("rmsNorm", () => {
  it("is its float64 reference, and has its gradient", () => {
    for (const width of [1, 3, 4, 17, 64, 1030]) {
      const [x, weight] = [random([3, width], 2, 3), random([width], 3)];
      const want = [0, 1, 2].flatMap((r) =>
        normalized(Array.from(x.data.slice(r * width, (r + 1) * width)), 2 ** -23, 0),
      );
      const weighted = want.map((v, i) => v * weight.data[i % width]!);
      expectClose(rmsNorm(x, width, weight), weighted, 2e-6);
      expectClose(rmsNorm(x, width), want, 2e-6);
    }
    checkOp("rmsNorm", (x, w) => rmsNorm(x, 5, w), [random([3, 5], 1, 2), random([5], 2)]);
    checkOp("rmsNorm", (x) => rmsNorm(x, [5], null, { eps: 0.1 }), [random([3, 5], 1, 2)]);
  });
});

describe("groupNorm", () => {
  it("is layerNorm of each group, times the channels' weights", () => {
    for (const [n, c, size, groups] of [
      [2, 6, 5, 3],
      [3, 4, 1, 2],
      [1, 8, 20, 1],
      [2, 3, 7, 3],
    ] as const) {
      const [x, weight, bias] = [random([n, c, size], 2, 3), random([c], 3), random([c], 4)];
      const row = (c / groups) * size;
      const rows = Array.from({ length: n * groups }, (_, r) => Array.from(x.data.slice(r * row, (r + 1) * row)));
      const want = rows.flatMap((line) => normalized(line, 1e-5));
      expectClose(groupNorm(x, groups), want, 2e-6);
      const channel = (i: number): number => Math.floor(i / size) % c;
      const weighted = want.map((v, i) => v * weight.data[channel(i)]! + bias.data[channel(i)]!);
      expectClose(groupNorm(x, groups, weight, bias), weighted, 2e-6);
    }
  });

  it("has the gradient of its reference", () => {
    for (const shape of [
      [2, 4, 3],
      [3, 6],
      [70, 4, 2],
    ] as const) {
      const c = shape[1];
      const operands = [random(shape, 2, 2), random([c], 3), random([c], 4)];
      checkOp("groupNorm", (x, w, b) => groupNorm(x, 2, w, b), operands);
    }
  });
});

describe("localResponseNorm", () => {
  it("is its formula for windows of odd and even sizes", () => {
    const x = random([2, 5, 3], 4, 2);
    for (const size of [1, 2, 3, 6]) {
      const want = Array.from(x.data, (v, i) => {
        const [n, c, s] = [Math.floor(i / 15), Math.floor(i / 3) % 5, i % 3];
        let sum = 0;
        for (let d = c - Math.floor(size / 2); d < c - Math.floor(size / 2) + size; d++) {
          if (d >= 0 && d < 5) sum += x.data[n * 15 + d * 3 + s]! ** 2;
        }
        return v / (2 + (0.5 * sum) / size) ** 0.75;
      });
      expectClose(localResponseNorm(x, size, { alpha: 0.5, k: 2 }), want, 1e-6);
    }
  });

  it("has the gradient of its formula, and takes no elements", () => {
    checkOp("localResponseNorm", (x) => localResponseNorm(x, 3, { alpha: 1 }), [random([2, 4, 2, 2], 4, 2)]);
    expect(localResponseNorm(random([0, 3, 2]), 2).shape).toEqual([0, 3, 2]);
  });
});

describe("statistics", () => {
  it("of infinity and NaN spoil their row alone", () => {
    const x = tensor([
      [1, Infinity, 2],
      [1, NaN, 2],
      [1, 2, 4],
    ]);
    const [first, second, third] = layerNorm(x, 3).toArray() as number[][];
    expect([...first!, ...second!].every(Number.isNaN)).toBe(true);
    expect(third!.every(Number.isFinite)).toBe(true);
  });

  it("of equal values give 0", () => {
    expect(layerNorm(tensor([[7, 7, 7]]), 3).toArray()).toEqual([[0, 0, 0]]);
    expect(groupNorm(tensor([[1e6, 1e6]]), 1).toArray()).toEqual([[0, 0]]);
  });

  it("of no values leave nothing to do", () => {
    for (const shape of [
      [0, 3],
      [2, 0],
    ])
      expect(layerNorm(random(shape), shape[1]!).shape).toEqual(shape);
    expect(groupNorm(random([0, 4, 2]), 2).shape).toEqual([0, 4, 2]);
  });
});
