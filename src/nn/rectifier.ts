// Activation functions with a bend at 0 as layers. Their functions are src/ops/rectifier.ts; ReLU and LeakyReLU are in
// activations.ts.
import { celu, elu, prelu, rrelu, selu } from "../ops/rectifier.ts";
import { checkNumber, demand, readOptions } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { Configured, positive } from "./configured.ts";
import { Module } from "./module.ts";
import { parameter } from "./parameter.ts";

/**
 * `x` where it is positive, `alpha * (exp(x) - 1)` elsewhere.
 *
 * @param alpha default 1.
 * @throws TypeError if it is no number.
 *
 * Shape: any, kept.
 *
 * @see https://arxiv.org/abs/1511.07289
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ELU.html
 *
 * @example
 * ```ts
 * import { nn, tensor } from "sedge";
 * new nn.ELU(2).call(tensor([-100, 2])).toArray(); // => [-2,2]
 * ```
 */
export class ELU extends Configured<{ alpha: number }> {
  declare readonly alpha: number;

  constructor(alpha?: number) {
    super({}, { alpha }, { alpha: 1 });
  }

  forward(x: Tensor): Tensor {
    return elu(x, this.options);
  }
}

/**
 * `x` where it is positive, `alpha * (exp(x / alpha) - 1)` elsewhere.
 *
 * @param alpha default 1, not 0.
 * @throws TypeError if it is no number; RangeError if it is 0.
 *
 * Shape: any, kept.
 *
 * @see https://arxiv.org/abs/1704.07483
 * @see https://pytorch.org/docs/stable/generated/torch.nn.CELU.html
 *
 * @example
 * ```ts
 * import { nn, tensor } from "sedge";
 * new nn.CELU(2).call(tensor([-100, 2])).toArray(); // => [-2,2]
 * ```
 */
export class CELU extends Configured<{ alpha: number }> {
  declare readonly alpha: number;

  constructor(alpha?: number) {
    super({}, { alpha }, { alpha: 1 });
    demand(this.alpha !== 0, "CELU", "alpha other than 0", 0);
  }

  forward(x: Tensor): Tensor {
    return celu(x, this.options);
  }
}

/**
 * `1.0507 * elu(x)` with alpha 1.6733, which keeps mean 0 and variance 1.
 *
 * Shape: any, kept.
 *
 * @see https://arxiv.org/abs/1706.02515
 * @see https://pytorch.org/docs/stable/generated/torch.nn.SELU.html
 *
 * @example
 * ```ts
 * import { nn, tensor } from "sedge";
 * new nn.SELU().call(tensor([0, 2])).toArray(); // => [0,2.1014020442962646]
 * ```
 */
export class SELU extends Module {
  forward(x: Tensor): Tensor {
    return selu(x);
  }
}

/**
 * `x` where it is positive, `weight * x` elsewhere, with a weight that is learnt.
 *
 * @param options `numParameters`: 1 (default), or as many as there are channels; `init` (default 0.25): where they start.
 * @throws TypeError or RangeError for a number that is none.
 *
 * Shape: [batch, channels, ...] or, with one parameter, any; kept. `weight` [numParameters].
 *
 * @see https://arxiv.org/abs/1502.01852
 * @see https://pytorch.org/docs/stable/generated/torch.nn.PReLU.html
 *
 * @example
 * ```ts
 * import { nn, tensor } from "sedge";
 * new nn.PReLU().call(tensor([-1, 2])).toArray(); // => [-0.25,2]
 * ```
 */
export class PReLU extends Configured {
  declare readonly numParameters: number;
  weight: Tensor;

  constructor(options?: { numParameters?: number; init?: number }) {
    const { numParameters, init } = readOptions("PReLU", options, { numParameters: 1, init: 0.25 });
    super(positive("PReLU", { numParameters }));
    this.weight = parameter([numParameters]);
    this.weight.data.fill(init);
  }

  forward(x: Tensor): Tensor {
    return prelu(x, this.weight);
  }
}

/**
 * `x` where it is positive, elsewhere `x` times a slope that training draws for each element between the bounds;
 * after `eval()` it is their mean.
 *
 * @param options `lower` (default 1/8), `upper` (default 1/3).
 * @throws RangeError if `upper` is below `lower`.
 *
 * Shape: any, kept.
 *
 * @see https://arxiv.org/abs/1505.00853
 * @see https://pytorch.org/docs/stable/generated/torch.nn.RReLU.html
 *
 * @example
 * ```ts
 * import { nn, tensor } from "sedge";
 * new nn.RReLU({ lower: 0.25, upper: 0.75 }).eval().call(tensor([-1, 2])).toArray(); // => [-0.5,2]
 * ```
 */
export class RReLU extends Configured<{ lower: number; upper: number }> {
  declare readonly lower: number;
  declare readonly upper: number;

  constructor(options?: { lower?: number; upper?: number }) {
    super({}, options, { lower: 1 / 8, upper: 1 / 3 });
    checkNumber("RReLU", "upper", this.upper, this.lower);
  }

  forward(x: Tensor): Tensor {
    return rrelu(x, { ...this.options, training: this.training });
  }
}
