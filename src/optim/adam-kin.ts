// Optimizers that vary Adam: NAdam, RAdam, Adamax and Lion. Adam itself is adam.ts.
import { pow, power } from "../numbers.ts";
import type { Tensor } from "../tensor.ts";
import { k } from "../wasm.ts";
import { type MomentOptions, type MomentState, Moments } from "./adam.ts";
import { Optimizer, type Params, pass } from "./optimizer.ts";
import { zerosFor } from "./state.ts";

/** Options of {@link RAdam}. */
export interface RAdamOptions extends MomentOptions {
  /** Whether weights decay by themselves, as in AdamW, instead of through the gradient. Default false. */
  decoupledWeightDecay: boolean;
}

/** Options of {@link NAdam}. */
export interface NAdamOptions extends RAdamOptions {
  /** How fast momentum reaches `betas[0]`. Default 0.004. */
  momentumDecay: number;
}

type NAdamState = MomentState & { muProduct: number };
type AdamaxState = { step: number; expAvg: Tensor; expInf: Tensor };
type LionState = { expAvg: Tensor };

const DEFAULTS: MomentOptions = { lr: 2e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, maximize: false };

const blank = (p: Tensor): MomentState => ({ step: 0, expAvg: zerosFor(p), expAvgSq: zerosFor(p) });

/**
 * Adam with Nesterov's momentum, by the formulas of PyTorch 1.13, in which the correction of the next step counts this
 * step's momentum twice.
 *
 * @param params `model.parameters()`, or groups `{ params, lr, ... }`.
 * @param options see {@link NAdamOptions}; `lr` defaults to 0.002.
 * @throws TypeError or RangeError for options out of range, an empty list, a parameter twice, and what is no leaf.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.NAdam.html
 * @see Dozat, "Incorporating Nesterov momentum into Adam", 2016.
 *
 * @example
 * ```ts
 * import { optim, variable } from "sedge";
 * const w = variable([1, -1]);
 * const optimizer = new optim.NAdam([w], { lr: 0.1 });
 * w.mul(w).sum().backward();
 * optimizer.step();
 * w.data[0]! < 1; // => true
 * ```
 */
export class NAdam extends Moments<NAdamOptions, NAdamState> {
  constructor(params: Params<NAdamOptions>, options: Partial<NAdamOptions> = {}) {
    super("NAdam", params, options, { ...DEFAULTS, momentumDecay: 4e-3, decoupledWeightDecay: false });
  }

  protected blank(p: Tensor) {
    return { ...blank(p), muProduct: 1 };
  }

  protected update(p: Tensor, grad: Tensor, options: NAdamOptions): void {
    const { lr, betas, momentumDecay } = options;
    const state = this.advance(p, options);
    const { step } = state;
    const momentum = (t: number): number => betas[0] * (1 - 0.5 * pow(0.96, t * momentumDecay));
    const mu = momentum(step);
    const next = momentum(step + 1);
    state.muProduct *= mu;
    this.move(p, grad, options, state, options.decoupledWeightDecay, (lr * next) / (1 - state.muProduct * mu * next), {
      ahead: (lr * (1 - mu)) / (1 - state.muProduct),
      scale: 1 / Math.sqrt(1 - power(betas[1], step)),
    });
  }
}

/**
 * Adam whose first steps leave the second moment out, as long as it is known from too few gradients.
 *
 * @param params `model.parameters()`, or groups `{ params, lr, ... }`.
 * @param options see {@link RAdamOptions}; `lr` defaults to 0.001.
 * @throws TypeError or RangeError for options out of range, an empty list, a parameter twice, and what is no leaf.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.RAdam.html
 * @see Liu et al., "On the variance of the adaptive learning rate and beyond", 2020.
 *
 * @example
 * ```ts
 * import { optim, variable } from "sedge";
 * const w = variable([1, -1]);
 * const optimizer = new optim.RAdam([w], { lr: 0.25 });
 * w.mul(w).sum().backward();
 * optimizer.step();
 * w.toArray(); // => [0.5,-0.5]
 * ```
 */
export class RAdam extends Moments<RAdamOptions, MomentState> {
  constructor(params: Params<RAdamOptions>, options: Partial<RAdamOptions> = {}) {
    super("RAdam", params, options, { ...DEFAULTS, lr: 1e-3, decoupledWeightDecay: false });
  }

