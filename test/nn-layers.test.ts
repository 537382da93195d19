// Every layer against the op behind it: shapes, parameters, options, text, refusals.
import "../src/boot.ts";
import { describe, expect, it } from "vitest";
import { backward } from "../src/backward.ts";
import { GELU, LeakyReLU, ReLU, Sigmoid, Tanh } from "../src/nn/activations.ts";
import { AvgPool2d } from "../src/nn/avg-pool.ts";
import { Conv2d } from "../src/nn/conv.ts";
import { Dropout } from "../src/nn/dropout.ts";
import { Embedding } from "../src/nn/embedding.ts";
import { Flatten, Identity } from "../src/nn/flatten.ts";
import { Linear } from "../src/nn/linear.ts";
import { MaxPool2d } from "../src/nn/max-pool.ts";
import type { Layer, Module } from "../src/nn/module.ts";
import { Sequential } from "../src/nn/sequential.ts";
import { Softmax } from "../src/nn/softmax.ts";
import { gelu, leakyRelu, relu, sigmoid, tanh } from "../src/ops/activation.ts";
import { avgPool2d } from "../src/ops/avg-pool.ts";
import { conv2d } from "../src/ops/conv.ts";
import { ones, tensor, zeros } from "../src/ops/create.ts";
import { randn } from "../src/ops/create-random.ts";
import { linear } from "../src/ops/gemm.ts";
import { maxPool2d } from "../src/ops/max-pool.ts";
import { dropout } from "../src/ops/random.ts";
import { sum } from "../src/ops/reduce.ts";
import { softmax } from "../src/ops/softmax.ts";
import { SGD } from "../src/optim/sgd.ts";
import { seed } from "../src/random.ts";
import type { Tensor } from "../src/tensor.ts";

const image = (): Tensor => randn([2, 4, 9, 7]);

/** The layer's result and the op's, on the same input. */
function expectSame(layer: Layer, op: (x: Tensor) => Tensor, x: Tensor): void {
  const [got, want] = [layer.call(x), op(x)];
  expect(got.shape).toEqual(want.shape);
  expect([...got.data]).toEqual([...want.data]);
}

describe("a layer computes its op", () => {
  it("Linear, with and without bias", () => {
    const x = randn([3, 2, 5]);
    const layer = new Linear(5, 4);
    expectSame(layer, (v) => linear(v, layer.weight, layer.bias), x);
    const bare = new Linear(5, 4, { bias: false });
    expect(bare.bias).toBe(null);
    expectSame(bare, (v) => linear(v, bare.weight), x);
  });

  it("Conv2d, with every option", () => {
    const options = { stride: [2, 1], padding: [1, 2], dilation: [1, 2], groups: 2 } as const;
    const layer = new Conv2d(4, 6, [3, 2], options);
    expect(layer.weight.shape).toEqual([6, 2, 3, 2]);
    expect(layer.bias!.shape).toEqual([6]);
    expectSame(layer, (v) => conv2d(v, layer.weight, layer.bias, options), image());
    const same = new Conv2d(4, 6, 3, { padding: "same", bias: false });
    expect(same.call(image()).shape).toEqual([2, 6, 9, 7]);
    expectSame(same, (v) => conv2d(v, same.weight, null, { padding: "same" }), image());
  });

  it("MaxPool2d and AvgPool2d, with every option", () => {
    const max = { stride: [2, 1], padding: 1, dilation: [1, 2], ceilMode: true } as const;
    expectSame(new MaxPool2d([3, 2], max), (v) => maxPool2d(v, [3, 2], max), image());
    expectSame(new MaxPool2d(2), (v) => maxPool2d(v, 2), image());
    const mean = { stride: 2, padding: [1, 0], ceilMode: true, countIncludePad: false, divisorOverride: 5 } as const;
    expectSame(new AvgPool2d(3, mean), (v) => avgPool2d(v, 3, mean), image());
    expectSame(new AvgPool2d(2), (v) => avgPool2d(v, 2), image());
  });

  it("activations", () => {
    const x = tensor([-2, -0.5, 0, 0.5, 3]);
    expectSame(new ReLU(), relu, x);
    expectSame(new LeakyReLU(), (v) => leakyRelu(v, { negativeSlope: 0.01 }), x);
    expectSame(new LeakyReLU(0.3), (v) => leakyRelu(v, { negativeSlope: 0.3 }), x);
    expectSame(new Sigmoid(), sigmoid, x);
    expectSame(new Tanh(), tanh, x);
    expectSame(new GELU(), gelu, x);
    expectSame(new GELU({ approximate: "tanh" }), (v) => gelu(v, { approximate: "tanh" }), x);
    expectSame(new Softmax(), (v) => softmax(v), randn([3, 4]));
    expectSame(new Softmax({ axis: 0 }), (v) => softmax(v, { axis: 0 }), randn([3, 4]));
  });

  it("Flatten and Identity", () => {
    expect(new Flatten().call(image()).shape).toEqual([2, 252]);
    expect(new Flatten({ startAxis: 0, endAxis: 1 }).call(image()).shape).toEqual([8, 9, 7]);
    const x = image();
    expect(new Identity().call(x)).toBe(x);
  });

  it("Dropout in training, and nothing in evaluation", () => {
    const x = ones([1000]);
    const layer = new Dropout(0.25);
    seed(3);
    const got = layer.call(x);
    seed(3);
    expect([...got.data]).toEqual([...dropout(x, { p: 0.25 }).data]);
    expect(got.data.some((v) => v === 0)).toBe(true);
    expect([...layer.eval().call(x).data]).toEqual([...x.data]);
    expect(new Dropout().p).toBe(0.5);
  });

  it("Embedding, whose padding row has no gradient", () => {
    const layer = new Embedding(5, 3, { paddingIdx: 1 });
    const ids = tensor(new Int32Array([4, 1, 4]));
    const y = layer.call(ids);
    const rows = layer.weight.toArray() as number[][];
    expect(y.toArray()).toEqual([rows[4], rows[1], rows[4]]);
    backward(sum(y));
    expect(layer.weight.grad!.toArray()).toEqual([
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
      [2, 2, 2],
    ]);
    const scaled = new Embedding(5, 3, { scaleGradByFreq: true });
    backward(sum(scaled.call(ids)));
    expect((scaled.weight.grad!.toArray() as number[][])[4]).toEqual([1, 1, 1]);
  });
});

