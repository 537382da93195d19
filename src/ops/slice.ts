// Parts of a tensor along one axis. Along the leading axis with step 1 they are views; others are copies. Parts by
// index tensors are gather.ts.
import { checkInt, checkOptions, normalizeAxis, refusal, replaced, type Shape, stridesOf, without } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";
import type { Layout } from "./internal/copy.ts";
import { part } from "./internal/transfer.ts";

/** `count` positions along `axis` from `start` on, `step` apart; `shape` names the result, which may drop the axis. */
interface Part {
  readonly axis: number;
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

function recordPart(op: string, x: Tensor, { axis, start, step, count }: Part, shape: Shape): Tensor {
  const source = x.shape;
  const sizes = replaced(source, axis, count);
  const strides = stridesOf(source);
  const layout: Layout = {
    offset: count === 0 ? 0 : start * strides[axis]!,
    strides: replaced(strides, axis, strides[axis]! * step),
  };
  return part(op, x, shape, sizes, layout, axis === 0 && step === 1);
}

/**
 * Positions `start`, `start + step`, ... before `stop` along an axis, with Python's rules: negative ones count from
 * the end, and what lies beyond is cut off. A view of `x` if the axis is the leading one and the step 1, else a copy.
 *
 * @param x any shape but a scalar, any dtype.
 * @param options `axis` (default 0), `start` (default 0), `stop` (default the axis' size), `step` (default 1, at
 *   least 1; for the reverse order use `flip`).
 * @throws RangeError for a scalar, an axis out of range, or a step below 1.
 * @see https://pytorch.org/docs/stable/tensor_view.html
 *
 * @example
 * ```ts
 * import { slice, tensor } from "sedge";
 * slice(tensor([1, 2, 3, 4, 5]), { start: 1, stop: -1 }).toArray(); // => [2,3,4]
 * slice(tensor([[1, 2, 3], [4, 5, 6]]), { axis: 1, step: 2 }).toArray(); // => [[1,3],[4,6]]
 * ```
 */
export function slice(
  x: Tensor,
  options: { axis?: number; start?: number; stop?: number; step?: number } = {},
): Tensor {
  const op = "slice";
  const axis = axisOf(op, x, options, ["axis", "start", "stop", "step"]);
  const size = x.shape[axis]!;
  const step = checkInt(op, "step", options.step ?? 1);
  if (step < 1) throw new RangeError(`${op}: expected step to be at least 1, got ${step}; reverse with flip()`);
  const clamp = (name: string, at: number): number => {
    checkInt(op, name, at);
    return Math.min(Math.max(at < 0 ? at + size : at, 0), size);
  };
  const start = clamp("start", options.start ?? 0);
  const stop = clamp("stop", options.stop ?? size);
  const count = Math.max(0, Math.ceil((stop - start) / step));
  return recordPart(op, x, { axis, start, step, count }, replaced(x.shape, axis, count));
}

/**
 * One position along an axis, which is dropped. A view of `x` if the axis is the leading one, else a copy.
 *
 * @param x any shape but a scalar, any dtype.
 * @param index the position; negative ones count from the end.
 * @param options `axis` (default 0).
 * @throws RangeError for a scalar, or an axis or index out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.select.html
 *
 * @example
 * ```ts
 * import { select, tensor } from "sedge";
 * select(tensor([[1, 2], [3, 4]]), -1, { axis: 1 }).toArray(); // => [2,4]
 * ```
 */
export function select(x: Tensor, index: number, options: { axis?: number } = {}): Tensor {
  const op = "select";
  const axis = axisOf(op, x, options);
  const size = x.shape[axis]!;
  checkInt(op, "index", index);
  if (index < -size || index >= size) {
    throw refusal(op, `index of at least ${-size} and below ${size}`, index);
  }
  return recordPart(
    op,
    x,
    { axis, start: index < 0 ? index + size : index, step: 1, count: 1 },
    without(x.shape, axis),
  );
}

/**
 * Cuts a tensor along an axis into parts of given sizes. Views of `x` along the leading axis, else copies.
 *
 * @param x any shape but a scalar, any dtype.
 * @param sizes of the parts, which must add up to the axis' size; or one size for all, the last part being what is
 *   left.
 * @param options `axis` (default 0).
 * @returns the parts in order.
 * @throws RangeError for a scalar, an axis out of range, or sizes that do not fit.
 * @see https://pytorch.org/docs/stable/generated/torch.split.html
 *
 * @example
 * ```ts
 * import { split, tensor } from "sedge";
 * split(tensor([1, 2, 3]), 2).map((part) => part.toArray()); // => [[1,2],[3]]
 * ```
 */
export function split(x: Tensor, sizes: number | readonly number[], options: { axis?: number } = {}): Tensor[] {
  const op = "split";
  const axis = axisOf(op, x, options);
  const total = x.shape[axis]!;
  if (!Array.isArray(sizes)) return parts(op, x, axis, evenly(op, "sizes", total, sizes as number));
  for (const size of sizes) checkInt(op, "sizes", size, 0);
  if (sizes.reduce((sum, size) => sum + size, 0) !== total) {
    throw refusal(op, `sizes that add up to ${total}`, sizes);
  }
  return parts(op, x, axis, sizes);
}

/**
 * Cuts a tensor along an axis into so many parts of equal size, but for the last; there may be fewer, as in PyTorch.
 *
 * @param x any shape but a scalar, any dtype.
 * @param chunks how many parts, at least 1; each of ceil(size / chunks).
 * @param options `axis` (default 0).
 * @returns the parts in order.
 * @throws RangeError for a scalar, an axis out of range, or fewer than one part.
 * @see https://pytorch.org/docs/stable/generated/torch.chunk.html
 *
 * @example
 * ```ts
 * import { chunk, zeros } from "sedge";
 * chunk(zeros([5, 2]), 2).map((part) => part.shape[0]); // => [3,2]
 * ```
 */
export function chunk(x: Tensor, chunks: number, options: { axis?: number } = {}): Tensor[] {
  const op = "chunk";
  const axis = axisOf(op, x, options);
  checkInt(op, "chunks", chunks, 1);
  const total = x.shape[axis]!;
  const sizes =
    total === 0 ? new Array<number>(chunks).fill(0) : evenly(op, "chunks", total, Math.ceil(total / chunks));
  return parts(op, x, axis, sizes);
}

/**
 * Cuts a tensor along an axis into parts of equal size, the first ones one longer where it must be; or before given
 * positions. Views of `x` along the leading axis, else copies.
 *
 * @param x any shape but a scalar, any dtype.
 * @param sections how many parts, or the positions to cut before, with Python's rules.
 * @param options `axis` (default 0).
 * @returns the parts in order.
 * @throws RangeError for a scalar, an axis out of range, or fewer than one part.
 * @see https://pytorch.org/docs/stable/generated/torch.tensor_split.html
 *
 * @example
 * ```ts
 * import { tensor, tensorSplit } from "sedge";
 * tensorSplit(tensor([1, 2, 3]), 2).map((part) => part.toArray()); // => [[1,2],[3]]
 * tensorSplit(tensor([1, 2, 3]), [1]).map((part) => part.toArray()); // => [[1],[2,3]]
 * ```
 */
export function tensorSplit(
  x: Tensor,
  sections: number | readonly number[],
  options: { axis?: number } = {},
): Tensor[] {
  const op = "tensorSplit";
  const axis = axisOf(op, x, options);
  const total = x.shape[axis]!;
  if (Array.isArray(sections)) {
    for (const at of sections) checkInt(op, "sections", at);
    return [0, ...sections].map((start, i) => slice(x, { axis, start, stop: sections[i] ?? total }));
  }
  const count = checkInt(op, "sections", sections, 1);
  const sizes = Array.from({ length: count }, (_, i) => Math.floor(total / count) + (i < total % count ? 1 : 0));
  return parts(op, x, axis, sizes);
}

/**
 * The positions along an axis, each without it. Views of `x` along the leading axis, else copies.
 *
 * @param x any shape but a scalar, any dtype.
 * @param options `axis` (default 0).
 * @returns as many as the axis is long.
 * @throws RangeError for a scalar, or an axis out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.unbind.html
 *
 * @example
 * ```ts
 * import { tensor, unbind } from "sedge";
 * unbind(tensor([[1, 2], [3, 4]]), { axis: 1 }).map((part) => part.toArray()); // => [[1,3],[2,4]]
 * ```
 */
export function unbind(x: Tensor, options: { axis?: number } = {}): Tensor[] {
  const op = "unbind";
  const axis = axisOf(op, x, options);
  const shape = without(x.shape, axis);
  return Array.from({ length: x.shape[axis]! }, (_, start) =>
    recordPart(op, x, { axis, start, step: 1, count: 1 }, shape),
  );
}

/**
 * `length` positions from `start` on along an axis. A view of `x` along the leading axis, else a copy.
 *
 * @param x any shape but a scalar, any dtype.
 * @param axis the axis. @param start the first position; a negative one counts from the end.
 * @param length how many.
 * @throws RangeError for a scalar, an axis out of range, or positions beyond the end.
 * @see https://pytorch.org/docs/stable/generated/torch.narrow.html
 *
 * @example
 * ```ts
 * import { narrow, tensor } from "sedge";
 * narrow(tensor([1, 2, 3, 4]), 0, 1, 2).toArray(); // => [2,3]
 * ```
 */
export function narrow(x: Tensor, axis: number, start: number, length: number): Tensor {
  const op = "narrow";
  const along = axisOf(op, x, { axis });
  const size = x.shape[along]!;
  const first = checkInt(op, "start", start, -size, size) + (start < 0 ? size : 0);
  const count = checkInt(op, "length", length, 0, size - first);
  const shape = replaced(x.shape, along, count);
  return recordPart(op, x, { axis: along, start: first, step: 1, count }, shape);
}

/** Parts of `size` and a rest; one empty part for an empty axis. */
function evenly(op: string, name: string, total: number, size: number): number[] {
  checkInt(op, name, size, total === 0 ? 0 : 1);
  const count = total === 0 ? 1 : Math.ceil(total / size);
  return Array.from({ length: count }, (_, i) => Math.min(size, total - i * size));
}

function parts(op: string, x: Tensor, axis: number, sizes: readonly number[]): Tensor[] {
  let start = 0;
  return sizes.map((count) => {
    const shape = replaced(x.shape, axis, count);
    const y = recordPart(op, x, { axis, start, step: 1, count }, shape);
    start += count;
    return y;
  });
}

/** Checks x and the options of an op along an axis; returns the axis. */
function axisOf(op: string, x: Tensor, options: { axis?: number }, names: readonly string[] = ["axis"]): number {
  expectTensor(op, "x", x);
  checkOptions(op, options, names);
  if (x.rank === 0) throw new RangeError(`${op}: expected x of at least one axis, got a scalar`);
  return normalizeAxis(op, options.axis ?? 0, x.rank);
}
