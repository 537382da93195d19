// Logarithms, exponentials, hyperbolic functions and angles (src/ops/transcendental.ts, src/ops/trig.ts): values, kinds,
// gradients and ends of the range. The accuracy of the mathematics over all of float32 is in math.test.ts.
import { describe, expect, test } from "vitest";
import "../src/entry.ts";
import { tensor, variable } from "../src/ops/create.ts";
import * as ops from "../src/ops/transcendental.ts";
import * as angles from "../src/ops/trig.ts";
import type { Tensor } from "../src/tensor.ts";
import { checkOp, random } from "./check-op.ts";
import { erfc } from "./reference.ts";

type Unary = (x: Tensor) => Tensor;

/** Op, reference, and the middle and half width of values inside its domain. */
const TABLE: [string, Unary, (x: number) => number, number, number][] = [
  ["expm1", ops.expm1, Math.expm1, 0, 2],
  ["log1p", ops.log1p, Math.log1p, 1, 1.5],
  ["log2", ops.log2, Math.log2, 2, 1.5],
  ["log10", ops.log10, Math.log10, 2, 1.5],
  ["exp2", ops.exp2, (x) => 2 ** x, 0, 3],
  ["sinh", ops.sinh, Math.sinh, 0, 2],
  ["cosh", ops.cosh, Math.cosh, 0, 2],
  ["asinh", ops.asinh, Math.asinh, 0, 3],
  ["acosh", ops.acosh, Math.acosh, 3, 1.5],
  ["atanh", ops.atanh, Math.atanh, 0, 0.8],
  ["erfc", ops.erfc, erfc, 0, 2],
  ["logit", ops.logit, (x) => Math.log(x / (1 - x)), 0.5, 0.4],
  ["tan", angles.tan, Math.tan, 0, 1],
  ["asin", angles.asin, Math.asin, 0, 0.8],
  ["acos", angles.acos, Math.acos, 0, 0.8],
  ["atan", angles.atan, Math.atan, 0, 3],
];

const around = (shape: number[], middle: number, width: number): Tensor => {
  const x = random(shape, 7, width);
  x.data.set(x.data.map((v) => v + middle));
  return x;
};

describe.each(TABLE)("%s", (name, op, reference, middle, width) => {
  test("computes each element, whatever the length", () => {
    for (const shape of [[], [1], [3], [4, 5], [2, 3, 11], [0], [2, 0]]) {
      const x = around(shape, middle, width);
      const y = op(x);
      expect([y.shape, y.dtype]).toEqual([shape, "float32"]);
      x.data.forEach((v, i) => {
        expect(y.data[i]).toBeCloseTo(reference(v), 5);
      });
    }
  });

  test("has the gradient that differences show", () => {
    checkOp(name, op, [around([3, 7], middle, width)]);
  });

  test("takes bool and int32", () => {
    const y = op(tensor(new Int32Array([0, 1])));
    expect(y.dtype).toBe("float32");
    expect(Array.from(y.data)).toEqual([0, 1].map((v) => Math.fround(reference(v))));
    expect(op(tensor([true])).item()).toBe(Math.fround(reference(1)));
  });
});

/** The gradient of sum(op(x)) at given points. */
function slopes(op: Unary, at: number[]): number[] {
  const x = variable(at);
  op(x).backward({ gradient: tensor(at.map(() => 1)) });
  return Array.from(x.grad!.data);
}

