// Adam and AdamW, which differ in how weights decay.
import { checkBoolean, checkNumber, describe } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { k } from "../wasm.ts";
import { Optimizer, type OptimizerOptions, type Params, zerosFor } from "./optimizer.ts";

/** Options of {@link Adam} and {@link AdamW}. */
export interface AdamOptions extends OptimizerOptions {
  /** Decay rates of the first and second moment, each in [0, 1). Default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the root of the second moment. Default 1e-8. */
  eps: number;
  /** How strongly weights decay. Default 0 in Adam, 0.01 in AdamW. */
  weightDecay: number;
  /** Whether to divide by the largest second moment so far. Default false. */
  amsgrad: boolean;
  /** Whether to go up instead of down. Default false. */
  maximize: boolean;
}

type AdamState = {
  /** Updates so far. */
  step: number;
  expAvg: Tensor;
  expAvgSq: Tensor;
  /** With amsgrad only. */
  maxExpAvgSq: Tensor | null;
};

const DEFAULTS: AdamOptions = {
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  amsgrad: false,
  maximize: false,
};

/** base^n by squaring: exact multiplications only, since `**` differs between engines in the last bit. */
export function power(base: number, n: number): number {
  let result = 1;
  let square = base;
  for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}

abstract class AdamBase extends Optimizer<AdamOptions, AdamState> {
  protected check(options: AdamOptions): void {
    const { name } = this;
    const { betas } = options;
    checkNumber(name, "lr", options.lr, 0);
    if (!Array.isArray(betas) || betas.length !== 2) {
      throw new TypeError(`${name}: expected betas to be a pair of numbers, got ${describe(betas)}`);
    }
    for (const [i, beta] of betas.entries()) {
      if (!(checkNumber(name, `betas[${i}]`, beta, 0) < 1)) {
        throw new RangeError(`${name}: expected betas[${i}] below 1, got ${beta}`);
      }
    }
    checkNumber(name, "eps", options.eps, 0);
    checkNumber(name, "weightDecay", options.weightDecay, 0);
    checkBoolean(name, "amsgrad", options.amsgrad);
    checkBoolean(name, "maximize", options.maximize);
  }

  protected blank(p: Tensor, options: AdamOptions): AdamState {
    return {
      step: 0,
      expAvg: zerosFor(p),
      expAvgSq: zerosFor(p),
      maxExpAvgSq: options.amsgrad ? zerosFor(p) : null,
    };
  }

  /** One update with L2 factor `decay`, after the weights shrank by `shrink`. */
  protected move(p: Tensor, grad: Tensor, options: AdamOptions, decay: number, shrink: number): void {
    let state = this.state.get(p);
    if (state === undefined) {
      state = this.blank(p, options);
      this.state.set(p, state);
    }
    const { lr, betas, eps, amsgrad } = options;
    if (amsgrad) state.maxExpAvgSq ??= zerosFor(p);
    const largest = amsgrad ? state.maxExpAvgSq!.ptr : 0;
    const [beta1, beta2] = betas;
    const t = ++state.step;
    const c1 = 1 - power(beta1, t);
    const c2 = 1 - power(beta2, t);
    const sign = options.maximize ? -1 : 1;
    // biome-ignore format: the kernel's arguments by kind
    k.adam(
      p.ptr, state.expAvg.ptr, state.expAvgSq.ptr, largest, grad.ptr, p.size,
      lr, beta1, beta2, eps, decay, shrink, c1, c2, sign,
    );
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

  protected update(p: Tensor, grad: Tensor, options: AdamOptions): void {
    this.move(p, grad, options, options.weightDecay, 1);
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

  protected update(p: Tensor, grad: Tensor, options: AdamOptions): void {
    this.move(p, grad, options, 0, 1 - options.lr * options.weightDecay);
  }
}
