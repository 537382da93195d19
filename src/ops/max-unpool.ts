// Undoes max pooling by its indices, over one, two and three axes. The pools are max-pool.ts.
import { checkOptions, perAxis, refusal, type Shape, sameShape, show, sizeOf } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";
import { checkIndices } from "./internal/indices.ts";
import { unpool } from "./internal/maxima.ts";
import { poolPadding } from "./internal/padding.ts";
import { expectPlanes } from "./internal/pooling.ts";

/** Options of an unpool: one number for all axes, or one for each. */
export interface MaxUnpoolOptions<Sizes extends readonly number[]> {
  /** Pixels from a window of the pool to the next; default the kernel's size. */
  stride?: number | Sizes;
  /** Padding of the pool on each side; default 0. */
  padding?: number | Sizes;
  /** Shape of the pool's input, or only its last axes, where it is not what the other sizes say. */
  outputSize?: readonly number[];
}

/** Options of {@link maxUnpool1d}. */
export interface MaxUnpool1dOptions extends MaxUnpoolOptions<readonly [number]> {}
/** Options of {@link maxUnpool2d}. */
export interface MaxUnpool2dOptions extends MaxUnpoolOptions<readonly [number, number]> {}
/** Options of {@link maxUnpool3d}. */
export interface MaxUnpool3dOptions extends MaxUnpoolOptions<readonly [number, number, number]> {}

/**
 * Undoes {@link maxPool1d}: the maxima back in their places, zeros elsewhere.
 *
 * @param x float32 `[N, C, L]`, or `[C, L]`.
 * @param indices int32 of `x`'s shape: positions in the result's channels, as `maxPool1d` gives them. Of values with the
 *   same position the last stays.
 * @param kernelSize size of the pool's window: a number.
 * @param options `stride`, `padding`, `outputSize`; see {@link MaxUnpoolOptions}.
 * @returns `x`'s shape with each size `(size - 1) stride - 2 padding + kernel`, or `outputSize`.
 * @throws TypeError for a wrong dtype or option; RangeError for sizes that do not fit and an index out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.max_unpool1d.html
 *
 * @example
 * ```ts
 * import { maxPool1d, maxUnpool1d, tensor } from "sedge";
 * const [y, indices] = maxPool1d(tensor([[1, 3, 2, 5]]), 2, { returnIndices: true });
 * maxUnpool1d(y, indices, 2).toArray(); // => [[0,3,0,5]]
 * ```
 */
export function maxUnpool1d(
  x: Tensor,
  indices: Tensor,
  kernelSize: number | readonly [number],
  options: MaxUnpool1dOptions = {},
): Tensor {
  return unpooled("maxUnpool1d", 1, x, indices, kernelSize, options);
}

/**
 * Undoes {@link maxPool2d}: the maxima back in their places, zeros elsewhere.
 *
 * @param x float32 `[N, C, H, W]`, or `[C, H, W]`.
 * @param indices int32 of `x`'s shape: positions in the result's channels, as `maxPool2d` gives them. Of values with the
 *   same position the last stays.
 * @param kernelSize size of the pool's window: a number, or `[vertical, horizontal]`.
 * @param options `stride`, `padding`, `outputSize`; see {@link MaxUnpoolOptions}.
 * @returns `x`'s shape with each size `(size - 1) stride - 2 padding + kernel`, or `outputSize`.
 * @throws TypeError for a wrong dtype or option; RangeError for sizes that do not fit and an index out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.max_unpool2d.html
 *
 * @example
 * ```ts
 * import { maxPool2d, maxUnpool2d, tensor } from "sedge";
 * const [y, indices] = maxPool2d(tensor([[[1, 2], [4, 3]]]), 2, { returnIndices: true });
 * maxUnpool2d(y, indices, 2).toArray(); // => [[[0,0],[4,0]]]
 * ```
 */
export function maxUnpool2d(
  x: Tensor,
  indices: Tensor,
  kernelSize: number | readonly [number, number],
  options: MaxUnpool2dOptions = {},
): Tensor {
  return unpooled("maxUnpool2d", 2, x, indices, kernelSize, options);
}

/**
 * Undoes {@link maxPool3d}: the maxima back in their places, zeros elsewhere.
 *
 * @param x float32 `[N, C, D, H, W]`, or `[C, D, H, W]`.
 * @param indices int32 of `x`'s shape: positions in the result's channels, as `maxPool3d` gives them. Of values with the
 *   same position the last stays.
 * @param kernelSize size of the pool's window: a number, or `[depth, vertical, horizontal]`.
 * @param options `stride`, `padding`, `outputSize`; see {@link MaxUnpoolOptions}.
 * @returns `x`'s shape with each size `(size - 1) stride - 2 padding + kernel`, or `outputSize`.
 * @throws TypeError for a wrong dtype or option; RangeError for sizes that do not fit and an index out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.max_unpool3d.html
 *
 * @example
 * ```ts
 * import { maxPool3d, maxUnpool3d, ones } from "sedge";
 * const [y, indices] = maxPool3d(ones([1, 2, 2, 2]), 2, { returnIndices: true });
 * maxUnpool3d(y, indices, 2).toArray(); // => [[[[1,0],[0,0]],[[0,0],[0,0]]]]
 * ```
 */
export function maxUnpool3d(
  x: Tensor,
  indices: Tensor,
  kernelSize: number | readonly [number, number, number],
  options: MaxUnpool3dOptions = {},
): Tensor {
  return unpooled("maxUnpool3d", 3, x, indices, kernelSize, options);
}

function unpooled(
  op: string,
  dims: number,
  x: Tensor,
  indices: Tensor,
  kernelSize: unknown,
  options: MaxUnpoolOptions<readonly number[]>,
): Tensor {
  expectTensor(op, "x", x, "float32");
  expectTensor(op, "indices", indices, "int32");
  checkOptions(op, options, ["stride", "padding", "outputSize"]);
  expectPlanes(op, x, dims);
  if (!sameShape(x.shape, indices.shape)) {
    throw refusal(op, `indices of shape ${show(x.shape)}`, indices.shape);
  }
  const kernel = perAxis(op, "kernelSize", kernelSize, dims, 1);
  const stride = perAxis(op, "stride", options.stride ?? kernel, dims, 1);
  const padding = poolPadding(op, options.padding ?? 0, kernel);
  const usual = x.shape.slice(-dims).map((n, i) => (n - 1) * stride[i]! - 2 * padding[i]! + kernel[i]!);
  const sizes = outputSizes(op, x.shape, options.outputSize ?? usual, usual, stride);
  checkIndices(op, "indices", indices, sizeOf(sizes));
  return unpool(op, x, indices, [...x.shape.slice(0, -dims), ...sizes], dims);
}

/** Sizes that pool to those of x: less than a stride away from the usual ones. */
function outputSizes(op: string, shape: Shape, given: unknown, usual: Shape, stride: Shape): Shape {
  const list: readonly unknown[] = Array.isArray(given) ? given : [];
  const lead = list.slice(0, -usual.length);
  const sizes = perAxis(op, "outputSize", list.slice(-usual.length), usual.length, 1);
  const fits = sizes.every((n, i) => Math.abs(n - usual[i]!) < stride[i]! || n === usual[i]);
  if (fits && (lead.length === 0 || sameShape(lead as Shape, shape.slice(0, -usual.length)))) return sizes;
  throw refusal(op, `outputSize less than the stride ${show(stride)} from ${show(usual)}`, given);
}
