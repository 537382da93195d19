// The graph behind results, and the walk back through it. Holds no arithmetic but the sum of gradients; what an op's
// gradient is stands beside the op in src/ops/.
import type { Storage } from "./memory.ts";
import { finalize, type Held, releaseAll, Scope } from "./scope.ts";
import { checkOptions, type Shape, sameShape, show } from "./shape.ts";
import { alias, type DType, expectTensor, fromStorage, type GraphNode, type Tensor, unscoped, view } from "./tensor.ts";
import { k, u8 } from "./wasm.ts";

/**
 * Maps the gradient of a result to one gradient per input, of the input's shape; null where there is none. `saved` are
 * the saved values in the order given to `record`; `needs[i]` tells whether input i wants its gradient.
 */
export type Backward = (dy: Tensor, saved: Saved, needs: readonly boolean[]) => readonly (Tensor | null)[];

/** The saved values as a backward sees them: as many as were given to `record`. */
export type Saved = [Tensor, Tensor, Tensor, Tensor, Tensor, ...Tensor[]];

let recording = true;
let made = 0;

/** How a result was computed: edges to what it was computed from, the storage of saved values, and the way back. */
class Node implements GraphNode {
  /** Order of making: a node's inputs have smaller numbers. */
  readonly id = made++;
  /** The result's handle, and the nodes computed from it. */
  refs = 1;
  /** Gradient collected so far during a walk. */
  pending: Tensor | null = null;
  /** Whether a walk has reached it. */
  reached = false;
  /** The storages of the saved values: emptied by whoever releases them. */
  readonly held: Held = [];
  private readonly saved: SavedValue[];
  private registered = false;
  /** A node for a result, the leaf itself, or null where no gradient flows; null as a whole once freed. */
  edges: (Node | Tensor | null)[] | null;
  readonly needs: boolean[];
  readonly name: string;
  readonly shape: Shape;
  private readonly backward: Backward;

  constructor(name: string, shape: Shape, inputs: readonly Tensor[], saved: readonly Tensor[], backward: Backward) {
    this.name = name;
    this.shape = shape;
    this.backward = backward;
    this.edges = inputs.map(edgeTo);
    this.needs = this.edges.map((edge) => edge !== null);
    this.saved = saved.map((t) => {
      const storage = t.storage!;
      storage.refs++;
      this.held.push(storage);
      return { storage, offset: t.offset, shape: t.shape, dtype: t.dtype, version: storage.version };
    });
  }

  /** The gradients of the inputs. The handles on saved values belong to the scope that the caller has opened. */
  run(dy: Tensor, scope: Scope): readonly (Tensor | null)[] {
    const values: Tensor[] = [];
    for (const { storage, offset, shape, dtype, version } of this.saved) {
      if (storage.version !== version) {
        throw new Error(
          `backward: a value of shape ${show(shape)} that ${this.name} saved was overwritten in place since; ` +
            "call backward() before the write, or compute the result anew after it",
        );
      }
      const value = fromStorage(storage, offset, shape, dtype);
      scope.add(value);
      values.push(value);
    }
    return this.backward(dy, values as Saved, this.needs);
  }

  /** Lets go of the saved values and of the nodes behind. */
  free(): void {
    const stack: Node[] = [this];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      const { edges } = node;
      if (edges === null) continue;
      node.edges = null;
      releaseAll(node.held);
      for (const edge of edges) if (edge instanceof Node && --edge.refs === 0) stack.push(edge);
    }
  }

  release(): void {
    if (--this.refs === 0) this.free();
  }

  leave(): void {
    const stack: Node[] = [this];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (node.registered || node.edges === null) continue;
      node.registered = true;
      if (node.held.length > 0) finalize(node, node.held, 0);
      for (const edge of node.edges) if (edge instanceof Node) stack.push(edge);
    }
  }
}

/** A saved value: its storage and how to see it, never the handle. */
interface SavedValue {
  readonly storage: Storage;
  readonly offset: number;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly version: number;
}

function edgeTo(input: Tensor): Node | Tensor | null {
  if (input.node instanceof Node) {
    input.node.refs++;
    return input.node;
  }
  return input.requiresGrad ? input : null;
}

