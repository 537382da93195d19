// Runs a model over many examples, batch by batch. Measuring it is src/train/evaluate.ts.
import { noGrad } from "../autograd.ts";
import { Dataset } from "../data/dataset.ts";
import type { Layer } from "../nn/module.ts";
import { cat } from "../ops/join.ts";
import { slice } from "../ops/slice.ts";
import { tidy } from "../scope.ts";
import { checkInt, demand, readOptions } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { checkModel, inMode } from "./evaluate.ts";

/**
 * A model's results for all examples, in evaluation mode and without gradients, computed batch by batch. Modes and memory
 * are as before, but for the result.
 *
 * @param model takes [B, ...] to one tensor [B, ...].
 * @param data a tensor [N, ...] of examples, or a dataset, whose targets are not looked at.
 * @param options `batchSize` (default 256): a matter of speed and memory, not of results.
 * @returns the results [N, ...].
 * @throws TypeError for other data, and for a model that gives anything but a tensor; RangeError if there is no example.
 * @see https://keras.io/api/models/model_training_apis/#predict-method
 *
 * @example
 * ```ts
 * import { nn, ones, predict } from "sedge";
 * predict(new nn.Linear(3, 2), ones([1000, 3])).shape; // => [1000,2]
 * ```
 */
export function predict(model: Layer, data: Tensor | Dataset, options?: { batchSize?: number }): Tensor {
  const op = "predict";
  const { batchSize } = readOptions(op, options, { batchSize: 256 });
  checkInt(op, "batchSize", batchSize, 1);
  checkModel(op, model);
  const x = data instanceof Dataset ? data.x : data;
  demand(x instanceof Tensor, op, "data to be a tensor or a Dataset", data, TypeError);
  const n = x.shape[0];
  demand(n !== undefined && n > 0, op, "data to have examples along axis 0", x.shape);
  const part = (start: number): Tensor =>
    tidy(() => {
      const y: unknown = model.call(slice(x, { start, stop: Math.min(start + batchSize, n) }));
      demand(y instanceof Tensor, op, "the model to give a tensor", y, TypeError);
      return y;
    });
  return inMode(model, false, () =>
    noGrad(() => tidy(() => cat(Array.from({ length: Math.ceil(n / batchSize) }, (_, i) => part(i * batchSize))))),
  );
}
