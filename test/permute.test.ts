// Permutations, flips, broadcasts, tiles and copies against plain index arithmetic, with gradients and refusals.
import { describe, expect, it } from "vitest";
import "../src/boot.ts";
import "../src/entry.ts";
import { backward } from "../src/backward.ts";
import { tensor, zeros } from "../src/ops/create.ts";
import { broadcastTo, clone, expand, flip, permute, repeat, transpose } from "../src/ops/permute.ts";
import { sum } from "../src/ops/reduce.ts";
import { type Shape, sizeOf, stridesOf } from "../src/shape.ts";
import type { DType, Tensor } from "../src/tensor.ts";
import { checkOp, random } from "./check-op.ts";

const DTYPES = ["float32", "int32", "bool"] as const;

/** 0, 1, 2, ... of a shape; for bool a pattern without a short period. */
function counted(shape: Shape, dtype: DType): Tensor {
  const list = Array.from({ length: sizeOf(shape) }, (_, i) => (dtype === "bool" ? (i * i + (i >> 2)) & 1 : i));
  return tensor(list, { shape, dtype });
}

/** The elements of a tensor of `shape` whose value at each index is that of x at `source(index)`. */
function naive(x: Tensor, shape: Shape, source: (index: number[]) => number[]): number[] {
  const out = stridesOf(shape);
  const own = stridesOf(x.shape);
  return Array.from({ length: sizeOf(shape) }, (_, at) => {
    const index = shape.map((d, i) => Math.floor(at / out[i]!) % d);
    return x.data[source(index).reduce((sum, v, i) => sum + v * own[i]!, 0)]!;
  });
}

const orders = (n: number): number[][] =>
  n === 0
    ? [[]]
    : orders(n - 1).flatMap((o) => Array.from({ length: n }, (_, at) => [...o.slice(0, at), n - 1, ...o.slice(at)]));

describe("permute", () => {
  for (const dtype of DTYPES) {
    it(`moves every element of ${dtype}, in every order of axes`, () => {
      for (const shape of [[], [5], [3, 7], [2, 3, 4], [5, 1, 9], [3, 4, 2, 5], [4, 0, 3], [1, 1, 6]]) {
        const x = counted(shape, dtype);
        for (const axes of orders(shape.length)) {
          const y = permute(x, axes);
          const target = axes.map((a) => shape[a]!);
          expect(y.shape).toEqual(target);
          expect(y.dtype).toBe(dtype);
          const want = naive(x, target, (index) => shape.map((_, a) => index[axes.indexOf(a)]!));
          expect(Array.from(y.data), `${shape} by ${axes}`).toEqual(want);
        }
      }
    });
  }

  it("moves eight axes", () => {
    const shape = [2, 1, 3, 2, 1, 2, 2, 3];
    const axes = [7, 0, 5, 2, 4, 6, 1, 3];
    const x = counted(shape, "float32");
    const target = axes.map((a) => shape[a]!);
    const want = naive(x, target, (index) => shape.map((_, a) => index[axes.indexOf(a)]!));
    expect(Array.from(permute(x, axes).data)).toEqual(want);
  });

  it("counts negative axes from the end", () => {
    expect(permute(zeros([2, 3, 4]), [-1, 0, -2]).shape).toEqual([4, 2, 3]);
  });

  it("moves NaN, infinities and -0 unchanged", () => {
    const y = permute(
      tensor([
        [Number.NaN, -0],
        [Number.POSITIVE_INFINITY, 1],
      ]),
      [1, 0],
    );
    expect(y.toArray()).toEqual([
      [Number.NaN, Number.POSITIVE_INFINITY],
      [-0, 1],
    ]);
  });

  it("copies: a write to the source does not show", () => {
    const x = tensor([[1, 2]]);
    const y = permute(x, [0, 1]);
    x.data[0] = 7;
    expect(y.toArray()).toEqual([[1, 2]]);
  });

  it("permutes its gradient back", () => {
    checkOp("permute", (x) => permute(x, [2, 0, 1]), [random([2, 3, 4])]);
    checkOp("permute", (x) => permute(x, [3, 1, 0, 2]), [random([2, 3, 1, 4])]);
  });

  it("refuses axes that are no permutation", () => {
    const x = zeros([2, 3]);
    expect(() => permute(x, [0])).toThrow(
      new RangeError("permute: expected axes to name all 2 axes of [2, 3], got [0]"),
    );
    expect(() => permute(x, [0, 0])).toThrow(new RangeError("permute: expected distinct axes, got [0, 0]"));
    expect(() => permute(x, [1, -1])).toThrow(new RangeError("permute: expected distinct axes, got [1, -1]"));
    expect(() => permute(x, [0, 2])).toThrow("permute: expected axis from -2 to 1 for rank 2, got 2");
    expect(() => permute(x, 1 as never)).toThrow(new TypeError("permute: expected axes to be an array, got 1"));
  });
});

