// Calls of the ops that normalise, and of embedding bags.
import * as sedge from "../../src/entry.ts";
import { type Call, f, ids } from "./calls.ts";

/** By name of the op. */
export const withGradient: Record<string, Call[]> = {
  batchNorm: [
    [() => [f(4, 3), f(3), f(3)], (x, w, b) => sedge.batchNorm(x, null, null, w, b, { training: true })],
    [
      () => [f(3, 2, 18), f(2)],
      (x, w) => {
        using mean = sedge.zeros([2]);
        using variance = sedge.ones([2]);
        return sedge.batchNorm(x, mean, variance, w, null, { training: true });
      },
    ],
    [
      () => [f(3, 2, 4)],
      (x) => {
        using mean = sedge.zeros([2]);
        using variance = sedge.full([2], 0.5);
        return sedge.batchNorm(x, mean, variance);
      },
    ],
  ],
  embeddingBag: [
    [() => [f(4, 3), ids(3, 1, 3), ids(0, 1)], (w, i, o) => sedge.embeddingBag(i, w, o, { scaleGradByFreq: true })],
    [
      () => [f(4, 3), f(3), ids(3, 1, 3), ids(0, 0)],
      (w, v, i, o) => sedge.embeddingBag(i, w, o, { mode: "sum", perSampleWeights: v, paddingIdx: 1 }),
    ],
    [() => [f(4, 3), ids(3, 1, 3), ids(0, 1, 1, 3)], (w, i, o) => sedge.embeddingBag(i, w, o, { mode: "max" })],
  ],
  groupNorm: [
    [() => [f(2, 4, 3), f(4), f(4)], (x, w, b) => sedge.groupNorm(x, 2, w, b)],
    [() => [f(2, 6)], (x) => sedge.groupNorm(x, 2)],
  ],
  instanceNorm: [
    [() => [f(2, 3, 5), f(3), f(3)], (x, w, b) => sedge.instanceNorm(x, null, null, w, b)],
    [
      () => [f(2, 3, 5)],
      (x) => {
        using mean = sedge.zeros([3]);
        using variance = sedge.ones([3]);
        return sedge.instanceNorm(x, mean, variance);
      },
    ],
  ],
  layerNorm: [
    [() => [f(3, 5), f(5), f(5)], (x, w, b) => sedge.layerNorm(x, 5, w, b)],
    [() => [f(2, 3, 5)], (x) => sedge.layerNorm(x, [3, 5])],
  ],
  localResponseNorm: [[() => [f(2, 5, 3)], (x) => sedge.localResponseNorm(x, 2, { alpha: 1 })]],
  rmsNorm: [[() => [f(3, 5), f(5)], (x, w) => sedge.rmsNorm(x, 5, w)]],
};

/** Those whose gradient has no gradient. */
export const FIRST_ORDER = "batchNorm groupNorm instanceNorm layerNorm rmsNorm";

/** Calls whose gradient is defined to be another than that of the values. */
export const OWN_GRADIENT = ["embeddingBag 0"];

/** Calls that fail when the op has made something already. */
export const REFUSED: readonly (readonly [name: string, ...Call, message: string])[] = [
  ["layerNorm", () => [f(3, 5), f(4)], (x, w) => sedge.layerNorm(x, 5, w), "layerNorm: expected weight of shape [5]"],
];
