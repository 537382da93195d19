// The stored tensors of a case as operands: leaves that gradients reach, and views of them made by the library's ops.
import { expand, flip, permute, slice, type Tensor, tensor, transpose } from "../../src/index.ts";
import type { StoredTensor } from "./safetensors.ts";
import type { Case, ViewStep } from "./vectors.ts";

/** A stored tensor as one of the library's. */
export function fromStored({ shape, values }: StoredTensor, requiresGrad = false): Tensor {
  const dtype = values instanceof Float32Array ? "float32" : values instanceof Int32Array ? "int32" : "bool";
  return tensor(values, { shape, dtype, requiresGrad });
}

/** Applies the listed view operations with the library's own ops, so that gradients reach the base. */
export function viewOf(base: Tensor, steps: readonly ViewStep[]): Tensor {
  return steps.reduce((x, [name, ...args]) => {
    const numbers = args.flat();
    const [a = 0, b = 0, c = 0, d = 1] = numbers;
    if (name === "transpose") return transpose(x, a, b);
    if (name === "permute") return permute(x, numbers);
    if (name === "slice") return slice(x, { axis: a, start: b, stop: c, step: d });
    if (name === "expand") return expand(x, numbers);
    if (name === "flip") return flip(x, numbers);
    throw new Error(`expected a view of transpose, permute, slice, expand or flip, got ${name}`);
  }, base);
}

/** The stored operands and parameters as leaves; those whose gradient is asked for require it. */
export function leavesOf(kase: Case): Record<string, Tensor> {
  const roles = [
    ...(kase.inputs ?? []).map((key) => ["in", key] as const),
    ...(kase.params ?? []).map((key) => ["param", key] as const),
  ];
  return Object.fromEntries(
    roles.map(([role, key]) => [key, fromStored(kase.stored(`${role}.${key}`), kase.grads?.includes(key) ?? false)]),
  );
}
