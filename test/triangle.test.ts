// tril and triu on every side of every diagonal.
import { describe, expect, it } from "vitest";
import "../src/boot.ts";
import "../src/entry.ts";
import { tensor, zeros } from "../src/ops/create.ts";
import { tril, triu } from "../src/ops/triangle.ts";
import { checkOp, random } from "./check-op.ts";

describe("tril and triu", () => {
  it("keep one side of any diagonal, for every dtype and batches", () => {
    for (const dtype of ["float32", "int32", "bool"] as const) {
      for (const [rows, cols] of [
        [3, 5],
        [5, 3],
        [1, 1],
        [4, 0],
        [0, 4],
      ] as const) {
        const x = tensor(new Array(2 * rows * cols).fill(1), { shape: [2, rows, cols], dtype });
        for (const diagonal of [-9, -2, -1, 0, 1, 3, 9, 2 ** 31 - 1, -(2 ** 31)]) {
          const want = (keep: (d: number) => boolean): number[] =>
            Array.from({ length: x.size }, (_, at) => (keep((at % cols) - (Math.floor(at / cols) % rows)) ? 1 : 0));
          expect(Array.from(tril(x, { diagonal }).data)).toEqual(want((d) => d <= diagonal));
          expect(Array.from(triu(x, { diagonal }).data)).toEqual(want((d) => d >= diagonal));
          expect(tril(x).dtype).toBe(dtype);
        }
      }
    }
  });

  it("drop NaN outside of the triangle", () => {
    expect(
      tril(
        tensor([
          [1, Number.NaN],
          [2, 3],
        ]),
      ).toArray(),
    ).toEqual([
      [1, 0],
      [2, 3],
    ]);
  });

  it("cut their gradients likewise", () => {
    checkOp("tril", (x) => tril(x, { diagonal: 1 }), [random([2, 3, 4])]);
    checkOp("triu", (x) => triu(x), [random([3, 3])]);
  });

  it("refuse vectors and fractional diagonals", () => {
    expect(() => tril(zeros([3]))).toThrow(new RangeError("tril: expected x of at least two axes, got [3]"));
    expect(() => triu(zeros([3, 3]), { diagonal: 0.5 })).toThrow("triu: expected diagonal to be an integer, got 0.5");
    expect(() => triu(zeros([3, 3]), { k: 1 } as never)).toThrow('triu: unknown option "k"; expected one of diagonal');
  });
});
