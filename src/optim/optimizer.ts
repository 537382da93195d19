// What all optimizers share: parameter groups with options, state by parameter, saving and loading. The rules of update
// are files of their own beside it, and the arithmetic is assembly/optim.ts.
import { noGrad, zeroGrad } from "../autograd.ts";
import { keep, tidy } from "../scope.ts";
import { checkNumber, checkOptions, describe, show } from "../shape.ts";
import { expectTensor, Tensor, unscoped } from "../tensor.ts";
import { loadState, type OptimizerStateDict, type ParamGroup, type ParamState, saveState } from "./state.ts";

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
 * The base of all optimizers: parameter groups, state, saving and loading. A class of your own defines `check` for its
 * options, `blank` for what it remembers of a parameter at first, and `update`.
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
 *   protected check() {}
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
export abstract class Optimizer<Options extends OptimizerOptions, State extends ParamState> {
  /** The groups; `paramGroups[0].lr = 0.01` takes effect with the next step. */
  readonly paramGroups: ParamGroup<Options>[] = [];
  /** What is remembered of each parameter that has been updated. */
  readonly state = new Map<Tensor, State>();
  /** @internal */
  readonly name: string;
  private readonly defaults: Options;

  /** `options` override `defaults`, whose names are the ones allowed. */
  constructor(name: string, params: Params<Options>, options: Partial<Options>, defaults: Options) {
    checkOptions(name, options, Object.keys(defaults));
    this.name = name;
    this.defaults = { ...defaults, ...options };
    this.check(this.defaults);
    const list = toList(name, params);
    if (list.length === 0) throw new RangeError(`${name}: expected at least one parameter, got an empty list`);
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
    if (group === null || typeof group !== "object" || !("params" in group)) {
      throw new TypeError(`${name}: expected a group { params, ... }, got ${describe(group)}`);
    }
    checkOptions(name, group, ["params", ...Object.keys(this.defaults)]);
    const params = toTensors(name, group.params);
    const known = new Set(this.paramGroups.flatMap((g) => g.params));
    for (const [i, p] of params.entries()) {
      if (known.has(p))
        throw new RangeError(`${name}: expected each parameter once, got params[${i}] ${show(p.shape)} twice`);
      known.add(p);
    }
    const whole = { ...this.defaults, ...group, params };
    this.check(whole);
    this.paramGroups.push(whole);
  }

  /** Updates every parameter that has a gradient, in place. Records nothing, and leaves no tensors behind. */
  step(): void {
    noGrad(() => tidy(() => this.updateAll()));
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
        for (const value of Object.values(this.state.get(p) ?? {})) if (value instanceof Tensor) keep(value);
      }
    }
  }

  /** Releases the gradients of all parameters, so that the next `backward` starts from none. */
  zeroGrad(): void {
    for (const { params } of this.paramGroups) for (const p of params) zeroGrad(p);
  }

  /** Releases what is remembered; the parameters stay. */
  dispose(): void {
    for (const state of this.state.values()) {
      for (const value of Object.values(state)) if (value instanceof Tensor) value.dispose();
    }
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
      options: Object.keys(this.defaults),
      check: (group) => this.check(group),
      blank: (p, group) => this.blank(p, group),
    });
  }

  /** Throws unless the options are in range. */
  protected abstract check(options: Options): void;

  /** What is remembered of a parameter before its first update. */
  protected abstract blank(p: Tensor, options: Options): State;

  /** Updates one parameter in place. */
  protected abstract update(p: Tensor, grad: Tensor, options: Options): void;
}

/** Zeros of a parameter's shape, under no scope: what optimizers remember moments in. */
export function zerosFor(p: Tensor): Tensor {
  const t = unscoped(p.shape, "float32");
  t.origin = "optimizer state";
  t.data.fill(0);
  t.leave();
  return t;
}

function isGroup(item: unknown): boolean {
  return typeof item === "object" && item !== null && !(item instanceof Tensor) && "params" in item;
}

function toList(name: string, params: unknown): unknown[] {
  if (typeof params === "object" && params !== null && Symbol.iterator in params)
    return [...(params as Iterable<unknown>)];
  throw new TypeError(
    `${name}: expected params to be a list of tensors, as model.parameters(), got ${describe(params)}`,
  );
}

function toTensors(name: string, params: unknown): Tensor[] {
  return toList(name, params).map((p, i) => {
    expectTensor(name, `params[${i}]`, p, "float32");
    if (!p.isLeaf) throw new TypeError(`${name}: expected params[${i}] to be a leaf, got a result of ${p.origin}`);
    return p;
  });
}
