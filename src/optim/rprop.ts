// Rprop, which looks at the gradient's sign alone, and ASGD, which averages the weights.
import { pow } from "../numbers.ts";
import { demand } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { k } from "../wasm.ts";
import { checkPair, Optimizer, type OptimizerOptions, type Params, pass } from "./optimizer.ts";
import { zerosFor } from "./state.ts";

type RpropState = { step: number; prev: Tensor; stepSize: Tensor };
type ASGDState = { step: number; eta: number; mu: number; ax: Tensor };

/** Options of {@link Rprop}. */
export interface RpropOptions extends OptimizerOptions {
  /** Factors of a step's size where the gradient turned, below 1, and where it did not, above 1. Default [0.5, 1.2]. */
  etas: readonly [number, number];
  /** The least and largest size of a step. Default [1e-6, 50]. */
  stepSizes: readonly [number, number];
  /** Whether to go up instead of down. Default false. */
  maximize: boolean;
}

/**
 * Steps along the gradient's sign, by a size that each element adapts: it grows while the sign stays. For gradients of the
 * whole data, not of batches.
 *
 * @param params `model.parameters()`, or groups `{ params, lr, ... }`.
 * @param options see {@link RpropOptions}; `lr`, the first size, defaults to 0.01.
 * @throws TypeError or RangeError for options out of range, an empty list, a parameter twice, and what is no leaf.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.Rprop.html
 * @see Riedmiller and Braun, "A direct adaptive method for faster backpropagation learning", 1993.
 *
 * @example
 * ```ts
 * import { optim, variable } from "sedge";
 * const w = variable([1, -2]);
 * const optimizer = new optim.Rprop([w], { lr: 0.5 });
 * w.mul(w).sum().backward();
 * optimizer.step();
 * w.toArray(); // => [0.5,-1.5]
 * ```
 */
export class Rprop extends Optimizer<RpropOptions, RpropState> {
  constructor(params: Params<RpropOptions>, options: Partial<RpropOptions> = {}) {
    super("Rprop", params, options, { lr: 1e-2, etas: [0.5, 1.2], stepSizes: [1e-6, 50], maximize: false });
  }

  protected override check(options: RpropOptions): void {
    super.check(options);
    checkPair("Rprop", "stepSizes", options.stepSizes);
    const [shrink, grow] = checkPair("Rprop", "etas", options.etas) as [number, number];
    demand(shrink > 0 && shrink < 1 && grow > 1, "Rprop", "etas with 0 < etas[0] < 1 < etas[1]", options.etas);
  }

  protected blank(p: Tensor, { lr }: RpropOptions) {
    return { step: 0, prev: zerosFor(p), stepSize: zerosFor(p, lr) };
  }

  protected update(p: Tensor, grad: Tensor, options: RpropOptions): void {
    const { prev, stepSize } = this.advance(p, options);
    pass(k.rprop, p, grad, options, [prev, stepSize], ...options.etas, ...options.stepSizes);
  }
}

/** Options of {@link ASGD}. */
export interface ASGDOptions extends OptimizerOptions {
  /** Decay of the weights, and of the learning rate. Default 1e-4. */
  lambd: number;
  /** Power by which the learning rate falls. Default 0.75. */
  alpha: number;
  /** The step from which weights are averaged. Default 1e6. */
  t0: number;
  /** Factor of the L2 penalty's gradient. Default 0. */
  weightDecay: number;
  /** Whether to go up instead of down. Default false. */
  maximize: boolean;
}

/**
 * Stochastic gradient descent with a falling learning rate, `lr / (1 + lambd * lr * steps)^alpha`, which also keeps the
 * mean of the weights since step `t0`: `optimizer.state.get(p).ax`.
 *
 * @param params `model.parameters()`, or groups `{ params, lr, ... }`.
 * @param options see {@link ASGDOptions}; `lr` defaults to 0.01.
 * @throws TypeError or RangeError for options out of range, an empty list, a parameter twice, and what is no leaf.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.ASGD.html
 * @see Polyak and Juditsky, "Acceleration of stochastic approximation by averaging", 1992.
 *
 * @example
 * ```ts
 * import { optim, variable } from "sedge";
 * const w = variable([1, -2]);
 * const optimizer = new optim.ASGD([w], { lr: 0.25, lambd: 0, t0: 0 });
 * w.mul(w).sum().backward();
 * optimizer.step();
 * w.toArray(); // => [0.5,-1]
 * ```
 */
export class ASGD extends Optimizer<ASGDOptions, ASGDState> {
  constructor(params: Params<ASGDOptions>, options: Partial<ASGDOptions> = {}) {
    super("ASGD", params, options, { lr: 1e-2, lambd: 1e-4, alpha: 0.75, t0: 1e6, weightDecay: 0, maximize: false });
  }

  protected override check(options: ASGDOptions): void {
    super.check(options, ["lambd", "alpha", "t0"]);
  }

  protected blank(p: Tensor, { lr }: ASGDOptions) {
    return { step: 0, eta: lr, mu: 1, ax: zerosFor(p) };
  }

  protected update(p: Tensor, grad: Tensor, options: ASGDOptions): void {
    const { lr, lambd } = options;
    const state = this.advance(p, options);
    const { eta, step } = state;
    pass(k.asgd, p, grad, options, [state.ax], eta, 1 - lambd * eta, state.mu);
    state.eta = lr / pow(1 + lambd * lr * step, options.alpha);
    state.mu = 1 / Math.max(1, step - options.t0);
  }
}
