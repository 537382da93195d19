// Diagonals read and laid, against loops over indices.
import "../src/boot.ts";
import { describe, expect, it } from "vitest";
import { arange, tensor, zeros } from "../src/ops/create.ts";
import { diag, diagEmbed, diagonal } from "../src/ops/diagonal.ts";
import { reshape } from "../src/ops/shape.ts";
import { checkOp, random } from "./check-op.ts";

describe("diagonal", () => {
  it("takes every offset of matrices of any form", () => {
    for (const [rows, columns] of [
      [3, 3],
      [2, 5],
      [4, 1],
    ] as const) {
      const x = reshape(arange(rows * columns), [rows, columns]);
      for (let offset = -5; offset <= 5; offset++) {
        const want: number[] = [];
        for (let i = 0; i < rows; i++) if (i + offset >= 0 && i + offset < columns) want.push(i * columns + i + offset);
        expect(diagonal(x, { offset }).toArray()).toEqual(want);
      }
    }
  });

  it("takes any two axes, and puts the diagonal last", () => {
    const x = reshape(arange(24), [2, 3, 4]);
    expect(diagonal(x, { axis1: 2, axis2: 0, offset: -1 }).toArray()).toEqual([
      [1, 14],
      [5, 18],
      [9, 22],
    ]);
    expect(diagonal(x, { axis1: -1, axis2: -2 }).shape).toEqual([2, 3]);
  });

  it("has gradients, and diagEmbed as its inverse", () => {
    checkOp("diagonal", (x) => diagonal(x!, { offset: 1, axis1: 2, axis2: 1 }), [random([2, 3, 4])]);
    checkOp("diagEmbed", (x) => diagEmbed(x!, { offset: -1, axis1: 0 }), [random([2, 3])]);
    const x = random([2, 3]);
    for (const options of [{}, { offset: 2 }, { offset: -1, axis1: 0, axis2: 1 }]) {
      const back = diagonal(diagEmbed(x, options), { axis1: -2, axis2: -1, ...options });
      expect(back.toArray()).toEqual(x.toArray());
    }
  });
});

describe("diagEmbed", () => {
  it("lays every dtype into zeros", () => {
    expect(diagEmbed(tensor([true, true])).toArray()).toEqual([
      [true, false],
      [false, true],
    ]);
    expect(diagEmbed(tensor([[1], [2]], { dtype: "int32" }), { offset: 1 }).toArray()).toEqual([
      [
        [0, 1],
        [0, 0],
      ],
      [
        [0, 2],
        [0, 0],
      ],
    ]);
    expect(diagEmbed(zeros([0])).shape).toEqual([0, 0]);
  });
});

it("diag reads matrices and lays lists", () => {
  expect(diag(tensor([1, 2]), { diagonal: -1 }).toArray()).toEqual([
    [0, 0, 0],
    [1, 0, 0],
    [0, 2, 0],
  ]);
  expect(diag(tensor([[1, 2, 3]]), { diagonal: 2 }).toArray()).toEqual([3]);
});
