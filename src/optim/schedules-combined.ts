// Schedules made of others, and the one that a metric leads.
import { LRScheduler, type Scheduled } from "./scheduler.ts";
import { checkMilestones } from "./schedules.ts";

/** Schedules that hold others. */
abstract class Combined extends LRScheduler {
  declare readonly schedulers: readonly LRScheduler[];

  protected override prepare(): void {
    const { schedulers } = this;
    this.demand(Array.isArray(schedulers), "schedulers to be a list of schedules", schedulers, TypeError);
    for (const [i, s] of schedulers.entries()) {
      const fits = s instanceof LRScheduler && !(s instanceof ReduceLROnPlateau);
      this.demand(fits, `schedulers[${i}] to be a schedule that no metric leads`, s, TypeError);
      this.demand(s.optimizer === this.optimizer, `schedulers[${i}] to be of the same optimizer`, s);
    }
  }

  protected next(lr: number): number {
    return lr;
  }
}

/**
 * One schedule after the other: the next begins, with its first rate, at each milestone.
 *
 * @param optimizer whose rate they set. @param schedulers schedules made for it. @param milestones as many steps less one.
 * @throws TypeError or RangeError for schedules of another optimizer, or another number of milestones.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.SequentialLR.html
 *
 * @example
 * ```ts
 * import { optim, variable } from "sedge";
 * const optimizer = new optim.SGD([variable([1])], { lr: 1 });
 * const warmup = new optim.LinearLR(optimizer, { startFactor: 0.5, totalIters: 2 });
 * const decay = new optim.ExponentialLR(optimizer, 0.5);
 * const schedule = new optim.SequentialLR(optimizer, [warmup, decay], [2]);
 * [optimizer.lr, ...[1, 2, 3].map(() => (schedule.step(), optimizer.lr))]; // => [0.5,0.75,1,0.5]
 * ```
 */
export class SequentialLR extends Combined {
  declare readonly milestones: readonly number[];

  constructor(optimizer: Scheduled, schedulers: readonly LRScheduler[], milestones: readonly number[]) {
    super(optimizer, { schedulers, milestones });
  }

  protected override prepare(): void {
    super.prepare();
    const { schedulers, milestones } = this;
    checkMilestones("SequentialLR", milestones);
    this.demand(milestones.length === schedulers.length - 1, `${schedulers.length - 1} milestones`, milestones);
  }

  /** @internal From the rates of before all schedules. */
  override begin(): void {
    this.lastEpoch = 0;
    for (const group of this.optimizer.paramGroups) group.lr = group.initialLr!;
    this.schedulers[0]!.begin();
    this.note();
  }

  protected override apply(): void {
    const { lastEpoch, milestones } = this;
    const at = milestones.filter((m) => m <= lastEpoch).length;
    const current = this.schedulers[at]!;
    if (at > 0 && milestones[at - 1] === lastEpoch) current.restart();
    else current.step();
    this.note();
  }
}

/**
 * Several schedules at once, each of which changes what the one before it has set.
 *
 * @param schedulers schedules of one optimizer.
 * @throws TypeError or RangeError for what are no schedules of one optimizer.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ChainedScheduler.html
 *
 * @example
 * ```ts
 * import { optim, variable } from "sedge";
 * const optimizer = new optim.SGD([variable([1])], { lr: 1 });
 * const warmup = new optim.ConstantLR(optimizer, { factor: 0.25, totalIters: 2 });
 * const decay = new optim.ExponentialLR(optimizer, 0.5);
 * const schedule = new optim.ChainedScheduler([warmup, decay]);
 * [optimizer.lr, ...[1, 2].map(() => (schedule.step(), optimizer.lr))]; // => [0.25,0.125,0.25]
 * ```
 */
export class ChainedScheduler extends Combined {
  constructor(schedulers: readonly LRScheduler[]) {
    super(schedulers?.[0]?.optimizer as Scheduled, { schedulers });
  }

  /** @internal At first the schedules have set their rates themselves. */
  override begin(): void {
    this.lastEpoch = 0;
    if (this.getLastLr().length > 0) for (const s of this.schedulers) s.begin();
    this.note();
  }

  override restart(): void {
    this.lastEpoch = 0;
    for (const s of this.schedulers) s.restart();
    this.note();
  }

