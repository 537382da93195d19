// A valid call or more of every exported op: what the tests that hold for all ops run over. What an op computes is
// tested beside it.
import type { Tensor } from "../src/entry.ts";
import * as sedge from "../src/entry.ts";
import { random } from "./check-op.ts";

/** How to make the operands, and how to apply the op to them. */
export type Call = readonly [operands: () => Tensor[], apply: (...operands: Tensor[]) => Tensor | Tensor[]];

const f = (...shape: number[]): Tensor => random(shape, shape.length + 1);
/** Positive, away from 0. */
const p = (...shape: number[]): Tensor => random(shape, 5, 0.4).add(1);
const ids = (...list: number[]): Tensor => sedge.tensor(list, { dtype: "int32" });
const bools = (): Tensor => sedge.tensor([true, false, true]);

/** Every call of a table, under its op's name and its place. */
export const rowsOf = (table: Record<string, Call[]>): { name: string; call: Call }[] =>
  Object.entries(table).flatMap(([op, calls]) => calls.map((call, i) => ({ name: `${op} ${i}`, call })));

/** A call's operands, float32 ones as leaves that require gradients. */
export function trainable([operands]: Call): Tensor[] {
  const list = sedge.tidy(operands);
  for (const x of list) if (x.dtype === "float32") x.requiresGrad = true;
  return list;
}

type Unary = (x: Tensor) => Tensor;
const unary = (fn: Unary): Call[] => [
  [() => [p(3, 5)], fn],
  [() => [ids(1, 2, 3)], fn],
];
const float = (fn: Unary): Call[] => [[() => [p(3, 5)], fn]];
type Binary = (a: Tensor | number, b: Tensor | number) => Tensor;
const binary = (fn: Binary): Call[] => [
  [() => [p(2, 3), f(2, 3).add(3)], fn],
  [() => [p(2, 3), f(3).add(3)], fn],
  [() => [p(2, 1), f(1, 3).add(3)], fn],
  [() => [p(2, 3)], (a) => fn(a, 2)],
  [() => [p(2, 3)], (b) => fn(2, b)],
  [() => [p(3), ids(1, 2, 3)], fn],
  [() => [ids(1, 2, 3), ids(1, 2, 3)], fn],
];
type Reduction = (x: Tensor, options?: { axis?: number | number[]; keepDims?: boolean }) => Tensor;
const reduction = (fn: Reduction, axes: (number | number[])[] = [1, [0, 2]]): Call[] => [
  [() => [f(2, 3, 4)], (x) => fn(x)],
  ...axes.map((axis): Call => [() => [f(2, 3, 4)], (x) => fn(x, { axis })]),
];

