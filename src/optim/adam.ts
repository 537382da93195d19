// Adam and AdamW, which differ in how weights decay, and what NAdam and RAdam share with them.
import { power } from "../numbers.ts";
import type { Tensor } from "../tensor.ts";
import { k } from "../wasm.ts";
import { Optimizer, type OptimizerOptions, type Params } from "./optimizer.ts";
import { zerosFor } from "./state.ts";

/** Options of optimizers with two moments. */
export interface MomentOptions extends OptimizerOptions {
  /** Decay rates of the first and second moment, each in [0, 1). Default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the root of the second moment. Default 1e-8. */
  eps: number;
  /** How strongly weights decay. Default 0, but 0.01 in AdamW. */
  weightDecay: number;
  /** Whether to go up instead of down. Default false. */
  maximize: boolean;
}

/** Options of {@link Adam} and {@link AdamW}. */
export interface AdamOptions extends MomentOptions {
  /** Whether to divide by the largest second moment so far. Default false. */
  amsgrad: boolean;
}

/** The two moments, after as many updates as `step` says. */
export type MomentState = { step: number; expAvg: Tensor; expAvgSq: Tensor };

type AdamState = MomentState & { maxExpAvgSq: Tensor | null };

const DEFAULTS: AdamOptions = {
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  amsgrad: false,
  maximize: false,
};

/** Optimizers that divide a mean of gradients by the root of a mean of their squares. */
export abstract class Moments<O extends MomentOptions, S extends MomentState> extends Optimizer<O, S> {
  /**
   * One update: `p -= (rate * expAvg + ahead * grad) / (scale * sqrt(expAvgSq) + eps)`, after the weights have decayed:
   * by themselves where that is `decoupled`, else through the gradient.
   */
  protected move(
    p: Tensor,
    grad: Tensor,
    options: O,
    { expAvg, expAvgSq }: S,
    decoupled: boolean,
    rate: number,
    { ahead = 0, scale = 1, eps = options.eps, largest = expAvgSq },
  ): void {
    const { lr, weightDecay, maximize } = options;
    const [beta1, beta2] = options.betas;
    const decay = decoupled ? 0 : weightDecay;
    const shrink = decoupled ? 1 - lr * weightDecay : 1;
    // biome-ignore format: the kernel's arguments by kind
    k.adam(
      p.ptr, expAvg.ptr, expAvgSq.ptr, largest.ptr, grad.ptr, p.size, decay, maximize ? -1 : 1,
      beta1, 1 - beta1, beta2, 1 - beta2, rate, ahead, scale, eps, shrink,
    );
  }
}

abstract class AdamBase extends Moments<AdamOptions, AdamState> {
  protected blank(p: Tensor, options: AdamOptions): AdamState {
    return {
      step: 0,
      expAvg: zerosFor(p),
      expAvgSq: zerosFor(p),
      maxExpAvgSq: options.amsgrad ? zerosFor(p) : null,
    };
  }

  protected update(p: Tensor, grad: Tensor, options: AdamOptions): void {
    const { lr, betas, amsgrad } = options;
    const state = this.advance(p, options);
    if (amsgrad) state.maxExpAvgSq ??= zerosFor(p);
    const correction = 1 - power(betas[0], state.step);
    this.move(p, grad, options, state, this instanceof AdamW, lr / correction, {
      scale: 1 / Math.sqrt(1 - power(betas[1], state.step)),
      largest: amsgrad ? state.maxExpAvgSq! : undefined,
    });
  }
}

/**
 * Adam: steps along the mean of gradients, divided by the root of the mean of their squares; PyTorch's formulas, with
 * L2 decay added to the gradient.
 *
 * @param params `model.parameters()`, or groups `{ params, lr, ... }`.
 * @param options see {@link AdamOptions}; `lr` defaults to 0.001.
 * @throws TypeError or RangeError for options out of range, an empty list, a parameter twice, and what is no leaf.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.Adam.html
 * @see Kingma and Ba, "Adam: a method for stochastic optimization", 2015; Reddi et al., "On the convergence of Adam and
 *   beyond", 2018 (amsgrad).
 *
 * @example
 * ```ts
 * import { optim, variable } from "sedge";
 * const w = variable([1, -1]);
 * const optimizer = new optim.Adam([w], { lr: 0.5, eps: 0 });
 * w.mul(w).sum().backward();
 * optimizer.step();
 * w.toArray(); // => [0.5,-0.5]
 * ```
 */
export class Adam extends AdamBase {
  constructor(params: Params<AdamOptions>, options: Partial<AdamOptions> = {}) {
    super("Adam", params, options, DEFAULTS);
  }
}

/**
 * Adam with decoupled weight decay: the weights shrink by `1 - lr * weightDecay` before each step.
 *
 * @param params `model.parameters()`, or groups `{ params, lr, ... }`.
 * @param options see {@link AdamOptions}; `lr` defaults to 0.001, `weightDecay` to 0.01.
 * @throws TypeError or RangeError for options out of range, an empty list, a parameter twice, and what is no leaf.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.AdamW.html
 * @see Loshchilov and Hutter, "Decoupled weight decay regularization", 2019.
 *
 * @example
 * ```ts
 * import { nn, optim } from "sedge";
 * const model = new nn.Linear(4, 2);
 * const optimizer = new optim.AdamW([
 *   { params: [model.weight], weightDecay: 0.1 },
 *   { params: [model.bias!], weightDecay: 0 },
 * ]);
 * optimizer.lr; // => 0.001
 * ```
 */
export class AdamW extends AdamBase {
  constructor(params: Params<AdamOptions>, options: Partial<AdamOptions> = {}) {
    super("AdamW", params, options, { ...DEFAULTS, weightDecay: 0.01 });
  }
}
