// Functions of straight pieces and those with a bend at 0 (src/ops/piecewise.ts, src/ops/rectifier.ts): values, kinks,
// kinds and options.
import { describe, expect, test } from "vitest";
import "../src/entry.ts";
import { logSigmoid, mish, softsign, tanhshrink } from "../src/ops/activation.ts";
import { ones, tensor, variable } from "../src/ops/create.ts";
import * as ops from "../src/ops/piecewise.ts";
import { celu, elu, prelu, rrelu, selu } from "../src/ops/rectifier.ts";
import { seed } from "../src/random.ts";
import type { Tensor } from "../src/tensor.ts";
import { random } from "./check-op.ts";

type Unary = (x: Tensor) => Tensor;
const below = (x: number, alpha: number): number => alpha * Math.expm1(x / alpha);

const TABLE: [string, Unary, (x: number) => number][] = [
  ["relu6", ops.relu6, (x) => Math.min(Math.max(x, 0), 6)],
  ["hardtanh", (x) => ops.hardtanh(x, { maxVal: 2 }), (x) => Math.min(Math.max(x, -1), 2)],
  ["hardsigmoid", ops.hardsigmoid, (x) => Math.min(Math.max(x + 3, 0), 6) / 6],
  ["hardswish", ops.hardswish, (x) => (x * Math.min(Math.max(x + 3, 0), 6)) / 6],
  ["hardshrink", ops.hardshrink, (x) => (Math.abs(x) > 0.5 ? x : 0)],
  ["softshrink", (x) => ops.softshrink(x, { lambd: 1 }), (x) => Math.sign(x) * Math.max(Math.abs(x) - 1, 0)],
  ["threshold", (x) => ops.threshold(x, 1, 20), (x) => (x > 1 ? x : 20)],
  ["elu", (x) => elu(x, { alpha: 0.5 }), (x) => (x > 0 ? x : 0.5 * Math.expm1(x))],
  ["celu", (x) => celu(x, { alpha: 2 }), (x) => (x > 0 ? x : below(x, 2))],
  ["celu of negative alpha", (x) => celu(x, { alpha: -2 }), (x) => (x > 0 ? x : below(x, -2))],
  ["selu", selu, (x) => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x))],
  ["mish", mish, (x) => x * Math.tanh(Math.log1p(Math.exp(x)))],
  ["logSigmoid", logSigmoid, (x) => -Math.log1p(Math.exp(-x))],
  ["softsign", softsign, (x) => x / (1 + Math.abs(x))],
  ["tanhshrink", tanhshrink, (x) => x - Math.tanh(x)],
];

describe.each(TABLE)("%s", (_name, op, reference) => {
  test("computes each element, whatever the length", () => {
    for (const shape of [[], [1], [3], [4, 5], [2, 3, 11], [0]]) {
      const x = random(shape, 7, 8);
      const y = op(x);
      expect([y.shape, y.dtype]).toEqual([shape, "float32"]);
      x.data.forEach((v, i) => {
        expect(y.data[i]).toBeCloseTo(reference(v), 5);
      });
    }
  });

  test("hands NaN on", () => {
    expect(op(tensor([1, NaN])).data[1]).toBeNaN();
  });
});

/** The gradient of sum(op(x)) at given points. */
function slopes(op: Unary, at: number[]): number[] {
  const x = variable(at);
  op(x).backward({ gradient: ones([at.length]) });
  return Array.from(x.grad!.data);
}
const half = 0.5;

describe("kinks, as PyTorch has them", () => {
  test.each<[string, Unary, number[], number[]]>([
    ["relu6 has none on its bounds", ops.relu6, [0, 6, 1e-30, 5.9999995, -1, 7], [0, 0, 1, 1, 0, 0]],
    ["hardtanh has none on its bounds", ops.hardtanh, [-1, 1, 0, -0.99999994], [0, 0, 1, 1]],
    ["hardsigmoid", ops.hardsigmoid, [-3, 3, 0], [0, 0, Math.fround(1 / 6)]],
    ["hardswish", ops.hardswish, [-4, -3, 3, 4, 0], [0, -half, 1, 1, half]],
    ["hardshrink", ops.hardshrink, [-half, half, 0, 1], [0, 0, 0, 1]],
    ["softshrink", ops.softshrink, [-half, half, 0, 1], [0, 0, 0, 1]],
    ["threshold", (x) => ops.threshold(x, 1, 9), [1, 2, 0], [0, 1, 0]],
    ["elu has alpha at 0", (x) => elu(x, { alpha: half }), [0, -200, 200], [half, 0, 1]],
    ["celu has 1 at 0", (x) => celu(x, { alpha: 4 }), [0, 1], [1, 1]],
    [
      "celu of negative alpha rises to infinity",
      (x) => celu(x, { alpha: -1 }),
      [-100, -Infinity, NaN],
      [Infinity, Infinity, NaN],
    ],
    ["mish is flat on the left, straight on the right", mish, [-200, -3e38, 200, 1e20, 3e38], [-0, -0, 1, 1, 1]],
    ["logSigmoid", logSigmoid, [1e4, -1e4, 0], [0, 1, half]],
  ])("%s", (_name, op, at, want) => {
    expect(slopes(op, at).map((v) => v + 0)).toEqual(want.map((v) => v + 0));
  });
});

