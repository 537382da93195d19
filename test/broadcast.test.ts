// Broadcasting: the layouts of src/ops/internal/broadcast.ts, and the loops of assembly/broadcast.ts against a naive
// one. The ops themselves are in binary.test.ts, ternary.test.ts and compare.test.ts.
import { describe, expect, test } from "vitest";
import "../src/entry.ts";
import { add, maximum, mul, sub } from "../src/ops/binary.ts";
import { lt } from "../src/ops/compare.ts";
import { tensor } from "../src/ops/create.ts";
import { broadcast } from "../src/ops/internal/broadcast.ts";
import { lerp, where } from "../src/ops/ternary.ts";
import { broadcastShapes, type Shape, sizeOf, stridesOf } from "../src/shape.ts";
import { type Tensor, view } from "../src/tensor.ts";
import { checkOp, random } from "./check-op.ts";

/** fn of the operands' elements, one result element at a time. */
function naive(fn: (...v: number[]) => number, ...operands: Tensor[]): number[] {
  const shape = broadcastShapes("naive", ...operands.map((x) => x.shape));
  const strides = stridesOf(shape);
  return Array.from({ length: sizeOf(shape) }, (_, at) => {
    const values = operands.map(({ data, shape: own }) => {
      const steps = stridesOf(own);
      let from = 0;
      for (let i = 0; i < own.length; i++) {
        const axis = shape.length - own.length + i;
        const index = Math.floor(at / strides[axis]!) % shape[axis]!;
        from += own[i] === 1 ? 0 : index * steps[i]!;
      }
      return data[from]!;
    });
    return Math.fround(fn(...values));
  });
}

/** Pairs of shapes: flat, numbers, leading, trailing and middle axes, rank 8, odd sizes, size 1 and 0. */
const PAIRS: [Shape, Shape][] = [
  [[37], [37]],
  [[37], []],
  [[], [37]],
  [[], []],
  [[1], [1, 1]],
  [[5, 7], [7]],
  [[37, 10], [10]],
  [[16, 128], [128]],
  [[3, 129], [129]],
  [
    [20, 3],
    [20, 1],
  ],
  [
    [5, 7],
    [5, 1],
  ],
  [[7], [5, 7]],
  [
    [5, 1],
    [1, 7],
  ],
  [[64], [3, 1]],
  [
    [3, 17],
    [3, 1],
  ],
  [
    [2, 3, 5],
    [3, 1],
  ],
  [
    [2, 3, 4, 5],
    [3, 1, 1],
  ],
  [
    [2, 3, 4, 5],
    [2, 1, 1, 5],
  ],
  [
    [2, 1, 4, 1],
    [3, 1, 5],
  ],
  [
    [2, 3, 2, 1, 3, 2, 2, 3],
    [1, 3, 1, 2, 1, 2, 1, 3],
  ],
  [
    [2, 1, 2, 1, 2, 1, 2, 1],
    [1, 2, 1, 2, 1, 2, 1, 2],
  ],
  [[0], [1]],
  [
    [3, 0],
    [3, 1],
  ],
  [[1], [4, 0, 2]],
];

describe.each(PAIRS)("%j with %j", (a, b) => {
  const x = random(a, 1);
  const y = random(b, 2);

  test("computes what a naive loop computes", () => {
    const z = sub(x, y);
    expect(z.shape).toEqual(broadcastShapes("sub", a, b));
    expect(Array.from(z.data)).toEqual(naive((p, q) => p - q, x, y));
    expect(Array.from(sub(y, x).data)).toEqual(naive((p, q) => p - q, y, x));
  });

  test("compares what a naive loop compares", () => {
    expect(Array.from(lt(x, y).data)).toEqual(naive((p, q) => Number(p < q), x, y));
  });

  test("sums the gradients back to the operands", () => {
    if (sizeOf(a) * sizeOf(b) > 0) checkOp("mul", mul, [random(a, 3), random(b, 4)]);
    const p = random(a);
    const q = random(b);
    p.requiresGrad = true;
    q.requiresGrad = true;
    const product = mul(p, q);
    product.backward({ gradient: random(product.shape) });
    expect([p.grad?.shape, q.grad?.shape]).toEqual([a, b]);
  });
});

