// What rows of op-calls.ts are made of: operands, and calls that suit many ops of a kind.

import type { Tensor } from "../../src/entry.ts";
import * as sedge from "../../src/entry.ts";
import { random } from "../check-op.ts";

/** How to make the operands, and how to apply the op to them. */
export type Call = readonly [operands: () => Tensor[], apply: (...operands: Tensor[]) => Tensor | Tensor[]];

/** What an elementwise op gives for a number, by its call: op-values.test.ts compares. */
export const references = new Map<Call, (x: number) => number>();

export const f = (...shape: number[]): Tensor => random(shape, shape.length + 1);
/** Positive, away from 0. */
export const p = (...shape: number[]): Tensor => random(shape, 5, 0.4).add(1);
export const ids = (...list: number[]): Tensor => sedge.tensor(list, { dtype: "int32" });
export const bools = (): Tensor => sedge.tensor([true, false, true]);

/** Every call of a table, under its op's name and its place. */
export const rowsOf = (table: Record<string, Call[]>): { name: string; call: Call }[] =>
  Object.entries(table).flatMap(([op, calls]) => calls.map((call, i) => ({ name: `${op} ${i}`, call })));

/** A call's operands, float32 ones as leaves that require gradients. */
export function trainable([operands]: Call): Tensor[] {
  const list = sedge.tidy(operands);
  for (const x of list) if (x.dtype === "float32") x.requiresGrad = true;
  return list;
}

export type Unary = (x: Tensor) => Tensor;
/** For an elementwise function of one operand; with `reference` its values are tested too. */
export function unary(fn: Unary, reference?: (x: number) => number): Call[] {
  const calls: Call[] = [
    [() => [p(3, 5)], fn],
    [() => [ids(1, 2, 3)], fn],
  ];
  if (reference) for (const call of calls) references.set(call, reference);
  return calls;
}
export const float = (fn: Unary): Call[] => [[() => [p(3, 5)], fn]];
export type Binary = (a: Tensor | number, b: Tensor | number) => Tensor;
export const binary = (fn: Binary): Call[] => [
  [() => [p(2, 3), f(2, 3).add(3)], fn],
  [() => [p(2, 3), f(3).add(3)], fn],
  [() => [p(2, 1), f(1, 3).add(3)], fn],
  [() => [p(2, 3)], (a) => fn(a, 2)],
  [() => [p(2, 3)], (b) => fn(2, b)],
  [() => [p(3), ids(1, 2, 3)], fn],
  [() => [ids(1, 2, 3), ids(1, 2, 3)], fn],
];
export type Reduction = (x: Tensor, options?: { axis?: number | number[]; keepDims?: boolean }) => Tensor;
export const reduction = (fn: Reduction, axes: (number | number[])[] = [1, [0, 2]]): Call[] => [
  [() => [f(2, 3, 4)], (x) => fn(x)],
  ...axes.map((axis): Call => [() => [f(2, 3, 4)], (x) => fn(x, { axis })]),
];
