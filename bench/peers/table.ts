// How comparisons are shown: a table for the terminal, one for docs/performance.md, and the reasons of what is missing.
import { type Comparison, geometricMean, type Measured, type Unable } from "./compare.ts";
import { STEPS } from "./works.ts";

export const PEERS = ["pytorch", "tensorflow.js-wasm", "jax-js-wasm", "onnxruntime-web"] as const;

export interface Report {
  readonly machine: string;
  readonly results: readonly Comparison[];
}

const digits = (x: number): string => (x >= 1000 ? x.toFixed(0) : x.toPrecision(3));

/** Of a step, in the unit that reads best. */
const time = (ms: number): string => (ms < 1 ? `${digits(ms * 1000)} us` : `${digits(ms)} ms`);

/** `1.52x (1.40 to 1.61)`, or a dash. */
function ratio(result: Measured | Unable | undefined): string {
  if (result === undefined || result.ratio === null) return "–";
  return `${digits(result.ratio)}x (${digits(result.minRatio)} to ${digits(result.maxRatio)})`;
}

/** The line of the terminal's table. */
export function row({ work, ours, peers }: Comparison): string {
  const cells = PEERS.map((name) => ratio(peers[name]).padStart(24));
  return `${work.padEnd(46)}${time(ours.median).padStart(10)}${cells.join("")}`;
}

export const heading = (): string =>
  `${"peer's time / ours: median (least to largest)".padEnd(46)}${"ours".padStart(10)}${PEERS.map((p) => p.padStart(24)).join("")}`;

/** PyTorch's times / ours over the seven training steps, if all are there. */
export function meanOfSteps(results: readonly Comparison[]): number | null {
  const ratios = STEPS.map((step) => results.find(({ work }) => work === step)?.peers.pytorch?.ratio ?? null);
  return ratios.some((r) => r === null) ? null : geometricMean(ratios as number[]);
}

/** A line for each reason of each peer, with the works that it cannot do for it; without them if it can do none. */
export function reasons(results: readonly Comparison[]): string[] {
  return PEERS.flatMap((name) => {
    const failed = new Map<string, string[]>();
    for (const { work, peers } of results) {
      const result = peers[name];
      if (result?.ratio === null) failed.set(result.reason, [...(failed.get(result.reason) ?? []), work]);
    }
    return [...failed].map(([reason, lacking]) =>
      lacking.length === results.length ? `${name}: ${reason}` : `${name} (${lacking.join(", ")}): ${reason}`,
    );
  });
}

export function meanLine(results: readonly Comparison[]): string | null {
  const mean = meanOfSteps(results);
  return mean === null
    ? null
    : `geometric mean of the ${STEPS.length} training steps, PyTorch / ours: ${mean.toFixed(2)}`;
}

/** The section's generated part in docs/performance.md. */
export function page({ machine, results }: Report, date: string): string {
  const cell = (result: Measured | Unable | undefined): string =>
    result === undefined || result.ratio === null ? "–" : digits(result.ratio);
  const lines = results.map(
    ({ work, ours, peers }) => `| ${work} | ${time(ours.median)} | ${PEERS.map((p) => cell(peers[p])).join(" | ")} |`,
  );
  const quoted = reasons(results).map((line) => `- ${line.replaceAll(/[`|<>*]/g, "").replaceAll(/\s+/g, " ")}`);
  const mean = meanLine(results);
  return [
    `${machine}; ${date}.`,
    "",
    `| work | ours | ${PEERS.join(" | ")} |`,
    `|---|---|${PEERS.map(() => "---").join("|")}|`,
    ...lines,
    ...(mean === null ? [] : ["", `${mean[0]!.toUpperCase()}${mean.slice(1)}.`]),
    ...(quoted.length === 0 ? [] : ["", "Where a peer cannot, what it said:", "", ...quoted]),
  ].join("\n");
}