describe("three operands", () => {
  const shapes: [Shape, Shape, Shape][] = [
    [[2, 3, 5], [3, 1], [5]],
    [[], [4], [3, 1]],
    [[2, 1, 3], [], []],
    [
      [7, 9],
      [7, 9],
      [7, 9],
    ],
    [[1, 2, 1, 2, 1, 2, 1, 2], [2], [2, 1, 2, 1, 2, 1, 2, 1]],
    [[0, 3], [1, 3], [1]],
  ];

  test.each(shapes)("%j, %j, %j: lerp is what a naive loop computes", (a, b, c) => {
    const [x, y, w] = [random(a, 1), random(b, 2), random(c, 3, 0.4)];
    const want = naive((p, q, t) => Math.fround(p + Math.fround(t * Math.fround(q - p))), x, y, w);
    expect(Array.from(lerp(x, y, w).data)).toEqual(want);
  });

  test.each(shapes)("%j, %j, %j: where chooses what a naive loop chooses", (a, b, c) => {
    const condition = lt(random(a, 5), 0);
    const [x, y] = [random(b, 6), random(c, 7)];
    expect(Array.from(where(condition, x, y).data)).toEqual(naive((t, p, q) => (t ? p : q), condition, x, y));
  });

  test("gradients of broadcast operands are summed", () => {
    checkOp("lerp", lerp, [random([2, 3, 5], 1), random([3, 1], 2), random([5], 3)]);
    const condition = lt(random([2, 1, 3], 5), 0);
    checkOp("where", (x, y) => where(condition, x, y), [random([4, 1], 1), random([2, 1, 1], 2)]);
  });
});

describe("int32", () => {
  test("is broadcast as float32 is", () => {
    const a = tensor(new Int32Array([1, 2, 3, 4, 5, 6]), { shape: [2, 3] });
    const b = tensor(new Int32Array([10, 20]), { shape: [2, 1] });
    expect(add(a, b).toArray()).toEqual([
      [11, 12, 13],
      [24, 25, 26],
    ]);
  });
});

describe("views", () => {
  test("at odd addresses are read as they are", () => {
    const base = random([40], 8);
    const a = view(base, [3, 5], 1);
    const b = view(base, [3, 1], 19);
    expect(Array.from(maximum(a, b).data)).toEqual(naive(Math.max, a, b));
    expect(Array.from(maximum(a, a).data)).toEqual(Array.from(base.data).slice(1, 16));
  });
});

describe("layouts", () => {
  test("merge axes along which all operands go on", () => {
    expect(broadcast("op", [8, 3, 4, 5], [3, 1, 1]).layout).toEqual([20, 2, 1, 0, 1, 8, 0, 60, 0, 0, 3, 0, 20, 1, 0]);
    expect(broadcast("op", [8, 3, 4, 5], [4, 5]).layout).toEqual([20, 1, 1, 1, 1, 24, 0, 20, 0, 0]);
    expect(broadcast("op", [8, 3], [1, 1]).layout).toEqual([24, 0, 1, 0, 1]);
  });

  test("are not needed for equal shapes and for no elements", () => {
    expect(broadcast("op", [2, 3], [2, 3])).toEqual({ shape: [2, 3], layout: null });
    expect(broadcast("op", [0, 3], [3])).toEqual({ shape: [0, 3], layout: null });
  });

  test("of shapes that do not fit are refused", () => {
    expect(() => broadcast("add", [2, 3], [2])).toThrow(
      new RangeError("add: expected shapes that broadcast together, got [2, 3] and [2]"),
    );
  });
});
