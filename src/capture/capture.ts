// capture(): a training step that is recorded once and replayed. When it is, and why not; the recording is recorder.ts,
// what is recorded and its replay plan.ts.
//
// A step's arithmetic is a list of kernel calls with addresses and scalars as arguments. Of a small model it takes a
// fraction of the step's time; the rest is JavaScript: handles, shapes, checks, graph, scopes. So the list is noted while
// the step runs eagerly, its allocations in blocks that stay reserved, and later run as it is.
//
// - Every kernel is called through one live binding, `k`: it is exchanged for functions that note each call. Nothing in
//   the ops knows of it. What an op does to memory in JavaScript (label checks, running statistics, the optimizer's
//   update with its step count and rate) is wrapped in `live`: the function is noted and called again.
// - The first call is plain: it makes the optimizer's states. The second is noted. The third, again eager, is compared
//   with the notes, argument by argument: a number that JavaScript computes anew in each step would differ and be found.
//   From the fourth on it is replayed.
// - Gradients are handed to the leaves at the places noted, in blocks of their own, so that eager steps in between find
//   what they expect, and leave what a replay expects.
// - A sign that something changed (train(), a tensor released, a gradient that is there or not against the notes) makes
//   the next run a compared one, which is right whatever has changed.
import { demand } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { state as library, tap } from "../wasm.ts";
import { Plan } from "./plan.ts";
import { discard, Recorder } from "./recorder.ts";

/** What a step takes: tensors, which may be others each time, and values that must stay the same. */
type Argument = Tensor | number | string | boolean | null | undefined;

/**
 * What {@link capture} returns: the step, and how it went.
 *
 * @example
 * ```ts
 * import { type Tensor, tensor } from "sedge";
 * import { capture, type Captured } from "sedge/capture";
 * const step: Captured<[Tensor], Tensor> = capture((x) => x.mul(2));
 * for (let i = 0; i < 5; i++) step(tensor([i]));
 * [step.replays, step.fallbacks]; // => [2,{}]
 * ```
 */
export interface Captured<Args extends readonly Argument[], Result> {
  /** Runs the step. */
  (...args: Args): Result;
  /** How many calls were replays. */
  readonly replays: number;
  /** How often calls ran eagerly, beside those that record, by the reason. */
  readonly fallbacks: Readonly<Record<string, number>>;
  /** Gives back the memory that is reserved; the step goes on eagerly. Harmless when repeated. */
  dispose(): void;
}

/** Recordings in a row that came to nothing, after which no more are tried. */
const PATIENCE = 4;
/** Calls in a row with other shapes after which these are recorded. */
const OTHERS = 3;

/**
 * Records what a training step asks of the kernels, and replays that from the fourth call on, without the JavaScript
 * around it: the same bits, several times faster for small models. Calls that cannot be replayed run as they are, and
 * `fallbacks` says why.
 *
 * A replay runs none of the step's own JavaScript. What may change from call to call is given as a tensor of the same
 * shape; optimizers, schedules, clipping, dropout and batch norm go on as they do otherwise. A number that the step
 * takes from elsewhere, a line that it prints, a counter that it raises stay as they were when it was recorded: numbers
 * that change with every call are noticed while recording, and such a step is not replayed. What replaces objects that
 * the step uses (a layer by assignment, say) is not noticed: `dispose` of the step and capture it anew.
 *
 * @param step takes tensors, which are copied, and plain values, which must stay the same; returns tensors, numbers that
 *   `item()` gave, or lists and plain objects of them. Tensors come back in memory of their own, without a graph. It is
 *   synchronous; it makes, releases and keeps nothing that outlives it, except gradients and optimizers' states.
 * @returns the step, to be called in the place of the original; the memory of a step stays reserved until `dispose()`.
 * @throws TypeError if `step` is no function; a call throws what the step throws.
 * @see https://pytorch.org/docs/stable/notes/cuda.html#cuda-graphs
 *
 * @example
 * ```ts
 * import { mse, nn, optim, type Tensor, tensor } from "sedge";
 * import { capture } from "sedge/capture";
 * const model = new nn.Linear(2, 1);
 * const optimizer = new optim.Adam(model.parameters(), { lr: 0.1 });
 * const step = capture((x: Tensor, y: Tensor) => {
 *   optimizer.zeroGrad();
 *   const loss = mse(model.call(x), y);
 *   loss.backward();
 *   optimizer.step();
 *   return loss.item();
 * });
 * const [x, y] = [tensor([[0, 1], [1, 0]]), tensor([[1], [2]])];
 * for (let i = 0; i < 200; i++) step(x, y);
 * step(x, y) < 0.01; // => true
 * step.replays; // => 198
 * step.fallbacks; // => {}
 * step.dispose();
 * ```
 */
