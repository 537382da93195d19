// Optimizers that scale each element by its own history: RMSprop, Adagrad, Adadelta. Rprop and ASGD are rprop.ts.
import { checkNumber } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { k } from "../wasm.ts";
import { Optimizer, type OptimizerOptions, type Params, pass } from "./optimizer.ts";
import { zerosFor } from "./state.ts";

/** Options of optimizers that scale by history. */
export interface AdaptiveOptions extends OptimizerOptions {
  /** Added to the root of squares; in Adadelta under the root. Default 1e-8, in Adagrad 1e-10, in Adadelta 1e-6. */
  eps: number;
  /** Factor of the L2 penalty's gradient. Default 0. */
  weightDecay: number;
  /** Whether to go up instead of down. Default false. */
  maximize: boolean;
}

/** Options of {@link RMSprop}. */
export interface RMSpropOptions extends AdaptiveOptions {
  /** Share of the mean of squares that is kept. Default 0.99. */
  alpha: number;
  /** Share of the last step that is kept. Default 0. */
  momentum: number;
  /** Whether to divide by the standard deviation instead: the mean's square is subtracted. Default false. */
  centered: boolean;
}

type AdagradState = { step: number; sum: Tensor };
type AdadeltaState = { step: number; squareAvg: Tensor; accDelta: Tensor };
type RMSpropState = { step: number; squareAvg: Tensor; momentumBuffer: Tensor | null; gradAvg: Tensor | null };

/**
 * Divides the gradient by the root of the mean of its squares; PyTorch's formulas, with `eps` outside the root.
 *
 * @param params `model.parameters()`, or groups `{ params, lr, ... }`.
 * @param options see {@link RMSpropOptions}; `lr` defaults to 0.01.
 * @throws TypeError or RangeError for options out of range, an empty list, a parameter twice, and what is no leaf.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.RMSprop.html
 * @see Tieleman and Hinton, lecture 6.5 of "Neural networks for machine learning", 2012; Graves, "Generating sequences
 *   with recurrent neural networks", 2013 (centered).
 *
 * @example
 * ```ts
 * import { optim, variable } from "sedge";
 * const w = variable([1, -1]);
 * const optimizer = new optim.RMSprop([w], { lr: 0.25, alpha: 0.75, eps: 0 });
 * w.mul(w).sum().backward();
 * optimizer.step();
 * w.toArray(); // => [0.5,-0.5]
 * ```
 */
export class RMSprop extends Optimizer<RMSpropOptions, RMSpropState> {
  constructor(params: Params<RMSpropOptions>, options: Partial<RMSpropOptions> = {}) {
    const defaults = {
      lr: 1e-2,
      alpha: 0.99,
      eps: 1e-8,
      weightDecay: 0,
      momentum: 0,
      centered: false,
      maximize: false,
    };
    super("RMSprop", params, options, defaults);
  }

  protected blank(p: Tensor, { momentum, centered }: RMSpropOptions): RMSpropState {
    return {
      step: 0,
      squareAvg: zerosFor(p),
      momentumBuffer: momentum > 0 ? zerosFor(p) : null,
      gradAvg: centered ? zerosFor(p) : null,
    };
  }

  protected update(p: Tensor, grad: Tensor, options: RMSpropOptions): void {
    const { lr, alpha, eps, momentum, centered } = options;
    const state = this.advance(p, options);
    if (momentum > 0) state.momentumBuffer ??= zerosFor(p);
    if (centered) state.gradAvg ??= zerosFor(p);
    const { squareAvg } = state;
    const mean = centered ? state.gradAvg! : squareAvg;
    const buffer = momentum > 0 ? state.momentumBuffer! : squareAvg;
    const take = 1 - alpha;
    pass(k.rmsprop, p, grad, options, [squareAvg, mean, buffer], alpha, take, eps, lr, momentum, centered ? take : 0);
  }
}

