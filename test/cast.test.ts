// Conversions between the kinds of elements (src/ops/cast.ts).
import { describe, expect, test } from "vitest";
import "../src/entry.ts";
import { cast } from "../src/ops/cast.ts";
import { tensor, variable } from "../src/ops/create.ts";
import { type DType, view } from "../src/tensor.ts";

describe("cast", () => {
  test("float32 to int32 cuts fractions off, saturates, and takes NaN for 0", () => {
    const x = tensor([1.9, -1.9, 0, -0, 2147483520, 3e9, -3e9, Infinity, -Infinity, NaN]);
    const max = 2 ** 31 - 1;
    expect(cast(x, "int32").toArray()).toEqual([1, -1, 0, 0, 2147483520, max, -(2 ** 31), max, -(2 ** 31), 0]);
  });

  test("int32 to float32 rounds to the nearest even", () => {
    const x = tensor(new Int32Array([0, -5, 16777217, 16777219, 2 ** 31 - 1]));
    expect(cast(x, "float32").toArray()).toEqual([0, -5, 16777216, 16777220, 2 ** 31]);
  });

  test("to bool is true of everything but zero, NaN included", () => {
    expect(cast(tensor([0, -0, NaN, 1e-45, -Infinity]), "bool").toArray()).toEqual([false, false, true, true, true]);
    expect(cast(tensor(new Int32Array([0, 256, -1])), "bool").toArray()).toEqual([false, true, true]);
  });

  test.each<DType>(["float32", "int32", "bool"])(
    "from and to %s keeps zeros and ones, at any length and address",
    (to) => {
      for (const from of ["float32", "int32", "bool"] as const) {
        for (let n = 0; n <= 37; n++) {
          const bits = Array.from({ length: n + 1 }, (_, i) => (i * 5) % 3 === 0);
          const base = tensor(bits, { shape: [n + 1], dtype: from });
          const y = cast(view(base, [n], 1), to);
          expect([y.dtype, Array.from(y.data)]).toEqual([to, bits.slice(1).map(Number)]);
        }
      }
    },
  );

  test("is a copy even to the same kind", () => {
    const x = tensor([1, 2]);
    const y = cast(x, "float32");
    y.data[0] = 5;
    expect(x.toArray()).toEqual([1, 2]);
  });

  test("lets the gradient through from float32 to float32 only", () => {
    const x = variable([1, 2]);
    cast(x, "float32").backward({ gradient: tensor([3, 4]) });
    expect(x.grad?.toArray()).toEqual([3, 4]);
    expect(cast(x, "int32").requiresGrad).toBe(false);
    expect(cast(x, "bool").requiresGrad).toBe(false);
  });

  test("refuses other kinds", () => {
    expect(() => cast(tensor([1]), "float64" as never)).toThrow(
      new TypeError('cast: expected dtype to be one of float32, int32, bool, got "float64"'),
    );
    expect(() => cast(tensor([1]), "toString" as never)).toThrow(TypeError);
    expect(() => cast(1 as never, "bool")).toThrow(new TypeError("cast: expected x to be a tensor, got 1"));
  });
});
