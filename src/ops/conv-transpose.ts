// Transposed convolution over one, two and three axes: the input gradient of a convolution as an op of its own.
import type { Tensor } from "../tensor.ts";
import { convolution } from "./internal/convolution.ts";

/** Options of a transposed convolution: one number for all axes, or one for each. */
export interface ConvTransposeOptions<Sizes extends readonly number[]> {
  /** Pixels of the output from a pixel of the input to the next; default 1. */
  stride?: number | Sizes;
  /** Pixels cut off on each side of the output; default 0. */
  padding?: number | Sizes;
  /** Pixels more at the end of the output, fewer than the stride or the dilation; default 0. */
  outputPadding?: number | Sizes;
  /** Pixels from a tap of the kernel to the next; default 1. */
  dilation?: number | Sizes;
  /** Groups of channels that do not see each other; default 1. */
  groups?: number;
}

/** Options of {@link convTranspose1d}. */
export interface ConvTranspose1dOptions extends ConvTransposeOptions<readonly [number]> {}
/** Options of {@link convTranspose2d}: one number for both axes, or `[vertical, horizontal]`. */
export interface ConvTranspose2dOptions extends ConvTransposeOptions<readonly [number, number]> {}
/** Options of {@link convTranspose3d}: one number for all axes, or `[depth, vertical, horizontal]`. */
export interface ConvTranspose3dOptions extends ConvTransposeOptions<readonly [number, number, number]> {}

/**
 * One-dimensional transposed convolution: each element of a sequence spreads a kernel over the output.
 *
 * @param x float32 `[N, C, L]`, or `[C, L]` for one sequence.
 * @param weight float32 `[C, O / groups, k]`.
 * @param bias float32 `[O]`, or null for none (default).
 * @param options `stride`, `padding`, `outputPadding`, `dilation`, `groups`; see {@link ConvTransposeOptions}.
 * @returns `[N, O, Lo]` (or `[O, Lo]`) with `Lo = (L - 1) stride - 2 padding + dilation (k - 1) + outputPadding + 1`.
 * @throws TypeError for a wrong dtype or option; RangeError for shapes that do not fit.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.conv_transpose1d.html
 *
 * @example
 * ```ts
 * import { convTranspose1d, ones, tensor } from "sedge";
 * convTranspose1d(tensor([[1, 2]]), ones([1, 1, 3]), null, { stride: 2 }).toArray(); // => [[1,1,3,2,2]]
 * ```
 */
export function convTranspose1d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvTranspose1dOptions = {},
): Tensor {
  return convolution("convTranspose1d", 1, true, x, weight, bias, options);
}

/**
 * Two-dimensional transposed convolution: each pixel of an image spreads a kernel over the output.
 *
 * @param x float32 `[N, C, H, W]`, or `[C, H, W]` for one image.
 * @param weight float32 `[C, O / groups, kh, kw]`.
 * @param bias float32 `[O]`, or null for none (default).
 * @param options `stride`, `padding`, `outputPadding`, `dilation`, `groups`; see {@link ConvTransposeOptions}.
 * @returns `[N, O, Ho, Wo]` (or `[O, Ho, Wo]`) with
 *   `Ho = (H - 1) stride - 2 padding + dilation (kh - 1) + outputPadding + 1`.
 * @throws TypeError for a wrong dtype or option; RangeError for shapes that do not fit.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.conv_transpose2d.html
 *
 * @example
 * ```ts
 * import { convTranspose2d, ones } from "sedge";
 * convTranspose2d(ones([1, 1, 2]), ones([1, 1, 2, 2])).toArray(); // => [[[1,2,1],[1,2,1]]]
 * convTranspose2d(ones([1, 3, 4, 4]), ones([3, 5, 3, 3]), null, { stride: 2, padding: 1, outputPadding: 1 }).shape; // => [1,5,8,8]
 * ```
 */
export function convTranspose2d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvTranspose2dOptions = {},
): Tensor {
  return convolution("convTranspose2d", 2, true, x, weight, bias, options);
}

/**
 * Three-dimensional transposed convolution: each place of a volume spreads a kernel over the output.
 *
 * @param x float32 `[N, C, D, H, W]`, or `[C, D, H, W]` for one volume.
 * @param weight float32 `[C, O / groups, kd, kh, kw]`.
 * @param bias float32 `[O]`, or null for none (default).
 * @param options `stride`, `padding`, `outputPadding`, `dilation`, `groups`; see {@link ConvTransposeOptions}.
 * @returns `[N, O, Do, Ho, Wo]` (or without N), each size as in {@link convTranspose2d}.
 * @throws TypeError for a wrong dtype or option; RangeError for shapes that do not fit.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.conv_transpose3d.html
 *
 * @example
 * ```ts
 * import { convTranspose3d, ones } from "sedge";
 * convTranspose3d(ones([2, 3, 4, 4]), ones([2, 1, 2, 2, 2]), null, { stride: 2 }).shape; // => [1,6,8,8]
 * ```
 */
export function convTranspose3d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvTranspose3dOptions = {},
): Tensor {
  return convolution("convTranspose3d", 3, true, x, weight, bias, options);
}
