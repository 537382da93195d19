// Makes every op a method of Tensor too. The files of ops named here hold only functions whose first argument is a
// tensor; those that take anything else first (ops/create.ts, ops/join.ts) are functions alone. The files are named as
// types only: when the program runs, the methods are the functions of index.ts less those that are none, a shorter list.
import type { detach, zeroGrad } from "./autograd.ts";
import type { backward } from "./backward.ts";
import * as everything from "./index.ts";
import type * as activation from "./ops/activation.ts";
import type * as adaptivePool from "./ops/adaptive-pool.ts";
import type * as assign from "./ops/assign.ts";
import type * as attention from "./ops/attention.ts";
import type * as avgPool from "./ops/avg-pool.ts";
import type * as batchNorm from "./ops/batch-norm.ts";
import type * as binary from "./ops/binary.ts";
import type * as cast from "./ops/cast.ts";
import type * as close from "./ops/close.ts";
import type * as compare from "./ops/compare.ts";
import type * as conv from "./ops/conv.ts";
import type * as convTranspose from "./ops/conv-transpose.ts";
import type * as crossEntropy from "./ops/cross-entropy.ts";
import type * as diagonal from "./ops/diagonal.ts";
import type * as distance from "./ops/distance.ts";
import type * as embedding from "./ops/embedding.ts";
import type * as extrema from "./ops/extrema.ts";
import type * as gather from "./ops/gather.ts";
import type * as gemm from "./ops/gemm.ts";
import type * as grid from "./ops/grid.ts";
import type * as interpolate from "./ops/interpolate.ts";
import type * as lpPool from "./ops/lp-pool.ts";
import type * as mask from "./ops/mask.ts";
import type * as maxPool from "./ops/max-pool.ts";
import type * as maxUnpool from "./ops/max-unpool.ts";
import type * as moments from "./ops/moments.ts";
import type * as norm from "./ops/norm.ts";
import type * as normalize from "./ops/normalize.ts";
import type * as pad from "./ops/pad.ts";
import type * as permute from "./ops/permute.ts";
import type * as piecewise from "./ops/piecewise.ts";
import type * as pixels from "./ops/pixels.ts";
import type * as pow from "./ops/pow.ts";
import type * as prod from "./ops/prod.ts";
import type * as products from "./ops/products.ts";
import type * as random from "./ops/random.ts";
import type * as rectifier from "./ops/rectifier.ts";
import type * as reduce from "./ops/reduce.ts";
import type * as remainder from "./ops/remainder.ts";
import type * as reorder from "./ops/reorder.ts";
import type * as round from "./ops/round.ts";
import type * as sampling from "./ops/sampling.ts";
import type * as scan from "./ops/scan.ts";
import type * as scatter from "./ops/scatter.ts";
import type * as shape from "./ops/shape.ts";
import type * as slice from "./ops/slice.ts";
import type * as softmax from "./ops/softmax.ts";
import type * as sort from "./ops/sort.ts";
import type * as tensordot from "./ops/tensordot.ts";
import type * as ternary from "./ops/ternary.ts";
import type * as transcendental from "./ops/transcendental.ts";
import type * as triangle from "./ops/triangle.ts";
import type * as trig from "./ops/trig.ts";
import type * as unary from "./ops/unary.ts";
import type * as vectorNorm from "./ops/vector-norm.ts";
import type * as windows from "./ops/windows.ts";
import type { Tensor } from "./tensor.ts";

interface Own {
  backward: typeof backward;
  detach: typeof detach;
  /** Exempts the tensor from the scopes around it; see the function `keep`. */
  keep(x: Tensor): Tensor;
  zeroGrad: typeof zeroGrad;
}
type All = Own &
  typeof activation &
  typeof adaptivePool &
  typeof assign &
  typeof attention &
  typeof avgPool &
  typeof batchNorm &
  typeof binary &
  typeof cast &
  typeof close &
  typeof compare &
  typeof conv &
  typeof convTranspose &
  typeof crossEntropy &
  typeof diagonal &
  typeof distance &
  typeof embedding &
  typeof extrema &
  typeof gather &
  typeof gemm &
  typeof grid &
  typeof interpolate &
  typeof lpPool &
  typeof mask &
  typeof maxPool &
  typeof maxUnpool &
  typeof moments &
  typeof norm &
  typeof normalize &
  typeof pad &
  typeof permute &
  typeof piecewise &
  typeof pixels &
  typeof pow &
  typeof prod &
  typeof products &
  typeof random &
  typeof rectifier &
  typeof reduce &
  typeof remainder &
  typeof reorder &
  typeof round &
  typeof sampling &
  typeof scan &
  typeof scatter &
  typeof shape &
  typeof slice &
  typeof softmax &
  typeof sort &
  typeof tensordot &
  typeof ternary &
  typeof transcendental &
  typeof triangle &
  typeof trig &
  typeof unary &
  typeof vectorNorm &
  typeof windows;

