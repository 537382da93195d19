// What a recorded step is: its calls in order, the memory that stays reserved for it, what must hold for a replay, and
// the replay itself. How it is recorded is recorder.ts; when it is used, capture.ts.
import { zeros } from "../ops/create.ts";
import { getRngState, setRngState } from "../random.ts";
import { keep } from "../scope.ts";
import { type DType, Tensor } from "../tensor.ts";
import { i32, k, state } from "../wasm.ts";
import type { Kernel } from "./kernels.ts";

type Storage = NonNullable<Tensor["storage"]>;

/** Stands in the arguments of kernels for a word of the random stream, which each run draws anew. */
export class Word {
  value = 0;
  valueOf(): number {
    return this.value;
  }
}

/** One thing that a step does, in order. */
export type Entry =
  | { readonly kind: "call"; readonly fn: Kernel; readonly args: readonly unknown[] }
  | { readonly kind: "live"; readonly fn: () => unknown; readonly data: readonly number[]; result: unknown }
  | { readonly kind: "draw"; readonly blocks: number; readonly words: readonly Word[] }
  | { readonly kind: "ints"; readonly ptr: number; readonly values: readonly unknown[] }
  | { readonly kind: "item"; readonly read: () => number; result: unknown }
  | { readonly kind: "grad"; readonly leaf: Tensor; readonly storage: Storage; gradient: Tensor; loose: boolean }
  | { readonly kind: "drop"; readonly leaf: Tensor };

/** A block of memory that stays reserved: what the step allocates lies in these, at the same addresses each time. */
export interface Block {
  readonly holder: Tensor;
  readonly bytes: number;
  /** Whether a tensor of the run that is being watched lies in it, but for a gradient. */
  alive: boolean;
  /** The storage of the gradient that lies in it; then nothing else does. */
  held: Storage | null;
}

/** Where a value of the result comes from. */
export type Output =
  | { readonly kind: "copy"; readonly ptr: number; readonly like: Tensor["shape"]; readonly dtype: DType }
  | { readonly kind: "input"; readonly at: number }
  | { readonly kind: "value"; readonly entry: Entry & { result: unknown } }
  | { readonly kind: "same"; readonly value: unknown }
  | { readonly kind: "list"; readonly items: readonly Output[] }
  | { readonly kind: "fields"; readonly names: readonly string[]; readonly items: readonly Output[] };

const WORD = 2 ** 32;

/** Integers of the block that kernels find theirs in. */
const INTS = 128;

/** A tensor of zeros that lives until `dispose`. */
export const reserved = (shape: Tensor["shape"], dtype: DType): Tensor => keep(zeros(shape, { dtype }));

/** A recorded step. */
export class Plan {
  readonly entries: Entry[] = [];
  readonly blocks = new Map<number, Block>();
  /** Bytes asked for and address given, in order. */
  readonly allocations: (readonly [bytes: number, ptr: number])[] = [];
  /** Tensors of integers that kernels read, by their values. */
  readonly ints = new Map<string, Tensor>();
  /** Blocks from outside that the step reads or writes: they must be there still. */
  readonly outside = new Set<Storage>();
  /** Whether each leaf had a gradient at first; its block where the step reads it; null where it clears it first. */
  readonly starts = new Map<Tensor, Storage | boolean | null>();
  readonly inputs: readonly Tensor[];
  output: Output | null = null;
  /** `state.changes` after the last run. */
  changes = -1;
  private run: (() => unknown)[] = [];
  private leaves: [Tensor, Storage | boolean | null][] = [];
  private needed: Storage[] = [];
  private gradients: (Entry & { kind: "grad" })[] = [];

  constructor(inputs: readonly Tensor[]) {
    this.inputs = inputs.map((x) => reserved(x.shape, x.dtype));
  }

  /** The address of integers that stay as they are. The tap must be off. */
  intsAt(key: string, values: readonly unknown[]): number {
    let t = this.ints.get(key);
    if (t === undefined) {
      t = reserved([INTS], "int32"); // what is behind them, kernels use

      i32(t.ptr, values.length).set(values.map(Number));
      this.ints.set(key, t);
    }
    return t.ptr;
  }

  /** Whether a tensor lies in a block of the plan. */
  owns(t: Tensor): boolean {
    return t.storage !== null && this.blocks.has(t.storage.ptr);
  }

  /** Makes ready for replays. */
  finish(): void {
    this.run = this.entries.map(executable);
    this.leaves = [...this.starts];
    this.needed = [...this.outside];
    this.gradients = this.entries.filter((e) => e.kind === "grad") as (Entry & { kind: "grad" })[];
  }

