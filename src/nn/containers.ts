// Modules and parameters in lists and under names, for models that choose among them. Chains are sequential.ts.
import { demand, describe } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { expectPart, ListModule, listed, notCalled } from "./list.ts";
import { type Layer, Module } from "./module.ts";
import { isParameter } from "./parameter.ts";

const isModule = (part: unknown): boolean => part instanceof Module;
const MODULE = "a module";
const isOwn = (part: unknown): boolean => part instanceof Tensor && isParameter(part);
const PARAMETER = "a leaf tensor that requires gradients";

/**
 * Modules in a list, named by position: `blocks.0.weight`. A plain array as a field registers its modules too; this one
 * can be printed, walked and nested.
 *
 * @param modules any modules.
 * @throws TypeError for what is no module.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ModuleList.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * const blocks = new nn.ModuleList([new nn.Linear(2, 2)]).append(new nn.Linear(2, 1));
 * let x = ones([1, 2]);
 * for (const block of blocks) x = block.call(x);
 * x.shape; // => [1,1]
 * Object.keys(blocks.stateDict()); // => ["0.weight","0.bias","1.weight","1.bias"]
 * ```
 */
export class ModuleList<T extends Module = Layer> extends ListModule<T> {
  constructor(modules: Iterable<T> = []) {
    super(listed("ModuleList", modules), isModule, MODULE);
  }
}

/**
 * Parameters in a list, named by position.
 *
 * @param parameters leaves that require gradients, as `variable` makes them.
 * @throws TypeError for what is none.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ParameterList.html
 *
 * @example
 * ```ts
 * import { nn, variable } from "sedge";
 * Object.keys(new nn.ParameterList([variable([1]), variable([2])]).stateDict()); // => ["0","1"]
 * ```
 */
export class ParameterList extends ListModule<Tensor> {
  constructor(parameters: Iterable<Tensor> = []) {
    super(listed("ParameterList", parameters), isOwn, PARAMETER);
  }
}

/** Parts under names, in the order they were set, with the methods of a Map. */
abstract class DictModule<T> extends Module {
  private readonly parts = new Map<string, T>();

  private readonly accepts: (part: unknown) => boolean;
  private readonly what: string;

  /** @internal `what` says what `accepts` takes. */
  constructor(parts: Readonly<Record<string, T>>, accepts: (part: unknown) => boolean, what: string) {
    super();
    this.accepts = accepts;
    this.what = what;
    demand(
      typeof parts === "object" && parts !== null && !Array.isArray(parts),
      new.target.name,
      "an object of parts by name",
      parts,
      TypeError,
    );
    for (const [name, part] of Object.entries(parts)) this.set(name, part);
  }

  forward(..._: never[]): unknown {
    return notCalled(this);
  }

  /** How many there are. */
  get size(): number {
    return this.parts.size;
  }

  /** Whether there is one of that name. */
  has(name: string): boolean {
    return this.parts.has(name);
  }

  /**
   * The one of that name.
   * @throws RangeError if there is none.
   */
  get(name: string): T {
    const part = this.parts.get(name);
    if (part !== undefined) return part;
    throw new RangeError(`get: expected name to be one of ${[...this.keys()].join(", ")}, got ${describe(name)}`);
  }

  /** Puts one under a name, in the place of another if there was one. */
  set(name: string, part: T): this {
    demand(
      typeof name === "string" && name !== "" && !name.includes("."),
      "set",
      "name to be text without a dot",
      name,
      TypeError,
    );
    expectPart(this, name, part, this.accepts, this.what);
    this.parts.set(name, part);
    return this;
  }

  /** Takes one out; whether there was one. */
  delete(name: string): boolean {
    return this.parts.delete(name);
  }

  /** The names, in order. */
  keys(): IterableIterator<string> {
    return this.parts.keys();
  }

  /** What is under the names, in order. */
  values(): IterableIterator<T> {
    return this.parts.values();
  }

  /** Names and what is under them, in order. */
  entries(): IterableIterator<[string, T]> {
    return this.parts.entries();
  }

  [Symbol.iterator](): IterableIterator<[string, T]> {
    return this.entries();
  }

  override replaceChild(name: string, module: Module): void {
    if (this.has(name)) this.set(name, module as T);
    else super.replaceChild(name, module);
  }

  override *fields(): Iterable<readonly [string, unknown]> {
    yield* this.parts;
    yield* super.fields();
  }
}

/**
 * Modules under names: `activations.relu.weight`.
 *
 * @param modules an object of modules.
 * @throws TypeError for what is no module, and for names that are empty or have a dot.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ModuleDict.html
 *
 * @example
 * ```ts
 * import { nn, tensor } from "sedge";
 * const choices = new nn.ModuleDict({ relu: new nn.ReLU(), leaky: new nn.LeakyReLU(0.5) });
 * choices.get("leaky").call(tensor([-2])).toArray(); // => [-1]
 * [...choices.keys()]; // => ["relu","leaky"]
 * ```
 */
export class ModuleDict<T extends Module = Layer> extends DictModule<T> {
  constructor(modules: Readonly<Record<string, T>> = {}) {
    super(modules, isModule, MODULE);
  }
}

/**
 * Parameters under names.
 *
 * @param parameters an object of leaves that require gradients.
 * @throws TypeError for what is none, and for names that are empty or have a dot.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ParameterDict.html
 *
 * @example
 * ```ts
 * import { nn, variable } from "sedge";
 * new nn.ParameterDict({ scale: variable([2]) }).get("scale").toArray(); // => [2]
 * ```
 */
export class ParameterDict extends DictModule<Tensor> {
  constructor(parameters: Readonly<Record<string, Tensor>> = {}) {
    super(parameters, isOwn, PARAMETER);
  }
}
