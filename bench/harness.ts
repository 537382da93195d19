// How a benchmark is described and measured. The benchmarks themselves are the bench/<stem>.bench.ts files, which
// bench/run.ts finds, filters and prints.
//
// A bench file's default export is a list of descriptions:
//
//   import type { Benchmark } from "./harness.ts";
//   export default [
//     {
//       name: "exp 4096",
//       values: 4096,                      // or flops; and bytes: the work of ONE run
//       setup() {
//         const x = randn([4096]);
//         return () => exp(x).dispose();   // a run frees what it makes
//       },
//     },
//   ] satisfies Benchmark[];
//
// `setup` is called only if the name passes the filter, after the core has booted (so a bench file itself need not import
// src/boot.ts), inside a scope that is closed after the measurement.

import { Bench } from "tinybench";
import type { Peak, Stream } from "./loops.ts";

/** `GFLOP/s` and `GB/s` are rates, the others times: of a value, or of a run. */
export type Unit = "GFLOP/s" | "GB/s" | "ns/value" | "us" | "ms";

export interface Benchmark {
  /** Unique, as in `gemm 64x128x784 tn`, `exp 4096`, `train mlp`. */
  name: string;
  /** Floating-point operations of one run (a multiplication and an addition are two). Gives `ofPeak`. */
  flops?: number;
  /** Bytes read plus bytes written by one run. Gives `ofBandwidth`. */
  bytes?: number;
  /** The stream that is the limit for `bytes`. Default "copy". */
  stream?: Stream;
  /** Values that one run makes. */
  values?: number;
  /** Default: GFLOP/s of flops, ns/value of values, GB/s of bytes, else us (microseconds a run). */
  unit?: Unit;
  /** Makes the operands and returns the work to be timed. */
  setup(): () => unknown;
}

/** What runs in processes of its own, and times itself there; in ms. */
export interface Program {
  name: string;
  /** What each of its runs took, or why it cannot run here. */
  times(): number[] | string;
}

export interface Result {
  name: string;
  unit: Unit;
  median: number;
  min: number;
  max: number;
  /** 0..1, the median of per-round ratios to the multiply-add loop; null where a benchmark has no `flops`. */
  ofPeak: number | null;
  /** The same against the add-only loop. */
  ofAddPeak: number | null;
  /** 0..1, the median of per-round ratios to the bandwidth of arrays of as many bytes; null without `bytes`. */
  ofBandwidth: number | null;
}

/** A slice of work lasts at least this long: long against the timer, not much longer than a scheduler's time slice. */
const SLICE_MS = 5;
/** Rounds of one slice of work and one of each peak loop: as many as fit in 1.5 s, within these bounds. */
const MIN_ROUNDS = 11;
const MAX_ROUNDS = 61;
const TOTAL_MS = 1500;
const WARMUP_MS = 150;
/** tinybench times batches of runs at least this long: performance.now() costs some 50 ns itself. */
const BATCH_MS = 0.05;

/** Times one benchmark: against the limits that it has, by tinybench's statistics if it has none. */
export function measure(benchmark: Benchmark, peak: Peak): Result {
  const run = benchmark.setup();
  const { flops, bytes, stream = "copy" } = benchmark;
  const limits: Limits = {};
  if (flops !== undefined) limits.ofPeak = (ms) => peak.multiplyAdd(ms) / flops;
  if (flops !== undefined) limits.ofAddPeak = (ms) => peak.addOnly(ms) / flops;
  if (bytes !== undefined) limits.ofBandwidth = (ms) => peak.stream(stream, bytes, ms) / bytes;
  return Object.keys(limits).length === 0 ? alone(benchmark, run) : againstLimits(benchmark, run, limits);
}

type Share = "ofPeak" | "ofAddPeak" | "ofBandwidth";
/** For each share that is asked for, how many runs a nanosecond the limit allows, measured for some ms. */
export type Limits = Partial<Record<Share, (ms: number) => number>>;
const NO_SHARES = { ofPeak: null, ofAddPeak: null, ofBandwidth: null };

