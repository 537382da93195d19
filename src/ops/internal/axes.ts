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
export type Pass = readonly [outer: number, reduce: number, inner: number];

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
  const kept = shape.map((d, i) => (axes.includes(i) ? 1 : d));
  return { axes, out: keepDims ? kept : shape.filter((_, i) => !axes.includes(i)), kept };
}

/** The block of one axis, counted from the front; a scalar is a line of one element. */
export const lineOf = (shape: Shape, axis: number): Pass => [
  sizeOf(shape.slice(0, axis)),
  shape[axis] ?? 1,
  sizeOf(shape.slice(axis + 1)),
];

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
    list.push([sizeOf(shape.slice(0, i + 1)), reduce, inner]);
  }
  return list.length > 0 ? list : [[sizeOf(shape), 1, 1]];
}
