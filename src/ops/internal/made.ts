// Finishes a tensor that was made of values, by rule or at random.
import { label } from "../../observe.ts";
import { checkBoolean } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";

/** Names the maker and sets the leaf flag; releases the tensor if it cannot have it. */
export function made(op: string, t: Tensor, { requiresGrad = false }: { requiresGrad?: boolean }): Tensor {
  label(op, t);
  try {
    if (checkBoolean(op, "requiresGrad", requiresGrad)) t.requiresGrad = true;
  } catch (error) {
    t.dispose();
    throw error;
  }
  return t;
}
