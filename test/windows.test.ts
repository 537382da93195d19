// Windows as columns and back, against plain loops over every option.
import "../src/boot.ts";
import { describe, expect, it } from "vitest";
import { ones, zeros } from "../src/ops/create.ts";
import { fold, unfold } from "../src/ops/windows.ts";
import type { Tensor } from "../src/tensor.ts";
import { checkOp, random } from "./check-op.ts";

interface Options {
  dilation: [number, number];
  padding: [number, number];
  stride: [number, number];
}

/** Calls `visit` with the index of every element of the columns and, inside the image, of the pixel it stands for. */
function visitWindows(
  [n, c, h, w]: readonly number[],
  [kh, kw]: readonly number[],
  { dilation, padding, stride }: Options,
  visit: (column: number, pixel: number | null) => void,
): [columns: number, windows: number] {
  const count = (size: number, k: number, axis: 0 | 1): number =>
    Math.floor((size + 2 * padding[axis] - dilation[axis] * (k - 1) - 1) / stride[axis]) + 1;
  const [rows, cols] = [count(h!, kh!, 0), count(w!, kw!, 1)];
  let at = 0;
  for (let b = 0; b < n! * c!; b++) {
    for (let i = 0; i < kh!; i++) {
      for (let j = 0; j < kw!; j++) {
        for (let r = 0; r < rows; r++) {
          for (let q = 0; q < cols; q++) {
            const y = r * stride[0] - padding[0] + i * dilation[0];
            const x = q * stride[1] - padding[1] + j * dilation[1];
            const inside = y >= 0 && y < h! && x >= 0 && x < w!;
            visit(at++, inside ? (b * h! + y) * w! + x : null);
          }
        }
      }
    }
  }
  return [c! * kh! * kw!, rows * cols];
}

const CASES: [shape: number[], kernel: [number, number], options: Options][] = [
  [[2, 3, 5, 6], [2, 3], { dilation: [1, 1], padding: [0, 0], stride: [1, 1] }],
  [[1, 2, 7, 4], [3, 2], { dilation: [2, 1], padding: [1, 2], stride: [2, 1] }],
  [[2, 1, 3, 3], [1, 1], { dilation: [1, 1], padding: [0, 1], stride: [3, 2] }],
  [[1, 1, 8, 9], [2, 2], { dilation: [1, 3], padding: [2, 0], stride: [1, 3] }],
];

describe("unfold", () => {
  it.each(CASES)("%j kernel %j %j", (shape, kernel, options) => {
    const x = random(shape);
    const want: number[] = [];
    const sizes = visitWindows(shape, kernel, options, (_, pixel) => want.push(pixel === null ? 0 : x.data[pixel]!));
    const y = unfold(x, kernel, options);
    expect(y.shape).toEqual([shape[0], ...sizes]);
    expect([...y.data]).toEqual(want);
  });

  it("takes an image without a batch, and an empty batch", () => {
    expect(unfold(zeros([3, 4, 4]), 2).shape).toEqual([12, 9]);
    expect(unfold(zeros([0, 3, 4, 4]), 2).shape).toEqual([0, 12, 9]);
  });

  it("has gradients", () => {
    checkOp("unfold", (x) => unfold(x!, [2, 3], { padding: 1, stride: [1, 2] }), [random([1, 2, 4, 5])]);
  });
});

describe("fold", () => {
  it.each(CASES)("%j kernel %j %j", (shape, kernel, options) => {
    const sizes = visitWindows(shape, kernel, options, () => {});
    const x = random([shape[0]!, ...sizes]);
    const want = new Float64Array(shape.reduce((a, b) => a * b));
    visitWindows(shape, kernel, options, (column, pixel) => {
      if (pixel !== null) want[pixel] = want[pixel]! + x.data[column]!;
    });
    const y = fold(x, shape.slice(2) as [number, number], kernel, options);
    expect(y.shape).toEqual(shape);
    for (const [i, v] of y.data.entries()) expect(v).toBeCloseTo(want[i]!, 5);
  });

  it("gives the counts of windows over each pixel, and takes columns without a batch", () => {
    expect(fold(ones([4, 4]), 3, 2).toArray()).toEqual([
      [
        [1, 2, 1],
        [2, 4, 2],
        [1, 2, 1],
      ],
    ]);
  });

  it("has gradients", () => {
    const run = (x: Tensor | undefined): Tensor => fold(x!, [3, 4], 2, { padding: 1, dilation: [1, 2] });
    checkOp("fold", run, [random([1, 4, 16])]);
  });
});
