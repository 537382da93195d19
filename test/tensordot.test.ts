// addmm, outer and tensordot: values against loops, gradients, errors. The product below them is gemm.test.ts.
import { describe, expect, test } from "vitest";
import "../src/entry.ts";
import { tensor, zeros } from "../src/ops/create.ts";
import { matmul } from "../src/ops/gemm.ts";
import { addmm } from "../src/ops/products.ts";
import { sum } from "../src/ops/reduce.ts";
import { outer, tensordot } from "../src/ops/tensordot.ts";
import type { Shape } from "../src/shape.ts";
import type { Tensor } from "../src/tensor.ts";
import { checkOp, random } from "./check-op.ts";

const nan = Number.NaN;

describe("addmm", () => {
  const [a, b] = [random([3, 5], 1), random([5, 4], 2)];
  const plain = matmul(a, b).data;

  test.each([[[4]], [[1, 4]], [[3, 4]], [[3, 1]], [[1, 1]], [[1]], [[]]] as Shape[][])(
    "adds an input of shape %j, scaled, to the scaled product",
    (shape) => {
      const input = random(shape, 3);
      for (const [alpha, beta] of [
        [1, 1],
        [0.5, 2],
        [1, -1],
        [3, 1],
      ] as const) {
        // biome-ignore format: pairs
        const y = addmm(input, a, b, { alpha, beta }).data;
        for (let at = 0; at < 12; at++) {
          const [i, j] = [Math.floor(at / 4), at % 4];
          const [rows, cols] = [shape.length === 2 ? shape[0]! : 1, shape[shape.length - 1] ?? 1];
          const add = input.data[(rows === 1 ? 0 : i) * cols + (cols === 1 ? 0 : j)]!;
          expect(y[at]).toBeCloseTo(beta * add + alpha * plain[at]!, 5);
        }
      }
    },
  );

  test("has alpha and beta 1 by default", () => {
    const input = random([4], 3);
    expect(addmm(input, a, b).toArray()).toEqual(addmm(input, a, b, { alpha: 1, beta: 1 }).toArray());
  });

  test("ignores the input with beta 0, NaN too, and not otherwise", () => {
    const input = tensor([nan, 1, 1, 1]);
    expect(Array.from(addmm(input, a, b, { beta: 0 }).data)).toEqual(Array.from(plain));
    expect(addmm(input, a, b).data[0]).toBeNaN();
  });

  test.each([[[4]], [[3, 4]], [[3, 1]], [[]]] as Shape[][])("has gradients for an input of shape %j", (shape) => {
    const inputs = (): Tensor[] => [random(shape, 3), random([3, 5], 1), random([5, 4], 2)];
    checkOp("addmm", (input, a, b) => addmm(input!, a!, b!), inputs());
    checkOp("addmm", (input, a, b) => addmm(input!, a!, b!, { alpha: 0.5, beta: -2 }), inputs());
  });

  test("gives a gradient of zeros to an input with beta 0", () => {
    const input = random([4], 3);
    input.requiresGrad = true;
    sum(addmm(input, a, b, { beta: 0 })).backward();
    expect(input.grad!.toArray()).toEqual([0, 0, 0, 0]);
  });

  test("refuses shapes, kinds and options that do not fit", () => {
    expect(() => addmm(random([4]), random([3, 5]), random([4, 4]))).toThrow(
      new RangeError("addmm: expected inner sizes to match, got [3, 5] and [4, 4]"),
    );
    expect(() => addmm(random([4]), random([2, 3, 5]), b)).toThrow(
      new RangeError("addmm: expected a of rank 2, got shape [2, 3, 5]"),
    );
    for (const shape of [[3], [2, 4], [1, 3, 4]]) {
      const got = `[${shape.join(", ")}]`;
      expect(() => addmm(random(shape), a, b)).toThrow(
        new RangeError(`addmm: expected input to broadcast to [3, 4], got ${got}`),
      );
    }
    expect(() => addmm(tensor(Int32Array.of(1)), a, b)).toThrow(
      new TypeError('addmm: expected input to be float32, got int32; convert it with cast(input, "float32")'),
    );
    expect(() => addmm(random([4]), a, b, { gamma: 1 } as object)).toThrow(
      new TypeError('addmm: unknown option "gamma"; expected one of alpha, beta'),
    );
    expect(() => addmm(random([4]), a, b, { alpha: nan })).toThrow(
      new TypeError("addmm: expected alpha to be a number, got NaN"),
    );
  });
});

