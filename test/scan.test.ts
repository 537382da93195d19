// Running sums, products and extrema along every axis: order, kinds, zeros, NaN, gradients.
import { describe, expect, it } from "vitest";
import "../src/boot.ts";
import { backward } from "../src/backward.ts";
import { mul } from "../src/ops/binary.ts";
import { tensor } from "../src/ops/create.ts";
import { sum } from "../src/ops/reduce.ts";
import { cummax, cummin, cumprod, cumsum } from "../src/ops/scan.ts";
import type { Shape } from "../src/shape.ts";
import type { Tensor } from "../src/tensor.ts";
import { checkOp, random } from "./check-op.ts";
import { groups, named, SHAPES } from "./groups.ts";

/** Calls `walk` for every line along the axis with the places of its elements. */
function lines(shape: Shape, axis: number, walk: (places: number[]) => void): void {
  for (const group of groups(shape, [axis])) walk(group);
}

describe.each([
  { name: "cumsum", op: cumsum, step: (a: number, x: number) => a + x, start: 0 },
  { name: "cumprod", op: cumprod, step: (a: number, x: number) => a * x, start: 1 },
])("$name", ({ name, op, step, start }) => {
  it.each(named([...SHAPES, [5, 17], [3, 2, 24]]))("is the float64 one along every axis of $name", ({ shape }) => {
    const x = random(shape, 2, 1.5);
    for (const axis of shape.keys()) {
      const y = op(x, { axis });
      lines(shape, axis, (places) => {
        let a = start;
        for (const i of places) {
          a = step(a, x.data[i]!);
          expect(y.data[i]).toBe(Math.fround(a));
        }
      });
    }
  });

  it("has the gradient of its reference along every axis", () => {
    for (const axis of [0, 1, -1]) checkOp(name, (x) => op(x, { axis }), [random([3, 4, 2])]);
    checkOp(name, (x) => op(x, { axis: 0 }), [random([3, 9])]);
    checkOp(name, (x) => op(x, { axis: 0 }), [random([])]);
  });

  it("of int32 and bool is int32, and wraps around", () => {
    const x = tensor(Int32Array.of(2 ** 30, 2 ** 30, 3));
    const wide = [2 ** 30, step(2 ** 30, 2 ** 30), step(step(2 ** 30, 2 ** 30), 3)];
    expect(op(x, { axis: 0 }).toArray()).toEqual(wide.map((v) => Number(BigInt.asIntN(32, BigInt(v)))));
    const flags = op(tensor([true, true, false]), { axis: 0 });
    expect([flags.dtype, flags.toArray()]).toEqual(["int32", name === "cumsum" ? [1, 2, 2] : [1, 1, 0]]);
  });

  it("of nothing is nothing", () => {
    for (const axis of [0, 1]) expect(op(random([2, 0]), { axis }).shape).toEqual([2, 0]);
  });
});

describe("cumprod", () => {
  it("has an exact gradient beside zeros", () => {
    const x = tensor([2, 0, 3, 0, 5], { requiresGrad: true });
    backward(sum(mul(cumprod(x, { axis: 0 }), tensor([1, 10, 100, 1000, 10000]))));
    // of the first 1 + 0; of the second 2 (10 + 3 * 100 + 0); of the others a zero remains
    expect(x.grad!.toArray()).toEqual([1, 620, 0, 0, 0]);
  });
});

describe.each([
  { name: "cummax", op: cummax, sign: 1 },
  { name: "cummin", op: cummin, sign: -1 },
])("$name", ({ op, sign }) => {
  const of = (values: number[]) => {
    const { values: v, indices } = op(tensor(values.map((x) => x * sign)), { axis: 0 });
    return [(v.toArray() as number[]).map((x) => x * sign), indices.toArray()];
  };

  it("names the last of equals", () => {
    expect(of([1, 3, 2, 3, 0])).toEqual([
      [1, 3, 3, 3, 3],
      [0, 1, 1, 3, 3],
    ]);
  });

  it("is NaN from a NaN on, and names the last of them", () => {
    expect(of([1, NaN, 5, NaN, 9])).toEqual([
      [1, NaN, NaN, NaN, NaN],
      [0, 1, 1, 3, 3],
    ]);
  });

  it("keeps int32 and bool, along an inner axis too", () => {
    const x = tensor(Int32Array.of(1, 5, 3, 2, 4, 9), { shape: [3, 2] });
    expect(op(x, { axis: 0 }).values.toArray()).toEqual(sign > 0 ? [[1, 5], [3, 5], [4, 9]] : [[1, 5], [1, 2], [1, 2]]); // biome-ignore format: matrices
    expect(op(tensor([false, true, false]), { axis: 0 }).values.toArray()).toEqual(
      sign > 0 ? [false, true, true] : [false, false, false],
    );
  });

  it("sends the gradient to the element", () => {
    const x: Tensor = tensor(
      [1, 3, 2, 3, 0].map((v) => v * sign),
      { requiresGrad: true },
    );
    backward(sum(op(x, { axis: 0 }).values));
    expect(x.grad!.toArray()).toEqual([1, 2, 0, 2, 0]);
  });
});
