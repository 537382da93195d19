// The frame of ops that are made of other ops, which bring their gradients of every order.
import { tidy } from "../../scope.ts";
import type { Tensor } from "../../tensor.ts";

/** What `make` returns, under the name of `op`; what it made on the way is released, also by an error. */
export function composed(op: string, make: () => Tensor): Tensor {
  return named(op, tidy(make));
}

/** What no gradient flows through, under the op's name. */
export function named(op: string, y: Tensor): Tensor {
  y.origin = op;
  return y;
}
