// Slices against Python's rules, select, split and chunk, with gradients and refusals.
import { describe, expect, it } from "vitest";
import "../src/boot.ts";
import "../src/entry.ts";
import { backward } from "../src/backward.ts";
import { arange, tensor, zeros } from "../src/ops/create.ts";
import { sum } from "../src/ops/reduce.ts";
import { reshape } from "../src/ops/shape.ts";
import { chunk, select, slice, split } from "../src/ops/slice.ts";
import type { Tensor } from "../src/tensor.ts";
import { checkOp, random } from "./check-op.ts";

/** Python's x[start:stop:step] as a list of positions. */
function positions(size: number, start: number | undefined, stop: number | undefined, step: number): number[] {
  const clamp = (at: number): number => Math.min(Math.max(at < 0 ? at + size : at, 0), size);
  const list: number[] = [];
  for (let i = clamp(start ?? 0); i < clamp(stop ?? size); i += step) list.push(i);
  return list;
}

const counted = (shape: readonly number[]): Tensor => reshape(arange(shape.reduce((a, b) => a * b, 1)), shape);

describe("slice", () => {
  it("follows Python's rules for every start, stop and step along every axis", () => {
    const x = counted([5, 4, 6]);
    for (const axis of [0, 1, 2]) {
      const size = x.shape[axis]!;
      for (const start of [undefined, -9, -3, -1, 0, 2, 6, 9]) {
        for (const stop of [undefined, -9, -2, 0, 3, 5, 99]) {
          for (const step of [1, 2, 3, 10]) {
            const at = positions(size, start, stop, step);
            const options = { axis, step, ...(start !== undefined && { start }), ...(stop !== undefined && { stop }) };
            const y = slice(x, options);
            const want = x.toArray() as number[][][];
            const part =
              axis === 0
                ? at.map((i) => want[i])
                : want.map((a) => (axis === 1 ? at.map((i) => a[i]) : a.map((b) => at.map((i) => b[i]))));
            expect(y.shape, JSON.stringify(options)).toEqual(x.shape.map((d, i) => (i === axis ? at.length : d)));
            expect(y.toArray(), JSON.stringify(options)).toEqual(part);
          }
        }
      }
    }
  });

  it("takes all without options, and counts a negative axis from the end", () => {
    expect(slice(tensor([1, 2])).toArray()).toEqual([1, 2]);
    expect(slice(tensor([[1, 2, 3]]), { axis: -1, start: 1 }).toArray()).toEqual([[2, 3]]);
  });

  it("keeps int32 and bool", () => {
    const x = tensor([[true, false, true, true, false]]);
    expect(slice(x, { axis: 1, step: 2 }).toArray()).toEqual([[true, true, false]]);
    const rows = tensor([[true], [false], [true]]);
    expect(slice(rows, { start: 1 }).toArray()).toEqual([[false], [true]]);
    expect(slice(arange(5), { start: 1, step: 2 }).dtype).toBe("int32");
  });

  it("shares storage along the leading axis with step 1, and copies otherwise", () => {
    const x = counted([3, 2]);
    const rows = slice(x, { start: 1 });
    const columns = slice(x, { axis: 1, start: 1 });
    const steps = slice(x, { step: 2 });
    x.data.fill(9);
    expect(rows.toArray()).toEqual([
      [9, 9],
      [9, 9],
    ]);
    expect(columns.toArray()).toEqual([[1], [3], [5]]);
    expect(steps.toArray()).toEqual([
      [0, 1],
      [4, 5],
    ]);
  });

  it("gives its gradient zeros outside of the slice", () => {
    checkOp("slice rows", (x) => slice(x, { start: 1, stop: 3 }), [random([4, 3])]);
    checkOp("slice columns", (x) => slice(x, { axis: 1, start: 1, step: 2 }), [random([3, 6])]);
    checkOp("slice middle", (x) => slice(x, { axis: 1, stop: -1 }), [random([2, 3, 2])]);
    const x = random([3]);
    x.requiresGrad = true;
    backward(sum(slice(x, { start: 3 })));
    expect(x.grad?.toArray()).toEqual([0, 0, 0]);
  });

  it("adds up the gradients of overlapping slices", () => {
    const x = tensor([1, 2, 3], { requiresGrad: true });
    backward(sum(slice(x, { stop: 2 })), {});
    backward(sum(slice(x, { start: 1 })), {});
    expect(x.grad?.toArray()).toEqual([1, 2, 1]);
  });

  it("refuses scalars, steps below 1, fractions, axes that are not there, unknown options", () => {
    const x = zeros([3]);
    expect(() => slice(tensor(1))).toThrow(new RangeError("slice: expected x of at least one axis, got a scalar"));
    expect(() => slice(x, { step: -1 })).toThrow(
      new RangeError("slice: expected step to be at least 1, got -1; reverse with flip()"),
    );
    expect(() => slice(x, { step: 0 })).toThrow("slice: expected step to be at least 1, got 0");
    expect(() => slice(x, { start: 0.5 })).toThrow(new TypeError("slice: expected start to be an integer, got 0.5"));
    expect(() => slice(x, { stop: Number.NaN })).toThrow("slice: expected stop to be an integer, got NaN");
    expect(() => slice(x, { axis: 1 })).toThrow("slice: expected axis from -1 to 0 for rank 1, got 1");
    expect(() => slice(x, { end: 1 } as never)).toThrow(
      'slice: unknown option "end"; expected one of axis, start, stop, step',
    );
  });
});

