// The base of layers whose fields PyTorch names in snake case.
import { Module } from "./module.ts";

/** Its fields stand in a state dict as `in_proj_weight` where they are called `inProjWeight`. */
export abstract class SnakeModule extends Module {
  override *fields(): Iterable<readonly [string, unknown]> {
    for (const [name, value] of super.fields()) {
      yield [name.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`), value];
    }
  }
}
