// sum and mean over every axis: order and exactness of sums, specials, gradients, refusals.
import { describe, expect, it } from "vitest";
import "../src/boot.ts";
import { backward } from "../src/backward.ts";
import { tensor } from "../src/ops/create.ts";
import { sumTo } from "../src/ops/internal/sums.ts";
import { mean, sum } from "../src/ops/reduce.ts";
import { tidy } from "../src/scope.ts";
import { type Shape, sizeOf } from "../src/shape.ts";
import { k } from "../src/wasm.ts";
import { checkOp, random, values } from "./check-op.ts";
import { axisSets, EMPTY, groups, named, SHAPES } from "./groups.ts";

const sums = (data: ArrayLike<number>, shape: Shape, axes: readonly number[]): number[] =>
  groups(shape, axes).map((group) => group.reduce((s, i) => s + data[i]!, 0));

describe("sum", () => {
  it.each(named(SHAPES))("is the float64 sum over every set of axes of $name", ({ shape }) => {
    const x = random(shape);
    for (const axes of axisSets(shape.length)) {
      for (const keepDims of [false, true]) {
        const y = sum(x, { axis: axes, keepDims });
        expect(y.shape).toEqual(
          keepDims ? shape.map((d, i) => (axes.includes(i) ? 1 : d)) : shape.filter((_, i) => !axes.includes(i)),
        );
        const want = sums(x.data, shape, axes);
        Array.from(y.data).forEach((v, i) => {
          expect(Math.abs(v - want[i]!)).toBeLessThan(5e-6);
        });
      }
    }
    expect(Math.abs(sum(x).item() - sums(x.data, shape, [...shape.keys()])[0]!)).toBeLessThan(5e-6);
  });

  it.each(named(EMPTY))("of no elements is 0 over every set of axes of $name", ({ shape }) => {
    for (const axes of axisSets(shape.length)) {
      const y = sum(random(shape), { axis: axes });
      expect(Array.from(y.data)).toEqual(sums([], shape, axes));
    }
    expect(sum(random(shape)).item()).toBe(0);
  });

  it("counts negative axes from the end, and takes an empty list for all", () => {
    const x = tensor([[1, 2], [3, 4]]); // biome-ignore format: a matrix
    expect(sum(x, { axis: -1 }).toArray()).toEqual([3, 7]);
    expect(sum(x, { axis: [-2] }).toArray()).toEqual([4, 6]);
    expect(sum(x, { axis: [] }).item()).toBe(10);
    expect(sum(tensor(3), { axis: -1 }).item()).toBe(3);
  });

  it("keeps a relative error under 1e-6 at a million values, along rows and columns", () => {
    tidy(() => {
      const x = tensor(values(1_000_000).map(Math.abs), { shape: [1_000_000] });
      const want = Array.from(x.data).reduce((s, v) => s + v, 0);
      expect(Math.abs(sum(x).item() / want - 1)).toBeLessThan(1e-6);
      const columns = tensor(x.data.slice(), { shape: [250_000, 4] });
      const parts = Array.from(sum(columns, { axis: 0 }).data);
      expect(Math.abs(parts.reduce((s, v) => s + v, 0) / want - 1)).toBeLessThan(1e-6);
    });
  });

  it("keeps what is left when the terms of a short row cancel", () => {
    const far = Array.from({ length: 30 }, (_, i) => (i % 2 ? -1e8 : 1e8) + 0);
    expect(sum(tensor([...far.slice(0, 13), 1, ...far.slice(13)])).item()).toBe(1);
  });

  it("is as near as float32 allows, for its size, when the terms of a long row cancel", () => {
    const x = values(100_000);
    const both = Float32Array.from([...x, ...x.map((v) => -v)].map((v) => v * 1000));
    const want = both.reduce((s, v) => s + v, 0);
    // sums of eight in float32: three roundings of at most 2^-24 of what is added
    const size = both.reduce((s, v) => s + Math.abs(v), 0);
    expect(Math.abs(sum(tensor(both)).item() - want)).toBeLessThan(3 * 2 ** -24 * size);
  });

  it("sums a column in the same order however many columns are beside it", () => {
    const rows = 300;
    const x = random([rows, 40]);
    const alone = Float32Array.from({ length: rows }, (_, r) => x.data[r * 40 + 5]!);
    const two = Float32Array.from({ length: rows * 2 }, (_, i) => alone[i >> 1]!);
    const wide = sum(x, { axis: 0 }).data[5];
    expect(sum(tensor(two, { shape: [rows, 2] }), { axis: 0 }).toArray()).toEqual([wide, wide]);
  });

  it("lets NaN and infinities through as IEEE addition does", () => {
    const x = tensor([
      [1, NaN, 2],
      [Infinity, 1, 2],
      [Infinity, -Infinity, 1],
      [-Infinity, 3, 4],
    ]);
    expect(sum(x, { axis: 1 }).toArray()).toEqual([NaN, Infinity, NaN, -Infinity]);
    expect(sum(x, { axis: 0 }).toArray()).toEqual([NaN, NaN, 9]);
  });

  it("of int32 and bool is int32, and wraps around", () => {
    const x = tensor(Int32Array.of(2 ** 31 - 1, 1, 5, 6, 7, 8), { shape: [3, 2] });
    expect(sum(x).dtype).toBe("int32");
    expect(sum(x, { axis: 1 }).toArray()).toEqual([-(2 ** 31), 11, 15]);
    expect(sum(x, { axis: 0 }).toArray()).toEqual([(2 ** 31 - 1 + 12) | 0, 15]);
    const cube = tensor(
      Int32Array.from({ length: 24 }, (_, i) => i),
      { shape: [2, 3, 4] },
    );
    expect(Array.from(sum(cube, { axis: [0, 2] }).data)).toEqual(sums(cube.data, [2, 3, 4], [0, 2]));
    const flags = sum(tensor([[true, false], [true, true]]), { axis: 0 }); // biome-ignore format: a matrix
    expect([flags.dtype, flags.toArray()]).toEqual(["int32", [2, 1]]);
  });

  it("has the gradient of its reference for axes beside and apart", () => {
    for (const axis of [undefined, 0, 1, 2, [0, 1], [0, 2], [1, 2], [0, 1, 2]]) {
      for (const keepDims of [false, true]) checkOp("sum", (x) => sum(x, { axis, keepDims }), [random([3, 5, 2])]);
    }
    checkOp("sum", (x) => sum(x, { axis: [0, 2] }), [random([2, 3, 2, 2])]);
    checkOp("sum", (x) => sum(x, { axis: 0 }), [random([700, 3])]);
    checkOp("sum", (x) => sum(x), [random([])]);
  });

  it("has a gradient of the empty shape for no elements", () => {
    for (const shape of EMPTY) {
      const x = random(shape);
      x.requiresGrad = true;
      backward(sum(x));
      expect(x.grad?.shape).toEqual(shape);
    }
  });

  it("names what is wrong", () => {
    const x = random([2, 3]);
    expect(() => sum(x, { axis: 2 })).toThrow(new RangeError("sum: expected axis from -2 to 1 for rank 2, got 2"));
    expect(() => sum(x, { axis: [0, -2] })).toThrow(new RangeError("sum: expected distinct axes, got [0, 0]"));
    expect(() => sum(x, { axis: 0.5 })).toThrow(new TypeError("sum: expected axis to be an integer, got 0.5"));
    expect(() => sum(x, { dim: 1 } as object)).toThrow(
      new TypeError('sum: unknown option "dim"; expected one of axis, keepDims'),
    );
    expect(() => sum(x, { keepDims: 1 } as object)).toThrow(
      new TypeError("sum: expected keepDims to be a boolean, got 1"),
    );
    expect(() => sum([1] as never)).toThrow(new TypeError("sum: expected x to be a tensor, got [1]"));
  });
});

