// Arithmetic of two operands and powers (src/ops/binary.ts, src/ops/pow.ts): values, kinds, numbers as operands,
// gradients, kinks and errors. Shapes are broadcast.test.ts, accuracy over all of float32 math.test.ts.
import { describe, expect, test } from "vitest";
import "../src/entry.ts";
import * as ops from "../src/ops/binary.ts";
import { tensor, variable } from "../src/ops/create.ts";
import type { Operand } from "../src/ops/internal/operands.ts";
import { pow } from "../src/ops/pow.ts";
import { fmod, remainder } from "../src/ops/remainder.ts";
import { atan2 } from "../src/ops/trig.ts";
import type { Tensor } from "../src/tensor.ts";
import { checkOp, random } from "./check-op.ts";

type Binary = (a: Operand, b: Operand) => Tensor;

const floorMod = (a: number, b: number): number => a - Math.floor(a / b) * b;

/** Op, reference, the integers' kernel or none, offset of both operands. */
const TABLE: [string, Binary, (a: number, b: number) => number, boolean, number][] = [
  ["add", ops.add, (a, b) => a + b, true, 0],
  ["sub", ops.sub, (a, b) => a - b, true, 0],
  ["mul", ops.mul, (a, b) => a * b, true, 0],
  ["div", ops.div, (a, b) => a / b, false, 1.5],
  ["maximum", ops.maximum, Math.max, true, 0],
  ["minimum", ops.minimum, Math.min, true, 0],
  ["atan2", atan2, Math.atan2, false, 0],
  ["fmod", fmod, (a, b) => a % b, true, 1.5],
  ["remainder", remainder, floorMod, true, 1.5],
  ["pow", pow, (a, b) => a ** b, true, 1.5],
];

const shifted = (shape: number[], seed: number, offset: number): Tensor => {
  const x = random(shape, seed);
  x.data.set(x.data.map((v) => v + offset));
  return x;
};

describe.each(TABLE)("%s", (name, op, reference, integral, offset) => {
  test("computes each element, whatever the length", () => {
    for (const shape of [[], [1], [3], [4, 5], [2, 3, 11], [0]]) {
      const [a, b] = [shifted(shape, 1, offset), shifted(shape, 2, offset)];
      const y = op(a, b);
      expect([y.shape, y.dtype]).toEqual([shape, "float32"]);
      a.data.forEach((v, i) => {
        expect(y.data[i]).toBeCloseTo(reference(v, b.data[i]!), 5);
      });
    }
  });

  test("takes a number for either operand", () => {
    const x = shifted([9], 3, offset);
    const left = op(1.25, x).data;
    const right = op(x, 1.25).data;
    x.data.forEach((v, i) => {
      expect(left[i]).toBeCloseTo(reference(1.25, v), 5);
      expect(right[i]).toBeCloseTo(reference(v, 1.25), 5);
    });
    expect(op(7, 2).item()).toBeCloseTo(reference(7, 2), 5);
  });

  test("has the gradients that differences show", () => {
    const quotient = name === "fmod" || name === "remainder";
    const a = quotient ? tensor([5.3, -5.3, 5.3, -5.3, 0.7]) : shifted([3, 5], 4, offset);
    const b = quotient ? tensor([1.9, 1.9, -1.9, -1.9, 2.9]) : shifted([3, 5], 5, offset);
    checkOp(name, op, [a, b], { step: 2e-3, tolerance: 2e-2 });
    checkOp(name, (x) => op(x, 1.7), [a], { step: 2e-3, tolerance: 2e-2 });
    checkOp(name, (x) => op(2.3, x), [shifted([4], 6, 1.5)], { step: 2e-3, tolerance: 2e-2 });
  });

  test("promotes bool < int32 < float32", () => {
    const whole = tensor(new Int32Array([7, 2, 5]));
    const divisor = tensor(new Int32Array([2, 3, 1]));
    const kind = integral ? "int32" : "float32";
    const y = op(whole, divisor);
    expect(y.dtype).toBe(kind);
    Array.from(y.data).forEach((v, i) => {
      expect(v).toBeCloseTo(reference(whole.data[i]!, divisor.data[i]!), 5);
    });
    expect(op(whole, 2).dtype).toBe(kind);
    expect(op(whole, 2.5).dtype).toBe("float32");
    expect(op(whole, tensor([1, 2, 3])).dtype).toBe("float32");
    expect(op(tensor([true]), tensor([true])).dtype).toBe(kind);
    expect(op(tensor([true]), tensor([true])).item()).toBeCloseTo(reference(1, 1), 5);
  });

  test("refuses other operands and shapes that do not fit", () => {
    const first = name === "pow" ? "x" : "a";
    const second = name === "pow" ? "exponent" : "b";
    expect(() => op("1" as never, 1)).toThrow(
      new TypeError(`${name}: expected ${first} to be a tensor or a number, got "1"`),
    );
    expect(() => op(tensor([1]), [1] as never)).toThrow(
      new TypeError(`${name}: expected ${second} to be a tensor or a number, got [1]`),
    );
    expect(() => op(random([2, 3]), random([2]))).toThrow(
      new RangeError(`${name}: expected shapes that broadcast together, got [2, 3] and [2]`),
    );
  });
});

