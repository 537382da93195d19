// How ops read their arguments where nothing is peculiar to them, and the error of a value that does not fit.
import { describe, readOptions } from "../../shape.ts";
import { type DType, expectTensor, type Tensor } from "../../tensor.ts";

/** Checks the operand x, and returns the options with defaults filled in. */
export function begin<T extends object>(
  op: string,
  x: Tensor,
  options: Partial<T> | undefined,
  defaults: T,
  dtype?: DType | readonly DType[],
): T {
  expectTensor(op, "x", x, dtype);
  return readOptions(op, options, defaults);
}

/** `op: expected ..., got ...`; for use as `if (...) throw refusal(...)`, so that texts are only made when needed. */
export const refusal = (op: string, expected: string, got: unknown): RangeError =>
  new RangeError(`${op}: expected ${expected}, got ${describe(got)}`);

/** Refuses what is not among the known names. */
export function oneOf(op: string, name: string, value: string, known: readonly string[]): void {
  if (!known.includes(value)) throw refusal(op, `${name} to be one of ${known.join(", ")}`, value);
}
