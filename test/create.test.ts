// Making tensors: from values of every kind, by rule, and every refusal.
import { describe, expect, it } from "vitest";
import {
  arange,
  constant,
  eye,
  full,
  linspace,
  ones,
  onesLike,
  rand,
  randint,
  randn,
  randperm,
  seed,
  tensor,
  variable,
  zeros,
  zerosLike,
} from "../src/entry.ts";

describe("tensor", () => {
  it.each([
    ["numbers", [1, 2], "float32", [1, 2]],
    ["booleans", [true, false], "bool", [true, false]],
    ["numbers among booleans", [true, 2], "float32", [1, 2]],
    ["Float32Array", Float32Array.of(1, 2), "float32", [1, 2]],
    ["Float64Array", Float64Array.of(0.1), "float32", [Math.fround(0.1)]],
    ["Int32Array", Int32Array.of(-1), "int32", [-1]],
    ["Uint8Array", Uint8Array.of(255), "int32", [255]],
    ["Int16Array", Int16Array.of(-3), "int32", [-3]],
    ["Uint32Array", Uint32Array.of(7), "int32", [7]],
    ["BigInt64Array", BigInt64Array.of(-5n), "int32", [-5]],
    ["nothing", [], "float32", []],
  ] as const)("takes %s", (_, values, dtype, want) => {
    const t = tensor(values);
    expect(t.dtype).toBe(dtype);
    expect(t.toArray()).toEqual(want);
  });

  it("copies", () => {
    const source = Float32Array.of(1);
    const t = tensor(source);
    source[0] = 9;
    expect(t.toArray()).toEqual([1]);
  });

  it("converts to an explicit dtype", () => {
    expect(tensor([1.9, -1.9], { dtype: "int32" }).toArray()).toEqual([1, -1]);
    expect(tensor([0, 2, NaN], { dtype: "bool" }).toArray()).toEqual([false, true, true]);
    expect(tensor(Int32Array.of(1), { dtype: "float32" }).dtype).toBe("float32");
    expect(tensor([true, false], { dtype: "float32" }).toArray()).toEqual([1, 0]);
  });

  it("takes a shape for flat values", () => {
    expect(tensor([1, 2, 3, 4], { shape: [2, 2] }).toArray()).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it.each([
    [
      "ragged",
      () => tensor([[1, 2], [3]]),
      "tensor: expected nested arrays of one shape, [2, 2] by the first elements; got one of 1 along axis 1",
    ],
    [
      "shallower",
      () => tensor([[1], 2]),
      "tensor: expected nested arrays of one shape, [2, 1] by the first elements; got 2 along axis 1",
    ],
    [
      "deeper",
      () => tensor([1, [2]]),
      "tensor: expected nested arrays of one shape, [2] by the first elements; got deeper nesting",
    ],
    [
      "text",
      () => tensor(["a"] as unknown as number[]),
      'tensor: expected numbers, booleans, or arrays of them, got "a"',
    ],
    [
      "undefined",
      () => tensor(undefined as unknown as number),
      "tensor: expected numbers, booleans, or arrays of them, got undefined",
    ],
    ["another size", () => tensor([1, 2], { shape: [3] }), "tensor: expected 3 values for shape [3], got 2"],
    ["a negative size", () => tensor([1], { shape: [-1] }), "tensor: expected shape of sizes at least 0, got [-1]"],
    [
      "a size beyond 32 bits",
      () => zeros([2 ** 40, 0]),
      "zeros: expected shape of sizes at most 2147483647, got [1099511627776, 0]",
    ],
    ["a NaN size", () => zeros([NaN]), "zeros: expected shape of whole sizes, got [NaN]"],
    [
      "a size that is no number",
      () => zeros(["3"] as unknown as number[]),
      'zeros: expected shape of whole sizes, got ["3"]',
    ],
    ["no shape", () => zeros(3 as unknown as number[]), "zeros: expected shape to be an array of sizes, got 3"],
    ["nine axes", () => zeros([1, 1, 1, 1, 1, 1, 1, 1, 1]), "zeros: expected shape of at most 8 axes, got 9"],
    [
      "big integers",
      () => tensor(BigInt64Array.of(2n ** 40n)),
      "tensor: expected int32 values from -2147483648 to 2147483647, got 1099511627776 (element 0)",
    ],
    [
      "NaN as an integer",
      () => tensor([0, NaN], { dtype: "int32" }),
      "tensor: expected int32 values from -2147483648 to 2147483647, got NaN (element 1)",
    ],
    [
      "an unknown dtype",
      () => tensor([1], { dtype: "float64" as "float32" }),
      'tensor: expected dtype to be one of float32, int32, bool, got "float64"',
    ],
    [
      "an unknown option",
      () => tensor([1], { dtyp: "bool" } as object),
      'tensor: unknown option "dtyp"; expected one of dtype, requiresGrad, shape',
    ],
    [
      "gradients of integers",
      () => tensor([1], { dtype: "int32", requiresGrad: true }),
      "requiresGrad: expected a float32 tensor, got int32 [1]",
    ],
    [
      "integers beyond int32",
      () => arange(2 ** 31, 2 ** 31 + 3),
      'arange: expected values that fit int32, got 2147483648 to 2147483651; pass { dtype: "float32" }',
    ],
    [
      "counting in booleans",
      () => arange(0, 5, 1, { dtype: "bool" }),
      "arange: expected dtype to be float32 or int32, got bool",
    ],
    [
      "several values to fill with",
      () => full([2], [5, 6] as never),
      "full: expected value to be one number, got [5, 6]",
    ],
    [
      "a dtype of what is always float32",
      () => linspace(0, 1, 3, { dtype: "int32" } as object),
      'linspace: unknown option "dtype"; expected one of requiresGrad',
    ],
    [
      "a constant that requires gradients",
      () => constant([1], { requiresGrad: true } as object),
      'constant: unknown option "requiresGrad"; expected one of shape, dtype',
    ],
    [
      "more than a block can hold",
      () => zeros([2 ** 28, 2]),
      "out of memory: a float32 tensor of shape [268435456, 2] needs 2147.5 MB; one tensor can take at most 1073.7 MB",
    ],
  ])("refuses %s", (_, make, message) => {
    expect(make).toThrow(message);
  });
});

describe("constant and variable", () => {
  it("make a tensor, and a trainable leaf that can be assigned to", () => {
    expect(constant([1]).requiresGrad).toBe(false);
    const v = variable([1, 2]);
    expect(v.requiresGrad).toBe(true);
    expect(v.assign([3, 4]).toArray()).toEqual([3, 4]);
    expect(v.assign(tensor([5, 6])).toArray()).toEqual([5, 6]);
    expect(variable(v).assign([0, 0]) !== v && v.toArray()).toEqual([5, 6]);
    expect(variable([1], { dtype: "int32" }).requiresGrad).toBe(false);
    expect(variable([1], { requiresGrad: false }).requiresGrad).toBe(false);
  });

  it("refuse assignments of another shape, or to a result", () => {
    expect(() => variable([1, 2]).assign([1])).toThrow("assign: expected source of shape [2], got [1]");
    expect(() => variable([1]).mul(2).assign([1])).toThrow("assign: expected a leaf, got a result of mul");
  });
});

describe("by rule", () => {
  it("zeros, ones, full and their kin", () => {
    expect(zeros([2]).toArray()).toEqual([0, 0]);
    expect(ones([2], { dtype: "bool" }).toArray()).toEqual([true, true]);
    expect(full([2], true).dtype).toBe("bool");
    expect(full([], 7).toArray()).toBe(7);
    expect(zerosLike(arange(2)).dtype).toBe("int32");
    expect(onesLike(tensor([1.5])).toArray()).toEqual([1]);
    expect(() => full([1], 2 ** 40, { dtype: "int32" })).toThrow("full: expected int32 values");
  });

  it("arange counts as Python does", () => {
    expect(arange(3).toArray()).toEqual([0, 1, 2]);
    expect(arange(5, 1, -2).toArray()).toEqual([5, 3]);
    expect(arange(1, 1).toArray()).toEqual([]);
    expect(arange(0, 1, 0.25).dtype).toBe("float32");
    expect(() => arange(0, 1, 0)).toThrow("arange: expected step other than 0, got 0");
    expect(() => arange(0, Infinity)).toThrow("arange: expected finite bounds, got 0 to Infinity by 1");
    expect(() => arange(NaN)).toThrow("arange: expected stop to be a number, got NaN");
  });

  it("linspace includes both ends", () => {
    expect(linspace(0, 1, 5).toArray()).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(linspace(2, 9, 1).toArray()).toEqual([2]);
    expect(() => linspace(0, 1, -1)).toThrow("linspace: expected n at least 0, got -1");
  });

  it("eye has ones on the diagonal", () => {
    expect(eye(2, 3).toArray()).toEqual([
      [1, 0, 0],
      [0, 1, 0],
    ]);
  });
});

describe("at random", () => {
  it("is the same for the same seed, and goes on from call to call", () => {
    seed(5);
    const first = [rand([4]), randn([4]), randint(0, 9, [4]), randperm(5)].map((t) => t.toArray());
    const next = rand([4]).toArray();
    seed(5);
    expect([rand([4]), randn([4]), randint(0, 9, [4]), randperm(5)].map((t) => t.toArray())).toEqual(first);
    expect(next).not.toEqual(first[0]);
  });

  it("stays within its bounds", () => {
    const { data } = rand([1000]);
    expect(Math.min(...data)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...data)).toBeLessThan(1);
    expect([...randperm(7).data].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(() => randint(3, 3, [1])).toThrow("randint: expected high from 4 to 2147483648, got 3");
    expect(() => seed(-1)).toThrow("seed: expected n from 0 to 9007199254740991, got -1");
    expect(() => seed(NaN)).toThrow("seed: expected n to be an integer, got NaN");
  });
});
