// Positions along an axis that are worked out from sizes, rather than given: lookups by a list made on the spot.
import { empty, type Tensor } from "../../tensor.ts";
import { rowsTaken } from "./lookup.ts";

/** An int32 list of `count` values by rule. */
export function listed(count: number, rule: (i: number) => number): Tensor {
  const list = empty([count], "int32");
  const { data } = list;
  for (let i = 0; i < count; i++) data[i] = rule(i);
  return list;
}

/** The slices of x across `axis` at the positions that a rule gives. Recorded; for the inside of a scope. */
export const picked = (op: string, x: Tensor, axis: number, count: number, rule: (i: number) => number): Tensor =>
  rowsTaken(op, x, listed(count, rule), axis);
