// From tables to datasets by encodings that were fitted on the training split, and back from predictions to a table's
// values. The encodings themselves are src/data/encodings.ts.
import { noGrad } from "../autograd.ts";
import { add, mul } from "../ops/binary.ts";
import { tensor } from "../ops/create.ts";
import { tidy } from "../scope.ts";
import { checkOptions, demand, describe, fault, show } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { Dataset } from "./dataset.ts";
import {
  type Category,
  type Encoding,
  type FittedColumn,
  fitColumn,
  inverseOf,
  isEncoding,
  isFitted,
  numeric,
  widthOf,
  writeColumn,
} from "./encodings.ts";
import { Table } from "./table.ts";

/** Encodings by column. */
export type Encodings = Readonly<Record<string, Encoding>>;

/** What a {@link TableEncoder} makes of a table. */
export interface TableEncoderOptions {
  /** Encodings of the columns that become `x`, by name, in order; or one for every column that is no target. */
  features: Encodings | Encoding;
  /** Encodings of the columns that become `y`, by name. Default: none, for tables to predict from. */
  target?: Encodings;
}

/** A fitted {@link TableEncoder} as plain JSON. */
export interface TableEncoderState {
  readonly features: readonly FittedColumn[];
  readonly target: readonly FittedColumn[];
}

/**
 * Encodings of a table's columns, fitted on the training split and then used on every other: what scikit-learn's
 * ColumnTransformer, SimpleImputer and LabelEncoder do together. `JSON.stringify` gives its state, which fits into the
 * metadata of a safetensors file beside the weights; `TableEncoder.fromJSON` reads it.
 *
 * @param options `features` and `target`, encodings by column: `standardize`, `minMax`, `numeric`, `oneHot`, `label`.
 * @throws TypeError for what is no encoding; RangeError for no feature.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.compose.ColumnTransformer.html
 *
 * @example
 * ```ts
 * import { label, oneHot, standardize, Table, TableEncoder } from "sedge/data";
 * const train = new Table({ age: [20, 40, null], sex: ["m", "f", "f"], alive: [false, true, true] });
 * const encoder = new TableEncoder({
 *   features: { age: standardize({ missing: "median" }), sex: oneHot() },
 *   target: { alive: label() },
 * }).fit(train);
 * encoder.featureNames; // => ["age","sex_f","sex_m"]
 * const { x, y } = encoder.transform(train);
 * x.shape; // => [3,3]
 * y.toArray(); // => [0,1,1]
 * const again = TableEncoder.fromJSON(JSON.stringify(encoder));
 * again.labels(y); // => [false,true,true]
 * ```
 */
export class TableEncoder {
  /** Null in one of JSON, which knows what was learnt, not how. */
  private encodings: TableEncoderOptions | null;
  private state: TableEncoderState | null = null;

  constructor(options: TableEncoderOptions) {
    const op = "TableEncoder";
    checkOptions(op, options, ["features", "target"]);
    const { features, target = {} } = options ?? {};
    if (!isEncoding(features)) checkEncodings("features", features);
    checkEncodings("target", target);
    demand(isEncoding(features) || Object.keys(features).length > 0, op, "at least one feature", features);
    this.encodings = { features, target };
  }

  /** Learns from the training split, and returns the encoder. */
  fit(table: Table): this {
    checkTable("fit", table);
    if (this.encodings === null)
      throw new TypeError("fit: expected an encoder that is not from JSON, got a fitted one");
    const { features, target = {} } = this.encodings;
    const rest = table.columns.filter((name) => !Object.hasOwn(target, name));
    const all = isEncoding(features) ? rest.map((name) => [name, features] as const) : Object.entries(features);
    const fitted = (list: readonly (readonly [string, Encoding])[]): FittedColumn[] =>
      list.map(([name, encoding]) => fitColumn(table, name, encoding));
    this.state = { features: fitted(all), target: fitted(Object.entries(target)) };
    return this;
  }

  /**
   * A dataset of a table: `x` float32 [N, features]; `y` int32 [N] of classes for one `label()`, else float32 [N, targets].
   *
   * @throws RangeError for a category or class that training has not seen, a gap, or a cell that is no number, each with its
   * column, line and value; for an encoder without a target. TypeError before `fit`.
   */
  transform(table: Table): Dataset {
    const { features, target } = this.fitted("transform");
    checkTable("transform", table);
    if (target.length === 0)
      throw fault("transform", "an encoder with a target", "none; features(table) gives x alone");
    return tidy(() => new Dataset(encode("transform", features, table), encode("transform", target, table, true)));
  }

  /** The features of a table, float32 [N, features]: to predict from, where there is no target yet. */
  features(table: Table): Tensor {
    const { features } = this.fitted("features");
    checkTable("features", table);
    return encode("features", features, table);
  }

