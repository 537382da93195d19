// What `call` of a module does: its hooks, its forward, and the path of an error on the way out.
import { type Hooks, runHooked } from "./hooks.ts";
import { isTraced, traceStart, traceThrough } from "./path.ts";

/** What is known of a module here. */
interface Callable {
  readonly hooks?: Hooks;
  forward(...inputs: never[]): unknown;
  namedModules(): [string, Callable][];
}

/** `forward` between the hooks; an error gets the path of the layer that it arose in. */
export function traced(this: Callable, ...inputs: never[]): unknown {
  try {
    const { hooks } = this;
    return hooks === undefined ? this.forward(...inputs) : runHooked(hooks, this, inputs);
  } catch (error) {
    if (typeof this.forward !== "function") {
      throw new TypeError(`${this.constructor.name}: expected the class to define forward(), got none`, {
        cause: error,
      });
    }
    if (isTraced(error)) traceThrough(error, this, (inner) => this.namedModules().find(([, m]) => m === inner)?.[0]);
    else traceStart(error, this, this.constructor.name, inputs);
    throw error;
  }
}
