// Padding: borders of a constant, of reflections, of repeated edges, or of the other side. Windows over what is padded
// are windows.ts.
import { checkInt, checkShape, refusal } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { begin, oneOf } from "./internal/arguments.ts";
import { composed } from "./internal/composed.ts";
import { picked } from "./internal/picks.ts";
import { bordered } from "./internal/transfer.ts";

/** What stands in a border: a number, the image mirrored, its edge repeated, or its other side. */
export type PadMode = "constant" | "reflect" | "replicate" | "circular";

/** Options of {@link pad}. */
export interface PadOptions {
  /** What stands in the border (default "constant"). */
  mode?: PadMode;
  /** The constant (default 0). */
  value?: number;
}

type Rule = (i: number, n: number, low: number, high: number) => number;

/**
 * For each mode but "constant" how much wider than the axis' n a border may be, and where position i, counted from the
 * first element, is taken from. What is cut off at the ends leaves `low` to `high`: only of that "circular" goes round.
 */
const RULES: Readonly<Record<string, readonly [slack: number, rule: Rule]>> = {
  reflect: [-1, (i, n) => (i < 0 ? -i : i < n ? i : 2 * (n - 1) - i)],
  replicate: [Infinity, (i, n) => Math.min(Math.max(i, 0), n - 1)],
  circular: [0, (i, n, low, high) => low + ((i - low + n * (high - low)) % (high - low))],
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
  const { mode, value } = begin<Required<PadOptions>>(op, x, options, { mode: "constant", value: 0 });
  const { shape, rank } = x;
  oneOf(op, "mode", mode, ["constant", ...Object.keys(RULES)]);
  for (const width of [pad].flat()) checkInt(op, "pad", width);
  const first = rank - pad.length / 2;
  const before = (axis: number): number => pad[2 * (rank - 1 - axis)] ?? 0;
  const after = (axis: number): number => pad[2 * (rank - 1 - axis) + 1] ?? 0;
  const rule = RULES[mode];
  if (!Number.isInteger(first) || first < 0 || (rule && (first < 1 || first > 2 || rank - first > 3))) {
    throw refusal(op, `pad of a pair for each axis${rule ? ", one to three, behind one or two others" : ""}`, pad);
  }
  const wide = checkShape(
    op,
    shape.map((d, axis) => d + before(axis) + after(axis)),
    "pad to leave a shape",
  );
  if (!rule) return bordered(op, x, wide, before, x.dtype === "bool" ? Number(value !== 0) : value);
  for (let axis = first; axis < rank; axis++) {
    const n = shape[axis]!;
    const most = n > 0 ? n + rule[0] : -1;
    if (before(axis) > most || after(axis) > most) throw refusal(op, `pad of at most ${most} for mode ${mode}`, pad);
  }
  return composed(op, () => {
    let y = x;
    for (let axis = rank - 1; axis >= first; axis--) {
      const [n, start] = [shape[axis]!, before(axis)];
      const [low, high] = [Math.max(0, -start), n + Math.min(0, after(axis))];
      y = picked(op, y, axis, wide[axis]!, (i) => rule[1](i - start, n, low, high));
    }
    return y;
  });
}
