// Lookups by index tensors against plain loops, their gradients with repeated indices, and every refusal.
import { describe, expect, it } from "vitest";
import "../src/boot.ts";
import "../src/entry.ts";
import { backward } from "../src/backward.ts";
import { full, tensor, zeros } from "../src/ops/create.ts";
import { embedding } from "../src/ops/embedding.ts";
import { gather, indexSelect, oneHot } from "../src/ops/gather.ts";
import { sum } from "../src/ops/reduce.ts";
import { type Shape, sizeOf, stridesOf } from "../src/shape.ts";
import type { Tensor } from "../src/tensor.ts";
import { checkOp, random } from "./check-op.ts";

const int = (values: readonly number[], shape: Shape = [values.length]): Tensor =>
  tensor(Int32Array.from(values), { shape });

/** Numbers below `bound` in a fixed irregular order, with repeats. */
const scattered = (n: number, bound: number): number[] =>
  Array.from({ length: n }, (_, i) => (i * i * 7 + i * 3) % bound);

const counted = (shape: Shape, dtype: "float32" | "int32" | "bool"): Tensor =>
  tensor(
    Array.from({ length: sizeOf(shape) }, (_, i) => (dtype === "bool" ? (i * i + (i >> 2)) & 1 : i)),
    { shape, dtype },
  );

describe("embedding", () => {
  it("takes rows of the table for ids of any shape", () => {
    for (const width of [1, 3, 4, 17, 600]) {
      const weight = random([7, width]);
      const ids = int(scattered(6, 7), [2, 3]);
      const y = embedding(ids, weight);
      expect(y.shape).toEqual([2, 3, width]);
      const rows = weight.toArray() as number[][];
      expect(y.toArray()).toEqual((ids.toArray() as number[][]).map((list) => list.map((id) => rows[id])));
    }
    expect(embedding(int([2], []), random([3, 4])).shape).toEqual([4]);
    expect(embedding(int([]), random([3, 4])).shape).toEqual([0, 4]);
    expect(embedding(int([0, 0]), zeros([1, 0])).shape).toEqual([2, 0]);
  });

  it("adds up the gradients of repeated ids", () => {
    for (const width of [1, 4, 5])
      checkOp("embedding", (w) => embedding(int([2, 0, 2, 2, 1]), w!), [random([4, width])]);
  });

  it("gives the padding row no gradient, counted from either end", () => {
    for (const paddingIdx of [1, -2]) {
      const weight = random([3, 2]);
      weight.requiresGrad = true;
      backward(sum(embedding(int([0, 1, 1, 2, 2]), weight, { paddingIdx })));
      expect(weight.grad?.toArray()).toEqual([
        [1, 1],
        [0, 0],
        [2, 2],
      ]);
    }
  });

  it("divides a row's gradient by its frequency when asked to", () => {
    const weight = random([4, 3]);
    weight.requiresGrad = true;
    const ids = int([3, 0, 3, 3]);
    backward(sum(embedding(ids, weight, { scaleGradByFreq: true })));
    expect(weight.grad?.toArray()).toEqual([
      [1, 1, 1],
      [0, 0, 0],
      [0, 0, 0],
      [1, 1, 1],
    ]);
  });

  it("refuses ids outside of the table, naming the first", () => {
    const weight = zeros([5, 2]);
    expect(() => embedding(int([0, 1, 5, 9]), weight)).toThrow(
      new RangeError("embedding: expected ids of at least 0 and below 5, got 5 at position [2]"),
    );
    expect(() => embedding(int([0, 1, 2, 3, 4, -1], [2, 3]), weight)).toThrow(
      "embedding: expected ids of at least 0 and below 5, got -1 at position [1, 2]",
    );
    for (let at = 0; at < 11; at++) {
      const ids = new Array<number>(11).fill(4);
      ids[at] = 5;
      expect(() => embedding(int(ids), weight)).toThrow(`got 5 at position [${at}]`);
    }
    expect(() => embedding(int([0]), zeros([0, 2]))).toThrow("expected ids of at least 0 and below 0, got 0");
  });

  it("refuses other dtypes, shapes and options", () => {
    const weight = zeros([5, 2]);
    expect(() => embedding(tensor([1]), weight)).toThrow(
      new TypeError("embedding: expected ids to be int32, got float32"),
    );
    expect(() => embedding(int([1]), int([1]))).toThrow("embedding: expected weight to be float32, got int32");
    expect(() => embedding(int([1]), zeros([5]))).toThrow("embedding: expected weight of shape [V, D], got [5]");
    expect(() => embedding(int([1]), weight, { paddingIdx: 5 })).toThrow(
      "embedding: expected paddingIdx from -5 to 4, got 5",
    );
    expect(() => embedding(int([1]), weight, { scaleGradByFreq: 1 as never })).toThrow(
      "embedding: expected scaleGradByFreq to be a boolean, got 1",
    );
    expect(() => embedding(int([1]), weight, { sparse: true } as never)).toThrow(
      'embedding: unknown option "sparse"; expected one of paddingIdx, maxNorm, normType, scaleGradByFreq',
    );
  });
});

