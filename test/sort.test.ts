// Order along every axis: stability, NaN, kinds, long and short lines, gradients; topk, median and quantile.
import { describe, expect, it } from "vitest";
import "../src/boot.ts";
import { backward } from "../src/backward.ts";
import { mul } from "../src/ops/binary.ts";
import { tensor } from "../src/ops/create.ts";
import { sum } from "../src/ops/reduce.ts";
import { argsort, median, quantile, sort, topk } from "../src/ops/sort.ts";
import type { Tensor } from "../src/tensor.ts";
import { checkOp, random } from "./check-op.ts";
import { groups, named, SHAPES } from "./groups.ts";

/** NaN counts as largest; equals keep their order. */
const order = (values: readonly number[], descending: boolean): number[] => {
  const compare = (a: number, b: number): number =>
    Number.isNaN(a) ? (Number.isNaN(b) ? 0 : 1) : Number.isNaN(b) ? -1 : a - b || 0;
  return [...values.keys()].sort((i, j) => (descending ? -1 : 1) * compare(values[i]!, values[j]!));
};

/** Many ties, both zeros, infinities and NaN. */
const special = (shape: readonly number[]): Tensor =>
  tensor(
    random(shape, 5, 4).data.map((v, i) => [NaN, -Infinity, Infinity, -0, 0][i % 23] ?? Math.round(v)) as Float32Array,
    { shape },
  );

const gradientOf = (fn: (x: Tensor) => Tensor, x: Tensor): unknown => {
  x.requiresGrad = true;
  backward(sum(fn(x)));
  return x.grad!.toArray();
};

describe.each([false, true])("sort, descending %s", (descending) => {
  it.each(named([...SHAPES, [300], [100, 3]]))("is the stable order along every axis of $name", ({ shape }) => {
    const whole = random(shape, 7, 9).data.map(Math.round);
    for (const x of [random(shape), special(shape), tensor(Int32Array.from(whole), { shape })]) {
      for (const axis of shape.length === 0 ? [0] : shape.keys()) {
        const { values, indices } = sort(x, { axis, descending });
        expect([values.dtype, indices.dtype]).toEqual([x.dtype, "int32"]);
        expect(indices.toArray()).toEqual(argsort(x, { axis, descending, stable: true }).toArray());
        for (const group of groups(shape, shape.length === 0 ? [] : [axis])) {
          const line = group.map((i) => x.data[i]!);
          const want = order(line, descending);
          expect(group.map((i) => indices.data[i])).toEqual(want);
          expect(group.map((i) => values.data[i])).toEqual(want.map((i) => line[i]));
        }
      }
    }
  });
});

describe("sort", () => {
  it("orders the ends of int32, and booleans", () => {
    const ends = tensor(Int32Array.of(0, 2 ** 31 - 1, -(2 ** 31), -1));
    expect(sort(ends).values.toArray()).toEqual([-(2 ** 31), -1, 0, 2 ** 31 - 1]);
    expect(sort(tensor([true, false, true])).values.toArray()).toEqual([false, true, true]);
  });

  it("sends the gradients to where the elements stood", () => {
    const x = tensor([3, 1, 2], { requiresGrad: true });
    backward(sum(mul(sort(x).values, tensor([1, 10, 100]))));
    expect(x.grad!.toArray()).toEqual([100, 1, 10]);
    checkOp("sort", (x) => sort(x, { axis: 0 }).values, [random([5, 2], 2, 9)], { step: 1e-3 });
  });
});

describe("topk", () => {
  it("is the first of the order, of few and of many, of long lines too", () => {
    for (const shape of [[7], [3, 200], [200, 3]]) {
      const axis = shape[0] === 200 ? 0 : -1;
      const x = special(shape);
      for (const largest of [true, false]) {
        const all = sort(x, { axis, descending: largest });
        const n = shape.at(axis)!;
        for (const k of [0, 1, 5, Math.floor(n / 2), n]) {
          const { values, indices } = topk(x, k, { axis, largest });
          const firsts = (t: Tensor) => groups(shape, [axis === 0 ? 0 : shape.length - 1]).map((g) => g.slice(0, k).map((i) => t.data[i])); // biome-ignore format: one line
          const got = (t: Tensor) => groups(t.shape, [axis === 0 ? 0 : shape.length - 1]).map((g) => g.map((i) => t.data[i])); // biome-ignore format: one line
          if (k > 0) expect(got(values)).toEqual(firsts(all.values));
          if (k > 0) expect(got(indices)).toEqual(firsts(all.indices));
          expect(values.shape.at(axis)).toBe(k);
        }
      }
    }
  });

  it("sends the gradient to the chosen", () => {
    expect(gradientOf((x) => topk(x, 2).values, tensor([1, 4, 3, 2]))).toEqual([0, 1, 1, 0]);
  });
});

describe("median", () => {
  it("is the lower of two in the middle, by value and place", () => {
    const x = tensor([[4, 1, 3, 2], [9, 8, 7, 7]]); // biome-ignore format: a matrix
    const { values, indices } = median(x, { axis: 1 });
    expect([values.toArray(), indices.toArray()]).toEqual([
      [2, 7],
      [3, 3],
    ]);
    expect(median(x, { axis: 0, keepDims: true }).values.toArray()).toEqual([[4, 1, 3, 2]]);
    expect(median(x).item()).toBe(4);
    expect(median(tensor(Int32Array.of(5, 1, 2))).dtype).toBe("int32");
  });

  it("is NaN if one is NaN, the first of them", () => {
    const { values, indices } = median(tensor([[1, NaN, 2, NaN]]), { axis: 1 });
    expect([values.toArray(), indices.toArray()]).toEqual([[NaN], [1]]);
    expect(median(tensor([1, NaN, 2])).item()).toBeNaN();
  });

  it("of all shares its gradient among equals, along an axis it goes to one", () => {
    expect(gradientOf((x) => median(x), tensor([2, 1, 2, 3]))).toEqual([0.5, 0, 0.5, 0]);
    expect(gradientOf((x) => median(x, { axis: 0 }).values, tensor([2, 1, 3]))).toEqual([1, 0, 0]);
  });
});

describe("quantile", () => {
  it("lies between the neighbours in order", () => {
    const x = tensor([[1, 5, 2, 4], [0, 0, 0, 8]]); // biome-ignore format: a matrix
    expect(quantile(x, 0.5, { axis: 1 }).toArray()).toEqual([3, 0]);
    expect(quantile(x, 0, { axis: 1, keepDims: true }).toArray()).toEqual([[1], [0]]);
    expect(quantile(x, 1).item()).toBe(8);
    expect(quantile(x, 0.25, { keepDims: true }).shape).toEqual([1, 1]);
    expect(quantile(tensor([1, NaN]), 0).item()).toBeNaN();
    checkOp("quantile", (x) => quantile(x, 0.3, { axis: 1 }), [random([3, 5])], { step: 1e-3 });
  });
});
