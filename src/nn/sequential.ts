// A chain of layers.
import type { Tensor } from "../tensor.ts";
import { ListModule } from "./list.ts";
import { type Layer, Module } from "./module.ts";
import { isTraced, traceStart, traceThrough } from "./path.ts";

/** What a chain is made of: modules, or functions without parameters. */
export type SequentialItem = Layer | ((x: Tensor) => Tensor);

/**
 * Layers in a row: the result of each is the input of the next. Parameters are named by position, `0.weight`, or by the
 * names of an object, `conv.weight`.
 *
 * @param layers modules of one tensor to one tensor, or functions such as `relu`, which count as positions too; or one
 *   object of such by name.
 * @throws TypeError for anything else.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Sequential.html
 *
 * @example
 * ```ts
 * import { nn, ones, relu } from "sedge";
 * const model = new nn.Sequential(new nn.Linear(2, 16), relu, new nn.Linear(16, 1));
 * model.call(ones([4, 2])).shape; // => [4,1]
 * Object.keys(model.stateDict()); // => ["0.weight","0.bias","2.weight","2.bias"]
 * const named = new nn.Sequential({ hidden: model.at(0), act: relu }).append(new nn.Linear(16, 1));
 * Object.keys(named.stateDict()); // => ["hidden.weight","hidden.bias","2.weight","2.bias"]
 * ```
 */
export class Sequential<Layers extends SequentialItem[] = SequentialItem[]> extends ListModule<SequentialItem, Layers> {
  /** The layers, in order; may be changed, to replace a head for example. */
  readonly layers: Layers;

  constructor(layers: Readonly<Record<string, SequentialItem>>);
  constructor(...layers: Layers);
  constructor(...layers: Layers | [Readonly<Record<string, SequentialItem>>]) {
    const [first] = layers;
    const named = layers.length === 1 && isNamed(first) ? first : null;
    super((named ? Object.values(named) : layers) as Layers, isItem, "a module or a function");
    if (named) this.names.push(...Object.keys(named));
    this.layers = this.items;
  }

  /** The layers from `start` up to `end`, shared with this chain, as one of their own; names of an object are kept. */
  slice(start?: number, end?: number): Sequential {
    const part = new Sequential(...this.layers.slice(start, end));
    part.names.push(...this.layers.map((_, i) => this.names[i]).slice(start, end));
    return part;
  }

  override forward(x: Tensor): Tensor {
    let y = x;
    for (let i = 0; i < this.layers.length; i++) {
      const layer = this.layers[i]!;
      y = layer instanceof Module ? layer.call(y) : this.run(layer, i, y);
    }
    return y;
  }

  /** Runs a function of the chain; its errors get a path as a module's do. */
  private run(layer: (x: Tensor) => Tensor, i: number, x: Tensor): Tensor {
    try {
      return layer(x);
    } catch (error) {
      if (!isTraced(error)) traceStart(error, layer, "", [x]);
      traceThrough(error, this, () => this.named()[i]?.[0]);
      throw error;
    }
  }

  override listing(): [string, Module | string][] {
    const chain = this.named().map(([name, layer]): [string, Module | string] => [
      name,
      layer instanceof Module ? layer : `${layer.name || "function"}()`,
    ]);
    return [...chain, ...super.listing().filter(([, part]) => !this.layers.includes(part as Layer))];
  }
}

/** An object of layers by name, and nothing that a class made. */
function isNamed(value: unknown): value is Readonly<Record<string, SequentialItem>> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

const isItem = (part: unknown): boolean =>
  part instanceof Module || (typeof part === "function" && !(part.prototype instanceof Module));