describe("transpose", () => {
  it("swaps two axes, by default the last two", () => {
    expect(
      transpose(
        tensor([
          [1, 2, 3],
          [4, 5, 6],
        ]),
      ).toArray(),
    ).toEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ]);
    const x = counted([2, 3, 4], "int32");
    expect(Array.from(transpose(x, 0, -1).data)).toEqual(naive(x, [4, 3, 2], ([a, b, c]) => [c!, b!, a!]));
    expect(transpose(x, 1, 1).toArray()).toEqual(x.toArray());
  });

  it("transposes matrices larger than its blocks", () => {
    for (const [rows, cols] of [
      [37, 530],
      [530, 37],
      [64, 128],
    ] as const) {
      const x = counted([rows, cols], "float32");
      expect(Array.from(transpose(x).data)).toEqual(naive(x, [cols, rows], ([i, j]) => [j!, i!]));
    }
  });

  it("transposes its gradient back", () => checkOp("transpose", (x) => transpose(x), [random([3, 5])]));

  it("refuses a vector without saying which axes", () => {
    expect(() => transpose(zeros([3]))).toThrow(
      new RangeError("transpose: expected a from -1 to 0 for rank 1, got -2"),
    );
  });
});

describe("flip", () => {
  for (const dtype of DTYPES) {
    it(`reverses axes of ${dtype}`, () => {
      for (const [shape, axes] of [
        [[5], [0]],
        [[3, 7], [1]],
        [[3, 7], [0]],
        [
          [2, 3, 4],
          [0, 2],
        ],
        [
          [2, 3, 4],
          [0, 1, 2],
        ],
        [[3, 0], [1]],
        [[3, 1], [1]],
      ] as const) {
        const x = counted([...shape], dtype);
        const y = flip(x, axes);
        const want = naive(x, shape, (index) =>
          index.map((v, i) => ((axes as readonly number[]).includes(i) ? shape[i]! - 1 - v : v)),
        );
        expect(Array.from(y.data), `${shape} by ${axes}`).toEqual(want);
      }
    });
  }

  it("takes one axis without a list, none at all, and negative ones", () => {
    expect(flip(tensor([[1, 2]]), -1).toArray()).toEqual([[2, 1]]);
    expect(flip(tensor([[1, 2]]), []).toArray()).toEqual([[1, 2]]);
  });

  it("flips its gradient back", () => checkOp("flip", (x) => flip(x, [0, 1]), [random([2, 3])]));

  it("refuses axes that are missing, not there, or named twice", () => {
    expect(() => flip(zeros([2]), undefined as never)).toThrow(
      "flip: expected axes to be an integer or a list, got undefined",
    );
    expect(() => flip(zeros([2]), 1)).toThrow("flip: expected axis from -1 to 0 for rank 1, got 1");
    expect(() => flip(zeros([2, 2]), [0, -2])).toThrow("flip: expected distinct axes, got [0, 0]");
  });
});

