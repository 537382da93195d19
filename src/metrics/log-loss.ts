// Cross-entropy over batches in float64, and the perplexity that it makes.
import { exp, log } from "../numbers.ts";
import { checkInt, demand, readOptions } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { classesOf, eachRow } from "./labels.ts";
import { Streaming } from "./streaming.ts";

/** Options of {@link LogLoss} and {@link Perplexity}. */
export interface LogLossOptions {
  /** Whether predictions are logits (default true), or probabilities. */
  fromLogits?: boolean;
  /** A target that is passed over, as by `crossEntropy`. Default -100. */
  ignoreIndex?: number;
}

/** What keeps a probability off 0 and 1, as scikit-learn does: the step of float32 at 1. */
const LEAST = 2 ** -23;

/** -log p of a probability. */
const surprise = (p: number): number => -log(Math.min(Math.max(p, LEAST), 1 - LEAST));

/** log(sum of e^v), shifted by the largest. */
function logSumExp(row: Float64Array): number {
  const most = row.reduce((a, b) => Math.max(a, b), -Infinity);
  let sum = 0;
  for (const v of row) sum += exp(v - most);
  return most + log(sum);
}

/**
 * The mean of -log p over batches, p being the probability that the prediction gives to the target: cross-entropy, in
 * float64. Predictions are float32 logits or probabilities [n, classes, ...], or, of two classes, those of class 1 in the
 * targets' shape. Probabilities are kept 2^-23 off 0 and 1, so that it is finite.
 *
 * @param options `fromLogits` (default true), `ignoreIndex` (default -100).
 * @throws TypeError or RangeError for other options; by `update`, for shapes that do not match, targets that are no classes,
 *   and probabilities beyond 0 and 1.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.log_loss.html
 *
 * @example
 * ```ts
 * import { metrics, tensor } from "sedge";
 * const loss = new metrics.LogLoss({ fromLogits: false });
 * loss.update(tensor([[0.25, 0.75], [0.5, 0.5]]), tensor([1, 0]));
 * loss.compute().toFixed(4); // => "0.4904"
 * ```
 */
export class LogLoss extends Streaming {
  private readonly fromLogits: boolean;
  private readonly ignoreIndex: number;

  constructor(options?: LogLossOptions) {
    super();
    const { fromLogits, ignoreIndex } = readOptions(this.op, options, { fromLogits: true, ignoreIndex: -100 });
    this.fromLogits = fromLogits;
    this.ignoreIndex = checkInt(this.op, "ignoreIndex", ignoreIndex);
  }

  protected fits(length: number): boolean {
    return length === 2;
  }

  update(prediction: Tensor, target: Tensor): void {
    const { fromLogits, ignoreIndex, op } = this;
    const classes = classesOf(op, prediction, target, ignoreIndex);
    demand(prediction.dtype === "float32", op, "prediction to be float32", prediction.dtype, TypeError);
    const wrong = fromLogits ? undefined : prediction.data.find((p) => p < 0 || p > 1 + LEAST);
    demand(wrong === undefined, op, "probabilities from 0 to 1, as fromLogits is false", wrong);
    const take = (row: Float64Array, label: number): void => {
      if (label === ignoreIndex) return;
      this.add(0, fromLogits ? logSumExp(row) - row[label]! : surprise(row[label]!));
      this.add(1, 1);
    };
    if (classes > 0) {
      eachRow(prediction, target, classes, take);
      return;
    }
    const { data } = target;
    prediction.data.forEach((v, i) => {
      take(Float64Array.of(fromLogits ? 0 : 1 - v, v), data[i]!);
    });
  }

  compute(): number {
    return this.mean();
  }
}

/**
 * e to the mean cross-entropy, over batches: among how many equally likely classes a model would be as unsure. Of a text's
 * next tokens the predictions are logits [n, classes, ...], as for `crossEntropy`.
 *
 * @param options `fromLogits` (default true), `ignoreIndex` (default -100).
 * @throws as {@link LogLoss}.
 * @see https://lightning.ai/docs/torchmetrics/stable/text/perplexity.html
 *
 * @example
 * ```ts
 * import { metrics, tensor, zeros } from "sedge";
 * const perplexity = new metrics.Perplexity();
 * perplexity.update(zeros([2, 5]), tensor([0, 3]));
 * perplexity.compute().toFixed(6); // => "5.000000"
 * ```
 */
export class Perplexity extends LogLoss {
  override compute(): number {
    return exp(super.compute());
  }
}
