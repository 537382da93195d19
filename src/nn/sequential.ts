// A chain of layers.
import { checkInt, describe } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { type Layer, Module } from "./module.ts";
import { isTraced, traceStart, traceThrough } from "./path.ts";

/** What a chain is made of: modules, or functions without parameters. */
export type SequentialItem = Layer | ((x: Tensor) => Tensor);

/**
 * Layers in a row: the result of each is the input of the next. Parameters are named by position: `0.weight`.
 *
 * @param layers modules of one tensor to one tensor, or functions such as `relu`, which count as positions too.
 * @throws TypeError for anything else.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Sequential.html
 *
 * @example
 * ```ts
 * import { nn, ones, relu } from "sedge";
 * const model = new nn.Sequential(new nn.Linear(2, 16), relu, new nn.Linear(16, 1));
 * model.call(ones([4, 2])).shape; // => [4,1]
 * Object.keys(model.stateDict()); // => ["0.weight","0.bias","2.weight","2.bias"]
 * ```
 */
export class Sequential<Layers extends SequentialItem[] = SequentialItem[]> extends Module {
  /** The layers, in order; may be changed, to replace a head for example. */
  readonly layers: Layers;

  constructor(...layers: Layers) {
    super();
    layers.forEach((layer, i) => {
      const isClass = typeof layer === "function" && layer.prototype instanceof Module;
      if (layer instanceof Module || (typeof layer === "function" && !isClass)) return;
      const got = isClass ? `the class ${layer.name}; write new ${layer.name}(...)` : describe(layer);
      throw new TypeError(`Sequential: expected layer ${i} to be a module or a function, got ${got}`);
    });
    this.layers = layers;
  }

  /** How many layers there are. */
  get length(): number {
    return this.layers.length;
  }

  /**
   * The layer at position `i`; negative ones count from the end.
   * @throws TypeError for what is no integer; RangeError beyond either end.
   */
  at(i: number): Layers[number] {
    checkInt("at", "i", i);
    const layer = this.layers.at(i);
    if (layer !== undefined) return layer;
    throw new RangeError(`at: expected a position from ${-this.length} to ${this.length - 1}, got ${i}`);
  }

  [Symbol.iterator](): IterableIterator<Layers[number]> {
    return this.layers[Symbol.iterator]();
  }

  forward(x: Tensor): Tensor {
    let y = x;
    for (let i = 0; i < this.layers.length; i++) {
      const layer = this.layers[i]!;
      y = layer instanceof Module ? layer.call(y) : this.apply(layer, i, y);
    }
    return y;
  }

  /** Runs a function of the chain; its errors get a path as a module's do. */
  private apply(layer: (x: Tensor) => Tensor, i: number, x: Tensor): Tensor {
    try {
      return layer(x);
    } catch (error) {
      if (!isTraced(error)) traceStart(error, layer, "", [x]);
      traceThrough(error, this, () => String(i));
      throw error;
    }
  }

  override *fields(): Iterable<readonly [string, unknown]> {
    for (const [name, value] of Object.entries(this)) {
      if (name === "layers") yield* Object.entries(this.layers);
      else yield [name, value];
    }
  }

  override listing(): [string, Module | string][] {
    const chain = this.layers.map((layer, i): [string, Module | string] => [
      String(i),
      layer instanceof Module ? layer : `${layer.name || "function"}()`,
    ]);
    return [...chain, ...super.listing().filter(([name]) => !(name in this.layers))];
  }
}
