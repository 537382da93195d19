// Loading of state dicts: everything is checked before anything is written. What a model's state is, is nn/module.ts.
import { demand, sameShape, show } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";
import { u8 } from "../wasm.ts";

/** The tensors of a model by PyTorch's names, as `0.weight`. */
export type StateDict = Record<string, Tensor>;

/** Which names did not match: the model's that the dict lacks, and the dict's that the model does not know. */
export interface LoadResult {
  missing: string[];
  unexpected: string[];
}

/** Most names listed in a message. */
const LISTED = 5;

/** Copies `source` into `target` by name. Throws before the first write, or not at all. */
export function copyState(op: string, target: StateDict, source: StateDict, strict: boolean): LoadResult {
  demand(
    source !== null && typeof source === "object" && !Array.isArray(source),
    op,
    "an object of tensors by name",
    source,
    TypeError,
  );
  const missing = Object.keys(target).filter((name) => !Object.hasOwn(source, name));
  const unexpected = Object.keys(source).filter((name) => !Object.hasOwn(target, name));
  const shared = Object.keys(target).filter((name) => Object.hasOwn(source, name));
  for (const name of shared) {
    expectTensor(op, name, target[name]);
    expectTensor(op, name, source[name], target[name].dtype);
  }
  const wrong = shared.filter((name) => !sameShape(target[name]!.shape, source[name]!.shape));
  if (wrong.length > 0) {
    const list = wrong.map((name) => `${name} of shape ${show(target[name]!.shape)}, got ${show(source[name]!.shape)}`);
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
  for (const name of shared) overwrite(target[name]!, source[name]!);
  return { missing, unexpected };
}

/** Writes the elements of `source`, of the same shape and dtype, over those of `target`. */
export function overwrite(target: Tensor, source: Tensor): void {
  const { byteLength } = target.data;
  u8(target.ptr, byteLength).set(u8(source.ptr, byteLength));
  target.touch();
}

function shorten(list: readonly string[], separator: string): string {
  const rest = list.length - LISTED;
  return list.slice(0, LISTED).join(separator) + (rest > 0 ? `${separator}and ${rest} more` : "");
}
