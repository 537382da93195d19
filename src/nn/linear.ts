// The layer that multiplies by a weight matrix. Of two inputs at once it is bilinear.ts; rows looked up are embedding.ts.
import { linear } from "../ops/gemm.ts";
import type { Tensor } from "../tensor.ts";
import { Configured, positive } from "./configured.ts";
import { uniformParameter } from "./parameter.ts";

/**
 * Affine map of the last axis, `x * weight' + bias`.
 *
 * Weight and bias start uniform within ± 1 / sqrt(inFeatures), as in PyTorch.
 *
 * @param inFeatures size of the last axis of the input.
 * @param outFeatures size of the last axis of the result.
 * @param options `bias`: whether there is one (default true).
 * @throws TypeError or RangeError for sizes that are no positive integers.
 *
 * Shape: [..., inFeatures] to [..., outFeatures]; `weight` [outFeatures, inFeatures], `bias` [outFeatures].
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Linear.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * const layer = new nn.Linear(3, 2);
 * layer.call(ones([5, 3])).shape; // => [5,2]
 * String(layer); // => "Linear(inFeatures=3, outFeatures=2, bias=true)"
 * ```
 */
export class Linear extends Configured<{ bias: boolean }> {
  declare readonly inFeatures: number;
  declare readonly outFeatures: number;
  weight: Tensor;
  bias: Tensor | null;

  constructor(inFeatures: number, outFeatures: number, options: { bias?: boolean } = {}) {
    super(positive("Linear", { inFeatures, outFeatures }), options, { bias: true });
    this.weight = uniformParameter([outFeatures, inFeatures], inFeatures);
    this.bias = this.options.bias ? uniformParameter([outFeatures], inFeatures) : null;
  }

  forward(x: Tensor): Tensor {
    return linear(x, this.weight, this.bias);
  }
}
