// The area under the ROC curve, exactly: all scores are kept.
import { demand } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { classesOf, eachRow } from "./labels.ts";
import { Streaming } from "./streaming.ts";

/**
 * The area under the ROC curve, over batches: the probability that an example of class 1 scores above one of class 0, equal
 * scores counting half. It keeps every score and is exact;
 * `compute` sorts them. NaN while only one class was seen, and where a score is NaN.
 *
 * Predictions are float32 scores in the targets' shape, logits or probabilities, only their order matters; or logits [n, 2],
 * whose difference is the score. Targets are 0 and 1.
 *
 * @throws TypeError or RangeError, by `update`, for other shapes and targets.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.roc_auc_score.html
 *
 * @example
 * ```ts
 * import { metrics, tensor } from "sedge";
 * const auc = new metrics.RocAuc();
 * auc.update(tensor([0.1, 0.4, 0.35, 0.8]), tensor([0, 0, 1, 1]));
 * auc.compute(); // => 0.75
 * ```
 */
export class RocAuc extends Streaming {
  /** Pairs of a score and its target. */
  protected fits(length: number): boolean {
    return length % 2 === 0;
  }

  update(prediction: Tensor, target: Tensor): void {
    const { op, seen } = this;
    const classes = classesOf(op, prediction, target);
    const ok = prediction.dtype === "float32" && (classes === 0 || classes === 2);
    demand(ok, op, "float32 scores of the target's shape, or logits of two classes, as prediction", prediction.shape);
    if (classes > 0) eachRow(prediction, target, 2, ([no, yes], label) => seen.push(yes! - no!, label));
    else {
      const { data } = target;
      prediction.data.forEach((score, i) => {
        seen.push(score, data[i]!);
      });
    }
  }

  compute(): number {
    const pairs = Array.from({ length: this.seen.length / 2 }, (_, i) => this.seen.slice(2 * i, 2 * i + 2));
    if (pairs.some(([score]) => Number.isNaN(score))) return Number.NaN;
    pairs.sort(([a], [b]) => (a === b ? 0 : a! - b!)); // the difference of equal infinities is NaN
    const counts = [0, 0]; // of each class, below the present score
    let above = 0; // pairs in order, twice
    for (let i = 0; i < pairs.length; ) {
      const score = pairs[i]![0];
      const equal = [0, 0];
      for (; i < pairs.length && pairs[i]![0] === score; i++) equal[pairs[i]![1]!]!++;
      above += equal[1]! * (2 * counts[0]! + equal[0]!);
      counts[0]! += equal[0]!;
      counts[1]! += equal[1]!;
    }
    return above / (2 * counts[0]! * counts[1]!);
  }
}
