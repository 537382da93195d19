// Resizing against the formulas of its modes, pixel by pixel; PyTorch's own numbers are the reference vectors'.
import "../src/boot.ts";
import { describe, expect, it } from "vitest";
import { ones, tensor } from "../src/ops/create.ts";
import { type InterpolateOptions, interpolate } from "../src/ops/interpolate.ts";
import type { Tensor } from "../src/tensor.ts";
import { checkOp, random } from "./check-op.ts";

const row = (...values: number[]): Tensor => tensor([[values]]);
const resized = (x: Tensor, options: InterpolateOptions): number[] => [...interpolate(x, options).data];

/** Where place i of n stands among `size` pixels. */
const place = (i: number, size: number, n: number, corners: boolean): number =>
  corners ? (n > 1 ? (i * (size - 1)) / (n - 1) : 0) : ((i + 0.5) * size) / n - 0.5;

/** Weight of a pixel at distance d. */
const tent = (d: number): number => Math.max(0, 1 - Math.abs(d));
function cubic(d: number): number {
  const [a, t] = [-0.75, Math.abs(d)];
  if (t <= 1) return (a + 2) * t ** 3 - (a + 3) * t ** 2 + 1;
  return t < 2 ? a * t ** 3 - 5 * a * t ** 2 + 8 * a * t - 4 * a : 0;
}

/** The sum of all pixels, those beyond the edge being the edge, by weights of both axes. */
function naive(
  x: Tensor,
  [ho, wo]: readonly [number, number],
  corners: boolean,
  weight: (d: number) => number,
): number[] {
  const [h, w] = x.shape.slice(-2) as [number, number];
  const clamp = (i: number, n: number): number => Math.min(Math.max(i, 0), n - 1);
  const at = (i: number, size: number, n: number): number => {
    const p = place(i, size, n, corners);
    return weight === cubic ? p : clamp(p, size);
  };
  const out: number[] = [];
  for (let i = 0; i < ho; i++) {
    for (let j = 0; j < wo; j++) {
      let sum = 0;
      const [y, z] = [at(i, h, ho), at(j, w, wo)];
      for (let r = Math.floor(y) - 2; r <= y + 3; r++) {
        for (let q = Math.floor(z) - 2; q <= z + 3; q++) {
          sum += weight(y - r) * weight(z - q) * x.data[clamp(r, h) * w + clamp(q, w)]!;
        }
      }
      out.push(sum);
    }
  }
  return out;
}

describe("interpolate", () => {
  it.each([
    ["bilinear", false],
    ["bilinear", true],
    ["bicubic", false],
    ["bicubic", true],
  ] as const)("%s, alignCorners %s, follows its formula", (mode, alignCorners) => {
    for (const size of [
      [1, 1],
      [2, 9],
      [5, 4],
      [7, 3],
    ] as const) {
      const x = random([1, 1, 5, 4]);
      const want = naive(x, size, alignCorners, mode === "bicubic" ? cubic : tent);
      const got = resized(x, { size, mode, alignCorners });
      for (const [i, v] of got.entries()) expect(v, `${size} at ${i}`).toBeCloseTo(want[i]!, 5);
    }
  });

  it("nearest takes the pixel to the left, nearest-exact the nearest", () => {
    expect(resized(row(0, 1, 2), { size: 5 })).toEqual([0, 0, 1, 1, 2]);
    expect(resized(row(0, 1, 2), { size: 5, mode: "nearest-exact" })).toEqual([0, 0, 1, 2, 2]);
    expect(resized(row(0, 1, 2, 3, 4), { size: 2 })).toEqual([0, 2]);
    expect(resized(row(0, 1, 2, 3, 4), { size: 2, mode: "nearest-exact" })).toEqual([1, 3]);
  });

  it("nearest finds pixels in float32, as PyTorch does", () => {
    expect(resized(row(...Array(30).keys()), { size: 22 })[11]).toBe(15);
    expect(resized(row(0, 1), { scaleFactor: 2.3 })).toEqual([0, 0, 0, 1]);
  });

  it("area averages the pixels that a place covers", () => {
    expect(resized(row(0, 1, 2, 3, 4), { size: 2, mode: "area" })).toEqual([1, 3]);
    expect(resized(row(0, 3), { size: 3, mode: "area" })).toEqual([0, 1.5, 3]);
  });

  it("rounds sizes down, and takes distances from the factor or from the sizes", () => {
    const x = row(0, 1, 2);
    expect(interpolate(x, { scaleFactor: 1.9 }).shape).toEqual([1, 1, 5]);
    const byFactor = resized(x, { scaleFactor: 1.9, mode: "linear" });
    expect(byFactor[1]).toBeCloseTo(1.5 / 1.9 - 0.5, 6);
    const bySizes = resized(x, { scaleFactor: 1.9, mode: "linear", recomputeScaleFactor: true });
    expect(bySizes[1]).toBeCloseTo((1.5 * 3) / 5 - 0.5, 6);
  });

  it("takes one to three axes, each by its own size", () => {
    expect(interpolate(ones([2, 3, 4]), { size: 7 }).shape).toEqual([2, 3, 7]);
    const y = interpolate(ones([2, 3, 4, 5, 6]), { size: [2, 7, 3], mode: "trilinear" });
    expect(y.shape).toEqual([2, 3, 2, 7, 3]);
    for (const v of y.data) expect(v).toBeCloseTo(1, 6);
    expect(interpolate(ones([0, 3, 4]), { size: 2 }).shape).toEqual([0, 3, 2]);
  });

  it("passes infinities and NaN where their weight is not zero", () => {
    expect(resized(row(1, Infinity, 3, NaN), { size: 4, mode: "linear" })).toEqual([1, Infinity, 3, NaN]);
    expect(resized(row(Infinity, 1), { size: 4 })).toEqual([Infinity, Infinity, 1, 1]);
  });

  it.each(["nearest", "nearest-exact", "area", "bilinear", "bicubic"] as const)("%s has gradients", (mode) => {
    checkOp(mode, (x) => interpolate(x!, { size: [3, 7], mode }), [random([1, 2, 5, 4])]);
  });
});
