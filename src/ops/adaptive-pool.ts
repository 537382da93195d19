// Pooling to a given size, over one, two and three axes: window i of m over n places is floor(i n / m) up to, not with,
// ceil((i + 1) n / m). Windows of a given size are max-pool.ts and avg-pool.ts.
import { checkBoolean, checkOptions } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";
import { k } from "../wasm.ts";
import { type Axis, unpooled } from "./internal/geometry.ts";
import { maxima } from "./internal/maxima.ts";
import { linear } from "./internal/means.ts";
import { adaptiveAxes, separately } from "./internal/pooling.ts";
import type { WithIndices } from "./max-pool.ts";
import { mean } from "./reduce.ts";

/** Options of an adaptive max pool. */
export interface AdaptiveMaxPoolOptions {
  /** Whether to return the indices of the maxima, too: `[y, indices]`; default false. */
  returnIndices?: boolean;
}

/**
 * Means of as many windows as asked for, of sizes that follow from that.
 *
 * @param x float32 `[N, C, L]`, or `[C, L]`.
 * @param outputSize windows: a number, or null for `L`.
 * @returns `[N, C, outputSize]`, or without N.
 * @throws TypeError for a wrong dtype; RangeError for sizes that do not fit.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_avg_pool1d.html
 *
 * @example
 * ```ts
 * import { adaptiveAvgPool1d, tensor } from "sedge";
 * adaptiveAvgPool1d(tensor([[1, 2, 3, 4, 5]]), 2).toArray(); // => [[2,4]]
 * ```
 */
export function adaptiveAvgPool1d(x: Tensor, outputSize: number | null | readonly [number | null]): Tensor {
  return average("adaptiveAvgPool1d", 1, x, outputSize);
}

/**
 * Means of as many windows as asked for, of sizes that follow from that.
 *
 * @param x float32 `[N, C, H, W]`, or `[C, H, W]`.
 * @param outputSize windows: a number for both axes, or `[vertical, horizontal]`; null keeps an axis as it is.
 * @returns `[N, C, ...outputSize]`, or without N.
 * @throws TypeError for a wrong dtype; RangeError for sizes that do not fit.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_avg_pool2d.html
 *
 * @example
 * ```ts
 * import { adaptiveAvgPool2d, ones } from "sedge";
 * adaptiveAvgPool2d(ones([8, 3, 7, 9]), 1).shape; // => [8,3,1,1]
 * adaptiveAvgPool2d(ones([8, 3, 7, 9]), [null, 4]).shape; // => [8,3,7,4]
 * ```
 */
export function adaptiveAvgPool2d(
  x: Tensor,
  outputSize: number | null | readonly [number | null, number | null],
): Tensor {
  return average("adaptiveAvgPool2d", 2, x, outputSize);
}

/**
 * Means of as many windows as asked for, of sizes that follow from that.
 *
 * @param x float32 `[N, C, D, H, W]`, or `[C, D, H, W]`.
 * @param outputSize windows: a number for all axes, or `[depth, vertical, horizontal]`; null keeps an axis as it is.
 * @returns `[N, C, ...outputSize]`, or without N.
 * @throws TypeError for a wrong dtype; RangeError for sizes that do not fit.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_avg_pool3d.html
 *
 * @example
 * ```ts
 * import { adaptiveAvgPool3d, ones } from "sedge";
 * adaptiveAvgPool3d(ones([2, 4, 6, 5]), [2, 3, null]).shape; // => [2,2,3,5]
 * ```
 */
export function adaptiveAvgPool3d(
  x: Tensor,
  outputSize: number | null | readonly [number | null, number | null, number | null],
): Tensor {
  return average("adaptiveAvgPool3d", 3, x, outputSize);
}

/**
 * The largest values of as many windows as asked for, of sizes that follow from that. NaN counts as largest; of equal values
 * the first gets the gradient.
 *
 * @param x float32 `[N, C, L]`, or `[C, L]`.
 * @param outputSize windows: a number, or null for `L`.
 * @param options `returnIndices` (default false): return `[y, indices]`, with the flat position of each maximum in its
 *   channel, int32.
 * @returns `[N, C, outputSize]`, or without N.
 * @throws TypeError for a wrong dtype or option; RangeError for sizes that do not fit.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_max_pool1d.html
 *
 * @example
 * ```ts
 * import { adaptiveMaxPool1d, tensor } from "sedge";
 * adaptiveMaxPool1d(tensor([[1, 9, 3, 4, 5]]), 2).toArray(); // => [[9,5]]
 * ```
 */
export function adaptiveMaxPool1d(
  x: Tensor,
  outputSize: number | null | readonly [number | null],
  options: WithIndices,
): [Tensor, Tensor];
export function adaptiveMaxPool1d(
  x: Tensor,
  outputSize: number | null | readonly [number | null],
  options?: AdaptiveMaxPoolOptions,
): Tensor;
export function adaptiveMaxPool1d(
  x: Tensor,
  outputSize: number | null | readonly [number | null],
  options: AdaptiveMaxPoolOptions = {},
): Tensor | Tensor[] {
  return largest("adaptiveMaxPool1d", 1, x, outputSize, options);
}

