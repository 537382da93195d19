// Schedules that multiply the learning rate from step to step, by PyTorch's recursive formulas: they can be chained, and
// they go on from a rate that was changed in between.
import { pow, power } from "../numbers.ts";
import { checkInt, checkNumber, demand } from "../shape.ts";
import { LRScheduler, type Scheduled } from "./scheduler.ts";

/**
 * Multiplies the rate by `gamma` every `stepSize` steps.
 *
 * @param optimizer whose rate it sets. @param stepSize steps between changes, at least 1. @param options `gamma` (default 0.1).
 * @throws TypeError or RangeError for options out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.StepLR.html
 *
 * @example
 * ```ts
 * import { optim, variable } from "sedge";
 * const optimizer = new optim.SGD([variable([1])], { lr: 1 });
 * const schedule = new optim.StepLR(optimizer, 2, { gamma: 0.5 });
 * [1, 2, 3, 4].map(() => {
 *   schedule.step();
 *   return optimizer.lr;
 * }); // => [1,0.5,0.5,0.25]
 * ```
 */
export class StepLR extends LRScheduler {
  declare readonly stepSize: number;
  declare readonly gamma: number;

  constructor(optimizer: Scheduled, stepSize: number, options?: { gamma?: number }) {
    super(optimizer, { stepSize, ...options }, { stepSize: 0, gamma: 0.1 }, { stepSize: 1 });
  }

  protected next(lr: number): number {
    return this.lastEpoch > 0 && this.lastEpoch % this.stepSize === 0 ? lr * this.gamma : lr;
  }
}

/**
 * Multiplies the rate by `gamma` at each of the steps listed; twice at one that is listed twice.
 *
 * @param optimizer whose rate it sets. @param milestones numbers of steps. @param options `gamma` (default 0.1).
 * @throws TypeError or RangeError for options out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.MultiStepLR.html
 *
 * @example
 * ```ts
 * import { optim, variable } from "sedge";
 * const optimizer = new optim.SGD([variable([1])], { lr: 1 });
 * const schedule = new optim.MultiStepLR(optimizer, [1, 3], { gamma: 0.5 });
 * [1, 2, 3].map(() => {
 *   schedule.step();
 *   return optimizer.lr;
 * }); // => [0.5,0.5,0.25]
 * ```
 */
export class MultiStepLR extends LRScheduler {
  declare readonly milestones: readonly number[];
  declare readonly gamma: number;

  constructor(optimizer: Scheduled, milestones: readonly number[], options?: { gamma?: number }) {
    super(optimizer, { milestones, ...options }, { milestones: [], gamma: 0.1 });
  }

  protected override prepare(): void {
    checkMilestones("MultiStepLR", this.milestones);
  }

  protected next(lr: number): number {
    return lr * power(this.gamma, this.milestones.filter((m) => m === this.lastEpoch).length);
  }
}

/** A list of numbers of steps. */
export function checkMilestones(name: string, milestones: readonly number[]): void {
  demand(Array.isArray(milestones), name, "milestones to be a list of steps", milestones, TypeError);
  for (const m of milestones) checkInt(name, "milestones", m, 0);
}

/**
 * Multiplies the rate by `gamma` every step.
 *
 * @param optimizer whose rate it sets. @param gamma the factor.
 * @throws TypeError for what is no number.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ExponentialLR.html
 *
 * @example
 * ```ts
 * import { optim, variable } from "sedge";
 * const optimizer = new optim.SGD([variable([1])], { lr: 1 });
 * new optim.ExponentialLR(optimizer, 0.5).step();
 * optimizer.lr; // => 0.5
 * ```
 */
export class ExponentialLR extends LRScheduler {
  declare readonly gamma: number;

  constructor(optimizer: Scheduled, gamma: number) {
    super(optimizer, { gamma: checkNumber("ExponentialLR", "gamma", gamma) });
  }

  protected next(lr: number): number {
    return this.lastEpoch === 0 ? lr : lr * this.gamma;
  }
}

/**
 * A fraction of the rate for the first `totalIters` steps, then all of it.
 *
 * @param optimizer whose rate it sets. @param options `factor` in (0, 1] (default 1 / 3), `totalIters` (default 5).
 * @throws TypeError or RangeError for options out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ConstantLR.html
 *
 * @example
 * ```ts
 * import { optim, variable } from "sedge";
 * const optimizer = new optim.SGD([variable([1])], { lr: 1 });
 * const schedule = new optim.ConstantLR(optimizer, { factor: 0.5, totalIters: 2 });
 * [optimizer.lr, ...[1, 2].map(() => (schedule.step(), optimizer.lr))]; // => [0.5,0.5,1]
 * ```
 */
export class ConstantLR extends LRScheduler {
  declare readonly factor: number;
  declare readonly totalIters: number;

  constructor(optimizer: Scheduled, options?: { factor?: number; totalIters?: number }) {
    super(optimizer, options, { factor: 1 / 3, totalIters: 5 }, { totalIters: 0 });
  }

  protected override prepare(): void {
    const { factor } = this;
    this.demand(factor > 0 && factor <= 1, "factor above 0 and at most 1", factor);
  }

  protected next(lr: number): number {
    const { lastEpoch, factor } = this;
    return lastEpoch === 0 ? lr * factor : lastEpoch === this.totalIters ? lr * (1 / factor) : lr;
  }
}