describe("indexSelect", () => {
  for (const dtype of ["float32", "int32", "bool"] as const) {
    it(`takes slices of ${dtype} across any axis`, () => {
      const x = counted([5, 3, 7], dtype);
      const strides = stridesOf(x.shape);
      for (const axis of [0, 1, 2]) {
        const index = scattered(4, x.shape[axis]!);
        const y = indexSelect(x, int(index), { axis });
        const shape = x.shape.map((d, i) => (i === axis ? 4 : d));
        expect(y.shape).toEqual(shape);
        expect(y.dtype).toBe(dtype);
        const out = stridesOf(shape);
        const want = Array.from({ length: y.size }, (_, at) =>
          shape.reduce((sum, d, i) => {
            const v = Math.floor(at / out[i]!) % d;
            return sum + strides[i]! * (i === axis ? index[v]! : v);
          }, 0),
        ).map((at) => x.data[at]!);
        expect(Array.from(y.data)).toEqual(want);
      }
    });
  }

  it("takes long rows whole", () => {
    const x = random([6, 1000]);
    const y = indexSelect(x, int([5, 0, 5]));
    const rows = x.toArray() as number[][];
    expect(y.toArray()).toEqual([rows[5], rows[0], rows[5]]);
  });

  it("takes a scalar index as one, and an empty one", () => {
    expect(indexSelect(tensor([1, 2]), int([1], [])).toArray()).toEqual([2]);
    expect(indexSelect(zeros([3, 2]), int([])).shape).toEqual([0, 2]);
    expect(indexSelect(zeros([3, 0]), int([1, 1])).shape).toEqual([2, 0]);
  });

  it("adds up the gradients of repeated indices", () => {
    checkOp("indexSelect 0", (x) => indexSelect(x!, int([1, 1, 2])), [random([4, 3])]);
    checkOp("indexSelect 1", (x) => indexSelect(x!, int([2, 0, 2]), { axis: 1 }), [random([2, 3, 5])]);
  });

  it("refuses indices out of range, of another dtype or rank", () => {
    expect(() => indexSelect(zeros([2, 3]), int([0, 3]), { axis: -1 })).toThrow(
      new RangeError("indexSelect: expected index of at least 0 and below 3, got 3 at position [1]"),
    );
    expect(() => indexSelect(zeros([2]), tensor([0]))).toThrow("indexSelect: expected index to be int32, got float32");
    expect(() => indexSelect(zeros([2]), int([0, 1], [1, 2]))).toThrow(
      "indexSelect: expected index of at most one axis, got [1, 2]",
    );
    expect(() => indexSelect(tensor(1), int([0]))).toThrow(
      "indexSelect: expected x of at least one axis, got a scalar",
    );
  });
});

