// findLearningRate(): trains on trial with a rate that grows step by step, and tells at which the loss falls fastest.
import { batches } from "../data/batches.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Layer } from "../nn/module.ts";
import { pow } from "../numbers.ts";
import { checkInt, checkNumber, checkOptions, demand } from "../shape.ts";
import type { Loss } from "../train/evaluate.ts";
import { type AnyOptimizer, checkModule, checkOptimizer, lossOf, preserving } from "./preserve.ts";
import { textPlot } from "./text.ts";

/** Options of {@link findLearningRate}. */
export interface FindLearningRateOptions {
  /** As for `fit`. */
  loss: Loss;
  /** Whose rates are set; all groups get the same. */
  optimizer: AnyOptimizer;
  /** The first rate. Default: 1e-7. */
  from?: number;
  /** The last rate. Default: 10. */
  to?: number;
  /** Steps from the one to the other, at least 10; the data is gone through again if it is shorter. Default: 100. */
  steps?: number;
  /** Examples in a batch. Default: 32. */
  batchSize?: number;
}

/** What {@link findLearningRate} found. */
export class LearningRates {
  /** The rate of each step. */
  readonly learningRates: readonly number[];
  /** The loss of each step's batch, before the step. */
  readonly losses: readonly number[];
  /** The same, averaged over neighbouring steps. */
  readonly smoothed: readonly number[];
  /** The rate at which the smoothed loss falls fastest; null if it does not fall. */
  readonly suggestion: number | null;
  /** Whether the loss had grown so far that the test ended before its last step. */
  readonly diverged: boolean;

  /** @internal Use `findLearningRate()`. */
  constructor(learningRates: readonly number[], losses: readonly number[], steps: number, diverged: boolean) {
    this.learningRates = learningRates;
    this.losses = losses;
    this.smoothed = smooth(losses, steps);
    this.suggestion = steepest(learningRates, this.smoothed);
    this.diverged = diverged;
  }

  /** The smoothed loss over the rate as a plot of 80 columns, and the suggestion. */
  toString(): string {
    const { suggestion, diverged } = this;
    const end = diverged ? "; the loss diverged beyond the last one" : "";
    const found = suggestion === null ? "the loss falls at none of these rates" : `suggestion: ${show(suggestion)}`;
    const [start = 0, least] = [this.smoothed[0], Math.min(...this.smoothed)];
    // what lies as far above the first loss as the least below it says no more than that it is far: it stands at the top
    const bound = suggestion === null ? Infinity : 2 * start - least;
    const shown = this.smoothed.map((loss) => Math.min(loss, bound));
    return `${textPlot("loss by learning rate", this.learningRates.map(show), shown)}\n${found}${end}`;
  }

