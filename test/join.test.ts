// cat and stack: every axis and dtype, promotion, gradients, refusals.
import { describe, expect, it } from "vitest";
import "../src/boot.ts";
import "../src/entry.ts";
import { backward } from "../src/backward.ts";
import { memory } from "../src/memory.ts";
import { tensor, zeros } from "../src/ops/create.ts";
import { cat, stack } from "../src/ops/join.ts";
import { sum } from "../src/ops/reduce.ts";
import { checkOp, random } from "./check-op.ts";

describe("cat", () => {
  it("joins along any axis, for every dtype", () => {
    for (const dtype of ["float32", "int32", "bool"] as const) {
      const a = tensor(
        [
          [0, 1],
          [1, 1],
        ],
        { dtype },
      );
      const b = tensor([[1], [0]], { dtype });
      const y = cat([a, b], { axis: 1 });
      expect(y.dtype).toBe(dtype);
      expect(y.shape).toEqual([2, 3]);
      expect(Array.from(y.data)).toEqual([0, 1, 1, 1, 1, 0]);
      expect(Array.from(cat([a, a], { axis: -2 }).data)).toEqual([0, 1, 1, 1, 0, 1, 1, 1]);
    }
  });

  it("joins along a middle axis, with sizes 0 and 1 among them", () => {
    const y = cat([random([2, 3, 5], 1), random([2, 0, 5]), random([2, 1, 5], 2), random([2, 4, 5], 3)], { axis: 1 });
    expect(y.shape).toEqual([2, 8, 5]);
    const rows = [random([2, 3, 5], 1), random([2, 1, 5], 2), random([2, 4, 5], 3)].map(
      (t) => t.toArray() as number[][][],
    );
    expect(y.toArray()).toEqual([0, 1].map((i) => rows.flatMap((t) => t[i]!)));
  });

  it("joins nothing but empty tensors, and one alone", () => {
    expect(cat([zeros([0, 2]), zeros([0, 2])]).shape).toEqual([0, 2]);
    expect(cat([zeros([2, 0]), zeros([2, 0])]).shape).toEqual([4, 0]);
    expect(cat([tensor([1, 2])]).toArray()).toEqual([1, 2]);
  });

  it("takes an empty vector for nothing, whatever the others' shapes", () => {
    const none = tensor(new Float32Array(0), { requiresGrad: true });
    const y = cat([none, tensor([[1, 2]]), none, tensor([[3], [4]]).reshape([1, 2])], { axis: -1 });
    expect(y.toArray()).toEqual([[1, 2, 3, 4]]);
    backward(sum(y));
    expect(none.grad?.shape).toEqual([0]);
    expect(cat([none, none]).shape).toEqual([0]);
    expect(() => cat([tensor([1]), tensor([[1, 2]])])).toThrow("cat: expected shapes that differ in axis 0 only");
  });

  it("promotes mixed dtypes and leaves no temporaries", () => {
    const parts = [tensor([true]), tensor([2], { dtype: "int32" })];
    const half = tensor([0.5]);
    const whole = cat(parts);
    expect([whole.dtype, whole.toArray()]).toEqual(["int32", [1, 2]]);
    const before = memory().tensors;
    const y = cat([...parts, half]);
    expect([y.dtype, y.toArray()]).toEqual(["float32", [1, 2, 0.5]]);
    expect(memory().tensors).toBe(before + 1);
  });

  it("cuts its gradient up again", () => {
    checkOp("cat 0", (a, b) => cat([a!, b!]), [random([2, 3]), random([1, 3], 2)]);
    checkOp("cat 1", (a, b) => cat([a!, b!], { axis: 1 }), [random([2, 3]), random([2, 2], 2)]);
    checkOp("cat three", (a, b, c) => cat([a!, b!, c!], { axis: -1 }), [
      random([2, 3]),
      random([2, 1], 2),
      random([2, 2], 3),
    ]);
    checkOp("cat vectors", (a, b, c) => cat([a!, b!, c!]), [random([2]), random([3], 2), random([1], 3)]);
    checkOp("cat twice", (a) => cat([a!, a!], { axis: 1 }), [random([2, 3])]);
  });

  it("gives gradients only to those that want them", () => {
    const a = tensor([1, 2], { requiresGrad: true });
    const b = tensor([3]);
    backward(sum(cat([b, a, tensor([1], { dtype: "int32" })])));
    expect(a.grad?.toArray()).toEqual([1, 1]);
    expect(b.grad).toBeNull();
  });

  it("refuses shapes that do not fit, empty lists, scalars and what is no list", () => {
    expect(() => cat([zeros([2, 3]), zeros([2, 2])])).toThrow(
      new RangeError("cat: expected shapes that differ in axis 0 only, got [2, 3], [2, 2]"),
    );
    expect(() => cat([zeros([2]), zeros([2, 1])])).toThrow(
      "cat: expected shapes that differ in axis 0 only, got [2], [2, 1]",
    );
    expect(() => cat([])).toThrow(new RangeError("cat: expected at least one tensor, got none"));
    expect(() => cat([tensor(1)])).toThrow("cat: expected tensors of at least one axis, got scalars; use stack()");
    expect(() => cat(zeros([2]) as never)).toThrow(new TypeError("cat: expected tensors to be an array, got a Tensor"));
    expect(() => cat([zeros([1]), 2 as never])).toThrow(
      new TypeError("cat: expected tensors[1] to be a tensor, got 2"),
    );
    expect(() => cat([zeros([1])], { axis: 1 })).toThrow("cat: expected axis from -1 to 0 for rank 1, got 1");
    expect(() => cat([zeros([1])], { dim: 1 } as never)).toThrow('cat: unknown option "dim"; expected one of axis');
  });
});

