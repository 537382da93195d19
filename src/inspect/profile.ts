// profile(): where the time of a function goes, op by op, as a table and as a trace for a viewer. What is noticed while it
// runs is recorder.ts; flops are counted in flops.ts.
import { observeOps } from "../observe.ts";
import { mul } from "../ops/binary.ts";
import { variable } from "../ops/create.ts";
import { checkInt, checkOptions, demand } from "../shape.ts";
import { Recorder } from "./recorder.ts";
import type { Phase, Span } from "./spans.ts";
import { textTable } from "./text.ts";

/** Options of {@link profile}. */
export interface ProfileOptions {
  /** How many times `fn` runs before, so that the engine has compiled what it needs. Default: 0. */
  warmup?: number;
}

/** What an op took, all its calls together: its forward, its gradient, or as a step of an optimizer. */
export interface ProfileRow {
  readonly op: string;
  /** `backward` for its gradient and for what that is made of; `optimizer` for a step and its parts. */
  readonly phase: Phase;
  readonly calls: number;
  /** Milliseconds, with those of the ops that it is made of. */
  readonly total: number;
  /** Milliseconds, without them. */
  readonly self: number;
  /** Bytes allocated, results and temporaries, with those of its parts. */
  readonly allocated: number;
  /** Bytes of its operands and results; of an op made of others, those of its parts. */
  readonly moved: number;
  /** Floating-point operations by formula: sums of products, else one an element; see docs/performance.md. */
  readonly flops: number;
  /** 10^9 of these a second of `total`. */
  readonly gflops: number;
}

/** An event of a trace: a complete one, in microseconds. */
export interface TraceEvent {
  readonly name: string;
  /** `module`, or what a {@link ProfileRow} calls its phase. */
  readonly cat: string;
  readonly ph: "X";
  readonly ts: number;
  readonly dur: number;
  readonly pid: number;
  readonly tid: number;
  readonly args: Readonly<Record<string, unknown>>;
}

/** Chrome's Trace Event Format, as an object. */
export interface Trace {
  readonly traceEvents: readonly TraceEvent[];
  /** By it Chrome's viewer rounds: by "ms", to 1 µs, an op of less would lie within the one before it. */
  readonly displayTimeUnit: "ns";
}

const sum = (list: readonly number[]): number => list.reduce((total, n) => total + n, 0);

/** A span without those of modules: within a module, what that stands around. */
const opsOf = (spans: readonly Span[]): Span[] => spans.flatMap((s) => (s.phase === null ? opsOf(s.children) : [s]));

/** Of a span with its parts. */
const bytesOf = (span: Span): number => span.bytes + sum(opsOf(span.children).map(bytesOf));
const flopsOf = (span: Span): number => span.flops ?? sum(opsOf(span.children).map(flopsOf));
const movedOf = (span: Span): number => span.moved || sum(opsOf(span.children).map(movedOf));
const lengthOf = ({ start, end }: Span): number => end - start;

/**
 * What {@link profile} found.
 *
 * @typeParam T what the function returned.
 */
export class Profile<T = unknown> {
  /** What the function returned, or its promise gave. */
  readonly result: T;
  /** Milliseconds from its beginning to its end. */
  readonly time: number;
  /** Milliseconds of it outside of any op: JavaScript, waiting, and the recording itself. With all `self` it is `time`. */
  readonly between: number;
  /** A row for each op in each phase, that of the largest `total` first. */
  readonly rows: readonly ProfileRow[];
  private readonly spans: readonly Span[];

  /** @internal */
  constructor(result: T, spans: readonly Span[], time: number) {
    this.result = result;
    this.spans = spans;
    this.time = time;
    this.rows = rowsOf(spans);
    this.between = time - sum(opsOf(spans).map(lengthOf));
  }

