// Trains a model on a dataset. Measuring is src/train/evaluate.ts; what a run reports is src/train/history.ts.
import { backward } from "../backward.ts";
import { batches } from "../data/batches.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Layer } from "../nn/module.ts";
import { seed as setSeed } from "../random.ts";
import { checkInt, checkOptions, demand, describe } from "../shape.ts";
import { checkData, checkMetrics, checkModel, evaluate, inMode, type Loss, measure } from "./evaluate.ts";
import {
  type Averages,
  type Callback,
  type EpochRecord,
  type History,
  type Metric,
  RunningAverages,
} from "./history.ts";

/** Options of {@link fit}. */
export interface FitOptions {
  /** What is to become small, such as `crossEntropy`. */
  loss: Loss;
  /** What changes the weights, made over the model's parameters: one of `optim`, or whatever steps as they do. */
  optimizer: { zeroGrad(): void; step(): void };
  /** Passes over the data, at least 1. */
  epochs: number;
  /** Examples in a batch. Default: 32. */
  batchSize?: number;
  /** Whether each epoch draws a new order from the seeded stream. Default: true. */
  shuffle?: boolean;
  /** Data to measure on after each epoch. Default: none. */
  validation?: Dataset;
  /** Further figures by name, such as `{ accuracy }`. Default: none. */
  metrics?: Readonly<Record<string, Metric>>;
  /** Who is told of the run as it goes. Default: nobody. */
  callbacks?: Callback | readonly Callback[];
  /** Sets the seed before the first draw. Default: the stream goes on from where it stands. */
  seed?: number;
}

const OPTIONS: readonly (keyof FitOptions)[] = [
  "loss",
  "optimizer",
  "epochs",
  "batchSize",
  "shuffle",
  "validation",
  "metrics",
  "callbacks",
  "seed",
];

/**
 * Trains a model: for each batch the loss, its gradients, one step of the optimizer; after each epoch a measurement on
 * the validation data. Memory is released as it goes, and the modules' modes are as before at the end.
 *
 * @param model takes examples [B, ...] to predictions.
 * @param data the examples to learn.
 * @param options `loss`, `optimizer`, `epochs`; `batchSize` (default 32), `shuffle` (default true), `validation`, `metrics`,
 * `callbacks`, `seed`.
 * @returns a record for each epoch, and the wall time.
 * @throws TypeError or RangeError for options that make no sense; what the model, the loss or a callback throws.
 * @see https://keras.io/api/models/model_training_apis/#fit-method
 *
 * @example
 * ```ts
 * import { Dataset, fit, mse, nn, optim } from "sedge";
 * const data = new Dataset([[0], [1], [2], [3]], [[1], [3], [5], [7]]);
 * const model = new nn.Linear(1, 1);
 * const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
 * const { epochs } = fit(model, data, { loss: mse, optimizer, epochs: 100, batchSize: 4 });
 * epochs.length; // => 100
 * ```
 */
export function fit(model: Layer, data: Dataset, options: FitOptions): History {
  checkOptions("fit", options, OPTIONS);
  const { loss, optimizer, epochs, batchSize = 32, shuffle = true, validation, callbacks = [], seed } = options ?? {};
  const metrics = checkMetrics("fit", loss, options?.metrics);
  checkInt("fit", "epochs", epochs, 1);
  checkModel("fit", model);
  checkData("fit", "data", data);
  if (validation !== undefined) checkData("fit", "validation", validation);
  demand(
    typeof optimizer?.step === "function" && typeof optimizer.zeroGrad === "function",
    "fit",
    "optimizer to be one of optim",
    optimizer,
    TypeError,
  );
  if (seed !== undefined) setSeed(seed);
  const loader = batches(data, { batchSize, shuffle });
  const listeners = [callbacks].flat();
  for (const listener of listeners) {
    if (typeof listener === "object" && listener !== null) continue;
    throw new TypeError(`fit: expected callbacks to be objects of functions, got ${describe(listener)}`);
  }
  const watched = listeners.some((listener) => listener.onBatchEnd !== undefined);
  const names = ["loss", ...metrics.map(([name]) => name)];
  const history: { epochs: EpochRecord[]; seconds: number } = { epochs: [], seconds: 0 };
  const start = performance.now();

  /** One pass over the data. */
  const train = (epoch: number): RunningAverages => {
    const averages = new RunningAverages(names);
    let step = 0;
    for (const [x, y] of loader) {
      optimizer.zeroGrad();
      const prediction = model.call(x);
      const value = loss(prediction, y);
      backward(value);
      optimizer.step();
      const figures = [value.item(), ...metrics.map((metric) => measure(metric, prediction, y))];
      averages.add(y.shape[0]!, figures);
      step++;
      if (!watched) continue;
      const batch = { epoch, step, loss: figures[0]!, averages: averages.values() };
      for (const listener of listeners) listener.onBatchEnd?.(batch);
    }
    return averages;
  };

  try {
    for (const listener of listeners) listener.onTrainBegin?.({ epochs, steps: loader.length });
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const began = performance.now();
      const averages = inMode(model, true, () => train(epoch)).values();
      const measured = validation ? evaluate(model, validation, { loss, metrics: Object.fromEntries(metrics) }) : {};
      const record = { ...averages, ...prefixed(measured), epoch, seconds: secondsSince(began) } as EpochRecord;
      history.epochs.push(record);
      for (const listener of listeners) listener.onEpochEnd?.(record);
    }
  } finally {
    history.seconds = secondsSince(start);
    for (const listener of listeners) listener.onTrainEnd?.(history);
  }
  return history;
}

/** A validation's averages under the names that records give them: `loss` becomes `valLoss`. */
const prefixed = (averages: Averages): Averages =>
  Object.fromEntries(Object.entries(averages).map(([name, v]) => [`val${name[0]!.toUpperCase()}${name.slice(1)}`, v]));

const secondsSince = (start: number): number => (performance.now() - start) / 1000;
