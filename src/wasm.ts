// Boots the core and hands out its kernels and views of its memory. The only file that names WebAssembly.
// What lives in that memory, and for how long, is src/memory.ts.
import type * as bindings from "../build/core.js";

/** What this file uses of the platform: the types of Node and of plain JavaScript do not have it. */
interface Platform {
  readonly WebAssembly: {
    readonly Module: new (bytes: CoreSource) => object;
    readonly Instance: new (module: object) => { readonly exports: unknown };
    validate(bytes: Uint8Array): boolean;
  };
}

/** @internal The kernels, typed from what the compiler emits: a wrong argument count is a compile error. */
export type Kernels = Awaited<ReturnType<typeof bindings.instantiate>>;

/**
 * What a core can be made of: compiled bytes, or a `WebAssembly.Module` compiled elsewhere, which the types of Node and
 * of plain JavaScript do not know: programs without those of browsers must compile too.
 */
export type CoreSource = ArrayBuffer | ArrayBufferView | object;

/** @internal Kernel exports: one live binding for the process, set by {@link boot}. */
export let k: Kernels = failing(
  () => new Error('sedge: no core is booted; import "sedge" rather than an inner file, or call init({ module })'),
);

/** Bytes of the block behind {@link ints}: 128 integers, enough for four operands of rank 8 with room to spare. */
const INTS_BYTES = 512;
let intsPtr = 0;
let heapF32 = new Float32Array(0);
let heapI32 = new Int32Array(0);
let heapU8 = new Uint8Array(0);

const platform = globalThis as unknown as Platform;
const FAILED = "sedge: the core could not start: ";

/** Compiles where 128-bit SIMD is there: a function that splats a constant and drops it. */
const SIMD = "\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x0a\x09\x01\x07\0\x41\0\xfd\x0f\x1a\x0b";

/** What to do about a core that did not start; null if the fault is not the runtime's. */
function cure({ WebAssembly }: Partial<Platform>, message: string): string | null {
  if (WebAssembly === undefined) return "this runtime has no WebAssembly; sedge runs on nothing else";
  if (/content.?security|\bCSP\b|-eval'/i.test(message)) {
    return "a content security policy forbids WebAssembly: add 'wasm-unsafe-eval' to its script-src";
  }
  if (/embedder|code generation/i.test(message)) {
    return (
      "this runtime compiles no WebAssembly from bytes: bundle with the condition workerd or edge-light, " +
      "or import sedge/core.wasm as a module and call init({ module })"
    );
  }
  if (/out of memory|allocat/i.test(message))
    return "the machine, or a limit such as that of ulimit -v, leaves too little memory for it";
  if (!WebAssembly.validate(Uint8Array.from(SIMD, (c) => c.charCodeAt(0)))) {
    return "this runtime's WebAssembly has no SIMD: it takes Chrome 91, Firefox 89, Safari 16.4 or Node 20, and SSE4.1 or NEON";
  }
  return null;
}

/**
 * Starts the library from compiled bytes or a compiled module, in the place of any core before.
 * A failure is remembered and thrown by the first op, so that `init({ module })` can still mend it; it says what to do,
 * or else `hint`.
 */
export function boot(source: CoreSource | (() => CoreSource), hint = `${FAILED}expected core.wasm as a module`): void {
  intsPtr = 0;
  try {
    k = instantiate(typeof source === "function" ? source() : source) as Kernels;
    intsPtr = k.alloc(INTS_BYTES) >>> 0;
    refresh();
  } catch (cause) {
    const why = cure(platform, String(cause));
    const message = `${why === null ? hint : FAILED + why} (${String(cause)})`;
    k = failing(() => new Error(message, { cause }));
  }
}

/** @internal The exports of a module that imports nothing. */
export function instantiate(source: CoreSource): unknown {
  const { WebAssembly } = platform;
  // by its tag, since a module may come from another realm
  const isModule = Object.prototype.toString.call(source) === "[object WebAssembly.Module]";
  return new WebAssembly.Instance(isModule ? source : new WebAssembly.Module(source)).exports;
}

