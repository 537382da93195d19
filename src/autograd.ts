// The graph behind results: what an op records of itself, and when that is let go. The walk back through it is
// src/backward.ts; what an op's gradient is stands beside the op in src/ops/.
import type { Storage } from "./memory.ts";
import { label } from "./observe.ts";
import { asynchronous, finalize, type GraphNode, type Held, isThenable, releaseAll, type Scope } from "./scope.ts";
import { type Shape, show } from "./shape.ts";
import { type DType, expectTensor, fromStorage, type Tensor, view } from "./tensor.ts";
import { tap } from "./wasm.ts";

/**
 * Maps the gradient of a result to one gradient per input, of the input's shape; null where there is none. `saved` are
 * the saved values in the order given to `record`; `needs[i]` tells whether input i wants its gradient; `isLast`, whether the
 * node is released afterwards: saved values that nobody else holds may then be overwritten, after `touch`.
 */
export type Backward = (
  dy: Tensor,
  saved: Saved,
  needs: readonly boolean[],
  isLast?: boolean,
) => readonly (Tensor | null)[];

/** The saved values as a backward sees them: as many as were given to `record`. */
export type Saved = [Tensor, Tensor, Tensor, Tensor, Tensor, ...Tensor[]];

let recording = true;
let made = 0;

/** How a result was computed: edges to what it was computed from, the storage of saved values, and the way back. */
export class Node implements GraphNode {
  /** Order of making: a node's inputs have smaller numbers. */
  readonly id = made++;
  /** The result's handle, and the nodes computed from it. */
  refs = 1;
  /** Gradient collected so far during a walk. */
  pending: Tensor | null = null;
  /** Gradient of a second result, for `backward` to use; a node of that result's own puts it there. */
  second: Tensor | null = null;
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
  private readonly twice: Backward | undefined;

  constructor(
    name: string,
    y: Tensor,
    inputs: readonly Tensor[],
    saved: readonly Tensor[],
    backward: Backward,
    twice: Backward | undefined,
  ) {
    this.name = name;
    this.shape = y.shape;
    this.backward = backward;
    this.twice = twice;
    this.edges = inputs.map(edgeTo);
    this.needs = this.edges.map((edge) => edge !== null);
    this.saved = saved.map((t) => {
      const storage = t.storage!;
      storage.refs++;
      this.held.push(storage);
      const from = t === y ? RESULT : t.requiresGrad ? inputs.indexOf(t) : CONSTANT;
      return { storage, offset: t.offset, shape: t.shape, dtype: t.dtype, version: storage.version, from };
    });
  }

  /**
   * The gradients of those inputs that `needs` names. The handles on saved values belong to the scope that the caller
   * has opened. With `graph` the gradients are recorded themselves, as functions of `dy` and of the saved values.
   */
  run(
    dy: Tensor,
    scope: Scope,
    needs: readonly boolean[],
    graph: boolean,
    isLast: boolean,
  ): readonly (Tensor | null)[] {
    if (graph && this.twice === undefined) {
      throw new Error(
        `grad: expected ops with second-order gradients for createGraph, got ${this.name}, which has none; ` +
          "docs/ops.md lists those that have",
      );
    }
    const values: Tensor[] = [];
    for (const { storage, offset, shape, dtype, version, from } of this.saved) {
      if (storage.version !== version) {
        throw new Error(
          `backward: a value of shape ${show(shape)} that ${this.name} saved was overwritten in place since; ` +
            "call backward() before the write, or compute the result anew after it",
        );
      }
      const value = fromStorage(storage, offset, shape, dtype);
      scope.add(value);
      values.push(graph ? this.linked(value, from) : value);
    }
    return (graph ? this.twice! : this.backward)(dy, values as Saved, needs, isLast);
  }

  /** Whether gradients of its gradients can be computed. */
  get differentiableTwice(): boolean {
    return this.twice !== undefined;
  }

  /** The saved value as part of the graph: the leaf itself, or its handle tied to the node that it came from. */
  private linked(value: Tensor, from: number): Tensor {
    if (from === UNKNOWN) throw new Error(`grad: ${this.name} saved a tensor that is none of its inputs`);
    const edge = from === RESULT ? this : from === CONSTANT ? null : this.edges![from]!;
    if (edge instanceof Node) {
      edge.refs++;
      value.node = edge;
      return value;
    }
    return edge === null || edge.disposed ? value : edge;
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

/** Where a saved value came from, beside the number of the input that it is. UNKNOWN is what `indexOf` says of others. */
const UNKNOWN = -1;
const RESULT = -2;
const CONSTANT = -3;

/** A saved value: its storage and how to see it, never the handle. */
interface SavedValue {
  readonly storage: Storage;
  readonly offset: number;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly version: number;
  /** Number of the input that it is, or one of the constants above. */
  readonly from: number;
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
 *
 * `twice` computes what `backward` does, but by recorded ops alone, so that gradients of gradients flow through it;
 * the saved values must then be among the inputs, the result, or constant. Without it the op has no second order.
 */
export function record(
  name: string,
  y: Tensor,
  inputs: readonly Tensor[],
  saved: readonly Tensor[],
  backward: Backward,
  twice?: Backward,
): Tensor {
  label(name, y, inputs);
  if (!recording || !anyRequiresGrad(inputs)) return y;
  const node = new Node(name, y, inputs, saved, backward, twice);
  y.node = node;
  if (y.registered) node.leave();
  return y;
}

/** The same for what is linear in its one input: `back`, of recorded ops, maps the gradient of the result to that of x. */
export function recordLinear(
  name: string,
  y: Tensor,
  x: Tensor,
  back: (dy: Tensor, saved: Saved) => Tensor,
  saved: readonly Tensor[] = [],
): Tensor {
  const both: Backward = (dy, saved) => [back(dy, saved)];
  return record(name, y, [x], saved, both, both);
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
 * @param fn a synchronous function.
 * @throws TypeError if `fn` is asynchronous: it would outlast the call.
 * @see https://pytorch.org/docs/stable/generated/torch.no_grad.html
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
  if (fn.constructor.name === "AsyncFunction") throw asynchronous("noGrad", "");
  return whileRecording(false, () => {
    const result = fn();
    if (isThenable(result)) throw asynchronous("noGrad", "");
    return result;
  });
}

/** Runs `fn` with recording on or off. */
export function whileRecording<T>(on: boolean, fn: () => T): T {
  const before = recording;
  recording = on;
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
  return label("detach", y, [x]);
}

/**
 * Releases the gradient, unless it was kept: `grad` is null again.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.optim.Optimizer.zero_grad.html
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
  tap?.grad(x, null, true);
  x.dropGrad();
}
