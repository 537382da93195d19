// Rows of the reference vectors for order along an axis and for products by an equation or by axes.
import { positional, type Row } from "../calls.ts";

export const rows: Record<string, Row> = {
  topk: { call: positional("k") },
  quantile: { call: positional("q") },

  tensordot: { call: ({ kase, fn, inputs }) => fn(...inputs, kase.kwargs.dims) },
  einsum: { call: ({ fn, inputs, options }) => fn(options.equation, ...inputs) },
};
