// Convolution layers.
import { type Conv2dOptions, conv2d } from "../ops/conv.ts";
import { convPadding } from "../ops/internal/padding.ts";
import { checkBoolean, checkInt, checkOptions, pair, show } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { Module } from "./module.ts";
import { uniformParameter } from "./parameter.ts";

/**
 * Two-dimensional convolution of images with learnt kernels.
 *
 * Weight and bias start uniform within ± 1 / sqrt(inChannels / groups * kh * kw), as in PyTorch.
 *
 * @param inChannels channels of the input. @param outChannels number of kernels.
 * @param kernelSize one size, or [vertical, horizontal].
 * @param options `stride` (default 1), `padding` (zeros on each side, "same" or "valid"; default 0), `dilation`
 *   (default 1), `groups` (default 1), `bias` (default true).
 * @throws TypeError or RangeError for options out of range, and channels that `groups` does not divide.
 *
 * Shape: [n, inChannels, h, w] to [n, outChannels, ho, wo], ho = floor((h + 2 padding - dilation (kh - 1) - 1) / stride)
 * + 1, or without n; `weight` [outChannels, inChannels / groups, kh, kw], `bias` [outChannels].
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Conv2d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * const layer = new nn.Conv2d(1, 8, 5, { padding: 2 });
 * layer.call(ones([4, 1, 28, 28])).shape; // => [4,8,28,28]
 * String(layer); // => "Conv2d(1, 8, kernelSize=[5, 5], stride=[1, 1], padding=[2, 2])"
 * ```
 */
export class Conv2d extends Module {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number] | "same" | "valid";
  readonly dilation: readonly [number, number];
  readonly groups: number;
  weight: Tensor;
  bias: Tensor | null;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | readonly [number, number],
    options: Conv2dOptions & { bias?: boolean } = {},
  ) {
    super();
    const op = "Conv2d";
    checkOptions(op, options, ["stride", "padding", "dilation", "groups", "bias"]);
    this.inChannels = checkInt(op, "inChannels", inChannels, 1);
    this.outChannels = checkInt(op, "outChannels", outChannels, 1);
    this.kernelSize = pair(op, "kernelSize", kernelSize, 1);
    this.stride = pair(op, "stride", options.stride ?? 1, 1);
    this.padding = convPadding(op, options.padding ?? 0, this.stride);
    this.dilation = pair(op, "dilation", options.dilation ?? 1, 1);
    const groups = checkInt(op, "groups", options.groups ?? 1, 1);
    if (inChannels % groups !== 0 || outChannels % groups !== 0) {
      throw new RangeError(
        `${op}: expected groups to divide inChannels ${inChannels} and outChannels ${outChannels}, got ${groups}`,
      );
    }
    this.groups = groups;
    const hasBias = checkBoolean(op, "bias", options.bias ?? true);
    const shape = [outChannels, inChannels / groups, ...this.kernelSize];
    const fanIn = (inChannels / groups) * this.kernelSize[0] * this.kernelSize[1];
    this.weight = uniformParameter(shape, fanIn);
    this.bias = hasBias ? uniformParameter([outChannels], fanIn) : null;
  }

  forward(x: Tensor): Tensor {
    const { stride, padding, dilation, groups } = this;
    return conv2d(x, this.weight, this.bias, { stride, padding, dilation, groups });
  }

  override extraRepr(): string {
    const { kernelSize, stride, padding, dilation, groups } = this;
    const parts = [this.inChannels, this.outChannels, `kernelSize=${show(kernelSize)}`, `stride=${show(stride)}`];
    if (typeof padding === "string") parts.push(`padding=${padding}`);
    else if (padding.some((n) => n !== 0)) parts.push(`padding=${show(padding)}`);
    if (dilation.some((n) => n !== 1)) parts.push(`dilation=${show(dilation)}`);
    if (groups !== 1) parts.push(`groups=${groups}`);
    if (this.bias === null) parts.push("bias=false");
    return parts.join(", ");
  }
}
