// Softmax and its kin as layers. Their functions are src/ops/softmax.ts.
import { logSoftmax, softmax, softmin } from "../ops/softmax.ts";
import { checkInt, demand } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { Configured } from "./configured.ts";
import { Module } from "./module.ts";

/** A layer that works along an axis. */
abstract class Along extends Configured<{ axis: number }> {
  /** The axis, negative ones counted from the end. */
  declare readonly axis: number;

  constructor(options?: { axis?: number }) {
    super({}, options, { axis: -1 });
    checkInt(this.constructor.name, "axis", this.axis);
  }
}

/**
 * `exp(x)` divided by its sum along an axis. Before `crossEntropy` it has no place: that takes logits.
 *
 * @param options `axis` (default -1): the axis whose elements add up to 1.
 * @throws TypeError if `axis` is no integer; RangeError by the call if it is beyond the input's.
 *
 * Shape: any, kept.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Softmax.html
 *
 * @example
 * ```ts
 * import { nn, tensor } from "sedge";
 * new nn.Softmax().call(tensor([[1, 1], [1000, 0]])).toArray(); // => [[0.5,0.5],[1,0]]
 * ```
 */
export class Softmax extends Along {
  forward(x: Tensor): Tensor {
    return softmax(x, this.options);
  }
}

/**
 * `exp(-x)` divided by its sum along an axis: the smallest gets the most.
 *
 * @param options `axis` (default -1): the axis whose elements add up to 1.
 * @throws TypeError if `axis` is no integer; RangeError by the call if it is beyond the input's.
 *
 * Shape: any, kept.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Softmin.html
 *
 * @example
 * ```ts
 * import { nn, tensor } from "sedge";
 * new nn.Softmin().call(tensor([1000, 0])).toArray(); // => [0,1]
 * ```
 */
export class Softmin extends Along {
  forward(x: Tensor): Tensor {
    return softmin(x, this.options);
  }
}

/**
 * The logarithm of softmax along an axis, without overflow.
 *
 * @param options `axis` (default -1): the axis whose exponentials add up to 1.
 * @throws TypeError if `axis` is no integer; RangeError by the call if it is beyond the input's.
 *
 * Shape: any, kept.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LogSoftmax.html
 *
 * @example
 * ```ts
 * import { nn, tensor } from "sedge";
 * new nn.LogSoftmax().call(tensor([1000, 0])).toArray(); // => [0,-1000]
 * ```
 */
export class LogSoftmax extends Along {
  forward(x: Tensor): Tensor {
    return logSoftmax(x, this.options);
  }
}

/**
 * Softmax over the channels of every pixel.
 *
 * @throws RangeError by the call for another rank.
 *
 * Shape: [batch, channels, height, width] or [channels, height, width], kept.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Softmax2d.html
 *
 * @example
 * ```ts
 * import { nn, zeros } from "sedge";
 * new nn.Softmax2d().call(zeros([1, 2, 1, 1])).toArray(); // => [[[[0.5]],[[0.5]]]]
 * ```
 */
export class Softmax2d extends Module {
  forward(x: Tensor): Tensor {
    demand(x.rank === 3 || x.rank === 4, "Softmax2d", "x of rank 3 or 4", x.shape);
    return softmax(x, { axis: -3 });
  }
}