/** Gradients of sum(op(a, b)). */
function slopes(op: Binary, a: number[], b: number[]): [number[], number[]] {
  const [x, y] = [variable(a), variable(b)];
  op(x, y).backward({ gradient: tensor(a.map(() => 1)) });
  return [Array.from(x.grad!.data), Array.from(y.grad!.data)];
}

describe("kinks and special values", () => {
  test("maximum and minimum share the gradient of ties and pass NaN's to both", () => {
    expect(slopes(ops.maximum, [1, 2, 0, NaN, 1], [1, 0, 2, 1, NaN])).toEqual([
      [0.5, 1, 0, 1, 1],
      [0.5, 0, 1, 1, 1],
    ]);
    expect(slopes(ops.minimum, [1, 2, 0, NaN, 1], [1, 0, 2, 1, NaN])).toEqual([
      [0.5, 0, 1, 1, 1],
      [0.5, 1, 0, 1, 1],
    ]);
  });

  test("maximum and minimum are NaN where either is", () => {
    for (const op of [ops.maximum, ops.minimum]) {
      expect(op(tensor([NaN, 1, Infinity]), tensor([1, NaN, NaN])).toArray()).toEqual([NaN, NaN, NaN]);
    }
  });

  test("div by zero is infinite or NaN", () => {
    expect(ops.div(tensor([1, -1, 0]), 0).toArray()).toEqual([Infinity, -Infinity, NaN]);
  });

  test("pow's gradients at 0 are PyTorch's", () => {
    const [dx, dExponent] = slopes(pow, [0, 0, 0, -2, 3], [0, 2, -1, 3, 0]);
    expect(dx).toEqual([0, 0, -Infinity, 12, 0]);
    expect(dExponent.slice(0, 3)).toEqual([0, 0, -Infinity]);
    expect(dExponent[3]).toBeNaN();
    expect(dExponent[4]).toBeCloseTo(Math.log(3), 6);
  });

  test("pow passes a NaN gradient to the exponent of 0, not to the base with exponent 0, as PyTorch", () => {
    const [x, exponent] = [variable([0]), variable([2])];
    ops.mul(pow(x, exponent), NaN).backward();
    expect(exponent.grad?.toArray()).toEqual([NaN]);
    const [base, zero] = [variable([2]), variable([0])];
    ops.mul(pow(base, zero), NaN).backward();
    expect(base.grad?.toArray()).toEqual([0]);
  });

  test.each([2, 3, 0.5, -0.5, -1, 1, 0, 2.5, -3])("pow with the number %d is pow with a tensor of it", (exponent) => {
    const x = shifted([17], 9, 1.2);
    const other = tensor(Array(17).fill(exponent));
    x.data.forEach((v, i) => {
      expect(pow(x, exponent).data[i]).toBeCloseTo(v ** exponent, 4);
      expect(pow(x, other).data[i]).toBeCloseTo(v ** exponent, 4);
    });
    checkOp("pow", (x) => pow(x, exponent), [x]);
  });

  test("the remainders have the signs of PyTorch's", () => {
    const a = tensor([5, -5, 5, -5]);
    const b = tensor([3, 3, -3, -3]);
    expect(fmod(a, b).toArray()).toEqual([2, -2, 2, -2]);
    expect(remainder(a, b).toArray()).toEqual([2, 1, -1, -2]);
    const [m, n] = [new Int32Array([5, -5, 5, -5]), new Int32Array([3, 3, -3, -3])].map((v) => tensor(v));
    expect(fmod(m!, n!).toArray()).toEqual([2, -2, 2, -2]);
    expect(remainder(m!, n!).toArray()).toEqual([2, 1, -1, -2]);
    expect(fmod(tensor([1]), 0).item()).toBeNaN();
  });

  test("add and sub take a factor", () => {
    const [a, b] = [random([2, 3], 1), random([3], 2)];
    expect(ops.add(a, b, { alpha: 0.5 }).toArray()).toEqual(ops.add(a, ops.mul(b, 0.5)).toArray());
    expect(ops.sub(3, b, { alpha: 2 }).toArray()).toEqual(ops.sub(3, ops.mul(b, 2)).toArray());
    expect(ops.add(a, 2, { alpha: 3 }).toArray()).toEqual(ops.add(a, 6).toArray());
    checkOp("add", (a, b) => ops.add(a, b, { alpha: -2 }), [a, b]);
  });

  test("an operand that meets itself gets both gradients", () => {
    const x = variable([3]);
    ops.mul(x, x).backward();
    expect(x.grad?.toArray()).toEqual([6]);
  });
});

