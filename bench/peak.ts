// Compiles (when stale) and loads the peak loops of bench/assembly/peak.ts, for the harness and the speed guard test.

import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { pathToFileURL } from "node:url";
import asc from "assemblyscript/asc";

const SOURCE = "bench/assembly/peak.ts";
const BINARY = "build/peak.wasm";
/** Where npm and vitest run; this file may run from a bundle elsewhere. */
const root = pathToFileURL(`${process.cwd()}/`);

/** As bench/assembly/peak.ts counts them. */
const MULTIPLY_ADD_FLOPS = 48;
const ADD_ONLY_FLOPS = 96;
/** Iterations a millisecond at about 4 GHz, for either loop; only the length of a slice depends on it. */
const ITERATIONS_PER_MS = 900_000;

interface PeakExports {
  multiplyAdd(iterations: number): number;
  addOnly(iterations: number): number;
}

/** The machine's SIMD-128 limits in GFLOP/s, measured afresh at each call in a slice of about `ms` milliseconds. */
export interface Peak {
  /** By the multiply-add loop: what `ofPeak` is against. */
  multiplyAdd(ms: number): number;
  /** By the add-only loop: what `ofAddPeak` is against. */
  addOnly(ms: number): number;
}

export async function loadPeak(): Promise<Peak> {
  const binary = new URL(BINARY, root);
  if (!existsSync(binary) || statSync(binary).mtimeMs < statSync(new URL(SOURCE, root)).mtimeMs) await compile();
  const { instance } = await WebAssembly.instantiate(readFileSync(binary));
  const { multiplyAdd, addOnly } = instance.exports as unknown as PeakExports;
  const peak: Peak = {
    multiplyAdd: (ms) => gflops(MULTIPLY_ADD_FLOPS, Math.ceil(ms * ITERATIONS_PER_MS), multiplyAdd),
    addOnly: (ms) => gflops(ADD_ONLY_FLOPS, Math.ceil(ms * ITERATIONS_PER_MS), addOnly),
  };
  for (let warmup = 0; warmup < 5; warmup++) {
    peak.multiplyAdd(5); // V8 compiles twice; the first version is the slow one
    peak.addOnly(5);
  }
  return peak;
}

function gflops(flopsPerIteration: number, iterations: number, loop: (iterations: number) => number): number {
  const start = performance.now();
  loop(iterations);
  return (iterations * flopsPerIteration) / (performance.now() - start) / 1e6;
}

async function compile(): Promise<void> {
  mkdirSync(new URL("build/", root), { recursive: true });
  const base = decodeURIComponent(root.pathname);
  const options = ["--baseDir", base, "--config", "none", "--runtime", "stub", "--enable", "simd", "-O3", "--noAssert"];
  const { error, stderr } = await asc.main([SOURCE, ...options, "--use", "abort=", "-o", BINARY]);
  if (error) throw new Error(`${SOURCE}: ${stderr.toString()}`, { cause: error });
}
