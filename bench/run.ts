// Runs the benchmarks whose names contain `--filter`, and prints a table or, with --json, one object on standard output.
// scripts/bench.ts bundles it; how things are measured is bench/harness.ts.

import { readdirSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { type Benchmark, measure, median, type Program, type Result, statistics } from "./harness.ts";
import type { Peak } from "./loops.ts";
import { loadPeak } from "./peak.ts";

const { values: options } = parseArgs({
  options: { json: { type: "boolean", default: false }, filter: { type: "string", default: "" } },
});
const folder = new URL("./", import.meta.url);

const { tidy } = await import("../src/scope.ts");
await import("../src/boot.ts");
const files = readdirSync(folder).filter((file) => file.endsWith(".bench.js"));
const all: (Benchmark | Program)[] = [];
for (const file of files.sort()) all.push(...(await import(new URL(file, folder).href)).default);
const chosen = all.filter(({ name }) => name.includes(options.filter));
if (chosen.length === 0) {
  console.error(`bench: expected --filter to be a part of a name, got "${options.filter}"; there are:`);
  for (const { name } of all) console.error(`  ${name}`);
  process.exit(1);
}

const loops = await loadPeak();
const peaks: number[] = [];
const addPeaks: number[] = [];
const peak: Peak = {
  multiplyAdd: (ms) => noted(peaks, loops.multiplyAdd(ms)),
  addOnly: (ms) => noted(addPeaks, loops.addOnly(ms)),
  stream: loops.stream,
};
// So that the limits are known even where no benchmark of the filter has flops.
for (let round = 0; round < 5; round++) {
  peak.multiplyAdd(5);
  peak.addOnly(5);
}

const results: Result[] = [];
if (!options.json) console.log(row("", "median", "min", "max", "unit", "of peak", "of add peak", "of bandwidth"));
for (const benchmark of chosen) {
  const result = resultOf(benchmark);
  if (result === null) continue;
  results.push(result);
  if (options.json) continue;
  const { name, unit } = result;
  const [mid, min, max] = [result.median, result.min, result.max].map((x) => x.toPrecision(4));
  const shares = [result.ofPeak, result.ofAddPeak, result.ofBandwidth].map(percent);
  console.log(row(name, mid!, min!, max!, unit, ...shares));
}
const report = { machine: machine(), peakGflops: median(peaks), addPeakGflops: median(addPeaks), results };
if (options.json) console.log(JSON.stringify(report, null, 2));
else
  console.log(
    `\n${report.machine}\npeak ${limit(report.peakGflops)} (multiply and add), ${limit(report.addPeakGflops)} (add only)`,
  );

/** Null where a program cannot run, which is said. */
function resultOf(benchmark: Benchmark | Program): Result | null {
  if ("setup" in benchmark) return tidy(() => measure(benchmark, peak));
  const times = benchmark.times();
  if (typeof times !== "string") return statistics(benchmark.name, times);
  console.error(`${benchmark.name}: left out: ${times}`);
  return null;
}

function noted(list: number[], value: number): number {
  list.push(value);
  return value;
}

function machine(): string {
  const cores = cpus();
  return `${cores[0]?.model ?? process.arch}, ${cores.length} cores, Node ${process.versions.node} (V8 ${process.versions.v8})`;
}

function row(name: string, ...columns: string[]): string {
  return name.padEnd(32) + columns.map((text) => text.padStart(13)).join("");
}

function percent(ratio: number | null): string {
  return ratio === null ? "" : `${(100 * ratio).toFixed(1)} %`;
}

function limit(gflops: number): string {
  return `${gflops.toFixed(1)} GFLOP/s`;
}
