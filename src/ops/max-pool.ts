// Max pooling over one, two and three axes, with its indices. How it is done is internal/maxima.ts and
// internal/pooling.ts; the way back by indices is max-unpool.ts.
import { checkBoolean, checkOptions } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";
import { maxPool } from "./internal/maxima.ts";
import { poolAxes } from "./internal/pooling.ts";

/** Options of a max pool: one number for all axes, or one for each. */
export interface MaxPoolOptions<Sizes extends readonly number[]> {
  /** Pixels from a window to the next; default the kernel's size. */
  stride?: number | Sizes;
  /** Places on each side that count as -Infinity, at most half the kernel; default 0. */
  padding?: number | Sizes;
  /** Pixels from a place of the window to the next; default 1. */
  dilation?: number | Sizes;
  /** Whether a last window may reach past the end, if it begins inside the image or its left padding; default false. */
  ceilMode?: boolean;
  /** Whether to return the indices of the maxima, too: `[y, indices]`; default false. */
  returnIndices?: boolean;
}
/** What makes a pool return `[y, indices]`. */
export interface WithIndices {
  returnIndices: true;
}

/** Options of {@link maxPool1d}. */
export interface MaxPool1dOptions extends MaxPoolOptions<readonly [number]> {}
/** Options of {@link maxPool2d}: one number for both axes, or `[vertical, horizontal]`. */
export interface MaxPool2dOptions extends MaxPoolOptions<readonly [number, number]> {}
/** Options of {@link maxPool3d}: one number for all axes, or `[depth, vertical, horizontal]`. */
export interface MaxPool3dOptions extends MaxPoolOptions<readonly [number, number, number]> {}

/**
 * The largest value of each window of a sequence. NaN counts as largest; of equal values the first gets the gradient.
 *
 * @param x float32 `[N, C, L]`, or `[C, L]`.
 * @param kernelSize size of the window: a number.
 * @param options `stride`, `padding`, `dilation`, `ceilMode`, `returnIndices`; see {@link MaxPoolOptions}.
 * @returns `[N, C, Lo]` (or `[C, Lo]`), `Lo = floor((L + 2 padding - dilation (kernel - 1) - 1) / stride) + 1`.
 *   With `returnIndices` a pair: that, and the flat position of each maximum in its channel, int32.
 * @throws TypeError for a wrong dtype or option; RangeError for sizes that do not fit.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.max_pool1d.html
 *
 * @example
 * ```ts
 * import { maxPool1d, tensor } from "sedge";
 * const x = tensor([[1, 3, 2, 5]]);
 * maxPool1d(x, 2).toArray(); // => [[3,5]]
 * const [y, indices] = maxPool1d(x, 3, { stride: 1, returnIndices: true });
 * indices.toArray(); // => [[1,3]]
 * ```
 */
export function maxPool1d(
  x: Tensor,
  kernelSize: number | readonly [number],
  options: MaxPool1dOptions & WithIndices,
): [Tensor, Tensor];
export function maxPool1d(x: Tensor, kernelSize: number | readonly [number], options?: MaxPool1dOptions): Tensor;
export function maxPool1d(
  x: Tensor,
  kernelSize: number | readonly [number],
  options: MaxPool1dOptions = {},
): Tensor | Tensor[] {
  return pool("maxPool1d", 1, x, kernelSize, options);
}

/**
 * The largest value of each window of each channel. NaN counts as largest; of equal values the first gets the gradient.
 *
 * @param x float32 `[N, C, H, W]`, or `[C, H, W]`.
 * @param kernelSize size of the window: a number, or `[vertical, horizontal]`.
 * @param options `stride`, `padding`, `dilation`, `ceilMode`, `returnIndices`; see {@link MaxPoolOptions}.
 * @returns `[N, C, Ho, Wo]` (or `[C, Ho, Wo]`), `Ho = floor((H + 2 padding - dilation (kernel - 1) - 1) / stride) + 1`.
 *   With `returnIndices` a pair: that, and the flat position of each maximum in its channel, int32.
 * @throws TypeError for a wrong dtype or option; RangeError for sizes that do not fit.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.max_pool2d.html
 *
 * @example
 * ```ts
 * import { maxPool2d, tensor } from "sedge";
 * const x = tensor([[[1, 2, 3], [4, 5, 6], [7, 8, 9]]]);
 * maxPool2d(x, 2).toArray(); // => [[[5]]]
 * maxPool2d(x, 2, { stride: 1 }).toArray(); // => [[[5,6],[8,9]]]
 * ```
 */
export function maxPool2d(
  x: Tensor,
  kernelSize: number | readonly [number, number],
  options: MaxPool2dOptions & WithIndices,
): [Tensor, Tensor];
export function maxPool2d(
  x: Tensor,
  kernelSize: number | readonly [number, number],
  options?: MaxPool2dOptions,
): Tensor;
export function maxPool2d(
  x: Tensor,
  kernelSize: number | readonly [number, number],
  options: MaxPool2dOptions = {},
): Tensor | Tensor[] {
  return pool("maxPool2d", 2, x, kernelSize, options);
}

/**
 * The largest value of each window of a volume. NaN counts as largest; of equal values the first gets the gradient.
 *
 * @param x float32 `[N, C, D, H, W]`, or `[C, D, H, W]`.
 * @param kernelSize size of the window: a number, or `[depth, vertical, horizontal]`.
 * @param options `stride`, `padding`, `dilation`, `ceilMode`, `returnIndices`; see {@link MaxPoolOptions}.
 * @returns `[N, C, Do, Ho, Wo]` (or without N), each size as in {@link maxPool2d}.
 *   With `returnIndices` a pair: that, and the flat position of each maximum in its channel, int32.
 * @throws TypeError for a wrong dtype or option; RangeError for sizes that do not fit.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.max_pool3d.html
 *
 * @example
 * ```ts
 * import { maxPool3d, ones } from "sedge";
 * maxPool3d(ones([1, 4, 6, 6]), [2, 3, 3]).shape; // => [1,2,2,2]
 * ```
 */
export function maxPool3d(
  x: Tensor,
  kernelSize: number | readonly [number, number, number],
  options: MaxPool3dOptions & WithIndices,
): [Tensor, Tensor];
export function maxPool3d(
  x: Tensor,
  kernelSize: number | readonly [number, number, number],
  options?: MaxPool3dOptions,
): Tensor;
export function maxPool3d(
  x: Tensor,
  kernelSize: number | readonly [number, number, number],
  options: MaxPool3dOptions = {},
): Tensor | Tensor[] {
  return pool("maxPool3d", 3, x, kernelSize, options);
}

function pool(
  op: string,
  dims: number,
  x: Tensor,
  kernelSize: unknown,
  options: MaxPoolOptions<readonly number[]>,
): Tensor | Tensor[] {
  expectTensor(op, "x", x, "float32");
  checkOptions(op, options, ["stride", "padding", "dilation", "ceilMode", "returnIndices"]);
  const wanted = checkBoolean(op, "returnIndices", options.returnIndices ?? false);
  return maxPool(op, x, poolAxes(op, dims, x, kernelSize, options), wanted);
}
