// The base of layers that sizes and options say all of: they are its fields and its text.
import { checkInt, readOptions } from "../shape.ts";
import { Module } from "./module.ts";
import { settings } from "./text.ts";

/**
 * A layer with fields of its own, checked by the layer, and options, with their defaults; they are fields too, but for
 * `bias`: who has that keeps a tensor under the name.
 */
export abstract class Configured<Options extends object = object> extends Module {
  /** What the layer's op takes. */
  protected readonly options: Options;
  private readonly shown: object;

  constructor(own: object, given?: { [K in keyof Options]?: Options[K] | undefined }, defaults = {} as Options) {
    super();
    this.options = readOptions(this.constructor.name, given, defaults);
    const { bias, ...fields }: { bias?: unknown } = { ...own, ...this.options };
    this.shown = bias === undefined ? fields : { ...fields, bias };
    Object.assign(this, fields);
  }

  override extraRepr(): string {
    return settings(this.shown).join(", ");
  }
}

/** The same sizes; throws unless all are integers of at least 1. */
export function positive<Sizes extends Record<string, number>>(op: string, sizes: Sizes): Sizes {
  for (const name in sizes) checkInt(op, name, sizes[name], 1);
  return sizes;
}
