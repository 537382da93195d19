// Writes and sums at places that index tensors (int32) name: copies of a tensor with parts of another put in. Where an
// index repeats, sums are in its order, and of writes the last counts. Lookups are gather.ts, masks mask.ts.
import { checkNumber, checkOptions, normalizeAxis, refusal, replaced, type Shape, sameShape, show } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";
import { add, mul } from "./binary.ts";
import { full } from "./create.ts";
import { begin } from "./internal/arguments.ts";
import { composed } from "./internal/composed.ts";
import { checkIndices } from "./internal/indices.ts";
import { asInt32, elementsPut, rowsSummed } from "./internal/lookup.ts";
import { repeatTo } from "./internal/sums.ts";
import { reshaped } from "./internal/transfer.ts";

/**
 * A copy of `x` with single elements replaced by their position along one axis: for axis 1 of a matrix
 * `y[i][index[i][j]] = src[i][j]`.
 *
 * @param x any shape and dtype.
 * @param index int32 of as many axes as `x`, in every other axis at most as long, from 0 to the axis' size - 1.
 * @param src of `x`'s dtype, in no axis shorter than `index`; or a number for all.
 * @param options `axis`: the axis that the indices run along.
 * @throws TypeError for other dtypes; RangeError if the shapes do not fit, or naming the first index out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.scatter.html
 *
 * @example
 * ```ts
 * import { scatter, tensor, zeros } from "sedge";
 * const index = tensor([[2], [0]], { dtype: "int32" });
 * scatter(zeros([2, 3]), index, tensor([[5], [6]]), { axis: 1 }).toArray(); // => [[0,0,5],[6,0,0]]
 * ```
 */
export function scatter(x: Tensor, index: Tensor, src: Tensor | number, options: { axis: number }): Tensor {
  const op = "scatter";
  expectTensor(op, "x", x);
  expectTensor(op, "index", index, "int32");
  if (typeof src !== "number") return scattered(op, x, index, src, options, false);
  return composed(op, () => scattered(op, x, index, full(index.shape, src, { dtype: x.dtype }), options, false));
}

/**
 * A copy of `x` with elements added by their position along one axis: for axis 1 of a matrix
 * `y[i][index[i][j]] += src[i][j]`.
 *
 * @param x any shape, float32 or int32.
 * @param index int32 of as many axes as `x`, in every other axis at most as long, from 0 to the axis' size - 1.
 * @param src of `x`'s dtype, in no axis shorter than `index`.
 * @param options `axis`: the axis that the indices run along.
 * @throws TypeError for other dtypes; RangeError if the shapes do not fit, or naming the first index out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.scatter_add.html
 *
 * @example
 * ```ts
 * import { scatterAdd, tensor, zeros } from "sedge";
 * const index = tensor([0, 2, 0], { dtype: "int32" });
 * scatterAdd(zeros([3]), index, tensor([1, 2, 3]), { axis: 0 }).toArray(); // => [4,0,2]
 * ```
 */
export function scatterAdd(x: Tensor, index: Tensor, src: Tensor, options: { axis: number }): Tensor {
  expectTensor("scatterAdd", "x", x, ["float32", "int32"]);
  expectTensor("scatterAdd", "index", index, "int32");
  return scattered("scatterAdd", x, index, src, options, true);
}

function scattered(
  op: string,
  x: Tensor,
  index: Tensor,
  src: Tensor,
  options: { axis: number },
  adds: boolean,
): Tensor {
  expectTensor(op, "src", src, x.dtype);
  checkOptions(op, options, ["axis"]);
  const { shape, rank } = x;
  const axis = normalizeAxis(op, options?.axis, rank);
  const fits = (d: number, i: number): boolean => d <= src.shape[i]! && (i === axis || d <= shape[i]!);
  if (index.rank !== rank || src.rank !== rank || !index.shape.every(fits)) {
    throw refusal(
      op,
      `index within x ${show(shape)} but for axis ${axis}, and within src ${show(src.shape)}`,
      index.shape,
    );
  }
  checkIndices(op, "index", index, shape[axis] ?? 1);
  return asInt32(op, x, (x) => asInt32(op, src, (src) => elementsPut(op, x, shape, index, src, axis, adds)));
}

/** Options of {@link indexAdd}. */
export interface IndexAddOptions {
  /** The axis that the indices run along (default 0). */
  axis?: number;
  /** Factor of `src` (default 1). */
  alpha?: number;
}

