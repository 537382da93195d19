// The error of a value that does not fit, for the many checks that differ in their words only.
import { describe } from "../../shape.ts";

/** `op: expected ..., got ...`; for use as `if (...) throw refusal(...)`, so that texts are only made when needed. */
export const refusal = (op: string, expected: string, got: unknown): RangeError =>
  new RangeError(`${op}: expected ${expected}, got ${describe(got)}`);

/** Refuses what is not among the known names. */
export function oneOf(op: string, name: string, value: string, known: readonly string[]): void {
  if (!known.includes(value)) throw refusal(op, `${name} to be one of ${known.join(", ")}`, value);
}
