// Max pooling layers. What pooling layers share is pool.ts; the way back is max-unpool.ts.
import {
  type MaxPool1dOptions,
  type MaxPool2dOptions,
  type MaxPool3dOptions,
  maxPool1d,
  maxPool2d,
  maxPool3d,
  type WithIndices,
} from "../ops/max-pool.ts";
import { checkBoolean } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { Pool, type PoolLayerOptions } from "./pool.ts";

/** What a layer with these options returns. */
type Pooled<Options> = Options extends WithIndices ? [Tensor, Tensor] : Tensor;

/** The base of max pooling layers. */
abstract class MaxPool<Sizes extends readonly number[]> extends Pool<Sizes> {
  readonly returnIndices: boolean;

  constructor(op: string, dims: number, kernelSize: unknown, options: PoolLayerOptions & { returnIndices?: unknown }) {
    super(op, dims, kernelSize, options, ["stride", "padding", "dilation", "ceilMode", "returnIndices"]);
    this.returnIndices = checkBoolean(op, "returnIndices", options.returnIndices ?? false);
  }

  /** The op's options. */
  protected options() {
    const { stride, padding, dilation, ceilMode, returnIndices } = this;
    return { stride, padding, dilation, ceilMode, returnIndices };
  }
}

/**
 * The largest value of each window of a sequence.
 *
 * @param kernelSize one size.
 * @param options `stride` (default the kernel's size), `padding` (default 0), `dilation` (default 1), `ceilMode`
 *   (default false), `returnIndices` (default false): return `[y, indices]`, for `MaxUnpool1d`.
 * @throws TypeError or RangeError for options out of range.
 *
 * Shape: [n, c, l] to [n, c, lo], lo = floor((l + 2 padding - dilation (kernel - 1) - 1) / stride) + 1, or
 * without n.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MaxPool1d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.MaxPool1d(3, { stride: 2 }).call(ones([2, 4, 11])).shape; // => [2,4,5]
 * ```
 */
export class MaxPool1d<Options extends MaxPool1dOptions = MaxPool1dOptions> extends MaxPool<readonly [number]> {
  constructor(kernelSize: number | readonly [number], options: Options = {} as Options) {
    super("MaxPool1d", 1, kernelSize, options);
  }

  forward(x: Tensor): Pooled<Options> {
    return maxPool1d(x, this.kernelSize, this.options()) as Pooled<Options>;
  }
}

/**
 * The largest value of each window of each channel.
 *
 * @param kernelSize one size, or [vertical, horizontal].
 * @param options `stride` (default the kernel's size), `padding` (default 0), `dilation` (default 1), `ceilMode`
 *   (default false), `returnIndices` (default false): return `[y, indices]`, for `MaxUnpool2d`.
 * @throws TypeError or RangeError for options out of range.
 *
 * Shape: [n, c, h, w] to [n, c, ho, wo], ho = floor((h + 2 padding - dilation (kernel - 1) - 1) / stride) + 1, or
 * without n.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * const layer = new nn.MaxPool2d(2);
 * layer.call(ones([4, 8, 28, 28])).shape; // => [4,8,14,14]
 * String(layer); // => "MaxPool2d(kernelSize=[2, 2], stride=[2, 2])"
 * ```
 */
export class MaxPool2d<Options extends MaxPool2dOptions = MaxPool2dOptions> extends MaxPool<readonly [number, number]> {
  constructor(kernelSize: number | readonly [number, number], options: Options = {} as Options) {
    super("MaxPool2d", 2, kernelSize, options);
  }

  forward(x: Tensor): Pooled<Options> {
    return maxPool2d(x, this.kernelSize, this.options()) as Pooled<Options>;
  }
}

/**
 * The largest value of each window of a volume.
 *
 * @param kernelSize one size, or [depth, vertical, horizontal].
 * @param options `stride` (default the kernel's size), `padding` (default 0), `dilation` (default 1), `ceilMode`
 *   (default false), `returnIndices` (default false): return `[y, indices]`, for `MaxUnpool3d`.
 * @throws TypeError or RangeError for options out of range.
 *
 * Shape: [n, c, d, h, w] to [n, c, do, ho, wo], sizes as in `MaxPool2d`, or without n.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MaxPool3d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.MaxPool3d([1, 2, 2]).call(ones([2, 4, 3, 8, 8])).shape; // => [2,4,3,4,4]
 * ```
 */
export class MaxPool3d<Options extends MaxPool3dOptions = MaxPool3dOptions> extends MaxPool<
  readonly [number, number, number]
> {
  constructor(kernelSize: number | readonly [number, number, number], options: Options = {} as Options) {
    super("MaxPool3d", 3, kernelSize, options);
  }

  forward(x: Tensor): Pooled<Options> {
    return maxPool3d(x, this.kernelSize, this.options()) as Pooled<Options>;
  }
}
