// Watches one run of a step: notes its kernel calls into a plan, or compares them with one. The run itself is an eager
// one either way, so that it computes what it would without. What a plan is, and its replay, is plan.ts.
import { getRngState } from "../random.ts";
import { tidy } from "../scope.ts";
import { Tensor } from "../tensor.ts";
import { i32, type Kernels, k, state } from "../wasm.ts";
import { type Kernel, release, type Watcher, watch } from "./kernels.ts";
import { disposeAll, outputOf, textOf } from "./output.ts";
import { draw, type Entry, type Output, type Plan, reserved, Word } from "./plan.ts";

/** Blocks are of whole vectors. */
const VECTOR = 16;

/** Watches one run. */
export class Recorder implements Watcher {
  /** Why the run cannot be replayed; null if it can. */
  reason: string | null = null;
  private readonly plan: Plan;
  /** Whether it compares instead of noting. */
  private readonly comparing: boolean;
  private readonly core = k;
  private readonly allocate: Kernels["alloc"];
  private readonly free16 = new Map<number, number[]>();
  private at = 0;
  private allocated = 0;
  private position = getRngState().position;
  private readonly seed = getRngState().seed;

  constructor(plan: Plan, comparing: boolean) {
    this.plan = plan;
    this.comparing = comparing;
    this.allocate = k.alloc;
  }

  /** Runs the step on the plan's inputs; gives its result in tensors that are no part of the plan. */
  run(fn: (...args: unknown[]) => unknown, args: readonly unknown[], given: readonly unknown[]): unknown {
    const { plan } = this;
    const versions = plan.inputs.map((x) => x.storage!.version);
    for (const block of plan.blocks.values()) block.alive = false;
    for (const e of plan.entries) if (e.kind === "grad" && e.loose) e.gradient.dispose();
    try {
      this.resume();
      const result = tidy(() => fn(...args));
      this.rest();
      const output = outputOf(result, plan, args);
      if (output === null) this.refuse("it returns something else than tensors and numbers");
      const own = output === null ? result : plan.result(given, output);
      this.resume();
      if (output !== null) disposeAll(result, plan);
      this.rest();
      if (plan.inputs.some((x, i) => x.disposed || x.storage!.version !== versions[i])) {
        this.refuse("it writes to its arguments, or releases them");
      }
      if (output !== null) this.check(output);
      plan.changes = state.changes;
      return own;
    } catch (error) {
      this.refuse("it threw an error");
      throw error;
    } finally {
      this.rest();
    }
  }

  /** Hears nothing for now. */
  private rest(): void {
    watch(null, this.core);
  }

  private resume(): void {
    watch(this, this.core);
  }

  /** Says why the run cannot be replayed: the first reason counts. It goes on all the same. */
  refuse(reason: string): void {
    this.reason ??= reason;
  }

  /** Whether the next entry is one such as this; notes it, if that is what is done. */
  private note(entry: Entry, same: (noted: never) => boolean): Entry {
    if (this.reason !== null) return entry;
    const { entries } = this.plan;
    if (!this.comparing) {
      entries.push(entry);
      return entry;
    }
    const noted = entries[this.at++];
    if (noted !== undefined && noted.kind === entry.kind && same(noted as never)) return noted;
    this.refuse(different(noted, entry));
    return entry;
  }

  call(fn: Kernel, args: unknown[]): unknown {
    const result = fn(...args);
    if (result === undefined)
      this.note(
        { kind: "call", fn, args },
        (noted: { fn: Kernel; args: unknown[] }) => noted.fn === fn && sameList(noted.args, args),
      );
    // those of one argument compute sizes from sizes; others tell of values
    else if (args.length > 1) this.refuse("what it does depends on the values of a tensor (as nonzero, unique, masks)");
    return result;
  }

