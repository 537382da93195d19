// The runner's text: a line per failing case, a table by op, what was skipped, and the totals on the last line.
import type { Result } from "./run.ts";

export interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

export function totals(results: readonly Result[]): Totals {
  const sums: Totals = { passed: 0, failed: 0, skipped: 0 };
  for (const { status } of results) sums[status]++;
  return sums;
}

/** Results by op, in the order of the vectors. */
export function byOp(results: readonly Result[]): Map<string, Totals> {
  const ops = new Map<string, Result[]>();
  for (const result of results) ops.set(result.op, [...(ops.get(result.op) ?? []), result]);
  return new Map([...ops].map(([op, list]) => [op, totals(list)]));
}

/** Broken after commas, to be read in a terminal. */
const wrapped = (text: string): string => text.replace(/(.{1,100})(?:, |$)/g, "$1,\n").replace(/,\n$/, "");

export function report(results: readonly Result[]): string {
  const failing = results.filter((r) => r.status === "failed").map((r) => `FAILED ${r.name} ${r.reason}`);
  const table = [...byOp(results)];
  const ran = table.filter(([, t]) => t.passed + t.failed > 0);
  const skipped = table.filter(([, t]) => t.skipped > 0);
  const width = Math.max(2, ...ran.map(([op]) => op.length));
  const row = (op: string, ...cells: (string | number)[]): string =>
    op.padEnd(width) + cells.map((cell) => String(cell).padStart(9)).join("");
  const sums = totals(results);
  return [
    ...failing,
    ...(failing.length > 0 ? [""] : []),
    row("op", "passed", "failed", "skipped"),
    ...ran.map(([op, t]) => row(op, t.passed, t.failed, t.skipped)),
    "",
    ...(skipped.length > 0
      ? [wrapped(`skipped, not exported: ${skipped.map(([op, t]) => `${op} (${t.skipped})`).join(", ")}`), ""]
      : []),
    `${sums.passed} passed, ${sums.failed} failed, ${sums.skipped} skipped`,
  ].join("\n");
}
