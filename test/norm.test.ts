// Layer, RMS and group norm, and that across channels: values against a float64 reference, means far from 0, gradients,
// refusals. Those with running statistics are batch-norm.test.ts.
import { describe, expect, it } from "vitest";
import "../src/boot.ts";
import { tensor } from "../src/ops/create.ts";
import { layerNorm } from "../src/ops/norm.ts";
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
