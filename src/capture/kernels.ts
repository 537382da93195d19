// The kernels in a dress that tells of each call: what is exchanged for `k` while a step is watched.
import type { Tensor } from "../tensor.ts";
import { exchange, type Kernels, k, type Tap } from "../wasm.ts";

/** A kernel. */
export type Kernel = (...args: unknown[]) => unknown;

/** Who is told. */
export interface Watcher extends Tap {
  refuse(reason: string): void;
  call(fn: Kernel, args: unknown[]): unknown;
  alloc(bytes: number): number;
  /** Whether the block is not to be freed. */
  free(ptr: number): boolean;
}

/** The run that is watched now. */
let active: Watcher | null = null;
let real: Kernels | null = null;
let watched: Kernels | null = null;
/** Whether blocks are only counted out. */
let sparing = false;

/** The kernels, each of which tells of its calls; made once for a core. */
export function watchedKernels(): Kernels {
  if (watched !== null && (k === real || k === watched)) return watched;
  const core = k;
  const found: Record<string, unknown> = {};
  const [alloc, free] = [k.alloc, k.free]; // by `k`, since the package shortens names in `k.name`
  for (const name of Object.keys(core)) {
    const fn = (core as unknown as Record<string, unknown>)[name];
    if (typeof fn !== "function") continue;
    if (fn === k.alloc) found[name] = (bytes: number) => (active === null ? alloc(bytes) : active.alloc(bytes));
    else if (fn === k.free)
      found[name] = (ptr: number) => (sparing || active?.free(ptr) === true ? undefined : free(ptr));
    else found[name] = (...args: unknown[]) => (active === null ? fn(...args) : active.call(fn as Kernel, args));
  }
  Object.defineProperty(found, "memory", {
    get() {
      active?.refuse("its JavaScript reads or writes the values of a tensor (data, toArray, assign): do that outside");
      return core.memory;
    },
  });
  real = core;
  watched = found as unknown as Kernels;
  return watched;
}

/** Tells `to` of all that the kernels are asked for, or nobody. `core` is what {@link watchedKernels} dresses. */
export function watch(to: Watcher | null, core: Kernels): void {
  const kernels = to === null ? core : watchedKernels();
  active = to;
  exchange(kernels, to);
}

/** Disposes of a tensor; if not `freeing` its block is only counted out, since somebody else frees it. */
export function release(t: Tensor, freeing: boolean): void {
  const core = k;
  const kernels = freeing ? core : watchedKernels();
  sparing = !freeing;
  exchange(kernels, null);
  try {
    t.dispose();
  } finally {
    sparing = false;
    exchange(core, null);
  }
}
