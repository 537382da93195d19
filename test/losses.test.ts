// The losses that are no ops of their own family: mse, its reductions, gradients and refusals.
import { describe, expect, it } from "vitest";
import "../src/boot.ts";
import { backward } from "../src/backward.ts";
import { mse } from "../src/losses/regression.ts";
import { tensor } from "../src/ops/create.ts";
import { crossEntropy, crossEntropy as op } from "../src/ops/cross-entropy.ts";
import { checkOp, random } from "./check-op.ts";

describe("mse", () => {
  it.each([[[]], [[1]], [[3, 5]], [[4, 4, 4]], [[1030]], [[2, 1, 517]]])("is its float64 reference for %j", (shape) => {
    const [x, t] = [random(shape, 1), random(shape, 2)];
    const each = Array.from(x.data, (v, i) => (v - t.data[i]!) ** 2);
    const total = each.reduce((s, v) => s + v, 0);
    expect(Math.abs(mse(x, t).item() - total / x.size)).toBeLessThan(1e-6);
    expect(Math.abs(mse(x, t, { reduction: "sum" }).item() / total - 1)).toBeLessThan(1e-6);
    const none = mse(x, t, { reduction: "none" });
    expect(none.shape).toEqual(shape);
    Array.from(none.data).forEach((v, i) => {
      expect(Math.abs(v - each[i]!)).toBeLessThan(1e-6);
    });
  });

  it("has gradients for both operands", () => {
    for (const reduction of ["mean", "sum", "none"] as const) {
      for (const shape of [[], [1], [9], [3, 7]]) {
        checkOp("mse", (x, t) => mse(x, t, { reduction }), [random(shape, 1), random(shape, 2)]);
      }
    }
  });

  it("has no gradient for an operand that needs none", () => {
    const [x, t] = [tensor([1, 2], { requiresGrad: true }), tensor([3, 1])];
    backward(mse(x, t));
    expect([x.grad!.toArray(), t.grad]).toEqual([[-2, 1], null]);
  });

  it("of nothing is NaN, and 0 as a sum", () => {
    expect(mse(random([0]), random([0])).item()).toBeNaN();
    expect(mse(random([0, 2]), random([0, 2]), { reduction: "sum" }).item()).toBe(0);
    expect(mse(random([0, 2]), random([0, 2]), { reduction: "none" }).shape).toEqual([0, 2]);
  });

  it("lets NaN and infinities through", () => {
    const y = mse(tensor([NaN, Infinity, Infinity]), tensor([1, 1, Infinity]), { reduction: "none" });
    expect(y.toArray()).toEqual([NaN, Infinity, NaN]);
  });

  it("names what is wrong", () => {
    expect(() => mse(random([2, 3]), random([3]))).toThrow(
      new RangeError("mse: expected input and target of one shape, got [2, 3] and [3]; reshape or expand one"),
    );
    expect(() => mse(random([2]), tensor(Int32Array.of(1, 2)))).toThrow(
      new TypeError("mse: expected target to be float32, got int32"),
    );
    expect(() => mse(random([2]), random([2]), { reduction: "max" as "sum" })).toThrow(
      new RangeError('mse: expected reduction "mean", "sum" or "none", got "max"'),
    );
  });
});

it("losses offers the crossEntropy of the ops", () => {
  expect(crossEntropy).toBe(op);
});
