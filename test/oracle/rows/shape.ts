// Rows of the reference vectors for ops that rearrange, pad, resize and sample.
import { type Adapter, list, positional, type Row, trailing } from "../calls.ts";

/** Axes under our names. */
const diagonals: Adapter = ({ fn, inputs, options: { dim1, dim2, ...rest } }) =>
  fn(
    ...inputs,
    ...trailing({ ...rest, ...(dim1 !== undefined && { axis1: dim1 }), ...(dim2 !== undefined && { axis2: dim2 }) }),
  );

export const rows: Record<string, Row> = {
  repeat_interleave: { call: positional("repeats") },
  tile: { call: positional("repeats") },
  roll: { call: positional("shifts") },
  movedim: { call: positional("source", "destination") },
  masked_fill: { call: positional("value") },
  index_fill: { call: positional("value") },
  tensor_split: { call: positional("sections") },
  unflatten: { call: positional("axis", "sizes") },
  narrow: { call: positional("axis", "start", "length") },
  rot90: { call: positional("k") },
  diagonal: { call: diagonals },
  diag_embed: { call: diagonals },
  meshgrid: { call: list },
  vstack: { call: list },
  hstack: { call: list },
  dstack: { call: list },
  pad: { call: positional("pad") },
  pixel_shuffle: { call: positional("r") },
  pixel_unshuffle: { call: positional("r") },
  channel_shuffle: { call: positional("groups") },
  unfold: { call: positional("kernelSize") },
  fold: { call: positional("outputSize", "kernelSize") },
  affine_grid: { call: positional("size") },
};
