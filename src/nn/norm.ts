// Layers that normalise within a sample: LayerNorm, RMSNorm, GroupNorm, LocalResponseNorm. Those that keep statistics
// are batch-norm.ts.
import { checkGroups, trailingShape } from "../ops/internal/normalize.ts";
import { groupNorm, type LocalResponseNormOptions, layerNorm, localResponseNorm, rmsNorm } from "../ops/norm.ts";
import { checkInt, readOptions, type Shape, show } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { Module } from "./module.ts";
import { filledParameter } from "./parameter.ts";
import { settings } from "./text.ts";

/** What LayerNorm and RMSNorm share. */
abstract class TrailingNorm extends Module {
  readonly normalizedShape: Shape;
  readonly eps: number;
  weight: Tensor | null;

  /** @internal */
  constructor(
    normalizedShape: number | Shape,
    { eps, elementwiseAffine }: { eps: number; elementwiseAffine: boolean },
  ) {
    super();
    this.normalizedShape = [...trailingShape(new.target.name, normalizedShape)];
    this.eps = eps;
    this.weight = elementwiseAffine ? filledParameter(this.normalizedShape, 1) : null;
  }

  override extraRepr(): string {
    const { normalizedShape, eps, weight } = this;
    return [show(normalizedShape), ...settings({ eps, elementwiseAffine: weight !== null })].join(", ");
  }
}

/**
 * Normalises trailing axes to mean 0 and variance 1, then scales and shifts each element by what it learns.
 *
 * @param normalizedShape sizes of the trailing axes; a number for one.
 * @param options `eps`: added to the variance (default 1e-5); `elementwiseAffine`: whether to learn weight and bias
 *   (default true); `bias`: whether to learn the bias (default true).
 * @throws TypeError or RangeError for sizes or options of another kind.
 *
 * Shape: [..., ...normalizedShape], kept; `weight` (ones at first) and `bias` (zeros) of `normalizedShape`.
 *
 * @see Ba et al., "Layer normalization", 2016.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LayerNorm.html
 *
 * @example
 * ```ts
 * import { nn, tensor } from "sedge";
 * const layer = new nn.LayerNorm(2, { eps: 0 });
 * layer.call(tensor([[1, 3], [8, 4]])).toArray(); // => [[-1,1],[1,-1]]
 * String(layer); // => "LayerNorm([2], eps=0, elementwiseAffine=true)"
 * ```
 */
export class LayerNorm extends TrailingNorm {
  bias: Tensor | null;

  constructor(
    normalizedShape: number | Shape,
    options: { eps?: number; elementwiseAffine?: boolean; bias?: boolean } = {},
  ) {
    const read = readOptions("LayerNorm", options, { eps: 1e-5, elementwiseAffine: true, bias: true });
    super(normalizedShape, read);
    this.bias = read.elementwiseAffine && read.bias ? filledParameter(this.normalizedShape, 0) : null;
  }

  forward(x: Tensor): Tensor {
    return layerNorm(x, this.normalizedShape, this.weight, this.bias, { eps: this.eps });
  }
}

/**
 * Normalises trailing axes to mean square 1, then scales each element by what it learns: layer norm without the mean.
 *
 * @param normalizedShape sizes of the trailing axes; a number for one.
 * @param options `eps`: added to the mean square (default 2^-23); `elementwiseAffine`: whether to learn a weight
 *   (default true).
 * @throws TypeError or RangeError for sizes or options of another kind.
 *
 * Shape: [..., ...normalizedShape], kept; `weight` (ones at first) of `normalizedShape`.
 *
 * @see Zhang and Sennrich, "Root mean square layer normalization", 2019.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.RMSNorm.html
 *
 * @example
 * ```ts
 * import { nn, tensor } from "sedge";
 * new nn.RMSNorm(2, { eps: 0 }).call(tensor([1, 7])).mul(5).toArray(); // => [1,7]
 * ```
 */
export class RMSNorm extends TrailingNorm {
  constructor(normalizedShape: number | Shape, options: { eps?: number; elementwiseAffine?: boolean } = {}) {
    const defaults = { eps: 2 ** -23, elementwiseAffine: true };
    super(normalizedShape, readOptions("RMSNorm", options, defaults));
  }

  forward(x: Tensor): Tensor {
    return rmsNorm(x, this.normalizedShape, this.weight, { eps: this.eps });
  }
}

/**
 * Normalises groups of neighbouring channels in each sample, then scales and shifts each channel by what it learns.
 *
 * @param numGroups a divisor of the channels. @param numChannels channels C.
 * @param options `eps`: added to the variance (default 1e-5); `affine`: whether to learn weight and bias (default true).
 * @throws TypeError or RangeError for sizes or options of another kind, and groups that do not divide the channels.
 *
 * Shape: [n, C, ...], kept; `weight` (ones at first) and `bias` (zeros) [C].
 *
 * @see Wu and He, "Group normalization", 2018.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.GroupNorm.html
 *
 * @example
 * ```ts
 * import { nn, tensor } from "sedge";
 * const layer = new nn.GroupNorm(2, 4, { eps: 0 });
 * layer.call(tensor([[1, 3, 8, 4]])).toArray(); // => [[-1,1,1,-1]]
 * String(layer); // => "GroupNorm(2, 4, eps=0, affine=true)"
 * ```
 */
export class GroupNorm extends Module {
  readonly numGroups: number;
  readonly numChannels: number;
  readonly eps: number;
  weight: Tensor | null;
  bias: Tensor | null;

  constructor(numGroups: number, numChannels: number, options: { eps?: number; affine?: boolean } = {}) {
    super();
    const op = "GroupNorm";
    const { eps, affine } = readOptions(op, options, { eps: 1e-5, affine: true });
    this.numGroups = checkInt(op, "numGroups", numGroups, 1);
    this.numChannels = checkInt(op, "numChannels", numChannels, 1);
    checkGroups(op, numGroups, numChannels);
    this.eps = eps;
    this.weight = affine ? filledParameter([numChannels], 1) : null;
    this.bias = affine ? filledParameter([numChannels], 0) : null;
  }

  forward(x: Tensor): Tensor {
    return groupNorm(x, this.numGroups, this.weight, this.bias, { eps: this.eps });
  }

  override extraRepr(): string {
    const { numGroups, numChannels, eps, weight } = this;
    return [numGroups, numChannels, ...settings({ eps, affine: weight !== null })].join(", ");
  }
}

/**
 * Divides each value by a power of the squares around it in neighbouring channels.
 *
 * @param size how many channels. @param options `alpha` (default 1e-4), `beta` (default 0.75), `k` (default 1).
 * @throws TypeError or RangeError for a size or options of another kind.
 *
 * Shape: [n, C, ...], kept.
 *
 * @see Krizhevsky et al., "ImageNet classification with deep convolutional neural networks", 2012.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LocalResponseNorm.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.LocalResponseNorm(2, { alpha: 2, beta: 1 }).call(ones([1, 2, 1])).toArray(); // => [[[0.5],[0.3333333432674408]]]
 * ```
 */
export class LocalResponseNorm extends Module {
  readonly size: number;
  private readonly options: Required<LocalResponseNormOptions>;

  constructor(size: number, options: LocalResponseNormOptions = {}) {
    super();
    this.size = checkInt("LocalResponseNorm", "size", size, 1);
    this.options = readOptions("LocalResponseNorm", options, { alpha: 1e-4, beta: 0.75, k: 1 });
  }

  forward(x: Tensor): Tensor {
    return localResponseNorm(x, this.size, this.options);
  }

  override extraRepr(): string {
    return [this.size, ...settings(this.options)].join(", ");
  }
}
