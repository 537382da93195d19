// The base of layers that have settings but no parameters: shows the settings as they were given.
import { describe } from "../shape.ts";
import { Module } from "./module.ts";

export abstract class Plain extends Module {
  /** Settings that are handed on to the op as they are. */
  protected readonly options?: object;

  override extraRepr(): string {
    const { training, options, ...fields } = this as Record<string, unknown>;
    return Object.entries({ ...fields, ...(options as object) })
      .map(([name, value]) => `${name}=${describe(value)}`)
      .join(", ");
  }
}
