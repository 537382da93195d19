// Initialisers: bounds and moments by PyTorch's formulas, the stream, and refusals.
import "../src/boot.ts";
import { describe, expect, it } from "vitest";
import { Conv2d } from "../src/nn/conv.ts";
import { Embedding } from "../src/nn/embedding.ts";
import * as init from "../src/nn/init.ts";
import { Linear } from "../src/nn/linear.ts";
import { tensor, variable, zeros } from "../src/ops/create.ts";
import { dot } from "../src/ops/gemm.ts";
import { seed } from "../src/random.ts";
import type { Tensor } from "../src/tensor.ts";

function moments(x: Tensor): { mean: number; std: number; largest: number } {
  const values = Array.from(x.data);
  const mean = values.reduce((s, v) => s + v, 0) / values.length;
  const std = Math.sqrt(values.reduce((s, v) => s + (v - mean) * (v - mean), 0) / values.length);
  return { mean, std, largest: Math.max(...values.map(Math.abs)) };
}

/** Uniform within ± bound: never beyond, nearly reached, of the standard deviation bound / sqrt(3). */
function expectUniform(x: Tensor, bound: number): void {
  const { mean, std, largest } = moments(x);
  expect(largest).toBeLessThanOrEqual(Math.fround(bound));
  expect(largest).toBeGreaterThan(0.99 * bound);
  expect(Math.abs(mean)).toBeLessThan((5 * bound) / Math.sqrt(3 * x.size));
  expect(std / (bound / Math.sqrt(3))).toBeCloseTo(1, 1);
}

/** Normal: the share within one standard deviation is 0.683. */
function expectNormal(x: Tensor, expected: number): void {
  const { mean, std } = moments(x);
  expect(Math.abs(mean)).toBeLessThan((5 * expected) / Math.sqrt(x.size));
  expect(std / expected).toBeCloseTo(1, 1);
  const within = Array.from(x.data).filter((v) => Math.abs(v) < expected).length / x.size;
  expect(Math.abs(within - 0.6827)).toBeLessThan(0.03);
}

const weight = (): Tensor => zeros([80, 12, 3, 3]);
const [FAN_IN, FAN_OUT] = [12 * 9, 80 * 9];

describe("the default of", () => {
  it("Linear is uniform within 1 / sqrt(fanIn), weight and bias", () => {
    seed(1);
    const layer = new Linear(100, 300);
    expectUniform(layer.weight, 0.1);
    expectUniform(layer.bias!, 0.1);
  });

  it("Conv2d is uniform within 1 / sqrt(fanIn) of its group", () => {
    seed(2);
    const layer = new Conv2d(16, 256, [5, 3], { groups: 2 });
    expectUniform(layer.weight, 1 / Math.sqrt(8 * 15));
    expectUniform(layer.bias!, 1 / Math.sqrt(8 * 15));
  });

  it("Embedding is normal, with zeros in the padding row", () => {
    seed(3);
    expectNormal(new Embedding(200, 40).weight, 1);
    const padded = new Embedding(5, 3, { paddingIdx: -2 });
    expect((padded.weight.toArray() as number[][]).map((row) => row.every((v) => v === 0))).toEqual([
      false,
      false,
      false,
      true,
      false,
    ]);
  });

  it("a layer is the same for the same seed, and another for the next draw", () => {
    seed(7);
    const a = new Linear(3, 5);
    const b = new Linear(3, 5);
    seed(7);
    const c = new Linear(3, 5);
    expect(c.weight.toArray()).toEqual(a.weight.toArray());
    expect(c.bias!.toArray()).toEqual(a.bias!.toArray());
    expect(b.weight.toArray()).not.toEqual(a.weight.toArray());
  });
});

