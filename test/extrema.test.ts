// amax, amin, argmax and argmin over every axis: ties, NaN, infinities, empty axes, gradients, refusals.
import { describe, expect, it } from "vitest";
import "../src/boot.ts";
import { backward } from "../src/backward.ts";
import { tensor } from "../src/ops/create.ts";
import { amax, amin, argmax, argmin, max, min } from "../src/ops/extrema.ts";
import { sum } from "../src/ops/reduce.ts";
import type { Tensor } from "../src/tensor.ts";
import { checkOp, random } from "./check-op.ts";
import { axisSets, groups, named, SHAPES } from "./groups.ts";

/** The larger, or smaller, of two; NaN before all else. */
const better = (sign: number) => (a: number, b: number) =>
  Number.isNaN(a) || Number.isNaN(b) ? NaN : sign * b > sign * a ? b : a;

const gradient = (fn: (x: Tensor) => Tensor, x: Tensor): unknown => {
  x.requiresGrad = true;
  backward(sum(fn(x)));
  return x.grad!.toArray();
};

describe.each([
  { name: "amax", op: amax, arg: argmax, sign: 1 },
  { name: "amin", op: amin, arg: argmin, sign: -1 },
])("$name", ({ name, op, arg, sign }) => {
  it.each(named(SHAPES))("is the extremum over every set of axes of $name", ({ shape }) => {
    const noisy = random(shape, 4, 10);
    const special = noisy.data.map(
      (v, i) => [v, v, NaN, v, Infinity, -Infinity, v][Math.floor(Math.abs(v) * 1e4) % 7 || i % 2]!,
    );
    for (const x of [
      noisy,
      tensor(special as Float32Array, { shape }),
      tensor(Int32Array.from(noisy.data), { shape }),
    ]) {
      for (const axes of axisSets(shape.length)) {
        const y = op(x, { axis: axes });
        expect(y.dtype).toBe(x.dtype);
        expect(y.shape).toEqual(shape.filter((_, i) => !axes.includes(i)));
        expect(Array.from(y.data)).toEqual(
          groups(shape, axes).map((group) => group.map((i) => x.data[i]!).reduce(better(sign))),
        );
      }
    }
  });

  it.each(named(SHAPES))("has its place along every axis and over all of $name", ({ shape }) => {
    const whole = random(shape, 5, 4).data.map(Math.round); // many ties
    const special = whole.map((v, i) => (i % 11 === 7 ? NaN : i % 7 === 3 ? -Infinity : v));
    for (const x of [
      tensor(whole as Float32Array, { shape }),
      tensor(special as Float32Array, { shape }),
      tensor(Int32Array.from(whole), { shape }),
    ]) {
      for (const axis of [undefined, ...shape.keys()]) {
        const axes = axis === undefined ? [...shape.keys()] : [axis];
        const y = arg(x, { axis });
        expect(y.dtype).toBe("int32");
        expect(Array.from(y.data)).toEqual(
          groups(shape, axes).map((group) => {
            const line = group.map((i) => x.data[i]!);
            const best = line.reduce(better(sign));
            return line.findIndex((v) => v === best || (Number.isNaN(v) && Number.isNaN(best)));
          }),
        );
        expect(arg(x, { axis, keepDims: true }).shape).toEqual(shape.map((d, i) => (axes.includes(i) ? 1 : d)));
      }
    }
  });

  it("has the gradient of its reference for axes beside and apart", () => {
    for (const axis of [undefined, 0, 1, 2, [0, 1], [0, 2]]) {
      checkOp(name, (x) => op(x, { axis }), [random([3, 5, 6], 6, 5)], { step: 1e-3 });
    }
  });

  it("shares the gradient equally among ties", () => {
    const x = tensor([[1, 1, 0], [2, 1, 2]].map((row) => row.map((v) => v * sign))); // biome-ignore format: a matrix
    expect(gradient((x) => op(x, { axis: 1 }), x)).toEqual([
      [0.5, 0.5, 0],
      [0.5, 0, 0.5],
    ]);
    const y = tensor(
      [1, 1, 1, 1, 0, 0].map((v) => v * sign),
      { shape: [3, 2] },
    );
    expect(gradient((x) => op(x, { axis: 0 }), y)).toEqual([
      [0.5, 0.5],
      [0.5, 0.5],
      [0, 0],
    ]);
    const apart = tensor(
      [1, 0, 0, 1, 1, 1, 0, 1].map((v) => v * sign),
      { shape: [2, 2, 2] },
    );
    expect(gradient((x) => op(x, { axis: [0, 2] }), apart)).toEqual([
      [[1 / 3, 0], [0, 0.5]].map((row) => row.map(Math.fround)),
      [[1 / 3, 1 / 3], [0, 0.5]].map((row) => row.map(Math.fround)),
    ]); // biome-ignore format: a cube
  });

  it("has a NaN gradient along a line whose extremum is NaN, as in PyTorch", () => {
    const x = tensor([[1, NaN], [3, 4]]); // biome-ignore format: a matrix
    const rest = sign > 0 ? [0, 1] : [1, 0];
    expect(gradient((x) => op(x, { axis: 1 }), x)).toEqual([[NaN, NaN], rest]);
  });

  it("of bool is any or all", () => {
    const y = op(tensor([[true, false], [true, true]]), { axis: 1 }); // biome-ignore format: a matrix
    expect([y.dtype, y.toArray()]).toEqual(["bool", [sign > 0, true]]);
  });

  it("refuses to look for an extremum of nothing, but not beside nothing", () => {
    expect(() => op(random([2, 0]))).toThrow(
      new RangeError(`${name}: expected at least one element along axis 1, got shape [2, 0]`),
    );
    expect(() => arg(random([0, 2]), { axis: 0 })).toThrow(
      new RangeError(`arg${name.slice(1)}: expected at least one element along axis 0, got shape [0, 2]`),
    );
    expect(op(random([2, 0]), { axis: 0 }).shape).toEqual([0]);
    expect(arg(random([0, 2]), { axis: 1 }).shape).toEqual([0]);
  });

  it("names what is wrong", () => {
    const op2 = `arg${name.slice(1)}`;
    expect(() => op(random([2]), { axis: 3 })).toThrow(
      new RangeError(`${name}: expected axis from -1 to 0 for rank 1, got 3`),
    );
    expect(() => arg(random([2, 2]), { axis: [0, 1] } as object)).toThrow(
      new TypeError(`${op2}: expected axis to be an integer, got [0, 1]`),
    );
    expect(() => arg(tensor([true]))).toThrow(new TypeError(`${op2}: expected x to be float32 or int32, got bool`));
  });
});

