// What `padding` may be: of a convolution and of a pool. Shared by the ops and the layers, which check when they are made.
import { describe, pair, show } from "../../shape.ts";

/** Zeros before and after: sizes for height and width, none, or as many as keep the input's size. */
export type ConvPadding = readonly [number, number] | "same" | "valid";

/** A convolution's padding, checked. */
export function convPadding(op: string, padding: unknown, stride: readonly number[]): ConvPadding {
  if (padding === "valid") return padding;
  if (padding === "same") {
    if (stride.every((n) => n === 1)) return padding;
    throw new RangeError(`${op}: expected stride 1 with padding "same", got ${show(stride)}`);
  }
  if (typeof padding !== "string") return pair(op, "padding", padding, 0);
  throw new RangeError(`${op}: expected padding to be a number, a pair, "same" or "valid", got ${describe(padding)}`);
}

/** A pool's padding, at most half the window. */
export function poolPadding(op: string, padding: unknown, kernelSize: readonly [number, number]): [number, number] {
  const sizes = pair(op, "padding", padding, 0);
  if (sizes.every((n, i) => 2 * n <= kernelSize[i]!)) return sizes;
  throw new RangeError(`${op}: expected padding at most half the kernel ${show(kernelSize)}, got ${show(sizes)}`);
}
