// Distances and angles against their formulas, where vectors are equal or 0 too.
import { describe, expect, it } from "vitest";
import "../src/boot.ts";
import { backward } from "../src/backward.ts";
import { tensor, variable, zeros } from "../src/ops/create.ts";
import { cdist, cosineSimilarity, pairwiseDistance } from "../src/ops/distance.ts";
import { sum } from "../src/ops/reduce.ts";
import { checkOp, random } from "./check-op.ts";

const row = (x: { data: ArrayLike<number> }, i: number, n: number): number[] =>
  Array.from({ length: n }, (_, j) => x.data[i * n + j]!);
const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((s, v, i) => s + v * b[i]!, 0);
const distance = (a: readonly number[], b: readonly number[], p: number): number =>
  a.reduce((s, v, i) => s + Math.abs(v - b[i]!) ** p, 0) ** (1 / p);

describe("cosineSimilarity", () => {
  it("takes vectors whose dot product overflows, and turns no vector of one entry", () => {
    const a = tensor([[3e30, 4e30]], { requiresGrad: true });
    const y = cosineSimilarity(a, tensor([[4e30, 3e30]]));
    expect(y.item()).toBeCloseTo(0.96, 6);
    const b = tensor([[0.003]], { requiresGrad: true });
    cosineSimilarity(b, tensor([[3]])).backward();
    expect(b.grad!.toArray()).toEqual([[0]]);
  });

  it("is the cosine of the angle, along any axis, broadcast", () => {
    const [a, b] = [random([5, 4]), random([5, 4], 2)];
    const y = cosineSimilarity(a, b);
    for (let i = 0; i < 5; i++) {
      const [p, q] = [row(a, i, 4), row(b, i, 4)];
      expect(Math.abs(y.data[i]! - dot(p, q) / Math.sqrt(dot(p, p) * dot(q, q)))).toBeLessThan(1e-6);
    }
    expect(cosineSimilarity(random([5, 1, 4]), random([3, 4]), { axis: -1 }).shape).toEqual([5, 3]);
    checkOp("cosineSimilarity", (a, b) => cosineSimilarity(a, b), [a, random([4], 3)]);
  });

  it("of a zero vector is 0, with a finite gradient", () => {
    const a = variable([[0, 0]]);
    const y = cosineSimilarity(a, tensor([[3, 4]]), { eps: 0.5 });
    backward(sum(y));
    expect(y.toArray()).toEqual([0]);
    expect(a.grad!.toArray()).toEqual([[1.2, 1.6].map(Math.fround)]);
  });
});

describe("pairwiseDistance", () => {
  it("is the norm of the difference and eps", () => {
    const [a, b] = [random([5, 4]), random([5, 4], 2)];
    for (const p of [1, 2, 3]) {
      const y = pairwiseDistance(a, b, { p });
      for (let i = 0; i < 5; i++) {
        const moved = row(a, i, 4).map((v) => v + 1e-6);
        expect(Math.abs(y.data[i]! - distance(moved, row(b, i, 4), p))).toBeLessThan(2e-6);
      }
    }
    expect(pairwiseDistance(a, b, { keepDims: true }).shape).toEqual([5, 1]);
    expect(pairwiseDistance(zeros([4]), zeros([4])).item()).toBeCloseTo(2e-6, 9);
    checkOp("pairwiseDistance", (a, b) => pairwiseDistance(a, b), [a, random([4], 3)]);
  });
});

describe("cdist", () => {
  it("is every distance, with broadcast batches", () => {
    const [a, b] = [random([3, 4]), random([5, 4], 2)];
    for (const p of [1, 2, 3]) {
      const y = cdist(a, b, { p });
      for (let i = 0; i < 3; i++) {
        for (let j = 0; j < 5; j++) {
          expect(Math.abs(y.data[i * 5 + j]! - distance(row(a, i, 4), row(b, j, 4), p))).toBeLessThan(2e-6);
        }
      }
    }
    expect(cdist(random([2, 1, 3, 4]), random([6, 5, 4])).shape).toEqual([2, 6, 3, 5]);
    checkOp("cdist", (a, b) => cdist(a, b), [a, b]);
  });

  it("has gradient 0 between equal vectors", () => {
    const a = variable([[1, 2]]);
    backward(sum(cdist(a, tensor([[1, 2]]))));
    expect(a.grad!.toArray()).toEqual([[0, 0]]);
  });
});