describe.each([
  { name: "max", op: max, whole: amax, arg: argmax, sign: 1 },
  { name: "min", op: min, whole: amin, arg: argmin, sign: -1 },
])("$name", ({ op, whole, arg, sign }) => {
  it.each(named(SHAPES))("gives the extremum and its place along every axis of $name", ({ shape }) => {
    const x = random(shape, 4, 10);
    for (const t of [x, tensor(Int32Array.from(x.data), { shape })]) {
      expect(op(t).item()).toBe(whole(t).item());
      for (const axis of shape.keys()) {
        for (const keepDims of [false, true]) {
          const { values, indices } = op(t, { axis, keepDims });
          expect([values.dtype, values.shape]).toEqual([t.dtype, whole(t, { axis, keepDims }).shape]);
          expect(values.toArray()).toEqual(whole(t, { axis, keepDims }).toArray());
          expect(indices.toArray()).toEqual(arg(t, { axis, keepDims }).toArray());
        }
      }
    }
  });

  it("of all shares the gradient among ties, along an axis gives it to the first", () => {
    const x = () => tensor([1, 1, 0].map((v) => v * sign));
    expect(gradient((x) => op(x), x())).toEqual([0.5, 0.5, 0]);
    expect(gradient((x) => op(x, { axis: 0 }).values, x())).toEqual([1, 0, 0]);
  });

  it("takes the first NaN, and shares the gradient of all among those", () => {
    const { values, indices } = op(tensor([[1, NaN, NaN]]), { axis: 1 });
    expect([values.toArray(), indices.toArray()]).toEqual([[NaN], [1]]);
    expect(gradient((x) => op(x), tensor([1, NaN, NaN]))).toEqual([0, 0.5, 0.5]);
  });

  it("of bool is bool", () => {
    const { values } = op(tensor([true, false]), { axis: 0 });
    expect([values.dtype, values.item()]).toEqual(["bool", sign > 0 ? 1 : 0]);
  });
});