  /** What Node's and Deno's consoles show. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

const show = (rate: number): string => rate.toPrecision(2).replace(/^1\.0e/, "1e");

/** Steps on either side that an average takes in, as a share of all. */
const REACH = 0.05;

/** Averages over neighbours, those further away with less weight. Looking both ways, they do not lag behind the rate. */
function smooth(losses: readonly number[], steps: number): number[] {
  const reach = Math.ceil(REACH * steps) + 1;
  return losses.map((_, i) => {
    let [sum, weights] = [0, 0];
    for (let j = Math.max(0, i - reach); j <= Math.min(losses.length - 1, i + reach); j++) {
      const weight = reach - Math.abs(i - j);
      sum += weight * losses[j]!;
      weights += weight;
    }
    return sum / weights;
  });
}

/** How much of the average before remains in each step of the one that tells divergence. */
const MEMORY = 0.8;
/** The loss at which the test ends, as a multiple of the least so far (fastai's `lr_find`). */
const DIVERGED = 4;
/** Steps before the averages are any, at which neither the fall nor a divergence is judged. */
const SETTLED = 5;
/** A curve that falls by less than this share of the loss is taken for level: batches differ by as much. */
const FALLS = 0.05;

/**
 * The rate where the curve over the rate's logarithm, whose steps are equal, falls fastest before its lowest point; null
 * if it is level.
 */
function steepest(rates: readonly number[], smoothed: readonly number[]): number | null {
  if (smoothed.length <= SETTLED) return null;
  const least = Math.min(...smoothed);
  const lowest = smoothed.indexOf(least);
  if (smoothed[0]! - least < FALLS * Math.abs(smoothed[0]!)) return null;
  let [best, slope] = [0, 0];
  for (let i = 1; i < lowest; i++) {
    const fall = smoothed[i - 1]! - smoothed[i + 1]!;
    if (fall > slope) [best, slope] = [i, fall];
  }
  return rates[best]!;
}

/**
 * The learning rate range test: trains with a rate that grows exponentially from step to step, and ends when the loss
 * diverges. The loss is level while the rate is too small, falls where it is right, and grows where it is too large; a good rate
 * is where it falls fastest, or a little below. Model, gradients, buffers, modes, the optimizer and the random state are
 * as before afterwards.
 *
 * @param model takes examples [B, ...] to predictions.
 * @param data the examples, gone through in random order.
 * @param options `loss`, `optimizer`; `from` (default 1e-7), `to` (default 10), `steps` (default 100), `batchSize` (default 32).
 * @returns the rates with their losses, the suggestion, and a plot by `toString()`; `learningRateChart` of `sedge/plot` draws it.
 * @throws TypeError for what is no model, data, loss or optimizer, and unknown options; RangeError for bounds or counts that make no sense.
 * @see Smith, "Cyclical learning rates for training neural networks", 2015, https://arxiv.org/abs/1506.01186
 *
 * @example
 * ```ts
 * import { Dataset, mse, nn, optim, randn, seed } from "sedge";
 * import { findLearningRate } from "sedge/inspect";
 * seed(1);
 * const x = randn([256, 4]);
 * const data = new Dataset(x, x.sum({ axis: 1, keepDims: true }));
 * const model = new nn.Sequential(new nn.Linear(4, 16), new nn.Tanh(), new nn.Linear(16, 1));
 * const optimizer = new optim.SGD(model.parameters(), { lr: 0.01 });
 * const { suggestion, diverged } = findLearningRate(model, data, { loss: mse, optimizer });
 * suggestion! > 1e-3 && suggestion! < 1; // => true
 * diverged; // => true
 * ```
 */
export function findLearningRate(model: Layer, data: Dataset, options: FindLearningRateOptions): LearningRates {
  const op = "findLearningRate";
  checkModule(op, model);
  checkOptions(op, options, ["loss", "optimizer", "from", "to", "steps", "batchSize"]);
  const { loss, optimizer, from = 1e-7, to = 10, steps = 100, batchSize = 32 } = options ?? {};
  demand(typeof loss === "function", op, "loss to be a function", loss, TypeError);
  checkOptimizer(op, optimizer, model);
  demand(checkNumber(op, "from", from) > 0, op, "from above 0", from);
  demand(checkNumber(op, "to", to) > from && to < Infinity, op, `a finite to above from, ${from}`, to);
  checkInt(op, "steps", steps, 2 * SETTLED);
  const loader = batches(data, { batchSize, shuffle: true });
  const rates: number[] = [];
  const losses: number[] = [];
  const diverged = preserving(model, optimizer, () => {
    let [average, least] = [0, Infinity];
    while (rates.length < steps) {
      for (const [x, y] of loader) {
        const rate = from * pow(to / from, rates.length / (steps - 1));
        for (const group of optimizer.paramGroups) group.lr = rate;
        optimizer.zeroGrad();
        const value = loss(model.call(x), y);
        const figure = lossOf(op, value);
        if (!Number.isFinite(figure)) return true;
        rates.push(rate);
        losses.push(figure);
        average = losses.length === 1 ? figure : MEMORY * average + (1 - MEMORY) * figure;
        least = Math.min(least, average);
        if (rates.length > SETTLED && average > least + (DIVERGED - 1) * Math.abs(least)) return true;
        if (rates.length === steps) return false;
        value.backward();
        optimizer.step();
      }
    }
    return false;
  });
  return new LearningRates(rates, losses, steps, diverged);
}
