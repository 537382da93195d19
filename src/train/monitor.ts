// Which epochs of a run are better than those before, for callbacks that stop it or keep its best weights.
import { checkNumber, demand } from "../shape.ts";
import type { EpochRecord } from "./history.ts";

/** Which figure of the epochs' records is watched, and which way is better. */
export interface MonitorOptions {
  /** A name of the record. Default: `"valLoss"`, or `"loss"` where there is no validation. */
  monitor?: string | undefined;
  /** `"min"` where less is better, `"max"` where more is; `"auto"`: less for losses and errors, more for accuracy and its kin. Default: `"auto"`. */
  mode?: "auto" | "min" | "max";
  /** What counts as better must be so by more than this. Default: 0. */
  minDelta?: number;
}

/** Figures of which more is better, by the end of their names. */
const MORE = /(accuracy|precision|recall|f1|auc|r2|score)$/i;

/** Tells improvements of a record's figure. */
export class Monitor {
  best: number | null = null;
  /** The figure that it looks at, once it has seen a record. */
  name = "";
  private readonly op: string;
  private readonly options: Required<MonitorOptions>;

  constructor(op: string, options: Required<MonitorOptions>) {
    const { monitor, mode, minDelta } = options;
    demand(monitor === undefined || typeof monitor === "string", op, "monitor to be a name", monitor, TypeError);
    demand(["auto", "min", "max"].includes(mode), op, 'mode to be "auto", "min" or "max"', mode);
    checkNumber(op, "minDelta", minDelta, 0);
    this.op = op;
    this.options = options;
  }

  /** Whether the record is the best so far. */
  improves(record: EpochRecord): boolean {
    const { monitor = "valLoss" in record ? "valLoss" : "loss", mode, minDelta } = this.options;
    const value = record[monitor];
    this.name = monitor;
    if (value === undefined) {
      const names = Object.keys(record).filter((name) => name !== "epoch" && name !== "seconds");
      demand(false, this.op, `monitor to be one of ${names.join(", ")}`, monitor);
    }
    const sign = mode === "max" || (mode === "auto" && MORE.test(monitor)) ? 1 : -1;
    if (Number.isNaN(value) || (this.best !== null && !(sign * (value! - this.best) > minDelta))) return false;
    this.best = value!;
    return true;
  }
}
