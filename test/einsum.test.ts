// einsum against loops over every label, and multiDot.
import { describe, expect, it } from "vitest";
import "../src/boot.ts";
import { noGrad } from "../src/autograd.ts";
import { einsum, multiDot } from "../src/ops/einsum.ts";
import { matmul } from "../src/ops/gemm.ts";
import { stridesOf } from "../src/shape.ts";
import type { Tensor } from "../src/tensor.ts";
import { checkOp, random } from "./check-op.ts";

/** Sums over all values of all labels; no ellipsis. Axes of size 1 broadcast. */
function naive(terms: readonly string[], result: string, operands: readonly Tensor[]): number[] {
  const sizes = new Map<string, number>();
  terms.forEach((term, i) => {
    for (const [axis, l] of [...term].entries()) {
      const size = operands[i]!.shape[axis]!;
      if (size !== 1 || !sizes.has(l)) sizes.set(l, size);
    }
  });
  const labels = [...sizes.keys()];
  const outStrides = stridesOf([...result].map((l) => sizes.get(l)!));
  const y = new Array<number>([...result].reduce((n, l) => n * sizes.get(l)!, 1)).fill(0);
  const at = new Map<string, number>();
  const walk = (depth: number): void => {
    if (depth < labels.length) {
      for (let i = 0; i < sizes.get(labels[depth]!)!; i++) {
        at.set(labels[depth]!, i);
        walk(depth + 1);
      }
      return;
    }
    const product = operands.reduce((p, x, i) => {
      const strides = stridesOf(x.shape);
      const flat = [...terms[i]!].reduce(
        (n, l, axis) => n + (x.shape[axis] === 1 ? 0 : at.get(l)! * strides[axis]!),
        0,
      );
      return p * x.data[flat]!;
    }, 1);
    const to = [...result].reduce((n, l, axis) => n + at.get(l)! * outStrides[axis]!, 0);
    y[to]! += product;
  };
  walk(0);
  return y;
}

describe("einsum", () => {
  const cases: [equation: string, ...shapes: number[][]][] = [
    ["ij,jk->ik", [3, 4], [4, 5]],
    ["bij,bjk->bki", [2, 3, 4], [2, 4, 5]],
    ["bhqd,bhkd->bhqk", [2, 2, 3, 4], [2, 2, 5, 4]],
    ["i,j->ji", [3], [4]],
    ["ij,ij->", [3, 4], [3, 4]],
    ["ij,ij->i", [3, 4], [3, 4]],
    ["ij,ij->ji", [3, 4], [3, 4]],
    ["ij->ji", [3, 4]],
    ["ij->", [3, 4]],
    ["ij->j", [3, 4]],
    ["ii->i", [4, 4]],
    ["ii->", [4, 4]],
    ["iji->j", [3, 2, 3]],
    ["iii->i", [3, 3, 3]],
    ["ii,ij->j", [3, 3], [3, 2]],
    ["ab,bc,cd->ad", [2, 3], [3, 4], [4, 5]],
    ["ab,bc,ca->b", [2, 3], [3, 4], [4, 2]],
    ["i,i,i->", [5], [5], [5]],
    ["a,b,c->cab", [2], [3], [4]],
    ["ij,jk->ik", [3, 1], [4, 5]],
    ["bi,bj->bij", [1, 3], [4, 2]],
    ["ij,jk->ik", [3, 0], [0, 5]],
    ["ij,jk->ik", [0, 2], [2, 5]],
    ["ik,kj->", [3, 4], [4, 2]],
    [",i->i", [], [3]],
  ];
  it.each(cases)("%s", (equation, ...shapes) => {
    const operands = shapes.map((shape, i) => random(shape, i + 3));
    const [left, right] = equation.split("->") as [string, string];
    const y = einsum(equation, ...operands);
    const want = naive(left.split(","), right, operands);
    expect(y.size).toBe(want.length);
    Array.from(y.data).forEach((v, i) => {
      expect(Math.abs(v - want[i]!)).toBeLessThan(1e-5);
    });
    if (operands.every((x) => x.size > 0)) checkOp(equation, (...list) => einsum(equation, ...list), operands);
  });

  const same: [equation: string, plain: string, ...shapes: number[][]][] = [
    ["...ij,...jk->...ik", "abij,bjk->abik", [2, 3, 4, 5], [3, 5, 2]],
    ["...i->...", "abi->ab", [2, 3, 4]],
    ["i...->...i", "iab->abi", [2, 3, 4]],
    ["...", "ab->ab", [2, 3]],
    ["...i,...->i", "abi,b->i", [2, 3, 4], [3]],
    ["ij,jk", "ij,jk->ik", [2, 3], [3, 4]],
    ["ba", "ba->ab", [2, 3]],
    ["aB", "aB->Ba", [2, 3]],
    ["b...a", "bxa->xab", [2, 3, 4]],
    [" i j , j k -> i k ", "ij,jk->ik", [2, 3], [3, 4]],
  ];
  it.each(same)("%s is %s", (equation, plain, ...shapes) => {
    const operands = shapes.map((shape, i) => random(shape, i + 3));
    const [y, z] = [einsum(equation, ...operands), einsum(plain, ...operands)];
    expect(y.shape).toEqual(z.shape);
    expect(y.toArray()).toEqual(z.toArray());
  });

  it("gives a tensor of its own even where nothing is to be done", () => {
    const x = random([2, 3]);
    const y = noGrad(() => einsum("ij->ij", x));
    y.dispose();
    expect(x.disposed).toBe(false);
  });
});

describe("multiDot", () => {
  it("multiplies in the cheapest order to the same product", () => {
    const list = [random([2, 30]), random([30, 3]), random([3, 40]), random([40, 4])];
    const [y, z] = [multiDot(list), list.slice(1).reduce((a, b) => matmul(a, b), list[0]!)];
    Array.from(y.data).forEach((v, i) => {
      expect(Math.abs(v - z.data[i]!)).toBeLessThan(1e-4);
    });
    checkOp("multiDot", (...list) => multiDot(list), [random([2, 3]), random([3, 2]), random([2])]);
  });

  it("takes vectors at the ends", () => {
    expect(multiDot([random([3]), random([3, 2]), random([2])]).shape).toEqual([]);
    expect(multiDot([random([3]), random([3, 2])]).shape).toEqual([2]);
    expect(multiDot([random([4, 3]), random([3])]).shape).toEqual([4]);
  });
});
