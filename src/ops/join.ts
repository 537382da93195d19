// Several tensors into one. Functions only, since their first argument is a list.
import { type Backward, record } from "../autograd.ts";
import { tidy } from "../scope.ts";
import {
  checkOptions,
  checkShape,
  fault,
  normalizeAxis,
  readOptions,
  refusal,
  replaced,
  type Shape,
  sameShape,
  show,
  sizeOf,
} from "../shape.ts";
import { type DType, empty, expectTensor, type Tensor } from "../tensor.ts";
import { cast } from "./cast.ts";
import { oneOf } from "./internal/arguments.ts";
import { composed } from "./internal/composed.ts";
import { copyStrided } from "./internal/copy.ts";
import { repeatTo } from "./internal/sums.ts";
import { part, reshaped } from "./internal/transfer.ts";

const ORDER: readonly DType[] = ["bool", "int32", "float32"];

function expectList(op: string, tensors: unknown): asserts tensors is readonly [Tensor, ...Tensor[]] {
  if (!Array.isArray(tensors)) throw refusal(op, "tensors to be an array", tensors, TypeError);
  if (tensors.length === 0) throw new RangeError(`${op}: expected at least one tensor, got none`);
  for (const [i, t] of tensors.entries()) expectTensor(op, `tensors[${i}]`, t);
}

/**
 * Writes tensors side by side: of each of the `outer` rows of the result, tensor i takes size_i / outer elements.
 * Mixed dtypes are promoted.
 */
function joined(op: string, tensors: readonly Tensor[], shape: Shape, outer: number): Tensor {
  const dtype = ORDER[Math.max(...tensors.map((t) => ORDER.indexOf(t.dtype)))]!;
  const y = empty(checkShape(op, shape), dtype);
  const row = y.size / Math.max(outer, 1);
  const widths = tensors.map((t) => t.size / Math.max(outer, 1));
  const shapes = tensors.map((t) => t.shape);
  let offset = 0;
  for (const [i, t] of tensors.entries()) {
    const width = widths[i]!;
    const source = t.dtype === dtype ? t : cast(t, dtype);
    copyStrided(y, { offset, strides: [row, 1] }, source, { offset: 0, strides: [width, 1] }, [outer, width]);
    if (source !== t) source.dispose();
    offset += width;
  }
  const back: Backward = (dy, _, needs) => {
    let start = 0;
    return widths.map((width, i) => {
      const from = { offset: start, strides: [row, 1] };
      start += width;
      return needs[i] ? part(op, dy, shapes[i]!, [outer, width], from, outer === 1) : null;
    });
  };
  return record(op, y, tensors, [], back, back);
}

/**
 * Joins tensors along an axis.
 *
 * @param tensors at least one, of shapes that differ in that axis only; dtypes are promoted (bool < int32 < float32).
 *   As in PyTorch, an empty vector, of shape [0], joins with anything and adds nothing.
 * @param options `axis` (default 0).
 * @throws TypeError if `tensors` is no list of tensors; RangeError if it is empty or the shapes do not fit.
 * @see https://pytorch.org/docs/stable/generated/torch.cat.html
 *
 * @example
 * ```ts
 * import { cat, tensor } from "sedge";
 * cat([tensor([[1], [2]]), tensor([[3], [4]])], { axis: 1 }).toArray(); // => [[1,3],[2,4]]
 * ```
 */
export function cat(tensors: readonly Tensor[], options: { axis?: number } = {}): Tensor {
  const op = "cat";
  expectList(op, tensors);
  checkOptions(op, options, ["axis"]);
  const shaped = tensors.filter((t) => t.rank !== 1 || t.size > 0);
  const first = (shaped[0] ?? tensors[0]).shape;
  if (first.length === 0)
    throw new RangeError(`${op}: expected tensors of at least one axis, got scalars; use stack()`);
  const axis = normalizeAxis(op, options.axis ?? 0, first.length);
  let length = 0;
  for (const { shape } of shaped) {
    if (shape.length !== first.length || shape.some((d, i) => i !== axis && d !== first[i])) {
      const shapes = tensors.map((t) => show(t.shape)).join(", ");
      throw fault(op, `shapes that differ in axis ${axis} only`, shapes);
    }
    length += shape[axis]!;
  }
  const shape = replaced(first, axis, length);
  return joined(op, tensors, shape, sizeOf(first.slice(0, axis)));
}

/**
 * Joins tensors of one shape along a new axis.
 *
 * @param tensors at least one, of the same shape; dtypes are promoted (bool < int32 < float32).
 * @param options `axis`: where the new axis stands in the result (default 0).
 * @throws TypeError if `tensors` is no list of tensors; RangeError if it is empty or the shapes differ.
 * @see https://pytorch.org/docs/stable/generated/torch.stack.html
 *
 * @example
 * ```ts
 * import { stack, tensor } from "sedge";
 * stack([tensor([1, 2]), tensor([3, 4])], { axis: 1 }).toArray(); // => [[1,3],[2,4]]
 * ```
 */
