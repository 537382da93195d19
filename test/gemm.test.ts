// matmul, bmm, mv and dot as users call them: values, broadcasting, gradients, errors. The kernel's exactness is
// gemm-kernel.test.ts; linear is linear.test.ts; addmm, outer and tensordot are tensordot.test.ts; speed is gemm-speed.test.ts.
import { describe, expect, test } from "vitest";
import "../src/entry.ts";
import { tensor, zeros } from "../src/ops/create.ts";
import { bmm, dot, matmul, mv } from "../src/ops/gemm.ts";
import { sum } from "../src/ops/reduce.ts";
import type { Shape } from "../src/shape.ts";
import type { Tensor } from "../src/tensor.ts";
import { checkOp, random } from "./check-op.ts";
import { bits, element, naiveMatmul, valuesOf } from "./gemm-reference.ts";

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const shapeOf = (fn: (a: Tensor, b: Tensor) => Tensor, a: Shape, b: Shape): Shape => fn(random(a), random(b)).shape;

describe("matmul", () => {
  test.each([
    ["matrices", [3, 4], [4, 5], [3, 5]],
    ["row and matrix", [4], [4, 5], [5]],
    ["matrix and column", [3, 4], [4], [3]],
    ["vectors", [4], [4], []],
    ["batches", [2, 3, 4], [2, 4, 5], [2, 3, 5]],
    ["a batch and one matrix", [2, 3, 4], [4, 5], [2, 3, 5]],
    ["one matrix and a batch", [3, 4], [2, 4, 5], [2, 3, 5]],
    ["batches that broadcast both ways", [7, 1, 3, 4], [2, 4, 5], [7, 2, 3, 5]],
    ["a row and a batch", [4], [2, 4, 5], [2, 5]],
    ["a batch and a column", [2, 3, 4], [4], [2, 3]],
    ["an empty batch", [0, 3, 4], [4, 5], [0, 3, 5]],
    ["no rows", [0, 4], [4, 5], [0, 5]],
  ] as [string, Shape, Shape, Shape][])("of %s has PyTorch's shape", (_, a, b, y) => {
    expect(shapeOf(matmul, a, b)).toEqual(y);
  });

  test.each([
    [[5, 7], [7, 3], []],
    [[65, 33], [33, 17], []],
    [[3, 400], [400, 18], []],
    [[4, 3, 5], [4, 5, 6], [4]],
    [[4, 3, 5], [5, 6], [4]],
    [[3, 5], [4, 5, 6], [4]],
    [
      [2, 1, 3, 5],
      [4, 5, 6],
      [2, 4],
    ],
    [
      [3, 1, 2, 5, 7],
      [1, 4, 1, 7, 2],
      [3, 4, 2],
    ],
  ] as [Shape, Shape, Shape][])("of %j and %j equals loops bit for bit", (a, b, batch) => {
    const [x, y] = [random(a, 1), random(b, 2)];
    expect(valuesOf(x, y)).toEqual(naiveMatmul(x, y, batch));
  });

  test("of vectors equals the matrices that they stand for", () => {
    const [row, column] = [random([9], 1), random([9], 2)];
    const [a, b] = [random([4, 9], 3), random([9, 5], 4)];
    const dotted = element(
      9,
      (p) => row.data[p]!,
      (p) => column.data[p]!,
    );
    expect(matmul(row, column).item()).toBe(dotted);
    expect(valuesOf(row, b)).toEqual(valuesOf(tensor([Array.from(row.data)]), b));
    expect(valuesOf(a, column)).toEqual(valuesOf(a, tensor(Array.from(column.data, (v) => [v]))));
  });

  test("sums over nothing to zero", () => {
    expect(matmul(zeros([2, 0]), zeros([0, 3])).toArray()).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
    expect(matmul(zeros([0]), zeros([0])).item()).toBe(0);
  });

  test.each([1, 2, 3, 16, 17, 40])("keeps 0 * inf, infinities and NaN, in their place, among %i columns", (n) => {
    for (const m of [1, 2, 5, 20]) {
      const a = zeros([m, 3]);
      const b = random([3, n], 5);
      const last = m - 1;
      a.data[last * 3 + 1] = inf;
      b.data[n] = 0; // b[1, 0]: inf * 0
      const y = matmul(a, b).data;
      expect(y[last * n]).toBeNaN();
      for (let j = 1; j < n; j++) expect(y[last * n + j]).toBe(Math.sign(b.data[n + j]!) * inf);
      expect(y.subarray(0, last * n).every((v) => v === 0)).toBe(true);
      b.data[2 * n + n - 1] = nan;
      const z = matmul(a, b).data;
      for (let i = 0; i < m; i++) expect(z[i * n + n - 1]).toBeNaN();
      if (m > 1 && n > 1) expect(z[0]).toBe(0);
    }
  });

  test("gives rows, columns and batches computed alone the bits that they have in the whole", () => {
    for (const [m, n, k] of [
      [33, 50, 400],
      [7, 20, 70],
      [64, 5, 600],
    ] as const) {
      const [a, b] = [random([m, k], 1), random([k, n], 2)];
      const whole = bits(matmul(a, b));
      for (const i of [0, 1, m - 1]) {
        const row = tensor(a.data.slice(i * k, (i + 1) * k), { shape: [1, k] });
        expect(bits(matmul(row, b))).toEqual(whole.slice(i * n, (i + 1) * n));
      }
      for (const j of [0, n - 1]) {
        const column = tensor(Array.from({ length: k }, (_, p) => [b.data[p * n + j]!]));
        expect(bits(matmul(a, column))).toEqual(Uint32Array.from({ length: m }, (_, i) => whole[i * n + j]!));
      }
      const two = tensor([...a.data, ...a.data], { shape: [2, m, k] });
      expect(bits(matmul(two, b))).toEqual(Uint32Array.of(...whole, ...whole));
    }
  });

  test.each([
    [
      [5, 3],
      [3, 4],
    ],
    [[3], [3, 4]],
    [[5, 3], [3]],
    [[6], [6]],
    [
      [2, 5, 3],
      [2, 3, 4],
    ],
    [
      [2, 5, 3],
      [3, 4],
    ],
    [
      [5, 3],
      [2, 3, 4],
    ],
    [
      [2, 1, 3, 2],
      [3, 2, 4],
    ],
    [[3], [2, 3, 4]],
    [
      [1, 4, 3],
      [5, 3, 2],
    ],
    [
      [20, 2],
      [2, 1],
    ],
  ] as [Shape, Shape][])("of %j and %j has the gradient that differences give", (a, b) => {
    checkOp("matmul", matmul, [random(a, 1), random(b, 2)]);
  });

  test("gives a gradient of zeros where the batch is empty", () => {
    const b = random([4, 5]);
    b.requiresGrad = true;
    matmul(zeros([0, 3, 4]), b).backward({ gradient: zeros([0, 3, 5]) });
    expect(b.grad!.data.every((v) => v === 0)).toBe(true);
  });

  test("computes only the gradients that are needed", () => {
    const [a, b] = [random([2, 3]), random([3, 4])];
    a.requiresGrad = true;
    sum(matmul(a, b)).backward();
    expect([a.grad?.shape, b.grad]).toEqual([[2, 3], null]);
  });

  test("refuses what it cannot multiply", () => {
    const call = (a: unknown, b: unknown) => () => matmul(a as Tensor, b as Tensor);
    const ints = tensor(Int32Array.of(1, 2));
    const floats = tensor([1, 2]);
    expect(call(random([2, 3]), random([4, 5]))).toThrow(
      new RangeError("matmul: expected inner sizes to match, got [2, 3] and [4, 5]"),
    );
    expect(call(random([3]), random([4]))).toThrow(
      new RangeError("matmul: expected inner sizes to match, got [3] and [4]"),
    );
    expect(call(random([2, 3, 4]), random([3, 4, 5]))).toThrow(
      new RangeError("matmul: expected batch axes that broadcast together, got [2, 3, 4] and [3, 4, 5]"),
    );
    expect(call(tensor(2), floats)).toThrow(
      new RangeError("matmul: expected a of at least 1 axis, got a scalar; use mul"),
    );
    expect(call(ints, floats)).toThrow(
      new TypeError('matmul: expected a to be float32, got int32; convert it with cast(a, "float32")'),
    );
    expect(call(floats, ints)).toThrow(
      new TypeError('matmul: expected b to be float32, got int32; convert it with cast(b, "float32")'),
    );
    expect(call([1, 2], floats)).toThrow(new TypeError("matmul: expected a to be a tensor, got [1, 2]"));
  });
});

