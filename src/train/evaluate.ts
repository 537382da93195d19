// Measures a model on data without changing it. Training is src/train/fit.ts.
import { noGrad } from "../autograd.ts";
import { batches } from "../data/batches.ts";
import { Dataset } from "../data/dataset.ts";
import { type Layer, Module } from "../nn/module.ts";
import { checkOptions, demand, describe } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { type Averages, type Metric, RunningAverages } from "./history.ts";

/** From predictions [B, ...] and targets [B, ...] to a scalar tensor, the average over the batch. */
export type Loss = (prediction: Tensor, target: Tensor) => Tensor;

/** Options of {@link evaluate}. */
export interface EvaluateOptions {
  /** What is to be small, such as `crossEntropy`. */
  loss: Loss;
  /** Further figures by name, such as `{ accuracy }`. Default: none. */
  metrics?: Readonly<Record<string, Metric>> | undefined;
  /** Examples in a batch: a matter of speed and memory, not of results. Default: 256. */
  batchSize?: number | undefined;
}

/** Names that records use for themselves. */
const RESERVED = ["epoch", "seconds", "loss", "valLoss", "lr"];

/** A metric, and what records call it. */
export type NamedMetric = readonly [name: string, metric: Metric];

/** Metrics as pairs, checked. */
export function checkMetrics(op: string, loss: unknown, metrics: unknown): NamedMetric[] {
  demand(typeof loss === "function", op, "loss to be a function", loss, TypeError);
  if (metrics === undefined) return [];
  demand(
    typeof metrics === "object" && metrics !== null && !Array.isArray(metrics),
    op,
    "metrics to be functions by name, as { accuracy }",
    metrics,
    TypeError,
  );
  return Object.entries(metrics).map(([name, metric]) => {
    demand(typeof metric === "function", op, `metric ${JSON.stringify(name)} to be a function`, metric, TypeError);
    if (RESERVED.includes(name))
      throw new RangeError(`${op}: expected another name for a metric than ${JSON.stringify(name)}`);
    return [name, metric];
  });
}

/** A metric's value as a number. Nothing is recorded for gradients. */
export function measure([name, metric]: NamedMetric, prediction: Tensor, target: Tensor): number {
  const value = noGrad(() => metric(prediction, target));
  if (value instanceof Tensor) return value.item();
  if (typeof value === "number") return value;
  throw new TypeError(`metric ${JSON.stringify(name)}: expected a number or a tensor of one, got ${describe(value)}`);
}

/** Refuses what is no module; a plain function has no modes to set. */
export function checkModel(op: string, model: unknown): void {
  demand(model instanceof Module, op, "model to be a Module", model, TypeError);
}

/** Refuses what is no dataset. */
export function checkData(op: string, name: string, data: unknown): void {
  demand(data instanceof Dataset, op, `${name} to be a Dataset`, data, TypeError);
}

/** Runs `fn` with every module in the mode that `training` says, then puts each back into its own. */
export function inMode<T>(model: Module, training: boolean, fn: () => T): T {
  const modes = model.modules().map((module) => [module, module.training] as const);
  model.train(training);
  try {
    return fn();
  } finally {
    for (const [module, mode] of modes) module.training = mode;
  }
}

/**
 * A model's average loss and metrics over a dataset, in evaluation mode and without gradients. The model's weights and
 * its modules' modes are as before; so is the memory in use.
 *
 * @param options `loss`, `metrics` (default none), `batchSize` (default 256).
 * @returns averages over the examples: `loss`, and each metric by its name.
 * @throws TypeError for a loss or metric that is no function, a metric that gives no number, or an unknown option.
 *
 * @example
 * ```ts
 * import { accuracy, crossEntropy, Dataset, evaluate, nn } from "sedge";
 * const data = new Dataset([[0, 1], [1, 0]], Int32Array.of(1, 0));
 * const figures = evaluate(new nn.Linear(2, 2), data, { loss: crossEntropy, metrics: { accuracy } });
 * Object.keys(figures); // => ["loss","accuracy"]
 * ```
 */
export function evaluate(model: Layer, data: Dataset, options: EvaluateOptions): Averages {
  checkOptions("evaluate", options, ["loss", "metrics", "batchSize"]);
  const { loss, batchSize = 256 } = options ?? {};
  const metrics = checkMetrics("evaluate", loss, options?.metrics);
  checkModel("evaluate", model);
  checkData("evaluate", "data", data);
  const averages = new RunningAverages(["loss", ...metrics.map(([name]) => name)]);
  inMode(model, false, () =>
    noGrad(() => {
      for (const [x, y] of batches(data, { batchSize })) {
        const prediction = model.call(x);
        const values = metrics.map((metric) => measure(metric, prediction, y));
        averages.add(y.shape[0]!, [loss(prediction, y).item(), ...values]);
      }
    }),
  );
  return averages.values();
}
