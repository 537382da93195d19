// Elements in another order, or repeated, composed of the copies of permute.ts, slice.ts and join.ts.
import {
  checkInt,
  checkOptions,
  checkShape,
  normalizeAxes,
  normalizeAxis,
  refusal,
  replaced,
  sizeOf,
} from "../shape.ts";
import { expectTensor, Tensor } from "../tensor.ts";
import { begin } from "./internal/arguments.ts";
import { composed } from "./internal/composed.ts";
import { picked } from "./internal/picks.ts";
import { repeatTo } from "./internal/sums.ts";
import { reshaped } from "./internal/transfer.ts";
import { cat } from "./join.ts";
import { flip, permute, repeat, transpose } from "./permute.ts";
import { slice } from "./slice.ts";

/**
 * Moves elements along axes; what leaves at the end comes in at the front.
 *
 * @param x any shape and dtype.
 * @param shifts by how many places, forward if positive; one for each axis.
 * @param options `axis`: the axis or axes; without it the elements are shifted as one list.
 * @throws TypeError for shifts that are no integers; RangeError if there are not as many as axes, or an axis is out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.roll.html
 *
 * @example
 * ```ts
 * import { roll, tensor } from "sedge";
 * roll(tensor([1, 2, 3, 4]), 1).toArray(); // => [4,1,2,3]
 * roll(tensor([[1, 2], [3, 4]]), -1, { axis: 0 }).toArray(); // => [[3,4],[1,2]]
 * ```
 */
export function roll(
  x: Tensor,
  shifts: number | readonly number[],
  options: { axis?: number | readonly number[] } = {},
): Tensor {
  const op = "roll";
  expectTensor(op, "x", x);
  checkOptions(op, options, ["axis"]);
  const by = [shifts].flat();
  for (const shift of by) checkInt(op, "shifts", shift);
  const given = [options.axis ?? []].flat();
  const flat = given.length === 0;
  const axes = flat ? [0] : given.map((axis) => normalizeAxis(op, axis, x.rank));
  if (axes.length !== by.length) throw refusal(op, `shifts for ${axes.length} axes`, shifts);
  return composed(op, () => {
    let y = reshaped(op, x, flat || x.rank === 0 ? [x.size] : x.shape);
    for (const [i, axis] of axes.entries()) {
      const size = y.shape[axis]!;
      const start = size && -by[i]! % size; // what begins the result; negative ones count from the end
      y = cat([slice(y, { axis, start }), slice(y, { axis, stop: start })], { axis });
    }
    return reshaped(op, y, x.shape);
  });
}

/**
 * Repeats each element in place: `[a, b]` becomes `[a, a, b, b]`.
 *
 * @param x any shape and dtype.
 * @param repeats how often: one number, or one for each position along the axis, as a list or an int32 tensor.
 * @param options `axis`; without it the elements are taken as one list.
 * @throws TypeError for counts that are no integers; RangeError for negative ones, a number of them that does not fit, or
 *   an axis out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.repeat_interleave.html
 *
 * @example
 * ```ts
 * import { repeatInterleave, tensor } from "sedge";
 * repeatInterleave(tensor([1, 2]), 2).toArray(); // => [1,1,2,2]
 * repeatInterleave(tensor([[1], [2]]), [1, 2], { axis: 0 }).toArray(); // => [[1],[2],[2]]
 * ```
 */
export function repeatInterleave(
  x: Tensor,
  repeats: number | readonly number[] | Tensor,
  options: { axis?: number } = {},
): Tensor {
  const op = "repeatInterleave";
  expectTensor(op, "x", x);
  checkOptions(op, options, ["axis"]);
  const flat = options.axis === undefined || x.rank === 0;
  const axis = normalizeAxis(op, options.axis ?? 0, x.rank);
  const shape = flat ? [x.size] : x.shape;
  if (typeof repeats === "object" && !Array.isArray(repeats)) expectTensor(op, "repeats", repeats, "int32");
  const counts: readonly number[] = [repeats instanceof Tensor ? [...repeats.data] : repeats].flat();
  for (const count of counts) checkInt(op, "repeats", count, 0);
  if (counts.length !== 1 && counts.length !== shape[axis]) throw refusal(op, `${shape[axis]} repeats, or one`, counts);
  return composed(op, () => {
    if (counts.length !== 1) {
      const places = counts.flatMap((count, i) => new Array<number>(count).fill(i));
      return picked(op, reshaped(op, x, shape), axis, places.length, (i) => places[i]!);
    }
    const [count, lead, rest] = [counts[0]!, shape.slice(0, axis + 1), sizeOf(shape.slice(axis + 1))];
    const blocks = repeatTo(op, reshaped(op, x, [...lead, 1, rest]), [...lead, count, rest]);
    return reshaped(op, blocks, replaced(shape, axis, shape[axis]! * count));
  });
}