/**
 * Marks `y` as computed by op `name` from `inputs`. The node keeps the storage of `saved` and nothing else of them;
 * `backward` must not capture a handle.
 */
export function record(
  name: string,
  y: Tensor,
  inputs: readonly Tensor[],
  saved: readonly Tensor[],
  backward: Backward,
): Tensor {
  y.origin = name;
  if (!recording || !anyRequiresGrad(inputs)) return y;
  const node = new Node(name, y.shape, inputs, saved, backward);
  y.node = node;
  if (y.registered) node.leave();
  return y;
}

function anyRequiresGrad(tensors: readonly Tensor[]): boolean {
  for (let i = 0; i < tensors.length; i++) if (tensors[i]!.requiresGrad) return true;
  return false;
}

/** Whether results remember how they were computed: false inside `noGrad`. */
export const isRecording = (): boolean => recording;

/**
 * Runs `fn` without recording: results inside require no gradient and keep nothing for `backward`.
 *
 * @returns what `fn` returns.
 *
 * @example
 * ```ts
 * import { noGrad, variable } from "sedge";
 * const w = variable([1, 2]);
 * noGrad(() => w.mul(2)).requiresGrad; // => false
 * ```
 */
export function noGrad<T>(fn: () => T): T {
  if (typeof fn !== "function") throw new TypeError(`noGrad: expected a function, got ${typeof fn}`);
  if (fn.constructor.name === "AsyncFunction") {
    throw new TypeError("noGrad: expected a synchronous function, got an asynchronous one, which would outlast it");
  }
  const before = recording;
  recording = false;
  try {
    return fn();
  } finally {
    recording = before;
  }
}

/**
 * The same elements cut off from the graph: shares storage, requires no gradient.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.detach.html
 *
 * @example
 * ```ts
 * import { variable } from "sedge";
 * variable([1, 2]).mul(3).detach().requiresGrad; // => false
 * ```
 */
export function detach(x: Tensor): Tensor {
  expectTensor("detach", "x", x);
  const y = view(x, x.shape);
  y.origin = "detach";
  return y;
}

/**
 * Releases the gradient: `grad` is null again.
 *
 * @example
 * ```ts
 * import { variable } from "sedge";
 * const w = variable([3]);
 * w.square().sum().backward();
 * w.grad?.toArray(); // => [6]
 * w.zeroGrad();
 * w.grad; // => null
 * ```
 */
export function zeroGrad(x: Tensor): void {
  expectTensor("zeroGrad", "x", x);
  x.grad?.dispose();
}

/**
 * Computes the gradients of a scalar with respect to every leaf that it depends on, and adds them to the leaves' `grad`.
 * The graph is released on the way, so a second call through it throws unless `retainGraph` is set.
 *
 * @param loss a float32 tensor of one element, or of any shape if `gradient` is given.
 * @param options `gradient`: d L / d loss, of the same shape (default 1); `retainGraph`: keep the graph for another
 *   call (default false).
 * @throws RangeError if `loss` has more than one element and there is no `gradient`; Error if nothing in it requires
 *   gradients, if its graph was released, or if a saved value was overwritten.
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.backward.html
 *
 * @example
 * ```ts
 * import { variable } from "sedge";
 * const x = variable([1, 2, 3]);
 * const loss = x.mul(x).sum();
 * loss.backward();
 * x.grad?.toArray(); // => [2,4,6]
 * ```
 */
export function backward(loss: Tensor, options: { gradient?: Tensor; retainGraph?: boolean } = {}): void {
  expectTensor("backward", "loss", loss, "float32");
  checkOptions("backward", options, ["gradient", "retainGraph"]);
  const { gradient, retainGraph = false } = options;
  if (!loss.requiresGrad) {
    throw new Error(
      `backward: nothing that this ${loss.origin} was computed from requires gradients; ` +
        "make leaves by variable(), or with { requiresGrad: true }, and stay outside of noGrad()",
    );
  }
  const start = seedGradient(loss, gradient);
  if (!(loss.node instanceof Node)) {
    deliver(loss, start, "backward");
    return;
  }
  const before = recording;
  recording = false;
  const order: Node[] = [];
  loss.node.pending = start;
  try {
    collect(loss.node, order);
    for (const node of order) step(node, retainGraph);
  } finally {
    recording = before;
    loss.node.pending?.dispose();
    loss.node.pending = null;
    for (const node of order) {
      node.pending?.dispose();
      node.pending = null;
      node.reached = false;
      node.release();
    }
  }
}

