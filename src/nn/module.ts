// The base of everything with parameters: naming, states, modes, calls. Layers are files of their own beside it.
import { zeroGrad } from "../autograd.ts";
import { checkBoolean, demand } from "../shape.ts";
import type { DType, Tensor } from "../tensor.ts";
import { traced } from "./call.ts";
import { type Contents, contentsOf, join, namedWithin, placeOf, setField } from "./contents.ts";
import { type HookHandle, type Hooks, hooksOf, register } from "./hooks.ts";
import { isParameter, setTrainable, setTraining } from "./parameter.ts";
import { type GroupRule, grouped, type Match, type ParameterGroup, selected } from "./select.ts";
import { copyState, type LoadOptions, type LoadResult, type StateDict } from "./state.ts";
import { type SummaryInput, summaryOf } from "./summary.ts";
import { textOf } from "./text.ts";

/** A module of one tensor in, one tensor out: what `Sequential` chains and most layers are. */
export interface Layer extends Module {
  forward(x: Tensor): Tensor;
}

/**
 * A model or a part of one: a class with parameters and other modules as fields, and a `forward`.
 *
 * Fields register by themselves, in the order of their declaration: tensors that require gradients are parameters,
 * tensors made by `nn.buffer` are buffers, modules are children, and so are those in arrays. Names are PyTorch's:
 * `0.weight`, `encoder.2.conv.bias`. A field that refers back to a module around it is not followed.
 *
 * Define `forward`, use `call`: that adds the layer's path to errors, as in
 * `encoder.2.conv: expected 16 channels, got 8 (input shape [32, 8, 14, 14])`.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Module.html
 *
 * @example
 * ```ts
 * import { nn, ones, relu, type Tensor } from "sedge";
 * class Net extends nn.Module {
 *   hidden = new nn.Linear(4, 8);
 *   output = new nn.Linear(8, 2);
 *   forward(x: Tensor) {
 *     return this.output.call(relu(this.hidden.call(x)));
 *   }
 * }
 * const net = new Net();
 * net.call(ones([3, 4])).shape; // => [3,2]
 * net.namedParameters().map(([name]) => name); // => ["hidden.weight","hidden.bias","output.weight","output.bias"]
 * ```
 */
export abstract class Module {
  /** Whether it is in training mode, which dropout and batch normalisation look at. Set by `train` and `eval`. */
  training = true;
  /** @internal There from the first hook on. */
  declare readonly hooks?: Hooks;

  /** Takes nothing, and so do layers without a constructor of their own. */
  constructor(...given: never[]) {
    demand(given.length === 0, new.target.name, "no arguments", given[0], TypeError);
  }

  /** Computes the result; subclasses define it. */
  abstract forward(...inputs: never[]): unknown;

  /** Runs `forward`; an error on the way carries the path of the layer that it arose in. */
  get call(): this["forward"] {
    return traced as this["forward"]; // of forward's own type, where that depends on its arguments too
  }

  /**
   * Runs `hook` after every `forward` by `call`: to look at results, or to return another in their place.
   * @returns a handle whose `remove()` takes it back.
   * @throws TypeError if `hook` is no function.
   */
  registerForwardHook<T extends Module>(
    this: T,
    hook: (module: T, inputs: Parameters<T["forward"]>, output: ReturnType<T["forward"]>) => unknown,
  ): HookHandle {
    return register(hooksOf(this).after, "registerForwardHook", hook);
  }

  /**
   * Runs `hook` before every `forward` by `call`: to look at the inputs, or to return others: one, or an array of all.
   * @returns a handle whose `remove()` takes it back.
   * @throws TypeError if `hook` is no function.
   */
  registerForwardPreHook<T extends Module>(
    this: T,
    hook: (module: T, inputs: Parameters<T["forward"]>) => unknown,
  ): HookHandle {
    return register(hooksOf(this).before, "registerForwardPreHook", hook);
  }

  /** @internal The fields in which parameters, buffers and children are looked for. */
  fields(): Iterable<readonly [string, unknown]> {
    return Object.entries(this);
  }

  /** The modules that are its fields, in order, with their names. */
  namedChildren(): [string, Module][] {
    return contents(this).children;
  }

  /** The modules that are its fields, in order. */
  children(): Module[] {
    return this.namedChildren().map(([, module]) => module);
  }

  /** Itself, under the name `""`, and every module within, each once, a parent before its children. */
  namedModules(): [string, Module][] {
    const names = new Map<Module, string>();
    const visit = (name: string, module: Module): void => {
      if (names.has(module)) return;
      names.set(module, name);
      for (const [child, inner] of module.namedChildren()) visit(join(name, child), inner);
    };
    visit("", this);
    return Array.from(names, ([module, name]) => [name, module]);
  }

  /** Itself and every module within, each once. */
  modules(): Module[] {
    return this.namedModules().map(([, module]) => module);
  }

  /** Calls `fn` with every module within, each once, children first, and with itself: to initialise, for example. */
  apply(fn: (module: Module) => void): this {
    const seen = new Set<Module>();
    const visit = (module: Module): void => {
      if (seen.has(module)) return;
      seen.add(module);
      for (const child of module.children()) visit(child);
      fn(module);
    };
    visit(this);
    return this;
  }

  /**
   * The module of that name, as `encoder.2`; itself for `""`.
   * @throws RangeError if there is none.
   */
  getSubmodule(path: string): Module {
    return path === "" ? this : found("getSubmodule", path, placeOf<Module>(this, path))[2];
  }

