// CSV text to a table: which rows are sound, and what each column holds. Splitting text into cells is papaparse's affair,
// tables are src/data/table.ts, files src/data/csv-files.ts.
//
// Why papaparse (measured on the 20,641 rows of the California housing table): it takes 0.08 s, where csv-parse takes 0.66,
// and 7 kB gzipped in a browser, where csv-parse with its stand-in for Node's Buffer takes 14; it says where each row ends
// in the text, from which the line of each follows.
import Papa from "papaparse";
import { checkBoolean, checkOptions, checkText, demand, fault, refusal } from "../shape.ts";
import { type ColumnType, isBoolean, isNumber, type SkippedRow, type Stored, Table } from "./table.ts";

/** Options of {@link parseCsv} and `readCsv`. */
export interface CsvOptions {
  /** Whether the first row holds the columns' names. Default: true, or false when `columns` is given. */
  header?: boolean;
  /** Names of the columns, instead of the header's. Default: the header's, or "0", "1" and so on without one. */
  columns?: readonly string[];
  /** What stands between cells. Default: ",". */
  delimiter?: string;
  /** What columns hold, by name. Default: guessed. */
  types?: Readonly<Record<string, ColumnType>>;
  /** Cells that mean a gap. Default: {@link MISSING}. */
  missing?: readonly string[];
  /** What a row with a wrong number of cells, a broken quote, or a cell against `types` does. Default: "throw". */
  badRows?: "throw" | "skip";
  /** What to call the text in error messages. Default: nothing. */
  file?: string;
}

/**
 * Cells that mean a gap unless `parseCsv` is told others: an empty one, those of pandas, and UCI's `?`.
 *
 * @see https://pandas.pydata.org/docs/reference/api/pandas.read_csv.html
 *
 * @example
 * ```ts
 * import { MISSING } from "sedge/data";
 * MISSING.includes("?"); // => true
 * ```
 */
export const MISSING: readonly string[] =
  ",?,NA,N/A,n/a,<NA>,#NA,#N/A,#N/A N/A,NaN,nan,-NaN,-nan,NULL,null,None,1.#IND,-1.#IND,1.#QNAN,-1.#QNAN".split(",");

/** Bad rows that an error tells of. */
const SHOWN = 5;

/** A row of the text: where it began, and its cells without the blanks around them. */
interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * A table from CSV text (RFC 4180: quotes around cells, `""` for a quote inside). Blanks around cells and empty lines do
 * not count; a quote opens a cell only as its very first character. Line ends within cells become "\n". A column all of whose cells are decimal numbers holds numbers; of true and false in any case, booleans; else text.
 *
 * @param options `header`, `columns`, `delimiter`, `types`, `missing`, `badRows`, `file`: see {@link CsvOptions}.
 * @returns the table; with `badRows: "skip"` its `skipped` tells which lines were left out, and why.
 * @throws RangeError for bad rows, naming the first lines; for a name twice in the header, unknown columns in `types`, or
 * no row at all. TypeError for options of the wrong kind.
 * @see https://www.papaparse.com/docs
 *
 * @example
 * ```ts
 * import { parseCsv } from "sedge/data";
 * const table = parseCsv("age,sex,alive\n22,male,false\nNA,female,true\n38,female\n", { badRows: "skip" });
 * table.row(1); // => {"age":null,"sex":"female","alive":true}
 * table.skipped; // => [{"line":4,"reason":"expected 3 cells, got 2"}]
 * ```
 */