/** By name of the op. */
export const withGradient: Record<string, Call[]> = {
  abs: unary(sedge.abs),
  add: [...binary(sedge.add), [() => [f(2, 3), f(3)], (a, b) => sedge.add(a, b, { alpha: 2 })]],
  addcdiv: [[() => [f(2, 3), p(3), p(2, 1)], (x, a, b) => sedge.addcdiv(x, a, b, { value: 2 })]],
  addcmul: [[() => [f(2, 3), p(3), p(2, 1)], (x, a, b) => sedge.addcmul(x, a, b, { value: 2 })]],
  addmm: [
    [() => [f(4), f(2, 3), f(3, 4)], (x, a, b) => sedge.addmm(x, a, b)],
    [() => [f(2, 1), f(2, 3), f(3, 4)], (x, a, b) => sedge.addmm(x, a, b, { alpha: 2, beta: 3 })],
  ],
  amax: reduction(sedge.amax),
  amin: reduction(sedge.amin),
  atan2: binary(sedge.atan2),
  avgPool2d: [[() => [f(2, 3, 6, 6)], (x) => sedge.avgPool2d(x, 3, { stride: 2, padding: 1 })]],
  bmm: [[() => [f(2, 3, 4), f(2, 4, 5)], sedge.bmm]],
  broadcastTo: [[() => [f(3, 1)], (x) => sedge.broadcastTo(x, [2, 3, 4])]],
  cast: [
    [() => [f(3)], (x) => sedge.cast(x, "float32")],
    [() => [f(3)], (x) => sedge.cast(x, "int32")],
  ],
  cat: [
    [() => [f(2, 3), f(2, 1), f(2, 3)], (...list) => sedge.cat(list, { axis: 1 })],
    [() => [f(2, 3), f(1, 3), ids(1, 2, 3).reshape([1, 3])], (...list) => sedge.cat(list)],
  ],
  ceil: unary(sedge.ceil),
  chunk: [[() => [f(5, 3)], (x) => sedge.chunk(x, 2)]],
  clamp: [
    [() => [f(3, 5)], (x) => sedge.clamp(x, { min: -0.5, max: 0.5 })],
    [() => [ids(1, 2, 3)], (x) => sedge.clamp(x, { min: 2, max: 2 })],
  ],
  clone: unary(sedge.clone),
  conv2d: [
    [() => [f(2, 3, 6, 6), f(4, 3, 3, 3), f(4)], (x, w, b) => sedge.conv2d(x, w, b, { padding: 1 })],
    [() => [f(2, 4, 6, 6), f(4, 2, 3, 3)], (x, w) => sedge.conv2d(x, w, null, { groups: 2, stride: 2 })],
  ],
  cos: unary(sedge.cos),
  crossEntropy: [
    [() => [f(4, 3), ids(0, 2, 1, 1)], (x, t) => sedge.crossEntropy(x, t)],
    [
      () => [f(4, 3), ids(0, 2, 1, 1), p(3)],
      (x, t, w) => {
        using weight = w.detach();
        return sedge.crossEntropy(x, t, { weight, labelSmoothing: 0.1, reduction: "sum" });
      },
    ],
    [() => [f(4, 3, 2), p(4, 3, 2)], (x, t) => sedge.crossEntropy(x, t, { reduction: "none" })],
  ],
  detach: float(sedge.detach),
  div: binary(sedge.div),
  dot: [[() => [f(3), p(3)], sedge.dot]],
  dropout: [
    [() => [f(3, 5)], (x) => sedge.dropout(x, { p: 0.4 })],
    [() => [f(3, 5)], (x) => sedge.dropout(x, { training: false })],
  ],
  embedding: [
    [() => [f(4, 3), ids(3, 1, 3)], (w, i) => sedge.embedding(i, w, { paddingIdx: 1, scaleGradByFreq: true })],
  ],
  erf: unary(sedge.erf),
  exp: unary(sedge.exp),
  expand: [[() => [f(3, 1)], (x) => sedge.expand(x, [2, 3, 4])]],
  flatten: float((x) => sedge.flatten(x)),
  flip: float((x) => sedge.flip(x, 0)),
  floor: unary(sedge.floor),
  fmod: binary(sedge.fmod),
  gather: [[() => [f(2, 4), sedge.tensor([[1, 3]], { dtype: "int32" })], (x, i) => sedge.gather(x, i, { axis: 1 })]],
  gelu: [...unary((x) => sedge.gelu(x)), [() => [f(3)], (x) => sedge.gelu(x, { approximate: "tanh" })]],
  indexSelect: [[() => [f(4, 3), ids(3, 1, 3)], (x, i) => sedge.indexSelect(x, i)]],
  leakyRelu: unary((x) => sedge.leakyRelu(x, { negativeSlope: 0.2 })),
  lerp: [
    [() => [f(2, 3), f(3), f(2, 1)], sedge.lerp],
    [() => [f(3), ids(1, 2, 3), f(1)], sedge.lerp],
  ],
  linear: [
    [() => [f(2, 3), f(4, 3), f(4)], sedge.linear],
    [() => [f(2, 3), f(4, 3)], sedge.linear],
  ],
  log: unary(sedge.log),
  logSoftmax: float((x) => sedge.logSoftmax(x)),
  logsumexp: reduction(sedge.logsumexp),
  matmul: [
    [() => [f(2, 3), f(3, 4)], sedge.matmul],
    [() => [f(2, 1, 3, 4), f(5, 4, 2)], sedge.matmul],
    [() => [f(3), f(3)], sedge.matmul],
  ],
  maxPool2d: [[() => [f(2, 3, 6, 6)], (x) => sedge.maxPool2d(x, 2)]],
  maximum: binary(sedge.maximum),
  mean: reduction(sedge.mean),
  minimum: binary(sedge.minimum),
  mse: [
    [() => [f(2, 3), p(2, 3)], (x, t) => sedge.mse(x, t)],
    [() => [f(2, 3), p(2, 3)], (x, t) => sedge.mse(x, t, { reduction: "none" })],
  ],
  mul: binary(sedge.mul),
  mv: [[() => [f(2, 3), f(3)], sedge.mv]],
  neg: unary(sedge.neg),
  outer: [[() => [f(2), f(3)], sedge.outer]],
  permute: [[() => [f(2, 3, 4)], (x) => sedge.permute(x, [2, 0, 1])]],
  pow: [
    ...binary(sedge.pow),
    ...float((x) => sedge.pow(x, 2)),
    ...float((x) => sedge.pow(x, 0)),
    ...float((x) => sedge.pow(x, 2.5)),
  ],
  prod: reduction(sedge.prod),
  reciprocal: unary(sedge.reciprocal),
  relu: unary(sedge.relu),
  remainder: binary(sedge.remainder),
  repeat: float((x) => sedge.repeat(x, [2, 1, 3])),
  reshape: float((x) => sedge.reshape(x, [5, -1])),
  round: unary(sedge.round),
  rsqrt: unary(sedge.rsqrt),
  select: [...float((x) => sedge.select(x, 1)), ...float((x) => sedge.select(x, -1, { axis: 1 }))],
  sigmoid: unary(sedge.sigmoid),
  sign: unary(sedge.sign),
  silu: unary(sedge.silu),
  sin: unary(sedge.sin),
  slice: [
    ...float((x) => sedge.slice(x, { start: 1 })),
    ...float((x) => sedge.slice(x, { axis: 1, start: 1, step: 2 })),
  ],
  softmax: float((x) => sedge.softmax(x, { axis: 0 })),
  softmin: float((x) => sedge.softmin(x)),
  softplus: unary((x) => sedge.softplus(x, { beta: 2 })),
  split: [
    [() => [f(5, 3)], (x) => sedge.split(x, [1, 2], { axis: 1 })],
    [() => [f(5, 3)], (x) => sedge.split(x, 2)],
  ],
  sqrt: unary(sedge.sqrt),
  square: unary(sedge.square),
  squeeze: [[() => [f(1, 3, 1)], (x) => sedge.squeeze(x)]],
  stack: [[() => [f(2, 3), f(2, 3)], (...list) => sedge.stack(list, { axis: 1 })]],
  sub: [...binary(sedge.sub), [() => [f(2, 3), f(3)], (a, b) => sedge.sub(a, b, { alpha: 2 })]],
  sum: reduction(sedge.sum),
  tanh: unary(sedge.tanh),
  tensordot: [
    [
      () => [f(2, 3, 4), f(4, 3)],
      (a, b) =>
        sedge.tensordot(a, b, [
          [1, 2],
          [1, 0],
        ]),
    ],
    [() => [f(2, 3), f(1, 3)], (a, b) => sedge.tensordot(a, b, [[0], [0]])],
  ],
  transpose: float((x) => sedge.transpose(x)),
  tril: float((x) => sedge.tril(x)),
  triu: float((x) => sedge.triu(x)),
  trunc: unary(sedge.trunc),
  unsqueeze: float((x) => sedge.unsqueeze(x, 1)),
  where: [
    [() => [f(2, 3), f(3), bools()], (a, b, c) => sedge.where(c, a, b)],
    [() => [ids(1, 2, 3), bools()], (a, c) => sedge.where(c, a, 2.5)],
    [() => [bools(), bools()], (a, c) => sedge.where(c, a, a)],
  ],
};

