// linear: values against loops, bit for bit, gradients, errors. nn.Linear, the module, is nn.test.ts.
import { describe, expect, test } from "vitest";
import "../src/entry.ts";
import { tensor, zeros } from "../src/ops/create.ts";
import { linear } from "../src/ops/gemm.ts";
import type { Tensor } from "../src/tensor.ts";
import { checkOp, random } from "./check-op.ts";
import { element } from "./gemm-reference.ts";

describe("linear", () => {
  const withBias = (x: Tensor, weight: Tensor, bias: Tensor): Tensor => linear(x, weight, bias);

  test.each([
    [[3], 5],
    [[4, 3], 5],
    [[2, 4, 3], 5],
    [[4, 3], 1],
    [[1, 400], 40],
    [[33, 70], 17],
  ] as [number[], number][])("of %j to %i features equals x * weight' + bias", (shape, out) => {
    const k = shape[shape.length - 1]!;
    const [x, weight, bias] = [random(shape, 1), random([out, k], 2), random([out], 3)];
    const [xs, ws, bs] = [x.data, weight.data, bias.data];
    const want = Array.from({ length: (x.size / k) * out }, (_, at) => {
      const [i, j] = [Math.floor(at / out), at % out];
      return element(
        k,
        (p) => xs[i * k + p]!,
        (p) => ws[j * k + p]!,
        bs[j]!,
      );
    });
    const y = withBias(x, weight, bias);
    expect(y.shape).toEqual([...shape.slice(0, -1), out]);
    expect(Array.from(y.data)).toEqual(want);
  });

  test("takes a weight vector for a result without a last axis", () => {
    const y = linear(tensor([[1, 2], [3, 4]]), tensor([10, 1]), tensor(100)); // biome-ignore format: rows
    expect(y.toArray()).toEqual([112, 134]);
  });

  test("leaves only the bias where there are no features", () => {
    expect(linear(zeros([2, 0]), zeros([2, 0]), tensor([5, 6])).toArray()).toEqual([
      [5, 6],
      [5, 6],
    ]);
  });

  test.each([
    [[3], [4, 3]],
    [
      [5, 3],
      [4, 3],
    ],
    [
      [2, 3, 3],
      [4, 3],
    ],
    [
      [5, 3],
      [1, 3],
    ],
    [[5, 3], [3]],
  ] as [number[], number[]][])(
    "of %j by %j has the gradients that differences give, with and without bias",
    (x, weight) => {
      checkOp("linear", withBias, [random(x, 1), random(weight, 2), random(weight.slice(0, -1), 3)]);
      checkOp("linear", (x, weight) => linear(x, weight), [random(x, 1), random(weight, 2)]);
    },
  );

  test("refuses sizes and kinds that do not match", () => {
    const [x, weight] = [random([2, 3]), random([4, 3])];
    expect(() => linear(random([2, 5]), weight)).toThrow(
      new RangeError("linear: expected x of shape [..., 3] for weight [4, 3], got [2, 5]"),
    );
    expect(() => linear(x, random([1, 4, 3]))).toThrow(
      new RangeError("linear: expected weight of rank 1 or 2, got shape [1, 4, 3]"),
    );
    expect(() => linear(x, weight, random([1, 4]))).toThrow(
      new RangeError("linear: expected bias of shape [4], got [1, 4]"),
    );
    expect(() => linear(x, weight, tensor(Int32Array.of(1, 2, 3, 4)))).toThrow(
      new TypeError('linear: expected bias to be float32, got int32; convert it with cast(bias, "float32")'),
    );
  });
});