export function parseCsv(text: string, options: CsvOptions = {}): Table {
  const allowed = ["header", "columns", "delimiter", "types", "missing", "badRows", "file"];
  checkOptions("parseCsv", options, allowed);
  const { columns, header = columns === undefined, delimiter = ",", types = {}, missing = MISSING } = options;
  const { badRows = "throw", file } = options;
  const op = file === undefined ? "parseCsv" : `parseCsv: ${file}`;
  demand(typeof text === "string", "parseCsv", "text", text, TypeError);
  checkBoolean("parseCsv", "header", header);
  checkText("parseCsv", "delimiter", delimiter);
  demand(!/["\n\r]/.test(delimiter), "parseCsv", "a delimiter without quotes and line ends", delimiter);
  if (columns !== undefined) expectNames("columns", columns);
  expectNames("missing", missing);
  demand(badRows === "throw" || badRows === "skip", "parseCsv", 'badRows to be "throw" or "skip"', badRows);

  const bad: SkippedRow[] = [];
  let rows = rowsOf(text, delimiter, bad);
  const first = rows[0];
  const broken = bad[0] && bad[0].line < (first?.line ?? Infinity);
  if (broken && (header || first === undefined)) throw badRowsError(op, bad, false); // the header is no row to skip
  if (first === undefined) throw fault(op, "at least one row", "none");
  const names = columns ?? first.cells.map((name, i) => (header && name !== "" ? name : String(i)));
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw refusal(op, "names that differ; give your own as columns", twice);
  const typed = typesOf(op, types, names);
  if (header) rows.shift();
  rows = rows.filter(({ line, cells }) => {
    if (cells.length === names.length) return true;
    bad.push({ line, reason: `expected ${names.length} cells, got ${cells.length}` });
    return false;
  });

  const gaps = new Set(missing);
  for (const [name, type] of typed) {
    const at = names.indexOf(name);
    const sound = SOUND[type];
    rows = rows.filter(({ line, cells }) => {
      const cell = cells[at]!;
      if (gaps.has(cell) || sound(cell)) return true;
      bad.push({
        line,
        reason: `expected column ${JSON.stringify(name)} to be a ${type}, got ${JSON.stringify(cell)}`,
      });
      return false;
    });
  }
  bad.sort((a, b) => a.line - b.line);
  if (bad.length > 0 && (badRows === "throw" || rows.length === 0)) throw badRowsError(op, bad, badRows === "throw");
  if (rows.length === 0) throw fault(op, "at least one row of data", "none");

  const stored = names.map((name, at): [string, Stored] => {
    const cells = rows.map((row) => (gaps.has(row.cells[at]!) ? null : row.cells[at]!));
    return [name, store(cells, typed.get(name) ?? guess(cells))];
  });
  return new Table(new Map(stored), { lines: Int32Array.from(rows, ({ line }) => line), skipped: bad });
}

/** Characters read at a time. A broken quote makes papaparse look for its end through all it was given, row by row. */
const WINDOW = 4096;

/** The rows of a text; one with a broken quote goes to `bad`, and the line after its first is read as if it began a row. */
function rowsOf(given: string, delimiter: string, bad: SkippedRow[]): Row[] {
  const text = given.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  const rows: Row[] = [];
  let line = 1;
  let size = WINDOW;
  for (let from = 0; from < text.length; ) {
    const last = text.indexOf("\n", from + size);
    const part = last < 0 ? text.slice(from) : text.slice(from, last + 1);
    let start = 0;
    let isOpen = false;
    Papa.parse<string[]>(part, {
      delimiter,
      newline: "\n",
      step({ data, errors, meta }, parser) {
        const broken = errors.find(({ type }) => type === "Quotes");
        isOpen = broken?.code === "MissingQuotes" && last >= 0; // the quote may be closed further on
        if (isOpen) {
          parser.abort();
          return;
        }
        if (broken !== undefined) {
          const reason = broken.code === "MissingQuotes" ? "a quote that is not closed" : "text after a closing quote";
          bad.push({ line, reason });
          const end = part.indexOf("\n", start);
          start = end < 0 ? part.length : end + 1;
          line++;
          parser.abort();
          return;
        }
        const cells = data.map((cell) => cell.trim());
        const isBlank = cells.length === 1 && part.slice(start, meta.cursor).trim() === ""; // "" is a cell, and no empty line
        if (!isBlank) rows.push({ line, cells });
        for (let at = part.indexOf("\n", start); at >= 0 && at < meta.cursor; at = part.indexOf("\n", at + 1)) line++;
        start = meta.cursor;
      },
    });
    from += start;
    size = isOpen ? 2 * size : WINDOW;
  }
  return rows;
}

/** Whether a cell, which is no gap, may stand in a column of a type. */
const SOUND: Readonly<Record<ColumnType, (cell: string) => boolean>> = {
  number: isNumber,
  boolean: isBoolean,
  text: () => true,
};

function guess(cells: readonly (string | null)[]): ColumnType {
  const all = (type: ColumnType): boolean => cells.every((cell) => cell === null || SOUND[type](cell));
  return all("number") ? "number" : all("boolean") ? "boolean" : "text";
}

function store(cells: readonly (string | null)[], type: ColumnType): Stored {
  if (type === "number") return { type, values: Float64Array.from(cells, (cell) => Number(cell ?? Number.NaN)) };
  if (type === "text") return { type, values: cells };
  return { type, values: cells.map((cell) => cell && cell.toLowerCase() === "true") };
}

function expectNames(name: string, list: unknown): void {
  const good = Array.isArray(list) && list.every((v) => typeof v === "string");
  demand(good, "parseCsv", `${name} to be a list of texts`, list, TypeError);
}

function typesOf(op: string, types: unknown, names: readonly string[]): Map<string, ColumnType> {
  const plain = typeof types === "object" && types !== null && !Array.isArray(types);
  demand(plain, "parseCsv", 'types to be kinds by column, as { age: "number" }', types, TypeError);
  for (const [name, type] of Object.entries(types as object)) {
    demand(names.includes(name), op, `types of the columns ${names.join(", ")}`, name);
    demand(Object.hasOwn(SOUND, type), "parseCsv", 'a type "number", "boolean" or "text"', type);
  }
  return new Map(Object.entries(types as object));
}

/** `skippable`: whether it helps to leave them out. */
function badRowsError(op: string, bad: readonly SkippedRow[], skippable: boolean): RangeError {
  const told = bad.slice(0, SHOWN).map(({ line, reason }) => `line ${line}: ${reason}`);
  const more = bad.length > SHOWN ? `; and ${bad.length - SHOWN} more` : "";
  const hint = skippable ? '; badRows: "skip" leaves them out' : "";
  return new RangeError(`${op}: bad rows, ${told.join("; ")}${more}${hint}`);
}