/** Those without gradients, which results of other kinds cannot have. */
export const withoutGradient: Record<string, Call[]> = {
  all: reduction(sedge.all),
  any: reduction(sedge.any),
  argmax: reduction((x, options) => sedge.argmax(x, options as object), [1]),
  argmin: reduction((x, options) => sedge.argmin(x, options as object), [1]),
  eq: binary(sedge.eq),
  ge: binary(sedge.ge),
  gt: binary(sedge.gt),
  isfinite: unary(sedge.isfinite),
  isinf: unary(sedge.isinf),
  isnan: unary(sedge.isnan),
  le: binary(sedge.le),
  logicalAnd: binary(sedge.logicalAnd),
  logicalNot: unary(sedge.logicalNot),
  logicalOr: binary(sedge.logicalOr),
  logicalXor: binary(sedge.logicalXor),
  lt: binary(sedge.lt),
  ne: binary(sedge.ne),
  oneHot: [[() => [ids(0, 2)], (i) => sedge.oneHot(i)]],
  onesLike: unary((x) => sedge.onesLike(x)),
  zerosLike: unary((x) => sedge.zerosLike(x)),
};

/** Exported functions that are no ops: makers, writers, and what is not about tensors. */
export const OTHERS = [
  ..."arange constant eye full linspace ones rand randint randn randperm tensor variable zeros assign".split(" "),
  ..."accuracy backward batches decodeSafetensors encodeSafetensors evaluate fit gunzip idxDataset init keep".split(
    " ",
  ),
  ..."memory noGrad parseIdx safetensorsMetadata seed tidy trackLeaks zeroGrad Dataset Tensor".split(" "),
];

