// Initialisers: bounds and moments by PyTorch's formulas, the stream, and refusals.
import "../src/entry.ts";
import { describe, expect, it } from "vitest";
import { Conv2d } from "../src/nn/conv.ts";
import { Embedding } from "../src/nn/embedding.ts";
import * as init from "../src/nn/init.ts";
import { Linear } from "../src/nn/linear.ts";
import { conv2d } from "../src/ops/conv.ts";
import { full, tensor, variable, zeros } from "../src/ops/create.ts";
import { rand } from "../src/ops/create-random.ts";
import { dot, matmul } from "../src/ops/gemm.ts";
import { transpose } from "../src/ops/permute.ts";
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
    for (const name of ["conv1d", "conv3d", "convTranspose1d", "convTranspose2d", "convTranspose3d"] as const) {
      expect(init.calculateGain(name)).toBe(1);
    }
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

describe("init by structure", () => {
  it("eye puts ones on the diagonal of any matrix", () => {
    expect(init.eye(full([3, 2], 7)).toArray()).toEqual([
      [1, 0],
      [0, 1],
      [0, 0],
    ]);
  });

  it("dirac makes a convolution pass its channels on, group by group", () => {
    const x = rand([2, 4, 5, 5]);
    for (const groups of [1, 2]) {
      const w = init.dirac(full([4, 4 / groups, 3, 3], 7), { groups });
      expect(conv2d(x, w, null, { padding: 1, groups }).toArray()).toEqual(x.toArray());
    }
    const more = init.dirac(full([6, 2, 3], 7));
    expect(Array.from({ length: 6 }, (_, o) => [...more.data.subarray(6 * o, 6 * o + 6)].join(""))).toEqual([
      "010000",
      "000010",
      "000000",
      "000000",
      "000000",
      "000000",
    ]);
    expect([...init.dirac(zeros([1, 1, 2, 3, 4])).data].indexOf(1)).toBe(1 * 12 + 1 * 4 + 2);
  });

  it.each([
    [4, 4],
    [1, 5],
    [5, 1],
    [8, 3],
    [3, 8],
    [64, 64],
    [100, 30],
  ])("orthogonal makes [%d, %d] orthonormal the short way", (rows, columns) => {
    seed(rows);
    const w = init.orthogonal(zeros([rows, columns]), { gain: 2 });
    const n = Math.min(rows, columns);
    const product = rows < columns ? matmul(w, transpose(w, 0, 1)) : matmul(transpose(w, 0, 1), w);
    const wrong = [...product.data].map((v, i) => Math.abs(v - (i % (n + 1) === 0 ? 4 : 0)));
    expect(Math.max(...wrong)).toBeLessThan(1e-5);
  });

  it("orthogonal takes trailing axes as one, follows the seed, and has no preferred direction", () => {
    const draw = (): number[] => {
      seed(3);
      return [...init.orthogonal(zeros([4, 2, 3])).data];
    };
    expect(draw()).toEqual(draw());
    seed(11);
    const traces = Array.from({ length: 300 }, () => {
      const [a = 0, , , d = 0] = init.orthogonal(zeros([2, 2])).data;
      return a + d;
    });
    // Haar's measure on 2 x 2: mean of the trace 0, mean of its square 1.
    expect(Math.abs(traces.reduce((s, v) => s + v, 0) / 300)).toBeLessThan(0.2);
    expect(Math.abs(traces.reduce((s, v) => s + v * v, 0) / 300 - 1)).toBeLessThan(0.25);
  });

  it("sparse leaves the share of zeros in every column, rounded up", () => {
    seed(5);
    const w = init.sparse(zeros([10, 7]), 0.25, { std: 2 });
    const columns = Array.from({ length: 7 }, (_, c) => Array.from({ length: 10 }, (_, r) => w.data[7 * r + c]!));
    expect(columns.map((column) => column.filter((v) => v === 0).length)).toEqual(new Array(7).fill(3));
    expect(new Set(columns.map((column) => column.map((v) => v === 0).join())).size).toBeGreaterThan(2);
    expect(moments(w).std).toBeGreaterThan(1);
    expect(init.sparse(zeros([3, 2]), 1).data.every((v) => v === 0)).toBe(true);
  });
});

