// Lets a trial run change a model and puts all of it back: weights, buffers, gradients, modes, what the optimizer
// remembers, and where the random stream stands.
import type { Module } from "../nn/module.ts";
import { tensor } from "../ops/create.ts";
import type { Optimizer, OptimizerOptions } from "../optim/optimizer.ts";
import type { OptimizerStateDict, ParamState } from "../optim/state.ts";
import { getRngState, setRngState } from "../random.ts";
import { tidy } from "../scope.ts";
import { demand } from "../shape.ts";
import { Tensor } from "../tensor.ts";

/** An optimizer of any kind: what it remembers is saved and put back. */
export type AnyOptimizer = Optimizer<OptimizerOptions, ParamState>;

/** Refuses what is no module. Known by its methods: the class itself is not among what the package names at its top. */
export function checkModule(op: string, model: unknown): void {
  const isModule = typeof (model as Module | null)?.namedModules === "function";
  demand(isModule, op, "model to be a Module", model, TypeError);
}

/** Refuses what is no optimizer of `optim`, steps only with a closure, or belongs to another model. */
export function checkOptimizer(op: string, optimizer: unknown, model: Module): void {
  const { step, loadStateDict, paramGroups } = (optimizer ?? {}) as Partial<AnyOptimizer>;
  const isOptimizer = typeof step === "function" && typeof loadStateDict === "function" && Array.isArray(paramGroups);
  demand(isOptimizer, op, "optimizer to be one of optim", optimizer, TypeError);
  const { name } = optimizer as { name?: string };
  demand(name !== "LBFGS", op, "an optimizer that steps without a closure", name, TypeError);
  const own = new Set(model.parameters());
  const isOurs = paramGroups.some(({ params }) => params.some((p) => own.has(p)));
  demand(isOurs, op, "optimizer to be of this model's parameters", "of another's");
}

/** A loss as a number. */
export function lossOf(op: string, loss: unknown): number {
  demand(loss instanceof Tensor, op, "what the loss gives to be a tensor", loss, TypeError);
  demand(loss.size === 1, op, "the loss to give one number, as an average", loss.shape);
  return loss.item();
}

/** A dict whose tensors are copies of their own. */
function copyOf({ state, paramGroups }: OptimizerStateDict): OptimizerStateDict {
  const copied = <T>(value: T): T => {
    if (value instanceof Tensor) return tensor(value.data.slice(), { shape: value.shape }) as T;
    if (Array.isArray(value)) return value.map(copied) as T;
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copied(inner)])) as T;
  };
  return { state: copied(state), paramGroups: copied(paramGroups) };
}

/** Runs `fn` in training mode, then puts everything back as it was, also after an error. `fn` leaves no tensors. */
export function preserving<T>(model: Module, optimizer: AnyOptimizer | undefined, fn: () => T): T {
  const owned = optimizer?.paramGroups.flatMap(({ params }) => params) ?? [];
  const tensors = new Set([...Object.values(model.stateDict()), ...owned]);
  const values = [...tensors].map((t) => [t, t.data.slice(), t.grad?.data.slice()] as const);
  const modes = model.modules().map((module) => [module, module.training] as const);
  const random = getRngState();
  return tidy(() => {
    const state = optimizer && copyOf(optimizer.stateDict());
    try {
      model.train();
      return fn();
    } finally {
      for (const [t, data, grad] of values) {
        t.data.set(data);
        if (grad === undefined) t.zeroGrad();
        else if (t.grad !== null) t.grad.data.set(grad);
        else t.grad = tensor(grad, { shape: t.shape });
      }
      for (const [module, training] of modes) module.training = training;
      setRngState(random);
      if (state !== undefined) optimizer!.loadStateDict(state);
    }
  });
}
