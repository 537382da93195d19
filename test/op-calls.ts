// A valid call or more of every exported op: what the tests that hold for all ops run over. What an op computes is
// tested beside it. The calls are in op-calls/, by family.
import type { Call } from "./op-calls/calls.ts";
import * as foundation from "./op-calls/foundation.ts";
import * as norm from "./op-calls/norm.ts";
import * as reduce from "./op-calls/reduce.ts";
import * as rnn from "./op-calls/rnn.ts";

export { type Call, references, rowsOf, trainable } from "./op-calls/calls.ts";

/** By name of the op. */
export const withGradient: Record<string, Call[]> = {
  ...foundation.withGradient,
  ...norm.withGradient,
  ...reduce.withGradient,
  ...rnn.withGradient,
};

/** Those of the ops above that have no gradients of gradients. */
export const FIRST_ORDER: readonly string[] =
  `avgPool2d conv2d dropout embedding maxPool2d ${norm.FIRST_ORDER} ${rnn.FIRST_ORDER}`.split(" ");

/** Calls, by name and place in their row, whose gradient is defined to be another than that of the values. */
export const OWN_GRADIENT: readonly string[] = ["detach 0", "embedding 0", "crossEntropy 1", ...norm.OWN_GRADIENT];

/** Those without gradients, which results of other kinds cannot have. */
export const withoutGradient: Record<string, Call[]> = {
  ...foundation.withoutGradient,
  ...reduce.withoutGradient,
};

/** Calls that fail when the op has made something already: its shapes are only seen then. */
export const REFUSED: readonly (readonly [name: string, ...Call, message: string])[] = [
  ...foundation.REFUSED,
  ...norm.REFUSED,
  ...reduce.REFUSED,
  ...rnn.REFUSED,
];

/** Exported functions that are no ops: makers, writers, and what is not about tensors. */
export const OTHERS = [
  ..."arange constant eye full linspace ones rand randint randn randperm tensor variable zeros assign".split(" "),
  ..."accuracy backward grad gradcheck gradgradcheck batches decodeSafetensors encodeSafetensors evaluate fit gunzip idxDataset init keep".split(
    " ",
  ),
  ..."memory noGrad parseIdx safetensorsMetadata seed tidy trackLeaks zeroGrad Dataset PackedSequence Tensor".split(
    " ",
  ),
];
