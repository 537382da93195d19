// What `npm run bench -- --engines` runs within an engine: candidates for the tile of products, and benchmarks of the library.
// scripts/bench-engines.ts bundles it, with the loops' code and the filter; how things are timed is bench/harness.ts.
import "../../src/boot.ts";
import peakLoops from "peak.wasm";
import tileLoops from "tiles.wasm";
import { tidy } from "../../src/scope.ts";
import convolutions from "../conv.bench.ts";
import elementwise from "../elementwise.bench.ts";
import products from "../gemm.bench.ts";
import { againstLimits, type Benchmark, median } from "../harness.ts";
import { type Peak, peakOf } from "../loops.ts";
import softmax from "../softmax.bench.ts";
import training from "../train.bench.ts";
import type { EngineReport, EngineRow } from "./table.ts";
import { tileBenchmarks } from "./tiles.ts";

/** Put in by the bundler: only benchmarks whose names contain it. */
declare const FILTER: string;

/** Of the library's benchmarks: the layers decide between the 2x16 and the 4x8 tile of convolutions, forward and back. */
const CHOSEN = [
  ...["8->16 5x5 14x14 x32", "32->32 3x3 32x32 x4", "64->64 3x3 16x16 x4"].flatMap((layer) =>
    ["", " dx", " dw"].map((gradient) => `conv ${layer}${gradient}`),
  ),
  ...["gemm 64x64x64", "gemm 256x256x256", "gemm 1024x1024x1024"],
  ...["exp 4096", "tanh 4096", "sigmoid 4096", "softmax 8192x128"],
  ...["train mlp", "train cnn", "train lstm"],
];
/** Slices are long against the clocks of browsers: 5 us to 1 ms. */
const SLICE_MS = 20;
const CLOCK_STEPS = 50;
/** Engines compile twice, and the second compiler has a thread of its own: until it is done the first one's code runs. */
const WARMUP_MS = 500;

/**
 * Where a neighbour takes half of the core, additions lose more than loops that wait for memory or spills, and shares look better
 * than they are. A benchmark with less than this of the highest peak beside it is measured again later, and what was quietest is kept.
 */
const QUIET = 0.93;
const ATTEMPTS = 5;

/** The least that this engine's clock tells apart, in ms. */
function clockStep(): number {
  const steps = Array.from({ length: 20 }, () => {
    const from = performance.now();
    let to = from;
    while (to === from) to = performance.now();
    return to - from;
  });
  return Math.min(...steps);
}

/** An engine's own work between two benchmarks: a page that never gives its thread back counts as hanging. */
const breath = (): Promise<void> => new Promise((done) => setTimeout(done, 0));

/** Of the bytes that the bundler gives for a file of WebAssembly. */
const load = async (bytes: object): Promise<WebAssembly.Exports> =>
  (await WebAssembly.instantiate(bytes as BufferSource)).instance.exports;

interface Measured {
  readonly row: EngineRow;
  /** What additions alone reached meanwhile, in GFLOP/s. */
  readonly beside: number;
}

/** Measures in alternation with additions alone, also work without flops: they tell whether it was quiet. */
function timed(benchmark: Benchmark, peak: Peak, timing: object): Measured {
  const { flops } = benchmark;
  const peaks: number[] = [];
  const limit = (ms: number): number => {
    peaks.push(peak.addOnly(ms));
    return peaks.at(-1)! / (flops ?? 1);
  };
  const measured = tidy(() => againstLimits(benchmark, benchmark.setup(), { ofAddPeak: limit }, timing));
  const { name, unit, median: figure, ofAddPeak } = measured;
  const row = { name, unit, median: figure, ofAddPeak: flops === undefined ? null : ofAddPeak };
  return { row, beside: median(peaks) };
}

export default async function run(): Promise<EngineReport> {
  const library: Benchmark[] = [...convolutions, ...products, ...elementwise, ...softmax, ...training];
  const found = CHOSEN.map((name) => {
    const benchmark = library.find((one) => one.name === name);
    if (benchmark === undefined) throw new Error(`no benchmark of the name ${name}`);
    return benchmark;
  });
  const all = [...tileBenchmarks(await load(tileLoops)), ...found].filter(({ name }) => name.includes(FILTER));
  if (all.length === 0) throw new Error(`expected --filter to be a part of a name, got "${FILTER}"`);

  const peak = peakOf(await load(peakLoops));
  const start = performance.now();
  while (performance.now() - start < WARMUP_MS) peak.addOnly(5);
  const timing = { atLeast: Math.max(SLICE_MS, CLOCK_STEPS * clockStep()), warmup: WARMUP_MS };
  const best = new Map<Benchmark, Measured>();
  const highest = (): number => Math.max(...[...best.values()].map(({ beside }) => beside));
  const disturbed = (one: Benchmark): boolean => (best.get(one)?.beside ?? 0) < QUIET * highest();
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    for (const benchmark of attempt === 0 ? all : all.filter(disturbed)) {
      const now = timed(benchmark, peak, timing);
      if (now.beside > (best.get(benchmark)?.beside ?? 0)) best.set(benchmark, now);
      await breath();
    }
  }
  return { addPeakGflops: highest(), rows: [...best.values()].map(({ row }) => row) };
}