  /** Whether nothing is known to have changed since the last run; if not, the next run must be compared. */
  get holds(): boolean {
    if (this.changes !== state.changes) return false;
    for (let i = 0; i < this.needed.length; i++) if (this.needed[i]!.refs <= 0) return false;
    // what lies in a gradient's block must be the leaf's or nobody's: whoever else looks at it must not see it change
    for (let i = 0; i < this.gradients.length; i++) {
      const { storage, gradient, loose, leaf } = this.gradients[i]!;
      if (storage.refs > 2 || gradient.kept || !(loose || gradient.disposed || leaf.grad === gradient)) return false;
    }
    for (let i = 0; i < this.leaves.length; i++) {
      const [leaf, start] = this.leaves[i]!;
      if (leaf.disposed) return false;
      if (start === null) continue;
      const { grad } = leaf;
      if (typeof start === "boolean" ? (grad !== null) !== start : grad?.storage !== start) return false;
    }
    return true;
  }

  /** Copies a tensor into an input. */
  take(at: number, x: Tensor): void {
    this.copy(this.inputs[at]!.ptr, x.ptr, x);
  }

  /** Does again what was recorded. */
  replay(): void {
    const { run } = this;
    for (let i = 0; i < run.length; i++) run[i]!();
  }

  /** The result of the last run, in tensors of its own. */
  result(given: readonly unknown[], output = this.output!): unknown {
    switch (output.kind) {
      case "copy": {
        const y = zeros(output.like, { dtype: output.dtype });
        this.copy(y.ptr, output.ptr, y);
        return y;
      }
      case "input":
        return given[output.at];
      case "value":
        return output.entry.result;
      case "same":
        return output.value;
      case "list":
        return output.items.map((item) => this.result(given, item));
      case "fields":
        return Object.fromEntries(output.items.map((item, i) => [output.names[i]!, this.result(given, item)]));
    }
  }

  private copy(to: number, from: number, { size, dtype }: Tensor): void {
    if (size === 0) return;
    const at = this.intsAt(`${size},1,1`, [size, 1, 1]);
    if (dtype === "bool") k.copyBytes(to, from, at, 1);
    else k.copyWords(to, from, at, 1);
  }
}

/** What a replay does for an entry. A closure for each: a call with arguments from a list costs twice as much. */
function executable(entry: Entry): () => unknown {
  switch (entry.kind) {
    case "call":
      return bound(entry.fn, entry.args);
    case "live":
      return () => {
        entry.result = entry.fn();
      };
    case "item":
      return () => {
        entry.result = entry.read();
      };
    case "draw":
      return () => {
        const { seed, position } = getRngState();
        setRngState({ seed, position: position + entry.blocks });
        draw(entry.words, [seed % WORD, Math.floor(seed / WORD), position % WORD, Math.floor(position / WORD)]);
      };
    case "ints":
      return () => i32(entry.ptr, entry.values.length).set(entry.values.map(Number));
    case "drop":
      return () => {
        const { grad } = entry.leaf;
        if (grad === null) return;
        const own = handles.get(grad);
        if (own === undefined) entry.leaf.dropGrad();
        else {
          own.loose = true;
          grad.part();
        }
      };
    case "grad":
      handles.set(entry.gradient, entry);
      return () => {
        if (entry.gradient.disposed) {
          entry.storage.refs++;
          entry.gradient = new Tensor(entry.storage, 0, entry.leaf.shape, "float32");
          entry.gradient.origin = "the gradient by a captured step";
          handles.set(entry.gradient, entry);
        }
        entry.loose = false;
        entry.leaf.adoptGrad(entry.gradient);
      };
  }
}

/** Handles on gradients that replays use again, and whose they are. */
const handles = new WeakMap<Tensor, { loose: boolean }>();

/** Sets the words of a draw. */
export function draw(words: readonly Word[], values: readonly number[]): void {
  for (let i = 0; i < 4; i++) words[i]!.value = values[i]!;
}

function bound(fn: Kernel, args: readonly unknown[]): () => unknown {
  const [a, b, c, d, e, f, g, h, i, j] = args;
  if (args.some((arg) => arg instanceof Word)) return () => fn(...args);
  switch (args.length) {
    case 2:
      return () => fn(a, b);
    case 3:
      return () => fn(a, b, c);
    case 4:
      return () => fn(a, b, c, d);
    case 5:
      return () => fn(a, b, c, d, e);
    case 6:
      return () => fn(a, b, c, d, e, f);
    case 7:
      return () => fn(a, b, c, d, e, f, g);
    case 8:
      return () => fn(a, b, c, d, e, f, g, h);
    case 9:
      return () => fn(a, b, c, d, e, f, g, h, i);
    case 10:
      return () => fn(a, b, c, d, e, f, g, h, i, j);
    default:
      return () => fn(...args);
  }
}
