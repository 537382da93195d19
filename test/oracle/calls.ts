// How a case of the reference vectors becomes a call: the types, and the ways of passing inputs and options that most
// rows share. The rows are in rows/, by family; adapters.ts puts them together.
import type { Tensor } from "../../src/index.ts";
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

export interface Row {
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
export const trailing = (options: Readonly<Record<string, unknown>>): unknown[] =>
  Object.keys(options).length > 0 ? [options] : [];

export const plain: Adapter = ({ fn, inputs, options }) => fn(...inputs, ...trailing(options));

/** The named options are arguments after the inputs; the others stay in the trailing object. */
export const positional =
  (...names: string[]): Adapter =>
  ({ fn, inputs, options }) => {
    const rest = Object.fromEntries(Object.entries(options).filter(([key]) => !names.includes(key)));
    return fn(...inputs, ...names.map((name) => options[name]), ...trailing(rest));
  };

/** The inputs are one list. */
export const list: Adapter = ({ fn, inputs, options }) => fn(inputs, ...trailing(options));

/** Inputs beyond the first `n` are options of their name. */
export const optional =
  (n: number): Adapter =>
  ({ kase, fn, inputs, options }) => {
    const names = kase.inputs?.slice(n) ?? [];
    const more = names.map((name, i) => [camelCase(name), inputs[n + i]]);
    return fn(...inputs.slice(0, n), ...trailing({ ...options, ...Object.fromEntries(more) }));
  };

export function lookUp(library: Library, path: string): unknown {
  let value: unknown = library;
  for (const key of path.split(".")) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}
