// Encodings of a table's columns as numbers: what they learn of a column, and how they write it. They are put together in
// src/data/encoder.ts. All arithmetic is of float64, + - * / and sqrt only, so that every engine gives the same bits.
import { checkOptions, demand, describe, fault, refusal } from "../shape.ts";
import { type Cell, type Table, textOf } from "./table.ts";

/** A class or category, as the table holds it. */
export type Category = number | string | boolean;

/** What stands in for a gap in a column of numbers: what the training split says, or a number. */
export type NumberFill = "mean" | "median" | "mostFrequent" | number;

/** How a column becomes numbers: made by {@link standardize}, {@link minMax}, {@link numeric}, {@link oneHot}, {@link label}. */
export interface Encoding {
  readonly kind: "standardize" | "minMax" | "numeric" | "oneHot" | "label";
  readonly missing?: NumberFill | Category;
  readonly unknown?: "error" | "ignore";
}

/** What an encoding has learnt of a column, as plain JSON. */
export interface FittedColumn {
  readonly column: string;
  readonly kind: Encoding["kind"];
  /** What stands in for a gap; a gap is an error without it. */
  readonly fill?: Category;
  /** Of numbers: what is subtracted first, and what is divided by then. */
  readonly shift?: number;
  readonly scale?: number;
  /** Of categories: those seen, in order. */
  readonly categories?: readonly Category[];
  readonly unknown?: "error" | "ignore";
}

const FILLS = ["mean", "median", "mostFrequent"];

function numbersBy(kind: Encoding["kind"], options: { missing?: NumberFill } | undefined): Encoding {
  checkOptions(kind, options, ["missing"]);
  const missing = options?.missing;
  if (missing === undefined) return { kind };
  const good = typeof missing === "number" ? Number.isFinite(missing) : FILLS.includes(missing);
  demand(good, kind, `missing to be a number or one of ${FILLS.join(", ")}`, missing);
  return { kind, missing };
}

/**
 * Numbers with their mean taken off, over their standard deviation (of the population, as in scikit-learn). A column of
 * one value becomes 0.
 *
 * @param options `missing`: what fills gaps: "mean", "median", "mostFrequent" (of several the least) or a number. Default: a
 * gap is an error. The mean and deviation are those of the filled column.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.preprocessing.StandardScaler.html
 *
 * @example
 * ```ts
 * import { standardize, Table, TableEncoder } from "sedge/data";
 * const table = new Table({ age: [20, null, 40] });
 * const encoder = new TableEncoder({ features: { age: standardize({ missing: 40 }) } });
 * encoder.fit(new Table({ age: [20, 40] })).features(table).toArray(); // => [[-1],[1],[1]]
 * ```
 */
export const standardize = (options?: { missing?: NumberFill }): Encoding => numbersBy("standardize", options);

/**
 * Numbers moved and scaled so that those of the training split lie within 0 and 1. A column of one value becomes 0.
 *
 * @param options `missing` as in {@link standardize}.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.preprocessing.MinMaxScaler.html
 *
 * @example
 * ```ts
 * import { minMax, Table, TableEncoder } from "sedge/data";
 * const table = new Table({ age: [20, 30, 60] });
 * new TableEncoder({ features: { age: minMax() } }).fit(table).features(table).toArray(); // => [[0],[0.25],[1]]
 * ```
 */
export const minMax = (options?: { missing?: NumberFill }): Encoding => numbersBy("minMax", options);

/**
 * Numbers as they are.
 *
 * @param options `missing` as in {@link standardize}.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.impute.SimpleImputer.html
 *
 * @example
 * ```ts
 * import { numeric, Table, TableEncoder } from "sedge/data";
 * const table = new Table({ pixel: [0, null, 16] });
 * const encoder = new TableEncoder({ features: { pixel: numeric({ missing: "mean" }) } });
 * encoder.fit(table).features(table).toArray(); // => [[0],[8],[16]]
 * ```
 */
export const numeric = (options?: { missing?: NumberFill }): Encoding => numbersBy("numeric", options);

function categoriesBy(
  kind: Encoding["kind"],
  options: { missing?: Category; unknown?: "error" | "ignore" } | undefined,
  allowed: readonly string[],
): Encoding {
  checkOptions(kind, options, allowed);
  const { missing, unknown = "error" } = options ?? {};
  demand(["error", "ignore"].includes(unknown), kind, 'unknown to be "error" or "ignore"', unknown);
  const good = missing === undefined || ["string", "number", "boolean"].includes(typeof missing);
  demand(good, kind, 'missing to be a category or "mostFrequent"', missing, TypeError);
  return { kind, unknown, ...(missing === undefined ? {} : { missing }) };
}