/** Functions of a tensor and more, as methods that take the rest. */
type Methods<T> = {
  [K in keyof T]: T[K] extends (x: Tensor, ...rest: infer A) => infer R ? (...rest: A) => R : never;
};
/** What has several signatures, of which the type above sees the last alone. */
interface Chooser {
  (): Tensor;
  (options: extrema.ExtremumOptions): extrema.ValuesAndIndices;
}

/** Both signatures of a function that has two, as methods. */
type Twofold<F> = F extends { (x: Tensor, ...a: infer A): infer R; (x: Tensor, ...b: infer B): infer S }
  ? { (...a: A): R; (...b: B): S }
  : never;

interface OpMethods extends Methods<All> {
  max: Chooser;
  min: Chooser;
  median: Chooser;
  adaptiveMaxPool1d: Twofold<All["adaptiveMaxPool1d"]>;
  adaptiveMaxPool2d: Twofold<All["adaptiveMaxPool2d"]>;
  adaptiveMaxPool3d: Twofold<All["adaptiveMaxPool3d"]>;
  maxPool1d: Twofold<All["maxPool1d"]>;
  maxPool2d: Twofold<All["maxPool2d"]>;
  maxPool3d: Twofold<All["maxPool3d"]>;
}

declare module "./tensor.ts" {
  interface Tensor extends OpMethods {}
}

/** What is no method. The type demands each such name and no other. */
const OTHERS: Record<Exclude<keyof typeof everything, keyof All>, null> = {
  getRngState: null,
  earlyStopping: null,
  predict: null,
  setRngState: null,
  accuracy: null,
  arange: null,
  batches: null,
  bceWithLogits: null,
  binaryCrossEntropy: null,
  cat: null,
  constant: null,
  cosineEmbeddingLoss: null,
  ctcLoss: null,
  Dataset: null,
  decodeSafetensors: null,
  dstack: null,
  einsum: null,
  encodeSafetensors: null,
  evaluate: null,
  eye: null,
  explainNonFinite: null,
  fit: null,
  focalLoss: null,
  full: null,
  gaussianNllLoss: null,
  grad: null,
  gru: null,
  gruCell: null,
  hingeEmbeddingLoss: null,
  hstack: null,
  huberLoss: null,
  init: null,
  jsDiv: null,
  klDiv: null,
  l1Loss: null,
  l1Penalty: null,
  l2Penalty: null,
  linspace: null,
  lstm: null,
  lstmCell: null,
  marginRankingLoss: null,
  memory: null,
  metrics: null,
  meshgrid: null,
  mse: null,
  multiDot: null,
  multilabelMarginLoss: null,
  multilabelSoftMarginLoss: null,
  multiMarginLoss: null,
  nllLoss: null,
  nn: null,
  noGrad: null,
  observeOps: null,
  ones: null,
  optim: null,
  PackedSequence: null,
  packPaddedSequence: null,
  packSequence: null,
  padPackedSequence: null,
  padSequence: null,
  poissonNllLoss: null,
  rand: null,
  randint: null,
  randn: null,
  randperm: null,
  rnn: null,
  rnnCell: null,
  safetensorsMetadata: null,
  seed: null,
  smoothL1Loss: null,
  softMarginLoss: null,
  stack: null,
  Tensor: null,
  tensor: null,
  tidy: null,
  trackLeaks: null,
  tripletMarginLoss: null,
  variable: null,
  vstack: null,
  zeros: null,
};

for (const [name, op] of Object.entries(everything) as [string, (x: Tensor, ...rest: unknown[]) => unknown][]) {
  if (name in OTHERS) continue;
  Object.defineProperty(everything.Tensor.prototype, name, {
    value(this: Tensor, ...rest: unknown[]): unknown {
      return op(this, ...rest);
    },
    configurable: true,
    writable: true,
  });
}
