// Splits of a dataset or a table into parts to train on, to choose by, and to test with.
import { noGrad } from "../autograd.ts";
import { tensor } from "../ops/create.ts";
import { randperm } from "../ops/create-random.ts";
import { indexSelect } from "../ops/gather.ts";
import { tidy } from "../scope.ts";
import { checkBoolean, checkNumber, checkOptions, demand, describe, fault, show } from "../shape.ts";
import { Dataset } from "./dataset.ts";
import { type Cell, Table } from "./table.ts";

/** Options of {@link trainTestSplit}. */
export interface SplitOptions {
  /** Size of the test part: a share of all below 1, rounded to the nearest whole, or a number of examples. */
  test: number;
  /** Size of the validation part, in the same way. Default: there is none. */
  validation?: number;
  /**
   * Whether each class has its share in every part: `true` by a dataset's int32 `y`, a column's name of a table, or the
   * class of each example as a list. Default: false.
   */
  stratify?: boolean | string | ArrayLike<Cell>;
  /** Whether to draw an order from the seeded stream first. Default: true; otherwise the test part is the last. */
  shuffle?: boolean;
}

/**
 * Splits a dataset or a table into parts of its own, copied.
 *
 * Stratified, each class gives every part its share, rounded so that the sizes come out, and at least one example.
 *
 * @param options `test`; `validation` (default: none), `stratify` (default false), `shuffle` (default true).
 * @returns `{ train, test }`, or `{ train, validation, test }`.
 * @throws RangeError for a part without examples, a part smaller than the number of classes, or a class with fewer
 * examples than there are parts; TypeError for options of the wrong kind.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.train_test_split.html
 *
 * @example
 * ```ts
 * import { Table, trainTestSplit } from "sedge/data";
 * const table = new Table({ size: [1, 2, 3, 4, 5, 6], kind: ["a", "a", "b", "a", "b", "a"] });
 * const { train, test } = trainTestSplit(table, { test: 3, stratify: "kind", shuffle: false });
 * train.column("kind"); // => ["a","a","b"]
 * test.column("size"); // => [4,5,6]
 * ```
 */
export function trainTestSplit<T extends Dataset | Table>(
  data: T,
  options: SplitOptions & { validation: number },
): { train: T; validation: T; test: T };
export function trainTestSplit<T extends Dataset | Table>(data: T, options: SplitOptions): { train: T; test: T };
export function trainTestSplit<T extends Dataset | Table>(
  data: T,
  options: SplitOptions,
): { train: T; validation?: T; test: T } {
  const op = "trainTestSplit";
  const isData = data instanceof Dataset || data instanceof Table;
  demand(isData, op, "data to be a Dataset or a Table", data, TypeError);
  checkOptions(op, options, ["test", "validation", "stratify", "shuffle"]);
  const { test, validation, stratify = false, shuffle = true } = options ?? {};
  checkBoolean(op, "shuffle", shuffle);
  const n = data.length;
  const sizes = [sizeOf(op, "test", test, n), validation === undefined ? 0 : sizeOf(op, "validation", validation, n)];
  const [testSize, validationSize] = sizes as [number, number];
  if (testSize + validationSize >= n) {
    throw fault(op, "parts that leave examples to train on", `${testSize + validationSize} of ${n} taken`);
  }
  const order = shuffle ? tidy(() => Array.from(randperm(n).data)) : Array.from({ length: n }, (_, i) => i);
  const groups = grouped(op, order, stratify === false ? null : classesOf(op, data, stratify));
  const testCounts = shares(op, "test", groups, testSize, validation === undefined ? 1 : 2);
  const rest = groups.map((group, g) => ({ ...group, rows: group.rows.slice(0, group.rows.length - testCounts[g]!) }));
  const validationCounts =
    validation === undefined ? groups.map(() => 0) : shares(op, "validation", rest, validationSize, 1);

  /** The part of each row: of every class the first to train on, then to validate, then to test. */
  const part = new Uint8Array(n);
  for (const [g, { rows }] of groups.entries()) {
    const train = rest[g]!.rows.length - validationCounts[g]!;
    for (const [i, row] of rows.entries()) part[row] = i < train ? 0 : i < rest[g]!.rows.length ? 1 : 2;
  }
  const made: T[] = [];
  try {
    for (const which of validation === undefined ? [0, 2] : [0, 2, 1]) {
      const rows = order.filter((row) => part[row] === which);
      made.push(rowsOf(data, rows) as T);
    }
  } catch (error) {
    for (const one of made) if (one instanceof Dataset) one.dispose(); // there was no memory for the next
    throw error;
  }
  const [first, last, between] = made as [T, T, T?];
  return between === undefined ? { train: first, test: last } : { train: first, validation: between, test: last };
}

