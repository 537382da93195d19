// Pooling layers.
import { poolPadding } from "../ops/internal/padding.ts";
import { type AvgPool2dOptions, avgPool2d, type MaxPool2dOptions, maxPool2d } from "../ops/pool.ts";
import { checkBoolean, checkInt, checkOptions, pair, show } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { Module } from "./module.ts";

type Pair = readonly [number, number];

/**
 * The largest value of each window of each channel.
 *
 * @param kernelSize one size, or [vertical, horizontal].
 * @param options `stride` (default the kernel's size), `padding` (default 0), `dilation` (default 1), `ceilMode`
 *   (default false).
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
export class MaxPool2d extends Module {
  readonly kernelSize: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
  readonly dilation: Pair;
  readonly ceilMode: boolean;

  constructor(kernelSize: number | Pair, options: MaxPool2dOptions = {}) {
    super();
    const op = "MaxPool2d";
    checkOptions(op, options, ["stride", "padding", "dilation", "ceilMode"]);
    this.kernelSize = pair(op, "kernelSize", kernelSize, 1);
    this.stride = pair(op, "stride", options.stride ?? kernelSize, 1);
    this.padding = poolPadding(op, options.padding ?? 0, this.kernelSize);
    this.dilation = pair(op, "dilation", options.dilation ?? 1, 1);
    this.ceilMode = checkBoolean(op, "ceilMode", options.ceilMode ?? false);
  }

  forward(x: Tensor): Tensor {
    const { kernelSize, stride, padding, dilation, ceilMode } = this;
    return maxPool2d(x, kernelSize, { stride, padding, dilation, ceilMode });
  }

  override extraRepr(): string {
    const { kernelSize, stride, padding, dilation } = this;
    const parts = [`kernelSize=${show(kernelSize)}`, `stride=${show(stride)}`];
    if (padding.some((n) => n !== 0)) parts.push(`padding=${show(padding)}`);
    if (dilation.some((n) => n !== 1)) parts.push(`dilation=${show(dilation)}`);
    if (this.ceilMode) parts.push("ceilMode=true");
    return parts.join(", ");
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
export class AvgPool2d extends Module {
  readonly kernelSize: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
  readonly ceilMode: boolean;
  readonly countIncludePad: boolean;
  readonly divisorOverride: number | null;

  constructor(kernelSize: number | Pair, options: AvgPool2dOptions = {}) {
    super();
    const op = "AvgPool2d";
    checkOptions(op, options, ["stride", "padding", "ceilMode", "countIncludePad", "divisorOverride"]);
    this.kernelSize = pair(op, "kernelSize", kernelSize, 1);
    this.stride = pair(op, "stride", options.stride ?? kernelSize, 1);
    this.padding = poolPadding(op, options.padding ?? 0, this.kernelSize);
    this.ceilMode = checkBoolean(op, "ceilMode", options.ceilMode ?? false);
    this.countIncludePad = checkBoolean(op, "countIncludePad", options.countIncludePad ?? true);
    const { divisorOverride } = options;
    if (divisorOverride !== undefined && checkInt(op, "divisorOverride", divisorOverride) === 0) {
      throw new RangeError(`${op}: expected divisorOverride other than 0, got 0`);
    }
    this.divisorOverride = divisorOverride ?? null;
  }

  forward(x: Tensor): Tensor {
    const { kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride } = this;
    const options = { stride, padding, ceilMode, countIncludePad };
    return avgPool2d(x, kernelSize, divisorOverride === null ? options : { ...options, divisorOverride });
  }

  override extraRepr(): string {
    const { kernelSize, stride, padding } = this;
    const parts = [`kernelSize=${show(kernelSize)}`, `stride=${show(stride)}`, `padding=${show(padding)}`];
    if (this.ceilMode) parts.push("ceilMode=true");
    if (!this.countIncludePad) parts.push("countIncludePad=false");
    if (this.divisorOverride !== null) parts.push(`divisorOverride=${this.divisorOverride}`);
    return parts.join(", ");
  }
}
