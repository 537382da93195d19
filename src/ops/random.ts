// Ops that draw from the seeded stream. Tensors of random numbers are made in create.ts, the draws in
// internal/random.ts.

import { recordLinear } from "../autograd.ts";
import type { Draw } from "../random.ts";
import { checkNumber, readOptions, type Shape, show } from "../shape.ts";
import { empty, expectTensor, type Tensor, view } from "../tensor.ts";
import { k } from "../wasm.ts";
import { add, mul, sub } from "./binary.ts";
import { composed } from "./internal/composed.ts";
import { reserveFor, words } from "./internal/random.ts";

/** Steps of the draw that decides over an element: its upper 24 bits. */
const DRAWS = 2 ** 24;

/** Options of dropout and its variants. */
export interface DropoutOptions {
  /** Probability to drop, in [0, 1] (default 0.5). */
  p?: number;
  /** Whether to drop at all (default true). */
  training?: boolean;
}

/**
 * Sets elements to 0 with probability `p` and scales the others by 1 / (1 - p), so that the expectation stays. The
 * mask comes from the stream that `seed` sets; the gradient draws the same mask again, so none is kept.
 *
 * @param x float32, any shape.
 * @param options `p` (default 0.5) in [0, 1]; `training` (default true): false hands `x` on unchanged, as a view.
 * @throws TypeError if `x` is not float32; RangeError if `p` is out of range.
 * @see Srivastava et al., "Dropout", 2014; https://pytorch.org/docs/stable/generated/torch.nn.functional.dropout.html
 *
 * @example
 * ```ts
 * import { dropout, ones } from "sedge";
 * dropout(ones([3]), { p: 1 }).toArray(); // => [0,0,0]
 * dropout(ones([3]), { training: false }).toArray(); // => [1,1,1]
 * ```
 */
export function dropout(x: Tensor, options?: DropoutOptions): Tensor {
  const p = checked("dropout", x, options);
  return p === 0 ? unchanged("dropout", x) : thinned(x, p, scaleOf(p), reserveFor(x.size));
}

/** What is to be dropped: 0 out of training. */
function checked(op: string, x: Tensor, options: DropoutOptions | undefined, least = 0, most = 8): number {
  expectTensor(op, "x", x, "float32");
  const { p, training } = readOptions(op, options, { p: 0.5, training: true });
  checkNumber(op, "p", p, 0, 1);
  if (x.rank < least || x.rank > most) {
    throw new RangeError(`${op}: expected x of rank ${least} to ${most}, got shape ${show(x.shape)}`);
  }
  return training ? p : 0;
}

function unchanged(op: string, x: Tensor): Tensor {
  return recordLinear(op, view(x, x.shape), x, (dy) => dy);
}

/** With p = 1 nothing is kept, so that the scale does not matter but must be finite. */
const scaleOf = (p: number): number => (p === 1 ? 1 : 1 / (1 - p));

/** x with elements dropped by a given draw. Its gradient drops the same of dy. */
function thinned(x: Tensor, p: number, scale: number, draw: Draw): Tensor {
  const y = empty(x.shape);
  k.dropout(y.ptr, words(), x.ptr, x.size, Math.ceil(p * DRAWS), scale, ...draw);
  return recordLinear("dropout", y, x, (dy) => thinned(dy, p, scale, draw));
}

/** A tensor of 0, with probability p, and of `scale`. */
function noise(shape: Shape, p: number, scale: number): Tensor {
  const y = empty(shape);
  k.fill(y.ptr, y.size, 1);
  k.dropout(y.ptr, words(), y.ptr, y.size, Math.ceil(p * DRAWS), scale, ...reserveFor(y.size));
  return y;
}

/** The shape of a mask over whole channels. */
const perChannel = ({ shape }: Tensor, channelAxis: number): Shape => shape.map((d, i) => (i <= channelAxis ? d : 1));

function dropChannels(
  op: string,
  x: Tensor,
  options: DropoutOptions | undefined,
  batched: number,
  alone: number,
): Tensor {
  const p = checked(op, x, options, alone, batched);
  if (p === 0) return unchanged(op, x);
  // a sample alone has its channels first; PyTorch reads dropout2d's three axes as a batch of lines
  const channelAxis = x.rank === batched || op === "dropout2d" ? 1 : 0;
  return composed(op, () => mul(x, noise(perChannel(x, channelAxis), p, scaleOf(p))));
}

/**
 * As {@link dropout}, of whole channels: all elements of a channel are dropped, or none.
 *
 * @param x float32, [batch, channels, length] or [channels, length].
 * @param options `p` (default 0.5) in [0, 1]; `training` (default true): false hands `x` on unchanged, as a view.
 * @throws TypeError if `x` is not float32; RangeError for another rank, or if `p` is out of range.
 * @see https://arxiv.org/abs/1411.4280
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.dropout1d.html
 *
 * @example
 * ```ts
 * import { dropout1d, ones } from "sedge";
 * dropout1d(ones([2, 2, 2]), { p: 1 }).sum().item(); // => 0
 * ```
 */