  alloc(bytes: number): number {
    const { plan } = this;
    if (this.reason !== null) return this.allocate(bytes);
    if (this.comparing) {
      const [size, ptr] = plan.allocations[this.allocated++] ?? [-1, 0];
      const block = plan.blocks.get(ptr);
      // a gradient that somebody else looks at too must not be written to
      if (size === bytes && block?.alive === false && (block.held?.refs ?? 1) === 1) {
        block.alive = true;
        return ptr;
      }
      this.refuse("it asks for other memory than when it was recorded");
      return this.allocate(bytes);
    }
    const size = Math.max(VECTOR, Math.ceil(bytes / VECTOR) * VECTOR);
    let ptr = this.free16.get(size)?.pop();
    try {
      ptr ??= this.reserve(size);
    } catch {
      this.refuse("there is no memory to reserve for it");
      return this.allocate(bytes);
    }
    plan.blocks.get(ptr)!.alive = true;
    plan.allocations.push([bytes, ptr]);
    return ptr;
  }

  private reserve(size: number): number {
    const holder = this.aside(() => reserved([size / 4], "float32"));
    const { ptr } = holder;
    this.plan.blocks.set(ptr, { holder, bytes: size, alive: false, held: null });
    return ptr;
  }

  /** Whether the block is the plan's, so that it must not be freed. */
  free(ptr: number): boolean {
    const block = this.plan.blocks.get(ptr >>> 0);
    if (block === undefined || !block.alive) return false;
    block.alive = false;
    if (block.held === null && !this.comparing) {
      const list = this.free16.get(block.bytes);
      if (list === undefined) this.free16.set(block.bytes, [ptr >>> 0]);
      else list.push(ptr >>> 0);
    }
    return true;
  }

  /** Runs what is not to be heard. */
  private aside<T>(fn: () => T): T {
    this.rest();
    try {
      return fn();
    } finally {
      this.resume();
    }
  }

  live<T>(fn: () => T, data: ArrayLike<number> = []): T {
    const before = getRngState().position;
    const entry: Entry = { kind: "live", fn, data: Array.from(data), result: undefined };
    const noted = this.note(entry, (noted: { data: number[] }) => sameList(noted.data, entry.data)) as typeof entry;
    noted.result = this.aside(fn);
    this.position += getRngState().position - before;
    return noted.result as T;
  }

  ints(values: readonly number[]): number {
    const { plan } = this;
    const words = values.filter((v: unknown) => v instanceof Word) as unknown as Word[];
    const key = values.map((v: unknown) => (v instanceof Word ? `w${this.wordNumber(v)}` : v)).join();
    const ptr = this.aside(() => {
      const at = plan.intsAt(key, values);
      if (words.length > 0) i32(at, values.length).set(values.map(Number));
      return at;
    });
    if (words.length > 0) this.note({ kind: "ints", ptr, values }, (noted: { ptr: number }) => noted.ptr === ptr);
    return ptr;
  }

  private wordNumber(word: Word): string {
    const at = this.plan.entries.findIndex((e) => e.kind === "draw" && e.words.includes(word));
    const entry = this.plan.entries[at];
    return entry?.kind === "draw" ? `${at}.${entry.words.indexOf(word)}` : "-";
  }

  draw<D>(values: D, blocks: number): D {
    if (blocks === 0) return [0, 0, 0, 0] as D;
    this.position += blocks;
    const entry: Entry = { kind: "draw", blocks, words: [new Word(), new Word(), new Word(), new Word()] };
    const noted = this.note(entry, (noted: { blocks: number }) => noted.blocks === blocks) as typeof entry;
    draw(noted.words, values as readonly number[]);
    return noted.words as unknown as D;
  }

  item(read: () => number): number {
    const entry = this.note({ kind: "item", read, result: 0 }, () => true) as Entry & { kind: "item" };
    const value = this.aside(read);
    entry.result = value;
    return value;
  }

