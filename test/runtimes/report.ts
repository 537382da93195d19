// What came of the shared suite in each runtime: who failed, and the tables that show it, on a terminal and in README.md.
import type { Launcher } from "./launch/types.ts";

/** What jobs/suite/suite.js returns. */
export interface SuiteResult {
  readonly passed: number;
  readonly failed: readonly { readonly name: string; readonly message: string }[];
  /** SHA-256 of the weights and losses of the networks that it trains. */
  readonly bits: string;
  readonly simd: boolean;
  readonly relaxedSimd: boolean;
  readonly threads: boolean;
  /** Why there are no threads. */
  readonly threadFault?: string;
}

/** What became of one runtime. */
export type Result = { readonly name: string } & (
  | { readonly missing: string }
  | { readonly version: string; readonly error: string }
  | ({ readonly version: string; readonly seconds: number } & SuiteResult)
);

/** Runs the suite, or another job that gives the same, in one runtime. */
export async function tryOut(launcher: Launcher, job = "suite", name = launcher.name): Promise<Result> {
  const found = await launcher.find();
  if ("missing" in found) return { name, missing: found.missing };
  const { version } = found;
  const start = performance.now();
  try {
    const result = (await launcher.run(job)) as SuiteResult;
    return { name, version, seconds: (performance.now() - start) / 1000, ...result };
  } catch (error) {
    return { name, version, error: error instanceof Error ? error.message : String(error) };
  }
}

/** Whether the networks have the same bits as in the first runtime that trained them. */
function sameBits(result: SuiteResult, results: readonly Result[]): boolean {
  const first = results.find((other) => "bits" in other) as SuiteResult;
  return result.bits === first.bits;
}

/** How many checks passed, and a line for each that failed; a runtime that is missing counts where all are `required`. */
export function verdict(results: readonly Result[], required: boolean): { passed: number; failures: string[] } {
  let passed = 0;
  const failures: string[] = [];
  for (const result of results) {
    const fail = (text: string): void => void failures.push(`${result.name}: ${text}`);
    if ("missing" in result) {
      if (required) fail(`missing: ${result.missing}`);
    } else if ("error" in result) fail(result.error);
    else {
      passed += result.passed;
      for (const { name, message } of result.failed) fail(`${name}: ${message}`);
      if (result.passed + result.failed.length === 0) fail("no check ran");
      if (!sameBits(result, results)) fail(`trained to other bits: ${result.bits.slice(0, 12)}`);
    }
  }
  return { passed, failures };
}

const yes = (condition: boolean): string => (condition ? "yes" : "no");

/** A row for each runtime. `hash` tells of the committed hashes; without it, whether the suite's networks have the same bits. */
function rows(results: readonly Result[], hash?: (name: string) => boolean): string[][] {
  const head = ["runtime", "version", "suite", "hash equal", "threads", "relaxed SIMD"];
  return [
    head,
    ...results.map((result) => {
      if ("missing" in result) return [result.name, "missing", ...head.slice(2).map(() => "")];
      if ("error" in result) return [result.name, result.version, "did not run", ...head.slice(3).map(() => "")];
      const { name, version, passed, failed, threads, relaxedSimd } = result;
      const equal = sameBits(result, results) && (hash?.(name) ?? true);
      const checks = `${passed} of ${passed + failed.length}`;
      return [name, version, checks, yes(equal), yes(threads), yes(relaxedSimd)];
    }),
  ];
}

/** The table for a terminal. */
export function table(results: readonly Result[]): string {
  const cells = rows(results);
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  return cells
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** The table for README.md; `hash` tells whether a runtime trained to the committed hashes. */
export function markdown(results: readonly Result[], hash: (name: string) => boolean): string {
  const [head, ...body] = rows(results, hash);
  return [head!, head!.map(() => "---"), ...body].map((row) => `| ${row.join(" | ")} |`).join("\n");
}
