// Rows of the reference vectors for convolutions and pools.
import { type Adapter, positional, type Row, trailing } from "../calls.ts";

/** The bias stands between the weight and the options, null without one. */
const convolution: Adapter = ({ fn, x, options }) => fn(x.x, x.weight, x.bias ?? null, ...trailing(options));

const table = (names: string, call: Adapter): Record<string, Row> =>
  Object.fromEntries([1, 2, 3].map((dims) => [`${names}${dims}d`, { call }]));

export const rows: Record<string, Row> = {
  ...table("conv", convolution),
  ...table("conv_transpose", convolution),
  ...table("max_pool", positional("kernelSize")),
  ...table("avg_pool", positional("kernelSize")),
  ...table("lp_pool", positional("normType", "kernelSize")),
  ...table("max_unpool", positional("kernelSize")),
  ...table("adaptive_avg_pool", positional("outputSize")),
  ...table("adaptive_max_pool", positional("outputSize")),
};
