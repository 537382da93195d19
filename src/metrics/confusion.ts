// Which class was taken for which, over batches.
import { checkText, demand, readOptions } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { labelsOf } from "./labels.ts";
import { Streaming } from "./streaming.ts";

/** Most classes: their squares are counted. */
const MOST = 4096;

/**
 * How often each class was predicted for each, over batches. Predictions are read as by {@link Accuracy}.
 *
 * `matrix` holds the counts: a row for each target class, a column for each predicted one. `compute()` is the accuracy, the
 * diagonal's share. `toString()` gives a table.
 *
 * @param options `names` of the classes, as many as there are (default: numbers, as many as are met); `threshold` of scores of
 *   two classes (default 0, for logits; 0.5 for probabilities).
 * @throws TypeError or RangeError for other options; by `update`, for shapes that do not match, targets that are no classes,
 *   and classes beyond the names.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.confusion_matrix.html
 *
 * @example
 * ```ts
 * import { metrics, tensor } from "sedge";
 * const confusion = new metrics.ConfusionMatrix({ names: ["cat", "dog"] });
 * confusion.update(tensor([[2, 1], [0, 3], [1, 4]]), tensor([0, 0, 1]));
 * confusion.matrix; // => [[1,1],[0,1]]
 * console.log(`${confusion}`);
 * ```
 */
export class ConfusionMatrix extends Streaming {
  private readonly names: readonly string[] | null;
  private readonly threshold: number;

  constructor(options?: { names?: readonly string[]; threshold?: number }) {
    super();
    const defaults = { names: null as readonly string[] | null, threshold: 0 };
    const { names, threshold } = readOptions(this.op, options, defaults);
    const isList = names === null || (Array.isArray(names) && names.length > 0 && names.length <= MOST);
    demand(isList, this.op, `names to be a list of 1 to ${MOST} texts`, names, TypeError);
    names?.forEach((name, i) => {
      checkText(this.op, `names[${i}]`, name);
    });
    [this.names, this.threshold] = [names, threshold];
    this.reset();
  }

  /** Rows of counts: `matrix[i][j]` examples of class i were taken for class j. */
  get matrix(): number[][] {
    const n = Math.sqrt(this.seen.length);
    return Array.from({ length: n }, (_, i) => this.seen.slice(i * n, (i + 1) * n));
  }

  override reset(): void {
    this.seen = [];
    if (this.names) this.widen(this.names.length);
  }

  protected fits(length: number): boolean {
    return this.names ? length === this.names.length * this.names.length : Number.isInteger(Math.sqrt(length));
  }

  /** Makes room for `n` classes. */
  private widen(n: number): void {
    const { matrix } = this;
    if (n > matrix.length) this.seen = Array.from({ length: n * n }, (_, i) => matrix[Math.floor(i / n)]?.[i % n] ?? 0);
  }

  update(prediction: Tensor, target: Tensor): void {
    const pairs = labelsOf(this.op, prediction, target, this.threshold);
    const last = pairs.reduce((most, pair) => Math.max(most, ...pair), -1);
    const bound = this.names?.length ?? MOST;
    demand(last < bound, this.op, `classes below ${bound}${this.names ? ", the number of names" : ""}`, last);
    this.widen(last + 1);
    const n = Math.sqrt(this.seen.length);
    for (const [predicted, actual] of pairs) this.seen[actual * n + predicted]!++;
  }

  compute(): number {
    const { matrix } = this;
    return matrix.reduce((sum, row, i) => sum + row[i]!, 0) / this.seen.reduce((sum, v) => sum + v, 0);
  }

  override toString(): string {
    const { matrix } = this;
    const names = this.names ?? matrix.map((_, i) => String(i));
    const lines = [["", ...names], ...matrix.map((row, i) => [names[i]!, ...row.map(String)])];
    const widths = lines[0]!.map((_, j) => Math.max(...lines.map((line) => line[j]!.length)));
    const table = lines.map(([first, ...rest]) =>
      [first!.padEnd(widths[0]!), ...rest.map((text, j) => text.padStart(widths[j + 1]!))].join("  "),
    );
    return ["rows: target, columns: predicted", ...table].join("\n");
  }
}
