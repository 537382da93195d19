// What in a module counts as its parameters and its buffers.
import { zeroGrad } from "../autograd.ts";
import { fillUniform } from "../ops/internal/random.ts";
import { keep } from "../scope.ts";
import { demand, type Shape } from "../shape.ts";
import { Tensor, unscoped } from "../tensor.ts";
import { k, state } from "../wasm.ts";

/** Those seen, so that one that is frozen stays a parameter. */
const parameters = new WeakSet<Tensor>();
const buffers = new WeakSet<Tensor>();

/** A trainable leaf of undefined elements, under no scope. For initialisers to fill. */
export function parameter(shape: Shape): Tensor {
  const t = unscoped([...shape], "float32");
  t.origin = "parameter";
  t.leave();
  t.requiresGrad = true;
  parameters.add(t);
  return t;
}

/** A parameter of equal elements. */
export function filledParameter(shape: Shape, value: number): Tensor {
  const t = parameter(shape);
  k.fill(t.ptr, t.size, value);
  return t;
}

/**
 * A parameter filled by PyTorch's default for linear and convolution layers: uniform within ± 1 / sqrt(fanIn). For a
 * weight that is Kaiming's uniform rule with a = sqrt(5).
 */
export function uniformParameter(shape: Shape, fanIn: number): Tensor {
  const t = parameter(shape);
  const bound = 1 / Math.sqrt(fanIn);
  fillUniform(t, -bound, bound);
  return t;
}

/** Whether a module's field is a parameter: a leaf that requires gradients, or did when it was first asked. */
export function isParameter(x: Tensor): boolean {
  if (parameters.has(x)) return true;
  if (!x.isLeaf || !x.requiresGrad) return false;
  parameters.add(x);
  return true;
}

/**
 * Declares a tensor as state that is not trained: as a field of a module it is saved and loaded with it, but no
 * optimizer sees it. It belongs to no scope from then on.
 *
 * @param x any tensor that requires no gradients.
 * @returns the same tensor.
 * @throws TypeError if `x` is no tensor or requires gradients.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.register_buffer
 *
 * @example
 * ```ts
 * import { nn, type Tensor, zeros } from "sedge";
 * class Counter extends nn.Module {
 *   calls = nn.buffer(zeros([], { dtype: "int32" }));
 *   forward(x: Tensor) {
 *     this.calls.assign(this.calls.item() + 1);
 *     return x;
 *   }
 * }
 * Object.keys(new Counter().stateDict()); // => ["calls"]
 * ```
 */
export function buffer(x: Tensor): Tensor {
  demand(x instanceof Tensor, "buffer", "a tensor", x, TypeError);
  if (x.requiresGrad)
    throw new TypeError("buffer: expected a tensor that requires no gradients; use variable() for it");
  buffers.add(x);
  return keep(x);
}

/** Whether a module's field was declared by {@link buffer}. */
export const isBuffer = (x: Tensor): boolean => buffers.has(x);

/** Sets whether parameters are trained; releases the gradients of those that are not. */
export function setTrainable(parameters: readonly (readonly [string, Tensor])[], on: boolean): void {
  for (const [, t] of parameters) {
    t.requiresGrad = on;
    if (!on) zeroGrad(t);
  }
}

/** Sets the mode of modules. */
export function setTraining(modules: readonly { training: boolean }[], on: boolean): void {
  for (const module of modules) module.training = on;
  state.changes++;
}
