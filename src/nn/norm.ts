// Layers that normalise within a sample: LayerNorm, RMSNorm, GroupNorm, LocalResponseNorm. Those that keep statistics
// are batch-norm.ts.
import { trailingShape } from "../ops/internal/normalize.ts";
import { layerNorm } from "../ops/norm.ts";
import { readOptions, type Shape, show } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { Module } from "./module.ts";
import { filledParameter } from "./parameter.ts";

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
export class LayerNorm extends Module {
  readonly normalizedShape: Shape;
  readonly eps: number;
  weight: Tensor | null;
  bias: Tensor | null;

  constructor(
    normalizedShape: number | Shape,
    options: { eps?: number; elementwiseAffine?: boolean; bias?: boolean } = {},
  ) {
    super();
    const defaults = { eps: 1e-5, elementwiseAffine: true, bias: true };
    const { eps, elementwiseAffine, bias } = readOptions("LayerNorm", options, defaults);
    this.normalizedShape = [...trailingShape("LayerNorm", normalizedShape)];
    this.eps = eps;
    this.weight = elementwiseAffine ? filledParameter(this.normalizedShape, 1) : null;
    this.bias = elementwiseAffine && bias ? filledParameter(this.normalizedShape, 0) : null;
  }

  forward(x: Tensor): Tensor {
    return layerNorm(x, this.normalizedShape, this.weight, this.bias, { eps: this.eps });
  }

  override extraRepr(): string {
    return `${show(this.normalizedShape)}, eps=${this.eps}, elementwiseAffine=${this.weight !== null}`;
  }
}
