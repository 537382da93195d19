// What a module's fields hold, and what all modules within one hold: parameters, buffers, other modules. Knows modules only
// by their fields and names.
import { Tensor } from "../tensor.ts";
import { isBuffer, isParameter } from "./parameter.ts";

/** A module's own fields by kind; arrays are unrolled, as `layers.0`. */
export type Contents<M> = { parameters: [string, Tensor][]; buffers: [string, Tensor][]; children: [string, M][] };

/** What stands in the fields; `isModule` tells children. */
export function contentsOf<M>(
  fields: Iterable<readonly [string, unknown]>,
  isModule: (value: unknown) => value is M,
): Contents<M> {
  const found: Contents<M> = { parameters: [], buffers: [], children: [] };
  const sort = (name: string, value: unknown): void => {
    if (isModule(value)) {
      found.children.push([name, value]);
    } else if (value instanceof Tensor) {
      if (isParameter(value)) found.parameters.push([name, value]);
      else if (isBuffer(value)) found.buffers.push([name, value]);
    } else if (Array.isArray(value)) {
      for (let i = 0; i < value.length; i++) sort(`${name}.${i}`, value[i]);
    }
  };
  for (const [name, value] of fields) sort(name, value);
  return found;
}

/** A name within, as `encoder.2`. */
export const join = (prefix: string, name: string): string => (prefix === "" ? name : `${prefix}.${name}`);

/** What is known of a module that holds others. */
interface Parent<M> {
  namedChildren(): [string, M][];
}

/** The module that has `path` for one of its names within another, after the one that holds it and its name there. */
export function placeOf<M extends Parent<M>>(
  holder: M,
  path: unknown,
): [holder: M, name: string, module: M] | undefined {
  if (typeof path !== "string") return undefined;
  for (const [name, child] of holder.namedChildren()) {
    if (name === path) return [holder, name, child];
    const place = path.startsWith(`${name}.`) ? placeOf(child, path.slice(name.length + 1)) : undefined;
    if (place !== undefined) return place;
  }
  return undefined;
}

/** Sets the field of that name; `layers.0` is in an array. */
export function setField(holder: object, name: string, value: unknown): void {
  const path = name.split(".");
  const last = path.pop()!;
  const inner = path.reduce<unknown>((outer, key) => Reflect.get(outer as object, key), holder);
  Reflect.set(inner as object, last, value);
}

/** Tensors of a kind in all modules, each under its first name. */
export function namedWithin<M>(
  modules: readonly (readonly [string, M])[],
  tensorsOf: (module: M) => readonly [string, Tensor][],
): [string, Tensor][] {
  const names = new Map<Tensor, string>();
  for (const [prefix, module] of modules) {
    for (const [name, t] of tensorsOf(module)) if (!names.has(t)) names.set(t, join(prefix, name));
  }
  return Array.from(names, ([t, name]) => [name, t]);
}
