// Layers that only arrange what they get.
import { flatten } from "../ops/shape.ts";
import { checkInt, checkOptions } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
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
export class Flatten extends Module {
  readonly startAxis: number;
  readonly endAxis: number;

  constructor(options: { startAxis?: number; endAxis?: number } = {}) {
    super();
    checkOptions("Flatten", options, ["startAxis", "endAxis"]);
    this.startAxis = checkInt("Flatten", "startAxis", options.startAxis ?? 1);
    this.endAxis = checkInt("Flatten", "endAxis", options.endAxis ?? -1);
  }

  forward(x: Tensor): Tensor {
    const { startAxis, endAxis } = this;
    return flatten(x, { startAxis, endAxis });
  }

  override extraRepr(): string {
    return `startAxis=${this.startAxis}, endAxis=${this.endAxis}`;
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
