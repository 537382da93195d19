// What `padding` may be, of a convolution and of a pool, the divisor of a mean and the power of another. Shared by the ops and the layers, which check when they are made.
import { checkInt, checkNumber, listOf, perAxis, refusal, show } from "../../shape.ts";

/** Zeros before and after on each axis, none, or as many as keep the input's size. */
export type ConvPadding = readonly number[] | "same" | "valid";

/** A convolution's padding, checked. */
export function convPadding(op: string, padding: unknown, stride: readonly number[]): ConvPadding {
  if (padding === "valid") return padding;
  if (padding === "same") {
    if (stride.every((n) => n === 1)) return padding;
    throw refusal(op, 'stride 1 with padding "same"', stride);
  }
  if (typeof padding !== "string") return perAxis(op, "padding", padding, stride.length, 0);
  throw refusal(op, `padding to be a number, ${listOf(stride.length)}, "same" or "valid"`, padding);
}

/** A transposed convolution's padding of its output. */
export function outputPaddings(
  op: string,
  given: unknown,
  stride: readonly number[],
  dilation: readonly number[],
): number[] {
  const sizes = perAxis(op, "outputPadding", given, stride.length, 0);
  if (sizes.every((n, i) => n < Math.max(stride[i]!, dilation[i]!))) return sizes;
  throw new RangeError(
    `${op}: expected outputPadding below the stride or the dilation, got ${show(sizes)} with stride ${show(stride)}`,
  );
}

/** A pool's padding, at most half the window. */
export function poolPadding(op: string, padding: unknown, kernelSize: readonly number[]): number[] {
  const sizes = perAxis(op, "padding", padding, kernelSize.length, 0);
  if (sizes.every((n, i) => 2 * n <= kernelSize[i]!)) return sizes;
  throw refusal(op, `padding at most half the kernel ${show(kernelSize)}`, sizes);
}

/** The divisor that replaces the number of places, or null. */
export function checkDivisor(op: string, divisor: number | null): number | null {
  if (divisor === null || checkInt(op, "divisorOverride", divisor) !== 0) return divisor;
  throw new RangeError(`${op}: expected divisorOverride other than 0, got 0`);
}

/** The power of a power-average pool. */
export function checkNorm(op: string, normType: number): number {
  if (checkNumber(op, "normType", normType) > 0 && normType < Infinity) return normType;
  throw refusal(op, "normType above 0 and finite", normType);
}

/** A size for each axis of an adaptive pool's result, null for the input's. */
export function outputSizes(op: string, given: unknown, dims: number): (number | null)[] {
  const list: unknown[] = Array.isArray(given) ? given : new Array(dims).fill(given);
  if (list.length === dims) return list.map((n) => (n === null ? n : checkInt(op, "outputSize", n, 0)));
  throw refusal(op, `outputSize to be an integer, null or ${dims} of these`, given);
}
