// Elements in another order, or repeated, composed of the copies of permute.ts, slice.ts and join.ts.
import { checkInt, checkOptions, describe, normalizeAxes, normalizeAxis, show, sizeOf } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";
import { picked } from "./internal/picks.ts";
import { repeatTo } from "./internal/sums.ts";
import { composed, reshaped } from "./internal/transfer.ts";
import { cat } from "./join.ts";
import { clone, flip, permute, repeat, transpose } from "./permute.ts";
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
  const by = Array.isArray(shifts) ? shifts : [shifts];
  for (const shift of by) checkInt(op, "shifts", shift);
  const given = [options.axis ?? []].flat();
  const flat = given.length === 0;
  const axes = flat ? [0] : given.map((axis) => normalizeAxis(op, axis, x.rank));
  if (axes.length !== by.length) {
    throw new RangeError(`${op}: expected shifts for ${axes.length} axes, got ${describe(shifts)}`);
  }
  if (x.rank === 0) return clone(x);
  return composed(op, () => {
    let y = flat ? reshaped(op, x, [x.size]) : x;
    for (const [i, axis] of axes.entries()) {
      const size = y.shape[axis]!;
      const cut = size - (((by[i]! % size) + size) % size || 0);
      y = cat([slice(y, { axis, start: cut }), slice(y, { axis, stop: cut })], { axis });
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
  const flat = options.axis === undefined;
  const axis = flat ? 0 : normalizeAxis(op, options.axis, x.rank);
  const shape = flat || x.rank === 0 ? [x.size] : x.shape;
  const size = shape[axis]!;
  const counts = countsOf(op, repeats);
  for (const count of counts) checkInt(op, "repeats", count, 0);
  if (counts.length !== 1 && counts.length !== size) {
    throw new RangeError(`${op}: expected repeats to be one number or ${size}, got ${counts.length}`);
  }
  return composed(op, () => {
    if (counts.length !== 1) {
      const places = counts.flatMap((count, i) => new Array<number>(count).fill(i));
      return picked(op, reshaped(op, x, shape), axis, places.length, (i) => places[i]!);
    }
    const [lead, rest] = [shape.slice(0, axis + 1), sizeOf(shape.slice(axis + 1))];
    const blocks = repeatTo(op, reshaped(op, x, [...lead, 1, rest]), [...lead, counts[0]!, rest]);
    return reshaped(
      op,
      blocks,
      shape.map((d, i) => (i === axis ? d * counts[0]! : d)),
    );
  });
}

function countsOf(op: string, repeats: unknown): readonly number[] {
  if (typeof repeats === "number") return [repeats];
  if (Array.isArray(repeats)) return repeats;
  expectTensor(op, "repeats", repeats, "int32");
  return Array.from(repeats.data);
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
  if (!Array.isArray(repeats)) throw new TypeError(`${op}: expected repeats to be an array, got ${describe(repeats)}`);
  for (const count of repeats) checkInt(op, "repeats", count, 0);
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
  const axes = (name: string, given: number | readonly number[]): number[] => {
    const list = [given].flat().map((axis) => normalizeAxis(op, axis, x.rank, name));
    normalizeAxes(op, list, x.rank);
    return list;
  };
  const [from, to] = [axes("source", source), axes("destination", destination)];
  if (from.length !== to.length) {
    throw new RangeError(`${op}: expected destination for ${from.length} axes, got ${describe(destination)}`);
  }
  const others = x.shape.map((_, axis) => axis).filter((axis) => !from.includes(axis));
  return permute(
    x,
    x.shape.map((_, axis) => (to.includes(axis) ? from[to.indexOf(axis)]! : others.shift()!)),
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
  expectTensor("swapaxes", "x", x);
  return transpose(x, normalizeAxis("swapaxes", a, x.rank, "a"), normalizeAxis("swapaxes", b, x.rank, "b"));
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
  expectTensor(op, "x", x);
  checkOptions(op, options, ["axes"]);
  checkInt(op, "k", k);
  const given = options.axes ?? [0, 1];
  if (!Array.isArray(given) || given.length !== 2) {
    throw new RangeError(`${op}: expected axes to be two, got ${describe(given)}`);
  }
  const [a, b] = given.map((axis) => normalizeAxis(op, axis, x.rank, "axes")) as [number, number];
  if (a === b || x.rank < 2) throw new RangeError(`${op}: expected axes that differ, got ${show(given)}`);
  const turns = ((k % 4) + 4) % 4;
  if (turns === 0) return clone(x);
  if (turns === 2) return flip(x, [a, b]);
  return composed(op, () => transpose(flip(x, turns === 1 ? b : a), a, b));
}
