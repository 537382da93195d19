// Layers that resize images or rearrange their pixels. Padding is pad.ts.
import { type InterpolateOptions, interpolate } from "../ops/interpolate.ts";
import { channelShuffle, pixelShuffle, pixelUnshuffle } from "../ops/pixels.ts";
import { fold, unfold, type WindowOptions } from "../ops/windows.ts";
import { pair } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { Configured, positive } from "./configured.ts";

type Pair = readonly [number, number];

/** Options that the op checks, and that are shown only when given. */
const unset = (...names: string[]): object => Object.fromEntries(names.map((name) => [name, undefined]));
const WINDOWS = unset("dilation", "padding", "stride");

/**
 * Resizes the spatial axes.
 *
 * @param options `size` or `scaleFactor`; `mode` (default "nearest"), `alignCorners`, `recomputeScaleFactor`: those of
 *   `interpolate`, which checks them when called.
 * @throws TypeError for an unknown option.
 *
 * Shape: [n, c, ...] to [n, c, ...], one to three spatial axes.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Upsample.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * const layer = new nn.Upsample({ scaleFactor: 2, mode: "bilinear" });
 * layer.call(ones([1, 3, 4, 4])).shape; // => [1,3,8,8]
 * String(layer); // => "Upsample(scaleFactor=2, mode=bilinear)"
 * ```
 */
export class Upsample extends Configured<InterpolateOptions> {
  constructor(options: InterpolateOptions) {
    super({}, options, unset("size", "scaleFactor", "mode", "alignCorners", "recomputeScaleFactor"));
  }

  forward(x: Tensor): Tensor {
    return interpolate(x, this.options);
  }
}

/**
 * Turns channels into pixels, as `pixelShuffle`.
 *
 * @param upscaleFactor r, at least 1.
 * @throws TypeError or RangeError for another factor.
 *
 * Shape: [..., c r², h, w] to [..., c, h r, w r].
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.PixelShuffle.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.PixelShuffle(2).call(ones([1, 8, 3, 3])).shape; // => [1,2,6,6]
 * ```
 */
export class PixelShuffle extends Configured {
  declare readonly upscaleFactor: number;

  constructor(upscaleFactor: number) {
    super(positive("PixelShuffle", { upscaleFactor }));
  }

  forward(x: Tensor): Tensor {
    return pixelShuffle(x, this.upscaleFactor);
  }
}

/**
 * Turns pixels into channels, as `pixelUnshuffle`.
 *
 * @param downscaleFactor r, at least 1.
 * @throws TypeError or RangeError for another factor.
 *
 * Shape: [..., c, h r, w r] to [..., c r², h, w].
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.PixelUnshuffle.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.PixelUnshuffle(2).call(ones([1, 2, 6, 6])).shape; // => [1,8,3,3]
 * ```
 */
export class PixelUnshuffle extends Configured {
  declare readonly downscaleFactor: number;

  constructor(downscaleFactor: number) {
    super(positive("PixelUnshuffle", { downscaleFactor }));
  }

  forward(x: Tensor): Tensor {
    return pixelUnshuffle(x, this.downscaleFactor);
  }
}

/**
 * Interleaves groups of channels, as `channelShuffle`.
 *
 * @param groups how many, a divisor of the channels.
 * @throws TypeError or RangeError for a number below 1.
 *
 * Shape: [n, c, ...], kept.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ChannelShuffle.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.ChannelShuffle(2).call(ones([1, 4, 3, 3])).shape; // => [1,4,3,3]
 * ```
 */
export class ChannelShuffle extends Configured {
  declare readonly groups: number;

  constructor(groups: number) {
    super(positive("ChannelShuffle", { groups }));
  }

  forward(x: Tensor): Tensor {
    return channelShuffle(x, this.groups);
  }
}

/**
 * The windows of images as columns, as `unfold`.
 *
 * @param kernelSize size of the window: one, or [vertical, horizontal].
 * @param options `dilation` (default 1), `padding` (default 0), `stride` (default 1); the op checks them when called.
 * @throws TypeError or RangeError for a kernel of no size or an unknown option.
 *
 * Shape: [n, c, h, w] to [n, c kh kw, l], or without n.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Unfold.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.Unfold(2, { stride: 2 }).call(ones([1, 3, 4, 4])).shape; // => [1,12,4]
 * ```
 */
export class Unfold extends Configured<WindowOptions> {
  declare readonly kernelSize: Pair;

  constructor(kernelSize: number | Pair, options: WindowOptions = {}) {
    super({ kernelSize: pair("Unfold", "kernelSize", kernelSize, 1) }, options, WINDOWS);
  }

  forward(x: Tensor): Tensor {
    return unfold(x, this.kernelSize, this.options);
  }
}

/**
 * Images from columns of windows, which are added up where they overlap, as `fold`.
 *
 * @param outputSize size of the images: one, or [vertical, horizontal].
 * @param kernelSize size of the window.
 * @param options `dilation` (default 1), `padding` (default 0), `stride` (default 1); the op checks them when called.
 * @throws TypeError or RangeError for sizes below 1 or an unknown option.
 *
 * Shape: [n, c kh kw, l] to [n, c, h, w], or without n.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Fold.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.Fold(4, 2, { stride: 2 }).call(ones([1, 12, 4])).shape; // => [1,3,4,4]
 * ```
 */
export class Fold extends Configured<WindowOptions> {
  declare readonly outputSize: Pair;
  declare readonly kernelSize: Pair;

  constructor(outputSize: number | Pair, kernelSize: number | Pair, options: WindowOptions = {}) {
    const size = pair("Fold", "outputSize", outputSize, 1);
    super({ outputSize: size, kernelSize: pair("Fold", "kernelSize", kernelSize, 1) }, options, WINDOWS);
  }

  forward(x: Tensor): Tensor {
    return fold(x, this.outputSize, this.kernelSize, this.options);
  }
}
