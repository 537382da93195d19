// The table of bench/run.ts, line by line as results come.
import type { Figure } from "./baseline.ts";
import type { Result } from "./harness.ts";

export interface Compared extends Result, Figure {
  /** How much faster than the committed baseline, see baseline.ts; null if it has no such figure. */
  readonly thanBefore: number | null;
}

export interface Report {
  readonly machine: string;
  readonly peakGflops: number;
  readonly addPeakGflops: number;
  readonly results: readonly Compared[];
}

const row = (name: string, ...columns: string[]): string =>
  name.padEnd(32) + columns.map((text) => text.padStart(13)).join("");

const percent = (ratio: number | null): string => (ratio === null ? "" : `${(100 * ratio).toFixed(1)} %`);

const limit = (gflops: number): string => `${gflops.toFixed(1)} GFLOP/s`;

export const HEAD = row("", "median", "min", "max", "unit", "of peak", "of add peak", "of bandwidth", "than before");

export function line({ name, unit, thanBefore, ...result }: Compared): string {
  const [mid, min, max] = [result.median, result.min, result.max].map((x) => x.toPrecision(4));
  const shares = [result.ofPeak, result.ofAddPeak, result.ofBandwidth].map(percent);
  return row(name, mid!, min!, max!, unit, ...shares, thanBefore === null ? "new" : `${thanBefore.toFixed(2)}x`);
}

export function foot(
  { machine, peakGflops, addPeakGflops }: Report,
  before: { machine: string; date: string },
): string {
  const then = before.date === "" ? "no baseline" : `baseline of ${before.date}: ${before.machine}`;
  return `\n${machine}\npeak ${limit(peakGflops)} (multiply and add), ${limit(addPeakGflops)} (add only)\n${then}`;
}
