// Other shapes over the same elements: views, which share storage and gradients with their source and copy nothing.
// Reordered and repeated elements are permute.ts, parts are slice.ts, joins are join.ts.
import { checkOptions, checkShape, normalizeAxes, normalizeAxis, refusal, type Shape, show, sizeOf } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";
import { reshaped } from "./internal/transfer.ts";

/**
 * The same elements, in order, under another shape. Shares storage with `x`.
 *
 * @param x any shape and dtype.
 * @param shape sizes with the same product; one may be -1 and is worked out.
 * @throws TypeError if `shape` is no list of integers; RangeError if its product is another, or -1 is ambiguous.
 * @see https://pytorch.org/docs/stable/generated/torch.reshape.html
 *
 * @example
 * ```ts
 * import { reshape, tensor } from "sedge";
 * reshape(tensor([1, 2, 3, 4, 5, 6]), [2, -1]).toArray(); // => [[1,2,3],[4,5,6]]
 * ```
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  expectTensor("reshape", "x", x);
  return reshaped("reshape", x, resolved("reshape", shape, x.size, x.shape));
}

/** `shape`, of `size` elements, with its -1 worked out; `source` is what is to have it. */
function resolved(op: string, shape: Shape, size: number, source: Shape): number[] {
  if (!Array.isArray(shape)) throw refusal(op, "shape to be an array of sizes", shape, TypeError);
  const unknown = shape.indexOf(-1);
  if (unknown !== shape.lastIndexOf(-1)) throw refusal(op, "at most one -1", shape);
  const known = [...checkShape(op, unknown < 0 ? shape : [...shape.slice(0, unknown), ...shape.slice(unknown + 1)])];
  const product = sizeOf(known);
  if (unknown >= 0) {
    if (product === 0 || size % product !== 0) {
      const why = product === 0 ? "has no single value beside a size of 0" : `would not be whole for ${size} elements`;
      throw new RangeError(
        `${op}: expected -1 to be determined for ${show(source)}, got ${show(shape)}, where it ${why}`,
      );
    }
    known.splice(unknown, 0, size / product);
  } else if (product !== size) {
    throw new RangeError(
      `${op}: expected a shape of ${size} elements for ${show(source)}, got ${show(shape)} of ${product}`,
    );
  }
  return known;
}

/**
 * Merges neighbouring axes into one. Shares storage with `x`.
 *
 * @param x any shape and dtype; a scalar becomes `[1]`.
 * @param options `startAxis` (default 0) and `endAxis` (default -1): first and last axis to merge.
 * @throws RangeError if an axis is out of range or the first lies behind the last.
 * @see https://pytorch.org/docs/stable/generated/torch.flatten.html
 *
 * @example
 * ```ts
 * import { flatten, zeros } from "sedge";
 * flatten(zeros([2, 3, 4])).shape; // => [24]
 * flatten(zeros([2, 3, 4]), { startAxis: 1 }).shape; // => [2,12]
 * ```
 */
export function flatten(x: Tensor, options: { startAxis?: number; endAxis?: number } = {}): Tensor {
  const op = "flatten";
  expectTensor(op, "x", x);
  checkOptions(op, options, ["startAxis", "endAxis"]);
  const start = normalizeAxis(op, options.startAxis ?? 0, x.rank, "startAxis");
  const end = normalizeAxis(op, options.endAxis ?? -1, x.rank, "endAxis");
  if (start > end) throw new RangeError(`${op}: expected startAxis not behind endAxis, got ${start} and ${end}`);
  const merged = sizeOf(x.shape.slice(start, end + 1));
  return reshaped(op, x, [...x.shape.slice(0, start), merged, ...x.shape.slice(end + 1)]);
}

/**
 * Removes axes of size 1. Shares storage with `x`.
 *
 * @param x any shape and dtype.
 * @param axis the axis or axes to remove; those of another size stay, as in PyTorch. Default: all of size 1.
 * @throws RangeError if an axis is out of range or named twice.
 * @see https://pytorch.org/docs/stable/generated/torch.squeeze.html
 *
 * @example
 * ```ts
 * import { squeeze, zeros } from "sedge";
 * squeeze(zeros([1, 3, 1])).shape; // => [3]
 * squeeze(zeros([1, 3, 1]), 0).shape; // => [3,1]
 * ```
 */
export function squeeze(x: Tensor, axis?: number | readonly number[]): Tensor {
  expectTensor("squeeze", "x", x);
  const axes = normalizeAxes("squeeze", axis, x.rank);
  return reshaped(
    "squeeze",
    x,
    x.shape.filter((d, i) => d !== 1 || !axes.includes(i)),
  );
}

/**
 * Inserts an axis of size 1. Shares storage with `x`.
 *
 * @param x any shape of up to seven axes, any dtype.
 * @param axis where the new axis stands in the result; negative ones count from its end.
 * @throws RangeError if `axis` is out of range or the result would have more than eight axes.
 * @see https://pytorch.org/docs/stable/generated/torch.unsqueeze.html
 *
 * @example
 * ```ts
 * import { unsqueeze, zeros } from "sedge";
 * unsqueeze(zeros([2, 3]), 1).shape; // => [2,1,3]
 * unsqueeze(zeros([2, 3]), -1).shape; // => [2,3,1]
 * ```
 */
export function unsqueeze(x: Tensor, axis: number): Tensor {
  expectTensor("unsqueeze", "x", x);
  const at = normalizeAxis("unsqueeze", axis, x.rank + 1);
  return reshaped("unsqueeze", x, checkShape("unsqueeze", [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]));
}

/**
 * Splits an axis into several. Shares storage with `x`.
 *
 * @param x any shape but a scalar, any dtype.
 * @param axis the axis to split.
 * @param shape sizes with the axis' size as product; one may be -1 and is worked out.
 * @throws RangeError if the axis is out of range or the product another.
 * @see https://pytorch.org/docs/stable/generated/torch.unflatten.html
 *
 * @example
 * ```ts
 * import { unflatten, zeros } from "sedge";
 * unflatten(zeros([2, 6]), 1, [3, -1]).shape; // => [2,3,2]
 * ```
 */
export function unflatten(x: Tensor, axis: number, shape: Shape): Tensor {
  const op = "unflatten";
  expectTensor(op, "x", x);
  if (x.rank === 0) throw new RangeError(`${op}: expected x of at least one axis, got a scalar`);
  const at = normalizeAxis(op, axis, x.rank);
  const size = x.shape[at]!;
  const split = resolved(op, shape, size, [size]);
  return reshaped(op, x, checkShape(op, [...x.shape.slice(0, at), ...split, ...x.shape.slice(at + 1)]));
}

/**
 * All elements as one axis. Shares storage with `x`.
 *
 * @param x any shape and dtype.
 * @see https://pytorch.org/docs/stable/generated/torch.ravel.html
 *
 * @example
 * ```ts
 * import { ravel, zeros } from "sedge";
 * ravel(zeros([2, 3])).shape; // => [6]
 * ```
 */
export function ravel(x: Tensor): Tensor {
  expectTensor("ravel", "x", x);
  return reshaped("ravel", x, [x.size]);
}
