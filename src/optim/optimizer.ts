// What all optimizers share: parameter groups with options, state by parameter, saving and loading. The rules of update
// are files of their own beside it, and the arithmetic is assembly/optim.ts.
import { whileRecording, zeroGrad } from "../autograd.ts";
import { keep, tidy } from "../scope.ts";
import { checkNumber, demand, readOptions } from "../shape.ts";
import { expectTensor, Tensor } from "../tensor.ts";
import { live } from "../wasm.ts";
import { loadState, type OptimizerStateDict, type ParamGroup, type ParamState, saveState, tensorsOf } from "./state.ts";

/** Options that every optimizer has. */
export interface OptimizerOptions {
  /** Learning rate, at least 0. */
  lr: number;
}

/** Parameters with options of their own; what is left out is as for the optimizer as a whole. */
export type GroupOptions<Options> = Partial<Options> & { params: Iterable<Tensor> };

/** What an optimizer is made of: parameters, or groups of them. */
export type Params<Options> = Iterable<Tensor> | Iterable<GroupOptions<Options>>;

/**
 * The base of all optimizers: parameter groups, state, saving and loading. A class of your own defines `blank`
 * for what it remembers of a parameter at first, and `update`; `check` if not all its numbers must be at least 0.
 *
 * @see https://pytorch.org/docs/stable/optim.html#torch.optim.Optimizer
 *
 * @example
 * ```ts
 * import { optim, sign, type Tensor, variable } from "sedge";
 * class SignDescent extends optim.Optimizer<{ lr: number }, Record<string, never>> {
 *   constructor(params: Iterable<Tensor>, options: { lr?: number } = {}) {
 *     super("SignDescent", params, options, { lr: 0.5 });
 *   }
 *   protected blank() {
 *     return {};
 *   }
 *   protected update(p: Tensor, grad: Tensor, { lr }: { lr: number }) {
 *     p.assign(p.sub(sign(grad).mul(lr)));
 *   }
 * }
 * const w = variable([3, -4]);
 * const optimizer = new SignDescent([w]);
 * w.mul(w).sum().backward();
 * optimizer.step();
 * w.toArray(); // => [2.5,-3.5]
 * ```
 */
export abstract class Optimizer<
  Options extends OptimizerOptions = OptimizerOptions,
  State extends ParamState = ParamState,