describe("ends of the range", () => {
  test("no square overflows before the result does", () => {
    const huge = [3e38, -3e38].map(Math.fround);
    expect(ops.asinh(tensor(huge)).toArray()).toEqual(huge.map((v) => Math.fround(Math.asinh(v))));
    expect(ops.acosh(tensor(3e38)).item()).toBe(Math.fround(Math.acosh(huge[0]!)));
    expect(ops.sinh(tensor(89)).item()).toBe(Math.fround(Math.sinh(89)));
    expect(angles.hypot(tensor(2e38), 1e38).item()).toBeCloseTo(Math.hypot(2e38, 1e38), -33);
    expect(angles.hypot(tensor(3e-45), 4e-45).item()).toBeGreaterThan(0);
  });

  test("are -0 and infinities where they should", () => {
    for (const odd of [ops.expm1, ops.log1p, ops.sinh, ops.asinh, ops.atanh, angles.tan, angles.asin, angles.atan]) {
      expect(Object.is(odd(tensor(-0)).item(), -0), odd.name).toBe(true);
    }
    expect(ops.log2(tensor([0, Infinity, -1])).toArray()).toEqual([-Infinity, Infinity, NaN]);
    expect(ops.log1p(tensor([-1, -2, Infinity])).toArray()).toEqual([-Infinity, NaN, Infinity]);
    expect(ops.atanh(tensor([1, -1, 1.5])).toArray()).toEqual([Infinity, -Infinity, NaN]);
    expect(ops.acosh(tensor([1, 0.5, -1e30])).toArray()).toEqual([0, NaN, NaN]);
    expect(ops.logit(tensor([0, 1, -0.5, 2])).toArray()).toEqual([-Infinity, Infinity, NaN, NaN]);
    expect(ops.erfc(tensor([Infinity, -Infinity, 20])).toArray()).toEqual([0, 2, 0]);
    expect(angles.acos(tensor([1, -1, 2])).toArray()).toEqual([0, Math.fround(Math.PI), NaN]);
    expect(angles.hypot(tensor([Infinity, 0]), tensor([NaN, 0])).toArray()).toEqual([Infinity, 0]);
  });

  test("powers of two and ten have whole logarithms", () => {
    expect(ops.log2(tensor([2 ** -149, 0.5, 1, 2 ** 127])).toArray()).toEqual([-149, -1, 0, 127]);
    expect(ops.log10(tensor([1e-3, 1, 1e10])).toArray()).toEqual([-3, 0, 10]);
  });

  test("slopes are infinite at the ends of a domain", () => {
    expect(slopes(angles.asin, [1, -1, 2])).toEqual([Infinity, Infinity, NaN]);
    expect(slopes(ops.log1p, [-1])).toEqual([Infinity]);
    expect(slopes(ops.logit, [0, 1, 2])).toEqual([Infinity, Infinity, NaN]);
  });
});

describe("logit with eps", () => {
  const clamped: Unary = (x) => ops.logit(x, { eps: 1e-6 });
  test("is symmetric to the last digit, and has no gradient beyond", () => {
    const [low, middle, high] = Array.from(clamped(tensor([-3, 0.5, 1])).data);
    expect([low! + high!, middle]).toEqual([0, 0]);
    expect(high).toBeCloseTo(Math.log((1 - 1e-6) / 1e-6), 5);
    expect(slopes(clamped, [0, 0.5, 1, Infinity, -Infinity])).toEqual([0, 4, 0, 0, 0]);
  });
});

describe("logaddexp", () => {
  const both = (a: number, b: number): number => ops.logaddexp(tensor(a), b).item();
  test("takes infinities and does not overflow", () => {
    expect([both(1000, 0), both(-1000, 0.1), both(1e30, 1e30)]).toEqual([1000, 0.1, 1e30].map(Math.fround));
    expect([both(Infinity, Infinity), both(-Infinity, -Infinity), both(-Infinity, 3), both(NaN, 0)]).toEqual([
      Infinity,
      -Infinity,
      3,
      NaN,
    ]);
  });

  test("shares the gradient by the shares of the sum", () => {
    const [a, b] = [variable([0, 0, 50]), variable([0, Math.log(3), 0])];
    ops.logaddexp(a, b).sum().backward();
    expect(a.grad!.toArray()).toEqual([0.5, expect.closeTo(0.25, 6), 1]);
    expect(b.grad!.toArray()).toEqual([0.5, expect.closeTo(0.75, 6), expect.closeTo(0, 6)]);
  });
});

test("xlogy is 0 where its first operand is, unless the second is NaN", () => {
  const y = ops.xlogy(tensor([0, 0, 0, 0, 2]), tensor([0, -1, Infinity, NaN, 1]));
  expect(y.toArray()).toEqual([0, 0, 0, NaN, 0]);
});

test("atan2 has its gradient where squares would overflow or vanish", () => {
  for (const size of [1e-30, 1, 1e30]) {
    const [a, b] = [variable([3 * size]), variable([4 * size])];
    angles.atan2(a, b).backward();
    expect(a.grad!.item() * size).toBeCloseTo(4 / 25, 6);
    expect(b.grad!.item() * size).toBeCloseTo(-3 / 25, 6);
  }
});
