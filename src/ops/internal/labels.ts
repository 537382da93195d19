// Labels of classes as losses take them.
import { show, stridesOf } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { i32 } from "../../wasm.ts";

/** Refuses int32 labels that are no class and not the one to ignore, by their place. */
export function checkLabels(op: string, target: Tensor, classes: number, ignoreIndex: number): void {
  const labels = i32(target.ptr, target.size);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if ((label >= 0 && label < classes) || label === ignoreIndex) continue;
    const at = stridesOf(target.shape).map((stride, axis) => Math.floor(i / stride) % target.shape[axis]!);
    throw new RangeError(
      `${op}: expected labels from 0 to ${classes - 1} (${classes} classes) or ${ignoreIndex} to ignore, got ${label} at ${show(at)}`,
    );
  }
}