/**
 * A copy of `x` with whole slices across an axis added: `y[index[i]] += alpha src[i]`.
 *
 * @param x any shape but a scalar, float32 or int32.
 * @param index int32, one axis or a scalar, from 0 to the axis' size - 1.
 * @param src `x`'s dtype and shape, but along the axis as long as `index`.
 * @param options `axis` (default 0), `alpha` (default 1); see {@link IndexAddOptions}.
 * @throws TypeError for other dtypes; RangeError if the shapes do not fit, or naming the first index out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.index_add.html
 *
 * @example
 * ```ts
 * import { indexAdd, tensor, zeros } from "sedge";
 * const index = tensor([0, 2, 0], { dtype: "int32" });
 * indexAdd(zeros([3]), index, tensor([1, 2, 3]), { alpha: 10 }).toArray(); // => [40,0,20]
 * ```
 */
export function indexAdd(x: Tensor, index: Tensor, src: Tensor, options: IndexAddOptions = {}): Tensor {
  const op = "indexAdd";
  const { axis: given, alpha } = begin(op, x, options, { axis: 0, alpha: 1 }, ["float32", "int32"]);
  const axis = checkRows(op, x, index, src, given);
  return composed(op, () => {
    const more = alpha === 1 ? src : mul(src, alpha);
    if (x.dtype === "float32") return add(x, rowsSummed(more, index, axis, x.shape[axis]!));
    return scatterAdd(x, across(index, src.shape, axis), more, { axis });
  });
}

/**
 * A copy of `x` with whole slices across an axis replaced: `y[index[i]] = src[i]`.
 *
 * @param x any shape but a scalar, any dtype.
 * @param index int32, one axis or a scalar, from 0 to the axis' size - 1.
 * @param src `x`'s dtype and shape, but along the axis as long as `index`.
 * @param options `axis` (default 0).
 * @throws TypeError for other dtypes; RangeError if the shapes do not fit, or naming the first index out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.index_copy.html
 *
 * @example
 * ```ts
 * import { indexCopy, tensor, zeros } from "sedge";
 * indexCopy(zeros([3]), tensor([2, 0], { dtype: "int32" }), tensor([5, 6])).toArray(); // => [6,0,5]
 * ```
 */
export function indexCopy(x: Tensor, index: Tensor, src: Tensor, options: { axis?: number } = {}): Tensor {
  return put("indexCopy", x, index, src, options);
}

/**
 * A copy of `x` with whole slices across an axis set to one number.
 *
 * @param x any shape but a scalar, any dtype.
 * @param index int32, one axis or a scalar, from 0 to the axis' size - 1.
 * @param value the number.
 * @param options `axis` (default 0).
 * @throws TypeError if `index` is not int32; RangeError naming the first index out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.index_fill.html
 *
 * @example
 * ```ts
 * import { indexFill, tensor, zeros } from "sedge";
 * indexFill(zeros([3]), tensor([2, 0], { dtype: "int32" }), 7).toArray(); // => [7,0,7]
 * ```
 */
export function indexFill(x: Tensor, index: Tensor, value: number, options: { axis?: number } = {}): Tensor {
  checkNumber("indexFill", "value", value);
  return put("indexFill", x, index, value, options);
}

function put(op: string, x: Tensor, index: Tensor, src: Tensor | number, options: { axis?: number }): Tensor {
  const axis = checkRows(op, x, index, src, begin(op, x, options, { axis: 0 }).axis);
  return composed(op, () => scatter(x, across(index, x.shape, axis), src, { axis }));
}

/** Checks slices of x against the list that names them; returns the axis. */
function checkRows(op: string, x: Tensor, index: Tensor, src: Tensor | number, given: number): number {
  expectTensor(op, "index", index, "int32");
  if (x.rank === 0 || index.rank > 1) throw refusal(op, "x of at least and index of at most one axis", index.shape);
  const axis = normalizeAxis(op, given, x.rank);
  checkIndices(op, "index", index, x.shape[axis]!);
  if (typeof src === "number") return axis;
  expectTensor(op, "src", src, x.dtype);
  const shape = replaced(x.shape, axis, index.size);
  if (!sameShape(src.shape, shape)) throw refusal(op, `src of shape ${show(shape)}`, src.shape);
  return axis;
}

/** A list of indices for every element of the slices of a tensor of `shape`. */
function across(index: Tensor, shape: Shape, axis: number): Tensor {
  const along = replaced(
    shape.map(() => 1),
    axis,
    index.size,
  );
  return repeatTo("expand", reshaped("reshape", index, along), replaced(shape, axis, index.size));
}
