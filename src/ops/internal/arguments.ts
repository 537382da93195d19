// How ops read their arguments where nothing is peculiar to them, and the error of a value that does not fit.
import { readOptions, refusal, type Shape, sameShape, show } from "../../shape.ts";
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

/** Refuses what is not among the known names. */
export function oneOf(op: string, name: string, value: string, known: readonly string[]): void {
  if (!known.includes(value)) throw refusal(op, `${name} to be one of ${known.join(", ")}`, value);
}

/** Refuses what is not a float32 tensor of that shape. */
export function expectShape(op: string, name: string, x: unknown, shape: Shape): asserts x is Tensor {
  expectTensor(op, name, x, "float32");
  if (!sameShape(x.shape, shape)) throw refusal(op, `${name} of shape ${show(shape)}`, x.shape);
}