/** Boots unless a core is running: what an entry does, of which a program may import several. */
export function start(source: CoreSource | (() => CoreSource)): void {
  if (!booted()) boot(source);
}

/** Whether a core is running. */
export const booted = (): boolean => intsPtr !== 0;

/**
 * @internal Puts what `wrap` makes of the kernels in their place, and returns those before. The package shortens kernels' names, so
 * `wrap` is told which of them are which: they take a block, give it back, and add up gradients.
 */
export function rewire(wrap: (kernels: Kernels, named: readonly unknown[]) => Kernels): Kernels {
  const before = k;
  k = wrap(k, [k.alloc, k.free, k.accumulate]);
  return before;
}

function failing(error: () => Error): Kernels {
  const refuse = (): never => {
    throw error();
  };
  return new Proxy({}, { get: refuse }) as Kernels;
}

/** Renews the whole-memory views when growth has detached them. */
function refresh(): void {
  const { buffer } = k.memory;
  heapF32 = new Float32Array(buffer);
  heapI32 = new Int32Array(buffer);
  heapU8 = new Uint8Array(buffer);
}

/** A fresh view of `n` floats at byte address `ptr`. Never keep one: growing memory detaches it. */
export function f32(ptr: number, n: number): Float32Array {
  return new Float32Array(k.memory.buffer, ptr, n);
}

/** A fresh view of `n` 32-bit integers. Never keep one. */
export function i32(ptr: number, n: number): Int32Array {
  return new Int32Array(k.memory.buffer, ptr, n);
}

/** A fresh view of `n` bytes. Never keep one. */
export function u8(ptr: number, n: number): Uint8Array {
  return new Uint8Array(k.memory.buffer, ptr, n);
}

/** The float at `ptr`. */
export function readF32(ptr: number): number {
  if (heapF32.length === 0) refresh();
  return heapF32[ptr >>> 2]!;
}

/** The integer at `ptr`. */
export function readI32(ptr: number): number {
  if (heapI32.length === 0) refresh();
  return heapI32[ptr >>> 2]!;
}

/** The byte at `ptr`. */
export function readU8(ptr: number): number {
  if (heapU8.length === 0) refresh();
  return heapU8[ptr]!;
}

/** Writes up to 128 integers into a fixed block for a kernel to read; valid until the next call. */
export function ints(values: readonly number[]): number {
  if (tap !== null) return tap.ints(values);
  if (heapI32.length === 0) refresh();
  const at = intsPtr >>> 2;
  for (let i = 0; i < values.length; i++) heapI32[at + i] = values[i]!;
  return intsPtr;
}

// ---- what a recorder of a step's kernel calls must hear besides them: src/capture/

/** @internal What is told while a step is recorded. */
export interface Tap {
  /** Runs what reads or writes memory by hand; a replay runs it again. `data`: numbers of JavaScript that it writes. */
  live<T>(fn: () => T, data?: ArrayLike<number>): T;
  /** Puts a kernel's integers where they stay. */
  ints(values: readonly number[]): number;
  /** A draw from the random stream; what it gives stands for it in the kernels' arguments. */
  draw<D>(draw: D, blocks: number): D;
  /** A tensor's address was asked for. */
  seen(tensor: object): void;
  /** A leaf got a gradient, or lost it; `cleared`: whether or not it had one. */
  grad(leaf: object, gradient: object | null, cleared?: boolean): void;
  /** The value of a tensor was asked for. */
  item(read: () => number): number;
}

/** @internal Who hears; null while nothing is recorded. */
export let tap: Tap | null = null;

/** @internal What others change, and a captured step must know of. */
export const state = {
  /** Who observes ops: src/observe.ts. */
  observer: null as unknown,
  /** How often something changed that a step depends on without any kernel's call. */
  changes: 0,
};

/** @internal Exchanges the kernels for others, as a recorder's, and who hears besides. */
export function exchange(kernels: Kernels, to: Tap | null): void {
  k = kernels;
  tap = to;
}

/** Runs what reads or writes memory by hand in an op, so that a replay can run it again: it holds addresses, no handles. */
export function live<T>(fn: () => T, data?: ArrayLike<number>): T {
  return tap === null ? fn() : tap.live(fn, data);
}
