// Makes every op a method of Tensor too. The files of ops named here hold only functions whose first argument is a
// tensor; those that take anything else first (ops/create.ts, ops/join.ts) are functions alone.
import * as autograd from "./autograd.ts";
import * as assign from "./ops/assign.ts";
import * as scope from "./scope.ts";
import { Tensor } from "./tensor.ts";

const { backward, detach, zeroGrad } = autograd;
/** Exempts the tensor from the scopes around it; see the function `keep`. */
const keep = (x: Tensor): Tensor => scope.keep(x);
const own = { backward, detach, keep, zeroGrad };

/** Functions of a tensor and more, as methods that take the rest. */
type Methods<T> = {
  [K in keyof T]: T[K] extends (x: Tensor, ...rest: infer A) => infer R ? (...rest: A) => R : never;
};

interface OpMethods extends Methods<typeof own>, Methods<typeof assign> {}

declare module "./tensor.ts" {
  interface Tensor extends OpMethods {}
}

type Op = (x: Tensor, ...rest: unknown[]) => unknown;

for (const ops of [own, assign]) {
  for (const [name, op] of Object.entries(ops)) {
    Object.defineProperty(Tensor.prototype, name, {
      value(this: Tensor, ...rest: unknown[]): unknown {
        return (op as Op)(this, ...rest);
      },
      configurable: true,
      writable: true,
    });
  }
}