  /** What each of the features is: a column's name, or `column_category` of a `oneHot()`. */
  get featureNames(): string[] {
    return this.fitted("featureNames").features.flatMap(({ column, kind, categories }) =>
      kind === "oneHot" ? categories!.map((category) => `${column}_${category}`) : [column],
    );
  }

  /** The classes of the target, each at the place of its number. */
  get classes(): Category[] {
    return [...this.label("classes").categories!];
  }

  /** The classes of an int32 tensor of their numbers [N], such as `argmax` of a model's predictions. */
  labels(y: Tensor): Category[] {
    const { categories } = this.label("labels");
    const n = categories!.length;
    demand(y instanceof Tensor, "labels", "y to be a tensor", y, TypeError);
    if (y.dtype !== "int32" || y.rank !== 1) throw fault("labels", "y int32 [N]", `${y.dtype} ${show(y.shape)}`);
    return Array.from(y.data, (i) => {
      demand(i >= 0 && i < n, "labels", `classes from 0 to ${n - 1}`, i);
      return categories![i]!;
    });
  }

  /** Predictions [N, targets] of a target of numbers, in the units of the table. */
  inverse(y: Tensor): Tensor {
    const { target } = this.fitted("inverse");
    if (target.length === 0) throw fault("inverse", "an encoder with a target", "none");
    const scales = target.map(inverseOf);
    demand(y instanceof Tensor, "inverse", "y to be a tensor", y, TypeError);
    const fits = y.dtype === "float32" && y.rank === 2 && y.shape[1] === target.length;
    if (!fits) throw fault("inverse", `y float32 [N, ${target.length}]`, `${y.dtype} ${show(y.shape)}`);
    const of = (part: 0 | 1): Tensor => tensor(scales.map((scale) => scale[part]));
    return noGrad(() => tidy(() => add(mul(y, of(1)), of(0))));
  }

  /** What `JSON.stringify` writes. */
  toJSON(): TableEncoderState {
    return this.fitted("toJSON");
  }

  /**
   * A fitted encoder of what `toJSON` gave, or of its text.
   *
   * @throws RangeError for text that is no JSON, or JSON of something else.
   */
  static fromJSON(json: string | TableEncoderState): TableEncoder {
    const op = "fromJSON";
    let state: unknown = json;
    try {
      if (typeof json === "string") state = JSON.parse(json);
    } catch (cause) {
      throw new RangeError(`${op}: expected the JSON of an encoder, got ${(cause as Error).message}`, { cause });
    }
    const { features, target } = (state ?? {}) as Partial<TableEncoderState>;
    const good = [features, target].every((list) => Array.isArray(list) && list.every(isFitted));
    demand(good && features!.length > 0, op, "the state of a fitted TableEncoder", json);
    const made = encoder();
    made.encodings = null;
    made.state = state as TableEncoderState;
    return made;
  }

  private fitted(op: string): TableEncoderState {
    if (this.state === null) throw new TypeError(`${op}: expected a fitted TableEncoder; call fit(table) first`);
    return this.state;
  }

  private label(op: string): FittedColumn {
    const { target } = this.fitted(op);
    const [only] = target;
    if (target.length === 1 && only!.kind === "label") return only!;
    throw fault(
      op,
      "an encoder whose target is one label()",
      target.map(({ kind }) => `${kind}()`).join(", ") || "none",
    );
  }
}

/** Stands outside of the class: the bundler would call a class that names itself _TableEncoder. */
const encoder = (): TableEncoder => new TableEncoder({ features: numeric() });

/** Columns side by side: float32 [N, width], or int32 [N] of a target that is one label. */
function encode(op: string, columns: readonly FittedColumn[], table: Table, mayBeClasses = false): Tensor {
  const n = table.length;
  const labels = mayBeClasses && columns.length === 1 && columns[0]!.kind === "label";
  const width = columns.reduce((sum, column) => sum + widthOf(column), 0);
  const out = labels ? new Int32Array(n) : new Float32Array(n * width);
  let offset = 0;
  for (const column of columns) {
    writeColumn(op, column, table, out, offset, width);
    offset += widthOf(column);
  }
  return tensor(out, { shape: labels ? [n] : [n, width] });
}

function checkTable(op: string, table: unknown): void {
  demand(table instanceof Table, op, "a Table", table, TypeError);
}

function checkEncodings(name: string, encodings: unknown): void {
  const plain = typeof encodings === "object" && describe(encodings) === "an object";
  demand(plain, "TableEncoder", `${name} to be encodings by column, as { age: standardize() }`, encodings, TypeError);
  for (const [column, encoding] of Object.entries(encodings as object)) {
    demand(isEncoding(encoding), "TableEncoder", `an encoding of ${JSON.stringify(column)}`, encoding, TypeError);
  }
}
