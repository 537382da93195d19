// CSV files on disk. Only Node and its like load this file, through src/node.ts; the format is src/data/csv.ts.
import { readFileSync } from "node:fs";
import { checkText } from "../shape.ts";
import { type CsvOptions, parseCsv } from "./csv.ts";
import type { Table } from "./table.ts";

/**
 * Reads a CSV file of UTF-8 text; errors name it.
 *
 * @param options as of `parseCsv`.
 * @throws TypeError if `path` is no text; Error if the file cannot be read or is not UTF-8; what `parseCsv` throws.
 * @see https://www.papaparse.com/docs
 *
 * @example
 * ```ts
 * import { writeFileSync } from "node:fs";
 * import { readCsv } from "sedge/node";
 * writeFileSync("people.csv", "age,sex\n22,male\n38,female\n");
 * readCsv("people.csv").column("age"); // => [22,38]
 * ```
 */
export function readCsv(path: string, options?: Omit<CsvOptions, "file">): Table {
  checkText("readCsv", "path", path);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path)); // no signs of replacement in silence
  } catch (cause) {
    throw new Error(`readCsv: cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
  return parseCsv(text, { ...options, file: path });
}
