// Precision, recall and F1: counts by class over batches, and averages over the classes.
import { demand, readOptions, refusal } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { labelsOf } from "./labels.ts";
import { Streaming } from "./streaming.ts";

/** How classes make one figure: class 1 alone, all decisions alike, or all classes alike. */
export type Average = "binary" | "micro" | "macro";

/** Options of {@link Precision}, {@link Recall} and {@link F1}. */
export interface AverageOptions {
  /**
   * `"binary"` (default): the figure of class 1 of two; `"micro"`: of all decisions together, which for one label each is the
   * accuracy; `"macro"`: the mean over the classes that were predicted or were right at least once.
   */
  average?: Average;
  /** Above which a score of two classes means class 1. Default 0, which is right for logits; 0.5 for probabilities. */
  threshold?: number;
}

const AVERAGES: readonly Average[] = ["binary", "micro", "macro"];

/** Three counts for each class: predicted and right, predicted, right. */
abstract class ByClass extends Streaming {
  private readonly average: Average;
  private readonly threshold: number;

  constructor(options?: AverageOptions) {
    super();
    const { average, threshold } = readOptions(this.op, options, { average: "binary" as Average, threshold: 0 });
    if (!AVERAGES.includes(average)) throw refusal(this.op, `average to be one of ${AVERAGES.join(", ")}`, average);
    [this.average, this.threshold] = [average, threshold];
  }

  /** What the hits are a share of. */
  protected abstract whole(predicted: number, actual: number): number;

  protected fits(length: number): boolean {
    return length % 3 === 0;
  }

  update(prediction: Tensor, target: Tensor): void {
    const pairs = labelsOf(this.op, prediction, target, this.threshold);
    const beyond = this.average === "binary" ? pairs.flat().find((label) => label > 1) : undefined;
    demand(beyond === undefined, this.op, 'classes 0 and 1; pass { average: "macro" } or "micro" for more', beyond);
    for (const [predicted, actual] of pairs) {
      this.add(3 * Math.max(predicted, actual) + 2, 0); // room for all three of both
      this.add(3 * predicted, Number(predicted === actual));
      this.add(3 * predicted + 1, 1);
      this.add(3 * actual + 2, 1);
    }
  }

  compute(): number {
    const { seen, average } = this;
    if (seen.length === 0) return Number.NaN;
    const counts = [0, 1, 2].map((kind) => seen.filter((_, i) => i % 3 === kind));
    const figure = (hits = 0, predicted = 0, actual = 0): number => {
      const whole = this.whole(predicted, actual);
      return whole === 0 ? 0 : hits / whole; // as scikit-learn's zero_division=0
    };
    if (average === "binary") return figure(seen[3], seen[4], seen[5]);
    const total = (list: readonly number[]): number => list.reduce((sum, v) => sum + v, 0);
    if (average === "micro") return figure(...counts.map(total));
    const [hits, predicted, actual] = counts as [number[], number[], number[]];
    const figures = hits.flatMap((h, c) =>
      predicted[c]! + actual[c]! > 0 ? [figure(h, predicted[c], actual[c])] : [],
    );
    return total(figures) / figures.length;
  }
}

/**
 * The share of the predicted that is right, over batches: of those said to be of a class, how many are. Where nothing was
 * predicted it is 0. Predictions are read as by {@link Accuracy}.
 *
 * @param options `average` (default `"binary"`), `threshold` (default 0).
 * @throws TypeError or RangeError for other options; by `update`, for shapes that do not match, targets that are no classes,
 *   and a third class where `average` is `"binary"`.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.precision_score.html
 *
 * @example
 * ```ts
 * import { metrics, tensor } from "sedge";
 * const precision = new metrics.Precision();
 * precision.update(tensor([2.5, 0.1, -1, 3]), tensor([1, 0, 1, 1])); // logits of class 1
 * precision.compute().toFixed(3); // => "0.667"
 * ```
 */
export class Precision extends ByClass {
  protected whole(predicted: number): number {
    return predicted;
  }
}

/**
 * The share of the right that is predicted, over batches: of those that are of a class, how many are said to be. Where there
 * are none it is 0. Predictions are read as by {@link Accuracy}.
 *
 * @param options `average` (default `"binary"`), `threshold` (default 0).
 * @throws as {@link Precision}.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.recall_score.html
 *
 * @example
 * ```ts
 * import { metrics, tensor } from "sedge";
 * const recall = new metrics.Recall({ average: "macro" });
 * recall.update(tensor([0, 0, 1, 2], { dtype: "int32" }), tensor([0, 1, 1, 2], { dtype: "int32" })); // labels
 * recall.compute().toFixed(3); // => "0.833"
 * ```
 */
export class Recall extends ByClass {
  protected whole(_: number, actual: number): number {
    return actual;
  }
}

/**
 * The harmonic mean of precision and recall, over batches; 0 where both are. Predictions are read as by {@link Accuracy}.
 *
 * @param options `average` (default `"binary"`), `threshold` (default 0).
 * @throws as {@link Precision}.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.f1_score.html
 *
 * @example
 * ```ts
 * import { metrics, tensor } from "sedge";
 * const f1 = new metrics.F1({ average: "macro" });
 * f1.update(tensor([[2, 1, 0], [0, 3, 1], [5, 4, 9]]), tensor([0, 1, 1])); // logits of three classes
 * f1.compute().toFixed(3); // => "0.556"
 * ```
 */
export class F1 extends ByClass {
  protected whole(predicted: number, actual: number): number {
    return (predicted + actual) / 2;
  }
}