describe("init", () => {
  it("uniform, normal, constant, zeros and ones fill in place and return the tensor", () => {
    seed(4);
    const x = variable(new Float32Array(10001));
    expect(init.uniform(x)).toBe(x);
    expect(moments(x).mean).toBeCloseTo(0.5, 1);
    expect(Math.min(...x.data)).toBeGreaterThanOrEqual(0);
    expectUniform(init.uniform(x, { a: -2, b: 2 }), 2);
    expectNormal(init.normal(x), 1);
    expect(moments(init.normal(x, { mean: 5, std: 0.1 })).mean).toBeCloseTo(5, 2);
    expect(init.normal(x, { mean: 5, std: 0 }).data.every((v) => v === 5)).toBe(true);
    expect(init.constant(x, -3).data.every((v) => v === -3)).toBe(true);
    expect(init.ones(x).data.every((v) => v === 1)).toBe(true);
    expect(init.zeros(x).data.every((v) => v === 0)).toBe(true);
    expect(x.requiresGrad && x.isLeaf).toBe(true);
  });

  it("xavier keeps gain * sqrt(2 / (fanIn + fanOut))", () => {
    seed(5);
    const std = Math.sqrt(2 / (FAN_IN + FAN_OUT));
    expectUniform(init.xavierUniform(weight()), std * Math.sqrt(3));
    expectUniform(init.xavierUniform(weight(), { gain: 2 }), 2 * std * Math.sqrt(3));
    expectNormal(init.xavierNormal(weight()), std);
    expectNormal(init.xavierNormal(weight(), { gain: 0.5 }), 0.5 * std);
  });

  it("kaiming keeps gain / sqrt(fan)", () => {
    seed(6);
    expectUniform(init.kaimingUniform(weight()), Math.sqrt(6 / FAN_IN));
    expectUniform(init.kaimingUniform(weight(), { a: Math.sqrt(5) }), 1 / Math.sqrt(FAN_IN));
    expectUniform(init.kaimingUniform(weight(), { mode: "fanOut", nonlinearity: "linear" }), Math.sqrt(3 / FAN_OUT));
    expectNormal(init.kaimingNormal(weight(), { nonlinearity: "relu" }), Math.sqrt(2 / FAN_IN));
    expectNormal(init.kaimingNormal(weight(), { mode: "fanOut", nonlinearity: "tanh" }), 5 / 3 / Math.sqrt(FAN_OUT));
  });

  it("gains and fans are PyTorch's", () => {
    const names = ["linear", "conv2d", "sigmoid", "tanh", "relu", "leakyRelu", "selu"] as const;
    expect(names.map((name) => init.calculateGain(name))).toEqual([
      1,
      1,
      1,
      5 / 3,
      Math.SQRT2,
      1.4141428569978354,
      0.75,
    ]);
    expect(init.calculateGain("leakyRelu", 0.2)).toBe(1.3867504905630728);
    expect(init.fans([4, 5])).toEqual({ fanIn: 5, fanOut: 4 });
    expect(init.fans([6, 4, 5])).toEqual({ fanIn: 20, fanOut: 30 });
    expect(init.fans([8, 3, 3, 3])).toEqual({ fanIn: 27, fanOut: 72 });
  });

  it("leaves an empty tensor as it is, whatever its fans", () => {
    expect(init.xavierUniform(zeros([0, 0])).shape).toEqual([0, 0]);
    expect(init.kaimingNormal(zeros([4, 0])).size).toBe(0);
    expect(init.uniform(zeros([0])).size).toBe(0);
  });
});

describe("init refuses", () => {
  const x = zeros([3]);
  const bad = (value: unknown): never => value as never;
  const leaf = variable([1, 2]);
  const rows: [() => unknown, string][] = [
    [() => init.uniform(bad([1])), "uniform: expected x to be a tensor, got [1]"],
    [() => init.uniform(x, { a: 1, b: 0 }), "uniform: expected b at least 1, got 0"],
    [() => init.uniform(x, bad({ low: 1 })), 'uniform: unknown option "low"; expected one of a, b'],
    [() => init.normal(x, { std: -1 }), "normal: expected std at least 0, got -1"],
    [() => init.normal(x, { mean: NaN }), "normal: expected mean to be a number, got NaN"],
    [() => init.constant(x, bad("1")), 'constant: expected value to be a number, got "1"'],
    [() => init.zeros(tensor([1], { dtype: "int32" })), "zeros: expected x to be float32, got int32"],
    [() => init.ones(dot(leaf, leaf)), "ones: expected x to be a leaf, got a result of dot"],
    [() => init.xavierUniform(x), "xavierUniform: expected x to be a weight of at least 2 axes, got shape [3]"],
    [() => init.xavierNormal(weight(), { gain: NaN }), "xavierNormal: expected gain to be a number, got NaN"],
    [() => init.kaimingUniform(x), "kaimingUniform: expected x to be a weight of at least 2 axes, got shape [3]"],
    [
      () => init.kaimingNormal(weight(), { mode: bad("fan_in") }),
      'kaimingNormal: expected mode to be fanIn or fanOut, got "fan_in"',
    ],
    [
      () => init.kaimingNormal(weight(), { nonlinearity: bad("gelu") }),
      'calculateGain: expected nonlinearity to be one of linear, conv2d, sigmoid, tanh, relu, leakyRelu, selu, got "gelu"',
    ],
    [() => init.fans([3]), "fans: expected a weight of at least 2 axes, got shape [3]"],
  ];
  for (const [call, message] of rows) it(message, () => expect(call).toThrow(message));
});
