// Loading of state dicts: everything is checked before anything is written. What a model's state is, is nn/module.ts.
import { demand, describe, readOptions, sameShape, show } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";
import { u8 } from "../wasm.ts";

/** The tensors of a model by PyTorch's names, as `0.weight`. */
export type StateDict = Record<string, Tensor>;

/** What was not loaded, by name. */
export interface LoadResult {
  /** Of the model, not in the dict. */
  missing: string[];
  /** In the dict, not of the model. */
  unexpected: string[];
  /** In both, but of other shapes. */
  mismatched: string[];
}

/** Options of `loadStateDict`. */
export interface LoadOptions {
  /** Whether every name must be there, and no other. Default: true. */
  strict?: boolean | undefined;
  /** What the dict's names begin with, as `"encoder."`; it is cut off, and other tensors are passed over. Default: nothing. */
  prefix?: string | undefined;
  /** Gives a name of the dict (after `prefix`) as the model has it; null passes the tensor over. Default: as it is. */
  rename?: ((name: string) => string | null) | undefined;
  /** What becomes of tensors of another shape than the model's: an `"error"` (default), or `"skip"`. */
  mismatched?: "error" | "skip" | undefined;
}

/** The tensors under the names that the model has for them. */
function renamed(op: string, source: StateDict, prefix: string, rename: unknown): StateDict {
  const isFunction = typeof rename === "function";
  demand(isFunction, op, "rename to be a function of a name", rename, TypeError);
  const out: StateDict = {};
  for (const [given, t] of Object.entries(source)) {
    const name = given.startsWith(prefix) ? rename(given.slice(prefix.length)) : null;
    if (name === null) continue;
    demand(typeof name === "string", op, "rename to give a name or null", name, TypeError);
    demand(!Object.hasOwn(out, name), op, `one tensor for each name, not ${given} as another`, name);
    out[name] = t;
  }
  const begins = prefix === "" || Object.keys(source).some((name) => name.startsWith(prefix));
  demand(begins, op, "prefix to begin some name of the dict", prefix);
  return out;
}

/** Most names listed in a message. */
const LISTED = 5;

/** Copies `source` into `target` by name. Throws before the first write, or not at all. */
export function copyState(op: string, target: StateDict, given: StateDict, options?: LoadOptions): LoadResult {
  const defaults = { strict: true, prefix: "", rename: (name: string): string | null => name, mismatched: "error" };
  const { strict, prefix, rename, mismatched: otherShapes } = readOptions(op, options, defaults);
  const isDict = typeof given === "object" && describe(given) === "an object"; // no Map, and no model
  demand(isDict, op, "an object of tensors by name", given, TypeError);
  demand(typeof prefix === "string", op, "prefix to be text", prefix, TypeError);
  demand(["error", "skip"].includes(otherShapes), op, 'mismatched to be "error" or "skip"', otherShapes);
  const source = renamed(op, given, prefix, rename);
  const missing = Object.keys(target).filter((name) => !Object.hasOwn(source, name));
  const unexpected = Object.keys(source).filter((name) => !Object.hasOwn(target, name));
  const shared = Object.keys(target).filter((name) => Object.hasOwn(source, name));
  for (const name of shared) {
    expectTensor(op, name, target[name]);
    expectTensor(op, name, source[name], target[name].dtype);
  }
  const mismatched = shared.filter((name) => !sameShape(target[name]!.shape, source[name]!.shape));
  if (mismatched.length > 0 && otherShapes === "error") {
    const list = mismatched.map(
      (name) => `${name} of shape ${show(target[name]!.shape)}, got ${show(source[name]!.shape)}`,
    );
    throw new RangeError(`${op}: expected ${shorten(list, "; ")}`);
  }
  if (strict && missing.length + unexpected.length > 0) {
    const faults: string[] = [];
    if (missing.length > 0) faults.push(`without ${shorten(missing, ", ")}`);
    if (unexpected.length > 0) faults.push(`with unexpected ${shorten(unexpected, ", ")}`);
    throw new RangeError(
      `${op}: expected the model's names, got a dict ${faults.join(" and ")}; ` +
        "pass { strict: false } to load what matches",
    );
  }
  for (const name of shared) if (!mismatched.includes(name)) overwrite(target[name]!, source[name]!);
  return { missing, unexpected, mismatched };
}

/** Writes the elements of `source`, of the same shape and dtype, over those of `target`. */
export function overwrite(target: Tensor, source: Tensor): void {
  const { byteLength } = target.data;
  u8(target.ptr, byteLength).set(u8(source.ptr, byteLength));
  target.touch();
}

/** The first of a list, and how many more there are. */
export function shorten(list: readonly string[], separator: string): string {
  const rest = list.length - LISTED;
  return list.slice(0, LISTED).join(separator) + (rest > 0 ? `${separator}and ${rest} more` : "");
}
