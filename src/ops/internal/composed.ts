// The frame of ops that are made of other ops, which bring their gradients of every order.
import { begin, label } from "../../observe.ts";
import { tidy } from "../../scope.ts";
import type { Tensor } from "../../tensor.ts";

/** What `make` returns, under the name of `op`; what it made on the way is released, also by an error. */
export function composed(op: string, make: () => Tensor): Tensor {
  begin(op);
  return label(op, tidy(make));
}
