// Rounding to integers (src/ops/round.ts): halves, signs of zero, special values, kinds, and the gradient, which is 0.
import { describe, expect, test } from "vitest";
import "../src/entry.ts";
import { tensor, variable } from "../src/ops/create.ts";
import { ceil, floor, round, trunc } from "../src/ops/round.ts";
import type { Tensor } from "../src/tensor.ts";
import { values } from "./check-op.ts";

/** Nearest integer, halves to the even one; a zero keeps the sign. */
function nearest(x: number): number {
  const down = Math.floor(x);
  const half = down % 2 === 0 ? down : down + 1;
  const y = x - down === 0.5 ? half : Math.round(x);
  return y === 0 && x < 0 ? -0 : y;
}

const TABLE: [string, (x: Tensor) => Tensor, (x: number) => number][] = [
  ["floor", floor, Math.floor],
  ["ceil", ceil, Math.ceil],
  ["round", round, nearest],
  ["trunc", trunc, Math.trunc],
];

describe.each(TABLE)("%s", (name, op, reference) => {
  test("is exact at every length, at halves and at large values", () => {
    for (let n = 0; n <= 35; n++) {
      const x = values(n, n + 1).map((v, i) => (i % 3 === 0 ? Math.round(v * 20) / 2 : v * 10 ** (i % 12)));
      const y = op(tensor(x));
      expect([y.shape, y.dtype]).toEqual([[n], "float32"]);
      x.forEach((v, i) => {
        expect(y.data[i], `of ${v}`).toBe(reference(v));
      });
    }
  });

  test("keeps NaN, infinities and the sign of zero", () => {
    expect(op(tensor([NaN, Infinity, -Infinity, 0, -0])).toArray()).toEqual([NaN, Infinity, -Infinity, 0, -0]);
  });

  test("copies int32, and counts bool as int32", () => {
    const x = tensor(new Int32Array([-3, 0, 2 ** 31 - 1]));
    const y = op(x);
    expect([y.dtype, y.toArray()]).toEqual(["int32", [-3, 0, 2 ** 31 - 1]]);
    y.data[0] = 9;
    expect(x.toArray()).toEqual([-3, 0, 2 ** 31 - 1]);
    expect([op(tensor([true])).dtype, op(tensor([true])).item()]).toEqual(["int32", 1]);
  });

  test("has the gradient 0, not none", () => {
    const x = variable([0.3, 1.7, NaN]);
    op(x).backward({ gradient: tensor([1, 2, 3]) });
    expect(x.grad?.toArray()).toEqual([0, 0, 0]);
  });

  test("refuses what is no tensor", () => {
    expect(() => op([1] as never)).toThrow(new TypeError(`${name}: expected x to be a tensor, got [1]`));
  });
});

test("round takes halves to the even integer", () => {
  expect(round(tensor([0.5, 1.5, 2.5, -0.5, -1.5, 1e30])).toArray()).toEqual([0, 2, 2, -0, -2, Math.fround(1e30)]);
});
