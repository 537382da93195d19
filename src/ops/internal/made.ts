// Finishes a tensor that was made of values, by rule or at random.
import type { Tensor } from "../../tensor.ts";

/** Names the maker and sets the leaf flag. */
export function made(op: string, t: Tensor, options: { requiresGrad?: boolean }): Tensor {
  t.origin = op;
  if (options.requiresGrad === true) t.requiresGrad = true;
  return t;
}