  protected override apply(): void {
    for (const s of this.schedulers) s.step();
    this.note();
  }
}

/** Options of {@link ReduceLROnPlateau}. */
export interface PlateauOptions {
  /** Whether the metric is to become small or large: "min" or "max". Default "min". */
  mode: "min" | "max";
  /** What the rate is multiplied by, below 1. Default 0.1. */
  factor: number;
  /** Steps without improvement that are put up with. Default 10. */
  patience: number;
  /** What counts as improvement. Default 1e-4. */
  threshold: number;
  /** Whether the threshold is a share of the best value, "rel", or a difference, "abs". Default "rel". */
  thresholdMode: "rel" | "abs";
  /** Steps after a reduction that are not counted. Default 0. */
  cooldown: number;
  /** The least rate, of all groups or by group. Default 0. */
  minLr: number | readonly number[];
  /** Changes of the rate that are smaller are left out. Default 1e-8. */
  eps: number;
}

/**
 * Reduces the rate when a metric, such as the loss on validation data, no longer improves.
 *
 * @param optimizer whose rate it sets. @param options see {@link PlateauOptions}.
 * @throws TypeError or RangeError for options out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ReduceLROnPlateau.html
 *
 * @example
 * ```ts
 * import { optim, variable } from "sedge";
 * const optimizer = new optim.SGD([variable([1])], { lr: 1 });
 * const schedule = new optim.ReduceLROnPlateau(optimizer, { patience: 1, factor: 0.5 });
 * [3, 2, 2, 2].map((loss) => (schedule.step(loss), optimizer.lr)); // => [1,1,1,0.5]
 * ```
 */
export class ReduceLROnPlateau extends LRScheduler {
  declare readonly mode: "min" | "max";
  declare readonly factor: number;
  declare readonly patience: number;
  declare readonly threshold: number;
  declare readonly thresholdMode: "rel" | "abs";
  declare readonly cooldown: number;
  declare readonly minLr: readonly number[];
  declare readonly eps: number;
  /** The best value of the metric so far. */
  declare best: number | null;
  declare numBadEpochs: number;
  declare cooldownCounter: number;

  constructor(optimizer: Scheduled, options?: Partial<PlateauOptions>) {
    const defaults = {
      mode: "min",
      factor: 0.1,
      patience: 10,
      threshold: 1e-4,
      thresholdMode: "rel",
      cooldown: 0,
      minLr: null,
      eps: 1e-8,
    };
    super(optimizer, { minLr: 0, ...options }, defaults, { patience: 0, cooldown: 0 });
  }

  protected override prepare(): void {
    this.perGroup("minLr");
    this.oneOf("mode", "min", "max");
    this.oneOf("thresholdMode", "rel", "abs");
    this.demand(this.factor < 1, "factor below 1", this.factor);
    this.best = null;
    this.numBadEpochs = 0;
    this.cooldownCounter = 0;
  }

  /** @internal */
  override begin(): void {
    this.note();
  }

  /** Takes note of the metric's value, and reduces the rates if it has not improved for too long. */
  override step(metric?: number): void {
    this.demand(typeof metric === "number", "step to get the metric's value", metric, TypeError);
    this.lastEpoch++;
    if (this.improves(metric!)) {
      this.best = metric!;
      this.numBadEpochs = 0;
    } else this.numBadEpochs++;
    if (this.cooldownCounter > 0) {
      this.cooldownCounter--;
      this.numBadEpochs = 0;
    }
    if (this.numBadEpochs > this.patience) {
      this.apply();
      this.cooldownCounter = this.cooldown;
      this.numBadEpochs = 0;
    }
    this.note();
  }

  private improves(metric: number): boolean {
    const { threshold, thresholdMode, mode } = this;
    const sign = mode === "min" ? -1 : 1;
    const best = this.best ?? -sign * Infinity;
    const bound = thresholdMode === "rel" ? best * (1 + sign * threshold) : best + sign * threshold;
    return mode === "min" ? metric < bound : metric > bound;
  }

  protected next(lr: number, _base: number, i: number): number {
    const lower = Math.max(lr * this.factor, this.minLr[i]!);
    return lr - lower > this.eps ? lower : lr;
  }
}
