// Transposed convolution layers. What they share with the others is convolution.ts.
import {
  type ConvTranspose1dOptions,
  type ConvTranspose2dOptions,
  type ConvTranspose3dOptions,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
} from "../ops/conv-transpose.ts";
import { describe, perAxis, show } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { type ConvLayerOptions, Convolution } from "./convolution.ts";

/** What the layers' options add to those of the ops. */
interface Bias {
  /** Whether there is a bias; default true. */
  bias?: boolean;
}

/** The base of transposed convolution layers, which can be asked for an output size. */
abstract class Transposed<Sizes extends readonly number[]> extends Convolution<Sizes> {
  declare readonly padding: Sizes;
  readonly outputPadding: Sizes;

  constructor(
    op: string,
    dims: number,
    inChannels: number,
    outChannels: number,
    kernelSize: unknown,
    options: ConvLayerOptions,
  ) {
    super(op, dims, true, inChannels, outChannels, kernelSize, options);
    const more = perAxis(op, "outputPadding", options.outputPadding ?? 0, dims, 0);
    if (more.some((n, i) => n >= Math.max(this.stride[i]!, this.dilation[i]!))) {
      throw new RangeError(
        `${op}: expected outputPadding below the stride or the dilation, got ${show(more)} with stride ${show(this.stride)}`,
      );
    }
    this.outputPadding = more as readonly number[] as Sizes;
  }

  /** The op's options; the output padding follows from the output size, if one is asked for. */
  protected optionsFor(x: Tensor, outputSize: readonly number[] | undefined) {
    const { stride, padding, outputPadding, dilation, groups } = this;
    const options = { stride, padding, outputPadding, dilation, groups };
    if (outputSize === undefined) return options;
    const dims = stride.length;
    const sizes = x.shape.slice(-dims);
    const least = sizes.map(
      (n, i) => (n - 1) * stride[i]! - 2 * padding[i]! + dilation[i]! * (this.kernelSize[i]! - 1) + 1,
    );
    const list = Array.isArray(outputSize) ? outputSize.slice(-dims) : [];
    const more = list.map((n, i) => n - least[i]!);
    if (more.length === dims && more.every((n, i) => n >= 0 && n < stride[i]!)) {
      return { ...options, outputPadding: more as readonly number[] as Sizes };
    }
    const most = least.map((n, i) => n + stride[i]! - 1);
    throw new RangeError(
      `${this.constructor.name}: expected outputSize from ${show(least)} to ${show(most)}, got ${describe(outputSize)}`,
    );
  }

  override extraRepr(): string {
    const { outputPadding } = this;
    return super.extraRepr() + (outputPadding.some((n) => n !== 0) ? `, outputPadding=${show(outputPadding)}` : "");
  }
}

/**
 * One-dimensional transposed convolution of sequences with learnt kernels: what `Conv1d` does to gradients.
 *
 * Weight and bias start uniform within ± 1 / sqrt(outChannels / groups * k), as in PyTorch. `forward` takes the size
 * of the output, too, where a stride leaves several open; it replaces `outputPadding`.
 *
 * @param inChannels channels of the input. @param outChannels channels of the output.
 * @param kernelSize one size.
 * @param options `stride` (default 1), `padding` (cut off on each side; default 0), `outputPadding` (more at the end;
 *   default 0), `dilation` (default 1), `groups` (default 1), `bias` (default true).
 * @throws TypeError or RangeError for options out of range, and channels that `groups` does not divide.
 *
 * Shape: [n, inChannels, l] to [n, outChannels, lo], lo = (l - 1) stride - 2 padding + dilation (k - 1) + outputPadding + 1,
 * or without n; `weight` [inChannels, outChannels / groups, k], `bias` [outChannels].
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ConvTranspose1d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.ConvTranspose1d(4, 8, 3, { stride: 2 }).call(ones([2, 4, 10])).shape; // => [2,8,21]
 * ```
 */
