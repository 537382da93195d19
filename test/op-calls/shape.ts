// Calls of the ops that rearrange, pad, resize, sample and scatter.

import type { Tensor } from "../../src/entry.ts";
import * as sedge from "../../src/entry.ts";
import { bools, type Call, f, ids } from "./calls.ts";

const table = (rows: number, columns: number, ...list: number[]): Tensor => ids(...list).reshape([rows, columns]);
/** Places (x, y) of two images 4 wide and 3 high, away from pixels' centres and borders, where sampling has kinks. */
const grid = (): Tensor =>
  sedge.tensor([-0.4, -0.4, 0.1, 0.3, 0.45, 0.8, -0.9, -0.85, 1.3, 0.3, 0.1, -1.2], { shape: [2, 1, 3, 2] });
/** Places (x, y, z) of a volume 2 wide, 3 high and 2 deep. */
const volume = (): Tensor => sedge.tensor([-0.2, -0.4, 0.2, 0.9, 0.3, -0.7], { shape: [1, 1, 1, 2, 3] });

/** By name of the op. */
export const withGradient: Record<string, Call[]> = {
  affineGrid: [
    [() => [f(2, 2, 3)], (theta) => sedge.affineGrid(theta, [2, 1, 3, 2])],
    [() => [f(1, 3, 4)], (theta) => sedge.affineGrid(theta, [1, 1, 2, 1, 2], { alignCorners: true })],
  ],
  channelShuffle: [[() => [f(1, 4, 2)], (x) => sedge.channelShuffle(x, 2)]],
  diag: [
    [() => [f(3)], (x) => sedge.diag(x, { diagonal: 1 })],
    [() => [f(3, 4)], (x) => sedge.diag(x)],
  ],
  diagEmbed: [[() => [f(2, 3)], (x) => sedge.diagEmbed(x, { offset: -1, axis1: 0, axis2: 2 })]],
  diagonal: [[() => [f(3, 4, 2)], (x) => sedge.diagonal(x, { offset: 1 })]],
  dstack: [[() => [f(2, 3), f(2, 3)], (...list) => sedge.dstack(list)]],
  fold: [[() => [f(2, 8, 6)], (x) => sedge.fold(x, [3, 4], 2)]],
  gridSample: [
    [() => [f(2, 2, 3, 4), grid()], (x, g) => sedge.gridSample(x, g)],
    [
      () => [f(1, 1, 3, 4), sedge.tensor([0.45, 0.75, -0.9, 0.3], { shape: [1, 1, 2, 2] })],
      (x, g) => sedge.gridSample(x, g, { mode: "bicubic", paddingMode: "reflection" }),
    ],
    [() => [f(1, 1, 2, 3, 2), volume()], (x, g) => sedge.gridSample(x, g, { paddingMode: "border" })],
    [() => [f(2, 1, 3, 4), grid()], (x, g) => sedge.gridSample(x, g, { mode: "nearest" })],
  ],
  hstack: [[() => [f(2, 3), f(2, 1)], (...list) => sedge.hstack(list)]],
  indexAdd: [
    [() => [f(3, 2), ids(2, 0, 2), f(3, 2)], (x, i, s) => sedge.indexAdd(x, i, s, { alpha: 2 })],
    [() => [ids(1, 2, 3), ids(0, 0), ids(4, 5)], (x, i, s) => sedge.indexAdd(x, i, s)],
  ],
  indexCopy: [[() => [f(2, 3), ids(2, 0), f(2, 2)], (x, i, s) => sedge.indexCopy(x, i, s, { axis: 1 })]],
  indexFill: [[() => [f(3, 2), ids(2, 0)], (x, i) => sedge.indexFill(x, i, 5)]],
  interpolate: [
    [() => [f(1, 2, 3)], (x) => sedge.interpolate(x, { size: 5 })],
    [() => [f(1, 2, 3, 4)], (x) => sedge.interpolate(x, { scaleFactor: [2, 0.5], mode: "bilinear" })],
    [() => [f(1, 1, 3, 4)], (x) => sedge.interpolate(x, { size: [5, 3], mode: "bicubic", alignCorners: true })],
    [() => [f(1, 1, 5, 4)], (x) => sedge.interpolate(x, { size: [3, 2], mode: "area" })],
  ],
  maskedFill: [
    [() => [f(2, 3), bools()], (x, m) => sedge.maskedFill(x, m, 2)],
    [() => [f(3), bools(), f()], (x, m, v) => sedge.maskedFill(x, m, v)],
  ],
  maskedScatter: [[() => [f(2, 3), bools(), f(5)], (x, m, s) => sedge.maskedScatter(x, m, s)]],
  maskedSelect: [[() => [f(2, 3), bools()], (x, m) => sedge.maskedSelect(x, m)]],
  meshgrid: [[() => [f(2), f(3)], (...list) => sedge.meshgrid(list, { indexing: "xy" })]],
  movedim: [[() => [f(2, 3, 4)], (x) => sedge.movedim(x, [0, 1], [-1, 0])]],
  narrow: [[() => [f(2, 4)], (x) => sedge.narrow(x, 1, 1, 2)]],
  pad: [
    [() => [f(2, 3)], (x) => sedge.pad(x, [1, -1, 0, 2], { value: 3 })],
    [() => [f(1, 3, 4)], (x) => sedge.pad(x, [2, 1, 0, 2], { mode: "reflect" })],
    [() => [f(1, 3, 4)], (x) => sedge.pad(x, [-1, 3], { mode: "circular" })],
    [() => [bools()], (x) => sedge.pad(x, [1, 1])],
  ],
  pixelShuffle: [[() => [f(1, 4, 2, 3)], (x) => sedge.pixelShuffle(x, 2)]],
  pixelUnshuffle: [[() => [f(1, 1, 4, 2)], (x) => sedge.pixelUnshuffle(x, 2)]],
  ravel: [[() => [f(2, 3)], sedge.ravel]],
  repeatInterleave: [
    [() => [f(2, 3)], (x) => sedge.repeatInterleave(x, 2, { axis: 1 })],
    [() => [f(2, 3), ids(2, 0, 1)], (x, counts) => sedge.repeatInterleave(x, counts, { axis: 1 })],
  ],
  roll: [
    [() => [f(3, 4)], (x) => sedge.roll(x, 5)],
    [() => [f(3, 4)], (x) => sedge.roll(x, [1, -2], { axis: [0, 1] })],
  ],
  rot90: [
    [() => [f(2, 3)], (x) => sedge.rot90(x, -1)],
    [() => [f(2, 3)], (x) => sedge.rot90(x, 0)],
  ],
  scatter: [
    [() => [f(2, 3), table(2, 1, 2, 0), f(2, 2)], (x, i, s) => sedge.scatter(x, i, s, { axis: 1 })],
    [() => [f(3, 2), table(1, 1, 2)], (x, i) => sedge.scatter(x, i, 4, { axis: 0 })],
    [() => [bools(), ids(2), bools()], (x, i, s) => sedge.scatter(x, i, s, { axis: 0 })],
  ],
  scatterAdd: [
    [() => [f(2, 3), table(2, 3, 2, 0, 2, 1, 1, 1), f(2, 3)], (x, i, s) => sedge.scatterAdd(x, i, s, { axis: 1 })],
    [() => [f(2, 3), table(1, 2, 1, 0), f(2, 3)], (x, i, s) => sedge.scatterAdd(x, i, s, { axis: 0 })],
    [() => [ids(1, 2, 3), ids(0, 0), ids(4, 5)], (x, i, s) => sedge.scatterAdd(x, i, s, { axis: 0 })],
  ],
  swapaxes: [[() => [f(2, 3, 4)], (x) => sedge.swapaxes(x, 0, 2)]],
  take: [[() => [f(2, 3), table(2, 2, 5, 0, 5, 1)], (x, i) => sedge.take(x, i)]],
  tensorSplit: [
    [() => [f(5, 2)], (x) => sedge.tensorSplit(x, 2)],
    [() => [f(2, 5)], (x) => sedge.tensorSplit(x, [1, -2], { axis: 1 })],
  ],
  tile: [[() => [f(2, 3)], (x) => sedge.tile(x, [2])]],
  unbind: [[() => [f(2, 3)], (x) => sedge.unbind(x, { axis: 1 })]],
  unflatten: [[() => [f(2, 6)], (x) => sedge.unflatten(x, 1, [3, -1])]],
  unfold: [
    [() => [f(1, 2, 4, 3)], (x) => sedge.unfold(x, 2, { padding: 1, stride: [2, 1] })],
    [() => [f(2, 3, 4)], (x) => sedge.unfold(x, [1, 2], { dilation: 2 })],
  ],
  vstack: [[() => [f(3), f(2, 3)], (...list) => sedge.vstack(list)]],
};

/** Those without gradients, which results of other kinds cannot have. */
export const withoutGradient: Record<string, Call[]> = {
  nonzero: [
    [() => [ids(0, 2, 0, 3)], sedge.nonzero],
    [() => [bools()], sedge.nonzero],
  ],
};

/** Calls that fail when the op has made something already: its shapes are only seen then. */
export const REFUSED: readonly (readonly [name: string, ...Call, message: string])[] = [
  [
    "maskedScatter",
    () => [f(3), bools(), f(1)],
    sedge.maskedScatter as Call[1],
    "maskedScatter: expected source of at",
  ],
  ["maskedSelect", () => [f(2), bools()], sedge.maskedSelect as Call[1], "maskedSelect: expected shapes that"],
  [
    "scatter",
    () => [f(3), ids(0, 0, 0, 0)],
    (x, i) => sedge.scatter(x, i, 1, { axis: 1 }),
    "scatter: expected axis from -1 to 0",
  ],
  ["vstack", () => [f(3), f(2, 2)], (...list) => sedge.vstack(list), "cat: expected shapes that differ"],
];
