// How a case of the reference vectors, named and parametrised as in PyTorch, becomes a call of this library: one small
// row per family of ops, in rows/. What has no row is called as `camelCase(name)(...inputs, { ...options in camelCase })`.
// Cases that are more than one call are program.ts, optimizers.ts and train.ts.
import { type Adapter, type Call, camelCase, type Library, lookUp, plain, type Row } from "./calls.ts";
import * as attention from "./rows/attention.ts";
import * as conv from "./rows/conv.ts";
import * as elementwise from "./rows/elementwise.ts";
import * as foundation from "./rows/foundation.ts";
import * as losses from "./rows/losses.ts";
import * as norm from "./rows/norm.ts";
import * as optim from "./rows/optim.ts";
import * as reduce from "./rows/reduce.ts";
import * as rnn from "./rows/rnn.ts";
import * as shape from "./rows/shape.ts";

const rows: Record<string, Row> = {
  ...attention.rows,
  ...conv.rows,
  ...elementwise.rows,
  ...foundation.rows,
  ...losses.rows,
  ...norm.rows,
  ...optim.rows,
  ...reduce.rows,
  ...rnn.rows,
  ...shape.rows,
};

/** Where a function of a case's name may be exported when no row says so. */
function usualNames(op: string): string[] {
  const names = [camelCase(op), camelCase(op.replace(/_loss$/, ""))];
  return ["", "nn.", "optim.", "nn.init."].flatMap((namespace) => names.map((name) => namespace + name));
}

/** The exported function of a case's name and how to call it; null if the library exports none. */
export function adapt(op: string, library: Library): { fn: Call["fn"]; call: Adapter } | null {
  const row = rows[op];
  for (const name of row?.names ?? usualNames(op)) {
    const fn = lookUp(library, name);
    if (!isFunction(fn)) continue;
    return { fn, call: row?.call ?? plain };
  }
  return null;
}

const isFunction = (value: unknown): value is Call["fn"] => typeof value === "function";
