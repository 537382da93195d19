// Bad input to the ops, layers and initialisers that were there first.
import * as sedge from "../../src/entry.ts";

const { nn, ones, tensor } = sedge;

type Row = [call: () => unknown, message: string];
type Loose = (...args: unknown[]) => unknown;

/** What a program without types may call. */
const loose = (fn: unknown): Loose => fn as Loose;
const op = (name: string): Loose => loose(Reflect.get(sedge, name));
const rows = (names: string, make: (name: string) => Row[]): Record<string, Row[]> =>
  Object.fromEntries(names.split(" ").map((name) => [name, make(name)]));

const x = ones([2, 3]);
const v = ones([3]);
const ids = tensor([0, 1], { dtype: "int32" });

export const refusals: Record<string, Row[]> = {
  ...rows(
    "neg abs sign square sqrt rsqrt reciprocal exp log sin cos erf floor ceil round trunc relu tanh sigmoid silu isnan " +
      "isinf isfinite detach clone zerosLike onesLike",
    (name) => [[() => op(name)([1]), `${name}: expected x to be a tensor, got [1]`]],
  ),
  ...rows("leakyRelu gelu softplus softmax logSoftmax softmin logsumexp sum mean prod any all amax amin", (name) => [
    [() => op(name)(1), `${name}: expected x to be a tensor, got 1`],
    [() => op(name)(x, { dim: 1 }), `${name}: unknown option "dim"`],
  ]),
  ...rows("argmax argmin amax amin sum mean prod any all logsumexp", (name) => [
    [() => op(name)(x, { axis: 2 }), `${name}: expected axis from -2 to 1 for rank 2, got 2`],
    [() => op(name)(x, { keepDims: 1 }), `${name}: expected keepDims to be a boolean, got 1`],
  ]),
  ...rows("softmax logSoftmax softmin", (name) => [
    [() => op(name)(x, { axis: 2 }), `${name}: expected axis from -2 to 1 for rank 2, got 2`],
  ]),
  ...rows(
    "add sub mul div maximum minimum atan2 fmod remainder pow eq ne lt le gt ge logicalAnd logicalOr logicalXor",
    (name) => [
      [() => op(name)(x, ones([2])), `${name}: expected shapes that broadcast together, got [2`],
      [() => op(name)(x, "1"), `${name}: expected`],
    ],
  ),
  logicalNot: [[() => op("logicalNot")("x"), "logicalNot: expected x to be a tensor"]],
  clamp: [
    [() => op("clamp")(x), "clamp: expected min or max or both, got neither"],
    [() => op("clamp")(x, { low: 1 }), 'clamp: unknown option "low"'],
  ],
  where: [[() => op("where")(x, x, x), "where: expected condition to be bool, got float32"]],
  lerp: [[() => op("lerp")(x, x), "lerp: expected weight to be a tensor or a number, got undefined"]],
  ...rows("addcmul addcdiv", (name) => [
    [() => op(name)(x, x, x, { alpha: 1 }), `${name}: unknown option "alpha"`],
    [() => op(name)(x, x, ones([2])), `${name}: expected shapes that broadcast together`],
  ]),
  cast: [[() => op("cast")(x, "float64"), 'cast: expected dtype to be one of float32, int32, bool, got "float64"']],
  crossEntropy: [
    [
      () => op("crossEntropy")(x, ids, { reduction: "avg" }),
      'crossEntropy: expected reduction "mean", "sum" or "none"',
    ],
    [() => op("crossEntropy")(x, tensor([0, 3], { dtype: "int32" })), "crossEntropy: expected labels from 0"],
  ],
  mse: [
    [() => op("mse")(x, v), "mse: expected input and target of one shape, got [2, 3] and [3]"],
    [() => op("mse")(x, x, { reduce: true }), 'mse: unknown option "reduce"'],
  ],
  matmul: [
    [() => op("matmul")(x, x), "matmul: expected inner sizes to match, got [2, 3] and [2, 3]"],
    [() => op("matmul")(ids, x), "matmul: expected a to be float32, got int32"],
  ],
  bmm: [[() => op("bmm")(x, x), "bmm: expected a of rank 3, got shape [2, 3]"]],
  mv: [[() => op("mv")(x, x), "mv: expected b of rank 1, got shape [2, 3]"]],
  dot: [[() => op("dot")(v, x), "dot: expected b of rank 1, got shape [2, 3]"]],
  outer: [[() => op("outer")(v, x), "outer: expected b of rank 1"]],
  linear: [[() => op("linear")(x, ones([4, 2])), "linear: expected x of shape [..., 2] for weight [4, 2], got [2, 3]"]],
  addmm: [[() => op("addmm")(ones([5]), x, ones([3, 4])), "addmm: expected input"]],
  tensordot: [[() => op("tensordot")(x, x, 3), "tensordot: expected"]],
  embedding: [
    [() => op("embedding")(x, x), "embedding: expected"],
    [() => op("embedding")(ids, x, { paddingIndex: 0 }), 'embedding: unknown option "paddingIndex"'],
  ],
  gather: [[() => op("gather")(x, tensor([[5]], { dtype: "int32" }), { axis: 1 }), "gather: expected index"]],
  indexSelect: [[() => op("indexSelect")(x, tensor([2], { dtype: "int32" })), "indexSelect: expected index"]],
  oneHot: [[() => op("oneHot")(x), "oneHot: expected"]],
  reshape: [[() => op("reshape")(x, [4]), "reshape: expected a shape of 6 elements for [2, 3], got [4] of 4"]],
  flatten: [[() => op("flatten")(x, { startAxis: 2 }), "flatten: expected startAxis from -2 to 1"]],
  squeeze: [[() => op("squeeze")(x, 5), "squeeze: expected axis from -2 to 1 for rank 2, got 5"]],
  unsqueeze: [[() => op("unsqueeze")(x), "unsqueeze: expected axis to be an integer, got undefined"]],
  permute: [[() => op("permute")(x, [0, 0]), "permute: expected distinct axes, got [0, 0]"]],
  transpose: [[() => op("transpose")(x, 0, 2), "transpose: expected b from -2 to 1 for rank 2, got 2"]],
  flip: [[() => op("flip")(x), "flip: expected axes to be an integer or a list, got undefined"]],
  expand: [[() => op("expand")(x, [3, 3]), "expand: expected a shape that [2, 3] broadcasts to, got [3, 3]"]],
  broadcastTo: [[() => op("broadcastTo")(x, [3]), "broadcastTo: expected a shape that [2, 3] broadcasts to, got [3]"]],
  repeat: [[() => op("repeat")(x, [2]), "repeat: expected at least 2 repeats for [2, 3], got [2]"]],
  slice: [[() => op("slice")(x, { stop: 1, stride: 2 }), 'slice: unknown option "stride"']],
  select: [[() => op("select")(x, 2), "select: expected index"]],
  split: [[() => op("split")(x, [1, 2]), "split: expected"]],
  chunk: [[() => op("chunk")(x, 0), "chunk: expected chunks at least 1, got 0"]],
  cat: [[() => op("cat")(x, x), "cat: expected"]],
  stack: [[() => op("stack")([x, v]), "stack: expected"]],
  ...rows("tril triu", (name) => [[() => op(name)(v), `${name}: expected x`]]),
  dropout: [[() => op("dropout")(x, { p: 2 }), "dropout: expected p from 0 to 1, got 2"]],
  multinomial: [
    [() => op("multinomial")(tensor(1), 1), "multinomial: expected probabilities of shape [rows, classes]"],
    [() => op("multinomial")(x, 0), "multinomial: expected n at least 1, got 0"],
    [() => op("multinomial")(x), "multinomial: expected n to be an integer, got undefined"],
    [() => op("multinomial")(x, 4), "multinomial: expected at least 4 probabilities above 0 in row 0, got 3"],
    [
      () =>
        op("multinomial")(
          tensor([
            [1, 1],
            [0, 0],
          ]),
          1,
          { replacement: true },
        ),
      "multinomial: expected at least 1 probabilities above 0 in row 1, got 0",
    ],
    [
      () => op("multinomial")(tensor([1, -1]), 1),
      "multinomial: expected probabilities to be finite and at least 0, got -1",
    ],
    [
      () => op("multinomial")(tensor([1, NaN]), 1),
      "multinomial: expected probabilities to be finite and at least 0, got NaN",
    ],
    [() => op("multinomial")(x, 1, { replace: true }), 'multinomial: unknown option "replace"'],
    [() => op("multinomial")(ids, 1), "multinomial: expected probabilities to be float32, got int32"],
  ],
  bernoulli: [
    [() => op("bernoulli")(tensor([1.5])), "bernoulli: expected p from 0 to 1, got 1.5"],
    [() => op("bernoulli")(tensor([NaN])), "bernoulli: expected p from 0 to 1, got NaN"],
    [() => op("bernoulli")(0.5), "bernoulli: expected p to be a tensor, got 0.5"],
  ],
  fullLike: [[() => op("fullLike")(x), "full: expected"]],
  randLike: [[() => op("randLike")(x, { dtype: "int32" }), 'randLike: unknown option "dtype"']],
  randnLike: [[() => op("randnLike")(x, { std: 2 }), 'randnLike: unknown option "std"']],

  "nn.Sequential": [[() => new nn.Sequential(3 as never), "Sequential: expected layer 0"]],
  "nn.Linear": [
    [() => new nn.Linear(0, 2), "Linear: expected inFeatures at least 1, got 0"],
    [() => new nn.Linear(1, 2, { biass: true } as never), 'Linear: unknown option "biass"'],
    [() => new nn.Linear(4, 2).call(x), "linear: expected x of shape [..., 4]"],
  ],
  "nn.Flatten": [[() => new nn.Flatten({ start: 1 } as never), 'Flatten: unknown option "start"']],
  "nn.Dropout": [[() => new nn.Dropout(-1 as never), "Dropout: expected"]],
  "nn.Embedding": [[() => new nn.Embedding(0, 3), "Embedding: expected numEmbeddings at least 1, got 0"]],
  "nn.LeakyReLU": [[() => new nn.LeakyReLU("0.1" as never), "LeakyReLU: expected negativeSlope to be a number"]],
  "nn.GELU": [[() => new nn.GELU({ approximate: "erf" } as never), "GELU: expected approximate"]],
  "nn.Softmax": [[() => new nn.Softmax({ dim: 1 } as never), 'Softmax: unknown option "dim"']],
  "nn.buffer": [[() => nn.buffer(3 as never), "buffer: expected"]],

  "nn.init.constant": [[() => nn.init.constant(x, "1" as never), "constant: expected value to be a number"]],
  "nn.init.calculateGain": [[() => nn.init.calculateGain("swish" as never), "calculateGain: expected"]],
  "nn.init.fans": [[() => nn.init.fans([3]), "fans: expected"]],
  ...Object.fromEntries(
    "uniform normal xavierUniform xavierNormal kaimingUniform kaimingNormal zeros ones"
      .split(" ")
      .map((name) => [
        `nn.init.${name}`,
        [[() => loose(Reflect.get(nn.init, name))(3), `${name}: expected x to be a tensor, got 3`]],
      ]),
  ),
};