export function stack(tensors: readonly Tensor[], options: { axis?: number } = {}): Tensor {
  const op = "stack";
  expectList(op, tensors);
  checkOptions(op, options, ["axis"]);
  const first = tensors[0].shape;
  for (const { shape } of tensors) {
    if (!sameShape(shape, first)) {
      const shapes = tensors.map((t) => show(t.shape)).join(", ");
      throw fault(op, "tensors of one shape", shapes);
    }
  }
  const axis = normalizeAxis(op, options.axis ?? 0, first.length + 1);
  return joined(
    op,
    tensors,
    [...first.slice(0, axis), tensors.length, ...first.slice(axis)],
    sizeOf(first.slice(0, axis)),
  );
}

/** Joins along `axis` what each tensor becomes by `shaped`, at least `rank` axes. */
function joinedAs(op: string, tensors: readonly Tensor[], axis: number, shaped: (shape: Shape) => Shape): Tensor {
  expectList(op, tensors);
  return composed(op, () => {
    const list = tensors.map((t) => reshaped(op, t, shaped(t.shape)));
    return cat(list, { axis: Math.min(axis, list[0]!.rank - 1) });
  });
}

/**
 * Joins tensors along the first axis, lists as rows.
 *
 * @param tensors at least one; scalars and lists count as one row.
 * @throws what `cat` throws.
 * @see https://pytorch.org/docs/stable/generated/torch.vstack.html
 *
 * @example
 * ```ts
 * import { tensor, vstack } from "sedge";
 * vstack([tensor([1, 2]), tensor([3, 4])]).toArray(); // => [[1,2],[3,4]]
 * ```
 */
export function vstack(tensors: readonly Tensor[]): Tensor {
  return joinedAs("vstack", tensors, 0, (s) => (s.length > 1 ? s : [1, s[0] ?? 1]));
}

/**
 * Joins tensors along the second axis, lists along their only one.
 *
 * @param tensors at least one; scalars count as lists of one.
 * @throws what `cat` throws.
 * @see https://pytorch.org/docs/stable/generated/torch.hstack.html
 *
 * @example
 * ```ts
 * import { hstack, tensor } from "sedge";
 * hstack([tensor([1, 2]), tensor([3, 4])]).toArray(); // => [1,2,3,4]
 * ```
 */
export function hstack(tensors: readonly Tensor[]): Tensor {
  return joinedAs("hstack", tensors, 1, (s) => (s.length > 0 ? s : [1]));
}

/**
 * Joins tensors along the third axis, matrices as [rows, columns, 1].
 *
 * @param tensors at least one; lists count as one row.
 * @throws what `cat` throws.
 * @see https://pytorch.org/docs/stable/generated/torch.dstack.html
 *
 * @example
 * ```ts
 * import { dstack, tensor } from "sedge";
 * dstack([tensor([1, 2]), tensor([3, 4])]).toArray(); // => [[[1,3],[2,4]]]
 * ```
 */
export function dstack(tensors: readonly Tensor[]): Tensor {
  return joinedAs("dstack", tensors, 2, (s) => (s.length > 2 ? s : s.length === 2 ? [...s, 1] : [1, s[0] ?? 1, 1]));
}

/**
 * The grids that lists of coordinates span: tensor i repeats list i along the axes of the others.
 *
 * @param tensors at least one, lists or scalars.
 * @param options `indexing`: "ij" (default), or "xy", which swaps the first two axes.
 * @returns as many as lists, of one shape.
 * @throws TypeError if `tensors` is no list of tensors; RangeError for tensors of more axes, or another `indexing`.
 * @see https://pytorch.org/docs/stable/generated/torch.meshgrid.html
 *
 * @example
 * ```ts
 * import { meshgrid, tensor } from "sedge";
 * const [y, x] = meshgrid([tensor([1, 2]), tensor([3, 4])]);
 * y?.toArray(); // => [[1,1],[2,2]]
 * x?.toArray(); // => [[3,4],[3,4]]
 * ```
 */
export function meshgrid(tensors: readonly Tensor[], options: { indexing?: "ij" | "xy" } = {}): Tensor[] {
  const op = "meshgrid";
  expectList(op, tensors);
  const { indexing } = readOptions(op, options, { indexing: "ij" });
  oneOf(op, "indexing", indexing, ["ij", "xy"]);
  for (const t of tensors) if (t.rank > 1) throw refusal(op, "tensors of at most one axis", t.shape);
  const axes = tensors.map((_, i) => (indexing === "xy" && i < 2 && tensors.length > 1 ? 1 - i : i));
  const shape = checkShape(
    op,
    axes.map((i) => tensors[i]!.size),
  );
  return tidy(() =>
    tensors.map((t, i) => {
      const along = shape.map((d, axis) => (axis === axes[i] ? d : 1));
      return repeatTo(op, reshaped(op, t, along), shape);
    }),
  );
}
