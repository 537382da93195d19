// Calls of moments, norms, scans, order, distances and the products that are compositions.

import type { Tensor, ValuesAndIndices } from "../../src/entry.ts";
import * as sedge from "../../src/entry.ts";
import { bools, type Call, f, float, ids, p, reduction } from "./calls.ts";

const both = ({ values, indices }: ValuesAndIndices): Tensor[] => [values, indices];
/** 0, 1, 2 ... in another order, far from ties. */
const apart = (...shape: number[]): Tensor =>
  sedge.reshape(
    sedge.tensor(Array.from({ length: shape.reduce((n, d) => n * d, 1) }, (_, i) => ((i * 7) % 12) / 2)),
    shape,
  );
/** Values and places of every kind of operand. */
const chooser = (fn: (x: Tensor) => ValuesAndIndices): Call[] => [
  [() => [apart(3, 4)], (x) => both(fn(x))],
  [() => [ids(3, 1, 2)], (x) => both(fn(x))],
  [() => [bools()], (x) => both(fn(x))],
];
const scan = (fn: (x: Tensor) => Tensor): Call[] => [
  [() => [f(2, 3, 4)], fn],
  [() => [ids(3, 1, 2)], fn],
  [() => [bools()], fn],
];
const moment = (fn: (x: Tensor, options?: sedge.MomentOptions) => Tensor | Tensor[]): Call[] => [
  [() => [f(2, 3, 4)], (x) => fn(x)],
  [() => [f(2, 3, 4)], (x) => fn(x, { axis: 1, unbiased: false })],
  [() => [f(2, 3, 4)], (x) => fn(x, { axis: [0, 2], keepDims: true, correction: 2 })],
];
const norm = (fn: typeof sedge.vectorNorm): Call[] => [
  ...[0, 1, 2, 3].map((order): Call => [() => [p(2, 3, 4)], (x) => fn(x, { p: order, axis: [0, 2] })]),
  ...[Infinity, -Infinity].map((order): Call => [() => [apart(3, 4).add(1)], (x) => fn(x, { p: order, axis: 1 })]),
];

/** By name of the op. */
export const withGradient: Record<string, Call[]> = {
  addbmm: [[() => [f(4), f(2, 2, 3), f(2, 3, 4)], (x, a, b) => sedge.addbmm(x, a, b, { alpha: 2, beta: 3 })]],
  addmv: [[() => [f(1), f(2, 3), f(3)], (x, a, b) => sedge.addmv(x, a, b, { alpha: 2 })]],
  addr: [[() => [f(2, 1), f(2), f(3)], (x, a, b) => sedge.addr(x, a, b)]],
  baddbmm: [
    [() => [f(4), f(2, 2, 3), f(2, 3, 4)], (x, a, b) => sedge.baddbmm(x, a, b, { alpha: 2, beta: 3 })],
    [() => [f(4), f(2, 2, 3), f(2, 3, 4)], (x, a, b) => sedge.baddbmm(x, a, b, { beta: 0 })],
  ],
  bilinear: [
    [() => [f(2, 3), f(2, 4), f(5, 3, 4), f(5)], sedge.bilinear],
    [() => [f(3), f(4), f(5, 3, 4)], (a, b, w) => sedge.bilinear(a, b, w)],
  ],
  cdist: [[() => [f(2, 3, 4), p(2, 4)], (a, b) => sedge.cdist(a, b)]],
  cosineSimilarity: [[() => [f(3, 4), p(4)], (a, b) => sedge.cosineSimilarity(a, b)]],
  cross: [
    [() => [f(2, 3), p(3)], (a, b) => sedge.cross(a, b)],
    [() => [ids(1, 2, 3), ids(4, 5, 6)], (a, b) => sedge.cross(a, b, { axis: 0 })],
  ],
  cummax: chooser((x) => sedge.cummax(x, { axis: 0 })),
  cummin: chooser((x) => sedge.cummin(x, { axis: -1 })),
  cumprod: scan((x) => sedge.cumprod(x, { axis: -1 })),
  cumsum: [...scan((x) => sedge.cumsum(x, { axis: 0 })), ...scan((x) => sedge.cumsum(x, { axis: -1 }))],
  einsum: [
    [() => [f(3, 2, 3)], (a) => sedge.einsum("iji->j", a)],
    [() => [f(2, 3)], (a) => sedge.einsum("ij->ij", a)],
    [() => [f(2, 3, 4), f(2, 4, 5)], (a, b) => sedge.einsum("bij,bjk->bki", a, b)],
    [() => [f(2, 3), f(1, 3), f(3)], (...list) => sedge.einsum("...i,...i,j", ...list)],
  ],
  kron: [
    [() => [f(2, 3), f(2)], sedge.kron],
    [() => [ids(1, 2), f(2)], sedge.kron],
  ],
  max: [[() => [apart(3, 4)], (x) => sedge.max(x)], ...chooser((x) => sedge.max(x, { axis: 0 }))],
  median: [
    [() => [apart(3, 4)], (x) => sedge.median(x)],
    ...chooser((x) => sedge.median(x, { axis: 0, keepDims: true })),
  ],
  min: [[() => [apart(3, 4)], (x) => sedge.min(x)], ...chooser((x) => sedge.min(x, { axis: -1, keepDims: true }))],
  multiDot: [[() => [f(2, 3), f(3, 4), f(4, 2), f(2)], (...list) => sedge.multiDot(list)]],
  nansum: reduction(sedge.nansum),
  norm: norm(sedge.norm),
  pairwiseDistance: [[() => [f(3, 4), p(4)], (a, b) => sedge.pairwiseDistance(a, b, { keepDims: true })]],
  quantile: [
    [() => [apart(3, 4)], (x) => sedge.quantile(x, 0.3)],
    [() => [apart(3, 4)], (x) => sedge.quantile(x, 0.5, { axis: 0, keepDims: true })],
  ],
  sort: chooser((x) => sedge.sort(x, { axis: 0, descending: true })),
  std: moment(sedge.std),
  stdMean: moment(sedge.stdMean),
  topk: chooser((x) => sedge.topk(x, 2)),
  trace: float(sedge.trace),
  var: moment(sedge.var),
  variance: moment(sedge.variance),
  varMean: moment(sedge.varMean),
  vectorNorm: norm(sedge.vectorNorm),
};

/** Those without gradients, which results of other kinds cannot have. */
export const withoutGradient: Record<string, Call[]> = {
  argsort: [
    [() => [f(3, 4)], (x) => sedge.argsort(x)],
    [() => [bools()], (x) => sedge.argsort(x, { descending: true })],
  ],
  countNonzero: reduction(sedge.countNonzero),
};

/** Calls that fail when the op has made something already: its shapes are only seen then. */
export const REFUSED: readonly (readonly [name: string, ...Call, message: string])[] = [
  ["addr", () => [f(5), f(2), f(3)], (x, a, b) => sedge.addr(x, a, b), "addr: expected input to broadcast to [2, 3]"],
  [
    "baddbmm",
    () => [f(4), f(2, 2, 3), f(2, 2, 3)],
    (x, a, b) => sedge.baddbmm(x, a, b),
    "baddbmm: expected inner sizes",
  ],
  ["topk", () => [f(2, 3)], (x) => both(sedge.topk(x, 4)), "topk: expected k from 0 to 3, got 4"],
  [
    "multiDot",
    () => [f(2, 3), f(3, 4), f(5, 2)],
    (...list) => sedge.multiDot(list),
    "multiDot: expected inner sizes to match",
  ],
];
