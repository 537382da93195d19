// Norms of every order over any axes, and sums that leave elements out.
import { describe, expect, it } from "vitest";
import "../src/boot.ts";
import { backward } from "../src/backward.ts";
import { tensor } from "../src/ops/create.ts";
import { sum } from "../src/ops/reduce.ts";
import { countNonzero, nansum, norm, vectorNorm } from "../src/ops/vector-norm.ts";
import type { Tensor } from "../src/tensor.ts";
import { checkOp, random } from "./check-op.ts";
import { axisSets, groups, named, SHAPES } from "./groups.ts";

const naive = (values: readonly number[], p: number): number => {
  const a = values.map(Math.abs);
  if (p === 0) return a.filter((v) => v !== 0).length;
  if (Math.abs(p) === Infinity) return p > 0 ? Math.max(...a) : Math.min(...a);
  return a.reduce((s, v) => s + v ** p, 0) ** (1 / p);
};

const gradientOf = (fn: (x: Tensor) => Tensor, x: Tensor): unknown => {
  x.requiresGrad = true;
  backward(sum(fn(x)));
  return x.grad!.toArray();
};

describe("vectorNorm", () => {
  it.each(named(SHAPES))("is the float64 norm of every order over every set of axes of $name", ({ shape }) => {
    const x = random(shape);
    for (const axis of axisSets(shape.length)) {
      for (const p of [0, 0.5, 1, 2, 3, -1, Infinity, -Infinity]) {
        const y = vectorNorm(x, { p, axis });
        expect(y.shape).toEqual(shape.filter((_, i) => !axis.includes(i)));
        groups(shape, axis).forEach((group, i) => {
          const want = naive(
            group.map((at) => x.data[at]!),
            p,
          );
          expect(Math.abs(y.data[i]! - want)).toBeLessThan(1e-5 * Math.max(1, want));
        });
      }
    }
  });

  it("of order 2 is the default, keeps axes when asked, and is `norm` too", () => {
    const x = tensor([[3, 4], [6, 8]]); // biome-ignore format: a matrix
    expect(vectorNorm(x, { axis: 1, keepDims: true }).toArray()).toEqual([[5], [10]]);
    expect(norm).toBe(vectorNorm);
  });

  it("of order 2 neither overflows nor vanishes where the squares would", () => {
    expect(vectorNorm(tensor([3e30, 4e30])).item()).toBe(Math.fround(5e30));
    expect(vectorNorm(tensor([3e-30, 4e-30])).item()).toBe(Math.fround(5e-30));
  });

  it("has the gradient of its reference", () => {
    for (const p of [0.5, 1, 2, 3, Infinity]) {
      for (const axis of [undefined, 0, 1, [0, 2]]) {
        const far = random([3, 4, 2], 3).data.map((v, i) => v + Math.sign(v) * (0.3 + i / 3));
        checkOp(`p = ${p}`, (x) => vectorNorm(x, { p, axis }), [tensor(far, { shape: [3, 4, 2] })], { step: 1e-3 });
      }
    }
  });

  it("has gradient 0 at 0, as in PyTorch", () => {
    for (const p of [0, 0.5, 1, 2, 3, Infinity]) {
      expect(
        gradientOf((x) => vectorNorm(x, { p, axis: 1 }), tensor([[0, 0]])),
        `p = ${p}`,
      ).toEqual([[0, 0]]);
    }
    expect(gradientOf((x) => vectorNorm(x, { p: 0.5 }), tensor([0, 4]))).toEqual([0, 1]);
  });

  it("is NaN where a value is", () => {
    for (const p of [0.5, 1, 2, 3, Infinity]) expect(vectorNorm(tensor([1, NaN]), { p }).item(), `p = ${p}`).toBeNaN();
  });

  it("of nothing is 0, but has no extremum", () => {
    expect(vectorNorm(random([0])).item()).toBe(0);
    expect(vectorNorm(random([2, 0]), { axis: 1, p: 3 }).toArray()).toEqual([0, 0]);
    expect(() => vectorNorm(random([0]), { p: Infinity })).toThrow("expected at least one element");
  });
});

describe("countNonzero and nansum", () => {
  it("leave out zeros and NaN", () => {
    const x = tensor([[1, 0, NaN], [-0, 0, 5]]); // biome-ignore format: a matrix
    expect(countNonzero(x, { axis: 1 }).toArray()).toEqual([2, 1]);
    expect([countNonzero(x).dtype, countNonzero(x).item()]).toEqual(["int32", 3]);
    expect(countNonzero(tensor([true, false])).item()).toBe(1);
    expect(nansum(x, { axis: 1 }).toArray()).toEqual([1, 5]);
    expect(nansum(tensor(Int32Array.of(1, 2))).dtype).toBe("int32");
    expect(gradientOf((x) => nansum(x), tensor([1, NaN]))).toEqual([1, 0]);
  });
});