export function capture<Args extends readonly Argument[], Result>(
  step: (...args: Args) => Result,
): Captured<Args, Result> {
  demand(typeof step === "function", "capture", "a function", step, TypeError);
  let plan: Plan | null = null;
  let signature: readonly unknown[] = [];
  let state: "plain" | "record" | "compare" | "replay" | "given up" = "plain";
  let failures = 0;
  let others = 0;
  let last = "";
  let replays = 0;
  const fallbacks: Record<string, number> = {};

  const eagerly = (reason: string, args: Args): Result => {
    fallbacks[reason] = (fallbacks[reason] ?? 0) + 1;
    return step(...args);
  };
  const drop = (next: typeof state): void => {
    if (plan !== null) discard(plan);
    plan = null;
    state = next;
  };

  const watched = (args: Args): Result => {
    const tensors = args.filter((x) => x instanceof Tensor);
    const comparing = state === "compare";
    plan ??= new Plan(tensors);
    for (const [i, x] of tensors.entries()) plan.take(i, x);
    const recorder = new Recorder(plan, comparing);
    let i = 0;
    const inputs = plan.inputs;
    const own = args.map((x) => (x instanceof Tensor ? inputs[i++] : x));
    try {
      return recorder.run(step as unknown as (...args: unknown[]) => unknown, own, args) as Result;
    } finally {
      if (recorder.reason === null) {
        state = comparing ? "replay" : "compare";
        if (!comparing) plan.finish();
      } else {
        last = recorder.reason;
        fallbacks[last] = (fallbacks[last] ?? 0) + 1;
        drop(++failures < PATIENCE ? "record" : "given up");
      }
    }
  };

  const run = (...args: Args): Result => {
    if (tap !== null) return step(...args); // part of a step that is being recorded
    const reason = state === "given up" ? last : unfit(args);
    if (reason !== null) return eagerly(reason, args);
    if (state === "plain") {
      state = "record";
      return step(...args);
    }
    if (state === "record") {
      signature = signatureOf(args);
      return watched(args);
    }
    if (!agrees(args, signature)) {
      if (++others >= OTHERS) {
        others = 0;
        drop("record");
      }
      return eagerly("other arguments than recorded: shapes, kinds, or values that are no tensors", args);
    }
    others = 0;
    const known = plan!;
    if (state === "compare" || !known.holds) {
      state = "compare";
      return watched(args);
    }
    let at = 0;
    for (let i = 0; i < args.length; i++) {
      const x = args[i];
      if (x instanceof Tensor) known.take(at++, x);
    }
    known.replay();
    failures = 0;
    replays++;
    return known.result(args) as Result;
  };

  return Object.defineProperties(run, {
    replays: { get: () => replays },
    fallbacks: { get: () => ({ ...fallbacks }) },
    dispose: {
      value: () => {
        last = "disposed of";
        drop("given up");
      },
    },
  }) as Captured<Args, Result>;
}

/** Why a call can be neither recorded nor replayed; null if it can. */
function unfit(args: readonly unknown[]): string | null {
  if (library.observer !== null) return "ops are observed";
  for (const x of args) {
    if (x instanceof Tensor) {
      if (x.requiresGrad) return "an argument requires gradients";
      if (x.disposed) return "an argument has been released";
    } else if (typeof x === "object" ? x !== null : typeof x === "function") {
      return "an argument is neither a tensor nor a plain value";
    }
  }
  return null;
}

/** Shapes and kinds of tensors, and all else as it is. */
const signatureOf = (args: readonly unknown[]): unknown[] =>
  args.map((x) => (x instanceof Tensor ? { shape: [...x.shape], dtype: x.dtype } : x));

function agrees(args: readonly unknown[], signature: readonly unknown[]): boolean {
  if (args.length !== signature.length) return false;
  for (let i = 0; i < args.length; i++) {
    const [x, s] = [args[i], signature[i]];
    if (!(x instanceof Tensor)) {
      if (!Object.is(x, s)) return false;
      continue;
    }
    if (typeof s !== "object" || s === null) return false;
    const { shape, dtype } = s as { shape: readonly number[]; dtype: string };
    if (x.dtype !== dtype || x.shape.length !== shape.length) return false;
    for (let j = 0; j < shape.length; j++) if (x.shape[j] !== shape[j]) return false;
  }
  return true;
}
