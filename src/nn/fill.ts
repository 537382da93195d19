// Overwrites a parameter in place: what all initialisers do, and no more.
import { expectTensor, type Tensor } from "../tensor.ts";

/** Overwrites a leaf; an empty one stays as it is, whatever its fans are. */
export function fill(op: string, x: Tensor, write: (x: Tensor) => unknown): Tensor {
  expectTensor(op, "x", x, "float32");
  if (!x.isLeaf) throw new TypeError(`${op}: expected x to be a leaf, got a result of ${x.origin}`);
  if (x.size > 0) write(x);
  x.touch();
  return x;
}
