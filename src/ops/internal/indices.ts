// Checks of index tensors: kernels trust them.
import { show, stridesOf } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { k } from "../../wasm.ts";

/** Refuses an int32 tensor with an element outside [0, size), naming the first such and where it stands. */
export function checkIndices(op: string, name: string, index: Tensor, size: number): void {
  const at = k.firstOutside(index.ptr, index.size, size);
  if (at < 0) return;
  const position = stridesOf(index.shape).map((stride, axis) => Math.floor(at / stride) % index.shape[axis]!);
  throw new RangeError(
    `${op}: expected ${name} of at least 0 and below ${size}, got ${index.data[at]} at position ${show(position)}`,
  );
}
