// Activations (src/ops/activation.ts): values, gradients, kinks, options. The accuracy of tanh, sigmoid and erf over
// all of float32 is in math.test.ts.
import { describe, expect, test } from "vitest";
import "../src/entry.ts";
import { gelu, leakyRelu, relu, sigmoid, silu, softplus, tanh } from "../src/ops/activation.ts";
import { tensor, variable } from "../src/ops/create.ts";
import { clamp } from "../src/ops/piecewise.ts";
import type { Tensor } from "../src/tensor.ts";
import { checkOp, random } from "./check-op.ts";
import { erf } from "./reference.ts";

type Unary = (x: Tensor) => Tensor;

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
const geluTanh = (x: number): number => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

const TABLE: [string, Unary, (x: number) => number][] = [
  ["relu", relu, (x) => Math.max(x, 0)],
  ["leakyRelu", leakyRelu, (x) => (x > 0 ? x : 0.01 * x)],
  ["leakyRelu of another slope", (x) => leakyRelu(x, { negativeSlope: 0.3 }), (x) => (x > 0 ? x : 0.3 * x)],
  ["tanh", tanh, Math.tanh],
  ["sigmoid", sigmoid, logistic],
  ["gelu", gelu, (x) => 0.5 * x * (1 + erf(x / Math.SQRT2))],
  ["gelu by tanh", (x) => gelu(x, { approximate: "tanh" }), geluTanh],
  ["silu", silu, (x) => x * logistic(x)],
  ["softplus", softplus, (x) => Math.log1p(Math.exp(x))],
  ["softplus of beta 2", (x) => softplus(x, { beta: 2, threshold: 5 }), (x) => Math.log1p(Math.exp(2 * x)) / 2],
  ["clamp", (x) => clamp(x, { min: -1.5, max: 0.75 }), (x) => Math.min(Math.max(x, -1.5), 0.75)],
  ["clamp from below", (x) => clamp(x, { min: 0.25 }), (x) => Math.max(x, 0.25)],
  ["clamp from above", (x) => clamp(x, { max: 0.25 }), (x) => Math.min(x, 0.25)],
];

describe.each(TABLE)("%s", (name, op, reference) => {
  test("computes each element, whatever the length", () => {
    for (const shape of [[], [1], [3], [4, 5], [2, 3, 11], [0], [2, 0]]) {
      const x = random(shape, 7, 4);
      const y = op(x);
      expect([y.shape, y.dtype]).toEqual([shape, "float32"]);
      x.data.forEach((v, i) => {
        const want = reference(v);
        const { length } = TABLE; // softplus of beta 2 is exact beyond its threshold
        expect(Math.abs(y.data[i]! - (name === "softplus of beta 2" && v > 2.5 ? v : want))).toBeLessThan(
          length * 1e-7,
        );
      });
    }
  });

  test("has the gradient that differences show", () => {
    const x = random([3, 7], 11, 3);
    for (const kink of [0, 0.25, 0.75, -1.5, 2.5]) {
      for (let i = 0; i < x.size; i++) if (Math.abs(x.data[i]! - kink) < 0.02) x.data[i] = x.data[i]! + 0.05;
    }
    checkOp(name, op, [x]);
  });

  test("hands NaN through", () => {
    expect(op(tensor([NaN])).item()).toBeNaN();
  });
});

/** The gradient of sum(op(x)) at given points. */
function slopes(op: Unary, at: number[]): number[] {
  const x = variable(at);
  op(x).backward({ gradient: tensor(at.map(() => 1)) });
  return Array.from(x.grad!.data);
}

describe("kinks and limits", () => {
  test("relu has gradient 0 at 0 and passes dy at NaN", () => {
    expect(slopes(relu, [0, -0, NaN, 1, -1])).toEqual([0, 0, 1, 1, 0]);
  });

  test("leakyRelu has the negative side's gradient at 0", () => {
    expect(slopes((x) => leakyRelu(x, { negativeSlope: 0.5 }), [0, 1, -1])).toEqual([0.5, 1, 0.5]);
  });

  test("clamp passes the gradient on its bounds, none at NaN", () => {
    expect(slopes((x) => clamp(x, { min: -1, max: 1 }), [-1, 1, -1.5, 1.5, 0, NaN])).toEqual([1, 1, 0, 0, 1, 0]);
  });

  test("clamp with min above max gives max", () => {
    expect(clamp(tensor([0, 5]), { min: 3, max: 1 }).toArray()).toEqual([1, 1]);
  });

  test("no gradient is NaN far out", () => {
    const far = [-3e38, -1e20, -200, 200, 1e20, 3e38];
    for (const op of [tanh, sigmoid, silu, softplus, (x: Tensor) => gelu(x, { approximate: "tanh" }), gelu]) {
      expect(slopes(op, far).every((v) => v === 0 || v === 1)).toBe(true);
    }
  });

  test("gelu and silu have NaN for the gradient at infinities, as PyTorch computes them", () => {
    for (const op of [silu, gelu, (x: Tensor) => gelu(x, { approximate: "tanh" })]) {
      expect(slopes(op, [Infinity, -Infinity])).toEqual([NaN, NaN]);
    }
  });

  test("softplus is exact beyond its threshold and does not overflow before it", () => {
    expect(softplus(tensor([100, -200]), { threshold: 1000 }).toArray()).toEqual([100, 0]);
    expect(softplus(tensor([21])).item()).toBe(21);
  });
});

describe("kinds and options", () => {
  test("relu and clamp keep int32", () => {
    const x = tensor(new Int32Array([-5, 0, 5]));
    expect([relu(x).dtype, relu(x).toArray()]).toEqual(["int32", [0, 0, 5]]);
    const y = clamp(x, { min: -1, max: 3 });
    expect([y.dtype, y.toArray()]).toEqual(["int32", [-1, 0, 3]]);
    expect(clamp(x, { max: 0.5 }).dtype).toBe("float32");
    expect(tanh(x).dtype).toBe("float32");
  });

  test("are checked", () => {
    const x = tensor([1]);
    expect(() => clamp(x, {})).toThrow(new TypeError("clamp: expected min or max or both, got neither"));
    expect(() => clamp(x, { min: NaN })).toThrow(new TypeError("clamp: expected min to be a number, got NaN"));
    expect(() => gelu(x, { approximate: "fast" as never })).toThrow(
      new RangeError('gelu: expected approximate to be "none" or "tanh", got "fast"'),
    );
    expect(() => leakyRelu(x, { slope: 1 } as never)).toThrow(
      new TypeError('leakyRelu: unknown option "slope"; expected one of negativeSlope'),
    );
    expect(() => softplus(x, { beta: "1" as never })).toThrow(
      new TypeError('softplus: expected beta to be a number, got "1"'),
    );
    expect(() => relu(3 as never)).toThrow(new TypeError("relu: expected x to be a tensor, got 3"));
  });
});
