// The base of layers that are made of a few numbers and nothing else.
import { readOptions, show } from "../shape.ts";
import { Module } from "./module.ts";

/** A layer whose options are its fields. */
export abstract class Configured extends Module {
  /** Checks the options against their defaults, by the layer's name, and makes fields of them. */
  constructor(given?: object, defaults: object = {}) {
    super();
    Object.assign(this, readOptions(this.constructor.name, given, defaults));
  }

  /** The fields, and what a field named `options` holds. */
  override extraRepr(): string {
    const fields = { ...this, ...(this as { options?: object }).options };
    return Object.entries(fields)
      .filter(([name, value]) => name !== "training" && (Array.isArray(value) || typeof value !== "object"))
      .map(([name, value]) => `${name}=${Array.isArray(value) ? show(value) : value}`)
      .join(", ");
  }
}
