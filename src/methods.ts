// Makes every op a method of Tensor too. The files of ops named here hold only functions whose first argument is a
// tensor; those that take anything else first (ops/create.ts, ops/join.ts) are functions alone.
import { detach, zeroGrad } from "./autograd.ts";
import { backward } from "./backward.ts";
import * as activation from "./ops/activation.ts";
import * as adaptivePool from "./ops/adaptive-pool.ts";
import * as assign from "./ops/assign.ts";
import * as attention from "./ops/attention.ts";
import * as avgPool from "./ops/avg-pool.ts";
import * as batchNorm from "./ops/batch-norm.ts";
import * as binary from "./ops/binary.ts";
import * as cast from "./ops/cast.ts";
import * as close from "./ops/close.ts";
import * as compare from "./ops/compare.ts";
import * as conv from "./ops/conv.ts";
import * as convTranspose from "./ops/conv-transpose.ts";
import * as crossEntropy from "./ops/cross-entropy.ts";
import * as diagonal from "./ops/diagonal.ts";
import * as distance from "./ops/distance.ts";
import * as embedding from "./ops/embedding.ts";
import * as extrema from "./ops/extrema.ts";
import * as gather from "./ops/gather.ts";
import * as gemm from "./ops/gemm.ts";
import * as grid from "./ops/grid.ts";
import * as interpolate from "./ops/interpolate.ts";
import * as lpPool from "./ops/lp-pool.ts";
import * as mask from "./ops/mask.ts";
import * as maxPool from "./ops/max-pool.ts";
import * as maxUnpool from "./ops/max-unpool.ts";
import * as moments from "./ops/moments.ts";
import * as norm from "./ops/norm.ts";
import * as normalize from "./ops/normalize.ts";
import * as pad from "./ops/pad.ts";
import * as permute from "./ops/permute.ts";
import * as piecewise from "./ops/piecewise.ts";
import * as pixels from "./ops/pixels.ts";
import * as pow from "./ops/pow.ts";
import * as prod from "./ops/prod.ts";
import * as products from "./ops/products.ts";
import * as random from "./ops/random.ts";
import * as rectifier from "./ops/rectifier.ts";
import * as reduce from "./ops/reduce.ts";
import * as remainder from "./ops/remainder.ts";
import * as reorder from "./ops/reorder.ts";
import * as round from "./ops/round.ts";
import * as scan from "./ops/scan.ts";
import * as scatter from "./ops/scatter.ts";
import * as shape from "./ops/shape.ts";
import * as slice from "./ops/slice.ts";
import * as softmax from "./ops/softmax.ts";
import * as sort from "./ops/sort.ts";
import * as tensordot from "./ops/tensordot.ts";
import * as ternary from "./ops/ternary.ts";
import * as transcendental from "./ops/transcendental.ts";
import * as triangle from "./ops/triangle.ts";
import * as trig from "./ops/trig.ts";
import * as unary from "./ops/unary.ts";
import * as vectorNorm from "./ops/vector-norm.ts";
import * as windows from "./ops/windows.ts";
import * as scope from "./scope.ts";
import { Tensor } from "./tensor.ts";

/** Exempts the tensor from the scopes around it; see the function `keep`. */
const keep = (x: Tensor): Tensor => scope.keep(x);

const families = {
  own: { backward, detach, keep, zeroGrad },
  activation,
  adaptivePool,
  assign,
  attention,
  avgPool,
  batchNorm,
  binary,
  cast,
  close,
  compare,
  conv,
  convTranspose,
  crossEntropy,
  distance,
  embedding,
  extrema,
  gather,
  gemm,
  moments,
  normalize,
  norm,
  permute,
  piecewise,
  diagonal,
  grid,
  interpolate,
  mask,
  pad,
  pixels,
  lpPool,
  maxPool,
  maxUnpool,
  pow,
  prod,
  products,
  random,
  rectifier,
  reduce,
  remainder,
  reorder,
  round,
  scan,
  scatter,
  shape,
  slice,
  softmax,
  sort,
  tensordot,
  ternary,
  transcendental,
  triangle,
  trig,
  unary,
  vectorNorm,
  windows,
};

/** Functions of a tensor and more, as methods that take the rest. */
type Methods<T> = {
  [K in keyof T]: T[K] extends (x: Tensor, ...rest: infer A) => infer R ? (...rest: A) => R : never;
};
type Families = typeof families;
/** All families' functions together: the union of functions of each is a function of their intersection. */
type All = { [F in keyof Families]: (family: Families[F]) => void }[keyof Families] extends (ops: infer O) => void
  ? O
  : never;

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

/** Gives every tensor the methods. The entry calls it; "sedge/functional" does not. */
export function installMethods(): void {
  for (const family of Object.values(families)) {
    for (const [name, op] of Object.entries(family) as [string, (x: Tensor, ...rest: unknown[]) => unknown][]) {
      Object.defineProperty(Tensor.prototype, name, {
        value(this: Tensor, ...rest: unknown[]): unknown {
          return op(this, ...rest);
        },
        configurable: true,
        writable: true,
      });
    }
  }
}
