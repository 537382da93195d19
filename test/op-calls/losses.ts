// Calls of the losses.

import type { Tensor } from "../../src/entry.ts";
import * as sedge from "../../src/entry.ts";
import { type Call, f, ids, p } from "./calls.ts";

type Loss = (input: Tensor, target: Tensor, options?: object) => Tensor;

/** Both floats, with every reduction. */
const alike = (loss: Loss, options: object = {}): Call[] =>
  ["mean", "sum", "none"].map((reduction) => [
    () => [f(3, 4), p(3, 4).sub(1)],
    (x, t) => loss(x, t, { reduction, ...options }),
  ]);
/** Numbers between 0 and 1. */
const share = (): Tensor => sedge.sigmoid(f(3, 4));
/** A factor per element or class is no operand that trains. */
const fixed = (loss: (input: Tensor, target: Tensor, weight: Tensor) => Tensor): Call => [
  () => [f(3, 4), share(), p(4)],
  (x, t, w) => {
    using weight = w.detach();
    return loss(x, t, weight);
  },
];

export const withGradient: Record<string, Call[]> = {
  bceWithLogits: [
    [() => [f(3, 4), share()], (x, t) => sedge.bceWithLogits(x, t)],
    [
      () => [f(3, 4), share(), p(4), p(3, 1)],
      (x, t, w, v) => sedge.bceWithLogits(x, t, { weight: w, posWeight: v, reduction: "sum" }),
    ],
  ],
  binaryCrossEntropy: [[() => [share(), share(), p(4)], (x, t, w) => sedge.binaryCrossEntropy(x, t, { weight: w })]],
  cosineEmbeddingLoss: [
    [() => [f(2, 3), p(2, 3), ids(1, -1)], (a, b, t) => sedge.cosineEmbeddingLoss(a, b, t, { margin: -0.9 })],
  ],
  ctcLoss: [
    [
      () => [f(4, 2, 3), ids(1, 2, 1, 1).reshape([2, 2]), ids(4, 3), ids(2, 1)],
      (x, t, n, m) => sedge.ctcLoss(x, t, n, m),
    ],
    [() => [f(4, 3), ids(2, 2), ids(4), ids(2)], (x, t, n, m) => sedge.ctcLoss(x, t, n, m, { reduction: "none" })],
    [
      () => [f(2, 2, 3), ids(1, 1, 2), ids(2, 2), ids(2, 1)],
      (x, t, n, m) => sedge.ctcLoss(x, t, n, m, { reduction: "sum", zeroInfinity: true }),
    ],
  ],
  focalLoss: [
    ...alike((x, t, options) => sedge.focalLoss(x, t, options)),
    [() => [f(3, 4), ids(0, 3, 1)], (x, t) => sedge.focalLoss(x, t, { gamma: 1.5 })],
  ],
  gaussianNllLoss: [
    [() => [f(3, 4), p(3, 4), p(3, 4)], (x, t, v) => sedge.gaussianNllLoss(x, t, v, { full: true })],
    [() => [f(3, 4), p(3, 4), p(3)], (x, t, v) => sedge.gaussianNllLoss(x, t, v, { reduction: "none" })],
  ],
  hingeEmbeddingLoss: [[() => [f(3), ids(1, -1, 1)], (x, t) => hinge(x, t)]],
  huberLoss: alike(sedge.huberLoss, { delta: 0.7 }),
  jsDiv: [[() => [share(), share()], (x, t) => sedge.jsDiv(x, t, { reduction: "batchmean" })]],
  klDiv: [
    [() => [f(3, 4), share()], (x, t) => sedge.klDiv(x, t, { reduction: "batchmean" })],
    [() => [f(3, 4), f(3, 4)], (x, t) => sedge.klDiv(x, t, { logTarget: true })],
  ],
  l1Loss: alike(sedge.l1Loss),
  l1Penalty: [[() => [p(3), p(2, 2)], (a, b) => sedge.l1Penalty(Object.entries({ a, b }))]],
  l2Penalty: [[() => [p(3), p(2, 2)], (a, b) => sedge.l2Penalty(Object.entries({ a, b }), { weight: 0.5 })]],
  marginRankingLoss: [[() => [f(3), p(3), p(3)], (a, b, t) => sedge.marginRankingLoss(a, b, t, { margin: 0.5 })]],
  multiMarginLoss: [
    [() => [f(3, 4).mul(0.3), ids(0, 3, 1)], (x, t) => sedge.multiMarginLoss(x, t, { p: 2 })],
    [() => [f(4), ids(2).reshape([])], (x, t) => sedge.multiMarginLoss(x, t, { reduction: "none" })],
  ],
  multilabelMarginLoss: [
    [() => [f(2, 3).mul(0.3), ids(0, -1, 0, 2, 1, -1).reshape([2, 3])], (x, t) => sedge.multilabelMarginLoss(x, t)],
  ],
  multilabelSoftMarginLoss: [fixed((x, t, weight) => sedge.multilabelSoftMarginLoss(x, t, { weight }))],
  nllLoss: [
    [() => [f(3, 4), ids(0, 3, 1)], (x, t) => sedge.nllLoss(x, t, { ignoreIndex: 3 })],
    [() => [f(2, 3, 2), ids(0, 2, 1, 0).reshape([2, 2])], (x, t) => sedge.nllLoss(x, t, { reduction: "none" })],
  ],
  poissonNllLoss: [
    [() => [f(3), p(3)], (x, t) => sedge.poissonNllLoss(x, t)],
    [() => [p(3), p(3).mul(3)], (x, t) => sedge.poissonNllLoss(x, t, { logInput: false, full: true })],
  ],
  smoothL1Loss: alike(sedge.smoothL1Loss, { beta: 0.7 }),
  softMarginLoss: alike(sedge.softMarginLoss),
  tripletMarginLoss: [
    [
      () => [f(2, 3), p(2, 3), p(2, 3).mul(2)],
      (a, b, c) => sedge.tripletMarginLoss(a, b, c, { swap: true, margin: 3 }),
    ],
  ],
};

/** The targets of this loss are floats that do not train. */
function hinge(x: Tensor, t: Tensor): Tensor {
  using target = t.cast("float32");
  return sedge.hingeEmbeddingLoss(x, target);
}

export const withoutGradient: Record<string, Call[]> = {};

export const REFUSED: readonly (readonly [name: string, ...Call, message: string])[] = [
  ["nllLoss", () => [f(2, 3), ids(0, 3)], (x, t) => sedge.nllLoss(x, t), "nllLoss: expected labels from 0 to 2"],
  ["klDiv", () => [f(2, 3), f(2)], (x, t) => sedge.klDiv(x, t), "mul: expected shapes that broadcast together"],
  [
    "tripletMarginLoss",
    () => [f(2, 3), f(2, 3), f(4)],
    (a, b, c) => sedge.tripletMarginLoss(a, b, c),
    "expected shapes that broadcast together",
  ],
];
