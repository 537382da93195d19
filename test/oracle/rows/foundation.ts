// Rows of the reference vectors for the ops, layers and optimizers that were there first.
import { cast, Tensor } from "../../../src/index.ts";
import { type Adapter, list, named, optional, optionsOf, positional, type Row, trailing } from "../calls.ts";
import { fans, gain } from "../initialisers.ts";
import { OPTIMIZERS, optimize, optimizeGroups } from "../optimizers.ts";
import { program } from "../program.ts";
import { trainMlp } from "../train.ts";

/** One range per axis; null stands for what Python leaves out. */
const slices: Adapter = ({ kase, fn, inputs }) => {
  const ranges = kase.kwargs.slices;
  if (!Array.isArray(ranges)) throw new TypeError("slice: expected slices in kwargs");
  return ranges.reduce(
    (x: unknown, [start, stop, step]: (number | null)[], axis) => fn(x, optionsOf({ axis, start, stop, step })),
    inputs[0],
  );
};

/** The bias stands between the weight and the options, null without one. */
const convolution: Adapter = ({ fn, x, options }) => fn(x.x, x.weight, x.bias ?? null, ...trailing(options));

/** The vectors store it as floats; PyTorch's and ours are integers. PyTorch's -1 is our default. */
const oneHot: Adapter = ({ fn, inputs, options: { numClasses } }) =>
  cast(asTensor(fn(...inputs, ...(numClasses === undefined || numClasses === -1 ? [] : [numClasses]))), "float32");

function asTensor(value: unknown): Tensor {
  if (value instanceof Tensor) return value;
  throw new TypeError(`expected a tensor, got ${typeof value}`);
}

export const rows: Record<string, Row> = {
  pow_scalar: { names: ["pow"], call: positional("exponent") },
  lerp: { call: positional("weight") },
  threshold: { call: positional("threshold", "value") },

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
  repeat_interleave: { call: positional("repeats") },
  roll: { call: positional("shifts") },
  cat: { call: list },
  stack: { call: list },
  split: { call: positional("splitSize") },
  chunk: { call: positional("chunks") },
  slice: { call: slices },
  masked_fill: { call: positional("value") },
  pad: { call: positional("pad") },
  one_hot: { call: oneHot },

  conv2d: { call: convolution },

  max_pool1d: { call: positional("kernelSize") },
  max_pool2d: { call: positional("kernelSize") },
  max_pool3d: { call: positional("kernelSize") },
  avg_pool1d: { call: positional("kernelSize") },
  avg_pool2d: { call: positional("kernelSize") },
  avg_pool3d: { call: positional("kernelSize") },
  adaptive_avg_pool1d: { call: positional("outputSize") },
  adaptive_avg_pool2d: { call: positional("outputSize") },
  adaptive_max_pool1d: { call: positional("outputSize") },
  adaptive_max_pool2d: { call: positional("outputSize") },

  cross_entropy: { call: optional(2) },
  nll_loss: { call: optional(2) },
  bce_with_logits: { call: optional(2) },

  multi_head_attention: named("nn.MultiheadAttention", "nn.MultiHeadAttention"),
  transformer_encoder_layer: named("nn.TransformerEncoderLayer"),
  transformer_decoder_layer: named("nn.TransformerDecoderLayer"),

  ...Object.fromEntries(
    Object.entries(OPTIMIZERS).map(([op, name]) => [op, { names: [`optim.${name}`], call: optimize }]),
  ),
  param_groups: { names: ["optim.SGD"], call: optimizeGroups },
  lbfgs: named("optim.LBFGS"),

  calculate_gain: { names: ["nn.init.calculateGain"], call: gain },
  fans: { names: ["nn.init.fans"], call: fans },

  program: { names: ["tensor"], call: program },
  mlp: { names: ["nn.Linear"], call: trainMlp },
  gpt: named("scaledDotProductAttention"),
  vae: named("bceWithLogits"),
};
