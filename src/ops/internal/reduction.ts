// What a loss does with the losses of single samples.
import { refusal } from "../../shape.ts";

/** What becomes of the losses of single samples. */
export type Reduction = "mean" | "sum" | "none";

/** The option as one of its three values. */
export function checkReduction(op: string, value: unknown): Reduction {
  if (value !== "mean" && value !== "sum" && value !== "none") {
    throw refusal(op, 'reduction "mean", "sum" or "none"', value);
  }
  return value;
}
