// Schedules that go up and down with the learning rate, and down and up with momentum.
import { cosPi, power } from "../numbers.ts";
import { LRScheduler, type Scheduled, type ScheduledGroup } from "./scheduler.ts";

/** How momentum goes against the rate; numbers are for all groups, or lists with one for each. */
interface MomentumOptions {
  /** Whether momentum, or the first of betas, falls while the rate rises, and the other way. Default true. */
  cycleMomentum: boolean;
  /** Least momentum. Default 0.85 in OneCycleLR, 0.8 in CyclicLR. */
  baseMomentum: number | readonly number[];
  /** Largest momentum. Default 0.95 in OneCycleLR, 0.9 in CyclicLR. */
  maxMomentum: number | readonly number[];
}

/** What both schedules share: momentum goes against the rate. */
abstract class Cycle extends LRScheduler {
  declare readonly maxLr: readonly number[];
  declare readonly cycleMomentum: boolean;
  declare readonly baseMomentum: readonly number[];
  declare readonly maxMomentum: readonly number[];

  protected override prepare(): void {
    for (const key of ["maxLr", "baseMomentum", "maxMomentum"]) this.perGroup(key);
    const able = this.optimizer.paramGroups.every((g) => (g.betas ?? g.momentum) !== undefined);
    this.demand(able || !this.cycleMomentum, "an optimizer with momentum or betas", "cycleMomentum", TypeError);
  }

  /** Sets momentum, or the first of betas: at the largest for height 0. */
  protected turn(group: ScheduledGroup, value: number): void {
    if (!this.cycleMomentum) return;
    if (group.betas) group.betas = [value, group.betas[1]];
    else group.momentum = value;
  }
}

/** Options of {@link OneCycleLR}. */
export interface OneCycleOptions extends MomentumOptions {
  /** Steps of the whole run; or give `epochs` and `stepsPerEpoch`. */
  totalSteps: number;
  /** Passes over the data, instead of `totalSteps`. */
  epochs: number;
  /** Steps in each of them. */
  stepsPerEpoch: number;
  /** Share of the steps that the rate rises in. Default 0.3. */
  pctStart: number;
  /** The way from rate to rate: "cos" or "linear". Default "cos". */
  annealStrategy: "cos" | "linear";
  /** The first rate is `maxLr` divided by this. Default 25. */
  divFactor: number;
  /** The last rate is the first divided by this. Default 10000. */
  finalDivFactor: number;
  /** Whether the rate falls as long as it rose, back to the first, before it falls to the last. Default false. */
  threePhase: boolean;
}

/**
 * One cycle over the whole run: the rate rises from `maxLr / divFactor` to `maxLr`, then falls far below where it started,
 * while momentum goes the other way. Call `step` after every batch; beyond `totalSteps` it throws.
 *
 * @param optimizer whose rate it sets. @param maxLr the largest rate, of all groups or by group.
 * @param options see {@link OneCycleOptions}.
 * @throws TypeError or RangeError for options out of range, and for a step too many.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.OneCycleLR.html
 * @see Smith and Topin, "Super-convergence: very fast training of neural networks using large learning rates", 2019.
 *
 * @example
 * ```ts
 * import { optim, variable } from "sedge";
 * const optimizer = new optim.SGD([variable([1])], { momentum: 0.9 });
 * const schedule = new optim.OneCycleLR(optimizer, 1, { totalSteps: 10 });
 * [1, 2, 3, 4].map(() => (schedule.step(), optimizer.lr.toFixed(2))); // => ["0.52","1.00","0.95","0.81"]
 * ```
 */
export class OneCycleLR extends Cycle {
  declare totalSteps: number;
  declare readonly epochs: number;
  declare readonly stepsPerEpoch: number;
  declare readonly pctStart: number;
  declare readonly annealStrategy: "cos" | "linear";
  declare readonly divFactor: number;
  declare readonly finalDivFactor: number;
  declare readonly threePhase: boolean;

  constructor(optimizer: Scheduled, maxLr: number | readonly number[], options?: Partial<OneCycleOptions>) {
    super(
      optimizer,
      { maxLr, baseMomentum: 0.85, maxMomentum: 0.95, ...options },
      {
        maxLr: null,
        totalSteps: 0,
        epochs: 0,
        stepsPerEpoch: 0,
        pctStart: 0.3,
        annealStrategy: "cos",
        cycleMomentum: true,
        baseMomentum: null,
        maxMomentum: null,
        divFactor: 25,
        finalDivFactor: 1e4,
        threePhase: false,
      },
    );
  }

  protected override prepare(): void {
    super.prepare();
    const { pctStart } = this;
    this.totalSteps ||= this.epochs * this.stepsPerEpoch;
    this.demand(this.totalSteps > 0, "totalSteps, or epochs and stepsPerEpoch, above 0", this.totalSteps);
    this.demand(pctStart >= 0 && pctStart <= 1, "pctStart from 0 to 1", pctStart);
    this.oneOf("annealStrategy", "cos", "linear");
    for (const [i, group] of this.optimizer.paramGroups.entries()) group.initialLr = this.maxLr[i]! / this.divFactor;
  }

