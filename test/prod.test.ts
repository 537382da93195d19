// prod, any and all over every axis: zeros, specials, gradients, refusals.
import { describe, expect, it } from "vitest";
import "../src/boot.ts";
import { tensor } from "../src/ops/create.ts";
import { all, any, prod } from "../src/ops/prod.ts";
import { checkOp, random } from "./check-op.ts";
import { axisSets, EMPTY, groups, named, SHAPES } from "./groups.ts";

describe("prod", () => {
  it.each(named(SHAPES))("is the float64 product over every set of axes of $name", ({ shape }) => {
    const x = random(shape, 3, 2);
    for (const axes of axisSets(shape.length)) {
      const y = prod(x, { axis: axes });
      const want = groups(shape, axes).map((group) => group.reduce((p, i) => p * x.data[i]!, 1));
      expect(y.shape).toEqual(shape.filter((_, i) => !axes.includes(i)));
      Array.from(y.data).forEach((v, i) => {
        expect(Math.abs(v - want[i]!)).toBeLessThanOrEqual(1e-5 * Math.abs(want[i]!) + 1e-37);
      });
    }
  });

  it("of no elements is 1", () => {
    expect(prod(random([0])).item()).toBe(1);
    expect(prod(random([2, 0]), { axis: 1, keepDims: true }).toArray()).toEqual([[1], [1]]);
    expect(prod(random([0, 2]), { axis: 1 }).toArray()).toEqual([]);
  });

  it("of int32 and bool is int32, and wraps around", () => {
    const x = tensor(Int32Array.of(65536, 65536, 3, -7), { shape: [2, 2] });
    expect(prod(x, { axis: 1 }).toArray()).toEqual([0, -21]);
    expect(prod(x, { axis: 0 }).toArray()).toEqual([196608, -458752]);
    const flags = prod(tensor([true, false]));
    expect([flags.dtype, flags.item()]).toEqual(["int32", 0]);
  });

  it("has the gradient of its reference for axes beside and apart", () => {
    for (const axis of [undefined, 0, 1, 2, [0, 2], [0, 1]]) {
      checkOp("prod", (x) => prod(x, { axis, keepDims: true }), [random([2, 3, 4], 1, 2)]);
    }
  });

  it("has the exact gradient at one zero, and none at two", () => {
    checkOp("prod", (x) => prod(x, { axis: 1 }), [tensor([[2, 0, 3], [0, 5, 0]])]); // biome-ignore format: a matrix
  });
});

describe.each([
  { name: "any", op: any, want: (group: boolean[]) => group.some(Boolean) },
  { name: "all", op: all, want: (group: boolean[]) => group.every(Boolean) },
])("$name", ({ op, want, name }) => {
  it.each(named([...SHAPES, ...EMPTY]))("tells over every set of axes of $name", ({ shape }) => {
    for (const threshold of [-0.9, 0, 0.9]) {
      const x = tensor(
        Uint8Array.from(random(shape).data, (v) => (v > threshold ? 1 : 0)),
        { shape, dtype: "bool" },
      );
      for (const axes of axisSets(shape.length)) {
        const y = op(x, { axis: axes });
        expect(y.dtype).toBe("bool");
        expect(Array.from(y.data)).toEqual(
          groups(shape, axes).map((group) => (want(group.map((i) => x.data[i] === 1)) ? 1 : 0)),
        );
      }
    }
  });

  it("takes numbers for true unless they are 0; NaN is true", () => {
    expect(op(tensor([0, -0])).item()).toBe(0);
    expect(op(tensor([NaN, 0.5])).item()).toBe(1);
    expect(op(tensor(Int32Array.of(0, 256))).item()).toBe(name === "any" ? 1 : 0);
  });

  it("names an axis out of range", () => {
    expect(() => op(random([2]), { axis: 1 })).toThrow(
      new RangeError(`${name}: expected axis from -1 to 0 for rank 1, got 1`),
    );
  });
});
