// Errors of predicted numbers, over batches.
import { demand, sameShape, show } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";
import { Streaming } from "./streaming.ts";

const square = (x: number): number => x * x;

/** Takes predictions of the targets' shape. */
abstract class Errors extends Streaming {
  protected fits(length: number): boolean {
    return length === 2;
  }

  /** How many numbers it keeps where an example has so many targets. */
  protected numbers(_columns: number): number {
    return 2;
  }

  /** One prediction, one target, and their place among those of an example. */
  protected abstract take(prediction: number, target: number, column: number): void;

  update(prediction: Tensor, target: Tensor): void {
    const { op } = this;
    expectTensor(op, "prediction", prediction);
    expectTensor(op, "target", target);
    const { shape } = target;
    const same = sameShape(prediction.shape, shape) && shape.length > 0;
    demand(same, op, `prediction and target [n, ...] of one shape, target being ${show(shape)}`, prediction.shape);
    const [values, wanted] = [prediction.data, target.data];
    if (wanted.length === 0) return;
    const columns = wanted.length / shape[0]!;
    const known = this.seen.length === 0 || this.seen.length === this.numbers(columns);
    demand(known, op, "as many targets in each example as before", columns);
    for (let i = 0; i < wanted.length; i++) this.take(values[i]!, wanted[i]!, i % columns);
  }

  compute(): number {
    return this.mean();
  }
}

/**
 * The mean of the squared errors of all elements, over batches.
 *
 * @throws TypeError or RangeError, by `update`, for predictions that are not of the targets' shape.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.mean_squared_error.html
 *
 * @example
 * ```ts
 * import { metrics, tensor } from "sedge";
 * const error = new metrics.MeanSquaredError();
 * error.update(tensor([2.5, 0]), tensor([3, -0.5]));
 * error.update(tensor([2, 8]), tensor([2, 7]));
 * error.compute(); // => 0.375
 * ```
 */
export class MeanSquaredError extends Errors {
  protected take(prediction: number, target: number): void {
    this.add(0, square(prediction - target));
    this.add(1, 1);
  }
}

/**
 * The mean of the absolute errors of all elements, over batches.
 *
 * @throws TypeError or RangeError, by `update`, for predictions that are not of the targets' shape.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.mean_absolute_error.html
 *
 * @example
 * ```ts
 * import { metrics, tensor } from "sedge";
 * const error = new metrics.MeanAbsoluteError();
 * error.update(tensor([2.5, 0, 2, 8]), tensor([3, -0.5, 2, 7]));
 * error.compute(); // => 0.5
 * ```
 */
export class MeanAbsoluteError extends Errors {
  protected take(prediction: number, target: number): void {
    this.add(0, Math.abs(prediction - target));
    this.add(1, 1);
  }
}

/**
 * The share of the targets' variance that is explained, over batches: 1 is perfect, 0 no better than their mean. Where examples
 * have several targets it is the mean over these. Of equal targets it is 1 if all are met, else 0; of fewer than two examples
 * NaN.
 *
 * @throws TypeError or RangeError, by `update`, for predictions that are not of the targets' shape, or not of the former batches'.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.r2_score.html
 *
 * @example
 * ```ts
 * import { metrics, tensor } from "sedge";
 * const r2 = new metrics.R2();
 * r2.update(tensor([2.5, 0, 2, 8]), tensor([3, -0.5, 2, 7]));
 * r2.compute().toFixed(4); // => "0.9486"
 * ```
 */
export class R2 extends Errors {
  /** For each target of an example: their number, mean, squared distances from it, squared errors. */
  protected override fits(length: number): boolean {
    return length % 4 === 0;
  }

  protected override numbers(columns: number): number {
    return 4 * columns;
  }

  /** Welford's recurrence: sums of squares would cancel where the mean is large. */
  protected take(prediction: number, target: number, column: number): void {
    const at = 4 * column;
    this.add(at, 1);
    this.add(at + 3, square(prediction - target));
    const off = target - (this.seen[at + 1] ?? 0);
    this.add(at + 1, off / this.seen[at]!);
    this.add(at + 2, off * (target - this.seen[at + 1]!));
  }

  override compute(): number {
    const { seen } = this;
    let sum = 0;
    for (let at = 0; at < seen.length; at += 4) {
      const [n, , spread, error] = seen.slice(at, at + 4) as [number, number, number, number];
      sum += n < 2 ? Number.NaN : spread === 0 ? Number(error === 0) : 1 - error / spread;
    }
    return (4 * sum) / seen.length;
  }
}