  /**
   * The events in Chrome's Trace Event Format, for https://ui.perfetto.dev, the Performance panel of Chrome's DevTools ("Load
   * profile") and, in older versions, chrome://tracing: every call of an op, within the modules around it, with shapes, bytes
   * and flops.
   * @returns an object to be written as JSON.
   * @see https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
   */
  trace(): Trace {
    const traceEvents: TraceEvent[] = [];
    const visit = (span: Span): void => {
      traceEvents.push(eventOf(span));
      span.children.forEach(visit);
    };
    this.spans.forEach(visit);
    return { traceEvents, displayTimeUnit: "ns" };
  }

  /** A table of the rows, the time between ops, and the sums. */
  toString(): string {
    const { rows, time, between } = this;
    const ms = (t: number): string => t.toFixed(3);
    const share = (t: number): string => `${((100 * t) / (time || 1)).toFixed(1)} %`;
    const MB = (bytes: number): string => (bytes / 1e6).toFixed(2);
    const head = ["op", "", "calls", "total ms", "self ms", "self", "MB made", "MB moved", "MFLOP", "GFLOP/s"];
    const lines = rows.map((row) => [
      ...[row.op, row.phase, `${row.calls}`, ms(row.total), ms(row.self), share(row.self)],
      ...[MB(row.allocated), MB(row.moved), (row.flops / 1e6).toFixed(2), row.flops > 0 ? row.gflops.toFixed(2) : ""],
    ]);
    const tops = opsOf(this.spans);
    const flops = sum(tops.map(flopsOf));
    const bytes = [bytesOf, movedOf].map((of) => MB(sum(tops.map(of))));
    const last = [...bytes, (flops / 1e6).toFixed(2), (flops / (time || 1) / 1e6).toFixed(2)];
    return textTable([
      head,
      ...lines,
      ["JavaScript between ops", "", "", ms(between), ms(between), share(between), "", "", "", ""],
      ["all", "", `${sum(rows.map(({ calls }) => calls))}`, ms(time), ms(time), share(time), ...last],
    ]);
  }