  /**
   * Puts a module in the place of the one of that name, as a new `head`; an optimizer does not know its parameters yet.
   * @throws RangeError if there is none of that name; TypeError for what has no place there.
   */
  setSubmodule(path: string, module: Module): this {
    const op = "setSubmodule";
    demand(module instanceof Module, op, "module to be a Module", module, TypeError);
    const [holder, name] = found(op, path, placeOf<Module>(this, path));
    holder.replaceChild(name, module);
    return this;
  }

  /** @internal Sets the field of that name, which may be in an array. */
  replaceChild(name: string, module: Module): void {
    setField(this, name, module);
  }

  /**
   * The parameter of that name, as `encoder.2.weight`.
   * @throws RangeError if there is none.
   */
  getParameter(path: string): Tensor {
    const t = this.stateDict()[path];
    return found("getParameter", path, t && isParameter(t) ? t : undefined);
  }

  /** Every parameter with its name, as `encoder.2.weight`; a shared one once, under its first name. */
  namedParameters(): [string, Tensor][] {
    return namedWithin(this.namedModules(), (module) => contents(module).parameters);
  }

  /** Every parameter, for an optimizer. */
  parameters(): Tensor[] {
    return this.namedParameters().map(([, t]) => t);
  }

  /** Every buffer with its name; a shared one once. */
  namedBuffers(): [string, Tensor][] {
    return namedWithin(this.namedModules(), (module) => contents(module).buffers);
  }

  /** Every buffer: state that is saved but not trained. */
  buffers(): Tensor[] {
    return this.namedBuffers().map(([, t]) => t);
  }

  /** Parameters and buffers by name: the tensors themselves, not copies. A shared one is there under all its names. */
  stateDict(): StateDict {
    const dict: StateDict = {};
    const visit = (prefix: string, module: Module, around: readonly Module[]): void => {
      const { parameters, buffers, children } = contents(module);
      for (const [name, t] of [...parameters, ...buffers]) dict[join(prefix, name)] = t;
      const path = [...around, module];
      for (const [name, child] of children) if (!path.includes(child)) visit(join(prefix, name), child, path);
    };
    visit("", this, []);
    return dict;
  }

  /**
   * Copies tensors into the parameters and buffers of the same names. All is checked before the first is written: a
   * call that fails leaves the model as it was.
   *
   * @param dict tensors by name, of the same shapes and dtypes.
   * @param options `strict` (default true): whether every name must be there, and no other; `prefix` that the dict's names
   *   begin with, `rename` for names that differ, `mismatched`: `"skip"` to leave out what has another shape.
   * @returns the names that were not loaded: `missing`, `unexpected`, `mismatched`; all empty for a whole model.
   * @throws RangeError for missing or unexpected names (if strict) and for other shapes (if not skipped); TypeError for other
   *   dtypes.
   */
  loadStateDict(dict: StateDict, options?: LoadOptions): LoadResult {
    return copyState("loadStateDict", this.stateDict(), dict, options);
  }

  /** Puts it and all within into training mode, or out of it with `false`. */
  train(on = true): this {
    checkBoolean("train", "on", on);
    setTraining(this.modules(), on);
    return this;
  }

  /** Puts it and all within into evaluation mode: dropout does nothing, batch normalisation uses what it has learnt. */
  eval(): this {
    return this.train(false);
  }

  /**
   * Excludes parameters from training: all, or those that `match` means, as `"features.*"`. Their gradients are released.
   * Modes stay: to keep a batch normalisation's averages as they are, `eval()` it too.
   * @throws RangeError for a pattern that no name matches; TypeError for what is none.
   */
  freeze(match: Match = () => true): this {
    setTrainable(selected("freeze", this.namedParameters(), match), false);
    return this;
  }

  /** Undoes {@link freeze}, for all parameters or those that `match` means. */
  unfreeze(match: Match = () => true): this {
    setTrainable(selected("unfreeze", this.namedParameters(), match), true);
    return this;
  }

  /**
   * The parameters in groups for an optimizer: each in the first group whose `match` means it, or that has none.
   * @throws RangeError for a pattern that no name matches, and where a parameter that is trained is in no group.
   */
  parameterGroups(rules: readonly GroupRule[]): ParameterGroup[] {
    return grouped(this.namedParameters(), rules);
  }

  /** Releases the gradients of all parameters. */
  zeroGrad(): void {
    for (const t of this.parameters()) zeroGrad(t);
  }

  /** Releases all parameters and buffers, and their gradients. The model cannot be used any more. */
  dispose(): void {
    for (const t of Object.values(this.stateDict())) t.dispose();
  }

  /**
   * A table of the layers: output shapes, parameters, share of the memory, with totals. The model runs once on the input, in
   * evaluation mode; modes and the random stream are as before. Activations are what a forward pass leaves for `backward`.
   * @param input the shape of the input, or a list of shapes or of tensors for several; the batch axis is part of it.
   * @param options `dtype` of inputs that are given as shapes (default float32): `"int32"` for tokens.
   * @see https://github.com/TylerYep/torchinfo
   */
  summary(input: SummaryInput, options?: { dtype?: DType }): string {
    return summaryOf(this, input, options);
  }

  /** What `toString` shows between the parentheses; a layer of your own may show its options. */
  extraRepr(): string {
    return "";
  }

  /** @internal What `toString` lists: names, and modules or their text. */
  listing(): [string, Module | string][] {
    return this.namedChildren();
  }

  /** The structure as text, as PyTorch prints it. */
  toString(): string {
    return textOf(this);
  }

  /** What Node's and Deno's consoles show. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

function found<T>(op: string, path: string, value: T | undefined): T {
  demand(value !== undefined, op, "path to be a name within", path);
  return value;
}

const isModule = (value: unknown): value is Module => value instanceof Module;
const contents = (module: Module): Contents<Module> => contentsOf(module.fields(), isModule);