function seedGradient(loss: Tensor, gradient: Tensor | undefined): Tensor {
  if (gradient !== undefined) {
    expectTensor("backward", "gradient", gradient, "float32");
    if (!sameShape(gradient.shape, loss.shape)) {
      throw new RangeError(`backward: expected gradient of shape ${show(loss.shape)}, got ${show(gradient.shape)}`);
    }
    return alias(gradient);
  }
  if (loss.size !== 1) {
    throw new RangeError(
      `backward: expected a scalar, got shape ${show(loss.shape)}; reduce it by sum() or mean(), or pass { gradient }`,
    );
  }
  const one = unscoped(loss.shape, "float32");
  one.data[0] = 1;
  return one;
}

/** The nodes behind `root`, latest first, each held by one more reference. */
function collect(root: Node, order: Node[]): void {
  const stack: Node[] = [root];
  while (stack.length > 0) {
    const node = stack.pop()!;
    if (node.reached) continue;
    node.reached = true;
    node.refs++;
    order.push(node);
    if (node.edges === null) {
      throw new Error(
        `backward: the graph behind this ${node.name} was released by an earlier backward() or with its tensors; ` +
          "pass { retainGraph: true } to the earlier call, or compute the result anew",
      );
    }
    for (const edge of node.edges) if (edge instanceof Node && !edge.reached) stack.push(edge);
  }
  order.sort((a, b) => b.id - a.id);
}

/** Takes one node's gradient to what it was computed from. */
function step(node: Node, retain: boolean): void {
  const dy = node.pending;
  if (dy === null) return;
  node.pending = null;
  const { edges } = node;
  const found: (Tensor | null)[] = [];
  const scope = new Scope();
  try {
    for (const gradient of node.run(dy, scope)) found.push(gradient === null ? null : alias(gradient));
  } finally {
    dy.dispose();
    scope.close();
  }
  if (!retain) node.free();
  for (let i = 0; i < found.length; i++) {
    const edge = edges![i];
    const gradient = found[i];
    if (!gradient) continue;
    if (!edge) gradient.dispose();
    else if (edge instanceof Node) edge.pending = sum(edge.pending, expectShape(gradient, edge.shape, node.name));
    else deliver(edge, expectShape(gradient, edge.shape, node.name), node.name);
  }
}

function expectShape(gradient: Tensor, shape: Shape, name: string): Tensor {
  if (sameShape(gradient.shape, shape)) return gradient;
  throw new Error(`backward: ${name} gave a gradient of shape ${show(gradient.shape)} for an input of ${show(shape)}`);
}

/** Adds a gradient to a leaf's; takes it over as it stands where it is whole and nobody else's. */
function deliver(leaf: Tensor, gradient: Tensor, name: string): void {
  if (leaf.disposed) {
    gradient.dispose();
  } else if (leaf.grad === null) {
    const own = isOwn(gradient) && gradient.storage!.bytes === gradient.size * 4 ? gradient : copy(gradient);
    own.origin = `the gradient by ${name}`;
    leaf.adoptGrad(own);
  } else {
    k.accumulate(leaf.grad.ptr, gradient.ptr, gradient.size);
    leaf.grad.touch();
    gradient.dispose();
  }
}

/** a + b, into whichever nobody else sees. Both handles are the walk's. */
function sum(a: Tensor | null, b: Tensor): Tensor {
  if (a === null) return b;
  const [into, from] = isOwn(a) ? [a, b] : isOwn(b) ? [b, a] : [copy(a), b];
  k.accumulate(into.ptr, from.ptr, into.size);
  from.dispose();
  return into;
}

const isOwn = (t: Tensor): boolean => t.storage!.refs === 1;

/** A copy in storage of its own; the original is disposed of. */
function copy(t: Tensor): Tensor {
  const y = unscoped(t.shape, "float32");
  u8(y.ptr, t.size * 4).set(u8(t.ptr, t.size * 4));
  t.dispose();
  return y;
}