/**
 * From one fraction of the rate to another in a straight line over `totalIters` steps: a warm-up.
 *
 * @param optimizer whose rate it sets.
 * @param options `startFactor` in (0, 1] (default 1 / 3), `endFactor` in [0, 1] (default 1), `totalIters` (default 5).
 * @throws TypeError or RangeError for options out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LinearLR.html
 *
 * @example
 * ```ts
 * import { optim, variable } from "sedge";
 * const optimizer = new optim.SGD([variable([1])], { lr: 1 });
 * const schedule = new optim.LinearLR(optimizer, { startFactor: 0.5, totalIters: 2 });
 * [optimizer.lr, ...[1, 2, 3].map(() => (schedule.step(), optimizer.lr))]; // => [0.5,0.75,1,1]
 * ```
 */
export class LinearLR extends LRScheduler {
  declare readonly startFactor: number;
  declare readonly endFactor: number;
  declare readonly totalIters: number;

  constructor(optimizer: Scheduled, options?: { startFactor?: number; endFactor?: number; totalIters?: number }) {
    super(optimizer, options, { startFactor: 1 / 3, endFactor: 1, totalIters: 5 }, { totalIters: 0 });
  }

  protected override prepare(): void {
    const { startFactor, endFactor } = this;
    this.demand(startFactor > 0 && startFactor <= 1, "startFactor above 0 and at most 1", startFactor);
    this.demand(endFactor >= 0 && endFactor <= 1, "endFactor from 0 to 1", endFactor);
  }

  protected next(lr: number): number {
    const { lastEpoch, startFactor, totalIters } = this;
    if (lastEpoch === 0) return lr * startFactor;
    if (lastEpoch > totalIters) return lr;
    const rise = this.endFactor - startFactor;
    return lr * (1 + rise / (totalIters * startFactor + (lastEpoch - 1) * rise));
  }
}

/**
 * Down to 0 over `totalIters` steps, as a power of what is left of them.
 *
 * @param optimizer whose rate it sets. @param options `totalIters` (default 5), `power` (default 1).
 * @throws TypeError or RangeError for options out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.PolynomialLR.html
 *
 * @example
 * ```ts
 * import { optim, variable } from "sedge";
 * const optimizer = new optim.SGD([variable([1])], { lr: 1 });
 * const schedule = new optim.PolynomialLR(optimizer, { totalIters: 4 });
 * [1, 2, 3, 4, 5].map(() => (schedule.step(), Math.round(100 * optimizer.lr))); // => [75,50,25,0,0]
 * ```
 */
export class PolynomialLR extends LRScheduler {
  declare readonly totalIters: number;
  declare readonly power: number;

  constructor(optimizer: Scheduled, options?: { totalIters?: number; power?: number }) {
    super(optimizer, options, { totalIters: 5, power: 1 }, { totalIters: 0 });
  }

  protected next(lr: number): number {
    const { lastEpoch, totalIters } = this;
    if (lastEpoch === 0 || lastEpoch > totalIters) return lr;
    return lr * pow((1 - lastEpoch / totalIters) / (1 - (lastEpoch - 1) / totalIters), this.power);
  }
}

/** A function of the number of steps. */
export type LRLambda = (epoch: number) => number;

/**
 * The first rate times a function of the number of steps. The function is not saved.
 *
 * @param optimizer whose rate it sets. @param lrLambda a function, or one for each group.
 * @throws TypeError or RangeError for what are no functions, or too many.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LambdaLR.html
 *
 * @example
 * ```ts
 * import { optim, variable } from "sedge";
 * const optimizer = new optim.SGD([variable([1])], { lr: 1 });
 * const schedule = new optim.LambdaLR(optimizer, (epoch) => 1 / (1 + epoch));
 * [1, 2, 3].map(() => (schedule.step(), 1 / optimizer.lr)); // => [2,3,4]
 * ```
 */
export class LambdaLR extends LRScheduler {
  declare readonly lrLambda: readonly LRLambda[];

  constructor(optimizer: Scheduled, lrLambda: LRLambda | readonly LRLambda[]) {
    super(optimizer, { lrLambda });
  }

  protected override prepare(): void {
    this.perGroup("lrLambda", "function");
  }

  protected next(_lr: number, base: number, i: number): number {
    return base * this.lrLambda[i]!(this.lastEpoch);
  }
}

/**
 * Multiplies the rate every step by a function of the number of steps. The function is not saved.
 *
 * @param optimizer whose rate it sets. @param lrLambda a function, or one for each group.
 * @throws TypeError or RangeError for what are no functions, or too many.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.MultiplicativeLR.html
 *
 * @example
 * ```ts
 * import { optim, variable } from "sedge";
 * const optimizer = new optim.SGD([variable([1])], { lr: 1 });
 * const schedule = new optim.MultiplicativeLR(optimizer, () => 0.5);
 * [1, 2, 3].map(() => (schedule.step(), optimizer.lr)); // => [0.5,0.25,0.125]
 * ```
 */
export class MultiplicativeLR extends LRScheduler {
  declare readonly lrLambda: readonly LRLambda[];

  constructor(optimizer: Scheduled, lrLambda: LRLambda | readonly LRLambda[]) {
    super(optimizer, { lrLambda });
  }

  protected override prepare(): void {
    this.perGroup("lrLambda", "function");
  }

  /** Goes on from the present rate, as PyTorch's does. */
  override restart(): void {
    this.lastEpoch = 0;
    this.note();
  }

  protected next(lr: number, _base: number, i: number): number {
    return this.lastEpoch === 0 ? lr : lr * this.lrLambda[i]!(this.lastEpoch);
  }
}
