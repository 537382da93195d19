// Calls of attention: without a mask, causal, with masks of both kinds that broadcast, and with dropout.
import * as sedge from "../../src/entry.ts";
import { type Call, f, p } from "./calls.ts";

const mask = (): sedge.Tensor => sedge.tensor([[true, false, true, true]]);

/** By name of the op. */
export const withGradient: Record<string, Call[]> = {
  scaledDotProductAttention: [
    [() => [f(2, 3, 4), f(5, 4), p(2, 5, 3)], (q, k, v) => sedge.scaledDotProductAttention(q, k, v)],
    [
      () => [f(3, 2), p(4, 2), p(4, 2)],
      (q, k, v) => sedge.scaledDotProductAttention(q, k, v, { isCausal: true, scale: 1.5 }),
    ],
    [
      () => [f(2, 1, 3, 2), f(2, 4, 2), f(4, 3), f(2, 1, 4)],
      (q, k, v, attnMask) => sedge.scaledDotProductAttention(q, k, v, { attnMask }),
    ],
    [
      () => [f(3, 2), f(4, 2), f(4, 2), mask()],
      (q, k, v, attnMask) => sedge.scaledDotProductAttention(q, k, v, { attnMask, dropoutP: 0.3 }),
    ],
  ],
};

/** Its gradient has none: it computes the weights again in a kernel. */
export const FIRST_ORDER = "scaledDotProductAttention";
