// What the containers that are lists share: positions, names, changes. Sequential and the lists of modules and parameters
// are built on it.
import { checkInt, describe } from "../shape.ts";
import { Module } from "./module.ts";

/** A list of its own. */
export function listed<T>(op: string, items: Iterable<T>): T[] {
  if (typeof items === "object" && items !== null && Symbol.iterator in items) return [...items];
  throw new TypeError(`${op}: expected an array, got ${describe(items)}`);
}

/** Refuses what has no place in a container. */
export function expectPart(
  container: object,
  name: string | number,
  part: unknown,
  accepts: (part: unknown) => boolean,
  what: string,
): void {
  if (accepts(part)) return;
  const isClass = typeof part === "function" && part.prototype instanceof Module;
  const got = isClass ? `the class ${part.name}; write new ${part.name}(...)` : describe(part);
  const at = typeof name === "number" ? `layer ${name}` : describe(name);
  throw new TypeError(`${container.constructor.name}: expected ${at} to be ${what}, got ${got}`);
}

/** Containers only hold: their parts are called. */
export function notCalled(container: object): never {
  throw new TypeError(`${container.constructor.name}: expected a call of what it holds, got one of itself`);
}

/** A module whose parts stand in an array; they are named by position unless they have names of their own. */
export abstract class ListModule<Item, Items extends Item[] = Item[]> extends Module {
  /** @internal */
  readonly items: Items;
  /** @internal Names of their own, by position. */
  protected readonly names: (string | undefined)[] = [];

  private readonly accepts: (part: unknown) => boolean;
  private readonly what: string;

  /** @internal `what` says what `accepts` takes. */
  constructor(items: Items, accepts: (part: unknown) => boolean, what: string) {
    super();
    this.accepts = accepts;
    this.what = what;
    items.forEach((item, i) => {
      expectPart(this, i, item, accepts, what);
    });
    this.items = items;
  }

  forward(..._: never[]): unknown {
    return notCalled(this);
  }

  /** How many there are. */
  get length(): number {
    return this.items.length;
  }

  /**
   * The one at position `i`; negative ones count from the end.
   * @throws TypeError for what is no integer; RangeError beyond either end.
   */
  at(i: number): Items[number] {
    checkInt("at", "i", i);
    const item = this.items.at(i);
    if (item !== undefined) return item;
    throw new RangeError(`at: expected a position from ${-this.length} to ${this.length - 1}, got ${i}`);
  }

  /** Adds one at the end. */
  append(item: Item): this {
    return this.insert(this.length, item);
  }

  /** Adds several at the end. */
  extend(items: Iterable<Item>): this {
    for (const item of listed("extend", items)) this.append(item);
    return this;
  }

  /** Adds one before position `i`; negative ones count from the end. */
  insert(i: number, item: Item): this {
    checkInt("insert", "i", i, -this.length, this.length);
    expectPart(this, i, item, this.accepts, this.what);
    this.names.length = this.length;
    this.names.splice(i, 0, undefined);
    this.items.splice(i, 0, item);
    return this;
  }

  [Symbol.iterator](): IterableIterator<Items[number]> {
    return this.items[Symbol.iterator]();
  }

  /** @internal The parts with their names. */
  protected named(): [string, Items[number]][] {
    return this.items.map((item, i) => [this.names[i] ?? String(i), item]);
  }

  override replaceChild(name: string, module: Module): void {
    const i = this.named().findIndex(([own]) => own === name);
    if (i >= 0) {
      expectPart(this, i, module, this.accepts, this.what);
      this.items[i] = module as Items[number];
    } else super.replaceChild(name, module);
  }

  override *fields(): Iterable<readonly [string, unknown]> {
    yield* this.named();
    for (const [name, value] of super.fields()) if (value !== this.items) yield [name, value];
  }
}