describe("expand", () => {
  for (const dtype of DTYPES) {
    it(`repeats axes of size 1 of ${dtype}, leading, trailing and between`, () => {
      for (const [shape, target] of [
        [
          [3, 1],
          [3, 5],
        ],
        [
          [1, 4],
          [3, 4],
        ],
        [[4], [2, 3, 4]],
        [
          [2, 1, 3],
          [2, 5, 3],
        ],
        [[], [2, 3]],
        [[1], [0]],
        [
          [1, 3],
          [0, 3],
        ],
        [
          [3, 1, 1],
          [2, 3, 4, 5],
        ],
      ] as const) {
        const x = counted([...shape], dtype);
        const added = target.length - shape.length;
        const want = naive(x, target, (index) => shape.map((d, i) => (d === 1 ? 0 : index[i + added]!)));
        const y = expand(x, target);
        expect(y.shape).toEqual(target);
        expect(Array.from(y.data), `${shape} to ${target}`).toEqual(want);
      }
    });
  }

  it("keeps an axis where the shape says -1", () => {
    expect(expand(zeros([2, 1]), [4, -1, 3]).shape).toEqual([4, 2, 3]);
  });

  it("adds up the repeats in its gradient", () => {
    checkOp("expand", (x) => expand(x, [2, 3, 4]), [random([3, 1])]);
    checkOp("broadcastTo", (x) => broadcastTo(x, [3, 2, 3]), [random([2, 1])]);
    checkOp("expand", (x) => expand(x, [3]), [random([])]);
  });

  it("refuses shapes that do not broadcast", () => {
    expect(() => expand(zeros([2]), [3])).toThrow(
      new RangeError("expand: expected a shape that [2] broadcasts to, got [3]"),
    );
    expect(() => expand(zeros([2]), [-1, 2])).toThrow("expand: expected a shape that [2] broadcasts to, got [-1, 2]");
    expect(() => broadcastTo(zeros([2, 3]), [3])).toThrow(
      "broadcastTo: expected a shape that [2, 3] broadcasts to, got [3]",
    );
    expect(() => expand(zeros([1]), [1.5])).toThrow(TypeError);
    expect(() => expand(zeros([1]), 3 as never)).toThrow("expand: expected shape to be an array of sizes, got 3");
  });
});

describe("repeat", () => {
  for (const dtype of DTYPES) {
    it(`lays tiles of ${dtype}`, () => {
      for (const [shape, repeats] of [
        [[2], [3]],
        [
          [2, 3],
          [2, 2],
        ],
        [[3], [2, 1]],
        [
          [2, 1, 2],
          [1, 3, 2],
        ],
        [[], [2]],
        [
          [2, 2],
          [0, 2],
        ],
        [
          [0, 2],
          [2, 2],
        ],
        [
          [2, 1, 2, 1, 2],
          [2, 2, 2, 2, 2],
        ],
      ] as const) {
        const x = counted([...shape], dtype);
        const added = repeats.length - shape.length;
        const target = repeats.map((r, i) => r * (i < added ? 1 : shape[i - added]!));
        const want = naive(x, target, (index) => shape.map((d, i) => index[i + added]! % d));
        const y = repeat(x, repeats);
        expect(y.shape).toEqual(target);
        expect(Array.from(y.data), `${shape} by ${repeats}`).toEqual(want);
      }
    });
  }

  it("adds up the tiles in its gradient", () => {
    checkOp("repeat", (x) => repeat(x, [2, 1, 3]), [random([2, 2])]);
    checkOp("repeat", (x) => repeat(x, [2, 2]), [random([2, 3])]);
    const x = random([2, 3]);
    x.requiresGrad = true;
    backward(sum(repeat(x, [0, 2])));
    expect(x.grad?.toArray()).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
  });

  it("refuses fewer repeats than axes, and negative ones", () => {
    expect(() => repeat(zeros([2, 3]), [2])).toThrow("repeat: expected at least 2 repeats for [2, 3], got [2]");
    expect(() => repeat(zeros([2]), [-1])).toThrow("repeat: expected repeats of sizes at least 0, got [-1]");
    expect(() => repeat(zeros([2 ** 20, 0]), [2 ** 20, 1])).toThrow(
      "repeat: expected shape of sizes at most 2147483647",
    );
  });
});

describe("clone", () => {
  it("copies every dtype into storage of its own", () => {
    for (const dtype of DTYPES) {
      for (const shape of [[], [7], [3, 5], [0]]) {
        const x = counted(shape, dtype);
        const y = clone(x);
        expect(y.toArray()).toEqual(x.toArray());
        expect(y.dtype).toBe(dtype);
        if (x.size > 0) {
          const before = Array.from(y.data);
          x.data.fill(1);
          expect(Array.from(y.data)).toEqual(before);
        }
      }
    }
  });

  it("hands its gradient through", () => checkOp("clone", (x) => clone(x), [random([2, 3])]));
});