describe("mean", () => {
  it.each(named(SHAPES))("is the float64 mean over every set of axes of $name", ({ shape }) => {
    const x = random(shape);
    for (const axes of axisSets(shape.length)) {
      const n = sizeOf(shape.filter((_, i) => axes.includes(i)));
      const want = sums(x.data, shape, axes);
      Array.from(mean(x, { axis: axes }).data).forEach((v, i) => {
        expect(Math.abs(v - want[i]! / n)).toBeLessThan(2e-7);
      });
    }
  });

  it("divides rather than multiplies by a rounded reciprocal", () => {
    for (let n = 1; n < 60; n++) expect(mean(tensor(new Float32Array(n).fill(3))).item()).toBe(3);
  });

  it("of no elements is NaN", () => {
    expect(mean(random([0])).item()).toBeNaN();
    expect(mean(random([2, 0]), { axis: 1, keepDims: true }).toArray()).toEqual([[NaN], [NaN]]);
    expect(mean(random([0, 2]), { axis: 0 }).toArray()).toEqual([NaN, NaN]);
  });

  it("has the gradient of its reference", () => {
    for (const axis of [undefined, 0, 1, -1, [0, 2], [0, 1]]) {
      checkOp("mean", (x) => mean(x, { axis }), [random([3, 4, 5])]);
    }
  });

  it("refuses integers, as PyTorch does", () => {
    expect(() => mean(tensor(Int32Array.of(1, 2)))).toThrow(
      new TypeError('mean: expected x to be float32, got int32; convert it with cast(x, "float32")'),
    );
  });
});

