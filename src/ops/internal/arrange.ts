// Brings a tensor into the one [outer, reduce, inner] block that folds other than sums take, and gives folds of it their
// gradients by recorded ops.
import { type Backward, record } from "../../autograd.ts";
import { sizeOf } from "../../shape.ts";
import { empty, type Tensor } from "../../tensor.ts";
import { k } from "../../wasm.ts";
import { mul } from "../binary.ts";
import { eye } from "../create.ts";
import { permute, transpose } from "../permute.ts";
import { sum } from "../reduce.ts";
import { reshape, unsqueeze } from "../shape.ts";
import { where } from "../ternary.ts";
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
  try {
    const [outer, reduce] = [kept, axes].map((list) => sizeOf(list.map((i) => x.shape[i]!))) as [number, number];
    return fold(arranged, [outer, reduce, 1]);
  } finally {
    arranged.dispose();
  }
}

/** The gradient of a fold's operand, all of them of rank 3: `dy` and the result `y` have size 1 along axis 1. */
export type BlockGradient = (dy: Tensor, x: Tensor, y: Tensor) => Tensor;

/** A gradient on blocks, composed of recorded ops, as one of the operand of a fold that saved it and its result. */
export const onBlock =
  (pass: Pass, gradient: BlockGradient): Backward =>
  (dy, [x, y]) => {
    const line = [pass[0], 1, pass[2]];
    const dx = gradient(reshape(dy, line), reshape(x, pass), reshape(y, line));
    return [reshape(dx, x.shape)];
  };

/** A fold, not recorded by itself, with a gradient composed of recorded ops. */
export function folded(
  op: string,
  x: Tensor,
  axes: readonly number[],
  fold: (x: Tensor, pass: Pass) => Tensor,
  gradient: BlockGradient,
): Tensor {
  return withBlock(x, axes, (x, pass) => {
    const y = fold(x, pass);
    const back = onBlock(pass, gradient);
    return record(op, y, [x], [x, y], back, back);
  });
}

/** The root of the sum of squares, or another moment; see the kernel `squares`. */
export function squares(
  x: Tensor,
  pass: Pass,
  out: readonly number[],
  divisor: number,
  centered: boolean,
  root: boolean,
): Tensor {
  const y = empty(out);
  k.squares(y.ptr, x.ptr, ...pass, divisor, centered, root);
  return y;
}

/**
 * The gradient of products of all or some of a line, by recorded ops: no division, for elements may be 0. `slopes` maps
 * [outer, inner, s, t], the elements t of each line with element s replaced by 1, to [outer, inner, s, dy's own].
 */
export function throughOthers(
  dy: Tensor,
  x: Tensor,
  [outer, reduce, inner]: Pass,
  slopes: (others: Tensor) => Tensor,
): Tensor {
  const lines = (t: Tensor): Tensor =>
    unsqueeze(transpose(reshape(t, [outer, t === dy ? t.size / (outer * inner || 1) : reduce, inner])), 2);
  const others = where(eye(reduce, { dtype: "bool" }), 1, lines(x));
  return reshape(transpose(sum(mul(slopes(others), lines(dy)), { axis: 3 })), x.shape);
}
