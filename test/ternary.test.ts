// Choice and mixture of three operands (src/ops/ternary.ts). Shapes are broadcast.test.ts.
import { describe, expect, test } from "vitest";
import "../src/entry.ts";
import { tensor, variable } from "../src/ops/create.ts";
import { addcdiv, addcmul, lerp, where } from "../src/ops/ternary.ts";
import { checkOp, random } from "./check-op.ts";

describe("where", () => {
  const condition = tensor([true, false, true]);

  test("chooses any bits untouched", () => {
    expect(where(condition, tensor([NaN, 1, -0]), tensor([2, Infinity, 3])).toArray()).toEqual([NaN, Infinity, -0]);
  });

  test("takes numbers and promotes kinds", () => {
    const whole = tensor(new Int32Array([1, 2, 3]));
    expect([where(condition, whole, 0).dtype, where(condition, whole, 0).toArray()]).toEqual(["int32", [1, 0, 3]]);
    expect(where(condition, whole, 0.5).toArray()).toEqual([1, 0.5, 3]);
    expect(where(condition, condition, whole).dtype).toBe("int32");
    const flags = where(condition, condition, tensor([false, true, false]));
    expect([flags.dtype, flags.toArray()]).toEqual(["bool", [true, true, true]]);
  });

  test("gives each operand the gradient of what it was chosen for, and no NaN from what was not", () => {
    const [a, b] = [variable([1, NaN, 3]), variable([4, 5, 6])];
    where(condition, a, b).backward({ gradient: tensor([10, 20, 30]) });
    expect(a.grad?.toArray()).toEqual([10, 0, 30]);
    expect(b.grad?.toArray()).toEqual([0, 20, 0]);
  });

  test("refuses a condition that is not bool", () => {
    expect(() => where(tensor([1, 0]), 1, 2)).toThrow(
      new TypeError("where: expected condition to be bool, got float32"),
    );
    expect(() => where(condition, "a" as never, 2)).toThrow(
      new TypeError('where: expected a to be a tensor or a number, got "a"'),
    );
    expect(() => where(condition, 1, tensor([1, 2]))).toThrow(
      new RangeError("where: expected shapes that broadcast together, got [3] and [] and [2]"),
    );
  });
});

describe("lerp", () => {
  test("is exact at both ends", () => {
    const [a, b] = [tensor([0.1, 1e30, -7]), tensor([0.3, -1e-30, 1e20])];
    expect(lerp(a, b, 0).toArray()).toEqual(a.toArray());
    expect(lerp(a, b, 1).toArray()).toEqual(b.toArray());
  });

  test("extrapolates, and takes numbers for all operands", () => {
    expect(lerp(tensor([1]), 3, 2).toArray()).toEqual([5]);
    expect(lerp(1, 3, tensor([-1, 0.5])).toArray()).toEqual([-1, 2]);
    expect(lerp(tensor(new Int32Array([1])), 2, 0.5).toArray()).toEqual([1.5]);
  });

  test("has the gradients that differences show", () => {
    checkOp("lerp", lerp, [random([2, 5], 1), random([2, 5], 2), random([2, 5], 3)]);
    checkOp("lerp", (a, b) => lerp(a, b, 0.3), [random([4], 1), random([4], 2)]);
  });

  test("refuses other operands", () => {
    expect(() => lerp(1, 2, undefined as never)).toThrow(
      new TypeError("lerp: expected weight to be a tensor or a number, got undefined"),
    );
  });
});

describe("addcmul and addcdiv", () => {
  const inputs = [random([2, 3], 1), random([3], 2), tensor([[1.5], [-2]])];

  test("compute x + value a b and x + value a / b", () => {
    const [x, a, b] = inputs.map((t) => t);
    const product = addcmul(x!, a!, b!, { value: 0.5 });
    const quotient = addcdiv(x!, a!, b!, { value: -2 });
    x!.data.forEach((v, i) => {
      const [p, q] = [a!.data[i % 3]!, b!.data[Math.floor(i / 3)]!];
      expect(product.data[i]).toBeCloseTo(v + 0.5 * p * q, 6);
      expect(quotient.data[i]).toBeCloseTo(v - (2 * p) / q, 6);
    });
    expect(addcmul(1, 2, 3).item()).toBe(7);
  });

  test("have the gradients that differences show", () => {
    checkOp("addcmul", (x, a, b) => addcmul(x, a, b, { value: 0.5 }), inputs);
    checkOp("addcdiv", (x, a, b) => addcdiv(x, a, b, { value: -2 }), inputs);
    checkOp("addcmul", (x, a, b) => addcmul(x, a, b), inputs);
  });

  test("check their options and shapes", () => {
    expect(() => addcmul(1, 2, 3, { alpha: 1 } as never)).toThrow(
      new TypeError('addcmul: unknown option "alpha"; expected one of value'),
    );
    expect(() => addcdiv(1, 2, 3, { value: "2" as never })).toThrow(
      new TypeError('addcdiv: expected value to be a number, got "2"'),
    );
    expect(() => addcdiv(random([2]), random([3]), 1)).toThrow(
      new RangeError("addcdiv: expected shapes that broadcast together, got [2] and [3] and []"),
    );
  });
});