it("a network of all of them has PyTorch's names and trains", () => {
  seed(11);
  const model = new Sequential(
    new Conv2d(1, 4, 3, { padding: 1 }),
    new ReLU(),
    new MaxPool2d(2),
    new Conv2d(4, 4, 3, { groups: 2 }),
    new Tanh(),
    new AvgPool2d(2),
    new Flatten(),
    new Dropout(0.1),
    new Linear(4, 2),
  );
  expect(Object.keys(model.stateDict())).toEqual(["0.weight", "0.bias", "3.weight", "3.bias", "8.weight", "8.bias"]);
  const optimizer = new SGD(model.parameters(), { lr: 0.1 });
  const x = randn([8, 1, 8, 8]);
  const before = model.parameters().map((p) => [...p.data]);
  backward(sum(model.call(x)));
  expect(model.parameters().every((p) => p.grad?.data.some((v) => v !== 0))).toBe(true);
  optimizer.step();
  expect(model.parameters().every((p, i) => p.data.some((v, j) => v !== before[i]![j]))).toBe(true);
});

describe("text shows the options of", () => {
  const rows: [Module, string][] = [
    [new Linear(2, 3, { bias: false }), "Linear(inFeatures=2, outFeatures=3, bias=false)"],
    [new Conv2d(1, 8, 5), "Conv2d(1, 8, kernelSize=[5, 5], stride=[1, 1])"],
    [
      new Conv2d(2, 8, [3, 1], { stride: 2, padding: [1, 0], dilation: 2, groups: 2, bias: false }),
      "Conv2d(2, 8, kernelSize=[3, 1], stride=[2, 2], padding=[1, 0], dilation=[2, 2], groups=2, bias=false)",
    ],
    [new Conv2d(1, 1, 3, { padding: "same" }), "Conv2d(1, 1, kernelSize=[3, 3], stride=[1, 1], padding=same)"],
    [new MaxPool2d(2), "MaxPool2d(kernelSize=[2, 2], stride=[2, 2])"],
    [
      new MaxPool2d(3, { stride: 2, padding: 1, dilation: 2, ceilMode: true }),
      "MaxPool2d(kernelSize=[3, 3], stride=[2, 2], padding=[1, 1], dilation=[2, 2], ceilMode=true)",
    ],
    [
      new AvgPool2d(3, { ceilMode: true, countIncludePad: false, divisorOverride: 2 }),
      "AvgPool2d(kernelSize=[3, 3], stride=[3, 3], ceilMode=true, countIncludePad=false, divisorOverride=2)",
    ],
    [new Flatten(), "Flatten(startAxis=1, endAxis=-1)"],
    [new Dropout(0.3), "Dropout(p=0.3)"],
    [new Embedding(5, 3), "Embedding(5, 3)"],
    [
      new Embedding(5, 3, { paddingIdx: -1, scaleGradByFreq: true }),
      "Embedding(5, 3, paddingIdx=4, scaleGradByFreq=true)",
    ],
    [new ReLU(), "ReLU()"],
    [new LeakyReLU(), "LeakyReLU(negativeSlope=0.01)"],
    [new GELU({ approximate: "tanh" }), "GELU(approximate=tanh)"],
    [new Softmax({ axis: 1 }), "Softmax(axis=1)"],
  ];
  for (const [layer, text] of rows) it(text, () => expect(String(layer)).toBe(text));
});

