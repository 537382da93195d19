// The share of examples that are right, over batches: of the first guess, and of the first k.
import { checkInt, demand, readOptions } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { classesOf, eachRow, labelsOf } from "./labels.ts";
import { Streaming } from "./streaming.ts";

/** Right ones, and all. */
abstract class Share extends Streaming {
  protected fits(length: number): boolean {
    return length === 2;
  }

  protected count(right: boolean): void {
    this.add(0, Number(right));
    this.add(1, 1);
  }

  compute(): number {
    return this.mean();
  }
}

/**
 * The share of predictions that are right, over batches. Predictions are float32 logits or probabilities [n, classes, ...],
 * whose largest along axis 1 counts (of equals the first); labels of the targets' shape; or float32 scores of two classes, of
 * the targets' shape, which mean class 1 above `threshold`. Targets are classes, of any dtype.
 *
 * @param options `threshold` of scores of two classes: default 0, which is right for logits; 0.5 for probabilities.
 * @throws TypeError or RangeError, by `update`, for shapes that do not match and for targets beyond the classes.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.accuracy_score.html
 *
 * @example
 * ```ts
 * import { metrics, tensor } from "sedge";
 * const accuracy = new metrics.Accuracy();
 * accuracy.update(tensor([[2, 1], [0, 3]]), tensor([0, 0]));
 * accuracy.update(tensor([[5, 4]]), tensor([0]));
 * accuracy.compute().toFixed(3); // => "0.667"
 * ```
 */
export class Accuracy extends Share {
  private readonly threshold: number;

  constructor(options?: { threshold?: number }) {
    super();
    this.threshold = readOptions(this.op, options, { threshold: 0 }).threshold;
  }

  update(prediction: Tensor, target: Tensor): void {
    for (const [predicted, actual] of labelsOf(this.op, prediction, target, this.threshold)) {
      this.count(predicted === actual);
    }
  }
}

/**
 * The share of examples whose target is among the `k` largest logits, over batches; of equal logits the first count.
 *
 * @param k how many guesses, at least 1.
 * @throws TypeError or RangeError for another `k`; by `update`, for anything but logits [n, classes, ...] and targets [n, ...].
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.top_k_accuracy_score.html
 *
 * @example
 * ```ts
 * import { metrics, tensor } from "sedge";
 * const top2 = new metrics.TopKAccuracy(2);
 * top2.update(tensor([[0.5, 0.2, 0.3], [0.3, 0.5, 0.2]]), tensor([2, 2]));
 * top2.compute(); // => 0.5
 * ```
 */
export class TopKAccuracy extends Share {
  private readonly k: number;

  constructor(k: number) {
    super();
    this.k = checkInt(this.op, "k", k, 1);
  }

  update(prediction: Tensor, target: Tensor): void {
    const classes = classesOf(this.op, prediction, target);
    demand(classes > 0, this.op, "logits [n, classes, ...] as prediction", prediction.shape);
    eachRow(prediction, target, classes, (row, label) => {
      const own = row[label]!;
      const before = row.filter((v, c) => v > own || (v === own && c < label)).length;
      this.count(before < this.k && !Number.isNaN(own));
    });
  }
}