/**
 * A place for each category of the training split, in sorted order, 1 in the row's own and 0 in the others.
 *
 * @param options `missing`: the category that stands in for a gap, which may be one of its own, or "mostFrequent" (default:
 * a gap is an error); `unknown`: whether a category that training has not seen is an "error" (default), or gives zeros,
 * "ignore".
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.preprocessing.OneHotEncoder.html
 *
 * @example
 * ```ts
 * import { oneHot, Table, TableEncoder } from "sedge/data";
 * const encoder = new TableEncoder({ features: { port: oneHot({ unknown: "ignore" }) } });
 * encoder.fit(new Table({ port: ["S", "C", "S"] }));
 * encoder.featureNames; // => ["port_C","port_S"]
 * encoder.features(new Table({ port: ["S", "Q"] })).toArray(); // => [[0,1],[0,0]]
 * ```
 */
export const oneHot = (options?: { missing?: Category; unknown?: "error" | "ignore" }): Encoding =>
  categoriesBy("oneHot", options, ["missing", "unknown"]);

/**
 * The number of the category among the sorted ones of the training split: the classes of a target.
 *
 * @param options `missing` as in {@link oneHot}.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.preprocessing.LabelEncoder.html
 *
 * @example
 * ```ts
 * import { label, numeric, Table, TableEncoder } from "sedge/data";
 * const table = new Table({ size: [1, 2, 3], kind: ["pine", "fir", "pine"] });
 * const encoder = new TableEncoder({ features: { size: numeric() }, target: { kind: label() } }).fit(table);
 * encoder.classes; // => ["fir","pine"]
 * encoder.transform(table).y.toArray(); // => [1,0,1]
 * ```
 */
export const label = (options?: { missing?: Category }): Encoding => categoriesBy("label", options, ["missing"]);

const KINDS = ["standardize", "minMax", "numeric", "oneHot", "label"];

/** Whether a value is an encoding. */
export const isEncoding = (value: unknown): value is Encoding =>
  typeof value === "object" && value !== null && KINDS.includes((value as Encoding).kind);

/** Whether a value is what {@link fitColumn} gives, in what `widthOf` and `writeColumn` use. */
export const isFitted = (value: unknown): value is FittedColumn => {
  if (!isEncoding(value)) return false;
  const { column, kind, shift, scale, categories } = value as unknown as FittedColumn;
  if (typeof column !== "string") return false;
  return ofCategories(kind) ? Array.isArray(categories) : Number.isFinite(shift) && Number.isFinite(scale);
};

const ofCategories = (kind: Encoding["kind"]): boolean => kind === "oneHot" || kind === "label";

/** What an encoding learns of a column. */
export function fitColumn(table: Table, column: string, encoding: Encoding): FittedColumn {
  return ofCategories(encoding.kind)
    ? fitCategories(table, column, encoding)
    : fitNumbers(table, column, encoding.kind, encoding.missing as NumberFill | undefined);
}

function fitNumbers(table: Table, column: string, kind: Encoding["kind"], missing?: NumberFill): FittedColumn {
  const found = table.floats("fit", column);
  const known = found.filter((v) => !Number.isNaN(v));
  const fill = typeof missing === "string" ? fillOf(column, known, missing) : missing;
  const values = fill === undefined ? known : found.map((v) => (Number.isNaN(v) ? fill : v));
  if (known.length < found.length && fill === undefined) throw gap(table, "fit", column, found.findIndex(Number.isNaN));
  const [low, high] = values.reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [Infinity, -Infinity]);
  let [shift, scale] = [0, 1];
  if (kind === "minMax") [shift, scale] = [low, high - low];
  // a column of one value has no deviation, and its mean may be off in the last bit
  else if (kind === "standardize" && low === high) [shift, scale] = [low, 0];
  else if (kind === "standardize") {
    shift = mean(values);
    scale = Math.sqrt(mean(values.map((v) => (v - shift) * (v - shift))));
  }
  const bounded = Number.isFinite(shift) && Number.isFinite(scale);
  if (!bounded)
    throw fault("fit", `column ${JSON.stringify(column)} of numbers whose squares are finite`, `${low} to ${high}`);
  return { column, kind, ...(fill === undefined ? {} : { fill }), shift, scale: scale === 0 ? 1 : scale };
}

function mean(values: Float64Array): number {
  let sum = 0;
  for (const v of values) sum += v;
  return sum / values.length;
}

function fillOf(column: string, known: Float64Array, how: string): number {
  const n = known.length;
  if (n === 0)
    throw fault("fit", `column ${JSON.stringify(column)} to have a number to take the ${how} of`, "gaps only");
  if (how === "mean") return mean(known);
  const sorted = known.slice().sort();
  if (how === "median") return (sorted[(n - 1) >> 1]! + sorted[n >> 1]!) / 2;
  return mostFrequent([...sorted]);
}

