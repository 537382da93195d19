// Elements chosen along an axis by their places, and gradients that equals share. The choosing is ops/extrema.ts, ops/sort.ts
// and ops/scan.ts.
import type { Backward } from "../../autograd.ts";
import type { Tensor } from "../../tensor.ts";
import { div } from "../binary.ts";
import { eq, isnan, logicalAnd, logicalOr } from "../compare.ts";
import { gather } from "../gather.ts";
import { sum } from "../reduce.ts";
import { squeeze } from "../shape.ts";
import { where } from "../ternary.ts";

/** Elements chosen along an axis, and where they stood. */
export interface ValuesAndIndices {
  /** The elements, of the operand's dtype. Gradients flow to where they stood. */
  values: Tensor;
  /** Their places along the axis, int32. */
  indices: Tensor;
}

/** The elements of x at `indices` along an axis, which is left out where it is not kept. For the inside of a tidy. */
export function chosen(x: Tensor, indices: Tensor, axis: number, keepDims = true): ValuesAndIndices {
  const values = gather(x, indices, { axis });
  if (keepDims || x.rank === 0) return { values, indices };
  return { values: squeeze(values, axis), indices: squeeze(indices, axis) };
}

/** The gradient of a scalar that was chosen among all elements: those that equal it share. */
export const shared: Backward = (dy, [x, y]) => {
  const same = logicalOr(eq(x, y), logicalAnd(isnan(x), isnan(y)));
  return [where(same, div(dy, sum(same)), 0)];
};
