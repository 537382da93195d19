// Clipping of gradients: norms of several orders, what is scaled, and special values.
import "../src/entry.ts";
import { describe, expect, it } from "vitest";
import { memory } from "../src/memory.ts";
import { variable } from "../src/ops/create.ts";
import { clipGradNorm, clipGradValue } from "../src/optim/clip.ts";
import type { Tensor } from "../src/tensor.ts";
import { give, list, numbers } from "./optim/gradients.ts";

function withGradient(g: number[]): Tensor {
  const p = variable(new Float32Array(g.length));
  give(p, g);
  return p;
}

describe("clipGradNorm", () => {
  it.each([1, 2, 3, 0.5, Infinity])("of order %d takes all gradients as one vector", (normType) => {
    const next = numbers(2);
    for (const sizes of [[1], [2, 3], [5, 8, 33]]) {
      const gs = sizes.map((n) => list(n, next).map(Math.fround));
      const all = gs.flat().map(Math.abs);
      const norm =
        normType === Infinity ? Math.max(...all) : all.reduce((s, v) => s + v ** normType, 0) ** (1 / normType);
      const params = gs.map(withGradient);
      const got = clipGradNorm(params, norm / 2, { normType });
      expect(Math.abs(got / norm - 1)).toBeLessThan(1e-6);
      for (const [i, p] of params.entries()) {
        const scaled = [...p.grad!.data].map((v, j) => Math.abs(v - gs[i]![j]! / 2));
        expect(Math.max(...scaled)).toBeLessThan(2e-6);
      }
    }
  });

  it("leaves gradients below the bound as they are, to the bit", () => {
    const p = withGradient([0.1, 0.2]);
    const before = [...p.grad!.data];
    clipGradNorm(p, 10);
    expect([...p.grad!.data]).toEqual(before);
  });

  it("neither overflows nor underflows on the way", () => {
    expect(clipGradNorm(withGradient([3e30, 4e30]), 1) / 5e30).toBeCloseTo(1, 6);
    expect(clipGradNorm(withGradient([3e-30, 4e-30]), 1) / 5e-30).toBeCloseTo(1, 6);
  });

  it("makes gradients of an infinite norm 0 and NaN as PyTorch does, or throws when asked to", () => {
    const p = withGradient([Infinity, 1]);
    expect(() => clipGradNorm(p, 1, { errorIfNonfinite: true })).toThrow("expected gradients of a finite norm");
    expect(clipGradNorm(p, 1)).toBe(Infinity);
    expect([...p.grad!.data]).toEqual([Number.NaN, 0]);
    const q = withGradient([Number.NaN, 1]);
    for (const normType of [1, 2, Infinity]) expect(clipGradNorm(q, 1, { normType })).toBeNaN();
    expect([...q.grad!.data]).toEqual([Number.NaN, Number.NaN]);
  });

  it("leaves out parameters without a gradient, takes generators, and leaves no tensors behind", () => {
    const p = withGradient([3, 4]);
    const before = memory().tensors;
    expect(clipGradNorm([variable([1]), p].values(), 1)).toBe(5);
    expect(clipGradNorm([], 1)).toBe(0);
    expect(memory().tensors).toBe(before + 1);
  });
});

describe("clipGradValue", () => {
  it("cuts off at both ends and keeps NaN", () => {
    const p = withGradient([-3, -0.5, 0.5, 3, Number.NaN, Infinity]);
    clipGradValue(p, 1);
    expect(p.grad!.toArray()).toEqual([-1, -0.5, 0.5, 1, Number.NaN, 1]);
  });
});
