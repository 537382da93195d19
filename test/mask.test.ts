// Masks: what is filled, collected and replaced, broadcast and in every dtype; and the places of what is not zero.
import "../src/boot.ts";
import { describe, expect, it } from "vitest";
import { tensor, zeros } from "../src/ops/create.ts";
import { maskedFill, maskedScatter, maskedSelect, nonzero } from "../src/ops/mask.ts";
import { checkOp, random } from "./check-op.ts";

const mask = tensor([true, false, true]);
const column = tensor([[true], [false]]);

describe("maskedFill", () => {
  it("broadcasts mask and x, and keeps the dtype", () => {
    expect(maskedFill(tensor([[1, 2, 3], [4, 5, 6]]), mask, -Infinity).toArray()).toEqual([[-Infinity, 2, -Infinity], [-Infinity, 5, -Infinity]]); // biome-ignore format: matrices
    expect(maskedFill(tensor([1, 2]), column, 0).toArray()).toEqual([
      [0, 0],
      [1, 2],
    ]);
    const ints = maskedFill(tensor([1, 2, 3], { dtype: "int32" }), mask, 1.9);
    expect([ints.dtype, ints.toArray()]).toEqual(["int32", [1, 2, 1]]);
    expect(maskedFill(tensor([false, false, false]), mask, 5).toArray()).toEqual([true, false, true]);
  });

  it("hides what is under the mask, NaN too, and has the gradients of x and of the value", () => {
    expect(maskedFill(tensor([NaN, 1, 2]), mask, 0).toArray()).toEqual([0, 1, 0]);
    checkOp("maskedFill", (x, v) => maskedFill(x!, mask, v!), [random([2, 3]), random([])]);
  });
});

describe("maskedSelect and maskedScatter", () => {
  it("collect and replace in row-major order", () => {
    const x = tensor([[1, 2, 3], [4, 5, 6]]); // biome-ignore format: a matrix
    expect(maskedSelect(x, mask).toArray()).toEqual([1, 3, 4, 6]);
    expect(maskedSelect(x, column).toArray()).toEqual([1, 2, 3]);
    expect(maskedSelect(tensor([1, 2]), column).toArray()).toEqual([1, 2]);
    expect(maskedSelect(tensor([true, false, true]), mask).toArray()).toEqual([true, true]);
    expect(maskedSelect(zeros([0, 3]), mask).shape).toEqual([0]);
    expect(maskedScatter(x, column, tensor([[9, 8], [7, 6]])).toArray()).toEqual([[9, 8, 7], [4, 5, 6]]); // biome-ignore format: matrices
  });

  it("have gradients", () => {
    checkOp("maskedSelect", (x) => maskedSelect(x!, mask), [random([2, 3])]);
    checkOp("maskedScatter", (x, s) => maskedScatter(x!, mask, s!), [random([2, 3]), random([5], 2)]);
  });
});

describe("nonzero", () => {
  it("gives a row of indices for each, NaN among them", () => {
    const x = tensor([[[0, 1], [0, 0]], [[NaN, 0], [-0, -2]]]); // biome-ignore format: a cube
    expect(nonzero(x).toArray()).toEqual([
      [0, 0, 1],
      [1, 0, 0],
      [1, 1, 1],
    ]);
    expect(nonzero(x).dtype).toBe("int32");
  });

  it("takes lists, scalars and nothing", () => {
    expect(nonzero(mask).toArray()).toEqual([[0], [2]]);
    expect(nonzero(tensor(3)).shape).toEqual([1, 0]);
    expect(nonzero(zeros([2, 0])).shape).toEqual([0, 2]);
  });
});
