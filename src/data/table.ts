// A table: columns of numbers, booleans or text by name, with gaps. What reads one from text is src/data/csv.ts; what
// makes tensors of it is src/data/encoder.ts.
import { checkInt, demand, describe, fault, refusal } from "../shape.ts";

/** One place of a table; null is a gap. */
export type Cell = number | string | boolean | null;

/** What a column holds. */
export type ColumnType = "number" | "boolean" | "text";

/** A row that was left out, by the line of the text that it began at, and why. */
export interface SkippedRow {
  /** Counted from 1. */
  readonly line: number;
  readonly reason: string;
}

/** A column as it is stored: a gap of a column of numbers is NaN, any other null. */
export type Stored =
  | { readonly type: "number"; readonly values: Float64Array }
  | { readonly type: "boolean" | "text"; readonly values: readonly Cell[] };

/** What a table of text remembers of it. */
export interface Origin {
  readonly lines: Int32Array;
  readonly skipped: readonly SkippedRow[];
}

/**
 * Columns of one length by name. `parseCsv` and `readCsv` make one of text; a program may make its own of arrays.
 * `TableEncoder` makes a `Dataset` of it, `trainTestSplit` splits it.
 *
 * @param columns arrays by name, each of numbers, booleans or text, `null` (or NaN) for a gap.
 * @throws TypeError for an array of mixed kinds; RangeError for no column, no row, different lengths, or an infinite number.
 *
 * @example
 * ```ts
 * import { Table } from "sedge/data";
 * const table = new Table({ age: [22, null, 38], sex: ["male", "female", "female"] });
 * table.length; // => 3
 * table.row(1); // => {"age":null,"sex":"female"}
 * table.filter((row) => row.age !== null).column("age"); // => [22,38]
 * ```
 */
export class Table {
  /** The columns' names, in order. */
  readonly columns: readonly string[];
  /** Number of rows. */
  readonly length: number;
  /** The line of the text that each row began at, counted from 1; null for a table that came of no text. */
  readonly lines: Int32Array | null;
  /** The rows of the text that were left out as bad. */
  readonly skipped: readonly SkippedRow[];
  private readonly stored: ReadonlyMap<string, Stored>;

  constructor(columns: Readonly<Record<string, ArrayLike<Cell>>>);
  /** @internal Columns as they are stored. */
  constructor(columns: ReadonlyMap<string, Stored>, origin: Origin | null);
  constructor(
    columns: Readonly<Record<string, ArrayLike<Cell>>> | ReadonlyMap<string, Stored>,
    origin?: Origin | null,
  ) {
    const whole = columns instanceof Map && origin !== undefined;
    const stored = whole ? columns : storedOf(columns);
    const lengths = [...stored.values()].map(({ values }) => values.length);
    demand(lengths.length > 0, "Table", "at least one column, as { age: [22, 38] }", columns);
    demand(new Set(lengths).size === 1, "Table", "columns of one length", lengths);
    this.stored = stored;
    this.columns = [...stored.keys()];
    this.length = lengths[0]!;
    this.lines = whole ? (origin?.lines ?? null) : null;
    this.skipped = whole ? (origin?.skipped ?? []) : [];
    if (this.length === 0) throw fault("Table", "at least one row", "none");
  }

  /** What a column holds. */
  type(name: string): ColumnType {
    return this.find("type", name).type;
  }

  /** A column's cells, null for a gap. */
  column(name: string): Cell[] {
    return this.cells("column", name);
  }

  /** @internal The same, for an op that names itself in the error. */
  cells(op: string, name: string): Cell[] {
    const { type, values } = this.find(op, name);
    return type === "number" ? Array.from(values, (v) => (Number.isNaN(v) ? null : v)) : [...values];
  }

  /**
   * A column as numbers, NaN for a gap: true is 1, false 0, and text counts where it is a decimal number.
   *
   * @throws RangeError for another cell, with its line.
   */
  numbers(name: string): Float64Array {
    return this.floats("numbers", name);
  }

  /** @internal The same, for an op that names itself in the error. */
  floats(op: string, name: string): Float64Array {
    const { values } = this.find(op, name);
    if (values instanceof Float64Array) return values.slice();
    const wrong = values.findIndex((cell) => typeof cell === "string" && !isNumber(cell));
    if (wrong >= 0) throw this.refuse(op, name, "to hold numbers", wrong);
    return Float64Array.from(values, (cell) => (cell === null ? Number.NaN : Number(cell)));
  }

  /** Number of a column's gaps. */
  missing(name: string): number {
    return this.column(name).filter((cell) => cell === null).length;
  }

  /** A row as an object of its cells by name; negative positions count from the end. */
  row(index: number): Record<string, Cell> {
    checkInt("row", "index", index, -this.length, this.length - 1);
    return this.rowAt(index < 0 ? index + this.length : index);
  }

