// Calls of the elementwise ops that came after the first, and of dropout's kin.
import * as sedge from "../../src/entry.ts";
import { type Binary, binary, type Call, f, ids, p, type Unary, unary } from "./calls.ts";

/** Values in (0.1, 0.9), inside of every domain but acosh's. */
const unit = (...shape: number[]): sedge.Tensor =>
  f(...shape)
    .mul(0.4)
    .add(0.5);
const inside = (fn: Unary): Call[] => [
  [() => [unit(3, 5)], fn],
  [() => [ids(0, 1)], fn],
];

/** Values on both sides of 0, and of 3. */
const bend = (fn: Unary): Call[] => [
  [() => [f(3, 5).mul(5)], fn],
  [() => [ids(-1, 2, 3)], fn],
];

/** Without the row whose quotients are near a jump. */
const rest = (fn: Binary): Call[] => [
  ...binary(fn).filter((_, row) => row !== 4),
  [() => [p(2, 3)], (b) => fn(0.4, b)],
];

/** By name of the op. */
export const withGradient: Record<string, Call[]> = {
  acos: inside(sedge.acos),
  acosh: [[() => [p(3, 5).add(1)], sedge.acosh]],
  alphaDropout: [
    [() => [f(3, 5)], (x) => sedge.alphaDropout(x, { p: 0.4 })],
    [() => [f(3, 5)], (x) => sedge.alphaDropout(x, { p: 1 })],
    [() => [f(3, 5)], (x) => sedge.alphaDropout(x, { training: false })],
  ],
  asin: inside(sedge.asin),
  asinh: unary(sedge.asinh),
  atan: unary(sedge.atan),
  atanh: inside(sedge.atanh),
  celu: bend((x) => sedge.celu(x, { alpha: 2 })),
  clamp: [
    [() => [f(3, 5)], (x) => sedge.clamp(x, { min: -0.5, max: 0.5 })],
    [() => [f(3, 5), p(5).sub(1.2), p(3, 1)], (x, min, max) => sedge.clamp(x, { min, max })],
    [() => [f(3, 5), p(5)], (x, max) => sedge.clamp(x, { min: -0.5, max })],
    [() => [ids(1, 2, 3), ids(2)], (x, min) => sedge.clamp(x, { min })],
    [() => [ids(1, 2, 3)], (x) => sedge.clamp(x, { min: 1, max: 2 })],
    [() => [ids(1, 2, 3)], (x) => sedge.clamp(x, { max: 2 })],
  ],
  copysign: binary(sedge.copysign),
  cosh: unary(sedge.cosh),
  div: [
    ...binary(sedge.div),
    [() => [f(2, 3), p(3)], (a, b) => sedge.div(a, b, { roundingMode: "floor" })],
    [() => [f(2, 3), p(3)], (a, b) => sedge.div(a, b, { roundingMode: "trunc" })],
    [() => [ids(7, -7, 8), ids(2)], (a, b) => sedge.div(a, b, { roundingMode: "floor" })],
    [() => [ids(7, -7, 8), ids(2)], (a, b) => sedge.div(a, b, { roundingMode: "trunc" })],
  ],
  dropout1d: [
    [() => [f(2, 3, 4)], (x) => sedge.dropout1d(x, { p: 0.4 })],
    [() => [f(3, 4)], (x) => sedge.dropout1d(x, { p: 1 })],
    [() => [f(3, 4)], (x) => sedge.dropout1d(x, { training: false })],
  ],
  dropout2d: [
    [() => [f(2, 3, 4, 2)], (x) => sedge.dropout2d(x)],
    [() => [f(2, 3, 4)], (x) => sedge.dropout2d(x)],
  ],
  dropout3d: [
    [() => [f(2, 3, 4, 2, 1)], (x) => sedge.dropout3d(x)],
    [() => [f(3, 4, 2, 1)], (x) => sedge.dropout3d(x)],
  ],
  elu: bend((x) => sedge.elu(x, { alpha: 0.5 })),
  erfc: unary(sedge.erfc),
  exp2: unary(sedge.exp2),
  expm1: unary(sedge.expm1),
  featureAlphaDropout: [[() => [f(2, 3, 4)], (x) => sedge.featureAlphaDropout(x, { p: 0.4 })]],
  fmod: rest(sedge.fmod),
  frac: unary(sedge.frac),
  glu: [
    [() => [f(3, 4)], (x) => sedge.glu(x)],
    [() => [f(4, 3)], (x) => sedge.glu(x, { axis: 0 })],
    [() => [ids(1, 2)], (x) => sedge.glu(x)],
  ],
  hardshrink: unary((x) => sedge.hardshrink(x, { lambd: 0.8 })),
  hardsigmoid: bend(sedge.hardsigmoid),
  hardswish: bend(sedge.hardswish),
  hardtanh: unary((x) => sedge.hardtanh(x, { maxVal: 1.1 })),
  hypot: binary(sedge.hypot),
  log10: unary(sedge.log10),
  log1p: unary(sedge.log1p),
  log2: unary(sedge.log2),
  logSigmoid: unary(sedge.logSigmoid),
  logaddexp: binary(sedge.logaddexp),
  logit: [...inside((x) => sedge.logit(x)), [() => [unit(3, 5)], (x) => sedge.logit(x, { eps: 0.05 })]],
  mish: unary(sedge.mish),
  nanToNum: unary((x) => sedge.nanToNum(x, { nan: 2 })),
  normalize: [
    [() => [f(2, 3, 4)], (x) => sedge.normalize(x)],
    [() => [f(2, 3, 4)], (x) => sedge.normalize(x, { p: 1, axis: -1 })],
    [() => [f(2, 3, 4)], (x) => sedge.normalize(x, { p: 3, axis: 0 })],
    [() => [f(3, 4)], (x) => sedge.normalize(x, { p: Infinity, eps: 0.1 })],
  ],
  prelu: [
    [() => [f(2, 3, 4), p(3)], sedge.prelu],
    [() => [f(4), p(1)], sedge.prelu],
  ],
  remainder: rest(sedge.remainder),
  relu6: bend(sedge.relu6),
  rrelu: [
    [() => [f(3, 5)], (x) => sedge.rrelu(x)],
    [() => [f(3, 5)], (x) => sedge.rrelu(x, { training: true })],
  ],
  selu: bend(sedge.selu),
  sinc: unary(sedge.sinc, (x) => (x === 0 ? 1 : Math.sin(Math.PI * (x - 2 * Math.round(x / 2))) / (Math.PI * x))),
  sinh: unary(sedge.sinh),
  softshrink: unary((x) => sedge.softshrink(x, { lambd: 0.8 })),
  softsign: unary(sedge.softsign),
  tan: unary(sedge.tan),
  tanhshrink: unary(sedge.tanhshrink),
  threshold: unary((x) => sedge.threshold(x, 0.8, 20)),
  xlogy: binary(sedge.xlogy),
};