describe("a layer refuses", () => {
  const bad = (value: unknown): never => value as never;
  const rows: [() => unknown, string][] = [
    [() => new Linear(0, 1), "Linear: expected inFeatures at least 1, got 0"],
    [() => new Linear(1, 1.5), "Linear: expected outFeatures to be an integer, got 1.5"],
    [() => new Linear(1, 1, bad({ bais: true })), 'Linear: unknown option "bais"; expected one of bias'],
    [() => new Linear(1, 1, { bias: bad(0) }), "Linear: expected bias to be a boolean, got 0"],
    [() => new Conv2d(0, 1, 1), "Conv2d: expected inChannels at least 1, got 0"],
    [() => new Conv2d(1, bad("8"), 1), 'Conv2d: expected outChannels to be an integer, got "8"'],
    [() => new Conv2d(1, 1, 0), "Conv2d: expected kernelSize at least 1, got 0"],
    [() => new Conv2d(1, 1, bad([3, 3, 3])), "Conv2d: expected kernelSize to be an integer or a pair, got [3, 3, 3]"],
    [() => new Conv2d(1, 1, 3, { stride: 0 }), "Conv2d: expected stride at least 1, got 0"],
    [() => new Conv2d(1, 1, 3, { padding: -1 }), "Conv2d: expected padding at least 0, got -1"],
    [
      () => new Conv2d(1, 1, 3, { padding: bad("full") }),
      'Conv2d: expected padding to be a number, a pair, "same" or "valid", got "full"',
    ],
    [
      () => new Conv2d(1, 1, 3, { padding: "same", stride: 2 }),
      'Conv2d: expected stride 1 with padding "same", got [2, 2]',
    ],
    [() => new Conv2d(1, 1, 3, { dilation: 0 }), "Conv2d: expected dilation at least 1, got 0"],
    [
      () => new Conv2d(4, 6, 3, { groups: 4 }),
      "Conv2d: expected groups to divide inChannels 4 and outChannels 6, got 4",
    ],
    [() => new Conv2d(1, 1, 3, bad({ paddin: 2 })), 'Conv2d: unknown option "paddin"; expected one of'],
    [() => new MaxPool2d(0), "MaxPool2d: expected kernelSize at least 1, got 0"],
    [() => new MaxPool2d(2, { padding: 2 }), "MaxPool2d: expected padding at most half the kernel [2, 2], got [2, 2]"],
    [() => new MaxPool2d(2, { ceilMode: bad(1) }), "MaxPool2d: expected ceilMode to be a boolean, got 1"],
    [() => new MaxPool2d(2, bad({ size: 2 })), 'MaxPool2d: unknown option "size"'],
    [() => new AvgPool2d(2, { divisorOverride: 0 }), "AvgPool2d: expected divisorOverride other than 0, got 0"],
    [() => new AvgPool2d(2, bad({ dilation: 2 })), 'AvgPool2d: unknown option "dilation"'],
    [() => new Flatten({ startAxis: bad("1") }), 'Flatten: expected startAxis to be a number, got "1"'],
    [
      () => new Flatten({ startAxis: 3 }).call(zeros([2, 3])),
      "flatten: expected startAxis from -2 to 1 for rank 2, got 3",
    ],
    [() => new Dropout(1.5), "Dropout: expected p from 0 to 1, got 1.5"],
    [() => new Dropout(bad({ p: 0.5 })), "Dropout: expected p to be a number, got an object"],
    [() => new Embedding(0, 3), "Embedding: expected numEmbeddings at least 1, got 0"],
    [() => new Embedding(5, 3, { paddingIdx: 5 }), "Embedding: expected paddingIdx from -5 to 4, got 5"],
    [() => new LeakyReLU(NaN), "LeakyReLU: expected negativeSlope to be a number, got NaN"],
    [() => new GELU({ approximate: bad("erf") }), 'GELU: expected approximate to be "none" or "tanh", got "erf"'],
    [() => new Softmax(bad({ dim: 1 })), 'Softmax: unknown option "dim"; expected one of axis'],
    [() => new Softmax({ axis: 0.5 }), "Softmax: expected axis to be an integer, got 0.5"],
  ];
  for (const [make, message] of rows) it(message, () => expect(make).toThrow(message));
});
