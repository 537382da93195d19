// Schedules that follow a cosine.
import { cosPi } from "../numbers.ts";
import { checkInt, checkNumber } from "../shape.ts";
import { LRScheduler, type Scheduled } from "./scheduler.ts";

/**
 * From the rate to `etaMin` along half a cosine of `tMax` steps; then up again, and so on. PyTorch's recursive form, which
 * goes on from a rate that was changed in between.
 *
 * @param optimizer whose rate it sets. @param tMax steps of half a period, at least 1. @param options `etaMin` (default 0).
 * @throws TypeError or RangeError for options out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingLR.html
 * @see Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017.
 *
 * @example
 * ```ts
 * import { optim, variable } from "sedge";
 * const optimizer = new optim.SGD([variable([1])], { lr: 1 });
 * const schedule = new optim.CosineAnnealingLR(optimizer, 4);
 * [1, 2, 3, 4].map(() => (schedule.step(), optimizer.lr.toFixed(3))); // => ["0.854","0.500","0.146","0.000"]
 * ```
 */
export class CosineAnnealingLR extends LRScheduler {
  declare readonly tMax: number;
  declare readonly etaMin: number;

  constructor(optimizer: Scheduled, tMax: number, options?: { etaMin?: number }) {
    super(optimizer, { tMax, ...options }, { tMax: 0, etaMin: 0 }, { tMax: 1 });
  }

  protected next(lr: number, base: number): number {
    const { lastEpoch: t, tMax, etaMin } = this;
    if (t === 0) return lr;
    if ((t - 1 - tMax) % (2 * tMax) === 0) return lr + ((base - etaMin) * (1 - cosPi(1 / tMax))) / 2;
    return ((1 + cosPi(t / tMax)) / (1 + cosPi((t - 1) / tMax))) * (lr - etaMin) + etaMin;
  }
}

/**
 * From the rate to `etaMin` along half a cosine, again and again; each round `tMult` times as long as the last.
 *
 * @param optimizer whose rate it sets. @param t0 steps of the first round, at least 1.
 * @param options `tMult` (default 1), `etaMin` (default 0).
 * @throws TypeError or RangeError for options out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingWarmRestarts.html
 * @see Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017.
 *
 * @example
 * ```ts
 * import { optim, variable } from "sedge";
 * const optimizer = new optim.SGD([variable([1])], { lr: 1 });
 * const schedule = new optim.CosineAnnealingWarmRestarts(optimizer, 2, { tMult: 2 });
 * [1, 2, 3, 4].map(() => (schedule.step(), optimizer.lr.toFixed(3))); // => ["0.500","1.000","0.854","0.500"]
 * ```
 */
export class CosineAnnealingWarmRestarts extends LRScheduler {
  declare readonly t0: number;
  declare readonly tMult: number;
  declare readonly etaMin: number;

  constructor(optimizer: Scheduled, t0: number, options?: { tMult?: number; etaMin?: number }) {
    super(optimizer, { t0, ...options }, { t0: 0, tMult: 1, etaMin: 0 }, { t0: 1, tMult: 1 });
  }

  /** Sets the rates of the next epoch, or of `epoch`, which may be a fraction: epoch + batch / batches. */
  override step(epoch = this.lastEpoch + 1): void {
    this.lastEpoch = checkNumber("CosineAnnealingWarmRestarts", "epoch", epoch, 0);
    this.apply();
  }

  protected next(_lr: number, base: number): number {
    const { tMult, etaMin } = this;
    let t = this.lastEpoch;
    let round = this.t0;
    if (tMult === 1) t %= round;
    else for (; t >= round; round *= tMult) t -= round;
    return etaMin + ((base - etaMin) * (1 + cosPi(t / round))) / 2;
  }
}

/**
 * Up in a straight line for `warmupSteps` steps, then down to `etaMin` along half a cosine until `totalSteps`, and there it
 * stays: how language models are trained. Before step t of the warm-up the rate is the base's (t + 1) / (warmupSteps + 1).
 * A closed form, for a `step` after every batch.
 *
 * @param optimizer whose rate it sets. @param totalSteps steps of the whole run, at least 1.
 * @param options `warmupSteps` (default 0), at most `totalSteps`; `etaMin` (default 0).
 * @throws TypeError or RangeError for options out of range.
 * @see Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017; Goyal et al., "Accurate, large
 *   minibatch SGD", 2017 (warm-up).
 *
 * @example
 * ```ts
 * import { optim, variable } from "sedge";
 * const optimizer = new optim.AdamW([variable([1])], { lr: 1 });
 * const schedule = new optim.WarmupCosineLR(optimizer, 5, { warmupSteps: 1 });
 * [optimizer.lr, ...[1, 2, 3, 4, 5].map(() => (schedule.step(), Math.round(1000 * optimizer.lr)))]; // => [0.5,1000,854,500,146,0]
 * ```
 */
export class WarmupCosineLR extends LRScheduler {
  declare readonly totalSteps: number;
  declare readonly warmupSteps: number;
  declare readonly etaMin: number;

  constructor(optimizer: Scheduled, totalSteps: number, options?: { warmupSteps?: number; etaMin?: number }) {
    const least = { totalSteps: 1, warmupSteps: 0 };
    super(optimizer, { totalSteps, ...options }, { totalSteps: 0, warmupSteps: 0, etaMin: 0 }, least);
  }

  protected override prepare(): void {
    checkInt("WarmupCosineLR", "warmupSteps", this.warmupSteps, 0, this.totalSteps);
  }

  protected next(_lr: number, base: number): number {
    const { lastEpoch: t, totalSteps, warmupSteps, etaMin } = this;
    if (t < warmupSteps) return (base * (t + 1)) / (warmupSteps + 1);
    if (t >= totalSteps) return etaMin;
    return etaMin + ((base - etaMin) * (1 + cosPi((t - warmupSteps) / (totalSteps - warmupSteps)))) / 2;
  }
}
