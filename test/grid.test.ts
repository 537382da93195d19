// Sampling by a grid against a plain loop over taps, and the grids of affine maps. PyTorch's own numbers are the
// reference vectors'.
import "../src/boot.ts";
import { describe, expect, it } from "vitest";
import { backward } from "../src/backward.ts";
import { mul } from "../src/ops/binary.ts";
import { tensor, zeros } from "../src/ops/create.ts";
import { affineGrid, type GridSampleOptions, gridSample } from "../src/ops/grid.ts";
import { sum } from "../src/ops/reduce.ts";
import type { Tensor } from "../src/tensor.ts";
import { checkOp, random } from "./check-op.ts";

type Options = Required<GridSampleOptions>;

const fold = (p: number, low: number, high: number): number => {
  for (;;) {
    if (p < low) p = 2 * low - p;
    else if (p > high) p = 2 * high - p;
    else return p;
    if (low === high) return low;
  }
};

function inside(p: number, size: number, { paddingMode, alignCorners }: Options): number {
  if (paddingMode === "zeros") return p;
  const q = paddingMode === "border" ? p : alignCorners ? fold(p, 0, size - 1) : fold(p, -0.5, size - 0.5);
  return Math.min(Math.max(q, 0), size - 1);
}

function cubic(d: number): number {
  const [a, t] = [-0.75, Math.abs(d)];
  if (t <= 1) return (a + 2) * t ** 3 - (a + 3) * t ** 2 + 1;
  return t < 2 ? a * t ** 3 - 5 * a * t ** 2 + 8 * a * t - 4 * a : 0;
}

/** Pixels along one axis and their weights. */
function taps(g: number, size: number, options: Options): [number, number][] {
  const at = options.alignCorners ? ((g + 1) / 2) * (size - 1) : ((g + 1) * size - 1) / 2;
  if (options.mode === "bicubic") {
    return [-1, 0, 1, 2].map((k) => [inside(Math.floor(at) + k, size, options), cubic(at - Math.floor(at) - k)]);
  }
  const p = inside(at, size, options);
  if (options.mode === "nearest") return [[Math.round(p), 1]];
  return [0, 1].map((k) => [Math.floor(p) + k, 1 - Math.abs(p - Math.floor(p) - k)]);
}

function naive(x: Tensor, gx: number, gy: number, plane: number, options: Options): number {
  const [h, w] = x.shape.slice(-2) as [number, number];
  let value = 0;
  for (const [j, v] of taps(gx, w, options)) {
    for (const [i, u] of taps(gy, h, options)) {
      if (i >= 0 && i < h && j >= 0 && j < w) value += u * v * x.data[(plane * h + i) * w + j]!;
    }
  }
  return value;
}

const ALL = (["bilinear", "nearest", "bicubic"] as const).flatMap((mode) =>
  (["zeros", "border", "reflection"] as const).flatMap((paddingMode) =>
    [false, true].map((alignCorners): Options => ({ mode, paddingMode, alignCorners })),
  ),
);

describe("gridSample", () => {
  it.each(ALL)("%j follows its formula", (options) => {
    const x = random([2, 3, 4, 5]);
    const grid = random([2, 3, 7, 2], 5, 2.5);
    const y = gridSample(x, grid, options);
    expect(y.shape).toEqual([2, 3, 3, 7]);
    for (const [i, v] of y.data.entries()) {
      const [n, c, p] = [Math.floor(i / 63), Math.floor(i / 21) % 3, i % 21];
      const at = 2 * (n * 21 + p);
      const want = naive(x, grid.data[at]!, grid.data[at + 1]!, n * 3 + c, options);
      expect(v, `at ${i}`).toBeCloseTo(want, 4);
    }
  });

  it.each(ALL.filter(({ mode }) => mode !== "nearest"))("%j has gradients of image and grid", (options) => {
    // inside, outside, and away from kinks
    const grid = tensor([-0.4, -0.4, 0.1, 0.3, 0.45, 0.75, -0.9, -0.85, 1.3, 0.3, 0.1, -1.2], { shape: [2, 1, 3, 2] });
    checkOp(options.mode, (x, g) => gridSample(x!, g!, options), [random([2, 2, 3, 4]), grid], { step: 2e-3 });
  });

  it("samples volumes", () => {
    const x = random([1, 2, 2, 3, 4]);
    const corners = tensor([-1, -1, -1, 1, 1, 1], { shape: [1, 1, 1, 2, 3] });
    const y = gridSample(x, corners, { alignCorners: true });
    expect([...y.data]).toEqual([x.data[0], x.data[23], x.data[24], x.data[47]]);
    const grid = tensor([-0.2, -0.4, 0.2, 0.6, 0.3, -0.7], { shape: [1, 1, 1, 2, 3] });
    checkOp("volume", (x, g) => gridSample(x!, g!, { paddingMode: "border" }), [x, grid], { step: 2e-3 });
  });

  it("nearest has a gradient of the image, and none of the grid", () => {
    const [x, grid] = [random([1, 1, 3, 3]), zeros([1, 1, 1, 2])];
    x.requiresGrad = true;
    grid.requiresGrad = true;
    backward(sum(mul(gridSample(x, grid, { mode: "nearest" }), 2)));
    expect([...x.grad!.data]).toEqual([0, 0, 0, 0, 2, 0, 0, 0, 0]);
    expect(grid.grad).toBeNull();
  });

  it("never reads outside: NaN, infinities and far places are zeros or the border", () => {
    const x = tensor([[[[1, 2], [3, 4]]]]); // biome-ignore format: an image
    const grid = tensor([NaN, 0, 1e30, 0, -Infinity, Infinity, 3e9, 3e9], { shape: [1, 1, 4, 2] });
    expect([...gridSample(x, grid, { mode: "nearest" }).data]).toEqual([0, 0, 0, 0]);
    expect([...gridSample(x, grid, { mode: "nearest", paddingMode: "border" }).data]).toEqual([1, 2, 3, 4]);
    expect(gridSample(x, grid, { paddingMode: "border" }).data[3]).toBe(4);
  });

  it("takes no places and an empty batch", () => {
    expect(gridSample(zeros([1, 2, 3, 3]), zeros([1, 0, 4, 2])).shape).toEqual([1, 2, 0, 4]);
    expect(gridSample(zeros([0, 2, 3, 3]), zeros([0, 1, 4, 2])).shape).toEqual([0, 2, 1, 4]);
  });
});

describe("affineGrid", () => {
  it("gives the centres of pixels, or of the corners, mapped", () => {
    const theta = tensor([[[2, 0, 1], [0, 1, -1]]]); // biome-ignore format: a map
    expect(affineGrid(theta, [1, 3, 1, 2]).toArray()).toEqual([[[[0, -1], [2, -1]]]]); // biome-ignore format: a grid
    expect(affineGrid(theta, [1, 3, 1, 2], { alignCorners: true }).toArray()).toEqual([[[[-1, -1], [3, -1]]]]); // biome-ignore format: a grid
    checkOp("affineGrid", (theta) => affineGrid(theta!, [2, 1, 2, 3]), [random([2, 2, 3])]);
  });

  it("brings an image back unchanged under the identity", () => {
    const x = random([1, 2, 3, 4]);
    for (const alignCorners of [false, true]) {
      const theta = tensor([[[1, 0, 0], [0, 1, 0]]]); // biome-ignore format: a map
      const y = gridSample(x, affineGrid(theta, x.shape, { alignCorners }), { alignCorners });
      for (const [i, v] of y.data.entries()) expect(v).toBeCloseTo(x.data[i]!, 5);
    }
  });
});