  seen(tensor: object): void {
    const t = tensor as Tensor;
    const { plan } = this;
    const storage = t.storage!;
    if (plan.owns(t) || plan.inputs.some((x) => x.storage === storage)) return;
    if (!plan.outside.has(storage)) {
      if (this.comparing) this.refuse("it uses another tensor than when it was recorded");
      plan.outside.add(storage);
    }
    if (t.owner !== null && !this.comparing) plan.starts.set(t.owner, storage);
  }

  grad(of: object, gradient: object | null, cleared = false): void {
    const { plan } = this;
    const [leaf, own] = [of as Tensor, gradient as Tensor | null];
    if (!plan.starts.has(leaf) && !this.comparing) plan.starts.set(leaf, cleared ? null : leaf.grad !== null);
    if (own === null) {
      const last = plan.entries[this.comparing ? this.at - 1 : plan.entries.length - 1];
      if (last?.kind === "drop" && last.leaf === leaf) return; // by what has just cleared it
      this.note({ kind: "drop", leaf }, (noted: { leaf: Tensor }) => noted.leaf === leaf);
      return;
    }
    const storage = own.storage!;
    const block = plan.blocks.get(storage.ptr);
    if (this.reason !== null) return;
    if (block === undefined || storage.refs !== 1) {
      this.refuse("it sets the grad of a tensor by hand");
      return;
    }
    const entry: Entry = { kind: "grad", leaf, storage, gradient: own, loose: false };
    const noted = this.note(
      entry,
      (noted: { leaf: Tensor; storage: { ptr: number } }) => noted.leaf === leaf && noted.storage.ptr === storage.ptr,
    ) as typeof entry;
    if (this.reason !== null) return;
    noted.gradient = own;
    noted.loose = false;
    if (this.comparing) {
      own.storage = noted.storage; // one for the block, that of the plan
      noted.storage.refs++;
      new Tensor(storage, 0, [], "float32").dispose();
    } else {
      storage.refs++;
      block.held = storage;
      block.alive = false;
    }
  }

  /** What can only be told at the end. */
  private check(output: Output): void {
    const { plan } = this;
    const { seed, position } = getRngState();
    if (seed !== this.seed || position !== this.position) this.refuse("it sets the random stream itself");
    for (const storage of plan.outside) {
      if (storage.refs <= 0) this.refuse("it reads a tensor from outside, and releases it");
    }
    for (const { alive } of plan.blocks.values()) {
      if (alive) this.refuse("a tensor or a graph that it made is still alive after it: return it, without a graph");
    }
    const text = textOf(output, plan);
    const reads = plan.entries.filter((e) => e.kind === "item");
    if (reads.some((e) => !text.includes(`v${plan.entries.indexOf(e)};`))) {
      this.refuse("it reads a value (item) that it does not return as it is");
    }
    if (this.reason !== null) return;
    if (!this.comparing) plan.output = output;
    else if (this.at !== plan.entries.length) this.refuse("it did less than when it was recorded");
    else if (text !== textOf(plan.output!, plan)) this.refuse("it returns something else than when it was recorded");
  }
}

const sameList = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((x, i) => Object.is(x, b[i]));

/** Why a comparison failed. */
function different(noted: Entry | undefined, now: Entry): string {
  if (noted?.kind === "live" && now.kind === "live")
    return "JavaScript's numbers that it makes a tensor of have changed";
  if (noted?.kind === "call" && now.kind === "call" && noted.fn === now.fn) {
    const at = noted.args.findIndex((x, i) => !Object.is(x, now.args[i]));
    return `a number that it computes in JavaScript, or an address, has changed from ${String(noted.args[at])} to ${String(now.args[at])}`;
  }
  return "it does something else than when it was recorded";
}

/** Gives back what a plan reserved; a block that somebody still uses passes to him. */
export function discard(plan: Plan): void {
  for (const { holder, alive, held } of plan.blocks.values()) {
    release(holder, !alive && held === null);
    if (held !== null) release(new Tensor(held, 0, [], "float32"), !alive);
  }
  for (const t of [...plan.ints.values(), ...plan.inputs]) t.dispose();
  plan.blocks.clear();
  plan.ints.clear();
}
