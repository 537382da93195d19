// Sums of products over labelled axes, by batched matrix products: what einsum and tensordot come down to. Everything is
// composed of recorded ops, and made for the inside of a tidy.
import { sizeOf } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { mul } from "../binary.ts";
import { permute } from "../permute.ts";
import { sum } from "../reduce.ts";
import { reshape } from "../shape.ts";
import { multiply } from "./multiply.ts";

/** A tensor with a label for each axis, no two alike. */
export interface Term {
  readonly x: Tensor;
  readonly labels: readonly string[];
}

/** The axes in the order of `labels`. */
export function ordered({ x, labels: own }: Term, labels: readonly string[]): Tensor {
  const axes = labels.map((label) => own.indexOf(label));
  return axes.every((axis, i) => axis === i) ? x : permute(x, axes);
}

/** The term summed over the axes that are not kept. */
export function summed({ x, labels }: Term, keep: (label: string) => boolean): Term {
  const axis = [...labels.keys()].filter((i) => !keep(labels[i]!));
  return axis.length === 0 ? { x, labels } : { x: sum(x, { axis }), labels: labels.filter(keep) };
}

/**
 * The product of two terms, summed over the labels that `keep` refuses. A shared label has one size in both, or the size 1
 * in one of them, which broadcasts.
 */
export function contract(left: Term, right: Term, keep: (label: string) => boolean): Term {
  const size = ({ x, labels }: Term, label: string): number => x.shape[labels.indexOf(label)]!;
  // What only one has is summed first, and so is what the other has once.
  const own = (term: Term, other: Term): Term =>
    summed(term, (l) => keep(l) || (other.labels.includes(l) && (size(other, l) > 1 || size(term, l) === 1)));
  let [a, b] = [own(left, right), own(right, left)];
  const isShared = (l: string): boolean => a.labels.includes(l) && b.labels.includes(l);
  // its partner of size 1 is then left alone, and goes too
  [a, b] = [summed(a, (l) => keep(l) || isShared(l)), summed(b, (l) => keep(l) || isShared(l))];
  const shared = a.labels.filter((l) => b.labels.includes(l));
  const batch = shared.filter(keep);
  const inner = shared.filter((l) => !keep(l));
  const [rows, columns] = [a, b].map(({ labels }) => labels.filter((l) => !shared.includes(l))) as [string[], string[]];
  const sizes = (term: Term, labels: readonly string[]): number[] => labels.map((l) => size(term, l));
  const [m, n, k] = [sizeOf(sizes(a, rows)), sizeOf(sizes(b, columns)), sizeOf(sizes(a, inner))];
  const part = (term: Term, order: readonly string[], ...matrix: number[]): Tensor =>
    reshape(ordered(term, [...batch, ...order]), [...sizes(term, batch), ...matrix]);
  let y: Tensor;
  if (inner.length === 0) {
    y = mul(part(a, rows, m, 1), part(b, columns, 1, n));
  } else if (m * n === 1 && batch.length > 0) {
    // a product of matrices for each pair of lines would cost more than the lines
    y = sum(mul(part(a, [...rows, ...inner], k), part(b, [...columns, ...inner], k)), { axis: -1 });
  } else {
    y = multiply("matmul", part(a, [...rows, ...inner], m, k), part(b, [...inner, ...columns], k, n));
  }
  const common = batch.map((l) => (size(a, l) === 1 ? size(b, l) : size(a, l)));
  return {
    x: reshape(y, [...common, ...sizes(a, rows), ...sizes(b, columns)]),
    labels: [...batch, ...rows, ...columns],
  };
}