describe("outer", () => {
  test("multiplies every pair, of integers too", () => {
    expect(outer(tensor([1, -2]), tensor([3, 4, 0])).toArray()).toEqual([
      [3, 4, 0],
      [-6, -8, -0],
    ]);
    const ints = outer(tensor(Int32Array.of(2, 3)), tensor(Int32Array.of(5)));
    expect([ints.dtype, ints.toArray()]).toEqual(["int32", [[10], [15]]]);
  });

  test("of nothing has the shape of nothing", () => {
    expect(outer(zeros([0]), zeros([3])).shape).toEqual([0, 3]);
  });

  test("has gradients", () => {
    checkOp("outer", outer, [random([3], 1), random([4], 2)]);
  });

  test("refuses matrices", () => {
    expect(() => outer(random([2, 2]), random([2]))).toThrow(
      new RangeError("outer: expected a of rank 1, got shape [2, 2]"),
    );
  });
});

describe("tensordot", () => {
  type Dims = number | [number[], number[]];

  /** Sums over the paired axes by visiting every pair of elements whose paired coordinates agree. */
  function naive(a: Tensor, b: Tensor, axesA: number[], axesB: number[]): number[] {
    const coordinates = (shape: Shape, at: number): number[] => {
      const list: number[] = [];
      for (let axis = shape.length - 1, rest = at; axis >= 0; axis--) {
        list.unshift(rest % shape[axis]!);
        rest = Math.floor(rest / shape[axis]!);
      }
      return list;
    };
    const sums = new Map<string, number>();
    for (let i = 0; i < a.size; i++) {
      for (let j = 0; j < b.size; j++) {
        const [x, y] = [coordinates(a.shape, i), coordinates(b.shape, j)];
        if (axesA.some((axis, p) => x[axis] !== y[axesB[p]!])) continue;
        const free = [...x.filter((_, axis) => !axesA.includes(axis)), ...y.filter((_, axis) => !axesB.includes(axis))];
        const key = free.map((c) => String(c).padStart(3)).join();
        sums.set(key, (sums.get(key) ?? 0) + a.data[i]! * b.data[j]!);
      }
    }
    return [...sums.keys()].sort().map((key) => sums.get(key)!);
  }

  const cases: [Shape, Shape, Dims, [number[], number[]], Shape][] = [
    [[2, 3, 4], [3, 4, 5], 2, [[1, 2], [0, 1]], [2, 5]], // biome-ignore format: one case a line
    [[2, 3, 4], [4, 2], 1, [[2], [0]], [2, 3, 2]],
    [[2, 3], [4], 0, [[], []], [2, 3, 4]],
    [[2, 3, 4], [4, 3, 2], [[1, 2], [1, 0]], [[1, 2], [1, 0]], [2, 2]], // biome-ignore format: one case a line
    [[3, 2], [4, 3], [[0], [1]], [[0], [1]], [2, 4]], // biome-ignore format: one case a line
    [[2, 3, 4], [5, 4], [[-1], [-1]], [[2], [1]], [2, 3, 5]], // biome-ignore format: one case a line
    [[3, 4], [3, 4], 2, [[0, 1], [0, 1]], []], // biome-ignore format: one case a line
  ];

  test.each(cases)("of %j and %j over %j equals the sum over pairs", (a, b, dims, [axesA, axesB], shape) => {
    const [x, y] = [random(a, 1), random(b, 2)];
    const got = tensordot(x, y, dims);
    expect(got.shape).toEqual(shape);
    const want = naive(x, y, axesA, axesB);
    expect(got.size).toBe(want.length);
    Array.from(got.data).forEach((v, i) => {
      expect(v).toBeCloseTo(want[i]!, 5);
    });
    checkOp("tensordot", (x, y) => tensordot(x!, y!, dims), [x, y]);
  });

  test("sums the other operand where a paired size is 1, as PyTorch does", () => {
    const y = tensordot(tensor([[1, 2, 3]]), tensor([[2], [5]]), [[0, 1], [0, 1]]); // biome-ignore format: one case a line
    expect(y.item()).toBe((1 + 2 + 3) * (2 + 5));
  });

  test("refuses axes that do not pair up", () => {
    const [a, b] = [random([2, 3]), random([4, 5])];
    expect(() => tensordot(a, b, 1)).toThrow(
      new RangeError("tensordot: expected contracted sizes to match over [1] and [0], got [2, 3] and [4, 5]"),
    );
    expect(() => tensordot(a, b, 3)).toThrow(new RangeError("tensordot: expected dims from 0 to 2, got 3"));
    expect(() => tensordot(a, b, [[0], []])).toThrow(
      new RangeError("tensordot: expected as many axes of a as of b, got [0] and []"),
    );
    expect(() =>
      tensordot(a, b, [
        [0, 0],
        [0, 1],
      ]),
    ).toThrow(
      // biome-ignore format: one case a line
      new RangeError("tensordot: expected distinct axes of a, got [0, 0]"),
    );
    expect(() => tensordot(a, b, [[2], [0]])).toThrow(
      new RangeError("tensordot: expected axis of a from -2 to 1 for rank 2, got 2"),
    );
    expect(() => tensordot(a, b, "ij" as never)).toThrow(
      new TypeError('tensordot: expected dims to be a number or two lists of axes, got "ij"'),
    );
  });
});