/** The value that is there most often; of several the first. */
function mostFrequent<T>(values: readonly T[]): T {
  const counts = new Map<T, number>();
  for (const v of values) counts.set(v, (counts.get(v) ?? 0) + 1);
  return [...counts].reduce((best, next) => (next[1] > best[1] ? next : best))[0];
}

function fitCategories(table: Table, column: string, encoding: Encoding): FittedColumn {
  const { kind, missing, unknown } = encoding;
  const cells = table.cells("fit", column);
  const known = cells.filter((cell) => cell !== null).sort(byValue);
  if (missing === "mostFrequent" && known.length === 0) {
    throw fault("fit", `column ${JSON.stringify(column)} to have a category`, "gaps only");
  }
  const fill = missing === "mostFrequent" ? mostFrequent(known) : missing;
  const first = cells.indexOf(null);
  if (first >= 0 && fill === undefined) throw gap(table, "fit", column, first);
  // the category of gaps is one of those of training only if training has gaps, or cells of that name
  const isNew = first >= 0 && !known.some((cell) => String(cell) === String(fill));
  const all = isNew ? [...known, fill!].sort(byValue) : known;
  return {
    ...{ column, kind, categories: [...new Set(all)], unknown: unknown! },
    ...(fill === undefined ? {} : { fill }),
  };
}

/** Numbers by size, text by its UTF-16 units as `<` has it; a fill of another kind than the column by its kind's name. */
function byValue(a: Category, b: Category): number {
  const [x, y] = typeof a === typeof b ? [a, b] : [typeof a, typeof b];
  return x < y ? -1 : x > y ? 1 : 0;
}

const gap = (table: Table, op: string, column: string, row: number): Error =>
  table.refuse(op, column, "without gaps; missing says what to put there", row);

/** Numbers that a column becomes in each row. */
export const widthOf = ({ kind, categories }: FittedColumn): number => (kind === "oneHot" ? categories!.length : 1);

/** Writes a column to `out`, where a row begins every `stride` numbers, from `offset` on. */
export function writeColumn(
  op: string,
  fitted: FittedColumn,
  table: Table,
  out: Float32Array | Int32Array,
  offset: number,
  stride: number,
): void {
  const { column, kind, fill } = fitted;
  if (!ofCategories(kind)) {
    const { shift = 0, scale = 1 } = fitted;
    for (const [i, v] of table.floats(op, column).entries()) {
      const value = Number.isNaN(v) ? fill : v;
      if (value === undefined) throw gap(table, op, column, i);
      const written = Math.fround(((value as number) - shift) / scale);
      if (!Number.isFinite(written)) throw table.refuse(op, column, "to fit into float32", i);
      out[offset + i * stride] = written;
    }
    return;
  }
  const cells = table.cells(op, column);
  const placeOf = placesOf(fitted.categories!, typeof cells.find((cell) => cell !== null));
  for (const [i, cell] of cells.entries()) {
    const value: Cell | undefined = cell ?? fill;
    if (value === undefined) throw gap(table, op, column, i);
    const place = placeOf(value);
    if (place === undefined) {
      if (fitted.unknown === "ignore") continue;
      throw table.refuse(op, column, `to hold ${listed(fitted.categories!)} as in training`, i);
    }
    if (kind === "label") out[offset + i * stride] = place;
    else out[offset + i * stride + place] = 1;
  }
}

/**
 * The places of categories by their text. A few rows of another file may look like numbers where training saw text, and one
 * odd cell makes text of numbers: where the kinds differ, `1.0` is 1, `TRUE` is true, and 7 is `007` if nothing else is.
 */
function placesOf(categories: readonly Category[], kind: string): (cell: Category) => number | undefined {
  const places = new Map(categories.map((category, place) => [String(category), place]));
  const values = new Map<string, number | undefined>();
  for (const [place, category] of categories.entries()) {
    const value = textOf(category);
    if (typeof category !== kind) values.set(value, values.has(value) ? undefined : place);
  }
  return (cell) => places.get(String(cell)) ?? values.get(textOf(cell));
}

function listed(categories: readonly Category[]): string {
  const texts = categories.slice(0, 8).map(describe);
  return texts.join(", ") + (categories.length > 8 ? ` or ${categories.length - 8} others` : "");
}

/** Numbers as they were before {@link writeColumn}. */
export function inverseOf({ column, kind, shift = 0, scale = 1 }: FittedColumn): [shift: number, scale: number] {
  if (!ofCategories(kind)) return [shift, scale];
  throw refusal("inverse", "a target of numbers; of classes it is labels", column);
}