/** A part's number of examples, from a share or a number. */
function sizeOf(op: string, name: string, given: unknown, n: number): number {
  const value = checkNumber(op, name, given, 0, n);
  const size = value < 1 ? Math.round(value * n) : value;
  demand(Number.isInteger(size), op, `${name} to be a share below 1 or a number of examples`, value);
  if (size === 0) throw fault(op, `${name} to leave the part an example`, `${describe(value)} of ${n}`);
  return size;
}

/** The class of each example. */
function classesOf(op: string, data: Dataset | Table, by: unknown): Cell[] {
  if (by === true && data instanceof Dataset) {
    const { dtype, shape } = data.y;
    if (dtype === "int32" && shape.length === 1) return Array.from(data.y.data);
    throw fault(op, "y int32 [N] to stratify by", `${dtype} ${show(shape)}`);
  }
  if (typeof by === "string" && data instanceof Table) return data.cells(op, by);
  const list = typeof by === "object" && by !== null && "length" in by;
  const wanted = data instanceof Dataset ? "true or a list" : "a column's name or a list";
  demand(list, op, `stratify to be ${wanted}`, by, TypeError);
  const classes = Array.from(by as ArrayLike<Cell>);
  demand(classes.length === data.length, op, `stratify of ${data.length} classes`, classes.length);
  return classes;
}

/** Rows of one class. */
interface Group {
  readonly name: Cell;
  readonly rows: readonly number[];
  /** Number of the class's rows, of which `rows` may be what other parts left. */
  readonly count: number;
}

/** The rows by class, each in the order given; one group without classes. */
function grouped(op: string, order: readonly number[], classes: readonly Cell[] | null): Group[] {
  if (classes === null) return [{ name: null, rows: order, count: order.length }];
  const groups = new Map<Cell, number[]>();
  for (const name of classes) if (!groups.has(name)) groups.set(name, []);
  for (const row of order) groups.get(classes[row]!)!.push(row);
  demand(groups.size > 1, op, "at least two classes to stratify by", groups.size);
  return [...groups].map(([name, rows]) => ({ name, rows, count: rows.length }));
}

/**
 * How many of each group a part of `size` takes: its share of the part, rounded so that the sum is right, at least one, and
 * never the last of `others` parts still to come.
 */
function shares(op: string, part: string, groups: readonly Group[], size: number, others: number): number[] {
  if (groups.length === 1) return [size];
  const total = groups.reduce((sum, { rows }) => sum + rows.length, 0);
  if (size < groups.length) throw fault(op, `${part} of an example for each of ${groups.length} classes`, size);
  for (const { name, rows, count } of groups) {
    const which = name === null ? "of gaps" : describe(name);
    if (rows.length <= others) throw fault(op, `class ${which} to have an example for each part`, `${count}`);
  }
  const quotas = groups.map(({ rows }) => (rows.length * size) / total);
  const most = groups.map(({ rows }) => rows.length - others);
  const counts = quotas.map((quota, g) => Math.min(Math.max(1, Math.floor(quota)), most[g]!));
  for (let left = size - counts.reduce((a, b) => a + b); left !== 0; left -= Math.sign(left)) {
    const step = Math.sign(left);
    let best = -1;
    for (let g = 0; g < counts.length; g++) {
      const next = counts[g]! + step;
      if (next < 1 || next > most[g]!) continue;
      if (best < 0 || step * (quotas[g]! - counts[g]!) > step * (quotas[best]! - counts[best]!)) best = g;
    }
    if (best < 0) throw fault(op, `${part} to leave every class an example to train on`, size);
    counts[best]! += step;
  }
  return counts;
}

/** Some of the examples, copied. */
function rowsOf(data: Dataset | Table, rows: readonly number[]): Dataset | Table {
  if (data instanceof Table) return data.take(rows);
  return noGrad(() =>
    tidy(() => {
      const at = tensor(Int32Array.from(rows));
      return new Dataset(indexSelect(data.x, at), indexSelect(data.y, at));
    }),
  );
}
