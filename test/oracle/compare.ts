// The pass rule of the reference vectors' README, per tensor. Nothing else decides what passes.
import type { StoredTensor, Values } from "./safetensors.ts";
import type { Case } from "./vectors.ts";

/** The README's r by group. */
const RELATIVE: Record<string, number> = {
  ...Object.fromEntries(
    ["unary", "binary", "reduce", "softmax", "shape", "pool", "embedding", "special"].map((g) => [g, 2e-6]),
  ),
  ...Object.fromEntries(
    ["matmul", "conv", "norm", "rnn", "attention", "loss", "optim", "medium", "fuzz", "graph"].map((g) => [g, 1e-5]),
  ),
  train: 1e-4,
};

/** A tensor that is wrong. `error` and `allowed` are absolute; `error` is NaN for a value in the wrong place or kind. */
export interface Mismatch {
  readonly role: string;
  readonly error: number;
  readonly allowed: number;
  readonly text: string;
}

/** What the library computed. */
export interface Computed {
  readonly shape: readonly number[];
  readonly values: Values;
}

const kinds: [new () => Values, string][] = [
  [Float32Array, "float32"],
  [Int32Array, "int32"],
  [Uint8Array, "bool"],
];
const kindOf = (values: Values): string => kinds.find(([type]) => values instanceof type)?.[1] ?? "unknown";

/** The error of one entry: 0 where both are equal, NaN where only one of them is a number. */
function errorAt(got: number, expected: number, special: boolean): number {
  if (special && Number.isNaN(expected) && Number.isNaN(got)) return 0;
  if (special && !Number.isFinite(expected)) return got === expected ? 0 : Number.NaN;
  return Math.abs(got - expected);
}

/** The largest error a float tensor may have: max(8 * torch's own float32 error, r * max |expected|, 1e-6). */
function allowedError(kase: Case, role: string, expected: Values): number {
  const relative = RELATIVE[kase.group];
  if (relative === undefined) throw new RangeError(`no tolerance is known for the group ${kase.group}`);
  const [torchError, magnitude] = kase.f32?.[role] ?? [null, null];
  let largest = magnitude ?? 0;
  if (magnitude === null) for (const v of expected) if (Number.isFinite(v)) largest = Math.max(largest, Math.abs(v));
  return Math.max(8 * (torchError ?? 0), relative * largest, 1e-6);
}

/** Compares a computed tensor with the stored one of the same role (`out.y`, `grad.x`); null when it passes. */
export function compare(kase: Case, role: string, got: Computed, expected: StoredTensor): Mismatch | null {
  const fail = (text: string, error = Number.NaN, allowed = 0): Mismatch => ({ role, error, allowed, text });
  if (got.shape.join() !== expected.shape.join()) {
    return fail(`expected shape [${expected.shape.join(", ")}], got [${got.shape.join(", ")}]`);
  }
  if (kindOf(got.values) !== kindOf(expected.values)) {
    return fail(`expected ${kindOf(expected.values)}, got ${kindOf(got.values)}`);
  }
  const exact = !(expected.values instanceof Float32Array);
  const allowed = exact ? 0 : allowedError(kase, role, expected.values);
  let worst = 0;
  let at = -1;
  for (let i = 0; i < expected.values.length; i++) {
    const error = errorAt(got.values[i]!, expected.values[i]!, kase.group === "special");
    if (error <= worst) continue; // NaN, a value of the wrong kind, falls through
    worst = error;
    at = i;
    if (Number.isNaN(error)) break;
  }
  if (worst <= allowed) return null;
  const place = `at ${unravel(at, expected.shape)}: expected ${expected.values[at]}, got ${got.values[at]}`;
  const size = Number.isNaN(worst) ? "" : `max error ${worst.toPrecision(3)}, allowed ${allowed.toPrecision(3)}, `;
  return fail(size + place, worst, allowed);
}

/** Compares plain numbers of the groups `sched` and `init`: 1e-6 relative. */
export function compareNumbers(role: string, got: readonly number[], expected: readonly number[]): Mismatch | null {
  const fail = (text: string, error: number, allowed: number): Mismatch => ({ role, error, allowed, text });
  if (got.length !== expected.length)
    return fail(`expected ${expected.length} numbers, got ${got.length}`, Number.NaN, 0);
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(got[i]! - expected[i]!);
    const allowed = 1e-6 * Math.abs(expected[i]!);
    if (error <= allowed) continue;
    return fail(
      `number ${i}: allowed ${allowed.toPrecision(3)}, expected ${expected[i]}, got ${got[i]}`,
      error,
      allowed,
    );
  }
  return null;
}

function unravel(flat: number, shape: readonly number[]): string {
  const place: number[] = [];
  for (let axis = shape.length - 1, rest = flat; axis >= 0; axis--) {
    place.unshift(rest % shape[axis]!);
    rest = Math.floor(rest / shape[axis]!);
  }
  return `[${place.join(", ")}]`;
}