/** Those without gradients, which results of other kinds cannot have. */
export const withoutGradient: Record<string, Call[]> = {
  isclose: [...binary(sedge.isclose), [() => [f(3), f(3)], (a, b) => sedge.isclose(a, b, { equalNan: true })]],
};

/** Calls that fail when the op has made something already: its shapes are only seen then. */
export const REFUSED: readonly (readonly [name: string, ...Call, message: string])[] = [
  ["clamp", () => [ids(1, 2, 3), f(2)], (x, min) => sedge.clamp(x, { min }), "clamp: expected shapes that broadcast"],
  ["logaddexp", () => [ids(1, 2), f(3)], sedge.logaddexp as Call[1], "logaddexp: expected shapes that broadcast"],
  ["xlogy", () => [ids(1, 2), f(3)], sedge.xlogy as Call[1], "xlogy: expected shapes that broadcast"],
  ["hypot", () => [ids(1, 2), f(3)], sedge.hypot as Call[1], "hypot: expected shapes that broadcast"],
  ["isclose", () => [ids(1, 2), f(3)], (a, b) => sedge.isclose(a, b), "isclose: expected shapes that broadcast"],
  [
    "allclose",
    () => [ids(1, 2), f(3)],
    (a, b) => sedge.tensor([sedge.allclose(a, b)]),
    "allclose: expected shapes that broadcast",
  ],
  ["prelu", () => [f(2, 3), f(2)], sedge.prelu as Call[1], "prelu: expected weight of shape [1] or [3]"],
];
