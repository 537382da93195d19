// Functions that run before and after a module's forward. Which module has which is nn/module.ts.
import { demand } from "../shape.ts";

/** What `registerForwardHook` and `registerForwardPreHook` return. */
export interface HookHandle {
  /** The hook runs no more. Harmless when repeated. */
  remove(): void;
}

type Hook = (...args: never[]) => unknown;
/** Hooks by their handles, in the order of registering: one function may be there twice. */
type HookTable = Map<HookHandle, Hook>;

/** A module's hooks. */
export interface Hooks {
  readonly before: HookTable;
  readonly after: HookTable;
}

/** The hooks of a module, which has a place for them from the first on; none that would show among its options. */
export function hooksOf(module: { readonly hooks?: Hooks }): Hooks {
  if (module.hooks === undefined) {
    Object.defineProperty(module, "hooks", { value: { before: new Map(), after: new Map() } satisfies Hooks });
  }
  return module.hooks!;
}

/** Adds a hook. */
export function register(table: HookTable, op: string, hook: Hook): HookHandle {
  demand(typeof hook === "function", op, "hook to be a function", hook, TypeError);
  const handle: HookHandle = {
    remove() {
      table.delete(handle);
    },
  };
  table.set(handle, hook);
  return handle;
}

/** `forward` between the hooks; what a hook returns takes the place of the inputs, or of the result. */
export function runHooked({ before, after }: Hooks, module: { forward: Hook }, inputs: readonly unknown[]): unknown {
  let given = inputs;
  for (const hook of before.values()) {
    const replaced = hook(module as never, given as never) ?? given;
    given = Array.isArray(replaced) ? replaced : [replaced];
  }
  let result = module.forward(...(given as never[]));
  for (const hook of after.values()) result = hook(module as never, given as never, result as never) ?? result;
  return result;
}