describe("sumTo", () => {
  it("is the same tensor where nothing was broadcast", () => {
    const dy = random([2, 3]);
    expect(sumTo(dy, [2, 3])).toBe(dy);
  });

  const shapes: [Shape, Shape][] = [
    [[6, 5], [5]],
    [
      [6, 5],
      [1, 5],
    ],
    [
      [6, 5],
      [6, 1],
    ],
    [[6, 5], []],
    [[6, 5], [1]],
    [
      [2, 3, 4, 5],
      [3, 1, 1],
    ],
    [
      [2, 3, 4, 5],
      [1, 3, 1, 5],
    ],
    [
      [2, 3, 4, 5],
      [2, 1, 4, 1],
    ],
    [[64, 130], [130]],
    [[0, 5], [5]],
    [[1, 3], [3]],
  ];
  it.each(shapes)("undoes a broadcast: case %#", (from, to) => {
    const dy = random(from);
    const lead = from.length - to.length;
    const axes = [...from.keys()].filter((i) => i < lead || (to[i - lead] === 1 && from[i] !== 1));
    const y = sumTo(dy, to);
    expect(y.shape).toEqual(to);
    const want = sums(dy.data, from, axes);
    Array.from(y.data).forEach((v, i) => {
      expect(Math.abs(v - want[i]!)).toBeLessThan(5e-6);
    });
  });
});

describe("the kernels", () => {
  it("write exactly what they own", () => {
    for (const [outer, reduce, inner] of [
      [2, 3, 1],
      [2, 3, 5],
      [1, 9, 17],
      [3, 2, 2],
    ] as const) {
      // biome-ignore format: a table
      const x = random([outer * reduce * inner]);
      const y = tensor(new Float32Array(outer * inner + 4).fill(77));
      k.sum(y.ptr, x.ptr, outer, reduce, inner, 1);
      expect(Array.from(y.data.slice(outer * inner))).toEqual([77, 77, 77, 77]);
      const dx = tensor(new Float32Array(outer * reduce * inner + 4).fill(77));
      k.sumGrad(dx.ptr, x.ptr, outer, reduce, inner, 1);
      expect(Array.from(dx.data.slice(outer * reduce * inner))).toEqual([77, 77, 77, 77]);
    }
  });
});
