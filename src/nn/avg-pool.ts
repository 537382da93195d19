// Average pooling layers. What pooling layers share is pool.ts; means of powers are lp-pool.ts.
import {
  type AvgPool1dOptions,
  type AvgPool2dOptions,
  type AvgPool3dOptions,
  type AvgPoolOptions,
  avgPool1d,
  avgPool2d,
  avgPool3d,
  type DivisorOption,
} from "../ops/avg-pool.ts";
import { checkDivisor } from "../ops/internal/padding.ts";
import { checkBoolean } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { Pool } from "./pool.ts";

/** The base of average pooling layers. */
abstract class AvgPool<Sizes extends readonly number[]> extends Pool<Sizes> {
  readonly countIncludePad: boolean;
  readonly divisorOverride: number | null;

  constructor(op: string, dims: number, kernelSize: unknown, options: AvgPoolOptions<Sizes> & DivisorOption) {
    const names = ["stride", "padding", "ceilMode", "countIncludePad"];
    super(op, dims, kernelSize, options, dims > 1 ? [...names, "divisorOverride"] : names);
    this.countIncludePad = checkBoolean(op, "countIncludePad", options.countIncludePad ?? true);
    this.divisorOverride = checkDivisor(op, options.divisorOverride ?? null);
  }

  /** The op's options. */
  protected options(): AvgPoolOptions<Sizes> & DivisorOption {
    const { stride, padding, ceilMode, countIncludePad, divisorOverride } = this;
    const options = { stride, padding, ceilMode, countIncludePad };
    return divisorOverride === null ? options : { ...options, divisorOverride };
  }

  override extraRepr(): string {
    const parts = [super.extraRepr()];
    if (!this.countIncludePad) parts.push("countIncludePad=false");
    if (this.divisorOverride !== null) parts.push(`divisorOverride=${this.divisorOverride}`);
    return parts.join(", ");
  }
}

/**
 * The mean of each window of a sequence.
 *
 * @param kernelSize one size.
 * @param options `stride` (default the kernel's size), `padding` (default 0), `ceilMode` (default false),
 *   `countIncludePad` (whether zeros of the padding count in the divisor; default true).
 * @throws TypeError or RangeError for options out of range.
 *
 * Shape: [n, c, l] to [n, c, lo], lo = floor((l + 2 padding - kernel) / stride) + 1, or without n.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AvgPool1d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.AvgPool1d(3, { stride: 2 }).call(ones([2, 4, 11])).shape; // => [2,4,5]
 * ```
 */
export class AvgPool1d extends AvgPool<readonly [number]> {
  constructor(kernelSize: number | readonly [number], options: AvgPool1dOptions = {}) {
    super("AvgPool1d", 1, kernelSize, options);
  }

  forward(x: Tensor): Tensor {
    return avgPool1d(x, this.kernelSize, this.options());
  }
}

/**
 * The mean of each window of each channel.
 *
 * @param kernelSize one size, or [vertical, horizontal].
 * @param options `stride` (default the kernel's size), `padding` (default 0), `ceilMode` (default false),
 *   `countIncludePad` (whether zeros of the padding count in the divisor; default true), `divisorOverride`.
 * @throws TypeError or RangeError for options out of range.
 *
 * Shape: [n, c, h, w] to [n, c, ho, wo], ho = floor((h + 2 padding - kernel) / stride) + 1, or without n.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AvgPool2d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.AvgPool2d(3, { stride: 2, padding: 1 }).call(ones([1, 1, 8, 8])).shape; // => [1,1,4,4]
 * ```
 */
export class AvgPool2d extends AvgPool<readonly [number, number]> {
  constructor(kernelSize: number | readonly [number, number], options: AvgPool2dOptions = {}) {
    super("AvgPool2d", 2, kernelSize, options);
  }

  forward(x: Tensor): Tensor {
    return avgPool2d(x, this.kernelSize, this.options());
  }
}

/**
 * The mean of each window of a volume.
 *
 * @param kernelSize one size, or [depth, vertical, horizontal].
 * @param options `stride` (default the kernel's size), `padding` (default 0), `ceilMode` (default false),
 *   `countIncludePad` (whether zeros of the padding count in the divisor; default true), `divisorOverride`.
 * @throws TypeError or RangeError for options out of range.
 *
 * Shape: [n, c, d, h, w] to [n, c, do, ho, wo], sizes as in `AvgPool2d`, or without n.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AvgPool3d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.AvgPool3d([1, 2, 2]).call(ones([2, 4, 3, 8, 8])).shape; // => [2,4,3,4,4]
 * ```
 */
export class AvgPool3d extends AvgPool<readonly [number, number, number]> {
  constructor(kernelSize: number | readonly [number, number, number], options: AvgPool3dOptions = {}) {
    super("AvgPool3d", 3, kernelSize, options);
  }

  forward(x: Tensor): Tensor {
    return avgPool3d(x, this.kernelSize, this.options());
  }
}
