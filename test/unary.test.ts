// Elementwise functions of one operand (src/ops/unary.ts): values, kinds, gradients and kinks. The accuracy of the
// mathematics over all of float32 is in math.test.ts.
import { describe, expect, test } from "vitest";
import "../src/entry.ts";
import { tensor, variable } from "../src/ops/create.ts";
import * as ops from "../src/ops/unary.ts";
import type { Tensor } from "../src/tensor.ts";
import { checkOp, random } from "./check-op.ts";
import { erf } from "./reference.ts";

type Unary = (x: Tensor) => Tensor;

/** Op, reference, and an offset that keeps random values in [-1, 1) inside the domain and off the kinks. */
const TABLE: [string, Unary, (x: number) => number, number][] = [
  ["neg", ops.neg, (x) => -x, 0],
  ["abs", ops.abs, Math.abs, 0],
  ["sign", ops.sign, Math.sign, 0],
  ["square", ops.square, (x) => x * x, 0],
  ["sqrt", ops.sqrt, Math.sqrt, 1.5],
  ["rsqrt", ops.rsqrt, (x) => 1 / Math.sqrt(x), 1.5],
  ["reciprocal", ops.reciprocal, (x) => 1 / x, 1.5],
  ["exp", ops.exp, Math.exp, 0],
  ["log", ops.log, Math.log, 1.5],
  ["sin", ops.sin, Math.sin, 0],
  ["cos", ops.cos, Math.cos, 0],
  ["erf", ops.erf, erf, 0],
];

const shifted = (shape: number[], offset: number): Tensor => {
  const x = random(shape, 7);
  x.data.set(x.data.map((v) => v + offset));
  return x;
};

describe.each(TABLE)("%s", (name, op, reference, offset) => {
  test("computes each element, whatever the length", () => {
    for (const shape of [[], [1], [3], [4, 5], [2, 3, 11], [0], [2, 0]]) {
      const x = shifted(shape, offset);
      const y = op(x);
      expect([y.shape, y.dtype]).toEqual([shape, "float32"]);
      x.data.forEach((v, i) => {
        expect(y.data[i]).toBeCloseTo(reference(v), 5);
      });
    }
  });

  test("has the gradient that differences show", () => {
    const x = shifted([3, 7], offset);
    // differences across a kink show a mean of both sides
    for (let i = 0; i < x.size; i++) if (Math.abs((x.data[i]! * 2) % 1) < 0.1) x.data[i] = x.data[i]! + 0.2;
    checkOp(name, op, [x]);
  });

  test("takes bool and int32", () => {
    const x = tensor(new Int32Array([1, 2, 3, 4, 5]));
    const kept = ["neg", "abs", "sign", "square"].includes(name);
    expect(op(x).dtype).toBe(kept ? "int32" : "float32");
    Array.from(op(x).data).forEach((v, i) => {
      expect(v).toBeCloseTo(reference(i + 1), 3);
    });
    const one = op(tensor([true]));
    expect(one.dtype).toBe(kept ? "int32" : "float32");
    expect(one.item()).toBeCloseTo(reference(1), 5);
  });

  test("refuses what is no tensor", () => {
    expect(() => op([1] as never)).toThrow(new TypeError(`${name}: expected x to be a tensor, got [1]`));
  });
});

/** The gradient of sum(op(x)) at given points. */
function slopes(op: Unary, at: number[]): number[] {
  const x = variable(at);
  const y = op(x);
  y.backward({ gradient: tensor(at.map(() => 1)) });
  return Array.from(x.grad!.data);
}

describe("kinks and special values", () => {
  test("abs has gradient 0 at 0", () => {
    expect(slopes(ops.abs, [0, -0, 2, -2])).toEqual([0, 0, 1, -1]);
  });

  test("sign is 0 at NaN and its gradient is 0, not absent", () => {
    expect(ops.sign(tensor([NaN, -0, -Infinity])).toArray()).toEqual([0, 0, -1]);
    expect(slopes(ops.sign, [1, 0])).toEqual([0, 0]);
  });

  test("sqrt has an infinite gradient at 0", () => {
    expect(slopes(ops.sqrt, [0, 4])).toEqual([Infinity, 0.25]);
  });

  test("log and reciprocal are infinite at 0", () => {
    expect(ops.log(tensor([0, -1])).toArray()).toEqual([-Infinity, NaN]);
    expect(ops.reciprocal(tensor([0, -0])).toArray()).toEqual([Infinity, -Infinity]);
  });

  test("int32 wraps around", () => {
    const least = tensor(new Int32Array([-(2 ** 31), 65536]));
    expect(ops.neg(least).toArray()).toEqual([-(2 ** 31), -65536]);
    expect(ops.abs(least).toArray()).toEqual([-(2 ** 31), 65536]);
    expect(ops.square(least).toArray()).toEqual([0, 0]);
    expect(ops.sign(least).toArray()).toEqual([-1, 1]);
  });
});
