// What a loss does with the losses of single samples.
import { describe } from "../../shape.ts";

/** What becomes of the losses of single samples. */
export type Reduction = "mean" | "sum" | "none";

/** The option as one of its three values. */
export function checkReduction(op: string, value: unknown): Reduction {
  if (value !== "mean" && value !== "sum" && value !== "none") {
    throw new RangeError(`${op}: expected reduction "mean", "sum" or "none", got ${describe(value)}`);
  }
  return value;
}
