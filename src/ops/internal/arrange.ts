// Brings a tensor into the one [outer, reduce, inner] block that folds other than sums take.
import { sizeOf } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { permute } from "../permute.ts";
import { type Pass, passes } from "./axes.ts";

/**
 * Calls `fold` with `x` and its block. Reduced axes that others part are first brought to the end by a recorded copy,
 * which is released afterwards; a sum needs no copy, since it may go in several passes.
 */
export function withBlock(x: Tensor, axes: readonly number[], fold: (x: Tensor, pass: Pass) => Tensor): Tensor {
  const [pass, ...more] = passes(x.shape, axes);
  if (more.length === 0) return fold(x, pass!);
  const kept = x.shape.map((_, i) => i).filter((i) => !axes.includes(i));
  const arranged = permute(x, [...kept, ...axes]);
  const outer = sizeOf(arranged.shape.slice(0, kept.length));
  const y = fold(arranged, { outer, reduce: sizeOf(arranged.shape.slice(kept.length)), inner: 1 });
  arranged.dispose();
  return y;
}