describe("stack", () => {
  it("joins along a new axis at any place", () => {
    const a = tensor([
      [1, 2],
      [3, 4],
    ]);
    const b = tensor([
      [5, 6],
      [7, 8],
    ]);
    expect(stack([a, b]).toArray()).toEqual([
      [
        [1, 2],
        [3, 4],
      ],
      [
        [5, 6],
        [7, 8],
      ],
    ]);
    expect(stack([a, b], { axis: 1 }).toArray()).toEqual([
      [
        [1, 2],
        [5, 6],
      ],
      [
        [3, 4],
        [7, 8],
      ],
    ]);
    expect(stack([a, b], { axis: -1 }).toArray()).toEqual([
      [
        [1, 5],
        [2, 6],
      ],
      [
        [3, 7],
        [4, 8],
      ],
    ]);
    expect(stack([tensor(1), tensor(2)]).toArray()).toEqual([1, 2]);
    expect(stack([zeros([0]), zeros([0])]).shape).toEqual([2, 0]);
  });

  it("promotes mixed dtypes", () => {
    expect(stack([tensor(true), tensor(3, { dtype: "int32" })]).toArray()).toEqual([1, 3]);
  });

  it("cuts its gradient up again", () => {
    checkOp("stack 0", (a, b) => stack([a!, b!]), [random([3]), random([3], 2)]);
    checkOp("stack 1", (a, b) => stack([a!, b!], { axis: 1 }), [random([3, 2]), random([3, 2], 2)]);
  });

  it("refuses differing shapes, empty lists, a ninth axis", () => {
    expect(() => stack([zeros([2]), zeros([3])])).toThrow(
      new RangeError("stack: expected tensors of one shape, got [2], [3]"),
    );
    expect(() => stack([])).toThrow("stack: expected at least one tensor, got none");
    expect(() => stack([zeros([2])], { axis: 2 })).toThrow("stack: expected axis from -2 to 1 for rank 2, got 2");
    expect(() => stack([zeros([1, 1, 1, 1, 1, 1, 1, 1])])).toThrow("stack: expected shape of at most 8 axes, got 9");
  });
});