/** Calls that fail when the op has made something already: its shapes are only seen then. */
export const REFUSED: readonly (readonly [name: string, ...Call, message: string])[] = [
  ["add", () => [ids(1, 2), f(3)], sedge.add as Call[1], "add: expected shapes that broadcast together"],
  ["eq", () => [ids(1, 2), f(3)], sedge.eq, "eq: expected shapes that broadcast together"],
  ["logicalAnd", () => [ids(1, 2), f(3)], sedge.logicalAnd, "logicalAnd: expected shapes that broadcast together"],
  ["pow", () => [f(2), ids(1, 2, 3)], sedge.pow, "pow: expected shapes that broadcast together"],
  [
    "sub with alpha",
    () => [f(2), f(3)],
    (a, b) => sedge.sub(a, b, { alpha: 2 }),
    "sub: expected shapes that broadcast together",
  ],
  ["lerp", () => [ids(1, 2), f(3), f(1)], sedge.lerp as Call[1], "lerp: expected shapes that broadcast"],
  ["where", () => [bools(), ids(1, 2), f(3)], sedge.where as Call[1], "where: expected shapes that broadcast"],
  ["addcmul", () => [f(2), f(3), ids(1, 2, 3)], (x, a, b) => sedge.addcmul(x, a, b), "addcmul: expected shapes"],
  ["linear", () => [f(2, 3), f(4, 3), f(5)], sedge.linear as Call[1], "linear: expected bias of shape [4]"],
  ["addmm", () => [f(5), f(2, 3), f(3, 4)], (x, a, b) => sedge.addmm(x, a, b), "addmm: expected input"],
  [
    "tensordot",
    () => [f(2, 3, 4), f(1, 3, 5)],
    (a, b) =>
      sedge.tensordot(a, b, [
        [0, 2],
        [0, 2],
      ]),
    "tensordot: expected contracted sizes to match",
  ],
  ["outer", () => [f(2), sedge.ones([2, 2])], sedge.outer as Call[1], "outer: expected b of rank 1"],
  ["cat", () => [f(2, 3), ids(1, 2, 3)], (...list) => sedge.cat(list), "cat: expected shapes"],
  ["gather", () => [f(2, 3), ids(5, 5).reshape([2, 1])], (x, i) => sedge.gather(x, i, { axis: 1 }), "gather: exp"],
  ["mse", () => [f(2), f(3)], (x, t) => sedge.mse(x, t), "mse: expected input and target of one shape"],
  ["crossEntropy", () => [f(4, 3, 2), f(4, 3)], (x, t) => sedge.crossEntropy(x, t), "crossEntropy: expected"],
  ["accuracy", () => [f(4, 3), ids(0, 0, 0, 7)], (x, t) => sedge.tensor(sedge.accuracy(x, t)), "accuracy: exp"],
  ["assign", () => [f(2), f(3)], (x, v) => sedge.assign(x, v), "assign: expected source of shape [2], got [3]"],
  ["tensor", () => [], () => sedge.tensor([1], { dtype: "int32", requiresGrad: true }), "requiresGrad: expected a"],
  ["variable", () => [], () => sedge.variable([true], { requiresGrad: true }), "requiresGrad: expected a float32"],
  ["zeros", () => [], () => sedge.zeros([2], { dtype: "bool", requiresGrad: true }), "requiresGrad: expected a"],
  [
    "rand",
    () => [],
    () => sedge.rand([2], { requiresGrad: 1 as never }),
    "rand: expected requiresGrad to be a boolean",
  ],
  ["Dataset", () => [], () => new sedge.Dataset([[1]], 5 as never).x, "Dataset: expected y to be a tensor"],
];
