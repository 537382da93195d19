// Convolution layers. What they share is convolution.ts.
import { type Conv1dOptions, type Conv2dOptions, type Conv3dOptions, conv1d, conv2d, conv3d } from "../ops/conv.ts";
import type { Tensor } from "../tensor.ts";
import { Convolution } from "./convolution.ts";

/** What the layers' options add to those of the ops. */
interface More {
  /** Whether there is a bias; default true. */
  bias?: boolean;
  /** What the padding is made of: zeros (default), the input mirrored, its edge repeated, or its other side. */
  paddingMode?: "zeros" | "reflect" | "replicate" | "circular";
}

/**
 * One-dimensional convolution of sequences with learnt kernels.
 *
 * Weight and bias start uniform within ± 1 / sqrt(inChannels / groups * k), as in PyTorch.
 *
 * @param inChannels channels of the input. @param outChannels number of kernels.
 * @param kernelSize one size.
 * @param options `stride` (default 1), `padding` (zeros on each side, "same" or "valid"; default 0), `dilation`
 *   (default 1), `groups` (default 1), `bias` (default true), `paddingMode` ("zeros" (default), "reflect", "replicate" or
 *   "circular").
 * @throws TypeError or RangeError for options out of range, and channels that `groups` does not divide.
 *
 * Shape: [n, inChannels, l] to [n, outChannels, lo], lo = floor((l + 2 padding - dilation (k - 1) - 1) / stride) + 1, or
 * without n; `weight` [outChannels, inChannels / groups, k], `bias` [outChannels].
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Conv1d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * const layer = new nn.Conv1d(4, 8, 3, { stride: 2, padding: 1 });
 * layer.call(ones([2, 4, 100])).shape; // => [2,8,50]
 * ```
 */
export class Conv1d extends Convolution<readonly [number]> {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | readonly [number],
    options: Conv1dOptions & More = {},
  ) {
    super("Conv1d", 1, false, inChannels, outChannels, kernelSize, options);
  }

  forward(x: Tensor): Tensor {
    const { stride, dilation, groups } = this;
    return this.padded(x, (x, padding) => conv1d(x, this.weight, this.bias, { stride, padding, dilation, groups }));
  }
}

/**
 * Two-dimensional convolution of images with learnt kernels.
 *
 * Weight and bias start uniform within ± 1 / sqrt(inChannels / groups * kh * kw), as in PyTorch.
 *
 * @param inChannels channels of the input. @param outChannels number of kernels.
 * @param kernelSize one size, or [vertical, horizontal].
 * @param options `stride` (default 1), `padding` (zeros on each side, "same" or "valid"; default 0), `dilation`
 *   (default 1), `groups` (default 1), `bias` (default true), `paddingMode` ("zeros" (default), "reflect", "replicate" or
 *   "circular").
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
export class Conv2d extends Convolution<readonly [number, number]> {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | readonly [number, number],
    options: Conv2dOptions & More = {},
  ) {
    super("Conv2d", 2, false, inChannels, outChannels, kernelSize, options);
  }

  forward(x: Tensor): Tensor {
    const { stride, dilation, groups } = this;
    return this.padded(x, (x, padding) => conv2d(x, this.weight, this.bias, { stride, padding, dilation, groups }));
  }
}

/**
 * Three-dimensional convolution of volumes, or films, with learnt kernels.
 *
 * Weight and bias start uniform within ± 1 / sqrt(inChannels / groups * kd * kh * kw), as in PyTorch.
 *
 * @param inChannels channels of the input. @param outChannels number of kernels.
 * @param kernelSize one size, or [depth, vertical, horizontal].
 * @param options `stride` (default 1), `padding` (zeros on each side, "same" or "valid"; default 0), `dilation`
 *   (default 1), `groups` (default 1), `bias` (default true), `paddingMode` ("zeros" (default), "reflect", "replicate" or
 *   "circular").
 * @throws TypeError or RangeError for options out of range, and channels that `groups` does not divide.
 *
 * Shape: [n, inChannels, d, h, w] to [n, outChannels, do, ho, wo], sizes as in `Conv2d`, or without n; `weight`
 * [outChannels, inChannels / groups, kd, kh, kw], `bias` [outChannels].
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Conv3d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * const layer = new nn.Conv3d(1, 8, [1, 3, 3], { padding: "same" });
 * layer.call(ones([2, 1, 4, 6, 6])).shape; // => [2,8,4,6,6]
 * ```
 */
export class Conv3d extends Convolution<readonly [number, number, number]> {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | readonly [number, number, number],
    options: Conv3dOptions & More = {},
  ) {
    super("Conv3d", 3, false, inChannels, outChannels, kernelSize, options);
  }

  forward(x: Tensor): Tensor {
    const { stride, dilation, groups } = this;
    return this.padded(x, (x, padding) => conv3d(x, this.weight, this.bias, { stride, padding, dilation, groups }));
  }
}
