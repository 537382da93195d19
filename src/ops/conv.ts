// Convolution over one, two and three axes. How it is done is internal/convolution.ts; transposes are conv-transpose.ts.
import type { Tensor } from "../tensor.ts";
import { convolution } from "./internal/convolution.ts";

/** Options of a convolution: one number for all axes, or one for each. */
export interface ConvOptions<Sizes extends readonly number[]> {
  /** Pixels from a window to the next; default 1. */
  stride?: number | Sizes;
  /** Zeros on each side, `"valid"` for none (default 0), or `"same"` for an output of the input's size (stride 1 only). */
  padding?: number | Sizes | "same" | "valid";
  /** Pixels from a tap of the kernel to the next; default 1. */
  dilation?: number | Sizes;
  /** Groups of channels that do not see each other, the number of channels for a depthwise convolution; default 1. */
  groups?: number;
}

/** Options of {@link conv1d}. */
export interface Conv1dOptions extends ConvOptions<readonly [number]> {}
/** Options of {@link conv2d}: one number for both axes, or `[vertical, horizontal]`. */
export interface Conv2dOptions extends ConvOptions<readonly [number, number]> {}
/** Options of {@link conv3d}: one number for all axes, or `[depth, vertical, horizontal]`. */
export interface Conv3dOptions extends ConvOptions<readonly [number, number, number]> {}

/**
 * One-dimensional convolution (cross-correlation) of sequences with a bank of kernels.
 *
 * @param x float32 `[N, C, L]`, or `[C, L]` for one sequence.
 * @param weight float32 `[O, C / groups, k]`.
 * @param bias float32 `[O]`, or null for none (default).
 * @param options `stride`, `padding`, `dilation`, `groups`; see {@link ConvOptions}. `"same"` puts an odd zero at the end.
 * @returns `[N, O, Lo]` (or `[O, Lo]`) with `Lo = floor((L + 2 padding - dilation (k - 1) - 1) / stride) + 1`.
 * @throws TypeError for a wrong dtype or option; RangeError for shapes that do not fit.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.conv1d.html
 *
 * @example
 * ```ts
 * import { conv1d, ones, tensor } from "sedge";
 * conv1d(tensor([[[1, 2, 3, 4]]]), ones([1, 1, 2])).toArray(); // => [[[3,5,7]]]
 * conv1d(tensor([[1, 2, 3, 4]]), ones([1, 1, 3]), null, { stride: 2, padding: 1 }).toArray(); // => [[3,9]]
 * ```
 */
export function conv1d(x: Tensor, weight: Tensor, bias: Tensor | null = null, options: Conv1dOptions = {}): Tensor {
  return convolution("conv1d", 1, false, x, weight, bias, options);
}

/**
 * Two-dimensional convolution (cross-correlation) of images with a bank of kernels.
 *
 * @param x float32 `[N, C, H, W]`, or `[C, H, W]` for one image.
 * @param weight float32 `[O, C / groups, kh, kw]`.
 * @param bias float32 `[O]`, or null for none (default).
 * @param options `stride`, `padding`, `dilation`, `groups`; see {@link ConvOptions}. `"same"` puts an odd zero at the end.
 * @returns `[N, O, Ho, Wo]` (or `[O, Ho, Wo]`) with `Ho = floor((H + 2 padding - dilation (kh - 1) - 1) / stride) + 1`.
 * @throws TypeError for a wrong dtype or option; RangeError for shapes that do not fit.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.conv2d.html
 *
 * @example
 * ```ts
 * import { conv2d, ones } from "sedge";
 * const x = ones([1, 1, 3, 3]);
 * const weight = ones([1, 1, 2, 2]);
 * conv2d(x, weight).toArray(); // => [[[[4,4],[4,4]]]]
 * conv2d(x, weight, null, { padding: "same" }).shape; // => [1,1,3,3]
 * ```
 */
export function conv2d(x: Tensor, weight: Tensor, bias: Tensor | null = null, options: Conv2dOptions = {}): Tensor {
  return convolution("conv2d", 2, false, x, weight, bias, options);
}

/**
 * Three-dimensional convolution (cross-correlation) of volumes, or films, with a bank of kernels.
 *
 * @param x float32 `[N, C, D, H, W]`, or `[C, D, H, W]` for one volume.
 * @param weight float32 `[O, C / groups, kd, kh, kw]`.
 * @param bias float32 `[O]`, or null for none (default).
 * @param options `stride`, `padding`, `dilation`, `groups`; see {@link ConvOptions}. `"same"` puts an odd zero at the end.
 * @returns `[N, O, Do, Ho, Wo]` (or without N), each size as in {@link conv2d}.
 * @throws TypeError for a wrong dtype or option; RangeError for shapes that do not fit.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.conv3d.html
 *
 * @example
 * ```ts
 * import { conv3d, ones } from "sedge";
 * conv3d(ones([1, 2, 2, 3]), ones([1, 1, 2, 2, 2])).toArray(); // => [[[[8,8]]]]
 * ```
 */
export function conv3d(x: Tensor, weight: Tensor, bias: Tensor | null = null, options: Conv3dOptions = {}): Tensor {
  return convolution("conv3d", 3, false, x, weight, bias, options);
}