test("logSigmoid and mish are right far out", () => {
  expect(logSigmoid(tensor([1e4, -1e4, 20, -Infinity])).toArray()).toEqual(
    [-0, -1e4, -Math.exp(-20), -Infinity].map(Math.fround),
  );
  expect(mish(tensor([3e38, -3e38, -100, Infinity])).toArray()).toEqual(
    [3e38, -0, -100 * Math.exp(-100), Infinity].map((v) => expect.closeTo(Math.fround(v), 30)),
  );
});

describe("clamp between tensors", () => {
  test("gives each bound the gradient where it is the result", () => {
    const x = variable([-2, 0, 2, 5, 1]);
    const [min, max] = [variable([-1]), variable([1, 1, 1, -3, 1])];
    const y = ops.clamp(x, { min, max });
    expect(y.toArray()).toEqual([-1, 0, 1, -3, 1]);
    y.backward({ gradient: tensor([1, 2, 4, 8, 16]) });
    expect([x.grad, min.grad, max.grad].map((g) => g!.toArray())).toEqual([[0, 2, 0, 0, 16], [1], [0, 0, 4, 8, 0]]);
  });

  test("takes a number beside a tensor, hands NaN of either on, and keeps int32", () => {
    expect(ops.clamp(tensor([-5, 5, NaN]), { min: 0, max: tensor([3]) }).toArray()).toEqual([0, 3, NaN]);
    expect(ops.clamp(tensor([1, 2]), { min: tensor([NaN, 0]) }).toArray()).toEqual([NaN, 2]);
    const whole = ops.clamp(tensor(new Int32Array([-5, 5])), { max: tensor(new Int32Array([0, 9])) });
    expect([whole.dtype, whole.toArray()]).toEqual(["int32", [-5, 5]]);
  });
});

describe("kinds", () => {
  test("clamping functions keep int32, the others give float32", () => {
    const x = tensor(new Int32Array([-7, 0, 7]));
    for (const op of [ops.relu6, ops.hardtanh, ops.hardshrink, (t: Tensor) => ops.threshold(t, 1, 20)]) {
      expect(op(x).dtype).toBe("int32");
    }
    for (const op of [ops.hardsigmoid, ops.hardswish, elu, selu, softsign, mish]) expect(op(x).dtype).toBe("float32");
  });
});

describe("prelu", () => {
  test("has a weight for each channel, whose gradient is the sum of what is below 0", () => {
    const x = variable([
      [
        [1, -2],
        [-3, -Infinity],
      ],
    ]);
    const weight = variable([0.5, 0.25]);
    const y = prelu(x, weight);
    expect(y.toArray()).toEqual([
      [
        [1, -1],
        [-0.75, -Infinity],
      ],
    ]);
    y.backward({
      gradient: tensor([
        [
          [1, 1],
          [1, 0],
        ],
      ]),
    });
    expect(x.grad!.toArray()).toEqual([
      [
        [1, 0.5],
        [0.25, 0],
      ],
    ]);
    expect(weight.grad!.data[0]).toBe(-2);
  });

  test("has a gradient of 0 for the weight where x is positive, even infinite, and the weight's own at 0", () => {
    const [x, weight] = [variable([Infinity, 0]), variable([0.5])];
    prelu(x, weight).backward({ gradient: tensor([1, 1]) });
    expect([x.grad!.toArray(), weight.grad!.toArray()]).toEqual([[1, 0.5], [0]]);
  });
});

describe("rrelu", () => {
  test("draws a slope for each element in training, the same for the same seed", () => {
    const x = tensor(new Float32Array(1000).fill(-1));
    const draw = (): Float32Array => {
      seed(3);
      return rrelu(x, { lower: 0.25, upper: 0.5, training: true }).data.slice() as Float32Array;
    };
    const y = draw();
    expect(draw()).toEqual(y);
    expect(new Set(y).size).toBeGreaterThan(990);
    expect(Math.max(...y)).toBeLessThanOrEqual(-0.25);
    expect(Math.min(...y)).toBeGreaterThanOrEqual(-0.5);
    expect(y.reduce((a, b) => a + b) / 1000).toBeCloseTo(-0.375, 1);
  });

  test("has the slope that it drew for gradient", () => {
    const x = variable([-1, -1, 2]);
    const y = rrelu(x, { training: true });
    y.backward({ gradient: ones([3]) });
    expect(x.grad!.toArray()).toEqual([-y.data[0]!, -y.data[1]!, 1]);
  });
});
