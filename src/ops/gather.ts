// Lookups through index tensors (int32), and their gradients, which add up where an index repeats, in the order of
// the indices. Parts by ranges are slice.ts, tables of vectors embedding.ts.
import { label } from "../observe.ts";
import { checkInt, checkOptions, checkShape, normalizeAxis, refusal, show } from "../shape.ts";
import { empty, expectTensor, type Tensor } from "../tensor.ts";
import { k } from "../wasm.ts";
import { composed } from "./internal/composed.ts";
import { checkIndices } from "./internal/indices.ts";
import { asInt32, elementsTaken, rowsTaken } from "./internal/lookup.ts";
import { reshaped } from "./internal/transfer.ts";

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
  if (index.rank > 1) throw refusal(op, "index of at most one axis", index.shape);
  const axis = normalizeAxis(op, options.axis ?? 0, x.rank);
  checkIndices(op, "index", index, x.shape[axis]!);
  return rowsTaken(op, x, index, axis);
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
    throw refusal(op, `index of ${x.rank} axes within ${show(source)} but for axis ${axis}`, wanted);
  }
  checkIndices(op, "index", index, source[axis] ?? 1);
  return asInt32(op, x, (x) => elementsTaken(op, x, index, axis));
}

/**
 * Single elements by their position in the whole, counted row by row.
 *
 * @param x any shape and dtype.
 * @param index int32 of any shape, from 0 to `x`'s number of elements - 1.
 * @returns `index`'s shape, `x`'s dtype.
 * @throws TypeError if `index` is not int32; RangeError naming the first index out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.take.html
 *
 * @example
 * ```ts
 * import { take, tensor } from "sedge";
 * take(tensor([[1, 2], [3, 4]]), tensor([3, 0], { dtype: "int32" })).toArray(); // => [4,1]
 * ```
 */
export function take(x: Tensor, index: Tensor): Tensor {
  const op = "take";
  expectTensor(op, "x", x);
  expectTensor(op, "index", index, "int32");
  checkIndices(op, "index", index, x.size);
  return composed(op, () => reshaped(op, rowsTaken(op, reshaped(op, x, [x.size]), index, 0), index.shape));
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
  return label(op, y);
}

/** At least 0, so that negative ids are found out of range. */
function largest(ids: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < ids.length; i++) if (ids[i]! > most) most = ids[i]!;
  return most;
}
