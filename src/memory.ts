// Storage in linear memory: allocation, reference counts, live figures, out of memory. Who releases what, and when, is
// src/scope.ts; where survivors were made is src/sites.ts; tensors over it are src/tensor.ts.
import { checkOptions, demand } from "./shape.ts";
import { forgetSite, largestSurvivors, noteSite, type Site, trackedSurvivors } from "./sites.ts";
import { boot, booted, type CoreSource, k, state } from "./wasm.ts";

/** The largest block of AssemblyScript's TLSF allocator, less what rounding adds. */
const MAX_BLOCK = 2 ** 30 - 64;

let bytes = 0;
let peakBytes = 0;
let tensors = 0;
let everAllocated = false;
let maxMemory = Infinity;

/** A counted block of linear memory. References are held by tensor handles, views and graph nodes. */
export class Storage {
  /** How many handles and graph nodes hold this block. */
  refs = 1;
  /** Raised by every write in place, so that backward can tell that a saved value was overwritten. */
  version = 0;
  /** Who made it, where that was recorded. */
  site: Site | null = null;
  readonly ptr: number;
  readonly bytes: number;

  constructor(ptr: number, bytes: number) {
    this.ptr = ptr;
    this.bytes = bytes;
  }
}

/** Takes a block of at least `size` bytes, with one reference; `label` says for whom if there is none left. */
export function allocate(size: number, label: () => string): Storage {
  const ptr = size <= MAX_BLOCK && bytes + size <= maxMemory ? tryAlloc(size) : 0;
  if (ptr === 0) throw outOfMemory(size, label());
  everAllocated = true;
  bytes += size;
  tensors++;
  if (bytes > peakBytes) peakBytes = bytes;
  const storage = new Storage(ptr, size);
  noteSite(storage);
  return storage;
}

function tryAlloc(size: number): number {
  const alloc = k.alloc; // here, since a core that did not boot throws
  try {
    return alloc(size) >>> 0;
  } catch {
    return 0; // the core traps when memory cannot grow, before it has changed anything
  }
}

/** Drops one reference; the last one frees the block. */
export function release(storage: Storage): void {
  if (--storage.refs > 0) return;
  bytes -= storage.bytes;
  tensors--;
  if (storage.site !== null) forgetSite(storage);
  k.free(storage.ptr);
}

function outOfMemory(size: number, label: string): RangeError {
  if (size > MAX_BLOCK) {
    return new RangeError(
      `out of memory: ${label} needs ${inMB(size)}; one tensor can take at most ${inMB(MAX_BLOCK)}`,
    );
  }
  const lines = largestSurvivors(5).map(({ where, share }) => `\n  ${Math.round(100 * share)} % made ${where}`);
  const list = lines.length > 0 ? `\nWhere most of it was made, by a sample:${lines.join("")}` : "";
  const cure =
    "\nA synchronous loop gives the garbage collector no turn: wrap each turn in tidy(() => { ... }), " +
    "iterate with batches(), or dispose() what is no longer needed.";
  return new RangeError(
    `out of memory: ${label} needs ${inMB(size)} more; ${tensors} tensors hold ${inMB(bytes)}${list}${cure}`,
  );
}

function inMB(n: number): string {
  return n < 1e5 ? `${n} bytes` : `${(n / 1e6).toFixed(1)} MB`;
}

// ---- scratch

let scratchPtr = 0;
let scratchBytes = 0;

/** A block of at least `size` bytes for the inside of one op: valid until the next call, grown on demand, kept. */
export function scratch(size: number): number {
  if (size > scratchBytes) {
    if (scratchPtr !== 0) k.free(scratchPtr);
    scratchPtr = 0;
    scratchBytes = 0;
    const ptr = size <= MAX_BLOCK ? tryAlloc(size) : 0;
    if (ptr === 0) throw outOfMemory(size, "the working memory of an op");
    scratchPtr = ptr;
    scratchBytes = size;
    state.changes++;
  }
  return scratchPtr;
}

// ---- the public figures

/** What {@link memory} returns. */
export interface MemoryInfo {
  /** Bytes held by live tensors, a shared block counted once, with what graphs keep for `backward`. */
  bytes: number;
  /** The most that `bytes` has been since the library was loaded, or since `memory({ resetPeak: true })`. */
  peakBytes: number;
  /** Blocks that live tensors and graphs hold: a tensor and its views count once. */
  tensors: number;
  /** Bytes of working memory that ops share, kept from one to the next. */
  scratchBytes: number;
  /** Only while leaks are tracked: who made what is still alive, largest first. */
  survivors?: Survivor[];
}

/** One line of a leak report: what a place in the program has made and not released. */
export interface Survivor {
  /** The line, as `at file:line:column`, or the nearest frames when it cannot be told from the library's own. */
  where: string;
  /** How many blocks made there are still alive. */
  count: number;
  /** Their bytes. */
  bytes: number;
}

/**
 * How much memory tensors hold now, and at most so far; with `trackLeaks` on, also who made what is still alive.
 *
 * @param options `resetPeak` (default false) starts `peakBytes` anew from the present figure.
 * @returns bytes and counts; see {@link MemoryInfo}.
 *
 * @example
 * ```ts
 * import { memory, zeros } from "sedge";
 * const before = memory().bytes;
 * const x = zeros([10, 10]);
 * memory().bytes - before; // => 400
 * x.dispose();
 * memory().bytes - before; // => 0
 * ```
 */
export function memory(options: { resetPeak?: boolean } = {}): MemoryInfo {
  checkOptions("memory", options, ["resetPeak"]);
  if (options.resetPeak === true) peakBytes = bytes;
  const info: MemoryInfo = { bytes, peakBytes, tensors, scratchBytes };
  const list = trackedSurvivors();
  if (list.length > 0) info.survivors = list;
  return info;
}

/**
 * Sets options of the library before the first tensor is made. Importing it has already started the usual core, so
 * most programs never call this.
 *
 * @param options `module`: a compiled `WebAssembly.Module` or bytes of the core, for runtimes that forbid compiling;
 *   `maxMemory`: most bytes that tensors may hold (default: what the runtime gives, 4 GB at most).
 * @throws Error after the first tensor has been made; RangeError for a limit that is not positive.
 *
 * @example
 * ```ts
 * import { init, memory } from "sedge";
 * if (memory().tensors === 0 && memory().peakBytes === 0) init({ maxMemory: 512 * 1024 * 1024 });
 * ```
 */
export function init(options: { module?: CoreSource; maxMemory?: number } = {}): void {
  checkOptions("init", options, ["module", "maxMemory"]);
  if (everAllocated) throw new Error("init: expected a call before the first tensor is made, got one after it");
  const limit = options.maxMemory;
  if (limit !== undefined) {
    demand(typeof limit === "number" && limit > 0, "init", "maxMemory to be a positive number of bytes", limit);
    maxMemory = limit;
  }
  if (options.module !== undefined) {
    boot(options.module, "init: expected module to be the core of this version, as in sedge/core.wasm");
    if (!booted()) k.alloc(0); // throws what went wrong
  }
}
