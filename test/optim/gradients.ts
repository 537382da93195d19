// Fixed gradients for the tests of optimizers.
import { tensor } from "../../src/ops/create.ts";
import type { Tensor } from "../../src/tensor.ts";

/** A fixed sequence of numbers in (-1, 1). */
export function numbers(start: number): () => number {
  let s = start;
  return () => {
    s = (s * 1103515245 + 12345) % 2147483648;
    return s / 1073741824 - 1;
  };
}
/** `n` of them. */
export const list = (n: number, next: () => number): number[] => Array.from({ length: n }, next);

/** Gives `p` the gradient `g`. */
export function give(p: Tensor, g: number[]): void {
  const t = tensor(g, { shape: p.shape });
  p.grad = t;
  t.dispose();
}
