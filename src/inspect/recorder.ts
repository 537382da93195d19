// Puts itself between the library and its kernels, graph, optimizers and modules while a function runs, so that nothing is
// asked of anybody at other times. What it notices goes to spans.ts.
import { nn, optim } from "../index.ts";
import type { Module } from "../nn/module.ts";
import type { OpObserver } from "../observe.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { type Kernels, rewire } from "../wasm.ts";
import { flopsOf, gradientFlops, type Shapes } from "./flops.ts";
import { Spans } from "./spans.ts";

/** What is used here of the graph's nodes, whose class is not public. */
interface GraphNode {
  readonly name: string;
  readonly shape: Shape;
  readonly edges: readonly ({ readonly shape: Shape } | null)[];
  readonly held: readonly { readonly bytes: number }[];
  readonly saved: readonly { readonly from: number; readonly shape: Shape }[];
}
type Run = (dy: Tensor, scope: unknown, needs: readonly boolean[], graph: boolean) => readonly (Tensor | null)[];
type Kernel = (...args: number[]) => number;

const bytesOf = (x: Tensor): number => x.size * (x.dtype === "bool" ? 1 : 4);
const total = (list: readonly number[]): number => list.reduce((sum, n) => sum + n, 0);

/** Puts `make(what is there)` in the place of a method or getter, until what is returned is called. */
function replaced(holder: object, name: string, make: (before: never) => PropertyDescriptor): () => void {
  const before = Object.getOwnPropertyDescriptor(holder, name)!;
  Object.defineProperty(holder, name, { ...before, ...make((before.get ?? before.value) as never) });
  return () => void Object.defineProperty(holder, name, before);
}

/** The one that records: its kernels are the same for all, since each further kind of object slows down every call of one. */
let active: Recorder | null = null;
const wrapped = new WeakMap<Kernels, Kernels>();

const any = (kernel: Kernel) => {
  return (...args: number[]): number => {
    active!.spans.kernel();
    return kernel(...args);
  };
};

const allocating = (kernel: Kernel) => (bytes: number) => {
  const { spans } = active!;
  const moment = spans.moment();
  spans.kernel();
  const ptr = kernel(bytes);
  spans.allocated(moment, ptr >>> 0, bytes);
  return ptr;
};

/** Gradients are added up by no op, but by the walk itself. */
const adding = (kernel: Kernel) => (y: number, x: number, n: number) => {
  const { spans, between } = active!;
  const start = spans.moment();
  spans.kernel();
  const result = kernel(y, x, n);
  const details = { moved: 12 * n, flops: n, inputs: [[n], [n]], output: [n] };
  if (between) spans.add("accumulate", "backward", start, details);
  return result;
};

function wrap(kernels: Kernels, [alloc, free, accumulate]: readonly unknown[]): Kernels {
  const known = wrapped.get(kernels);
  if (known !== undefined) return known;
  const entries = Object.entries(kernels).map(([name, value]): [string, unknown] => {
    if (typeof value !== "function" || value === free) return [name, value];
    return [name, (value === alloc ? allocating : value === accumulate ? adding : any)(value as Kernel)];
  });
  const made = Object.fromEntries(entries) as unknown as Kernels;
  wrapped.set(kernels, made);
  return made;
}

function watchKernels(): () => void {
  const before = rewire(wrap);
  return () => void rewire(() => before);
}

/** Records from its making, which is given any node of a graph, to its `end`. */
export class Recorder {
  readonly spans = new Spans();
  private readonly restore: readonly (() => void)[];
  /** How many nodes of the graph are at work, one within another. */
  private runs = 0;
  /** Whether the last that was at work was a node: then gradients are being added up. */
  private walking = false;
  /** The last op's result, which gets its node after it is shown. */
  private last: { readonly y: Tensor; readonly inputs: Shapes } | null = null;
  private readonly known = new WeakMap<object, Shapes>();

