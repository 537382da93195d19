// Elements chosen by masks: filled, collected, replaced; and where elements are not zero. The elementwise choice between
// two tensors is where() of ternary.ts; lookups by number are gather.ts.
import { broadcastShapes, refusal, type Shape, sizeOf } from "../shape.ts";
import { empty, expectTensor, type Tensor } from "../tensor.ts";
import { ints, k } from "../wasm.ts";
import { cast } from "./cast.ts";
import { full } from "./create.ts";
import { composed } from "./internal/composed.ts";
import { rowsTaken } from "./internal/lookup.ts";
import { repeatTo } from "./internal/sums.ts";
import { reshaped } from "./internal/transfer.ts";
import { scatter } from "./scatter.ts";
import { reshape } from "./shape.ts";
import { where } from "./ternary.ts";

/**
 * A copy of `x` with `value` where the mask is true.
 *
 * @param x any shape and dtype.
 * @param mask bool, of a shape that broadcasts with `x`'s.
 * @param value a number or a scalar tensor, which is converted to `x`'s dtype.
 * @throws TypeError if `mask` is not bool; RangeError if the shapes do not broadcast together.
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.masked_fill.html
 *
 * @example
 * ```ts
 * import { maskedFill, tensor } from "sedge";
 * maskedFill(tensor([1, 2, 3]), tensor([true, false, true]), -1).toArray(); // => [-1,2,-1]
 * ```
 */
export function maskedFill(x: Tensor, mask: Tensor, value: number | Tensor): Tensor {
  const op = "maskedFill";
  checkMasked(op, x, mask);
  if (typeof value !== "number") expectTensor(op, "value", value);
  const { dtype } = x;
  return composed(op, () => {
    const filling = typeof value === "number" ? full([], value, { dtype }) : reshape(cast(value, dtype), []);
    return where(mask, filling, x);
  });
}

/**
 * The elements where the mask is true, in order, as a list.
 *
 * @param x any shape and dtype.
 * @param mask bool, of a shape that broadcasts with `x`'s.
 * @returns one axis, `x`'s dtype.
 * @throws TypeError if `mask` is not bool; RangeError if the shapes do not broadcast together.
 * @see https://pytorch.org/docs/stable/generated/torch.masked_select.html
 *
 * @example
 * ```ts
 * import { maskedSelect, tensor } from "sedge";
 * maskedSelect(tensor([1, 2, 3]), tensor([true, false, true])).toArray(); // => [1,3]
 * ```
 */
export function maskedSelect(x: Tensor, mask: Tensor): Tensor {
  const op = "maskedSelect";
  const shape = checkMasked(op, x, mask);
  return composed(op, () => rowsTaken(op, spread(x, shape), placesOf(mask, shape), 0));
}

/**
 * A copy of `x` with the elements where the mask is true replaced by those of `source`, in order.
 *
 * @param x any shape and dtype.
 * @param mask bool, of a shape that broadcasts with `x`'s.
 * @param source `x`'s dtype, any shape, at least as many elements as the mask has trues.
 * @throws TypeError if `mask` is not bool; RangeError if the shapes do not broadcast together or `source` is too small.
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.masked_scatter.html
 *
 * @example
 * ```ts
 * import { maskedScatter, tensor } from "sedge";
 * maskedScatter(tensor([1, 2, 3]), tensor([true, false, true]), tensor([8, 9])).toArray(); // => [8,2,9]
 * ```
 */
export function maskedScatter(x: Tensor, mask: Tensor, source: Tensor): Tensor {
  const op = "maskedScatter";
  const shape = checkMasked(op, x, mask);
  expectTensor(op, "source", source, x.dtype);
  return composed(op, () => {
    const places = placesOf(mask, shape);
    if (source.size < places.size) throw refusal(op, `source of at least ${places.size} elements`, source.shape);
    return reshaped(op, scatter(spread(x, shape), places, reshaped(op, source, [source.size]), { axis: 0 }), shape);
  });
}

/**
 * The indices of the elements that are not zero, in order; NaN counts as not zero.
 *
 * @param x any shape and dtype.
 * @returns int32 [n, rank]: a row for each.
 * @see https://pytorch.org/docs/stable/generated/torch.nonzero.html
 *
 * @example
 * ```ts
 * import { nonzero, tensor } from "sedge";
 * nonzero(tensor([[0, 5], [6, 0]])).toArray(); // => [[0,1],[1,0]]
 * ```
 */
export function nonzero(x: Tensor): Tensor {
  expectTensor("nonzero", "x", x);
  return composed("nonzero", () => indicesOf(x.dtype === "bool" ? x : cast(x, "bool"), x.shape));
}

/** Positions of the trues in the whole of a mask spread to `shape`. */
function placesOf(mask: Tensor, shape: Shape): Tensor {
  const list = spread(mask, shape);
  const places = indicesOf(list, list.shape);
  return reshaped("nonzero", places, [places.size]);
}

/** A row of indices below `shape` for each true. */
function indicesOf(mask: Tensor, shape: Shape): Tensor {
  const { ptr, size } = mask;
  const count = k.nonzero(0, ptr, size, 0, 0);
  const y = empty([count, shape.length], "int32");
  k.nonzero(y.ptr, ptr, size, ints(shape), shape.length);
  return y;
}

/** The common shape of a tensor and a mask. */
function checkMasked(op: string, x: Tensor, mask: Tensor): Shape {
  expectTensor(op, "x", x);
  expectTensor(op, "mask", mask, "bool");
  return broadcastShapes(op, x.shape, mask.shape);
}

/** x spread to `shape`, as one list. */
const spread = (x: Tensor, shape: Shape): Tensor => reshaped("reshape", repeatTo("expand", x, shape), [sizeOf(shape)]);