describe("int32", () => {
  test("wraps around", () => {
    const big = tensor(new Int32Array([2 ** 31 - 1, 65536]));
    expect(ops.add(big, 1).toArray()).toEqual([-(2 ** 31), 65537]);
    expect(ops.mul(big, 65536).toArray()).toEqual([-65536, 0]);
    expect(pow(big, 2).toArray()).toEqual([1, 0]);
  });

  test("powers with negative exponents in a tensor are cut to integers", () => {
    const x = tensor(new Int32Array([1, -1, -1, 2, 0]));
    expect(pow(x, tensor(new Int32Array([-3, -3, -2, -1, -1]))).toArray()).toEqual([1, -1, 1, 0, 0]);
  });

  test("refuses what has no integer result", () => {
    const x = tensor(new Int32Array([1, 2]));
    expect(() => fmod(x, 0)).toThrow(
      new RangeError("fmod: expected b without zeros, got int32 division by zero; cast to float32 for NaN"),
    );
    expect(() => remainder(x, tensor(new Int32Array([1, 0])))).toThrow(
      new RangeError("remainder: expected b without zeros, got int32 division by zero; cast to float32 for NaN"),
    );
    expect(() => pow(x, -1)).toThrow(
      new RangeError('pow: expected exponent at least 0 for int32, got -1; convert x with cast(x, "float32")'),
    );
  });

  test("options are checked", () => {
    expect(() => ops.add(1, 2, { beta: 1 } as never)).toThrow(
      new TypeError('add: unknown option "beta"; expected one of alpha'),
    );
    expect(() => ops.sub(1, 2, { alpha: NaN })).toThrow(new TypeError("sub: expected alpha to be a number, got NaN"));
  });
});

test("a result beside a number tells which op made it, with or without a gradient", () => {
  for (const x of [tensor([1, 2]), variable([1, 2]), tensor([1, 2], { dtype: "int32" })]) {
    for (const op of [ops.add, ops.sub, ops.mul, ops.div, ops.maximum, pow]) {
      expect([op(x, 2).origin, op(2, x).origin]).toEqual([op.name, op.name]);
    }
  }
});