describe("truncNormal", () => {
  /** Mean and deviation of a normal distribution cut off at a and b, by Simpson's rule. */
  function cut(mean: number, std: number, a: number, b: number): [number, number] {
    const sums = [0, 0, 0];
    for (let i = 0; i <= 2000; i++) {
      const x = a + ((b - a) * i) / 2000;
      const w = Math.exp((-(x - mean) * (x - mean)) / (2 * std * std)) * (i % 2000 === 0 ? 1 : i % 2 === 0 ? 2 : 4);
      for (let k = 0; k < 3; k++) sums[k]! += w * x ** k;
    }
    const first = sums[1]! / sums[0]!;
    return [first, Math.sqrt(sums[2]! / sums[0]! - first * first)];
  }

  it.each([
    [0, 1, -2, 2],
    [0, 0.02, -0.04, 0.04],
    [1, 2, 0, 10],
    [0, 1, -0.1, 0.1],
    [0, 1, -8, 8],
    [0, 1, 1.5, 4],
  ])("with mean %d and deviation %d in [%d, %d] has the moments of the distribution", (mean, std, a, b) => {
    seed(9);
    const x = init.truncNormal(zeros([200, 100]), { mean, std, a, b });
    const [first, second] = cut(mean, std, a, b);
    const got = moments(x);
    expect(Math.abs(got.mean - first)).toBeLessThan((5 * second) / Math.sqrt(20000));
    expect(Math.abs(got.std / second - 1)).toBeLessThan(0.02);
    expect(x.data.every((v) => v >= Math.fround(a) && v <= Math.fround(b))).toBe(true);
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
    [() => init.xavierUniform(x), "xavierUniform: expected x to be a weight of at least 2 axes, got [3]"],
    [() => init.xavierNormal(weight(), { gain: NaN }), "xavierNormal: expected gain to be a number, got NaN"],
    [() => init.kaimingUniform(x), "kaimingUniform: expected x to be a weight of at least 2 axes, got [3]"],
    [
      () => init.kaimingNormal(weight(), { mode: bad("fan_in") }),
      'kaimingNormal: expected mode to be fanIn or fanOut, got "fan_in"',
    ],
    [
      () => init.kaimingNormal(weight(), { nonlinearity: bad("gelu") }),
      'calculateGain: expected nonlinearity to be one of linear, sigmoid, tanh, relu, leakyRelu, selu, convTranspose1d, conv1d, convTranspose2d, conv2d, convTranspose3d, conv3d, got "gelu"',
    ],
    [() => init.eye(zeros([2, 2, 2])), "eye: expected x of 2 axes, got [2, 2, 2]"],
    [() => init.dirac(zeros([2, 2])), "dirac: expected x of 3 to 5 axes, got [2, 2]"],
    [() => init.dirac(zeros([3, 2, 2]), { groups: 2 }), "dirac: expected groups to divide 3, got 2"],
    [() => init.orthogonal(x), "orthogonal: expected x of at least 2 axes, got [3]"],
    [() => init.sparse(zeros([2, 2]), 2), "sparse: expected sparsity from 0 to 1, got 2"],
    [() => init.truncNormal(x, { std: 0 }), "truncNormal: expected std above 0, got 0"],
    [() => init.truncNormal(x, { a: 1, b: 0 }), "truncNormal: expected b at least 1, got 0"],
    [() => init.fans([3]), "fans: expected a weight of at least 2 axes, got [3]"],
  ];
  for (const [call, message] of rows) it(message, () => expect(call).toThrow(message));
});