  /** A table of some of the columns, in the order given. */
  select(names: readonly string[]): Table {
    demand(Array.isArray(names), "select", "names to be a list of columns", names, TypeError);
    return made(new Map(names.map((name) => [name, this.find("select", name)])), this.origin());
  }

  /** A table of some of the rows, at least one, by their positions, in the order given. */
  take(rows: ArrayLike<number>): Table {
    demand(typeof rows === "object" && rows !== null, "take", "rows to be positions", rows, TypeError);
    const at = Array.from(rows, (row) => checkInt("take", "a row", row, 0, this.length - 1));
    if (at.length === 0) throw fault("take", "at least one row", "none");
    const origin = this.origin();
    const columns = [...this.stored].map(([name, { type, values }]): [string, Stored] => [
      name,
      type === "number"
        ? { type, values: Float64Array.from(at, (i) => values[i]!) }
        : { type, values: at.map((i) => values[i]!) },
    ]);
    return made(new Map(columns), origin && { ...origin, lines: Int32Array.from(at, (i) => origin.lines[i]!) });
  }

  /** A table of the rows, at least one, that a function of their cells by name says true of. */
  filter(keep: (row: Record<string, Cell>, index: number) => boolean): Table {
    demand(typeof keep === "function", "filter", "keep to be a function", keep, TypeError);
    const kept = Array.from({ length: this.length }, (_, i) => i).filter((i) => keep(this.rowAt(i), i));
    if (kept.length === 0) throw fault("filter", `keep to be true of one of the ${this.length} rows`, "none");
    return this.take(kept);
  }

  /** @internal The error `op: expected column "age" <expected>, got "x" in line 7`, in words for a gap. */
  refuse(op: string, name: string, expected: string, row: number): Error {
    const cell = this.rowAt(row)[name];
    const got = cell === null ? "a gap" : describe(cell);
    const place = this.lines === null ? `row ${row}` : `line ${this.lines[row]}`;
    return fault(op, `column ${JSON.stringify(name)} ${expected}`, `${got} in ${place}`);
  }

  private origin(): Origin | null {
    return this.lines && { lines: this.lines, skipped: this.skipped };
  }

  private rowAt(index: number): Record<string, Cell> {
    const cell = (v: Cell): Cell => (Number.isNaN(v) ? null : v);
    return Object.fromEntries([...this.stored].map(([name, { values }]) => [name, cell(values[index]!)]));
  }

  private find(op: string, name: unknown): Stored {
    const found = this.stored.get(name as string);
    if (found !== undefined) return found;
    throw refusal(op, `one of the columns ${this.columns.join(", ")}`, name);
  }
}

/** Stands outside of the class: the bundler would call a class that names itself _Table. */
const made = (columns: ReadonlyMap<string, Stored>, origin: Origin | null): Table => new Table(columns, origin);

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Whether a cell's text is a finite decimal number. */
export const isNumber = (text: string): boolean => NUMBER.test(text) && Number.isFinite(Number(text));

/** Whether a cell's text is true or false, in any case. */
export const isBoolean = (text: string): boolean => /^(true|false)$/i.test(text);

/** A cell as text: a number's shortest text, a boolean's in small letters, and so of text that reads as such. */
export function textOf(cell: Cell): string {
  const text = String(cell);
  return isNumber(text) ? String(Number(text)) : isBoolean(text) ? text.toLowerCase() : text;
}

function storedOf(columns: unknown): ReadonlyMap<string, Stored> {
  const plain = typeof columns === "object" && columns !== null && describe(columns) === "an object";
  demand(plain, "Table", "columns to be arrays by name, as { age: [22, 38] }", columns, TypeError);
  return new Map(Object.entries(columns as object).map(([name, values]) => [name, store(name, values)]));
}

/** A column of an array, typed by its first cell that is no gap. */
function store(name: string, values: unknown): Stored {
  const column = `column ${JSON.stringify(name)}`;
  const list = Array.isArray(values) || (ArrayBuffer.isView(values) && !(values instanceof DataView));
  demand(list, "Table", `${column} to be an array`, values, TypeError);
  const cells = Array.from(values as ArrayLike<Cell | undefined>, (v) => (Number.isNaN(v) ? null : (v ?? null)));
  const kind = typeof (cells.find((cell) => cell !== null) ?? 0);
  for (const [i, cell] of cells.entries()) {
    if (cell !== null && (typeof cell !== kind || !["number", "boolean", "string"].includes(kind))) {
      const expected = `${column} to hold numbers, booleans or text, one of them`;
      throw fault("Table", expected, `${describe(cell)} in row ${i}`, TypeError);
    }
    if (kind === "number" && Math.abs(cell as number) === Infinity) {
      throw fault("Table", `${column} to hold finite numbers`, `${describe(cell)} in row ${i}`);
    }
  }
  if (kind === "number")
    return { type: "number", values: Float64Array.from(cells, (v) => (v as number) ?? Number.NaN) };
  return { type: kind === "boolean" ? "boolean" : "text", values: cells };
}
