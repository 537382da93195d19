// Stochastic gradient descent.
import { demand } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { k } from "../wasm.ts";
import { Optimizer, type OptimizerOptions, type Params } from "./optimizer.ts";
import { zerosFor } from "./state.ts";

/** Options of {@link SGD}. */
export interface SGDOptions extends OptimizerOptions {
  /** Share of the last step that is kept. Default 0. */
  momentum: number;
  /** Share of the gradient that momentum leaves out. Default 0. */
  dampening: number;
  /** Factor of the L2 penalty's gradient. Default 0. */
  weightDecay: number;
  /** Whether to look one step of momentum ahead. Default false. */
  nesterov: boolean;
  /** Whether to go up instead of down. Default false. */
  maximize: boolean;
}

type SGDState = { momentumBuffer: Tensor };

const DEFAULTS: SGDOptions = {
  lr: 1e-3,
  momentum: 0,
  dampening: 0,
  weightDecay: 0,
  nesterov: false,
  maximize: false,
};

/**
 * Stochastic gradient descent, with momentum, Nesterov's if wished, and L2 decay; PyTorch's formulas:
 *
 * `g += weightDecay * p; buffer = momentum * buffer + (1 - dampening) * g; p -= lr * buffer`,
 * where the buffer starts as the first gradient, and Nesterov's rule subtracts `lr * (g + momentum * buffer)`.
 *
 * @param params `model.parameters()`, or groups `{ params, lr, ... }`.
 * @param options see {@link SGDOptions}; `lr` defaults to 0.001.
 * @throws TypeError or RangeError for options out of range, an empty list, a parameter twice, and what is no leaf.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.SGD.html
 * @see Sutskever et al., "On the importance of initialization and momentum in deep learning", 2013.
 *
 * @example
 * ```ts
 * import { optim, variable } from "sedge";
 * const w = variable([1, 2]);
 * const optimizer = new optim.SGD([w], { lr: 0.5 });
 * w.mul(w).sum().backward();
 * optimizer.step();
 * w.toArray(); // => [0,0]
 * ```
 */
export class SGD extends Optimizer<SGDOptions, SGDState> {
  constructor(params: Params<SGDOptions>, options: Partial<SGDOptions> = {}) {
    super("SGD", params, options, DEFAULTS);
  }

  protected override check(options: SGDOptions): void {
    super.check(options, ["dampening"]);
    const { momentum, dampening, nesterov } = options;
    const able = !nesterov || (momentum > 0 && dampening === 0);
    demand(able, "SGD", "nesterov with momentum above 0 and no dampening", [momentum, dampening]);
  }

  protected blank(p: Tensor): SGDState {
    return { momentumBuffer: zerosFor(p) };
  }

  protected update(p: Tensor, grad: Tensor, options: SGDOptions): void {
    const { lr, momentum, weightDecay, nesterov } = options;
    const sign = options.maximize ? -1 : 1;
    if (momentum === 0) {
      k.sgd(p.ptr, grad.ptr, p.size, weightDecay, sign, lr);
      return;
    }
    const take = this.state.has(p) ? 1 - options.dampening : 1;
    const buffer = this.advance(p, options).momentumBuffer.ptr;
    k.sgdMomentum(p.ptr, buffer, grad.ptr, p.size, weightDecay, sign, lr, momentum, take, nesterov ? 1 : 0);
  }
}
