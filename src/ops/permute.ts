// The same elements in another order, or several times: copies by strides. Views are shape.ts, parts are slice.ts.

import { recordLinear } from "../autograd.ts";
import { checkShape, normalizeAxes, normalizeAxis, refusal, type Shape, show, stridesOf } from "../shape.ts";
import { BYTES, empty, expectTensor, type Tensor } from "../tensor.ts";
import { ints, k } from "../wasm.ts";
import { composed } from "./internal/composed.ts";
import { copyStrided } from "./internal/copy.ts";
import { repeatTo } from "./internal/sums.ts";
import { reshaped } from "./internal/transfer.ts";

/** A new tensor of `shape` whose element at an index is that of x at `offset` + index · `strides`. */
function copied(x: Tensor, shape: Shape, strides: readonly number[], offset = 0): Tensor {
  const y = empty(shape, x.dtype);
  copyStrided(y, { offset: 0, strides: stridesOf(shape) }, x, { offset, strides }, shape);
  return y;
}

/** Copies with the axes in the order given. */
function permuted(x: Tensor, order: readonly number[]): Tensor {
  const strides = stridesOf(x.shape);
  return copied(
    x,
    order.map((axis) => x.shape[axis]!),
    order.map((axis) => strides[axis]!),
  );
}

function recordPermute(op: string, x: Tensor, order: readonly number[]): Tensor {
  return recordLinear(op, permuted(x, order), x, (dy) => {
    const inverse = order.map((_, axis) => order.indexOf(axis));
    return recordPermute("permute", dy, inverse);
  });
}

/**
 * The axes in another order: axis i of the result is axis `axes[i]` of `x`. A copy.
 *
 * @param x any shape and dtype.
 * @param axes every axis once; negative ones count from the end.
 * @throws RangeError if `axes` does not name every axis once.
 * @see https://pytorch.org/docs/stable/generated/torch.permute.html
 *
 * @example
 * ```ts
 * import { permute, zeros } from "sedge";
 * permute(zeros([2, 3, 4]), [2, 0, 1]).shape; // => [4,2,3]
 * ```
 */
export function permute(x: Tensor, axes: readonly number[]): Tensor {
  const op = "permute";
  expectTensor(op, "x", x);
  if (!Array.isArray(axes)) throw refusal(op, "axes to be an array", axes, TypeError);
  if (axes.length !== x.rank) {
    throw refusal(op, `axes to name all ${x.rank} axes of ${show(x.shape)}`, axes);
  }
  const order = axes.map((axis: unknown) => normalizeAxis(op, axis, x.rank));
  if (new Set(order).size !== order.length) throw refusal(op, "distinct axes", axes);
  return recordPermute(op, x, order);
}

/**
 * Swaps two axes. A copy.
 *
 * @param x any shape and dtype.
 * @param a one axis (default the last but one). @param b the other (default the last).
 * @throws RangeError if an axis is out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.transpose.html
 *
 * @example
 * ```ts
 * import { tensor, transpose } from "sedge";
 * transpose(tensor([[1, 2, 3], [4, 5, 6]])).toArray(); // => [[1,4],[2,5],[3,6]]
 * ```
 */
export function transpose(x: Tensor, a = -2, b = -1): Tensor {
  const op = "transpose";
  expectTensor(op, "x", x);
  const [first, second] = [normalizeAxis(op, a, x.rank, "a"), normalizeAxis(op, b, x.rank, "b")];
  const order = x.shape.map((_, axis) => (axis === first ? second : axis === second ? first : axis));
  return recordPermute(op, x, order);
}

/**
 * Reverses the order along axes. A copy.
 *
 * @param x any shape and dtype.
 * @param axes the axis or axes to reverse.
 * @throws RangeError if an axis is out of range or named twice.
 * @see https://pytorch.org/docs/stable/generated/torch.flip.html
 *
 * @example
 * ```ts
 * import { flip, tensor } from "sedge";
 * flip(tensor([[1, 2], [3, 4]]), 1).toArray(); // => [[2,1],[4,3]]
 * ```
 */
export function flip(x: Tensor, axes: number | readonly number[]): Tensor {
  expectTensor("flip", "x", x);
  if (axes === undefined) throw new TypeError("flip: expected axes to be an integer or a list, got undefined");
  const along = normalizeAxes("flip", axes, x.rank);
  return flipped(x, along);
}