describe("bmm, mv and dot", () => {
  test("equal matmul", () => {
    const [a, b] = [random([3, 4, 5], 1), random([3, 5, 2], 2)];
    expect(bmm(a, b).toArray()).toEqual(matmul(a, b).toArray());
    const [matrix, vector] = [random([4, 5], 3), random([5], 4)];
    expect(mv(matrix, vector).toArray()).toEqual(matmul(matrix, vector).toArray());
    expect(dot(vector, vector).item()).toBe(matmul(vector, vector).item());
  });

  test("have gradients", () => {
    checkOp("bmm", bmm, [random([2, 3, 4], 1), random([2, 4, 2], 2)]);
    checkOp("mv", mv, [random([3, 4], 1), random([4], 2)]);
    checkOp("dot", dot, [random([5], 1), random([5], 2)]);
  });

  test("refuse other ranks and batches", () => {
    expect(() => bmm(random([2, 3]), random([2, 3, 4]))).toThrow(
      new RangeError("bmm: expected a of rank 3, got shape [2, 3]"),
    );
    expect(() => bmm(random([2, 3, 4]), random([1, 4, 5]))).toThrow(
      new RangeError("bmm: expected equal batch sizes (matmul broadcasts), got [2, 3, 4] and [1, 4, 5]"),
    );
    expect(() => bmm(random([2, 3, 4]), random([2, 3, 5]))).toThrow(
      new RangeError("bmm: expected inner sizes to match, got [2, 3, 4] and [2, 3, 5]"),
    );
    expect(() => mv(random([3]), random([3]))).toThrow(new RangeError("mv: expected a of rank 2, got shape [3]"));
    expect(() => dot(random([3]), random([3, 1]))).toThrow(
      new RangeError("dot: expected b of rank 1, got shape [3, 1]"),
    );
  });
});