> {
  /** The groups; `paramGroups[0].lr = 0.01` takes effect with the next step. */
  readonly paramGroups: ParamGroup<Options>[] = [];
  /** What is remembered of each parameter that has been updated. */
  readonly state = new Map<Tensor, State>();
  /** @internal */
  readonly name: string;
  private readonly defaults: Options;

  /** `options` override `defaults`, whose names are the ones allowed. */
  constructor(name: string, params: Params<Options>, options: Partial<Options>, defaults: Options) {
    this.name = name;
    this.defaults = this.read(options, defaults);
    const list = toList(name, params);
    demand(list.length > 0, name, "at least one parameter", list);
    const groups = list.some(isGroup) ? list : [{ params: list }];
    for (const group of groups) this.addParamGroup(group as GroupOptions<Options>);
  }

  /** The learning rate of the first group; setting it sets that of all. */
  get lr(): number {
    return this.paramGroups[0]!.lr;
  }

  set lr(lr: number) {
    checkNumber(this.name, "lr", lr, 0);
    for (const group of this.paramGroups) group.lr = lr;
  }

  /**
   * Adds parameters with options of their own, as when a frozen part of a model joins in.
   * @throws TypeError or RangeError for options out of range, for what is no float32 leaf, and for what is there already.
   */
  addParamGroup(group: GroupOptions<Options>): void {
    const { name } = this;
    demand(isGroup(group), name, "a group { params, ... }", group, TypeError);
    const { params: given, ...options } = group;
    const whole = this.read(options as unknown as Partial<Options>, this.defaults);
    const params = toTensors(name, given);
    const known = new Set(this.paramGroups.flatMap((g) => g.params));
    for (const [i, p] of params.entries()) {
      demand(!known.has(p), name, `each parameter once, not params[${i}] twice`, p.shape);
      known.add(p);
    }
    this.paramGroups.push({ ...whole, params });
  }

  /**
   * Updates every parameter that has a gradient, in place. Records nothing, and leaves no tensors behind.
   * @param closure computes the loss and its gradients, first of all.
   * @returns what `closure` returned.
   */
  step(closure?: () => Tensor): Tensor | undefined {
    const loss = closure?.();
    live(() => whileRecording(false, () => tidy(() => this.updateAll())));
    return loss;
  }

  private updateAll(): void {
    for (const group of this.paramGroups) {
      const { params } = group;
      for (let i = 0; i < params.length; i++) {
        const p = params[i]!;
        const { grad } = p;
        if (grad === null) continue;
        this.update(p, grad, group);
        p.touch();
        // what `blank` made belongs to no scope, whatever it was made by
        const state: ParamState | undefined = this.state.get(p);
        for (const name in state) if (state[name] instanceof Tensor) keep(state[name]);
      }
    }
  }

  /** Releases the gradients of all parameters, so that the next `backward` starts from none. */
  zeroGrad(): void {
    for (const { params } of this.paramGroups) for (const p of params) zeroGrad(p);
  }

  /** Releases what is remembered; the parameters stay. */
  dispose(): void {
    for (const state of this.state.values()) for (const value of tensorsOf(state)) value.dispose();
    this.state.clear();
  }

  /** Options and states, as PyTorch arranges them: parameters are numbered through all groups. Tensors are not copied. */
  stateDict(): OptimizerStateDict {
    return saveState(this.paramGroups, this.state);
  }

  /**
   * Takes over options and states, whose tensors are copied. All is checked before anything is changed.
   *
   * @throws RangeError if groups, parameters or shapes do not match; TypeError for values of another kind.
   */
  loadStateDict(dict: OptimizerStateDict): void {
    loadState<Options, State>(`${this.name}.loadStateDict`, dict, this.paramGroups, this.state, {
      read: (options, own) => this.read(options, own),
      blank: (p, group) => this.blank(p, group),
    });
  }

  /** `given` with the rest from `defaults`; throws unless its names are known and its values in range. */
  private read(given: Partial<Options>, defaults: Options): Options {
    const options = readOptions(this.name, given, defaults);
    this.check(options);
    return options;
  }

  /** Throws unless the options are in range: numbers at least 0, except those in `free`, and `betas` below 1. */
  protected check(options: Options, free: readonly string[] = []): void {
    const { name } = this;
    for (const [key, value] of Object.entries(options)) {
      // what rounding leaves below 0 at the end of a schedule is let pass
      if (typeof value === "number" && !free.includes(key) && !(Math.abs(value) < 1e-15))
        checkNumber(name, key, value, 0);
      if (key === "betas")
        checkPair(name, key, value).forEach((beta, i) => {
          demand(beta < 1, name, `betas[${i}] below 1`, beta);
        });
    }
  }

  /** What is remembered of a parameter, from its first update on; `step` in it counts this one. */
  protected advance(p: Tensor, options: Options): State {
    let state = this.state.get(p);
    if (state === undefined) {
      state = this.blank(p, options);
      this.state.set(p, state);
    }
    if ("step" in state) (state as { step?: number }).step!++;
    return state;
  }

  /** What is remembered of a parameter before its first update. */
  protected abstract blank(p: Tensor, options: Options): State;

  /** Updates one parameter in place. */
  protected abstract update(p: Tensor, grad: Tensor, options: Options): void;
}

/** The arguments by kind of an optimizer's kernel: parameter, states, gradient, count, decay, sign, scalars. */
export function pass(
  kernel: (...args: number[]) => void,
  p: Tensor,
  grad: Tensor,
  { weightDecay = 0, maximize }: { weightDecay?: number; maximize: boolean },
  states: readonly Tensor[],
  ...scalars: number[]
): void {
  kernel(p.ptr, ...states.map((s) => s.ptr), grad.ptr, p.size, weightDecay, maximize ? -1 : 1, ...scalars);
}

/** Two numbers, each at least 0. */
export function checkPair(op: string, name: string, value: unknown): number[] {
  const isPair = Array.isArray(value) && value.length === 2;
  demand(isPair, op, `${name} to be a pair of numbers`, value, TypeError);
  return value.map((v, i) => checkNumber(op, `${name}[${i}]`, v, 0));
}

function isGroup(item: unknown): boolean {
  return typeof item === "object" && item !== null && !(item instanceof Tensor) && "params" in item;
}

function toList(name: string, params: unknown): unknown[] {
  const isList = typeof params === "object" && params !== null && Symbol.iterator in params;
  demand(isList, name, "params to be a list of tensors, as model.parameters()", params, TypeError);
  return [...(params as Iterable<unknown>)];
}

function toTensors(name: string, params: unknown): Tensor[] {
  return toList(name, params).map((p, i) => {
    expectTensor(name, `params[${i}]`, p, "float32");
    demand(p.isLeaf, name, `params[${i}] to be a leaf, not a result of ${p.origin}`, p, TypeError);
    return p;
  });
}
