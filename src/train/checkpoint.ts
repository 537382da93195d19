// The form of a checkpoint: a safetensors file of a run's weights and of all else that it must know to go on. What goes
// in, and what is done with it, is src/train/run.ts.
import { decodeSafetensors, encodeSafetensors, safetensorsMetadata } from "../io/safetensors.ts";
import type { StateDict } from "../nn/state.ts";
import type { RngState } from "../random.ts";
import { demand } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import type { EpochRecord } from "./history.ts";
import type { MeasuresState } from "./measures.ts";

/** Where the file's metadata hold what is no tensor. */
const KEY = "sedge.checkpoint";
/** What comes before the names of the model's tensors. */
const MODEL = "model.";
const VERSION = 1;

/** What a checkpoint holds beside the weights. */
export interface State {
  /** What must be the same in the run that goes on. */
  settings: Record<string, unknown>;
  epoch: number;
  step: number;
  rng: RngState;
  /** Where the random stream stood before the epoch's order was drawn; null between epochs. */
  order: RngState | null;
  measures: MeasuresState;
  epochs: EpochRecord[];
  optimizer: unknown;
  schedule: unknown;
  callbacks: unknown[];
}

/** The bytes of a checkpoint. */
export function encode(weights: Readonly<StateDict>, state: State): Uint8Array {
  const tensors: StateDict = {};
  for (const [name, t] of Object.entries(weights)) tensors[MODEL + name] = t;
  const text = JSON.stringify(pack({ version: VERSION, ...state }, "run", tensors));
  return encodeSafetensors(tensors, { metadata: { [KEY]: text } });
}

/** Hands what a checkpoint holds to `fn`, and releases its tensors afterwards. */
export function decode(op: string, bytes: Uint8Array, fn: (weights: StateDict, state: State) => void): void {
  const text = safetensorsMetadata(bytes, { file: op })[KEY];
  demand(text !== undefined, op, "a checkpoint of a run", "a file of tensors alone");
  const tensors = decodeSafetensors(bytes, { file: op });
  try {
    const state = unpack(JSON.parse(text), tensors) as State & { version: number };
    demand(state.version === VERSION, op, `a checkpoint of version ${VERSION}`, state.version);
    const own = Object.entries(tensors).filter(([name]) => name.startsWith(MODEL));
    fn(Object.fromEntries(own.map(([name, t]) => [name.slice(MODEL.length), t])), state);
  } finally {
    for (const t of Object.values(tensors)) t.dispose();
  }
}

/** Stands in JSON for a tensor, by its name, or for a number that JSON does not know. */
type Reference = { $tensor: string } | { $number: string };

/** Plain values, lists and objects of them as JSON text; tensors within are added to `tensors`, named by their path. */
function pack(value: unknown, path: string, tensors: StateDict): unknown {
  if (value instanceof Tensor) {
    tensors[path] = value;
    return { $tensor: path } satisfies Reference;
  }
  if (typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0)))
    return { $number: Object.is(value, -0) ? "-0" : String(value) } satisfies Reference;
  if (Array.isArray(value)) return value.map((v, i) => pack(v, `${path}.${i}`, tensors));
  const isObject = typeof value === "object" && value !== null;
  const kept = isObject
    ? [Object.prototype, null].includes(Object.getPrototypeOf(value))
    : !["function", "bigint"].includes(typeof value);
  demand(kept, "checkpoint", `${path} to be plain values`, value, TypeError);
  if (!isObject) return value;
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, pack(v, `${path}.${key}`, tensors)]));
}

/** What `pack` was given, from what it returned and the tensors. */
function unpack(value: unknown, tensors: Readonly<StateDict>): unknown {
  if (Array.isArray(value)) return value.map((v) => unpack(v, tensors));
  if (typeof value !== "object" || value === null) return value;
  if ("$number" in value) return Number(value.$number);
  if ("$tensor" in value) {
    const tensor = tensors[value.$tensor as string];
    if (tensor === undefined) throw new RangeError(`checkpoint: expected a tensor ${value.$tensor}, got none`);
    return tensor;
  }
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, unpack(v, tensors)]));
}
