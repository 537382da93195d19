// Variance and standard deviation over every axis: exactness far from 0, corrections, too few values, gradients.
import { describe, expect, it } from "vitest";
import "../src/boot.ts";
import { backward } from "../src/backward.ts";
import { tensor } from "../src/ops/create.ts";
import { std, stdMean, variance, varMean } from "../src/ops/moments.ts";
import { mean, sum } from "../src/ops/reduce.ts";
import type { Shape } from "../src/shape.ts";
import type { Tensor } from "../src/tensor.ts";
import { k } from "../src/wasm.ts";
import { checkOp, random } from "./check-op.ts";
import { axisSets, groups, named, SHAPES } from "./groups.ts";

/** By the textbook, in float64. */
const naive = (data: ArrayLike<number>, shape: Shape, axes: readonly number[], correction: number): number[] =>
  groups(shape, axes).map((group) => {
    const m = group.reduce((s, i) => s + data[i]!, 0) / group.length;
    return group.reduce((s, i) => s + (data[i]! - m) ** 2, 0) / Math.max(0, group.length - correction);
  });

const gradientOf = (fn: (x: Tensor) => Tensor, x: Tensor): unknown => {
  x.requiresGrad = true;
  backward(sum(fn(x)));
  return x.grad!.toArray();
};

describe("variance", () => {
  it.each(named(SHAPES))("is the float64 variance over every set of axes of $name", ({ shape }) => {
    const x = random(shape);
    for (const axis of axisSets(shape.length)) {
      for (const correction of [0, 1, 2]) {
        const want = naive(x.data, shape, axis, correction).map(Math.fround);
        const y = variance(x, { axis, correction });
        expect(y.shape).toEqual(shape.filter((_, i) => !axis.includes(i)));
        Array.from(y.data).forEach((v, i) => {
          if (Number.isFinite(want[i])) expect(Math.abs(v - want[i]!)).toBeLessThan(1e-6);
          else expect(v).toBe(want[i]);
        });
        const root = std(x, { axis, correction, keepDims: true });
        expect(root.shape).toEqual(shape.map((d, i) => (axis.includes(i) ? 1 : d)));
        Array.from(root.data).forEach((v, i) => {
          expect(Object.is(v, Math.fround(Math.sqrt(y.data[i]!))) || Math.abs(v * v - y.data[i]!) < 1e-6).toBe(true);
        });
      }
    }
  });

  it("loses nothing of small differences between large values, nor does its gradient", () => {
    for (const shape of [
      [1, 999],
      [999, 1],
      [999, 3],
    ]) {
      const axis = shape[0] === 1 ? 1 : 0;
      const x = tensor(
        random(shape).data.map((v) => v + 1e4),
        { shape },
      );
      const want = naive(x.data, shape, [axis], 1);
      Array.from(variance(x, { axis }).data).forEach((v, i) => {
        expect(Math.abs(v / want[i]! - 1)).toBeLessThan(1e-6);
      });
      const group = groups(shape, [axis])[0]!;
      const m = group.reduce((s, i) => s + x.data[i]!, 0) / group.length;
      const got = (gradientOf((x) => variance(x, { axis }), x) as number[][]).flat();
      for (const i of group) expect(Math.abs(got[i]! - (2 * (x.data[i]! - m)) / 998)).toBeLessThan(1e-9);
    }
  });

  it("takes `unbiased: false` for a correction of 0", () => {
    const x = random([5]);
    expect(variance(x, { unbiased: false }).item()).toBe(variance(x, { correction: 0 }).item());
    expect(variance(x, { unbiased: true }).item()).toBe(variance(x).item());
  });

  it("is NaN of one value or none, and 0 of one that is not corrected", () => {
    expect(variance(tensor([3])).item()).toBeNaN();
    expect(std(tensor(3)).item()).toBeNaN();
    expect(variance(random([0])).item()).toBeNaN();
    expect(variance(random([2, 0]), { axis: 1, correction: 0 }).toArray()).toEqual([NaN, NaN]);
    expect(variance(tensor([3]), { correction: 0 }).item()).toBe(0);
    expect(variance(tensor([1, 3]), { correction: 2 }).item()).toBe(Infinity);
    expect(gradientOf((x) => variance(x), tensor([3]))).toEqual([NaN]);
  });

  it("is NaN where a value is NaN or infinite", () => {
    const x = tensor([[1, NaN], [Infinity, 2], [1, 3]]); // biome-ignore format: a matrix
    expect(variance(x, { axis: 1 }).toArray()).toEqual([NaN, NaN, 2]);
    expect(variance(x, { axis: 0 }).toArray()).toEqual([NaN, NaN]);
  });

  it("has the gradient of its reference for axes beside and apart", () => {
    for (const axis of [undefined, 0, 1, -1, [0, 1], [0, 2]]) {
      checkOp("variance", (x) => variance(x, { axis }), [random([3, 5, 2])]);
      checkOp("std", (x) => std(x, { axis, correction: 0, keepDims: true }), [random([3, 5, 2])]);
    }
  });
});

describe("std", () => {
  it("has gradient 0 where it is 0, as in PyTorch", () => {
    expect(
      gradientOf(
        (x) => std(x, { axis: 1 }),
        tensor([
          [2, 2],
          [0, 2],
        ]),
      ),
    ).toEqual([
      // biome-ignore format: a matrix
      [0, 0],
      [-Math.fround(Math.SQRT1_2), Math.fround(Math.SQRT1_2)],
    ]);
  });
});

describe("varMean and stdMean", () => {
  it("give both, with the same axes", () => {
    const x = random([3, 4]);
    const options = { axis: 0, keepDims: true };
    for (const [both, moment] of [
      [varMean, variance],
      [stdMean, std],
    ] as const) {
      const [y, m] = both(x, options);
      expect(y.toArray()).toEqual(moment(x, options).toArray());
      expect(m.toArray()).toEqual(mean(x, options).toArray());
    }
  });
});

it("the kernel writes exactly what it owns", () => {
  for (const [outer, reduce, inner] of [
    [2, 3, 1],
    [2, 3, 5],
    [1, 9, 12],
    [3, 2, 2],
    [1, 2, 8],
  ] as const) {
    // biome-ignore format: a table
    const x = random([outer * reduce * inner]);
    const y = tensor(new Float32Array(outer * inner + 9).fill(77));
    k.squares(y.ptr, x.ptr, outer, reduce, inner, 1, true, true);
    expect(Array.from(y.data.slice(outer * inner))).toEqual(new Array(9).fill(77));
  }
});
