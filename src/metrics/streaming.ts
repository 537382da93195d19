// What all metrics over batches share: what they have seen as a list of numbers, and its saving and loading.
import { demand } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/**
 * A figure of merit that is summed up over batches: the same, to the last bit, as over all data at once. Those of the
 * library are in `metrics`; `evaluate` and `fit` take them, and any object of this kind, beside functions.
 */
export interface StreamingMetric {
  /** Forgets what it has seen. */
  reset(): void;
  /** Takes a batch: predictions [B, ...] and targets [B, ...]. */
  update(prediction: Tensor, target: Tensor): void;
  /** The figure of all that it has seen; NaN where there is none. */
  compute(): number;
  /** What it has seen, as JSON keeps it. */
  stateDict(): unknown;
  /** Takes over what {@link stateDict} gave. */
  loadStateDict(state: unknown): void;
}

/** The base of the library's metrics: numbers, added up element by element in float64, so that batches leave no trace. */
export abstract class Streaming implements StreamingMetric {
  /** Sums, counts or values. */
  protected seen: number[] = [];

  /** Takes nothing, and so do metrics without a constructor of their own. */
  constructor(...given: never[]) {
    demand(given.length === 0, new.target.name, "no arguments", given[0], TypeError);
  }

  abstract update(prediction: Tensor, target: Tensor): void;
  abstract compute(): number;

  /** The name in messages. */
  protected get op(): string {
    return this.constructor.name;
  }

  /** Whether it may have seen so many numbers. */
  protected abstract fits(length: number): boolean;

  reset(): void {
    this.seen = [];
  }

  /** Adds to a number of what it has seen, which is 0 at first. */
  protected add(i: number, value: number): void {
    while (this.seen.length <= i) this.seen.push(0);
    this.seen[i]! += value;
  }

  /** The quotient of the first two numbers. */
  protected mean(): number {
    return this.seen[0]! / this.seen[1]!;
  }

  stateDict(): { seen: (number | string)[] } {
    return { seen: this.seen.map((v) => (Number.isFinite(v) ? v : String(v))) }; // JSON has no NaN and no Infinity
  }

  loadStateDict(state: unknown): void {
    const seen = (state as { seen?: unknown } | null | undefined)?.seen;
    const isNumber = (v: unknown): boolean => typeof v === "number" || /^(NaN|-?Infinity)$/.test(String(v));
    const ok = Array.isArray(seen) && seen.every(isNumber) && (seen.length === 0 || this.fits(seen.length));
    demand(ok, this.op, "state to be what its stateDict() gave", state, TypeError);
    this.seen = seen.map(Number);
  }
}
