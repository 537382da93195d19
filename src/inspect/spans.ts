// Stretches of time one within another, as ops end and layers begin and end: which belongs into which. Where they are noticed
// is recorder.ts; what becomes of them is profile.ts.
import type { Shape } from "../shape.ts";
import type { Shapes } from "./flops.ts";

/** What the time was spent for. */
export type Phase = "forward" | "backward" | "optimizer";

/** A stretch of time; those within it are its children. In ms from the beginning of the recording. */
export interface Span extends Details {
  readonly name: string;
  /** Null for a module, which only stands around ops. */
  readonly phase: Phase | null;
  readonly start: number;
  readonly end: number;
  readonly children: readonly Span[];
  /** Bytes that it allocated, without its children's. */
  readonly bytes: number;
}

/** What is known of a span beside its time. */
export interface Details {
  /** Bytes of its operands and of its results. */
  readonly moved: number;
  /** Its own; null where its children's count instead. */
  readonly flops: number | null;
  readonly inputs: Shapes;
  readonly output: Shape | null;
}

export const NOTHING: Details = { moved: 0, flops: null, inputs: [], output: null };

/** A point in time, and how many kernels had run by then, which orders what the coarse clocks of browsers do not. */
export interface Moment {
  readonly time: number;
  readonly calls: number;
}

type Timed = Span & { readonly from: number; readonly to: number };

/** A span that has not ended. */
interface Frame {
  readonly name: string;
  readonly phase: Phase | null;
  readonly composed: boolean;
  readonly start: Moment;
  readonly children: Timed[];
}

/** The last that passes a test. */
function last<T>(list: readonly T[], test: (item: T) => boolean): T | undefined {
  for (let i = list.length - 1; i >= 0; i--) if (test(list[i]!)) return list[i];
  return;
}

/** The spans of a recording, the last of which are open. */
export class Spans {
  private readonly began = performance.now();
  private readonly frames: Frame[];
  private calls = 0;
  /** The first kernel called since the last span ended. */
  private mark: Moment | null = null;
  /** Blocks allocated of late; those with bytes are not yet claimed by a span. */
  private fresh: (Moment & { readonly ptr: number; bytes: number })[] = [];

  constructor() {
    this.frames = [{ name: "", phase: "forward", composed: false, start: { time: 0, calls: 0 }, children: [] }];
  }

  /** Closes what is open; the outermost spans, and the time from the beginning. */
  end(): { spans: readonly Span[]; time: number } {
    this.unwind(0);
    return { spans: this.frames[0]!.children, time: this.now() };
  }

  private now(): number {
    return performance.now() - this.began;
  }

  moment(): Moment {
    return { time: this.now(), calls: this.calls };
  }

  /** A kernel is about to run. */
  kernel(): void {
    this.mark ??= this.moment();
    this.calls++;
  }

  /** A block was allocated, by a call that began then. */
  allocated(moment: Moment, ptr: number, bytes: number): void {
    this.fresh.push({ ...moment, ptr, bytes });
  }

  /** What an op is done for. */
  get phase(): Phase {
    return last(this.frames, ({ phase }) => phase !== null)!.phase!;
  }

  open(name: string, phase: Phase | null, composed = false): void {
    this.mark = null;
    this.frames.push({ name, phase, composed, start: this.moment(), children: [] });
  }

  /** Runs `fn` as a span; what it is found to be after it is asked of `details`. */
  within<T>(name: string, phase: Phase | null, fn: () => T, details: (result: T) => Details = () => NOTHING): T {
    this.open(name, phase);
    const depth = this.frames.length;
    let found = NOTHING;
    try {
      const result = fn();
      found = details(result);
      return result;
    } finally {
      this.close(depth, found);
    }
  }

  /** Ends the op of that name that is made of others; those within it that an error ended are passed over. */
  closeComposed(name: string, output: Shape): boolean {
    let at = this.frames.length - 1;
    while (this.frames[at]!.composed && this.frames[at]!.name !== name) at--;
    if (!this.frames[at]!.composed) return false;
    this.close(at + 1, { ...NOTHING, output });
    return true;
  }

  /** Ends the frame that is the last of `depth`. */
  private close(depth: number, details: Details): void {
    this.unwind(depth - 1);
    const { name, phase, start, children } = this.frames.pop()!;
    this.add(name, phase, start, details, children);
  }

  /** Drops frames above that which an error left open; what they hold passes to the one below. */
  private unwind(last: number): void {
    while (this.frames.length - 1 > last) {
      const { children } = this.frames.pop()!;
      this.frames.at(-1)!.children.push(...children);
    }
  }

  /** An op that is done: it began when its result was allocated at `ptr`, else with the first kernel since the last. */
  done(name: string, ptr: number | undefined, isView: boolean, details: Details): void {
    const { start } = this.frames.at(-1)!;
    const own = last(this.fresh, (block) => block.ptr === ptr && block.calls >= start.calls);
    const began = isView ? null : (own ?? this.mark); // of a view nothing but the end is known, and it takes no time
    this.add(name, this.phase, began ?? this.moment(), details);
  }

  /** Adds a span that ends now. Those beside it that began after it are within it. */
  add(name: string, phase: Phase | null, start: Moment, details: Details, own: readonly Timed[] = []): void {
    const beside = this.frames.at(-1)!.children;
    const { time: end, calls: to } = this.moment();
    const children = [...own];
    let { time, calls: from } = start;
    while (beside.length > 0 && beside.at(-1)!.from >= from && beside.at(-1)!.to > from)
      children.unshift(beside.pop()!);
    const previous = beside.at(-1);
    if (previous !== undefined && previous.to > from) {
      if (this.mark === null && own.length === 0) {
        // computed together with the one before, but shown after it: the time is this one's
        beside.pop();
        [time, from] = [previous.start, previous.from];
        children.unshift({ ...previous, start: previous.end, from: previous.to, children: [] });
      } else {
        [time, from] = [previous.end, previous.to];
      }
    }
    const bytes = phase === null ? 0 : this.claimed(from);
    beside.push({ name, phase, start: time, end, from, to, children, bytes, ...details });
    this.mark = null;
  }

  /** Bytes allocated since then that no span has. The blocks stay known: a second result may be among them. */
  private claimed(from: number): number {
    let bytes = 0;
    const isTop = this.frames.length === 1;
    this.fresh = this.fresh.filter((block) => {
      if (block.calls < from) return block.bytes > 0 && !isTop;
      bytes += block.bytes;
      block.bytes = 0;
      return true;
    });
    return bytes;
  }
}