/**
 * Repeats the whole tensor along its axes, as `repeat`; fewer entries than axes stand for the last ones.
 *
 * @param x any shape and dtype.
 * @param repeats how often along each axis.
 * @throws TypeError or RangeError for entries that are no integers of at least 0.
 * @see https://pytorch.org/docs/stable/generated/torch.tile.html
 *
 * @example
 * ```ts
 * import { tensor, tile } from "sedge";
 * tile(tensor([[1], [2]]), [2]).toArray(); // => [[1,1],[2,2]]
 * ```
 */
export function tile(x: Tensor, repeats: readonly number[]): Tensor {
  const op = "tile";
  expectTensor(op, "x", x);
  checkShape(op, repeats, "repeats");
  return repeat(x, [...new Array<number>(Math.max(0, x.rank - repeats.length)).fill(1), ...repeats]);
}

/**
 * Moves axes to other positions; the others keep their order. A copy.
 *
 * @param x any shape and dtype.
 * @param source the axis or axes. @param destination where they go, one for each.
 * @throws RangeError if an axis is out of range or named twice, or the lists differ in length.
 * @see https://pytorch.org/docs/stable/generated/torch.movedim.html
 *
 * @example
 * ```ts
 * import { movedim, zeros } from "sedge";
 * movedim(zeros([2, 3, 4]), 0, -1).shape; // => [3,4,2]
 * ```
 */
export function movedim(
  x: Tensor,
  source: number | readonly number[],
  destination: number | readonly number[],
): Tensor {
  const op = "movedim";
  expectTensor(op, "x", x);
  const [from, to] = [source, destination].map((given, i) => {
    const list = [given].flat().map((axis) => normalizeAxis(op, axis, x.rank, i === 0 ? "source" : "destination"));
    normalizeAxes(op, list, x.rank); // distinct
    return list;
  }) as [number[], number[]];
  if (from.length !== to.length) throw refusal(op, `destination for ${from.length} axes`, destination);
  const axes = x.shape.map((_, axis) => axis);
  const others = axes.filter((axis) => !from.includes(axis));
  return permute(
    x,
    axes.map((axis) => from[to.indexOf(axis)] ?? others.shift()!),
  );
}

/**
 * Another name of `transpose`, with both axes given.
 *
 * @param x any shape and dtype. @param a one axis. @param b the other.
 * @throws RangeError if an axis is out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.swapaxes.html
 *
 * @example
 * ```ts
 * import { swapaxes, zeros } from "sedge";
 * swapaxes(zeros([2, 3, 4]), 0, 2).shape; // => [4,3,2]
 * ```
 */
export function swapaxes(x: Tensor, a: number, b: number): Tensor {
  return transpose(x, a, b);
}

/**
 * Turns by 90 degrees in the plane of two axes, from the first towards the second. A copy.
 *
 * @param x at least two axes, any dtype.
 * @param k how often; backwards if negative (default 1).
 * @param options `axes` of the plane (default `[0, 1]`).
 * @throws TypeError if `k` is no integer; RangeError if `axes` are not two that differ.
 * @see https://pytorch.org/docs/stable/generated/torch.rot90.html
 *
 * @example
 * ```ts
 * import { rot90, tensor } from "sedge";
 * rot90(tensor([[1, 2], [3, 4]])).toArray(); // => [[2,4],[1,3]]
 * ```
 */
export function rot90(x: Tensor, k = 1, options: { axes?: readonly [number, number] } = {}): Tensor {
  const op = "rot90";
  const { axes } = begin(op, x, options, { axes: [0, 1] as readonly [number, number] });
  const [a, b] = axes;
  normalizeAxes(op, [a, b], x.rank); // distinct
  const turns = checkInt(op, "k", k) & 3;
  return composed(op, () => {
    if (turns % 2 === 0) return flip(x, turns === 0 ? [] : [a, b]);
    return transpose(flip(x, turns === 1 ? b : a), a, b);
  });
}