  protected blank(p: Tensor): MomentState {
    return blank(p);
  }

  protected update(p: Tensor, grad: Tensor, options: RAdamOptions): void {
    const [beta1, beta2] = options.betas;
    const state = this.advance(p, options);
    const { step } = state;
    const decayed = power(beta2, step);
    const rate = options.lr / (1 - power(beta1, step));
    // The length of the moving average: what it tends to, and what it is.
    const most = 2 / (1 - beta2) - 1;
    const length = most - (2 * step * decayed) / (1 - decayed);
    const rectified = ((length - 4) * (length - 2) * most) / ((most - 4) * (most - 2) * length);
    const ready = length > 5;
    this.move(
      p,
      grad,
      options,
      state,
      options.decoupledWeightDecay,
      ready ? rate * Math.sqrt(rectified) * Math.sqrt(1 - decayed) : rate,
      ready ? {} : { scale: 0, eps: 1 },
    );
  }
}

/**
 * Adam with the largest recent gradient in place of the root of the mean of squares.
 *
 * @param params `model.parameters()`, or groups `{ params, lr, ... }`.
 * @param options see {@link MomentOptions}; `lr` defaults to 0.002.
 * @throws TypeError or RangeError for options out of range, an empty list, a parameter twice, and what is no leaf.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.Adamax.html
 * @see Kingma and Ba, "Adam: a method for stochastic optimization", 2015.
 *
 * @example
 * ```ts
 * import { optim, variable } from "sedge";
 * const w = variable([1, -1]);
 * const optimizer = new optim.Adamax([w], { lr: 0.5 });
 * w.mul(w).sum().backward();
 * optimizer.step();
 * w.toArray(); // => [0.5,-0.5]
 * ```
 */
export class Adamax extends Optimizer<MomentOptions, AdamaxState> {
  constructor(params: Params<MomentOptions>, options: Partial<MomentOptions> = {}) {
    super("Adamax", params, options, DEFAULTS);
  }

  protected blank(p: Tensor) {
    return { step: 0, expAvg: zerosFor(p), expInf: zerosFor(p) };
  }

  protected update(p: Tensor, grad: Tensor, options: MomentOptions): void {
    const [beta1, beta2] = options.betas;
    const { step, expAvg, expInf } = this.advance(p, options);
    const rate = options.lr / (1 - power(beta1, step));
    pass(k.adamax, p, grad, options, [expAvg, expInf], beta1, 1 - beta1, beta2, options.eps, rate);
  }
}

/** Options of {@link Lion}. */
export type LionOptions = Omit<MomentOptions, "eps">;

/**
 * Steps of one size along the sign of a mean of gradients; weights decay by themselves, as in AdamW. It remembers one
 * value a weight. The usual `lr` is 3 to 10 times smaller than AdamW's, and `weightDecay` as much larger.
 *
 * @param params `model.parameters()`, or groups `{ params, lr, ... }`.
 * @param options see {@link MomentOptions}, without `eps`; `lr` defaults to 0.0001, `betas` to [0.9, 0.99].
 * @throws TypeError or RangeError for options out of range, an empty list, a parameter twice, and what is no leaf.
 * @see Chen et al., "Symbolic discovery of optimization algorithms", 2023, https://arxiv.org/abs/2302.06675
 *
 * @example
 * ```ts
 * import { optim, variable } from "sedge";
 * const w = variable([1, -2]);
 * const optimizer = new optim.Lion([w], { lr: 0.25 });
 * w.mul(w).sum().backward();
 * optimizer.step();
 * w.toArray(); // => [0.75,-1.75]
 * ```
 */
export class Lion extends Optimizer<LionOptions, LionState> {
  constructor(params: Params<LionOptions>, options: Partial<LionOptions> = {}) {
    super("Lion", params, options, { lr: 1e-4, betas: [0.9, 0.99], weightDecay: 0, maximize: false });
  }

  protected blank(p: Tensor) {
    return { expAvg: zerosFor(p) };
  }

  protected update(p: Tensor, grad: Tensor, options: LionOptions): void {
    const { lr, maximize } = options;
    const [beta1, beta2] = options.betas;
    const shrink = 1 - lr * options.weightDecay;
    const { expAvg } = this.advance(p, options);
    pass(k.lion, p, grad, { maximize }, [expAvg], beta1, 1 - beta1, beta2, 1 - beta2, lr, shrink);
  }
}
