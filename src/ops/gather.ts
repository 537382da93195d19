// Lookups through index tensors (int32), and their gradients, which add up where an index repeats, in the order of
// the indices. Parts by ranges are slice.ts, tables of vectors embedding.ts.
import { record } from "../autograd.ts";
import { checkInt, checkOptions, checkShape, normalizeAxis, type Shape, show, sizeOf, stridesOf } from "../shape.ts";
import { BYTES, empty, expectTensor, type Tensor } from "../tensor.ts";
import { k } from "../wasm.ts";
import { clear, copyStrided } from "./internal/copy.ts";
import { checkIndices } from "./internal/indices.ts";

/**
 * Whole rows, or slices across any axis, by number: `y[i] = x[index[i]]`. Along the leading axis each row is one block
 * copy, which is how data sets collect a shuffled batch.
 *
 * @param x any shape but a scalar, any dtype.
 * @param index int32, one axis or a scalar, from 0 to the axis' size - 1.
 * @param options `axis` (default 0).
 * @returns `x`'s shape with the axis as long as `index`.
 * @throws TypeError if `index` is not int32; RangeError if it has more than one axis, or naming the first index out of
 *   range.
 * @see https://pytorch.org/docs/stable/generated/torch.index_select.html
 *
 * @example
 * ```ts
 * import { indexSelect, tensor } from "sedge";
 * const x = tensor([[1, 2], [3, 4], [5, 6]]);
 * indexSelect(x, tensor(new Int32Array([2, 0]))).toArray(); // => [[5,6],[1,2]]
 * ```
 */
export function indexSelect(x: Tensor, index: Tensor, options: { axis?: number } = {}): Tensor {
  const op = "indexSelect";
  expectTensor(op, "x", x);
  expectTensor(op, "index", index, "int32");
  checkOptions(op, options, ["axis"]);
  if (x.rank === 0) throw new RangeError(`${op}: expected x of at least one axis, got a scalar`);
  if (index.rank > 1) throw new RangeError(`${op}: expected index of at most one axis, got ${show(index.shape)}`);
  const axis = normalizeAxis(op, options.axis ?? 0, x.rank);
  const source = x.shape;
  const size = source[axis]!;
  const n = index.size;
  checkIndices(op, "index", index, size);
  const outer = sizeOf(source.slice(0, axis));
  const inner = sizeOf(source.slice(axis + 1));
  const y = empty(
    source.map((d, i) => (i === axis ? n : d)),
    x.dtype,
  );
  k.takeRows(y.ptr, x.ptr, index.ptr, outer, size, n, inner * BYTES[x.dtype]);
  return record(op, y, [x], [index], (dy, [index]) => {
    const dx = empty(source);
    k.takeRowsGrad(dx.ptr, dy.ptr, index.ptr, outer, size, n, inner);
    return [dx];
  });
}

/**
 * Single elements by their position along one axis: for axis 1 of a matrix `y[i][j] = x[i][index[i][j]]`.
 *
 * @param x any shape and dtype.
 * @param index int32 of as many axes as `x`, in every other axis at most as long, from 0 to the axis' size - 1.
 * @param options `axis`: the axis along which to look up.
 * @returns `index`'s shape, `x`'s dtype.
 * @throws TypeError if `index` is not int32; RangeError if the shapes do not fit, or naming the first index out of
 *   range.
 * @see https://pytorch.org/docs/stable/generated/torch.gather.html
 *
 * @example
 * ```ts
 * import { gather, tensor } from "sedge";
 * const index = tensor([[2], [0]], { dtype: "int32" });
 * gather(tensor([[1, 2, 3], [4, 5, 6]]), index, { axis: 1 }).toArray(); // => [[3],[4]]
 * ```
 */
export function gather(x: Tensor, index: Tensor, options: { axis: number }): Tensor {
  const op = "gather";
  expectTensor(op, "x", x);
  expectTensor(op, "index", index, "int32");
  checkOptions(op, options, ["axis"]);
  const axis = normalizeAxis(op, options?.axis, x.rank);
  const source = x.shape;
  const wanted = index.shape;
  if (wanted.length !== source.length || wanted.some((d, i) => i !== axis && d > source[i]!)) {
    throw new RangeError(
      `${op}: expected index of ${x.rank} axes within ${show(source)} but for axis ${axis}, got ${show(wanted)}`,
    );
  }
  // A scalar counts as one element along one axis.
  const size = source[axis] ?? 1;
  const n = wanted[axis] ?? 1;
  checkIndices(op, "index", index, size);
  // The part of x that index spans in the other axes; only that takes part.
  const spanned = source.map((d, i) => (i === axis ? d : wanted[i]!));
  const whole = spanned.every((d, i) => d === source[i]);
  const outer = sizeOf(spanned.slice(0, axis));
  const inner = sizeOf(spanned.slice(axis + 1));
  const y = empty(wanted, x.dtype);
  const from = whole ? x : within(x, spanned);
  const look = x.dtype === "bool" ? k.gatherBytes : k.gatherWords;
  look(y.ptr, from.ptr, index.ptr, outer, size, n, inner);
  if (!whole) from.dispose();
  return record(op, y, [x], [index], (dy, [index]) => {
    const part = empty(spanned);
    k.gatherGrad(part.ptr, dy.ptr, index.ptr, outer, size, n, inner);
    if (whole) return [part];
    const dx = empty(source);
    clear(dx);
    copyStrided(
      dx,
      { offset: 0, strides: stridesOf(source) },
      part,
      { offset: 0, strides: stridesOf(spanned) },
      spanned,
    );
    return [dx];
  });
}

/** The first `shape` elements along each axis, copied. */
function within(x: Tensor, shape: Shape): Tensor {
  const y = empty(shape, x.dtype);
  copyStrided(y, { offset: 0, strides: stridesOf(shape) }, x, { offset: 0, strides: stridesOf(x.shape) }, shape);
  return y;
}

/**
 * Class numbers as rows of zeros with a 1 at the class.
 *
 * @param ids int32 of any shape, at least 0.
 * @param numClasses length of the rows; by default the largest id + 1.
 * @returns int32 `[...ids.shape, numClasses]`.
 * @throws TypeError if `ids` is not int32; RangeError for an id out of range, or none to tell the number of classes.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.one_hot.html
 *
 * @example
 * ```ts
 * import { oneHot, tensor } from "sedge";
 * oneHot(tensor(new Int32Array([1, 0])), 3).toArray(); // => [[0,1,0],[1,0,0]]
 * ```
 */
export function oneHot(ids: Tensor, numClasses?: number): Tensor {
  const op = "oneHot";
  expectTensor(op, "ids", ids, "int32");
  if (numClasses !== undefined) checkInt(op, "numClasses", numClasses, 1, 2 ** 31 - 1);
  else if (ids.size === 0) throw new RangeError(`${op}: expected numClasses for ids without elements, got undefined`);
  const classes = numClasses ?? largest(ids.data) + 1;
  checkIndices(op, "ids", ids, classes);
  const y = empty(checkShape(op, [...ids.shape, classes]), "int32");
  k.oneHot(y.ptr, ids.ptr, ids.size, classes);
  y.origin = op;
  return y;
}

/** At least 0, so that negative ids are found out of range. */
function largest(ids: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < ids.length; i++) if (ids[i]! > most) most = ids[i]!;
  return most;
}
