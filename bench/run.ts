// Runs the benchmarks whose names contain `--filter`, and prints a table or, with --json, one object on standard output; with
// --update makes the figures the baseline that later runs are compared with. scripts/bench.ts bundles it; how things are
// measured is bench/harness.ts.

import { readdirSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { readBaseline, thanBefore, writeBaseline } from "./baseline.ts";
import { type Benchmark, measure, median, type Program, type Result, statistics } from "./harness.ts";
import type { Peak } from "./loops.ts";
import { loadPeak } from "./peak.ts";
import { type Compared, foot, HEAD, line, type Report } from "./print.ts";

const { values: options } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    update: { type: "boolean", default: false },
    filter: { type: "string", default: "" },
  },
});
if (options.update && options.filter !== "") {
  console.error("bench: expected --update without --filter: a baseline is one run of all");
  process.exit(1);
}
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
const before = readBaseline();
const results: Compared[] = [];
if (!options.json) console.log(HEAD);
for (const benchmark of chosen) {
  const from = addPeaks.length;
  probe();
  const result = resultOf(benchmark);
  if (result === null) continue;
  probe();
  const now = { ...result, addPeak: median(addPeaks.slice(from)) };
  results.push({ ...now, thanBefore: thanBefore(now, before.figures[now.name]) });
  if (!options.json) console.log(line(results.at(-1)!));
}
const report: Report = { machine: machine(), peakGflops: median(peaks), addPeakGflops: median(addPeaks), results };
console.log(options.json ? JSON.stringify(report, null, 2) : foot(report, before));
if (options.update) {
  const figures = Object.fromEntries(results.map((result) => [result.name, result]));
  writeBaseline({ machine: report.machine, date: new Date().toISOString().slice(0, 10), figures });
}

/** The limits beside any benchmark: those without flops do not measure them. */
function probe(): void {
  for (let slice = 0; slice < 3; slice++) {
    peak.multiplyAdd(5);
    peak.addOnly(5);
  }
}

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
