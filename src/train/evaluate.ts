// Measures a model on data without changing it. Training is src/train/fit.ts.
import { noGrad } from "../autograd.ts";
import { batches } from "../data/batches.ts";
import { Dataset } from "../data/dataset.ts";
import { type Layer, Module } from "../nn/module.ts";
import { checkOptions, demand } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";
import type { Averages } from "./history.ts";
import { checkMetrics, Measures, type Metrics } from "./measures.ts";

/** From predictions [B, ...] and targets [B, ...] to a scalar tensor, the average over the batch. */
export type Loss = (prediction: Tensor, target: Tensor) => Tensor;

/** Options of {@link evaluate}. */
export interface EvaluateOptions {
  /** What is to be small, such as `crossEntropy`. */
  loss: Loss;
  /** Further figures by name, such as `{ accuracy, f1: new metrics.F1() }`. Default: none. */
  metrics?: Metrics | undefined;
  /** Examples in a batch: a matter of speed and memory, not of results. Default: 256. */
  batchSize?: number | undefined;
}

/** Refuses what is no module; a plain function has no modes to set. */
export function checkModel(op: string, model: unknown): void {
  demand(model instanceof Module, op, "model to be a Module", model, TypeError);
}

/** A loss as a number. */
export function lossOf(op: string, loss: unknown): number {
  expectTensor(op, "what the loss gives", loss);
  demand(loss.size === 1, op, "the loss to give one number, as an average", loss.shape);
  return loss.item();
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
 * @returns `loss`, and each metric by its name: averages over the examples of functions, and what streaming metrics compute,
 *   which are reset first.
 * @throws TypeError for a loss that is no function, a metric that is neither function nor streaming metric, a metric that gives no number, or an unknown option.
 *
 * @example
 * ```ts
 * import { accuracy, crossEntropy, Dataset, evaluate, nn } from "sedge";
 * const data = new Dataset([[0, 1], [1, 0]], Int32Array.of(1, 0));
 * const figures = evaluate(new nn.Linear(2, 2), data, { loss: crossEntropy, metrics: { accuracy } });
 * Object.keys(figures); // => ["loss","accuracy"]
 * ```
 */
export function evaluate<M extends Metrics = Record<never, never>>(
  model: Layer,
  data: Dataset,
  options: EvaluateOptions & { metrics?: M | undefined },
): Averages & { readonly loss: number } & { readonly [Name in keyof M]: number } {
  checkOptions("evaluate", options, ["loss", "metrics", "batchSize"]);
  const { loss, batchSize = 256 } = options ?? {};
  const metrics = checkMetrics("evaluate", loss, options?.metrics);
  checkModel("evaluate", model);
  checkData("evaluate", "data", data);
  const measures = new Measures(metrics);
  inMode(model, false, () =>
    noGrad(() => {
      for (const [x, y] of batches(data, { batchSize })) {
        const prediction = model.call(x);
        const figure = lossOf("evaluate", loss(prediction, y));
        measures.add(y.shape[0]!, figure, prediction, y);
      }
    }),
  );
  return measures.values() as ReturnType<typeof evaluate<M>>;
}
