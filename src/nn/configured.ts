// The base of layers that are made of a few numbers and nothing else.
import { readOptions } from "../shape.ts";
import { Module } from "./module.ts";

/** A layer whose options are its fields. */
export abstract class Configured extends Module {
  /** Checks the options against their defaults, by the layer's name, and makes fields of them. */
  constructor(given: object | undefined, defaults: object) {
    super();
    Object.assign(this, readOptions(this.constructor.name, given, defaults));
  }

  override extraRepr(): string {
    const options = Object.entries(this).filter(([name, value]) => name !== "training" && typeof value !== "object");
    return options.map(([name, value]) => `${name}=${value}`).join(", ");
  }
}
