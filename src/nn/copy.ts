// Deep copies of modules, for stacks of layers that are alike.
import { clone } from "../ops/permute.ts";
import { Tensor } from "../tensor.ts";
import { Module } from "./module.ts";
import { buffer, isBuffer, isParameter, parameter } from "./parameter.ts";
import { overwrite } from "./state.ts";

/**
 * A module like `module`, of the same class and options, with parameters and buffers of its own that hold the same values.
 * What a module shares within itself, its copy shares too. Functions, hooks among them, stay the same.
 */
export function copyModule<T extends Module>(module: T): T {
  const copies = new Map<unknown, unknown>();
  const copy = (value: unknown): unknown => {
    const known = copies.get(value);
    if (known !== undefined || typeof value !== "object" || value === null) return known ?? value;
    const prototype = Object.getPrototypeOf(value);
    let own: unknown = value;
    if (value instanceof Tensor) own = copyTensor(value);
    else if (value instanceof Map) own = new Map([...value].map(([key, item]) => [key, copy(item)]));
    else if (Array.isArray(value)) own = [];
    else if (value instanceof Module || prototype === Object.prototype) own = Object.create(prototype);
    copies.set(value, own);
    if (own === value || value instanceof Tensor || value instanceof Map) return own;
    for (const [name, field] of Object.entries(value)) (own as Record<string, unknown>)[name] = copy(field);
    return own;
  };
  return copy(module) as T;
}

function copyTensor(t: Tensor): Tensor {
  if (isBuffer(t)) return buffer(clone(t));
  if (!isParameter(t)) return t;
  const own = parameter(t.shape);
  overwrite(own, t);
  own.requiresGrad = t.requiresGrad;
  return own;
}