function flipped(x: Tensor, axes: readonly number[]): Tensor {
  const strides = stridesOf(x.shape);
  let offset = 0;
  for (const axis of axes) {
    offset += strides[axis]! * (x.shape[axis]! - 1);
    strides[axis] = -strides[axis]!;
  }
  return recordLinear("flip", copied(x, x.shape, strides, offset), x, (dy) => flipped(dy, axes));
}

/**
 * Repeats axes of size 1, and the whole along new leading axes, up to a shape. A copy; the gradient adds up the
 * repeats.
 *
 * @param x any shape and dtype.
 * @param shape sizes of the result; -1 leaves an axis of `x` as it is.
 * @throws RangeError if an axis of another size than 1 would change, or -1 stands for a new axis.
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.expand.html
 *
 * @example
 * ```ts
 * import { expand, tensor } from "sedge";
 * expand(tensor([[1], [2]]), [-1, 3]).toArray(); // => [[1,1,1],[2,2,2]]
 * ```
 */
export function expand(x: Tensor, shape: Shape): Tensor {
  return expanded("expand", x, shape);
}

/**
 * NumPy's name of {@link expand}.
 *
 * @throws RangeError if `x` does not broadcast to `shape`.
 * @see https://pytorch.org/docs/stable/generated/torch.broadcast_to.html
 *
 * @example
 * ```ts
 * import { broadcastTo, tensor } from "sedge";
 * broadcastTo(tensor([1, 2]), [2, 2]).toArray(); // => [[1,2],[1,2]]
 * ```
 */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  return expanded("broadcastTo", x, shape);
}

function expanded(op: string, x: Tensor, shape: Shape): Tensor {
  expectTensor(op, "x", x);
  if (!Array.isArray(shape)) throw refusal(op, "shape to be an array of sizes", shape, TypeError);
  const source = x.shape;
  const added = shape.length - source.length;
  const target = shape.map((d: number, i) => (d === -1 && i >= added ? (source[i - added] ?? d) : d));
  const fits = added >= 0 && source.every((d, i) => d === 1 || d === target[i + added]);
  if (!fits || target.includes(-1)) {
    throw refusal(op, `a shape that ${show(source)} broadcasts to`, shape);
  }
  checkShape(op, target);
  return repeatTo(op, x, target);
}

/**
 * Repeats the whole tensor along its axes, as tiles. A copy; the gradient adds up the tiles.
 *
 * @param x any shape and dtype.
 * @param repeats how often along each axis; more entries than axes add leading ones.
 * @throws RangeError if there are fewer entries than axes, or a negative one.
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.repeat.html
 *
 * @example
 * ```ts
 * import { repeat, tensor } from "sedge";
 * repeat(tensor([1, 2]), [2, 2]).toArray(); // => [[1,2,1,2],[1,2,1,2]]
 * ```
 */
export function repeat(x: Tensor, repeats: readonly number[]): Tensor {
  const op = "repeat";
  expectTensor(op, "x", x);
  checkShape(op, repeats, "repeats");
  const added = repeats.length - x.rank;
  if (added < 0) {
    throw refusal(op, `at least ${x.rank} repeats for ${show(x.shape)}`, repeats);
  }
  const tile = [...repeats.slice(0, added).fill(1), ...x.shape];
  const target = checkShape(
    op,
    tile.map((d, i) => d * repeats[i]!),
  );
  // Each axis as (repeats, size), the first of which is 1 in x.
  return composed(op, () => {
    const pairs = reshaped(
      op,
      x,
      tile.flatMap((d) => [1, d]),
    );
    const tiles = repeatTo(
      op,
      pairs,
      tile.flatMap((d, i) => [repeats[i]!, d]),
    );
    return reshaped(op, tiles, target);
  });
}

/**
 * A copy with storage of its own; gradients pass through.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.clone.html
 *
 * @example
 * ```ts
 * import { clone, tensor } from "sedge";
 * clone(tensor([1, 2])).toArray(); // => [1,2]
 * ```
 */
export function clone(x: Tensor): Tensor {
  expectTensor("clone", "x", x);
  const { size, shape, dtype } = x;
  const y = empty(shape, dtype);
  k.copyBytes(y.ptr, x.ptr, ints([size * BYTES[dtype], 1, 1]), 1);
  return recordLinear("clone", y, x, (dy) => dy);
}
