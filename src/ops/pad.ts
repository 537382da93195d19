// Padding: borders of a constant, of reflections, of repeated edges, or of the other side. Windows over what is padded
// are windows.ts.
import { checkInt, checkNumber, checkOptions, checkShape, describe, type Shape, show, stridesOf } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";
import { picked } from "./internal/picks.ts";
import { composed, transfer } from "./internal/transfer.ts";

/** What stands in a border: a number, the image mirrored, its edge repeated, or its other side. */
export type PadMode = "constant" | "reflect" | "replicate" | "circular";

/** Options of {@link pad}. */
export interface PadOptions {
  /** What stands in the border (default "constant"). */
  mode?: PadMode;
  /** The constant (default 0). */
  value?: number;
}

/**
 * For each mode but "constant" where position i, counted from the first element, is taken from, of n. What is cut off at
 * the ends leaves `low` to `high`: only of that "circular" goes round.
 */
const RULES: Readonly<
  Record<Exclude<PadMode, "constant">, (i: number, n: number, low: number, high: number) => number>
> = {
  reflect: (i, n) => (i < 0 ? -i : i < n ? i : 2 * (n - 1) - i),
  replicate: (i, n) => Math.min(Math.max(i, 0), n - 1),
  circular: (i, n, low, high) => low + ((i - low + n * (high - low)) % (high - low)),
};

/**
 * Adds a border to the last axes; a negative width cuts off.
 *
 * @param x any dtype; in other modes than "constant" one to three axes are padded, behind one or two others.
 * @param pad widths before and after, in pairs, the last axis' first: `[left, right, top, bottom]`.
 * @param options `mode`, `value`; see {@link PadOptions}. "reflect" leaves the edge out and takes widths below the
 *   axis' size, "circular" up to it.
 * @throws TypeError for widths that are no integers; RangeError for a list that is odd or too long, an unknown mode, or a
 *   width that is too large for its mode or cuts off too much.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.pad.html
 *
 * @example
 * ```ts
 * import { pad, tensor } from "sedge";
 * pad(tensor([1, 2]), [1, 2], { value: 9 }).toArray(); // => [9,1,2,9,9]
 * pad(tensor([[1, 2, 3]]), [2, 1], { mode: "reflect" }).toArray(); // => [[3,2,1,2,3,2]]
 * ```
 */
export function pad(x: Tensor, pad: readonly number[], options: PadOptions = {}): Tensor {
  const op = "pad";
  expectTensor(op, "x", x);
  checkOptions(op, options, ["mode", "value"]);
  const { mode = "constant" } = options;
  const { value = 0 } = options;
  if (!Number.isNaN(value)) checkNumber(op, "value", value);
  if (!Array.isArray(pad)) throw new TypeError(`${op}: expected pad to be an array, got ${describe(pad)}`);
  for (const width of pad) checkInt(op, "pad", width);
  const count = pad.length / 2;
  if (!Number.isInteger(count) || count > x.rank) {
    throw new RangeError(`${op}: expected pad to hold a pair for each of at most ${x.rank} axes, got ${show(pad)}`);
  }
  const widths = (axis: number): [number, number] => {
    const at = 2 * (x.rank - 1 - axis);
    return [pad[at] ?? 0, pad[at + 1] ?? 0];
  };
  const shape = x.shape.map((d, axis) => d + widths(axis)[0] + widths(axis)[1]);
  checkShape(op, shape, "pad to leave a shape");
  if (mode === "constant")
    return bordered(op, x, shape, (axis) => widths(axis)[0], x.dtype === "bool" ? Number(value !== 0) : value);
  if (!Object.hasOwn(RULES, mode)) {
    throw new RangeError(
      `${op}: expected mode "constant", "reflect", "replicate" or "circular", got ${describe(mode)}`,
    );
  }
  const spatial = x.rank - count;
  if (count < 1 || count > 3 || spatial < 1 || spatial > 2) {
    throw new RangeError(
      `${op}: expected one to three axes to ${mode}, behind one or two others, got pad ${show(pad)} for ${show(x.shape)}`,
    );
  }
  const room = (n: number): number => (mode === "reflect" ? n - 1 : mode === "circular" ? n : n > 0 ? Infinity : 0);
  for (let axis = spatial; axis < x.rank; axis++) {
    const n = x.shape[axis]!;
    if (Math.max(...widths(axis)) > room(n) || n === 0) {
      throw new RangeError(
        `${op}: expected pad of at most ${room(n)} for an axis of ${n} by mode ${mode}, got ${show(pad)}`,
      );
    }
  }
  const rule = RULES[mode];
  return composed(op, () => {
    let y = x;
    for (let axis = x.rank - 1; axis >= spatial; axis--) {
      const n = x.shape[axis]!;
      const [before, after] = widths(axis);
      const [low, high] = [Math.max(0, -before), n - Math.max(0, -after)];
      y = picked(op, y, axis, shape[axis]!, (i) => rule(i - before, n, low, high));
    }
    return y;
  });
}

/** x within a larger, or smaller, shape, beginning at `start` of each axis, and a constant around. Recorded. */
export function bordered(op: string, x: Tensor, shape: Shape, start: (axis: number) => number, value: number): Tensor {
  const at = (strides: readonly number[], sign: number): number =>
    strides.reduce((sum, stride, axis) => sum + stride * Math.max(0, sign * start(axis)), 0);
  const [own, wide] = [stridesOf(x.shape), stridesOf(shape)];
  const sizes = shape.map((d, axis) => {
    const from = start(axis);
    return Math.max(0, Math.min(x.shape[axis]! - Math.max(0, -from), d - Math.max(0, from)));
  });
  const route = { sizes, from: { offset: at(own, -1), strides: own }, to: { offset: at(wide, 1), strides: wide } };
  return transfer(op, x, shape, route, value);
}