export class ConvTranspose1d extends Transposed<readonly [number]> {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | readonly [number],
    options: ConvTranspose1dOptions & Bias = {},
  ) {
    super("ConvTranspose1d", 1, inChannels, outChannels, kernelSize, options);
  }

  forward(x: Tensor, outputSize?: readonly number[]): Tensor {
    return convTranspose1d(x, this.weight, this.bias, this.optionsFor(x, outputSize));
  }
}

/**
 * Two-dimensional transposed convolution of images with learnt kernels: what `Conv2d` does to gradients.
 *
 * Weight and bias start uniform within ± 1 / sqrt(outChannels / groups * kh * kw), as in PyTorch. `forward` takes the size
 * of the output, too, where a stride leaves several open; it replaces `outputPadding`.
 *
 * @param inChannels channels of the input. @param outChannels channels of the output.
 * @param kernelSize one size, or [vertical, horizontal].
 * @param options `stride` (default 1), `padding` (cut off on each side; default 0), `outputPadding` (more at the end;
 *   default 0), `dilation` (default 1), `groups` (default 1), `bias` (default true).
 * @throws TypeError or RangeError for options out of range, and channels that `groups` does not divide.
 *
 * Shape: [n, inChannels, h, w] to [n, outChannels, ho, wo], ho = (h - 1) stride - 2 padding + dilation (kh - 1) +
 * outputPadding + 1, or without n; `weight` [inChannels, outChannels / groups, kh, kw], `bias` [outChannels].
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ConvTranspose2d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * const layer = new nn.ConvTranspose2d(8, 3, 3, { stride: 2, padding: 1 });
 * layer.call(ones([1, 8, 7, 7])).shape; // => [1,3,13,13]
 * layer.call(ones([1, 8, 7, 7]), [14, 14]).shape; // => [1,3,14,14]
 * ```
 */
export class ConvTranspose2d extends Transposed<readonly [number, number]> {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | readonly [number, number],
    options: ConvTranspose2dOptions & Bias = {},
  ) {
    super("ConvTranspose2d", 2, inChannels, outChannels, kernelSize, options);
  }

  forward(x: Tensor, outputSize?: readonly number[]): Tensor {
    return convTranspose2d(x, this.weight, this.bias, this.optionsFor(x, outputSize));
  }
}

/**
 * Three-dimensional transposed convolution of volumes with learnt kernels: what `Conv3d` does to gradients.
 *
 * Weight and bias start uniform within ± 1 / sqrt(outChannels / groups * kd * kh * kw), as in PyTorch. `forward` takes the size
 * of the output, too, where a stride leaves several open; it replaces `outputPadding`.
 *
 * @param inChannels channels of the input. @param outChannels channels of the output.
 * @param kernelSize one size, or [depth, vertical, horizontal].
 * @param options `stride` (default 1), `padding` (cut off on each side; default 0), `outputPadding` (more at the end;
 *   default 0), `dilation` (default 1), `groups` (default 1), `bias` (default true).
 * @throws TypeError or RangeError for options out of range, and channels that `groups` does not divide.
 *
 * Shape: [n, inChannels, d, h, w] to [n, outChannels, do, ho, wo], sizes as in `ConvTranspose2d`, or without n; `weight`
 * [inChannels, outChannels / groups, kd, kh, kw], `bias` [outChannels].
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ConvTranspose3d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.ConvTranspose3d(2, 1, 2, { stride: 2 }).call(ones([2, 3, 4, 4])).shape; // => [1,6,8,8]
 * ```
 */
export class ConvTranspose3d extends Transposed<readonly [number, number, number]> {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | readonly [number, number, number],
    options: ConvTranspose3dOptions & Bias = {},
  ) {
    super("ConvTranspose3d", 3, inChannels, outChannels, kernelSize, options);
  }

  forward(x: Tensor, outputSize?: readonly number[]): Tensor {
    return convTranspose3d(x, this.weight, this.bias, this.optionsFor(x, outputSize));
  }
}
