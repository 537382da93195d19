// Rows of the reference vectors for elementwise ops whose call is more than their name.
import { plain, positional, type Row } from "../calls.ts";

export const rows: Record<string, Row> = {
  pow_scalar: { names: ["pow"], call: positional("exponent") },
  lerp: { call: positional("weight") },
  threshold: { call: positional("threshold", "value") },
  logsigmoid: { names: ["logSigmoid"], call: plain },
};