describe("gather", () => {
  for (const dtype of ["float32", "int32", "bool"] as const) {
    it(`takes elements of ${dtype} by their position along any axis, also for a smaller index`, () => {
      const x = counted([4, 3, 5], dtype);
      const own = stridesOf(x.shape);
      for (const axis of [0, 1, 2]) {
        for (const shape of [
          [4, 3, 5],
          [2, 3, 4],
          [1, 1, 1],
          [3, 0, 5],
          [4, 3, 5].map((d, i) => (i === axis ? 7 : d)),
        ]) {
          const index = int(scattered(sizeOf(shape), x.shape[axis]!), shape);
          const y = gather(x, index, { axis });
          expect(y.shape).toEqual(shape);
          expect(y.dtype).toBe(dtype);
          const out = stridesOf(shape);
          const want = Array.from(index.data, (id, at) =>
            shape.reduce((sum, d, i) => sum + own[i]! * (i === axis ? id : Math.floor(at / out[i]!) % d), 0),
          ).map((at) => x.data[at]!);
          expect(Array.from(y.data), `${shape} along ${axis}`).toEqual(want);
        }
      }
    });
  }

  it("takes a scalar by the index 0", () => {
    expect(gather(tensor(7), int([0], []), { axis: 0 }).item()).toBe(7);
  });

  it("adds up the gradients of repeated indices, zeros elsewhere", () => {
    checkOp("gather 1", (x) => gather(x!, int([2, 2, 0, 1], [2, 2]), { axis: 1 }), [random([2, 3])]);
    checkOp("gather 0", (x) => gather(x!, int([1, 0, 1, 1], [4, 1]), { axis: 0 }), [random([2, 3])]);
    checkOp("gather inner", (x) => gather(x!, int([1, 1, 0, 1], [1, 2, 2]), { axis: 1 }), [random([2, 3, 3])]);
  });

  it("gives zeros where a smaller index reaches nothing, in memory used before", () => {
    const x = random([4, 6]);
    x.requiresGrad = true;
    const y = sum(gather(x, int([5, 5], [2, 1]), { axis: 1 }));
    for (const t of Array.from({ length: 8 }, () => full([4, 6], Number.NaN))) t.dispose();
    backward(y);
    const row = [0, 0, 0, 0, 0, 1];
    expect(x.grad?.toArray()).toEqual([row, row, new Array(6).fill(0), new Array(6).fill(0)]);
  });

  it("refuses indices that do not fit", () => {
    const x = zeros([2, 3]);
    expect(() => gather(x, int([0, 3], [2, 1]), { axis: 1 })).toThrow(
      new RangeError("gather: expected index of at least 0 and below 3, got 3 at position [1, 0]"),
    );
    expect(() => gather(x, int([0]), { axis: 1 })).toThrow(
      "gather: expected index of 2 axes within [2, 3] but for axis 1, got [1]",
    );
    expect(() => gather(x, int([0, 0, 0], [3, 1]), { axis: 1 })).toThrow("but for axis 1, got [3, 1]");
    expect(() => gather(x, int([0, 0], [2, 1]), undefined as never)).toThrow(
      new TypeError("gather: expected axis to be an integer, got undefined"),
    );
    expect(() => gather(x, zeros([2, 1]), { axis: 1 })).toThrow("gather: expected index to be int32, got float32");
  });
});

describe("oneHot", () => {
  it("makes int32 rows with a 1 at the class", () => {
    const y = oneHot(int([2, 0, 1, 1], [2, 2]), 4);
    expect(y.dtype).toBe("int32");
    expect(y.toArray()).toEqual([
      [
        [0, 0, 1, 0],
        [1, 0, 0, 0],
      ],
      [
        [0, 1, 0, 0],
        [0, 1, 0, 0],
      ],
    ]);
    expect(oneHot(int([]), 3).shape).toEqual([0, 3]);
  });

  it("finds the number of classes where none is given", () => {
    expect(oneHot(int([1, 2])).toArray()).toEqual([
      [0, 1, 0],
      [0, 0, 1],
    ]);
  });

  it("refuses ids out of range, and no ids without a number", () => {
    expect(() => oneHot(int([0, 3]), 3)).toThrow(
      new RangeError("oneHot: expected ids of at least 0 and below 3, got 3 at position [1]"),
    );
    expect(() => oneHot(int([-1]))).toThrow("oneHot: expected ids of at least 0 and below 1, got -1 at position [0]");
    expect(() => oneHot(int([]))).toThrow("oneHot: expected numClasses for ids without elements, got undefined");
    expect(() => oneHot(int([0]), 0)).toThrow("oneHot: expected numClasses from 1 to 2147483647, got 0");
    expect(() => oneHot(int([0]), 2 ** 33)).toThrow("oneHot: expected numClasses from 1 to 2147483647, got 8589934592");
    expect(() => oneHot(tensor([1]), 3)).toThrow("oneHot: expected ids to be int32, got float32");
  });
});
