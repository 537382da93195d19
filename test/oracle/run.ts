// Runs cases of the reference vectors against the library. The calls are adapters.ts, the pass rule is compare.ts, the
// text is report.ts.
import { add, backward, mul, sum, Tensor, tidy } from "../../src/index.ts";
import { adapt } from "./adapters.ts";
import { type Adapter, type Call, type Library, optionsOf } from "./calls.ts";
import { type Computed, compare, compareNumbers, type Mismatch } from "./compare.ts";
import { fromStored, leavesOf, viewOf } from "./operands.ts";
import type { Case } from "./vectors.ts";

export interface Result {
  readonly name: string;
  readonly group: string;
  readonly op: string;
  readonly status: "passed" | "failed" | "skipped";
  /** Why it failed: the worst tensor, or the error it threw. */
  readonly reason?: string;
}

/** Runs every case; those whose function the library does not export are skipped. */
export const runCases = (cases: readonly Case[], library: Library): Result[] => cases.map((c) => runCase(c, library));

export function runCase(kase: Case, library: Library): Result {
  const { name, group, op } = kase;
  const adapted = adapt(op, library);
  if (adapted === null) return { name, group, op, status: "skipped" };
  try {
    const wrong = tidy(() => mismatches({ kase, library, fn: adapted.fn }, adapted.call));
    if (wrong.length === 0) return { name, group, op, status: "passed" };
    return { name, group, op, status: "failed", reason: describe(wrong) };
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { name, group, op, status: "failed", reason: `threw ${reason.replaceAll("\n", " ")}` };
  }
}

/** The tensor furthest beyond what is allowed, and how many more there are. */
function describe(wrong: readonly Mismatch[]): string {
  const excess = (m: Mismatch): number => (Number.isNaN(m.error) ? Infinity : m.error / m.allowed);
  const worst = wrong.reduce((a, b) => (excess(b) > excess(a) ? b : a));
  const more = wrong.length > 1 ? ` (and ${wrong.length - 1} more of its tensors)` : "";
  return `${worst.role}: ${worst.text}${more}`;
}

function mismatches(start: Pick<Call, "kase" | "library" | "fn">, call: Adapter): Mismatch[] {
  const { kase } = start;
  const leaves = leavesOf(kase);
  const x = Object.fromEntries(Object.entries(leaves).map(([key, t]) => [key, viewOf(t, kase.views?.[key] ?? [])]));
  const inputs = (kase.inputs ?? []).map((key) => x[key]!);
  const result = call({ ...start, x, inputs, options: optionsOf(kase.kwargs) });
  if (kase.outputs === undefined) return wrongNumbers(kase, result);
  const outputs = namedOutputs(kase, kase.outputs, result);
  toLeaves(kase, outputs);
  const wrong = kase.outputs.map((key) => check(kase, `out.${key}`, outputs[key]));
  for (const key of kase.grads ?? []) wrong.push(checkGradient(kase, `grad.${key}`, leaves[key]?.grad));
  return wrong.filter((m) => m !== null);
}

/** What the call returned by the manifest's names: a tensor or a list is in the manifest's order. */
function namedOutputs(kase: Case, names: readonly string[], result: unknown): Record<string, Tensor> {
  const inOrder = result instanceof Tensor ? [result] : result;
  if (Array.isArray(inOrder) && inOrder.length !== names.length) {
    throw new Error(`${kase.op}: expected ${names.length} outputs, got ${inOrder.length}`);
  }
  const outputs: Record<string, Tensor> = {};
  for (const [key, value] of Object.entries(inOrder ?? {})) {
    if (!(value instanceof Tensor))
      throw new TypeError(`${kase.op}: expected a tensor for ${key}, got ${typeof value}`);
    outputs[Array.isArray(inOrder) ? names[Number(key)]! : key] = value;
  }
  return outputs;
}

/** loss = sum over outputs of sum(output * cotangent); its gradients land on the leaves. */
function toLeaves(kase: Case, outputs: Readonly<Record<string, Tensor>>): void {
  if ((kase.grads ?? []).length === 0) return;
  const terms = (kase.cotangents ?? []).map((key) => sum(mul(outputs[key]!, fromStored(kase.stored(`cot.${key}`)))));
  backward(terms.reduce((a, b) => add(a, b)));
}

function check(kase: Case, role: string, got: Tensor | null | undefined): Mismatch | null {
  if (got) return compare(kase, role, computed(got), kase.stored(role));
  const text = role.startsWith("grad.") ? "no gradient reached it" : "the call did not return it";
  return { role, error: Number.NaN, allowed: 0, text };
}

/** A leaf that the loss does not depend on has no gradient here and zeros in the vectors. */
function checkGradient(kase: Case, role: string, grad: Tensor | null | undefined): Mismatch | null {
  const isZero = (v: number): boolean => v === 0;
  return grad || !kase.stored(role).values.every(isZero) ? check(kase, role, grad) : null;
}

const computed = (t: Tensor): Computed => ({ shape: t.shape, values: t.data });

/** Cases of `sched` and `init` state numbers: a schedule's rates, a value, or an object of values. */
function wrongNumbers(kase: Case, result: unknown): Mismatch[] {
  const expected = kase.lrs ?? kase.value;
  if (expected === undefined) throw new Error("the manifest states neither outputs nor numbers for it");
  const wrong = compareNumbers(kase.lrs ? "lrs" : "value", numbersOf(result), numbersOf(expected));
  return wrong ? [wrong] : [];
}

function numbersOf(value: unknown): number[] {
  if (typeof value !== "object" || value === null) return [Number(value)];
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, v]) => Number(v));
}
