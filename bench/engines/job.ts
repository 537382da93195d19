// What `npm run bench -- --engines` runs within an engine: candidates for the tile of products, and benchmarks of the library.
// scripts/bench-engines.ts bundles it, with the loops' code and the filter; how things are timed is bench/harness.ts.
import "../../src/boot.ts";
import peakLoops from "peak.wasm";
import tileLoops from "tiles.wasm";
import { tidy } from "../../src/scope.ts";
import convolutions from "../conv.bench.ts";
import elementwise from "../elementwise.bench.ts";
import products from "../gemm.bench.ts";
import { againstLimits, type Benchmark, type Limits, median } from "../harness.ts";
import { peakOf } from "../loops.ts";
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

export default async function run(): Promise<EngineReport> {
  const library: Benchmark[] = [...convolutions, ...products, ...elementwise, ...softmax, ...training];
  const found = CHOSEN.map((name) => {
    const benchmark = library.find((one) => one.name === name);
    if (benchmark === undefined) throw new Error(`no benchmark of the name ${name}`);
    return benchmark;
  });
  const all = [...tileBenchmarks(await load(tileLoops)), ...found].filter(({ name }) => name.includes(FILTER));

  const peak = peakOf(await load(peakLoops));
  const start = performance.now();
  while (performance.now() - start < WARMUP_MS) peak.addOnly(5);
  const atLeast = Math.max(SLICE_MS, CLOCK_STEPS * clockStep());
  const peaks = [peak.addOnly(atLeast)];
  const rows: EngineRow[] = [];
  for (const benchmark of all) {
    const { flops } = benchmark;
    const limits: Limits = {};
    if (flops !== undefined)
      limits.ofAddPeak = (ms) => {
        const gflops = peak.addOnly(ms);
        peaks.push(gflops);
        return gflops / flops;
      };
    const timing = { atLeast, warmup: WARMUP_MS };
    const { name, unit, median, ofAddPeak } = tidy(() => againstLimits(benchmark, benchmark.setup(), limits, timing));
    rows.push({ name, unit, median, ofAddPeak });
    await breath();
  }
  return { addPeakGflops: median(peaks), rows };
}
