// Pooling layers with results of a given size. Those with windows of a given size are max-pool.ts and avg-pool.ts.
import {
  type AdaptiveMaxPoolOptions,
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
} from "../ops/adaptive-pool.ts";
import { outputSizes } from "../ops/internal/padding.ts";
import type { WithIndices } from "../ops/max-pool.ts";
import { checkBoolean, checkOptions } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { Module } from "./module.ts";

/** Sizes for each axis, null for the input's. */
type Size1 = readonly [number | null];
type Size2 = readonly [number | null, number | null];
type Size3 = readonly [number | null, number | null, number | null];

/** What a layer with these options returns. */
type Pooled<Options> = Options extends WithIndices ? [Tensor, Tensor] : Tensor;

/** The base of adaptive pooling layers. */
abstract class AdaptivePool<Sizes extends readonly (number | null)[]> extends Module {
  readonly outputSize: Sizes;

  constructor(op: string, dims: number, outputSize: unknown) {
    super();
    this.outputSize = outputSizes(op, outputSize, dims) as readonly (number | null)[] as Sizes;
  }

  override extraRepr(): string {
    return `outputSize=[${this.outputSize.map(String).join(", ")}]`;
  }
}

/** The base of adaptive max pooling layers. */
abstract class AdaptiveMaxPool<Sizes extends readonly (number | null)[]> extends AdaptivePool<Sizes> {
  readonly returnIndices: boolean;

  constructor(op: string, dims: number, outputSize: unknown, options: AdaptiveMaxPoolOptions) {
    super(op, dims, outputSize);
    checkOptions(op, options, ["returnIndices"]);
    this.returnIndices = checkBoolean(op, "returnIndices", options.returnIndices ?? false);
  }
}

/**
 * Means of as many windows as asked for, whatever the size of the input.
 *
 * @param outputSize windows: a number, or null for as many as elements.
 * @throws TypeError or RangeError for sizes out of range.
 *
 * Shape: [n, c, l] to [n, c, outputSize], or without n.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool1d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.AdaptiveAvgPool1d(4).call(ones([2, 3, 10])).shape; // => [2,3,4]
 * ```
 */
export class AdaptiveAvgPool1d extends AdaptivePool<Size1> {
  constructor(outputSize: number | null | Size1) {
    super("AdaptiveAvgPool1d", 1, outputSize);
  }

  forward(x: Tensor): Tensor {
    return adaptiveAvgPool1d(x, this.outputSize);
  }
}

/**
 * Means of as many windows as asked for, whatever the size of the input.
 *
 * @param outputSize windows: a number for both axes, or [vertical, horizontal]; null keeps an axis as it is.
 * @throws TypeError or RangeError for sizes out of range.
 *
 * Shape: [n, c, h, w] to [n, c, ...outputSize], or without n.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool2d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.AdaptiveAvgPool2d([1, null]).call(ones([2, 3, 7, 9])).shape; // => [2,3,1,9]
 * ```
 */
export class AdaptiveAvgPool2d extends AdaptivePool<Size2> {
  constructor(outputSize: number | null | Size2) {
    super("AdaptiveAvgPool2d", 2, outputSize);
  }

  forward(x: Tensor): Tensor {
    return adaptiveAvgPool2d(x, this.outputSize);
  }
}

/**
 * Means of as many windows as asked for, whatever the size of the input.
 *
 * @param outputSize windows: a number for all axes, or [depth, vertical, horizontal]; null keeps an axis as it is.
 * @throws TypeError or RangeError for sizes out of range.
 *
 * Shape: [n, c, d, h, w] to [n, c, ...outputSize], or without n.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool3d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.AdaptiveAvgPool3d([2, 3, null]).call(ones([2, 3, 4, 7, 9])).shape; // => [2,3,2,3,9]
 * ```
 */
export class AdaptiveAvgPool3d extends AdaptivePool<Size3> {
  constructor(outputSize: number | null | Size3) {
    super("AdaptiveAvgPool3d", 3, outputSize);
  }

  forward(x: Tensor): Tensor {
    return adaptiveAvgPool3d(x, this.outputSize);
  }
}

/**
 * The largest values of as many windows as asked for, whatever the size of the input.
 *
 * @param outputSize windows: a number, or null for as many as elements.
 * @param options `returnIndices` (default false): return `[y, indices]`.
 * @throws TypeError or RangeError for sizes out of range.
 *
 * Shape: [n, c, l] to [n, c, outputSize], or without n.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool1d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.AdaptiveMaxPool1d(4).call(ones([2, 3, 10])).shape; // => [2,3,4]
 * ```
 */
export class AdaptiveMaxPool1d<
  Options extends AdaptiveMaxPoolOptions = AdaptiveMaxPoolOptions,
> extends AdaptiveMaxPool<Size1> {
  constructor(outputSize: number | null | Size1, options: Options = {} as Options) {
    super("AdaptiveMaxPool1d", 1, outputSize, options);
  }

  forward(x: Tensor): Pooled<Options> {
    return adaptiveMaxPool1d(x, this.outputSize, { returnIndices: this.returnIndices }) as Pooled<Options>;
  }
}

/**
 * The largest values of as many windows as asked for, whatever the size of the input.
 *
 * @param outputSize windows: a number for both axes, or [vertical, horizontal]; null keeps an axis as it is.
 * @param options `returnIndices` (default false): return `[y, indices]`.
 * @throws TypeError or RangeError for sizes out of range.
 *
 * Shape: [n, c, h, w] to [n, c, ...outputSize], or without n.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool2d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.AdaptiveMaxPool2d([1, null]).call(ones([2, 3, 7, 9])).shape; // => [2,3,1,9]
 * ```
 */
export class AdaptiveMaxPool2d<
  Options extends AdaptiveMaxPoolOptions = AdaptiveMaxPoolOptions,
> extends AdaptiveMaxPool<Size2> {
  constructor(outputSize: number | null | Size2, options: Options = {} as Options) {
    super("AdaptiveMaxPool2d", 2, outputSize, options);
  }

  forward(x: Tensor): Pooled<Options> {
    return adaptiveMaxPool2d(x, this.outputSize, { returnIndices: this.returnIndices }) as Pooled<Options>;
  }
}

/**
 * The largest values of as many windows as asked for, whatever the size of the input.
 *
 * @param outputSize windows: a number for all axes, or [depth, vertical, horizontal]; null keeps an axis as it is.
 * @param options `returnIndices` (default false): return `[y, indices]`.
 * @throws TypeError or RangeError for sizes out of range.
 *
 * Shape: [n, c, d, h, w] to [n, c, ...outputSize], or without n.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool3d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.AdaptiveMaxPool3d([2, 3, null]).call(ones([2, 3, 4, 7, 9])).shape; // => [2,3,2,3,9]
 * ```
 */
export class AdaptiveMaxPool3d<
  Options extends AdaptiveMaxPoolOptions = AdaptiveMaxPoolOptions,
> extends AdaptiveMaxPool<Size3> {
  constructor(outputSize: number | null | Size3, options: Options = {} as Options) {
    super("AdaptiveMaxPool3d", 3, outputSize, options);
  }

  forward(x: Tensor): Pooled<Options> {
    return adaptiveMaxPool3d(x, this.outputSize, { returnIndices: this.returnIndices }) as Pooled<Options>;
  }
}
