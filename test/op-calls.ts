// A valid call or more of every exported op: what the tests that hold for all ops run over. What an op computes is
// tested beside it. The calls are in op-calls/, by family.

import * as attention from "./op-calls/attention.ts";
import type { Call } from "./op-calls/calls.ts";
import * as conv from "./op-calls/conv.ts";
import * as elementwise from "./op-calls/elementwise.ts";
import * as foundation from "./op-calls/foundation.ts";
import * as losses from "./op-calls/losses.ts";
import * as norm from "./op-calls/norm.ts";
import * as reduce from "./op-calls/reduce.ts";
import * as rnn from "./op-calls/rnn.ts";
import * as shape from "./op-calls/shape.ts";

export { type Call, references, rowsOf, trainable } from "./op-calls/calls.ts";

/** By name of the op. */
export const withGradient: Record<string, Call[]> = {
  ...attention.withGradient,
  ...conv.withGradient,
  ...elementwise.withGradient,
  ...foundation.withGradient,
  ...losses.withGradient,
  ...norm.withGradient,
  ...reduce.withGradient,
  ...rnn.withGradient,
  ...shape.withGradient,
};

/** Those of the ops above that have no gradients of gradients. */
export const FIRST_ORDER: readonly string[] =
  `ctcLoss ${attention.FIRST_ORDER} ${norm.FIRST_ORDER} ${rnn.FIRST_ORDER}`.split(" ");

/** Calls, by name and place in their row, whose gradient is defined to be another than that of the values. */
export const OWN_GRADIENT: readonly string[] = [
  "crossEntropy 1",
  "detach 0",
  "embedding 0",
  "multilabelSoftMarginLoss 0",
  ...norm.OWN_GRADIENT,
];

/** Those without gradients, which results of other kinds cannot have. */
export const withoutGradient: Record<string, Call[]> = {
  ...elementwise.withoutGradient,
  ...foundation.withoutGradient,
  ...losses.withoutGradient,
  ...reduce.withoutGradient,
  ...shape.withoutGradient,
};

/** Calls that fail when the op has made something already: its shapes are only seen then. */
export const REFUSED: readonly (readonly [name: string, ...Call, message: string])[] = [
  ...conv.REFUSED,
  ...elementwise.REFUSED,
  ...foundation.REFUSED,
  ...losses.REFUSED,
  ...norm.REFUSED,
  ...reduce.REFUSED,
  ...rnn.REFUSED,
  ...shape.REFUSED,
];

/** Exported functions that are no ops: makers, writers, and what is not about tensors. */
export const OTHERS = [
  ..."accuracy allclose arange assign backward batches constant decodeSafetensors".split(" "),
  ..."earlyStopping encodeSafetensors evaluate explainNonFinite eye fit full getRngState grad init".split(" "),
  ..."keep linspace memory noGrad observeOps ones predict rand randint randn randperm safetensorsMetadata".split(" "),
  ..."seed setRngState tensor tidy trackLeaks variable zeroGrad zeros Dataset PackedSequence Tensor".split(" "),
];
