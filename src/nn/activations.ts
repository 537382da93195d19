// Activation functions as layers, for Sequential. Their functions are src/ops/activation.ts and src/ops/softmax.ts.
import { gelu, leakyRelu, relu, sigmoid, tanh } from "../ops/activation.ts";
import { softmax } from "../ops/softmax.ts";
import { checkInt, checkNumber, checkOptions, describe } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { Module } from "./module.ts";

/**
 * `max(x, 0)`. The gradient at 0 is 0.
 *
 * Shape: any, kept.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ReLU.html
 *
 * @example
 * ```ts
 * import { nn, tensor } from "sedge";
 * new nn.ReLU().call(tensor([-1, 2])).toArray(); // => [0,2]
 * ```
 */
export class ReLU extends Module {
  forward(x: Tensor): Tensor {
    return relu(x);
  }
}

/**
 * `x` where it is positive, `negativeSlope * x` elsewhere.
 *
 * @param negativeSlope default 0.01.
 * @throws TypeError if it is no number.
 *
 * Shape: any, kept.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LeakyReLU.html
 *
 * @example
 * ```ts
 * import { nn, tensor } from "sedge";
 * new nn.LeakyReLU(0.5).call(tensor([-1, 2])).toArray(); // => [-0.5,2]
 * ```
 */
export class LeakyReLU extends Module {
  readonly negativeSlope: number;

  constructor(negativeSlope = 0.01) {
    super();
    this.negativeSlope = checkNumber("LeakyReLU", "negativeSlope", negativeSlope);
  }

  forward(x: Tensor): Tensor {
    return leakyRelu(x, { negativeSlope: this.negativeSlope });
  }

  override extraRepr(): string {
    return `negativeSlope=${this.negativeSlope}`;
  }
}

/**
 * The logistic function `1 / (1 + exp(-x))`.
 *
 * Shape: any, kept.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Sigmoid.html
 *
 * @example
 * ```ts
 * import { nn, tensor } from "sedge";
 * new nn.Sigmoid().call(tensor([0])).toArray(); // => [0.5]
 * ```
 */
export class Sigmoid extends Module {
  forward(x: Tensor): Tensor {
    return sigmoid(x);
  }
}

/**
 * The hyperbolic tangent.
 *
 * Shape: any, kept.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Tanh.html
 *
 * @example
 * ```ts
 * import { nn, tensor } from "sedge";
 * new nn.Tanh().call(tensor([0])).toArray(); // => [0]
 * ```
 */
export class Tanh extends Module {
  forward(x: Tensor): Tensor {
    return tanh(x);
  }
}

/**
 * `x * Φ(x)` with the normal distribution function Φ, exact or by tanh.
 *
 * @param options `approximate`: "none" (default) or "tanh".
 * @throws RangeError for another name.
 *
 * Shape: any, kept.
 *
 * @see Hendrycks and Gimpel, "Gaussian error linear units", 2016.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.GELU.html
 *
 * @example
 * ```ts
 * import { nn, tensor } from "sedge";
 * new nn.GELU({ approximate: "tanh" }).call(tensor([0])).toArray(); // => [0]
 * ```
 */
export class GELU extends Module {
  readonly approximate: "none" | "tanh";

  constructor(options: { approximate?: "none" | "tanh" } = {}) {
    super();
    checkOptions("GELU", options, ["approximate"]);
    const { approximate = "none" } = options;
    if (approximate !== "none" && approximate !== "tanh") {
      throw new RangeError(`GELU: expected approximate to be "none" or "tanh", got ${describe(approximate)}`);
    }
    this.approximate = approximate;
  }

  forward(x: Tensor): Tensor {
    return gelu(x, { approximate: this.approximate });
  }

  override extraRepr(): string {
    return `approximate=${this.approximate}`;
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
export class Softmax extends Module {
  readonly axis: number;

  constructor(options: { axis?: number } = {}) {
    super();
    checkOptions("Softmax", options, ["axis"]);
    this.axis = checkInt("Softmax", "axis", options.axis ?? -1);
  }

  forward(x: Tensor): Tensor {
    return softmax(x, { axis: this.axis });
  }

  override extraRepr(): string {
    return `axis=${this.axis}`;
  }
}
