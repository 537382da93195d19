// A dataset: examples and their targets, held in memory outside of scopes. How it is dealt out is src/data/batches.ts;
// where it may come from is src/data/idx.ts.
import { type TensorLike, tensor } from "../ops/create.ts";
import { keep } from "../scope.ts";
import { checkInt, checkNumber, demand, show, sizeOf } from "../shape.ts";
import { alias, BYTES, fromStorage, Tensor } from "../tensor.ts";

/**
 * Examples `x` [N, ...] and their targets `y` [N, ...], row i of one belonging to row i of the other.
 * It holds them until `dispose()` or until it is unreachable, whatever scope it was made in. A tensor that is passed in
 * is shared, not copied, and may be disposed by its owner.
 *
 * @param x examples, the first axis counting them: a tensor, nested arrays, or a typed array.
 * @param y targets, as many as examples: int32 classes (an `Int32Array` or `Uint8Array`, say), or float32 values.
 * @throws TypeError for what is no tensor and cannot become one; RangeError if there is no example, or the lengths differ.
 *
 * @example
 * ```ts
 * import { Dataset } from "sedge";
 * const data = new Dataset([[0, 0], [0, 1], [1, 0], [1, 1]], Int32Array.of(0, 1, 1, 0));
 * data.length; // => 4
 * data.slice(2).x.toArray(); // => [[1,0],[1,1]]
 * ```
 */
export class Dataset {
  /** The examples, [N, ...]. */
  readonly x: Tensor;
  /** Their targets, [N, ...]. */
  readonly y: Tensor;

  constructor(x: Tensor | TensorLike, y: Tensor | TensorLike) {
    this.x = hold("x", x);
    try {
      this.y = hold("y", y);
    } catch (error) {
      this.x.dispose();
      throw error;
    }
    const [n, m] = [this.x.shape[0], this.y.shape[0]];
    if (n === m && n !== 0) return;
    this.dispose();
    throw new RangeError(
      n === m
        ? "Dataset: expected at least one example, got none"
        : `Dataset: expected as many targets as examples, got ${n} examples and ${m} targets`,
    );
  }

  /** Number of examples. */
  get length(): number {
    return this.x.shape[0]!;
  }

  /**
   * The examples from `start` to `end`, sharing their storage. Negative positions count from the end, as in arrays.
   *
   * @param end one past the last example. Default: the length.
   * @throws RangeError if nothing is left.
   */
  slice(start: number, end: number = this.length): Dataset {
    checkInt("slice", "start", start);
    checkInt("slice", "end", end);
    const n = this.length;
    const from = Math.max(start < 0 ? start + n : start, 0);
    const to = Math.min(end < 0 ? end + n : end, n);
    if (from >= to) throw new RangeError(`slice: expected at least one of ${n} examples, got ${start} to ${end}`);
    const [x, y] = [rows(this.x, from, to), rows(this.y, from, to)];
    try {
      return dataset(x, y);
    } finally {
      x.dispose();
      y.dispose();
    }
  }

  /**
   * The dataset in two parts that share its storage, in order: to train on, and to validate with.
   *
   * @param fraction share of the first part, between 0 and 1; its size is rounded to the nearest whole.
   * @throws RangeError if either part would be empty.
   *
   * @example
   * ```ts
   * import { arange, Dataset } from "sedge";
   * const [train, validation] = new Dataset(arange(10), arange(10)).split(0.8);
   * train.length; // => 8
   * validation.y.toArray(); // => [8,9]
   * ```
   */
  split(fraction: number): [Dataset, Dataset] {
    checkNumber("split", "fraction", fraction, 0, 1);
    const first = Math.round(fraction * this.length);
    if (first === 0 || first === this.length) {
      throw new RangeError(
        `split: expected a fraction that leaves both parts examples, got ${fraction} of ${this.length}`,
      );
    }
    return [this.slice(0, first), this.slice(first)];
  }

  /** Lets go of the tensors; parts made by `slice` and `split` keep theirs. */
  dispose(): void {
    this.x.dispose();
    this.y.dispose();
  }
}

/** Stands outside of the class: the bundler would call a class that names itself _Dataset, on the console too. */
const dataset = (x: Tensor, y: Tensor): Dataset => new Dataset(x, y);

/** A handle of the dataset's own, which no scope releases, off any graph. */
function hold(name: string, values: Tensor | TensorLike): Tensor {
  if (values instanceof Tensor) return keep(alias(expectRows(name, values)));
  demand(
    typeof values === "object" && values !== null,
    "Dataset",
    `${name} to be a tensor or an array`,
    values,
    TypeError,
  );
  const made = tensor(values);
  try {
    return keep(alias(expectRows(name, made)));
  } finally {
    made.dispose();
  }
}

function expectRows(name: string, x: Tensor): Tensor {
  if (x.rank > 0) return x;
  throw new RangeError(`Dataset: expected ${name} to have an axis of examples, got shape ${show(x.shape)}`);
}

/** Rows of the leading axis over the same storage, under no scope. */
function rows(x: Tensor, start: number, end: number): Tensor {
  const row = x.shape.slice(1);
  return fromStorage(x.storage!, x.offset + start * sizeOf(row) * BYTES[x.dtype], [end - start, ...row], x.dtype);
}
