// Layers of two inputs: a bilinear form, the cosine of an angle, a distance.
import { type CosineOptions, cosineSimilarity, type DistanceOptions, pairwiseDistance } from "../ops/distance.ts";
import { bilinear } from "../ops/products.ts";
import type { Tensor } from "../tensor.ts";
import { Configured, positive } from "./configured.ts";
import { uniformParameter } from "./parameter.ts";

/**
 * A bilinear form for each output: `y[o] = a' weight[o] b + bias[o]`.
 *
 * Weight and bias start uniform within ± 1 / sqrt(in1Features), as in PyTorch.
 *
 * @param in1Features size of the last axis of the first input.
 * @param in2Features size of the last axis of the second.
 * @param outFeatures size of the last axis of the result.
 * @param options `bias`: whether there is one (default true).
 * @throws TypeError or RangeError for sizes that are no positive integers.
 *
 * Shape: [..., in1Features] and [..., in2Features] to [..., outFeatures]; `weight` [outFeatures, in1Features,
 * in2Features], `bias` [outFeatures].
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Bilinear.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * const layer = new nn.Bilinear(3, 4, 2);
 * layer.call(ones([5, 3]), ones([5, 4])).shape; // => [5,2]
 * ```
 */
export class Bilinear extends Configured<{ bias: boolean }> {
  declare readonly in1Features: number;
  declare readonly in2Features: number;
  declare readonly outFeatures: number;
  weight: Tensor;
  bias: Tensor | null;

  constructor(in1Features: number, in2Features: number, outFeatures: number, options: { bias?: boolean } = {}) {
    super(positive("Bilinear", { in1Features, in2Features, outFeatures }), options, { bias: true });
    this.weight = uniformParameter([outFeatures, in1Features, in2Features], in1Features);
    this.bias = this.options.bias ? uniformParameter([outFeatures], in1Features) : null;
  }

  forward(a: Tensor, b: Tensor): Tensor {
    return bilinear(a, b, this.weight, this.bias);
  }
}

/**
 * Cosine of the angle between vectors of two inputs.
 *
 * @param options `axis` of the vectors (default 1); `eps`: the least that a length counts as (default 1e-8).
 * @throws TypeError for options of the wrong kind.
 *
 * Shape: two that broadcast together, to their common shape without the axis.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.CosineSimilarity.html
 *
 * @example
 * ```ts
 * import { nn, tensor } from "sedge";
 * new nn.CosineSimilarity().call(tensor([[3, 4]]), tensor([[6, 8]])).toArray(); // => [1]
 * ```
 */
export class CosineSimilarity extends Configured<CosineOptions> {
  constructor(options?: CosineOptions) {
    super({}, options, { axis: 1, eps: 1e-8 });
  }

  forward(a: Tensor, b: Tensor): Tensor {
    return cosineSimilarity(a, b, this.options);
  }
}

/**
 * Distance of the vectors of one input from those of another, along the last axis.
 *
 * @param options `p`: order of the norm (default 2); `eps`, which is added to each difference (default 1e-6); `keepDims`
 *   (default false).
 * @throws TypeError for options of the wrong kind.
 *
 * Shape: two that broadcast together, to their common shape without its last axis.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.PairwiseDistance.html
 *
 * @example
 * ```ts
 * import { nn, tensor } from "sedge";
 * new nn.PairwiseDistance({ eps: 0 }).call(tensor([[0, 0]]), tensor([[3, 4]])).toArray(); // => [5]
 * ```
 */
export class PairwiseDistance extends Configured<DistanceOptions> {
  constructor(options?: DistanceOptions) {
    super({}, options, { p: 2, eps: 1e-6, keepDims: false });
  }

  forward(a: Tensor, b: Tensor): Tensor {
    return pairwiseDistance(a, b, this.options);
  }
}
