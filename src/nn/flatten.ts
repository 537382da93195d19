// Layers that only arrange what they get.
import { flatten, unflatten } from "../ops/shape.ts";
import { checkInt, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { Configured } from "./configured.ts";
import { Module } from "./module.ts";

/**
 * Merges axes into one: by default all but the first, as between convolutions and linear layers.
 *
 * @param options `startAxis` (default 1), `endAxis` (default -1): the first and last to merge.
 * @throws TypeError for axes that are no integers; RangeError by the call for those beyond the input's.
 *
 * Shape: [n, c, h, w] to [n, c * h * w].
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Flatten.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.Flatten().call(ones([2, 3, 4, 5])).shape; // => [2,60]
 * ```
 */
export class Flatten extends Configured<{ startAxis: number; endAxis: number }> {
  declare readonly startAxis: number;
  declare readonly endAxis: number;

  constructor(options: { startAxis?: number; endAxis?: number } = {}) {
    super({}, options, { startAxis: 1, endAxis: -1 });
    checkInt("Flatten", "startAxis", this.startAxis);
    checkInt("Flatten", "endAxis", this.endAxis);
  }

  forward(x: Tensor): Tensor {
    return flatten(x, this.options);
  }
}

/**
 * Splits an axis into several.
 *
 * @param axis the axis to split.
 * @param shape sizes with the axis' size as product; one may be -1 and is worked out.
 * @throws TypeError for an axis that is no integer; RangeError by the call for sizes that do not fit.
 *
 * Shape: [n, a * b] to [n, a, b].
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Unflatten.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.Unflatten(1, [2, -1]).call(ones([3, 8])).shape; // => [3,2,4]
 * ```
 */
export class Unflatten extends Configured {
  declare readonly axis: number;
  declare readonly shape: Shape;

  constructor(axis: number, shape: Shape) {
    super({ axis: checkInt("Unflatten", "axis", axis), shape });
  }

  forward(x: Tensor): Tensor {
    return unflatten(x, this.axis, this.shape);
  }
}

/**
 * Returns its input: takes the place of a layer that a model shall do without.
 *
 * Shape: any, kept.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Identity.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.Identity().call(ones([2])).toArray(); // => [1,1]
 * ```
 */
export class Identity extends Module {
  forward(x: Tensor): Tensor {
    return x;
  }
}