/**
 * Work and limits in alternation: the clock of a shared machine drifts by more than what is measured, so each round is
 * compared with the limits' slices just before and just after it, and the median of those ratios is kept. Slices are of equal
 * length, so that interruptions fall on both alike.
 */
export function againstLimits(
  benchmark: Benchmark,
  run: () => unknown,
  limits: Limits,
  { atLeast = SLICE_MS, warmup = WARMUP_MS } = {},
): Result {
  const repeats = calibrate(run, atLeast, warmup);
  const slice = Math.max(atLeast, timeOf(run, repeats) * repeats);
  const rounds = Math.max(MIN_ROUNDS, Math.min(MAX_ROUNDS, Math.round(TOTAL_MS / (3 * slice))));
  const times: number[] = [];
  const each = Object.entries(limits).map(([share, limit]) => {
    return { share, limit, before: limit(slice), ratios: [] as number[] };
  });
  for (let round = 0; round < rounds; round++) {
    const ms = timeOf(run, repeats);
    times.push(ms);
    for (const found of each) {
      const after = found.limit(slice);
      found.ratios.push(2 / (ms * 1e6 * (found.before + after)));
      found.before = after;
    }
  }
  const [min, max] = [Math.min(...times), Math.max(...times)];
  const shares = Object.fromEntries(each.map(({ share, ratios }) => [share, median(ratios)]));
  return { ...inUnit(benchmark, median(times), min, max), ...NO_SHARES, ...shares };
}

/** The statistics of a program's runs. */
export function statistics(name: string, times: readonly number[]): Result {
  const [min, max] = [Math.min(...times), Math.max(...times)];
  return { name, unit: "ms", median: median(times), min, max, ...NO_SHARES };
}

function alone(benchmark: Benchmark, run: () => unknown): Result {
  const repeats = calibrate(run, BATCH_MS);
  const bench = new Bench({ time: 500, warmup: false, throws: true });
  bench.add(benchmark.name, () => {
    for (let i = 0; i < repeats; i++) run();
  });
  const [task] = bench.runSync();
  if (task?.result.state !== "completed") throw new Error(`${benchmark.name}: not completed`);
  const { p50, min, max } = task.result.latency;
  return { ...inUnit(benchmark, p50 / repeats, min / repeats, max / repeats), ...NO_SHARES };
}

/** Warms the code up (V8 compiles wasm twice) and returns how many runs take `ms`. */
function calibrate(run: () => unknown, ms: number, warmup = WARMUP_MS): number {
  const start = performance.now();
  let runs = 0;
  while (performance.now() - start < warmup || runs < 2) {
    run();
    runs++;
  }
  // The warmup itself includes slow first runs, so the rate is taken from a second look.
  const probe = Math.max(1, Math.ceil(runs / 20));
  return Math.max(1, Math.ceil(ms / timeOf(run, probe)));
}

/** Milliseconds of one run, averaged over `repeats`. */
function timeOf(run: () => unknown, repeats: number): number {
  const start = performance.now();
  for (let i = 0; i < repeats; i++) run();
  return (performance.now() - start) / repeats;
}

/** Milliseconds a run to the benchmark's unit; in rates the shortest time gives the maximum. */
function inUnit(benchmark: Benchmark, median: number, shortest: number, longest: number): Omit<Result, Share> {
  const { name, flops = 0, bytes = 0, values = 1 } = benchmark;
  const unit = benchmark.unit ?? defaultUnit(benchmark);
  const convert = {
    "GFLOP/s": (ms: number) => flops / ms / 1e6,
    "GB/s": (ms: number) => bytes / ms / 1e6,
    "ns/value": (ms: number) => (ms * 1e6) / values,
    us: (ms: number) => ms * 1e3,
    ms: (ms: number) => ms,
  }[unit];
  const ends = [convert(shortest), convert(longest)];
  return { name, unit, median: convert(median), min: Math.min(...ends), max: Math.max(...ends) };
}

function defaultUnit({ flops, bytes, values }: Benchmark): Unit {
  if (flops !== undefined) return "GFLOP/s";
  if (values !== undefined) return "ns/value";
  return bytes !== undefined ? "GB/s" : "us";
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
