// Comparisons, logic and tests of single values (src/ops/compare.ts). Shapes are broadcast.test.ts.
import { describe, expect, test } from "vitest";
import "../src/entry.ts";
import * as ops from "../src/ops/compare.ts";
import { tensor, variable } from "../src/ops/create.ts";
import type { Operand } from "../src/ops/internal/operands.ts";
import type { Tensor } from "../src/tensor.ts";

type Compare = (a: Operand, b: Operand) => Tensor;

const COMPARISONS: [string, Compare, (a: number, b: number) => boolean][] = [
  ["eq", ops.eq, (a, b) => a === b],
  ["ne", ops.ne, (a, b) => a !== b],
  ["lt", ops.lt, (a, b) => a < b],
  ["le", ops.le, (a, b) => a <= b],
  ["gt", ops.gt, (a, b) => a > b],
  ["ge", ops.ge, (a, b) => a >= b],
];
const LOGIC: [string, Compare, (a: number, b: number) => boolean][] = [
  ["logicalAnd", ops.logicalAnd, (a, b) => a !== 0 && b !== 0],
  ["logicalOr", ops.logicalOr, (a, b) => a !== 0 || b !== 0],
  ["logicalXor", ops.logicalXor, (a, b) => (a !== 0) !== (b !== 0)],
];
const VALUES = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 1.5, 1e-45];

/** Every value with every other. */
const LEFT = VALUES.flatMap((v) => VALUES.map(() => v));
const RIGHT = VALUES.flatMap(() => VALUES);

describe.each([...COMPARISONS, ...LOGIC])("%s", (name, op, reference) => {
  test("of float32 is IEEE's, NaN, infinities and zeros included", () => {
    const y = op(tensor(LEFT), tensor(RIGHT));
    expect(y.dtype).toBe("bool");
    expect(y.toArray()).toEqual(LEFT.map((v, i) => reference(Math.fround(v), Math.fround(RIGHT[i]!))));
  });

  test("of int32 is exact", () => {
    const [a, b] = [
      [2 ** 31 - 1, -(2 ** 31), 0, 5, 16777217, 0],
      [2 ** 31 - 2, 2 ** 31 - 1, 0, 5, 16777216, 3],
    ];
    const y = op(tensor(new Int32Array(a!)), tensor(new Int32Array(b!)));
    expect(y.toArray()).toEqual(a!.map((v, i) => reference(v, b![i]!)));
  });

  test("takes bool, mixed kinds and numbers on either side", () => {
    const flags = tensor([true, false]);
    expect(op(flags, tensor([true, true])).toArray()).toEqual([reference(1, 1), reference(0, 1)]);
    expect(op(tensor(new Int32Array([0, 1, 2])), 0.5).toArray()).toEqual([0, 1, 2].map((v) => reference(v, 0.5)));
    expect(op(1, tensor([0, 1, 2])).toArray()).toEqual([0, 1, 2].map((v) => reference(1, v)));
    expect(op(flags, 0).toArray()).toEqual([reference(1, 0), reference(0, 0)]);
  });

  test("handles every length", () => {
    for (let n = 0; n <= 35; n++) {
      const a = Array.from({ length: n }, (_, i) => (i * 7) % 5);
      const b = Array.from({ length: n }, (_, i) => (i * 3) % 4);
      expect(op(tensor(a, { shape: [n] }), tensor(b, { shape: [n] })).toArray()).toEqual(
        a.map((v, i) => reference(v, b[i]!)),
      );
    }
  });

  test("requires no gradient", () => {
    expect(op(variable([1]), 2).requiresGrad).toBe(false);
  });

  test("refuses other operands and shapes that do not fit", () => {
    expect(() => op(null as never, 1)).toThrow(
      new TypeError(`${name}: expected a to be a tensor or a number, got null`),
    );
    expect(() => op(1, "x" as never)).toThrow(new TypeError(`${name}: expected b to be a tensor or a number, got "x"`));
    expect(() => op(tensor([1, 2]), tensor([1, 2, 3]))).toThrow(/^\w+: expected shapes that broadcast together, got /);
  });
});

describe("logicalNot", () => {
  test("is true of zero and false alone", () => {
    expect(ops.logicalNot(tensor([0, -0, NaN, 1e-45])).toArray()).toEqual([true, true, false, false]);
    expect(ops.logicalNot(tensor([true, false])).toArray()).toEqual([false, true]);
    expect(ops.logicalNot(tensor(new Int32Array([0, -3]))).toArray()).toEqual([true, false]);
  });
});

describe("isnan, isinf, isfinite", () => {
  const tests: [string, (x: Tensor) => Tensor, (x: number) => boolean][] = [
    ["isnan", ops.isnan, Number.isNaN],
    ["isinf", ops.isinf, (x) => Math.abs(x) === Infinity],
    ["isfinite", ops.isfinite, Number.isFinite],
  ];
  test.each(tests)("%s", (name, op, reference) => {
    const values = [...VALUES, 3.4e38, -3.4e38];
    expect(op(tensor(values)).toArray()).toEqual(values.map(reference));
    expect(op(tensor(new Int32Array([2 ** 31 - 1, 0]))).toArray()).toEqual([reference(1), reference(0)]);
    expect(op(tensor([true])).dtype).toBe("bool");
    expect(op(tensor([], { shape: [0, 3] })).shape).toEqual([0, 3]);
    expect(() => op(1 as never)).toThrow(new TypeError(`${name}: expected x to be a tensor, got 1`));
  });
});