  /** What Node's and Deno's consoles show. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/** Sums over the spans of a name and phase. Within one of the same, as a gradient that calls its own op, only `self` counts. */
function rowsOf(spans: readonly Span[]): ProfileRow[] {
  type Sums = { -readonly [Name in keyof ProfileRow]: ProfileRow[Name] };
  const rows = new Map<string, Sums>();
  const visit = (span: Span, around: readonly string[]): void => {
    const { name: op, children } = span;
    const phase = span.phase!;
    const key = `${phase} ${op}`;
    const fresh = { op, phase, calls: 0, total: 0, self: 0, allocated: 0, moved: 0, flops: 0, gflops: 0 };
    const row = rows.get(key) ?? fresh;
    rows.set(key, row);
    const parts = opsOf(children);
    row.self += lengthOf(span) - sum(parts.map(lengthOf));
    if (!around.includes(key)) {
      row.calls++;
      row.total += lengthOf(span);
      row.allocated += bytesOf(span);
      row.moved += movedOf(span);
      row.flops += flopsOf(span);
    }
    for (const part of parts) visit(part, [...around, key]);
  };
  for (const span of opsOf(spans)) visit(span, []);
  const list = [...rows.values()];
  for (const row of list) row.gflops = row.total > 0 ? row.flops / row.total / 1e6 : 0;
  return list.sort((a, b) => b.total - a.total);
}

/**
 * Microseconds of whole nanoseconds, never a rounding below: Perfetto multiplies by 1000 and drops the fraction, which
 * makes 1000 ns of 1.001 µs; an event that ends with the one around it would then overlap it, and not be shown.
 */
function micros(ns: number): number {
  const us = ns / 1e3;
  return us * 1e3 < ns ? us * (1 + Number.EPSILON) : us;
}

function eventOf(span: Span): TraceEvent {
  const { name, phase, inputs, output } = span;
  // whole nanoseconds, so that rounding takes no event out of the one around it
  const [from, to] = [span.start, span.end].map((t) => Math.round(t * 1e6)) as [number, number];
  const args =
    phase === null
      ? {}
      : { inputs, ...(output && { output }), allocated: bytesOf(span), moved: movedOf(span), flops: flopsOf(span) };
  return { name, cat: phase ?? "module", ph: "X", ts: micros(from), dur: micros(to - from), pid: 1, tid: 1, args };
}

let running = false;

/**
 * Runs `fn` and tells what its time went into: time, calls, bytes and GFLOP/s by op, forward, backward and optimizer steps
 * apart, as a table (`toString`) and as a trace (`trace`) for Chrome's and Perfetto's viewers.
 *
 * Without it nothing is measured, and nothing costs. With it an op takes a few microseconds more, which count to the time
 * between ops. Browsers' clocks are coarse (5 to 100 µs): there, let `fn` repeat its work. Ops inside of `observeOps`,
 * `diagnose` and kin are not seen.
 *
 * @param fn any function; if it returns a promise, as one that calls `fit`, all counts until that is settled.
 * @param options `warmup` (default 0): how many times `fn` runs before, the figures of which are dropped.
 * @returns the figures; a promise of them if `fn` returns one.
 * @throws TypeError or RangeError for other arguments; Error within another profile that has not ended; what `fn` throws.
 * @see https://pytorch.org/docs/stable/profiler.html
 *
 * @example
 * ```ts
 * import { crossEntropy, nn, optim, randint, randn, tidy } from "sedge";
 * import { profile } from "sedge/inspect";
 * const model = new nn.Sequential(new nn.Linear(784, 128), new nn.ReLU(), new nn.Linear(128, 10));
 * const optimizer = new optim.Adam(model.parameters());
 * const [x, target] = [randn([64, 784]), randint(0, 10, [64])];
 * const step = () =>
 *   tidy(() => {
 *     optimizer.zeroGrad();
 *     crossEntropy(model.call(x), target).backward();
 *     optimizer.step();
 *   });
 * const found = profile(step, { warmup: 10 });
 * console.log(String(found)); // a table
 * const linear = found.rows.find(({ op, phase }) => op === "linear" && phase === "forward");
 * [linear?.calls, linear?.flops]; // => [2,13008896]
 * found.trace().traceEvents[0]?.name; // => "Sequential"
 * ```
 */
export function profile<T>(fn: () => Promise<T>, options?: ProfileOptions): Promise<Profile<T>>;
export function profile<T>(fn: () => T, options?: ProfileOptions): Profile<T>;
export function profile<T>(fn: () => T, options: ProfileOptions = {}): Profile<T> | Promise<Profile<T>> {
  demand(typeof fn === "function", "profile", "a function", fn, TypeError);
  checkOptions("profile", options, ["warmup"]);
  const warmup = checkInt("profile", "warmup", options.warmup ?? 0, 0);
  if (running) throw new Error("profile: expected one at a time, got a second before the first has ended");
  running = true;
  const stop = (): void => {
    running = false;
  };
  let found: Profile<T> | Promise<Profile<T>>;
  try {
    found = repeated(fn, warmup);
  } catch (error) {
    stop();
    throw error;
  }
  if (found instanceof Promise) return found.finally(stop);
  stop();
  return found;
}

/** The last of so many recordings, and one. */
function repeated<T>(fn: () => T, before: number): Profile<T> | Promise<Profile<T>> {
  for (let left = before; ; left--) {
    const found = recorded(fn);
    if (left === 0) return found;
    if (found instanceof Promise) return found.then(() => repeated(fn, left - 1));
  }
}

function recorded<T>(fn: () => T): Profile<T> | Promise<Profile<T>> {
  const recorder = new Recorder(sampleNode());
  const found = (result: Awaited<T>): Profile<T> => {
    const { spans, time } = recorder.end();
    return new Profile(result as T, spans, time);
  };
  const fail = (error: unknown): never => {
    recorder.end();
    throw error;
  };
  let result: T;
  try {
    result = observeOps(recorder.see, fn);
  } catch (error) {
    return fail(error);
  }
  return result instanceof Promise ? result.then(found, fail) : found(result as Awaited<T>);
}

/** Any node of a graph. */
function sampleNode(): object {
  const x = variable(1);
  const y = mul(x, 1);
  const { node } = y;
  y.dispose();
  x.dispose();
  return node!;
}
