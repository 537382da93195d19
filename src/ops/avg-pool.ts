// Average pooling over one, two and three axes. How it is done is internal/means.ts and
// internal/pooling.ts; windows of adaptive size are adaptive-pool.ts,
// means of powers lp-pool.ts.
import { checkBoolean, checkOptions } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";
import { means } from "./internal/means.ts";
import { checkDivisor } from "./internal/padding.ts";
import { poolAxes } from "./internal/pooling.ts";

/** Options of an average pool: one number for all axes, or one for each. */
export interface AvgPoolOptions<Sizes extends readonly number[]> {
  /** Pixels from a window to the next; default the kernel's size. */
  stride?: number | Sizes;
  /** Zeros on each side, at most half the kernel; default 0. */
  padding?: number | Sizes;
  /** Whether a last window may reach past the end, if it begins inside the image or its left padding; default false. */
  ceilMode?: boolean;
  /** Whether zeros of the padding count in the mean's divisor; default true. */
  countIncludePad?: boolean;
}
/** What two and three axes add: see {@link avgPool2d}. */
export interface DivisorOption {
  /** Divides the sums by this integer instead of by the number of places. */
  divisorOverride?: number;
}

/** Options of {@link avgPool1d}. */
export interface AvgPool1dOptions extends AvgPoolOptions<readonly [number]> {}
/** Options of {@link avgPool2d}: one number for both axes, or `[vertical, horizontal]`. */
export interface AvgPool2dOptions extends AvgPoolOptions<readonly [number, number]>, DivisorOption {}
/** Options of {@link avgPool3d}: one number for all axes, or `[depth, vertical, horizontal]`. */
export interface AvgPool3dOptions extends AvgPoolOptions<readonly [number, number, number]>, DivisorOption {}

/**
 * The mean of each window of a sequence.
 *
 * @param x float32 `[N, C, L]`, or `[C, L]`.
 * @param kernelSize size of the window: a number.
 * @param options `stride`, `padding`, `ceilMode`, `countIncludePad`; see {@link AvgPool1dOptions}.
 * @returns `[N, C, Lo]` (or `[C, Lo]`), `Lo = floor((L + 2 padding - kernel) / stride) + 1`.
 * @throws TypeError for a wrong dtype or option; RangeError for sizes that do not fit.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.avg_pool1d.html
 *
 * @example
 * ```ts
 * import { avgPool1d, tensor } from "sedge";
 * avgPool1d(tensor([[1, 3, 2, 6]]), 2).toArray(); // => [[2,4]]
 * ```
 */
export function avgPool1d(x: Tensor, kernelSize: number | readonly [number], options: AvgPool1dOptions = {}): Tensor {
  return pool("avgPool1d", 1, x, kernelSize, options);
}

/**
 * The mean of each window of each channel.
 *
 * @param x float32 `[N, C, H, W]`, or `[C, H, W]`.
 * @param kernelSize size of the window: a number, or `[vertical, horizontal]`.
 * @param options `stride`, `padding`, `ceilMode`, `countIncludePad`, `divisorOverride`; see {@link AvgPool2dOptions}.
 * @returns `[N, C, Ho, Wo]` (or `[C, Ho, Wo]`), `Ho = floor((H + 2 padding - kernel) / stride) + 1`.
 * @throws TypeError for a wrong dtype or option; RangeError for sizes that do not fit.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.avg_pool2d.html
 *
 * @example
 * ```ts
 * import { avgPool2d, tensor } from "sedge";
 * const x = tensor([[[1, 2, 3], [4, 5, 6], [7, 8, 9]]]);
 * avgPool2d(x, 2).toArray(); // => [[[3]]]
 * avgPool2d(x, 3, { stride: 2, padding: 1, countIncludePad: false }).toArray(); // => [[[3,4],[6,7]]]
 * ```
 */
export function avgPool2d(
  x: Tensor,
  kernelSize: number | readonly [number, number],
  options: AvgPool2dOptions = {},
): Tensor {
  return pool("avgPool2d", 2, x, kernelSize, options);
}

/**
 * The mean of each window of a volume.
 *
 * @param x float32 `[N, C, D, H, W]`, or `[C, D, H, W]`.
 * @param kernelSize size of the window: a number, or `[depth, vertical, horizontal]`.
 * @param options `stride`, `padding`, `ceilMode`, `countIncludePad`, `divisorOverride`; see {@link AvgPool3dOptions}.
 * @returns `[N, C, Do, Ho, Wo]` (or without N), each size as in {@link avgPool2d}.
 * @throws TypeError for a wrong dtype or option; RangeError for sizes that do not fit.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.avg_pool3d.html
 *
 * @example
 * ```ts
 * import { avgPool3d, ones } from "sedge";
 * avgPool3d(ones([1, 2, 2, 4]), 2).toArray(); // => [[[[1,1]]]]
 * avgPool3d(ones([1, 2, 2, 4]), 2, { divisorOverride: 4 }).toArray(); // => [[[[2,2]]]]
 * ```
 */
export function avgPool3d(
  x: Tensor,
  kernelSize: number | readonly [number, number, number],
  options: AvgPool3dOptions = {},
): Tensor {
  return pool("avgPool3d", 3, x, kernelSize, options);
}

function pool(
  op: string,
  dims: number,
  x: Tensor,
  kernelSize: unknown,
  options: AvgPoolOptions<readonly number[]> & DivisorOption,
): Tensor {
  expectTensor(op, "x", x, "float32");
  checkOptions(op, options, [
    ...["stride", "padding", "ceilMode", "countIncludePad"],
    ...(dims > 1 ? ["divisorOverride"] : []),
  ]);
  const axes = poolAxes(op, dims, x, kernelSize, options);
  const countIncludePad = checkBoolean(op, "countIncludePad", options.countIncludePad ?? true);
  return means(op, x, axes, countIncludePad, checkDivisor(op, options.divisorOverride ?? null) ?? 0);
}