/**
 * The largest values of as many windows as asked for, of sizes that follow from that. NaN counts as largest; of equal values
 * the first gets the gradient.
 *
 * @param x float32 `[N, C, H, W]`, or `[C, H, W]`.
 * @param outputSize windows: a number for both axes, or `[vertical, horizontal]`; null keeps an axis as it is.
 * @param options `returnIndices` (default false): return `[y, indices]`, with the flat position of each maximum in its
 *   channel, int32.
 * @returns `[N, C, ...outputSize]`, or without N.
 * @throws TypeError for a wrong dtype or option; RangeError for sizes that do not fit.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_max_pool2d.html
 *
 * @example
 * ```ts
 * import { adaptiveMaxPool2d, tensor } from "sedge";
 * const [y, indices] = adaptiveMaxPool2d(tensor([[[1, 2, 3], [6, 5, 4]]]), 1, { returnIndices: true });
 * y.toArray(); // => [[[6]]]
 * indices.toArray(); // => [[[3]]]
 * ```
 */
export function adaptiveMaxPool2d(
  x: Tensor,
  outputSize: number | null | readonly [number | null, number | null],
  options: WithIndices,
): [Tensor, Tensor];
export function adaptiveMaxPool2d(
  x: Tensor,
  outputSize: number | null | readonly [number | null, number | null],
  options?: AdaptiveMaxPoolOptions,
): Tensor;
export function adaptiveMaxPool2d(
  x: Tensor,
  outputSize: number | null | readonly [number | null, number | null],
  options: AdaptiveMaxPoolOptions = {},
): Tensor | Tensor[] {
  return largest("adaptiveMaxPool2d", 2, x, outputSize, options);
}

/**
 * The largest values of as many windows as asked for, of sizes that follow from that. NaN counts as largest; of equal values
 * the first gets the gradient.
 *
 * @param x float32 `[N, C, D, H, W]`, or `[C, D, H, W]`.
 * @param outputSize windows: a number for all axes, or `[depth, vertical, horizontal]`; null keeps an axis as it is.
 * @param options `returnIndices` (default false): return `[y, indices]`, with the flat position of each maximum in its
 *   channel, int32.
 * @returns `[N, C, ...outputSize]`, or without N.
 * @throws TypeError for a wrong dtype or option; RangeError for sizes that do not fit.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_max_pool3d.html
 *
 * @example
 * ```ts
 * import { adaptiveMaxPool3d, ones } from "sedge";
 * adaptiveMaxPool3d(ones([2, 4, 6, 5]), [2, 3, null]).shape; // => [2,2,3,5]
 * ```
 */
export function adaptiveMaxPool3d(
  x: Tensor,
  outputSize: number | null | readonly [number | null, number | null, number | null],
  options: WithIndices,
): [Tensor, Tensor];
export function adaptiveMaxPool3d(
  x: Tensor,
  outputSize: number | null | readonly [number | null, number | null, number | null],
  options?: AdaptiveMaxPoolOptions,
): Tensor;
export function adaptiveMaxPool3d(
  x: Tensor,
  outputSize: number | null | readonly [number | null, number | null, number | null],
  options: AdaptiveMaxPoolOptions = {},
): Tensor | Tensor[] {
  return largest("adaptiveMaxPool3d", 3, x, outputSize, options);
}

/** The sizes that the kernels take, of planes of one or two axes. */
function sizesOf(planes: number, axes: readonly Axis[]): [number, number, number, number, number] {
  const [h, w] = [unpooled(1), ...axes].slice(-2) as [Axis, Axis];
  return [planes, h.size, w.size, h.out, w.out];
}

function average(op: string, dims: number, x: Tensor, outputSize: unknown): Tensor {
  expectTensor(op, "x", x, "float32");
  const axes = adaptiveAxes(op, dims, x, outputSize);
  if (axes.every(({ out }) => out === 1)) return mean(x, { axis: axes.map((_, i) => i - dims), keepDims: true });
  return separately(x, axes, (x, shape, ...planes) => {
    const sizes = sizesOf(...planes);
    return linear(
      op,
      x,
      shape,
      (y, x) => k.adaptiveMean(y.ptr, x.ptr, ...sizes),
      (dx, dy) => k.adaptiveMeanGrad(dx.ptr, dy.ptr, ...sizes),
    );
  });
}

function largest(
  op: string,
  dims: number,
  x: Tensor,
  outputSize: unknown,
  options: AdaptiveMaxPoolOptions,
): Tensor | Tensor[] {
  expectTensor(op, "x", x, "float32");
  checkOptions(op, options, ["returnIndices"]);
  const wanted = checkBoolean(op, "returnIndices", options.returnIndices ?? false);
  return maxima(op, x, adaptiveAxes(op, dims, x, outputSize), wanted, (y, index, x, ...planes) =>
    k.adaptiveMax(y.ptr, index.ptr, x.ptr, ...sizesOf(...planes)),
  );
}