  protected next(_lr: number, base: number, i: number, group: ScheduledGroup): number {
    const { lastEpoch: t, totalSteps, pctStart, threePhase } = this;
    this.demand(t <= totalSteps, `at most ${totalSteps} steps`, t);
    const most = this.maxMomentum[i]!;
    const points = [
      [0, base, most],
      [pctStart * totalSteps - 1, this.maxLr[i]!, this.baseMomentum[i]!],
      ...(threePhase ? [[2 * pctStart * totalSteps - 2, base, most]] : []),
      [totalSteps - 1, base / this.finalDivFactor, most],
    ];
    const found = points.findIndex(([end], phase) => phase > 0 && t <= end!);
    const [[start, ...from], [end, ...to]] = points.slice(found < 0 ? -2 : found - 1) as [number[], number[]];
    const share = (t - start!) / (end! - start!);
    const [lr, momentum] = from.map((a, j) => {
      const b = to[j]!;
      return this.annealStrategy === "linear" ? (b - a) * share + a : b + ((a - b) / 2) * (cosPi(share) + 1);
    });
    this.turn(group, momentum!);
    return lr!;
  }
}

/** Options of {@link CyclicLR}. */
export interface CyclicOptions extends MomentumOptions {
  /** Steps that the rate rises in. Default 2000. */
  stepSizeUp: number;
  /** Steps that it falls in. Default: as many. */
  stepSizeDown: number | null;
  /** "triangular"; "triangular2", where the height halves each cycle; "expRange", where it falls by `gamma` each step. */
  mode: "triangular" | "triangular2" | "expRange";
  /** The factor of "expRange". Default 1. */
  gamma: number;
  /** The height as a function of the cycle's number, from 1, or of the step's, instead of a mode. Not saved. */
  scaleFn: ((x: number) => number) | null;
  /** What `scaleFn` is a function of: "cycle" or "iterations". Default "cycle". */
  scaleMode: "cycle" | "iterations";
}

/**
 * Up from `baseLr` to `maxLr` and down again, in straight lines, while momentum goes the other way. Call `step` after every
 * batch.
 *
 * @param optimizer whose rate it sets. @param baseLr the least rate. @param maxLr the largest; both of all groups or by group.
 * @param options see {@link CyclicOptions}.
 * @throws TypeError or RangeError for options out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CyclicLR.html
 * @see Smith, "Cyclical learning rates for training neural networks", 2017.
 *
 * @example
 * ```ts
 * import { optim, variable } from "sedge";
 * const optimizer = new optim.SGD([variable([1])], { momentum: 0.9 });
 * const schedule = new optim.CyclicLR(optimizer, 0, 1, { stepSizeUp: 2 });
 * [1, 2, 3, 4].map(() => (schedule.step(), optimizer.lr)); // => [0.5,1,0.5,0]
 * ```
 */
export class CyclicLR extends Cycle {
  declare readonly baseLr: readonly number[];
  declare readonly stepSizeUp: number;
  declare stepSizeDown: number;
  declare readonly mode: "triangular" | "triangular2" | "expRange";
  declare readonly gamma: number;
  declare readonly scaleFn: ((x: number) => number) | null;
  declare readonly scaleMode: "cycle" | "iterations";

  constructor(
    optimizer: Scheduled,
    baseLr: number | readonly number[],
    maxLr: number | readonly number[],
    options?: Partial<CyclicOptions>,
  ) {
    super(
      optimizer,
      { baseLr, maxLr, baseMomentum: 0.8, maxMomentum: 0.9, ...options },
      {
        baseLr: null,
        maxLr: null,
        stepSizeUp: 2000,
        stepSizeDown: null,
        mode: "triangular",
        gamma: 1,
        scaleFn: null,
        scaleMode: "cycle",
        cycleMomentum: true,
        baseMomentum: null,
        maxMomentum: null,
      },
    );
  }

  protected override prepare(): void {
    super.prepare();
    const { stepSizeUp, scaleFn } = this;
    this.perGroup("baseLr");
    this.stepSizeDown ??= stepSizeUp;
    this.demand(stepSizeUp > 0, "stepSizeUp above 0", stepSizeUp);
    this.demand(this.stepSizeDown >= 0, "stepSizeDown at least 0", this.stepSizeDown);
    this.oneOf("mode", "triangular", "triangular2", "expRange");
    this.oneOf("scaleMode", "cycle", "iterations");
    this.demand(scaleFn === null || typeof scaleFn === "function", "scaleFn to be a function", scaleFn, TypeError);
    for (const [i, group] of this.optimizer.paramGroups.entries()) group.lr = this.baseLr[i]!;
  }

  /** The height of a cycle: 1 in the first. */
  private scale(cycle: number): number {
    const { mode, lastEpoch, scaleFn } = this;
    if (scaleFn) return scaleFn(this.scaleMode === "cycle" ? cycle : lastEpoch);
    return mode === "triangular" ? 1 : mode === "triangular2" ? power(2, 1 - cycle) : power(this.gamma, lastEpoch);
  }

  protected next(_lr: number, _base: number, i: number, group: ScheduledGroup): number {
    const { lastEpoch, stepSizeUp } = this;
    const size = stepSizeUp + this.stepSizeDown;
    const ratio = stepSizeUp / size;
    const cycle = Math.floor(1 + lastEpoch / size);
    const x = 1 + lastEpoch / size - cycle;
    const height = (x <= ratio ? x / ratio : (x - 1) / (ratio - 1)) * this.scale(cycle);
    const most = this.maxMomentum[i]!;
    const least = this.baseLr[i]!;
    this.turn(group, most - (most - this.baseMomentum[i]!) * height);
    return least + (this.maxLr[i]! - least) * height;
  }
}
