// Rows of the reference vectors for losses.
import { logSoftmax, type Tensor } from "../../../src/index.ts";
import { type Adapter, optional, type Row } from "../calls.ts";

/** The first input is what the log-softmax along an axis is taken of, before the call. */
const ofLogSoftmax =
  (axis: number): Adapter =>
  ({ fn, inputs: [x, ...others], options }) =>
    fn(logSoftmax(x as Tensor, { axis }), ...others, options);

export const rows: Record<string, Row> = {
  cross_entropy: { call: optional(2) },
  nll_loss: { call: optional(2) },
  binary_cross_entropy: { call: optional(2) },
  bce_with_logits: { call: optional(2) },
  multi_margin_loss: { call: optional(2) },
  multilabel_soft_margin_loss: { call: optional(2) },
  kl_div: { call: ofLogSoftmax(1) },
  ctc_loss: { call: ofLogSoftmax(2) },
};
