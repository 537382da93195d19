// Layers that undo max pooling. What pooling layers share is pool.ts.
import { type MaxUnpoolOptions, maxUnpool1d, maxUnpool2d, maxUnpool3d } from "../ops/max-unpool.ts";
import type { Tensor } from "../tensor.ts";
import { Pool } from "./pool.ts";

/** The base of unpooling layers. */
abstract class MaxUnpool<Sizes extends readonly number[]> extends Pool<Sizes> {
  constructor(op: string, dims: number, kernelSize: unknown, options: object) {
    super(op, dims, kernelSize, options, ["stride", "padding"]);
  }

  /** The op's options. */
  protected options(outputSize: readonly number[] | undefined): MaxUnpoolOptions<Sizes> {
    const { stride, padding } = this;
    return outputSize === undefined ? { stride, padding } : { stride, padding, outputSize };
  }
}

/**
 * Undoes `MaxPool1d`: the maxima back in their places, zeros elsewhere.
 *
 * `forward` takes the maxima, their indices, and the size of the pool's input where a stride leaves several open.
 *
 * @param kernelSize one size.
 * @param options `stride` (default the kernel's size), `padding` (default 0), both of the pool.
 * @throws TypeError or RangeError for options out of range.
 *
 * Shape: two [n, c, l] to [n, c, lo], lo = (l - 1) stride - 2 padding + kernel, or without n.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MaxUnpool1d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * const [y, indices] = new nn.MaxPool1d(2, { returnIndices: true }).call(ones([1, 2, 6]));
 * new nn.MaxUnpool1d(2).call(y, indices).shape; // => [1,2,6]
 * ```
 */
export class MaxUnpool1d extends MaxUnpool<readonly [number]> {
  constructor(
    kernelSize: number | readonly [number],
    options: { stride?: number | readonly [number]; padding?: number | readonly [number] } = {},
  ) {
    super("MaxUnpool1d", 1, kernelSize, options);
  }

  forward(x: Tensor, indices: Tensor, outputSize?: readonly number[]): Tensor {
    return maxUnpool1d(x, indices, this.kernelSize, this.options(outputSize));
  }
}

/**
 * Undoes `MaxPool2d`: the maxima back in their places, zeros elsewhere.
 *
 * `forward` takes the maxima, their indices, and the size of the pool's input where a stride leaves several open.
 *
 * @param kernelSize one size, or [vertical, horizontal].
 * @param options `stride` (default the kernel's size), `padding` (default 0), both of the pool.
 * @throws TypeError or RangeError for options out of range.
 *
 * Shape: two [n, c, h, w] to [n, c, ho, wo], ho = (h - 1) stride - 2 padding + kernel, or without n.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MaxUnpool2d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * const [y, indices] = new nn.MaxPool2d(2, { returnIndices: true }).call(ones([1, 2, 6, 6]));
 * new nn.MaxUnpool2d(2).call(y, indices).shape; // => [1,2,6,6]
 * ```
 */
export class MaxUnpool2d extends MaxUnpool<readonly [number, number]> {
  constructor(
    kernelSize: number | readonly [number, number],
    options: { stride?: number | readonly [number, number]; padding?: number | readonly [number, number] } = {},
  ) {
    super("MaxUnpool2d", 2, kernelSize, options);
  }

  forward(x: Tensor, indices: Tensor, outputSize?: readonly number[]): Tensor {
    return maxUnpool2d(x, indices, this.kernelSize, this.options(outputSize));
  }
}

/**
 * Undoes `MaxPool3d`: the maxima back in their places, zeros elsewhere.
 *
 * `forward` takes the maxima, their indices, and the size of the pool's input where a stride leaves several open.
 *
 * @param kernelSize one size, or [depth, vertical, horizontal].
 * @param options `stride` (default the kernel's size), `padding` (default 0), both of the pool.
 * @throws TypeError or RangeError for options out of range.
 *
 * Shape: two [n, c, d, h, w] to [n, c, do, ho, wo], sizes as in `MaxUnpool2d`, or without n.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MaxUnpool3d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * const [y, indices] = new nn.MaxPool3d(2, { returnIndices: true }).call(ones([1, 2, 4, 6, 6]));
 * new nn.MaxUnpool3d(2).call(y, indices).shape; // => [1,2,4,6,6]
 * ```
 */
export class MaxUnpool3d extends MaxUnpool<readonly [number, number, number]> {
  constructor(
    kernelSize: number | readonly [number, number, number],
    options: {
      stride?: number | readonly [number, number, number];
      padding?: number | readonly [number, number, number];
    } = {},
  ) {
    super("MaxUnpool3d", 3, kernelSize, options);
  }

  forward(x: Tensor, indices: Tensor, outputSize?: readonly number[]): Tensor {
    return maxUnpool3d(x, indices, this.kernelSize, this.options(outputSize));
  }
}