export function dropout1d(x: Tensor, options?: DropoutOptions): Tensor {
  return dropChannels("dropout1d", x, options, 3, 2);
}

/**
 * As {@link dropout}, of whole channels: all elements of a channel are dropped, or none.
 *
 * @param x float32, [batch, channels, height, width] or [batch, channels, length].
 * @param options `p` (default 0.5) in [0, 1]; `training` (default true): false hands `x` on unchanged, as a view.
 * @throws TypeError if `x` is not float32; RangeError for another rank, or if `p` is out of range.
 * @see https://arxiv.org/abs/1411.4280
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.dropout2d.html
 *
 * @example
 * ```ts
 * import { dropout2d, ones } from "sedge";
 * dropout2d(ones([2, 2, 2, 2]), { p: 1 }).sum().item(); // => 0
 * ```
 */
export function dropout2d(x: Tensor, options?: DropoutOptions): Tensor {
  return dropChannels("dropout2d", x, options, 4, 3);
}

/**
 * As {@link dropout}, of whole channels: all elements of a channel are dropped, or none.
 *
 * @param x float32, [batch, channels, depth, height, width] or [channels, depth, height, width].
 * @param options `p` (default 0.5) in [0, 1]; `training` (default true): false hands `x` on unchanged, as a view.
 * @throws TypeError if `x` is not float32; RangeError for another rank, or if `p` is out of range.
 * @see https://arxiv.org/abs/1411.4280
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.dropout3d.html
 *
 * @example
 * ```ts
 * import { dropout3d, ones } from "sedge";
 * dropout3d(ones([2, 2, 2, 2, 2]), { p: 1 }).sum().item(); // => 0
 * ```
 */
export function dropout3d(x: Tensor, options?: DropoutOptions): Tensor {
  return dropChannels("dropout3d", x, options, 5, 4);
}

/** -SELU_SCALE SELU_ALPHA of rectifier.ts: what selu tends to for large negative arguments */
const SELU_LIMIT = -1.7580993408473766;

/** Dropped elements become selu's limit; then all are scaled and shifted, so that mean 0 and variance 1 stay. */
function alpha(op: string, x: Tensor, p: number, shape: Shape): Tensor {
  if (p === 0) return unchanged(op, x);
  return composed(op, () => {
    if (p === 1) return mul(x, 0);
    const scale = 1 / Math.sqrt((1 - p) * (1 + p * SELU_LIMIT * SELU_LIMIT));
    const kept = noise(shape, p, scale);
    // scale (kept x + (1 - kept) limit - p limit), kept 0 or 1 before its scale
    return add(mul(x, kept), mul(sub(scale * (1 - p), kept), SELU_LIMIT));
  });
}

/**
 * Dropout that keeps mean 0 and variance 1: dropped elements become selu's lower limit, then all are scaled and shifted.
 *
 * @param x float32, any shape.
 * @param options `p` (default 0.5) in [0, 1]; `training` (default true): false hands `x` on unchanged, as a view.
 * @throws TypeError if `x` is not float32; RangeError if `p` is out of range.
 * @see https://arxiv.org/abs/1706.02515
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.alpha_dropout.html
 *
 * @example
 * ```ts
 * import { alphaDropout, ones } from "sedge";
 * alphaDropout(ones([3]), { training: false }).toArray(); // => [1,1,1]
 * ```
 */
export function alphaDropout(x: Tensor, options?: DropoutOptions): Tensor {
  return alpha("alphaDropout", x, checked("alphaDropout", x, options), x.shape);
}

/**
 * As {@link alphaDropout}, of whole channels.
 *
 * @param x float32, [batch, channels, ...].
 * @param options `p` (default 0.5) in [0, 1]; `training` (default true): false hands `x` on unchanged, as a view.
 * @throws TypeError if `x` is not float32; RangeError if it has fewer than two axes, or if `p` is out of range.
 * @see https://arxiv.org/abs/1706.02515
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.feature_alpha_dropout.html
 *
 * @example
 * ```ts
 * import { featureAlphaDropout, ones } from "sedge";
 * featureAlphaDropout(ones([1, 2, 3]), { p: 1 }).toArray(); // => [[[0,0,0],[0,0,0]]]
 * ```
 */
export function featureAlphaDropout(x: Tensor, options?: DropoutOptions): Tensor {
  const p = checked("featureAlphaDropout", x, options, 2);
  return alpha("featureAlphaDropout", x, p, perChannel(x, 1));
}
