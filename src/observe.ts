// Ops seen from outside: each tells its name and its result, which takes nothing while nobody observes. The graph that
// gradients need is src/autograd.ts.
import { isThenable } from "./scope.ts";
import { demand } from "./shape.ts";
import type { Tensor } from "./tensor.ts";
import { state } from "./wasm.ts";

/**
 * What {@link observeOps} calls: with an op's name, its result and its operands, float32 or not. Of an op that is made
 * of others it hears thrice: that it begins (`result` is null), of its parts, and of its result (`inputs` is empty).
 */
export type OpObserver = (op: string, result: Tensor | null, inputs: readonly Tensor[]) => void;

/**
 * Runs `fn` and shows `see` every op of it as soon as it is done. Ops that `see` itself runs are not shown; nor are, with one
 * observer inside another, those of the inner `fn` to the outer.
 *
 * @param see is called with the op's name, its result, and its operands; the result is null where an op that is made of others begins.
 * @param fn a function; of one that returns a promise every op is shown until that is settled, whoever runs it.
 * @returns what `fn` returns.
 * @throws TypeError if either is no function.
 * @see https://pytorch.org/docs/stable/torch.overrides.html
 *
 * @example
 * ```ts
 * import { observeOps, tensor } from "sedge";
 * const x = tensor([1, -1]);
 * const ops: string[] = [];
 * observeOps((op) => ops.push(op), () => x.relu().mul(2).sum());
 * ops; // => ["relu","mul","sum"]
 * ```
 */
export function observeOps<T>(see: OpObserver, fn: () => T): T {
  for (const f of [see, fn]) demand(typeof f === "function", "observeOps", "two functions", f, TypeError);
  const before = state.observer;
  const end = (): void => {
    state.observer = before;
  };
  state.observer = see;
  let result: T;
  try {
    result = fn();
  } catch (error) {
    end();
    throw error;
  }
  if (isThenable(result)) return Promise.resolve(result).finally(end) as T;
  end();
  return result;
}

/** Names the op that made `y`; whoever observes is told. */
export function label(op: string, y: Tensor, inputs: readonly Tensor[] = []): Tensor {
  y.origin = op;
  if (state.observer !== null) tell(op, y, inputs);
  return y;
}

/** Tells whoever observes that the parts of an op come next. */
export function begin(op: string): void {
  if (state.observer !== null) tell(op, null, []);
}

function tell(op: string, y: Tensor | null, inputs: readonly Tensor[]): void {
  const see = state.observer as OpObserver;
  state.observer = null;
  try {
    see(op, y, inputs);
  } finally {
    state.observer = see;
  }
}