  constructor(node: object) {
    active = this;
    const prototype: object = Object.getPrototypeOf(node);
    this.restore = [watchKernels(), this.watchGraph(prototype), this.watchOptimizers(), this.watchModules()];
  }

  /** Ends it: all is as before. */
  end(): ReturnType<Spans["end"]> {
    for (const restore of this.restore) restore();
    this.last = null;
    active = null;
    return this.spans.end();
  }

  /** Whether gradients are being added up, after one node and before the next. */
  get between(): boolean {
    return this.runs === 0 && this.walking;
  }

  /** Sees an op that is done, or one made of others that begins. */
  readonly see: OpObserver = (op, y, inputs) => {
    this.link();
    const { spans } = this;
    if (y === null) {
      spans.open(op, spans.phase, true);
      return;
    }
    if (this.runs === 0) this.walking = false;
    const output = y.shape;
    if (inputs.length === 0 && spans.closeComposed(op, output)) return;
    const shapes = inputs.map((x) => x.shape);
    const isView = inputs.some((x) => x !== y && x.storage === y.storage);
    const moved = isView ? 0 : bytesOf(y) + total(inputs.map(bytesOf));
    spans.done(op, y.storage?.ptr, isView, { moved, flops: flopsOf(op, output, shapes), inputs: shapes, output });
    this.last = { y, inputs: shapes };
  };

  /** Remembers the operands' shapes for the way back. */
  private link(): void {
    if (this.last?.y.node) this.known.set(this.last.y.node, this.last.inputs);
    this.last = null;
  }

  private watchGraph(prototype: object): () => void {
    const node = this.node.bind(this);
    return replaced(prototype, "run", (run: Run) => ({
      value(this: GraphNode, ...args: Parameters<Run>) {
        return node(this, args, run);
      },
    }));
  }

  private node(node: GraphNode, args: Parameters<Run>, run: Run): ReturnType<Run> {
    this.link();
    const [dy, , needs] = args;
    const { name, shape, edges, held, saved } = node;
    // of a graph that was there before, what it still knows
    const inputs =
      this.known.get(node) ?? edges.map((edge, i) => (edge ?? saved.find(({ from }) => from === i) ?? saved[i])?.shape);
    const read = bytesOf(dy) + total(held.map(({ bytes }) => bytes));
    this.runs++;
    try {
      return this.spans.within(
        name,
        "backward",
        () => run.apply(node, args),
        (gradients) => {
          const moved = read + total(gradients.map((g) => (g ? bytesOf(g) : 0)));
          return { moved, flops: gradientFlops(name, shape, inputs, needs), inputs: [dy.shape], output: null };
        },
      );
    } finally {
      this.link();
      this.runs--;
      this.walking = true;
    }
  }

  private watchOptimizers(): () => void {
    const { spans } = this;
    return replaced(optim.Optimizer.prototype, "updateAll", (update: () => void) => ({
      value(this: Optimizer) {
        return spans.within(`${this.name}.step`, "optimizer", () => update.call(this));
      },
    }));
  }

  private watchModules(): () => void {
    const around: Module[] = [];
    const names = new WeakMap<Module, Map<Module, string>>();
    /** The path from the outermost module that is at work, and the class. */
    const nameOf = (module: Module): string => {
      const root = around[0] ?? module;
      if (!names.has(root)) names.set(root, new Map(root.namedModules().map(([path, inner]) => [inner, path])));
      return `${names.get(root)!.get(module) ?? ""} ${module.constructor.name}`.trim();
    };
    const call = (module: Module, run: () => unknown): unknown => {
      const name = nameOf(module);
      around.push(module);
      try {
        this.link();
        return this.spans.within(name, null, run);
      } finally {
        around.pop();
      }
    };
    return replaced(nn.Module.prototype, "call", (get: () => (...inputs: unknown[]) => unknown) => ({
      get(this: Module) {
        const traced = get.call(this);
        return function (this: Module, ...inputs: unknown[]): unknown {
          return call(this, () => traced.apply(this, inputs));
        };
      },
    }));
  }
}
