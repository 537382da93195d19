// Views under other shapes: shared storage, gradients in the source's shape, refusals.
import { describe, expect, it } from "vitest";
import "../src/boot.ts";
import "../src/entry.ts";
import { tensor, zeros } from "../src/ops/create.ts";
import { flatten, reshape, squeeze, unsqueeze } from "../src/ops/shape.ts";
import { checkOp, random } from "./check-op.ts";

describe("reshape", () => {
  it("keeps the elements in order, for every dtype", () => {
    for (const dtype of ["float32", "int32", "bool"] as const) {
      const x = tensor([0, 1, 1, 0, 1, 0], { dtype });
      const y = reshape(x, [2, 3]);
      expect(y.dtype).toBe(dtype);
      expect(y.shape).toEqual([2, 3]);
      expect(Array.from(y.data)).toEqual([0, 1, 1, 0, 1, 0]);
    }
  });

  it("works out one -1, at any place", () => {
    const x = zeros([2, 3, 4]);
    expect(reshape(x, [-1]).shape).toEqual([24]);
    expect(reshape(x, [6, -1]).shape).toEqual([6, 4]);
    expect(reshape(x, [-1, 2, 2]).shape).toEqual([6, 2, 2]);
    expect(reshape(zeros([]), [1, -1]).shape).toEqual([1, 1]);
    expect(reshape(zeros([0, 3]), [3, -1]).shape).toEqual([3, 0]);
  });

  it("shares storage: a write through one shows in the other", () => {
    const x = tensor([1, 2, 3, 4]);
    const y = reshape(x, [2, 2]);
    y.data[3] = 9;
    expect(x.toArray()).toEqual([1, 2, 3, 9]);
  });

  it("outlives its source's release", () => {
    const x = tensor([1, 2]);
    const y = reshape(x, [2, 1]);
    x.dispose();
    expect(y.toArray()).toEqual([[1], [2]]);
  });

  it("does not keep the caller's array", () => {
    const shape = [2, 2];
    const y = reshape(zeros([4]), shape);
    shape[0] = 7;
    expect(y.shape).toEqual([2, 2]);
  });

  it("hands its gradient back in the source's shape", () => {
    checkOp("reshape", (x) => reshape(x, [3, -1]), [random([2, 6])]);
    checkOp("reshape", (x) => reshape(x, []), [random([1, 1])]);
  });

  it("refuses shapes that do not fit", () => {
    const x = zeros([2, 3]);
    expect(() => reshape(x, [4])).toThrow(
      new RangeError("reshape: expected a shape of 6 elements for [2, 3], got [4] of 4"),
    );
    expect(() => reshape(x, [4, -1])).toThrow(
      new RangeError(
        "reshape: expected -1 to be determined for [2, 3], got [4, -1], where it would not be whole for 6 elements",
      ),
    );
    expect(() => reshape(zeros([0]), [0, -1])).toThrow(
      "reshape: expected -1 to be determined for [0], got [0, -1], where it has no single value beside a size of 0",
    );
    expect(() => reshape(x, [-1, -1])).toThrow("reshape: expected at most one -1, got [-1, -1]");
    expect(() => reshape(x, [-2, -3])).toThrow(RangeError);
    expect(() => reshape(x, [1.5, 4])).toThrow(TypeError);
    expect(() => reshape(x, 6 as unknown as number[])).toThrow(
      new TypeError("reshape: expected shape to be an array of sizes, got 6"),
    );
    expect(() => reshape([1] as never, [1])).toThrow("reshape: expected x to be a tensor, got [1]");
  });
});

describe("flatten", () => {
  it("merges the axes from startAxis to endAxis", () => {
    const x = zeros([2, 3, 4, 5]);
    expect(flatten(x).shape).toEqual([120]);
    expect(flatten(x, { startAxis: 1 }).shape).toEqual([2, 60]);
    expect(flatten(x, { startAxis: 1, endAxis: 2 }).shape).toEqual([2, 12, 5]);
    expect(flatten(x, { startAxis: -2 }).shape).toEqual([2, 3, 20]);
    expect(flatten(x, { startAxis: 1, endAxis: 1 }).shape).toEqual([2, 3, 4, 5]);
    expect(flatten(zeros([])).shape).toEqual([1]);
    expect(flatten(zeros([0, 3])).shape).toEqual([0]);
  });

  it("hands its gradient back", () => checkOp("flatten", (x) => flatten(x, { startAxis: 1 }), [random([2, 3, 2])]));

  it("refuses axes in the wrong order, or that are not there", () => {
    expect(() => flatten(zeros([2, 3]), { startAxis: 1, endAxis: 0 })).toThrow(
      new RangeError("flatten: expected startAxis not behind endAxis, got 1 and 0"),
    );
    expect(() => flatten(zeros([2, 3]), { startAxis: 2 })).toThrow(
      "flatten: expected startAxis from -2 to 1 for rank 2, got 2",
    );
    expect(() => flatten(zeros([2]), { axis: 1 } as never)).toThrow(
      new TypeError('flatten: unknown option "axis"; expected one of startAxis, endAxis'),
    );
  });
});

describe("squeeze", () => {
  it("removes axes of size 1: all, one, or several, and leaves others", () => {
    const x = zeros([1, 3, 1, 2]);
    expect(squeeze(x).shape).toEqual([3, 2]);
    expect(squeeze(x, 0).shape).toEqual([3, 1, 2]);
    expect(squeeze(x, -2).shape).toEqual([1, 3, 2]);
    expect(squeeze(x, 1).shape).toEqual([1, 3, 1, 2]);
    expect(squeeze(x, [0, 1, 2]).shape).toEqual([3, 2]);
    expect(squeeze(zeros([]), 0).shape).toEqual([]);
  });

  it("hands its gradient back", () => checkOp("squeeze", (x) => squeeze(x), [random([1, 3, 1])]));

  it("refuses axes that are not there, or twice", () => {
    expect(() => squeeze(zeros([1, 2]), 2)).toThrow("squeeze: expected axis from -2 to 1 for rank 2, got 2");
    expect(() => squeeze(zeros([1, 2]), [0, -2])).toThrow("squeeze: expected distinct axes, got [0, 0]");
  });
});

describe("unsqueeze", () => {
  it("inserts an axis anywhere, also from the end", () => {
    const x = zeros([2, 3]);
    expect(unsqueeze(x, 0).shape).toEqual([1, 2, 3]);
    expect(unsqueeze(x, 2).shape).toEqual([2, 3, 1]);
    expect(unsqueeze(x, -1).shape).toEqual([2, 3, 1]);
    expect(unsqueeze(x, -3).shape).toEqual([1, 2, 3]);
    expect(unsqueeze(zeros([]), 0).shape).toEqual([1]);
  });

  it("hands its gradient back", () => checkOp("unsqueeze", (x) => unsqueeze(x, 1), [random([3, 2])]));

  it("refuses an axis that cannot be, and a ninth one", () => {
    expect(() => unsqueeze(zeros([2]), 2)).toThrow("unsqueeze: expected axis from -2 to 1 for rank 2, got 2");
    expect(() => unsqueeze(zeros([1, 1, 1, 1, 1, 1, 1, 1]), 0)).toThrow(
      "unsqueeze: expected shape of at most 8 axes, got 9",
    );
  });
});
