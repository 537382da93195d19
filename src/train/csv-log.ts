// A run's records as a CSV file, as a callback of fit(). Only Node and its like load this file, through src/node.ts.
import { appendFileSync, closeSync, fstatSync, openSync, readFileSync, statSync, truncateSync } from "node:fs";
import { checkBoolean, checkOptions, checkText } from "../shape.ts";
import type { Callback, EpochRecord } from "./history.ts";

/** Options of {@link csvLog}. */
export interface CsvLogOptions {
  /** What becomes of a file that is there: `true` goes on with it, `false` replaces it. Default: a run that is resumed goes on, another refuses it. */
  append?: boolean;
}

/** One field of a row, quoted where RFC 4180 wants it. */
const field = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const row = (fields: readonly string[]): string => `${fields.map(field).join(",")}\n`;

/**
 * Writes a row of a CSV file for each epoch of `fit`: all figures of its record, under a header with their names. A row
 * is in the file before the next epoch begins, so a run that is killed loses none.
 *
 * A file of that name is never overwritten by accident. A run that is resumed, or has `append: true`, goes on with it: the header must be
 * the same, and rows from this run's first epoch on, as those written after the checkpoint that it resumes from, give
 * way. Figures that the first record does not have are left out; one that is missing is an empty field.
 *
 * @param path where to write; the folder must exist.
 * @param options.append `true` goes on with a file that is there, `false` replaces it. Default: a run that is resumed goes on,
 * another refuses it.
 * @throws before the training: Error if the file is there or cannot be written, with the system's error as its cause;
 * TypeError for unknown options.
 * @see https://www.rfc-editor.org/rfc/rfc4180
 * @see https://keras.io/api/callbacks/csv_logger/
 *
 * @example
 * ```ts
 * import { readFileSync } from "node:fs";
 * import { Dataset, fit, mse, nn, optim } from "sedge";
 * import { csvLog } from "sedge/node";
 * const data = new Dataset([[0], [1]], [[1], [3]]);
 * const model = new nn.Linear(1, 1);
 * const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
 * await fit(model, data, { loss: mse, optimizer, epochs: 3, callbacks: csvLog("run.csv") });
 * readFileSync("run.csv", "utf8").split("\n", 1)[0]?.slice(0, 11); // => "epoch,loss,"
 * ```
 */
export function csvLog(path: string, options?: CsvLogOptions): Callback {
  checkText("csvLog", "path", path);
  checkOptions("csvLog", options, ["append"]);
  const append = options?.append;
  if (append !== undefined) checkBoolean("csvLog", "append", append);
  let names: string[] | null = null;

  /** What a write throws, with the path. */
  const writing = <T>(write: () => T): T => {
    try {
      return write();
    } catch (cause) {
      throw new Error(`csvLog: cannot write ${path}: ${(cause as Error).message}`, { cause });
    }
  };

  /** Makes the file end before this record's row, so that it can be added. */
  const begin = ({ epoch }: EpochRecord): void => {
    const header = row(names!);
    const text = statSync(path).size === 0 ? "" : readFileSync(path, "utf8");
    if (header.startsWith(text)) {
      // new, or a kill left a part of the header
      truncateSync(path);
      appendFileSync(path, header);
      return;
    }
    if (!text.startsWith(header)) throw new Error(`it has other columns than this run, ${header.trimEnd()}`);
    // rows are numbers, so each is a line; what a kill left of a last one is none
    const rows = text.slice(header.length).split("\n").slice(0, -1);
    const end = rows.findIndex((line) => !(Number.parseFloat(line) < epoch));
    const kept = end < 0 ? rows : rows.slice(0, end);
    truncateSync(path, Buffer.byteLength(header + kept.map((line) => `${line}\n`).join("")));
  };

  return {
    onTrainBegin({ epoch, step }) {
      const resumed = epoch > 1 || step > 0;
      names = null;
      const size = writing(() => {
        const file = openSync(path, append === false ? "w" : "a");
        try {
          return fstatSync(file).size;
        } finally {
          closeSync(file);
        }
      });
      if (size > 0 && append === undefined && !resumed) {
        throw new Error(`csvLog: ${path} is there already; append: true goes on with it, append: false replaces it`);
      }
    },
    onEpochEnd(record) {
      const { epoch, ...figures } = record;
      writing(() => {
        if (names === null) {
          names = ["epoch", ...Object.keys(figures)];
          begin(record);
        }
        appendFileSync(path, row(names.map((name) => String(record[name] ?? ""))));
      });
    },
  };
}
