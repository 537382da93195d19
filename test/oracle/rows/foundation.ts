// Rows of the reference vectors for the ops and layers that were there first.
import { cast, Tensor } from "../../../src/index.ts";
import { type Adapter, list, optionsOf, positional, type Row } from "../calls.ts";
import { program } from "../program.ts";

/** One range per axis; null stands for what Python leaves out. */
const slices: Adapter = ({ kase, fn, inputs }) => {
  const ranges = kase.kwargs.slices;
  if (!Array.isArray(ranges)) throw new TypeError("slice: expected slices in kwargs");
  return ranges.reduce(
    (x: unknown, [start, stop, step]: (number | null)[], axis) => fn(x, optionsOf({ axis, start, stop, step })),
    inputs[0],
  );
};

/** The vectors store it as floats; PyTorch's and ours are integers. PyTorch's -1 is our default. */
const oneHot: Adapter = ({ fn, inputs, options: { numClasses } }) =>
  cast(asTensor(fn(...inputs, ...(numClasses === undefined || numClasses === -1 ? [] : [numClasses]))), "float32");

function asTensor(value: unknown): Tensor {
  if (value instanceof Tensor) return value;
  throw new TypeError(`expected a tensor, got ${typeof value}`);
}

export const rows: Record<string, Row> = {
  reshape: { call: positional("shape") },
  expand: { call: positional("shape") },
  broadcast_to: { call: positional("shape") },
  permute: { call: positional("axis") },
  transpose: { call: positional("dim0", "dim1") },
  select: { call: positional("index") },
  squeeze: { call: positional("axis") },
  unsqueeze: { call: positional("axis") },
  flip: { call: positional("axis") },
  repeat: { call: positional("repeats") },
  cat: { call: list },
  stack: { call: list },
  split: { call: positional("splitSize") },
  chunk: { call: positional("chunks") },
  slice: { call: slices },
  one_hot: { call: oneHot },

  program: { names: ["tensor"], call: program },
};
