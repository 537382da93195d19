// How a case of the reference vectors, named and parametrised as in PyTorch, becomes a call of this library: one small
// row per family of ops. What has no row is called as `camelCase(name)(...inputs, { ...options in camelCase })`.
// Cases that are more than one call are program.ts, optimizers.ts and train.ts.
import { cast, Tensor } from "../../src/index.ts";
import { fans, gain } from "./initialisers.ts";
import { OPTIMIZERS, optimize, optimizeGroups } from "./optimizers.ts";
import { program } from "./program.ts";
import { trainMlp } from "./train.ts";
import type { Case } from "./vectors.ts";

/** What the runner looks functions up in: the package's exports. */
export type Library = Readonly<Record<string, unknown>>;

/** One run of a case. */
export interface Call {
  readonly kase: Case;
  readonly library: Library;
  /** The exported function or class of the case's name. */
  readonly fn: (...args: unknown[]) => unknown;
  /** Operands by name, and in the manifest's order. */
  readonly x: Readonly<Record<string, Tensor>>;
  readonly inputs: readonly Tensor[];
  /** The case's options under our names; those that are null are left out. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** Returns the outputs: a tensor, a list in the manifest's order, or an object by the manifest's names. */
export type Adapter = (call: Call) => unknown;

interface Row {
  /** Names in the library, any of which makes the case run; dotted within a namespace. */
  readonly names?: readonly string[];
  readonly call?: Adapter;
}

export const camelCase = (name: string): string => name.replace(/_+([a-z0-9])/g, (_, c: string) => c.toUpperCase());

/** PyTorch's option names where ours is more than the camelCase of it. */
const optionNames: Record<string, string> = {
  dim: "axis",
  dims: "axis",
  keepdim: "keepDims",
  start_dim: "startAxis",
  end_dim: "endAxis",
};

export function optionsOf(kwargs: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const given = Object.entries(kwargs).filter(([, value]) => value !== null);
  return Object.fromEntries(given.map(([key, value]) => [optionNames[key] ?? camelCase(key), value]));
}

/** Leaves out an empty trailing object, as a user would. */
const trailing = (options: Readonly<Record<string, unknown>>): unknown[] =>
  Object.keys(options).length > 0 ? [options] : [];

const plain: Adapter = ({ fn, inputs, options }) => fn(...inputs, ...trailing(options));

/** The named options are arguments after the inputs; the others stay in the trailing object. */
const positional =
  (...names: string[]): Adapter =>
  ({ fn, inputs, options }) => {
    const rest = Object.fromEntries(Object.entries(options).filter(([key]) => !names.includes(key)));
    return fn(...inputs, ...names.map((name) => options[name]), ...trailing(rest));
  };

/** The inputs are one list. */
const list: Adapter = ({ fn, inputs, options }) => fn(inputs, ...trailing(options));

/** Inputs beyond the first `n` are options of their name. */
const optional =
  (n: number): Adapter =>
  ({ kase, fn, inputs, options }) => {
    const names = kase.inputs?.slice(n) ?? [];
    const more = names.map((name, i) => [camelCase(name), inputs[n + i]]);
    return fn(...inputs.slice(0, n), ...trailing({ ...options, ...Object.fromEntries(more) }));
  };

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

/** A class or program that is exported makes its cases run; the row that runs them comes with it. */
const named = (...names: string[]): Row => ({ names });

const rows: Record<string, Row> = {
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
  topk: { call: positional("k") },

  tensordot: { call: ({ kase, fn, inputs }) => fn(...inputs, kase.kwargs.dims) },
  einsum: { call: ({ fn, inputs, options }) => fn(options.equation, ...inputs) },

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

  rnn: named("nn.RNN"),
  lstm: named("nn.LSTM"),
  gru: named("nn.GRU"),
  rnn_cell: named("nn.RNNCell"),
  lstm_cell: named("nn.LSTMCell"),
  gru_cell: named("nn.GRUCell"),
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
  cnn: named("nn.BatchNorm2d"),
  charrnn: named("nn.LSTM"),
  gpt: named("nn.LayerNorm"),
  vae: named("bceWithLogits"),
};

/** Where a function of a case's name may be exported when no row says so. */
function usualNames(op: string): string[] {
  const names = [camelCase(op), camelCase(op.replace(/_loss$/, ""))];
  return ["", "nn.", "optim.", "nn.init."].flatMap((namespace) => names.map((name) => namespace + name));
}

export function lookUp(library: Library, path: string): unknown {
  let value: unknown = library;
  for (const key of path.split(".")) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

/** The exported function of a case's name and how to call it; null if the library exports none. */
export function adapt(op: string, library: Library): { fn: Call["fn"]; call: Adapter } | null {
  const row = rows[op];
  for (const name of row?.names ?? usualNames(op)) {
    const fn = lookUp(library, name);
    if (!isFunction(fn)) continue;
    const missing: Adapter = () => {
      throw new Error(`${name} is exported, and test/oracle/adapters.ts does not say how to call it`);
    };
    return { fn, call: row?.call ?? (row?.names ? missing : plain) };
  }
  return null;
}

const isFunction = (value: unknown): value is Call["fn"] => typeof value === "function";
