// The loops of bench/assembly/peak.ts, compiled, as the limits that work is measured against: in any engine, so without Node's
// modules. Node's way to them is peak.ts.

/** As bench/assembly/peak.ts counts them. */
const MULTIPLY_ADD_FLOPS = 48;
const ADD_ONLY_FLOPS = 96;
/** Iterations a millisecond at about 4 GHz, for either loop; only the length of a slice depends on it. */
const ITERATIONS_PER_MS = 900_000;

/** A stream through memory: reads alone, one array to another, or two arrays to a third. */
export type Stream = "read" | "copy" | "merge";

/** Arrays that a stream has, and where the first begins: behind the constants. */
const ARRAYS = { read: 1, copy: 2, merge: 3 };
const BASE = 65536;
/** Between arrays, so that they are not all at the same place of a page. */
const GAP = 1088;

interface PeakExports {
  memory: WebAssembly.Memory;
  read(from: number, bytes: number): number;
  copy(to: number, from: number, bytes: number): void;
  merge(to: number, a: number, b: number, bytes: number): void;
  multiplyAdd(iterations: number): number;
  addOnly(iterations: number): number;
}

/** The machine's SIMD-128 limits in GFLOP/s, measured afresh at each call in a slice of about `ms` milliseconds. */
export interface Peak {
  /** By the multiply-add loop: what `ofPeak` is against. */
  multiplyAdd(ms: number): number;
  /** By the add-only loop: what `ofAddPeak` is against. */
  addOnly(ms: number): number;
  /** The machine's bandwidth in GB/s, read and written, by arrays of `bytes` in all; timed for about `ms`. */
  stream(kind: Stream, bytes: number, ms: number): number;
}

export function peakOf(exports: WebAssembly.Exports): Peak {
  const { memory, multiplyAdd, addOnly, read, copy, merge } = exports as unknown as PeakExports;
  const peak: Peak = {
    multiplyAdd: (ms) => gflops(MULTIPLY_ADD_FLOPS, Math.ceil(ms * ITERATIONS_PER_MS), multiplyAdd),
    addOnly: (ms) => gflops(ADD_ONLY_FLOPS, Math.ceil(ms * ITERATIONS_PER_MS), addOnly),
    stream(kind, bytes, ms) {
      const each = Math.ceil(bytes / ARRAYS[kind] / 64) * 64;
      const [a, b, c] = [BASE, BASE + each + GAP, BASE + 2 * (each + GAP)];
      const missing = c + each - memory.buffer.byteLength;
      if (missing > 0) memory.grow(Math.ceil(missing / 65536));
      const run = { read: () => read(a, each), copy: () => copy(b, a, each), merge: () => merge(c, a, b, each) }[kind];
      const start = performance.now();
      let moved = 0;
      // The clock is asked once in a quarter of a megabyte: small arrays take less than it does.
      while (performance.now() - start < ms) {
        for (let batch = 0; batch < 1 << 18; batch += each, moved += each) run();
      }
      return (ARRAYS[kind] * moved) / (performance.now() - start) / 1e6;
    },
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
