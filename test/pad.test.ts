// Padding in every mode against a rule by position, with negative widths, other dtypes and zero sizes.
import "../src/boot.ts";
import { describe, expect, it } from "vitest";
import { arange, tensor, zeros } from "../src/ops/create.ts";
import { type PadMode, pad } from "../src/ops/pad.ts";
import { reshape } from "../src/ops/shape.ts";
import { sizeOf } from "../src/shape.ts";
import type { Tensor } from "../src/tensor.ts";
import { checkOp, random } from "./check-op.ts";

/** One axis of numbers, padded as the page of PyTorch describes. */
function padded(list: readonly number[], [before, after]: readonly [number, number], mode: PadMode): number[] {
  const n = list.length;
  const kept = list.slice(Math.max(0, -before), n - Math.max(0, -after));
  const out: number[] = [];
  for (let i = -before; i < n + after; i++) {
    if (i >= 0 && i < n) out.push(list[i]!);
    else if (mode === "constant") out.push(7);
    else if (mode === "replicate") out.push(i < 0 ? list[0]! : list[n - 1]!);
    else if (mode === "reflect") out.push(i < 0 ? list[-i]! : list[2 * n - 2 - i]!);
    else out.push(i < 0 ? kept[kept.length + i]! : kept[i - n]!);
  }
  return out;
}

const counted = (shape: readonly number[]): Tensor =>
  reshape(arange(1, sizeOf(shape) + 1, { dtype: "float32" }), shape);
const MODES: PadMode[] = ["constant", "reflect", "replicate", "circular"];

describe("pad", () => {
  it.each(MODES)("%s follows the rule of its positions along each axis", (mode) => {
    const widths: [number, number][] = [
      [0, 0],
      [1, 2],
      [3, 0],
      [-1, 1],
      [2, -2],
    ];
    for (const last of widths) {
      for (const first of widths) {
        const x = counted([1, 4, 5]);
        const rows = (x.toArray() as number[][][])[0]!.map((row) => padded(row, last, mode));
        const columns = rows[0]!.map((_, j) =>
          padded(
            rows.map((row) => row[j]!),
            first,
            mode,
          ),
        );
        const want = columns.length === 0 ? [] : columns[0]!.map((_, i) => columns.map((column) => column[i]!));
        const y = pad(x, [...last, ...first], mode === "constant" ? { value: 7 } : { mode });
        expect(y.toArray(), `${last} ${first}`).toEqual([want]);
      }
    }
  });

  it("takes one to three axes behind one or two others in every mode", () => {
    for (const mode of MODES) {
      for (const axes of [1, 2, 3]) {
        for (const lead of [[2], [2, 1]]) {
          const y = pad(zeros([...lead, ...new Array<number>(axes).fill(3)]), new Array<number>(2 * axes).fill(1), {
            mode,
          });
          expect(y.shape).toEqual([...lead, ...new Array<number>(axes).fill(5)]);
        }
      }
    }
  });

  it("pads any number of axes with a constant, none too, and empty ones", () => {
    expect(pad(tensor(3), []).item()).toBe(3);
    expect(pad(counted([2]), [], { value: 9 }).toArray()).toEqual([1, 2]);
    expect(pad(zeros([0, 2]), [0, 0, 1, 1], { value: 9 }).toArray()).toEqual([
      [9, 9],
      [9, 9],
    ]);
    expect(pad(counted([1, 1, 1, 1, 2]), [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]).shape).toEqual([2, 1, 1, 1, 3]);
    expect(pad(counted([3]), [-1, -2]).shape).toEqual([0]);
  });

  it("keeps int32 and bool", () => {
    expect(pad(tensor([1, 2], { dtype: "int32" }), [1, 0], { value: 2.9 }).toArray()).toEqual([2, 1, 2]);
    expect(pad(tensor([true, false]), [0, 2], { value: 5 }).toArray()).toEqual([true, false, true, true]);
    expect(pad(tensor([[true, false]]), [1, 1], { mode: "circular" }).toArray()).toEqual([[false, true, false, true]]);
  });

  it("passes infinities and NaN, inside and as the constant", () => {
    expect(pad(tensor([Infinity, NaN]), [1, 0], { value: -Infinity }).toArray()).toEqual([-Infinity, Infinity, NaN]);
  });

  it.each(MODES)("%s adds up the gradients of what is repeated, and drops those of what is cut off", (mode) => {
    checkOp("pad", (x) => pad(x!, [2, 1, -1, 1], { mode }), [random([1, 3, 4])]);
  });
});
