// Labels of classes as losses take them.
import type { Tensor } from "../../tensor.ts";
import { i32, live } from "../../wasm.ts";
import { placeOf } from "./indices.ts";

/** Refuses int32 labels that are no class and not the one to ignore, by their place. */
export function checkLabels(op: string, target: Tensor, classes: number, ignoreIndex: number): void {
  const { ptr, size, shape } = target;
  live(() => {
    const labels = i32(ptr, size);
    for (let i = 0; i < labels.length; i++) {
      const label = labels[i]!;
      if ((label >= 0 && label < classes) || label === ignoreIndex) continue;
      throw new RangeError(
        `${op}: expected labels from 0 to ${classes - 1} (${classes} classes) or ${ignoreIndex} to ignore, got ${label} at ${placeOf(i, shape)}`,
      );
    }
  });
}
