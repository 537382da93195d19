// Smooth activation functions as layers, and relu and its leaky kin. Their functions are src/ops/activation.ts. Other layers
// of the kind are piecewise.ts, rectifier.ts and softmax.ts beside this.
import {
  gelu,
  glu,
  leakyRelu,
  logSigmoid,
  mish,
  relu,
  sigmoid,
  silu,
  softplus,
  softsign,
  tanh,
  tanhshrink,
} from "../ops/activation.ts";
import { checkInt, demand } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { Configured } from "./configured.ts";
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
export class LeakyReLU extends Configured<{ negativeSlope: number }> {
  declare readonly negativeSlope: number;

  constructor(negativeSlope?: number) {
    super({}, { negativeSlope }, { negativeSlope: 0.01 });
  }

  forward(x: Tensor): Tensor {
    return leakyRelu(x, this.options);
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
 * The logarithm of the logistic function.
 *
 * Shape: any, kept.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LogSigmoid.html
 *
 * @example
 * ```ts
 * import { nn, tensor } from "sedge";
 * new nn.LogSigmoid().call(tensor([-100])).toArray(); // => [-100]
 * ```
 */
export class LogSigmoid extends Module {
  forward(x: Tensor): Tensor {
    return logSigmoid(x);
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
 * `x - tanh(x)`.
 *
 * Shape: any, kept.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Tanhshrink.html
 *
 * @example
 * ```ts
 * import { nn, tensor } from "sedge";
 * new nn.Tanhshrink().call(tensor([20])).toArray(); // => [19]
 * ```
 */
export class Tanhshrink extends Module {
  forward(x: Tensor): Tensor {
    return tanhshrink(x);
  }
}

/**
 * `x / (1 + |x|)`.
 *
 * Shape: any, kept.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Softsign.html
 *
 * @example
 * ```ts
 * import { nn, tensor } from "sedge";
 * new nn.Softsign().call(tensor([-1, 3])).toArray(); // => [-0.5,0.75]
 * ```
 */
export class Softsign extends Module {
  forward(x: Tensor): Tensor {
    return softsign(x);
  }
}

/**
 * `x * sigmoid(x)`, also called swish.
 *
 * Shape: any, kept.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.SiLU.html
 *
 * @example
 * ```ts
 * import { nn, tensor } from "sedge";
 * new nn.SiLU().call(tensor([0])).toArray(); // => [0]
 * ```
 */
export class SiLU extends Module {
  forward(x: Tensor): Tensor {
    return silu(x);
  }
}

/**
 * `x * tanh(softplus(x))`.
 *
 * Shape: any, kept.
 *
 * @see https://arxiv.org/abs/1908.08681
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Mish.html
 *
 * @example
 * ```ts
 * import { nn, tensor } from "sedge";
 * new nn.Mish().call(tensor([0, 100])).toArray(); // => [0,100]
 * ```
 */
export class Mish extends Module {
  forward(x: Tensor): Tensor {
    return mish(x);
  }
}

/**
 * `log(1 + exp(beta * x)) / beta`, and `x` itself where `beta * x > threshold`.
 *
 * @param options `beta` (default 1), `threshold` (default 20).
 * @throws TypeError if either is no number.
 *
 * Shape: any, kept.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Softplus.html
 *
 * @example
 * ```ts
 * import { nn, tensor } from "sedge";
 * new nn.Softplus({ beta: 2 }).call(tensor([50])).toArray(); // => [50]
 * ```
 */
export class Softplus extends Configured<{ beta: number; threshold: number }> {
  declare readonly beta: number;
  declare readonly threshold: number;

  constructor(options?: { beta?: number; threshold?: number }) {
    super({}, options, { beta: 1, threshold: 20 });
  }

  forward(x: Tensor): Tensor {
    return softplus(x, this.options);
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
export class GELU extends Configured<{ approximate: "none" | "tanh" }> {
  declare readonly approximate: "none" | "tanh";

  constructor(options?: { approximate?: "none" | "tanh" }) {
    super({}, options, { approximate: "none" });
    const { approximate } = this;
    demand(["none", "tanh"].includes(approximate), "GELU", 'approximate to be "none" or "tanh"', approximate);
  }

  forward(x: Tensor): Tensor {
    return gelu(x, this.options);
  }
}

/**
 * The first half along an axis times the sigmoid of the second.
 *
 * @param options `axis` (default -1), of even size.
 * @throws TypeError if `axis` is no integer; RangeError by the call if it is of odd size.
 *
 * Shape: any; the axis is halved.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.GLU.html
 *
 * @example
 * ```ts
 * import { nn, tensor } from "sedge";
 * new nn.GLU().call(tensor([1, 2, 0, 0])).toArray(); // => [0.5,1]
 * ```
 */
export class GLU extends Configured<{ axis: number }> {
  declare readonly axis: number;

  constructor(options?: { axis?: number }) {
    super({}, options, { axis: -1 });
    checkInt("GLU", "axis", this.axis);
  }

  forward(x: Tensor): Tensor {
    return glu(x, this.options);
  }
}
