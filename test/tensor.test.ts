// The Tensor handle and its text: fields, reading values out, printing.
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { arange, full, ones, tensor, variable, zeros } from "../src/entry.ts";

describe("Tensor", () => {
  it("tells shape, rank, size and dtype", () => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect([x.shape, x.rank, x.size, x.dtype]).toEqual([[2, 3], 2, 6, "float32"]);
    expect(x.data).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6));
  });

  it("reads one element by item()", () => {
    expect(tensor(2.5).item()).toBe(2.5);
    expect(tensor([[7]], { dtype: "int32" }).item()).toBe(7);
    expect(tensor([true]).item()).toBe(1);
    expect(() => tensor([1, 2]).item()).toThrow("item: expected a tensor of one element, got shape [2]");
    expect(() => zeros([0]).item()).toThrow("item: expected a tensor of one element, got shape [0]");
  });

  it("gives nested arrays, booleans for bool, a value for a scalar", () => {
    expect(tensor([[true], [false]]).toArray()).toEqual([[true], [false]]);
    expect(tensor(3).toArray()).toBe(3);
    expect(zeros([2, 0]).toArray()).toEqual([[], []]);
  });

  it("still shows its elements after memory has grown", () => {
    const x = tensor([1, 2, 3]);
    const large = zeros([4_000_000]);
    expect(x.toArray()).toEqual([1, 2, 3]);
    large.dispose();
  });
});

describe("toString", () => {
  it.each([
    [
      "whole floats",
      () =>
        tensor([
          [1, -2],
          [3, 40],
        ]),
      "tensor([[ 1, -2],\n        [ 3, 40]], float32)",
    ],
    ["fractions to four digits", () => tensor([1, 0.5]), "tensor([1.0000, 0.5000], float32)"],
    ["large and small values", () => tensor([1e-6, 1]), "tensor([1.0000e-6, 1.0000e+0], float32)"],
    ["special values", () => tensor([NaN, -Infinity, 1]), "tensor([ nan, -inf,    1], float32)"],
    ["integers", () => arange(3), "tensor([0, 1, 2], int32)"],
    ["booleans", () => tensor([true, false]), "tensor([ true, false], bool)"],
    ["scalars", () => tensor(3), "tensor(3, float32)"],
    ["no elements", () => zeros([0, 2]), "tensor([], shape [0, 2], float32)"],
    ["leaves", () => variable([1]), "tensor([1], float32, requiresGrad)"],
    ["results", () => variable([1]).mul(2), "tensor([2], float32, from mul)"],
    ["matrices of three axes", () => ones([2, 1, 2]), "tensor([[[1, 1]],\n\n        [[1, 1]]], float32)"],
    ["long axes", () => full([2000], 1), "tensor([1, 1, 1, ..., 1, 1, 1], shape [2000], float32)"],
  ])("prints %s", (_, make, text) => {
    expect(String(make())).toBe(text);
  });

  it("prints tensors of very many elements whose axes are too short to abbreviate", () => {
    const text = String(zeros([6, 6, 6, 6, 6, 6, 6]));
    expect(text.match(/0/g)).toHaveLength(6 ** 7 + 0);
    expect(text.endsWith("shape [6, 6, 6, 6, 6, 6, 6], float32)")).toBe(true);
  });

  it("prints eight axes", () => {
    expect(String(zeros([1, 1, 1, 1, 1, 1, 1, 2]))).toBe("tensor([[[[[[[[0, 0]]]]]]]], float32)");
  });

  it("is what the console shows", () => {
    expect(inspect(tensor([1]))).toBe("tensor([1], float32)");
  });
});
