// The figures that were last committed, bench/baseline.json, and how a run compares with them. `npm run bench -- --update` writes
// them; print.ts shows the comparison.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Result, Unit } from "./harness.ts";

export interface Figure extends Pick<Result, "median" | "unit" | "ofAddPeak"> {
  /** GFLOP/s of additions alone just before and after: how fast the clock was. */
  readonly addPeak: number;
}

export interface Baseline {
  readonly machine: string;
  readonly date: string;
  readonly figures: Readonly<Record<string, Figure>>;
}

/** Where npm runs. */
const FILE = "bench/baseline.json";

/** Without figures if none were committed. */
export function readBaseline(): Baseline {
  return existsSync(FILE) ? JSON.parse(readFileSync(FILE, "utf8")) : { machine: "", date: "", figures: {} };
}

export const writeBaseline = (baseline: Baseline): void => writeFileSync(FILE, text(baseline));

/** With a line for each figure, so that a diff shows what changed. */
export function text({ machine, date, figures }: Baseline): string {
  const lines = Object.entries(figures).map(([name, { median, unit, ofAddPeak, addPeak }]) => {
    const [figure, share, peak] = [median, ofAddPeak, addPeak].map((x) => x && Number(x.toPrecision(4)));
    return `    "${name}": { "median": ${figure}, "unit": "${unit}", "ofAddPeak": ${share}, "addPeak": ${peak} }`;
  });
  const about = `  "machine": ${JSON.stringify(machine)},\n  "date": "${date}",\n`;
  return `{\n${about}  "figures": {\n${lines.join(",\n")}\n  }\n}\n`;
}

const isRate = (unit: Unit): boolean => unit === "GFLOP/s" || unit === "GB/s";

/**
 * How much faster than before, above 1 if it is: by the shares of the peak where both have them, whatever the clock was; else
 * by the figures as they were if additions had been as fast both times. Null for what is new: a name, or a name's unit.
 */
export function thanBefore(now: Figure, then: Figure | undefined): number | null {
  if (then === undefined || then.unit !== now.unit) return null;
  if (now.ofAddPeak !== null && then.ofAddPeak !== null) return now.ofAddPeak / then.ofAddPeak;
  const speed = isRate(now.unit) ? now.median / then.median : then.median / now.median;
  return (speed * then.addPeak) / now.addPeak;
}
