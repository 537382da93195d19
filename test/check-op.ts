// Checks an op's gradient against central differences, and makes deterministic test values. Shared by the tests of ops.
import { expect } from "vitest";
import { backward } from "../src/backward.ts";
import { mul } from "../src/ops/binary.ts";
import { tensor } from "../src/ops/create.ts";
import { sum } from "../src/ops/reduce.ts";
import { type Shape, sizeOf } from "../src/shape.ts";
import type { Tensor } from "../src/tensor.ts";

/** Values in [-1, 1) from a small integer generator (mulberry32), no two runs different. */
export function values(n: number, seed = 1): Float32Array {
  let state = seed * 0x9e3779b9;
  return Float32Array.from({ length: n }, () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1;
  });
}

/** A float32 tensor of `values`, by default scaled to [-1, 1). */
export const random = (shape: Shape, seed = 1, scale = 1): Tensor =>
  tensor(
    values(sizeOf(shape), seed).map((v) => v * scale),
    { shape },
  );

/**
 * Compares the gradient of `fn` with respect to each float32 input with central differences of its result, weighted by
 * fixed values. Tolerance is relative to the largest gradient.
 */
export function checkOp(
  name: string,
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  { tolerance = 1e-2, step = 1e-2 }: { tolerance?: number; step?: number } = {},
): void {
  const y = fn(...inputs);
  const weights = random(y.shape, 99);
  const w = Float64Array.from(weights.data);
  const loss = (): number => Array.from(fn(...inputs).data).reduce((s, v, i) => s + v * w[i]!, 0);
  const floats = inputs.filter((x) => x.dtype === "float32");
  for (const x of floats) x.requiresGrad = true;
  backward(sum(mul(fn(...inputs), weights)));
  for (const [at, x] of floats.entries()) {
    expect(x.grad?.shape, `${name}: shape of gradient ${at}`).toEqual(x.shape);
    const got = Array.from(x.grad!.data);
    const want = got.map((_, i) => {
      const before = x.data[i]!;
      const [up, down] = [before + step, before - step].map((v) => {
        x.data[i] = v;
        return loss();
      });
      x.data[i] = before;
      return (up! - down!) / (Math.fround(before + step) - Math.fround(before - step));
    });
    const scale = Math.max(1e-3, ...want.map(Math.abs));
    got.forEach((g, i) => {
      expect(
        Math.abs(g - want[i]!) / scale,
        `${name}: gradient ${at}[${i}]: ${g}, by differences ${want[i]}`,
      ).toBeLessThan(tolerance);
    });
    x.grad = null;
    x.requiresGrad = false;
  }
}
