// Calls of the convolutions and pools.
import * as sedge from "../../src/entry.ts";
import { type Call, f, p } from "./calls.ts";

/** Values so far apart that a small step does not change which is the largest. */
const apart = (...shape: number[]): sedge.Tensor => {
  const x = f(...shape);
  x.data.forEach((_, i) => {
    x.data[i] = ((i * 7) % 64) / 16 - 1.5;
  });
  return x;
};

export const withGradient: Record<string, Call[]> = {
  adaptiveAvgPool1d: [[() => [f(2, 3, 5)], (x) => sedge.adaptiveAvgPool1d(x, 2)]],
  adaptiveAvgPool2d: [
    [() => [f(2, 3, 5, 4)], (x) => sedge.adaptiveAvgPool2d(x, [2, null])],
    [() => [f(3, 5, 4)], (x) => sedge.adaptiveAvgPool2d(x, 1)],
  ],
  adaptiveAvgPool3d: [[() => [f(2, 4, 5, 3)], (x) => sedge.adaptiveAvgPool3d(x, [3, 2, 2])]],
  adaptiveMaxPool1d: [[() => [apart(2, 3, 5)], (x) => sedge.adaptiveMaxPool1d(x, 2)]],
  adaptiveMaxPool2d: [
    [() => [apart(2, 5, 4)], (x) => sedge.adaptiveMaxPool2d(x, [2, 3])],
    [() => [apart(2, 5, 4)], (x) => sedge.adaptiveMaxPool2d(x, [2, 3], { returnIndices: true })],
  ],
  adaptiveMaxPool3d: [
    [() => [apart(4, 4, 3)].map((x) => x.reshape([1, 4, 4, 3])), (x) => sedge.adaptiveMaxPool3d(x, 2)],
  ],
  avgPool1d: [[() => [f(2, 3, 7)], (x) => sedge.avgPool1d(x, 3, { stride: 2, padding: 1 })]],
  avgPool2d: [
    [() => [f(2, 3, 6, 6)], (x) => sedge.avgPool2d(x, 3, { stride: 2, padding: 1 })],
    [() => [f(2, 8, 8)], (x) => sedge.avgPool2d(x, 2)],
  ],
  avgPool3d: [[() => [f(2, 4, 5, 3)], (x) => sedge.avgPool3d(x, 2, { divisorOverride: 3 })]],
  conv1d: [
    [() => [f(2, 3, 8), f(4, 3, 3), f(4)], (x, w, b) => sedge.conv1d(x, w, b, { padding: "same" })],
    [() => [f(4, 8), f(4, 1, 3)], (x, w) => sedge.conv1d(x, w, null, { groups: 4, stride: 2 })],
  ],
  conv2d: [
    [() => [f(2, 3, 6, 6), f(4, 3, 3, 3), f(4)], (x, w, b) => sedge.conv2d(x, w, b, { padding: 1 })],
    [() => [f(2, 4, 6, 6), f(4, 2, 3, 3)], (x, w) => sedge.conv2d(x, w, null, { groups: 2, stride: 2 })],
  ],
  conv3d: [
    [() => [f(2, 2, 3, 4, 4), f(3, 2, 2, 2, 2), f(3)], (x, w, b) => sedge.conv3d(x, w, b, { stride: 2, padding: 1 })],
    [() => [f(2, 2, 4, 4), f(3, 2, 2, 2, 2)], (x, w) => sedge.conv3d(x, w)],
  ],
  convTranspose1d: [[() => [f(2, 3, 5), f(3, 4, 3), f(4)], (x, w, b) => sedge.convTranspose1d(x, w, b, { stride: 2 })]],
  convTranspose2d: [
    [
      () => [f(2, 4, 3, 3), f(4, 2, 3, 3), f(4)],
      (x, w, b) => sedge.convTranspose2d(x, w, b, { stride: 2, padding: 1, outputPadding: 1, groups: 2 }),
    ],
    [() => [f(4, 3, 3), f(4, 2, 3, 2)], (x, w) => sedge.convTranspose2d(x, w, null, { dilation: 2 })],
  ],
  convTranspose3d: [[() => [f(1, 2, 2, 3, 2), f(2, 3, 2, 2, 2)], (x, w) => sedge.convTranspose3d(x, w)]],
  lpPool1d: [[() => [p(2, 3, 6)], (x) => sedge.lpPool1d(x, 3, 2)]],
  lpPool2d: [[() => [p(3, 5, 5)], (x) => sedge.lpPool2d(x, 2, 2, { ceilMode: true })]],
  lpPool3d: [[() => [p(1, 4, 4, 3)], (x) => sedge.lpPool3d(x, 1.5, [2, 2, 1])]],
  maxPool1d: [
    [() => [apart(2, 3, 7)], (x) => sedge.maxPool1d(x, 3, { stride: 2, padding: 1 })],
    [() => [apart(3, 7)], (x) => sedge.maxPool1d(x, 2, { returnIndices: true })],
  ],
  maxPool2d: [
    [() => [apart(1, 2, 4, 8)], (x) => sedge.maxPool2d(x, 2)],
    [() => [apart(2, 6, 5)], (x) => sedge.maxPool2d(x, 3, { stride: 1, dilation: 2 })],
  ],
  maxPool3d: [
    [() => [apart(1, 4, 4, 4)], (x) => sedge.maxPool3d(x, 2)],
    [() => [apart(1, 4, 4, 4)], (x) => sedge.maxPool3d(x, 2, { stride: 1, returnIndices: true })],
  ],
  maxUnpool1d: [[() => [f(2, 1, 3), places([0, 3, 5, 1, 2, 4], [2, 1, 3])], (x, i) => sedge.maxUnpool1d(x, i, 2)]],
  maxUnpool2d: [[() => [f(1, 2, 2), places([0, 3, 9, 15], [1, 2, 2])], (x, i) => sedge.maxUnpool2d(x, i, 2)]],
  maxUnpool3d: [
    [
      () => [f(1, 1, 2, 2), places([0, 3, 9, 15], [1, 1, 2, 2])],
      (x, i) => sedge.maxUnpool3d(x, i, 2, { outputSize: [2, 5, 4] }),
    ],
  ],
};

function places(list: number[], shape: number[]): sedge.Tensor {
  return sedge.tensor(Int32Array.from(list), { shape });
}

/** Calls that fail when the op has made something already: its shapes are only seen then. */
export const REFUSED: readonly (readonly [name: string, ...Call, message: string])[] = [
  ["lpPool2d", () => [p(1, 3, 3)], (x) => sedge.lpPool2d(x, 2, 4), "lpPool2d: expected a window no larger than the"],
];
