// How a reduction over any axes becomes [outer, reduce, inner] blocks, which is all the kernels know. Pure arithmetic.
import { checkBoolean, checkOptions, normalizeAxes, type Shape, sizeOf } from "../../shape.ts";

/** Options of every reduction. */
export interface ReduceOptions {
  /** The axis or axes to reduce, negative ones counted from the end; all of them when left out or empty. */
  axis?: number | readonly number[] | undefined;
  /** Whether a reduced axis stays, with size 1. Default false. */
  keepDims?: boolean | undefined;
}

/** One call of a kernel: the middle of [outer, reduce, inner] is reduced. */
export interface Pass {
  readonly outer: number;
  readonly reduce: number;
  readonly inner: number;
}

/** The axes to reduce, counted from the front, the result's shape, and the same with reduced axes kept. */
export function resolve(
  op: string,
  shape: Shape,
  options: ReduceOptions | undefined,
): { axes: readonly number[]; out: number[]; kept: number[] } {
  checkOptions(op, options, ["axis", "keepDims"]);
  const { axis, keepDims = false } = options ?? {};
  checkBoolean(op, "keepDims", keepDims);
  const listed = normalizeAxes(op, axis, shape.length);
  // As in PyTorch, an empty list of axes means all.
  const axes = listed.length === 0 ? shape.map((_, i) => i) : listed;
  const out: number[] = [];
  shape.forEach((d, i) => {
    if (!axes.includes(i)) out.push(d);
    else if (keepDims) out.push(1);
  });
  return { axes, out, kept: shape.map((d, i) => (axes.includes(i) ? 1 : d)) };
}

/** The block of one axis, counted from the front; a scalar is a line of one element. */
export const lineOf = (shape: Shape, axis: number): Pass => ({
  outer: sizeOf(shape.slice(0, axis)),
  reduce: shape[axis] ?? 1,
  inner: sizeOf(shape.slice(axis + 1)),
});

/** The kernel calls of a reduction, innermost run of neighbouring axes first; at least one, perhaps over reduce = 1. */
export function passes(shape: Shape, axes: readonly number[]): Pass[] {
  const list: Pass[] = [];
  let inner = 1;
  for (let i = shape.length - 1; i >= 0; ) {
    if (!axes.includes(i)) {
      inner *= shape[i--]!;
      continue;
    }
    let reduce = 1;
    // A kept axis of size 1 does not part two reduced ones.
    while (i >= 0 && (axes.includes(i) || shape[i] === 1)) reduce *= shape[i--]!;
    list.push({ outer: sizeOf(shape.slice(0, i + 1)), reduce, inner });
  }
  return list.length > 0 ? list : [{ outer: sizeOf(shape), reduce: 1, inner: 1 }];
}
