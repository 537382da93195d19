// Rows of the reference vectors for normalisation and embedding bags, and of what is trained with them.
import { type Adapter, type Row, trailing } from "../calls.ts";

/** Weight and bias stand between the first argument and the options, null where they are missing. */
const affine =
  (...before: string[]): Adapter =>
  ({ fn, x, options }) => {
    const rest = Object.fromEntries(Object.entries(options).filter(([key]) => !before.includes(key)));
    return fn(x.x, ...before.map((name) => options[name]), x.weight ?? null, x.bias ?? null, ...trailing(rest));
  };

/** The sizes that are normalised are the weight's, or else the last axis. */
const trailingAxes =
  (...after: string[]): Adapter =>
  ({ fn, x, options: { normalizedShape, ...rest } }) => {
    const shape = normalizedShape ?? x.weight?.shape ?? x.x!.shape.slice(-1);
    return fn(x.x, shape, ...after.map((name) => x[name] ?? null), ...trailing(rest));
  };

/** The running statistics are updated in place, and so are outputs too. */
const running: Adapter = ({ kase, fn, x, options }) => {
  const [mean, variance] = [x.running_mean ?? null, x.running_var ?? null];
  const y = fn(x.x, mean, variance, x.weight ?? null, x.bias ?? null, ...trailing(options));
  const outputs: Record<string, unknown> = { y, running_mean: mean, running_var: variance };
  return Object.fromEntries((kase.outputs ?? ["y"]).map((name) => [name, outputs[name]]));
};

const bag: Adapter = ({ fn, x, options }) => {
  const factors = x.per_sample_weights ? { perSampleWeights: x.per_sample_weights } : {};
  return fn(x.ids, x.weight, x.offsets ?? null, ...trailing({ ...options, ...factors }));
};

export const rows: Record<string, Row> = {
  layer_norm: { call: trailingAxes("weight", "bias") },
  rms_norm: { call: trailingAxes("weight") },
  group_norm: { call: affine("numGroups") },
  batch_norm: { call: running },
  instance_norm: { call: running },
  local_response_norm: { call: ({ fn, x, options: { size, ...rest } }) => fn(x.x, size, ...trailing(rest)) },
  embedding_bag: { call: bag },
};