describe("select", () => {
  it("drops the axis, from either end", () => {
    const x = counted([2, 3, 2]);
    expect(select(x, 1).toArray()).toEqual([
      [6, 7],
      [8, 9],
      [10, 11],
    ]);
    expect(select(x, -1, { axis: 1 }).toArray()).toEqual([
      [4, 5],
      [10, 11],
    ]);
    expect(select(x, 0, { axis: -1 }).toArray()).toEqual([
      [0, 2, 4],
      [6, 8, 10],
    ]);
    expect(select(tensor([1, 2]), 1).item()).toBe(2);
  });

  it("gives its gradient zeros elsewhere", () => {
    checkOp("select rows", (x) => select(x, 1), [random([3, 2])]);
    checkOp("select columns", (x) => select(x, -2, { axis: 1 }), [random([3, 4])]);
  });

  it("refuses positions that are not there", () => {
    expect(() => select(zeros([3]), 3)).toThrow(
      new RangeError("select: expected index of at least -3 and below 3, got 3"),
    );
    expect(() => select(zeros([3]), -4)).toThrow("select: expected index of at least -3 and below 3, got -4");
    expect(() => select(zeros([0]), 0)).toThrow(RangeError);
    expect(() => select(tensor(1), 0)).toThrow("select: expected x of at least one axis, got a scalar");
  });
});

describe("split", () => {
  it("cuts into parts of one size and a rest, or of given sizes", () => {
    const x = counted([5, 2]);
    expect(split(x, 2).map((t) => t.shape)).toEqual([
      [2, 2],
      [2, 2],
      [1, 2],
    ]);
    expect(split(x, 9).map((t) => t.shape)).toEqual([[5, 2]]);
    expect(split(x, [1, 0, 4]).map((t) => t.toArray())).toEqual([
      [[0, 1]],
      [],
      [
        [2, 3],
        [4, 5],
        [6, 7],
        [8, 9],
      ],
    ]);
    expect(split(x, [1, 1], { axis: 1 }).map((t) => Array.from(t.data))).toEqual([
      [0, 2, 4, 6, 8],
      [1, 3, 5, 7, 9],
    ]);
    expect(split(zeros([0, 2]), 3).map((t) => t.shape)).toEqual([[0, 2]]);
    expect(split(zeros([0]), 0).map((t) => t.shape)).toEqual([[0]]);
  });

  it("hands the parts' gradients back to their places", () => {
    checkOp("split", (x) => split(x, [1, 2], { axis: 1 })[1]!, [random([2, 3])]);
    const x = tensor([1, 2, 3], { requiresGrad: true });
    const [a] = split(x, 2);
    backward(sum(a!));
    expect(x.grad?.toArray()).toEqual([1, 1, 0]);
  });

  it("refuses sizes that do not add up, or are none", () => {
    expect(() => split(zeros([5]), [2, 2])).toThrow(
      new RangeError("split: expected sizes that add up to 5, got [2, 2]"),
    );
    expect(() => split(zeros([5]), [6, -1])).toThrow("split: expected sizes at least 0, got -1");
    expect(() => split(zeros([5]), 0)).toThrow("split: expected sizes at least 1, got 0");
    expect(() => split(zeros([5]), undefined as never)).toThrow(
      "split: expected sizes to be an integer, got undefined",
    );
    expect(() => split(tensor(1), 1)).toThrow("split: expected x of at least one axis, got a scalar");
  });
});

describe("chunk", () => {
  it("cuts into parts of ceil(size / chunks), perhaps fewer than asked for", () => {
    const sizes = (n: number, chunks: number): number[] => chunk(zeros([n]), chunks).map((t) => t.size);
    expect(sizes(6, 3)).toEqual([2, 2, 2]);
    expect(sizes(5, 2)).toEqual([3, 2]);
    expect(sizes(6, 4)).toEqual([2, 2, 2]);
    expect(sizes(2, 5)).toEqual([1, 1]);
    expect(sizes(0, 3)).toEqual([0, 0, 0]);
    expect(chunk(zeros([2, 4]), 2, { axis: 1 }).map((t) => t.shape)).toEqual([
      [2, 2],
      [2, 2],
    ]);
  });

  it("refuses fewer than one part", () => {
    expect(() => chunk(zeros([5]), 0)).toThrow("chunk: expected chunks at least 1, got 0");
  });
});
