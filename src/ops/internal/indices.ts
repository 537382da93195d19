// Checks of index tensors: kernels trust them.
import { type Shape, show, stridesOf } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { i32, k, live } from "../../wasm.ts";

/** Where in a shape the element of that number stands. */
export const placeOf = (at: number, shape: Shape): string =>
  show(stridesOf(shape).map((stride, axis) => Math.floor(at / stride) % shape[axis]!));

/** Refuses an int32 tensor with an element outside [0, size), naming the first such and where it stands. */
export function checkIndices(op: string, name: string, index: Tensor, size: number): void {
  const { ptr, size: n, shape } = index;
  live(() => {
    const at = k.firstOutside(ptr, n, size);
    if (at < 0) return;
    throw new RangeError(
      `${op}: expected ${name} of at least 0 and below ${size}, got ${i32(ptr, n)[at]} at position ${placeOf(at, shape)}`,
    );
  });
}
