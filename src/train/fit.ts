// Trains a model on a dataset: the public function. Its options are src/train/options.ts, the run src/train/run.ts.
import type { Dataset } from "../data/dataset.ts";
import type { Layer } from "../nn/module.ts";
import { seed as setSeed } from "../random.ts";
import type { History } from "./history.ts";
import { type FitOptions, plan } from "./options.ts";
import { Training } from "./run.ts";

/**
 * Trains a model: for each batch the loss, its gradients, one step of the optimizer; after each epoch a measurement on
 * the validation data. Memory is released as it goes, and the modules' modes are as before at the end. Every so often it
 * lets the event loop turn, so that pages stay alive and signals are heard; random numbers drawn by others
 * meanwhile change what follows.
 *
 * A model in evaluation mode trains as a whole; one in training mode keeps the modes of its parts, so that
 * `model.getSubmodule("features").eval()` holds their dropout and batch normalisation still.
 *
 * @param model takes examples [B, ...] to predictions.
 * @param data the examples to learn.
 * @param options `loss`, `optimizer`, `epochs`; `batchSize` (default 32), `shuffle` (default true), `validation`, `metrics`,
 * `callbacks`, `schedule`, `clip`, `accumulate` (default 1), `classWeights`, `augment`, `seed`, `signal`, `resume`:
 * see {@link FitOptions}.
 * @returns a record for each epoch, the wall time, and why it stopped early, if it did.
 * @throws TypeError or RangeError for options that make no sense, for a checkpoint of another run, and for a loss that is not finite: the
 * weights are then those before that step. What the model, the loss or a callback throws.
 * @see https://keras.io/api/models/model_training_apis/#fit-method
 *
 * @example
 * ```ts
 * import { Dataset, fit, mse, nn, optim } from "sedge";
 * const data = new Dataset([[0], [1], [2], [3]], [[1], [3], [5], [7]]);
 * const model = new nn.Linear(1, 1);
 * const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
 * const { epochs } = await fit(model, data, { loss: mse, optimizer, epochs: 100, batchSize: 4 });
 * epochs.length; // => 100
 * ```
 */
export async function fit(model: Layer, data: Dataset, options: FitOptions): Promise<History> {
  const run = new Training(plan(model, data, options));
  if (options.seed !== undefined) setSeed(options.seed);
  return await run.go(options.resume);
}