/** Options of {@link Adagrad}. */
export interface AdagradOptions extends AdaptiveOptions {
  /** How fast the learning rate falls: it is `lr / (1 + steps * lrDecay)`. Default 0. */
  lrDecay: number;
  /** What the sum of squares starts from. Default 0. */
  initialAccumulatorValue: number;
}

/**
 * Divides the gradient by the root of the sum of all its squares so far.
 *
 * @param params `model.parameters()`, or groups `{ params, lr, ... }`.
 * @param options see {@link AdagradOptions}; `lr` defaults to 0.01.
 * @throws TypeError or RangeError for options out of range, an empty list, a parameter twice, and what is no leaf.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.Adagrad.html
 * @see Duchi et al., "Adaptive subgradient methods for online learning and stochastic optimization", 2011.
 *
 * @example
 * ```ts
 * import { optim, variable } from "sedge";
 * const w = variable([1, -2]);
 * const optimizer = new optim.Adagrad([w], { lr: 0.5 });
 * w.mul(w).sum().backward();
 * optimizer.step();
 * w.toArray(); // => [0.5,-1.5]
 * ```
 */
export class Adagrad extends Optimizer<AdagradOptions, AdagradState> {
  constructor(params: Params<AdagradOptions>, options: Partial<AdagradOptions> = {}) {
    const defaults = { lr: 1e-2, lrDecay: 0, weightDecay: 0, initialAccumulatorValue: 0, eps: 1e-10, maximize: false };
    super("Adagrad", params, options, defaults);
  }

  protected blank(p: Tensor, options: AdagradOptions) {
    return { step: 0, sum: zerosFor(p, options.initialAccumulatorValue) };
  }

  protected update(p: Tensor, grad: Tensor, options: AdagradOptions): void {
    const { step, sum } = this.advance(p, options);
    const rate = options.lr / (1 + (step - 1) * options.lrDecay);
    pass(k.rmsprop, p, grad, options, [sum, sum, sum], 1, 1, options.eps, rate, 0, 0);
  }
}

/** Options of {@link Adadelta}. */
export interface AdadeltaOptions extends AdaptiveOptions {
  /** Share of the means of squares that is kept, in [0, 1]. Default 0.9. */
  rho: number;
}

/**
 * Scales the gradient by the root of the mean of squared steps over that of squared gradients: in the weights' units.
 *
 * @param params `model.parameters()`, or groups `{ params, lr, ... }`.
 * @param options see {@link AdadeltaOptions}; `lr` defaults to 1.
 * @throws TypeError or RangeError for options out of range, an empty list, a parameter twice, and what is no leaf.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.Adadelta.html
 * @see Zeiler, "Adadelta: an adaptive learning rate method", 2012.
 *
 * @example
 * ```ts
 * import { optim, variable } from "sedge";
 * const w = variable([1, -1]);
 * const optimizer = new optim.Adadelta([w], { rho: 0, eps: 4 });
 * w.mul(w).sum().backward();
 * optimizer.step();
 * w.data[0]!.toFixed(3); // => "-0.414"
 * ```
 */
export class Adadelta extends Optimizer<AdadeltaOptions, AdadeltaState> {
  constructor(params: Params<AdadeltaOptions>, options: Partial<AdadeltaOptions> = {}) {
    super("Adadelta", params, options, { lr: 1, rho: 0.9, eps: 1e-6, weightDecay: 0, maximize: false });
  }

  protected override check(options: AdadeltaOptions): void {
    super.check(options);
    checkNumber("Adadelta", "rho", options.rho, 0, 1);
  }

  protected blank(p: Tensor) {
    return { step: 0, squareAvg: zerosFor(p), accDelta: zerosFor(p) };
  }

  protected update(p: Tensor, grad: Tensor, options: AdadeltaOptions): void {
    const { lr, rho, eps } = options;
    const { squareAvg, accDelta } = this.advance(p, options);
    pass(k.adadelta, p, grad, options, [squareAvg, accDelta], rho, 1 - rho, eps, lr);
  }
}
