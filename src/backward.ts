// The walk back through the graph that src/autograd.ts records, and backward(), which leaves gradients on the leaves.
// Holds no arithmetic but the sum of gradients. grad(), which returns them, is grad.ts.
import { Node, record, whileRecording } from "./autograd.ts";
import { Scope } from "./scope.ts";
import { checkOptions, demand, readOptions, type Shape, sameShape, show } from "./shape.ts";
import { alias, expectTensor, type Tensor, unscoped } from "./tensor.ts";
import { ints, k } from "./wasm.ts";

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
  const { gradient, ...rest } = options;
  const { retainGraph } = readOptions("backward", rest, { retainGraph: false });
  expectGraph("backward", "loss", loss);
  const start = seedGradient("backward", "gradient", loss, gradient, false);
  const walk: Walk = { retain: retainGraph, graph: false, needs: (node) => node.needs, deliver: toLeaf, reach() {} };
  if (loss.node instanceof Node) walkBack([[loss.node, start]], walk);
  else toLeaf(loss, start, "backward");
}

/** Refuses what was not computed from anything that requires gradients. */
export function expectGraph(op: string, name: string, y: Tensor): void {
  if (y.requiresGrad) return;
  throw new Error(
    `${op}: ${name === "loss" ? "" : `${name}: `}nothing that this ${y.origin} was computed from requires gradients; ` +
      "make leaves by variable(), or with { requiresGrad: true }, and stay outside of noGrad()",
  );
}

/** What a walk does on its way. */
export interface Walk {
  /** Whether the nodes stay usable. */
  readonly retain: boolean;
  /** Whether the gradients are recorded themselves. */
  readonly graph: boolean;
  /** Which inputs' gradients are to be computed; a node without any is passed over. */
  needs(node: Node): readonly boolean[];
  /** Takes over a gradient for a leaf. */
  deliver(leaf: Tensor, gradient: Tensor, name: string): void;
  /** Sees the whole gradient of a node's result before it is taken further back. */
  reach(node: Node, dy: Tensor): void;
}

/** Takes gradients, which it takes over, from the roots to the leaves. */
export function walkBack(roots: readonly (readonly [Node, Tensor])[], walk: Walk): void {
  const order: Node[] = [];
  whileRecording(walk.graph, () => {
    try {
      for (const [root, dy] of roots) root.pending = sum(root.pending, dy, walk.graph);
      for (const [root] of roots) collect(root, order);
      order.sort((a, b) => b.id - a.id);
      for (const node of order) step(node, walk);
    } finally {
      for (const [root, dy] of roots) {
        dy.dispose();
        root.pending?.dispose();
        root.pending = null;
      }
      for (const node of order) {
        node.pending?.dispose();
        node.second?.dispose();
        node.pending = node.second = null;
        node.reached = false;
        node.release();
      }
    }
  });
}

/** The gradient that a walk starts from, a handle of its own: what the caller gave, or 1 for a scalar. */
export function seedGradient(
  op: string,
  name: string,
  y: Tensor,
  gradient: Tensor | null | undefined,
  graph: boolean,
): Tensor {
  if (gradient !== undefined && gradient !== null) {
    expectTensor(op, name, gradient, "float32");
    demand(sameShape(gradient.shape, y.shape), op, `${name} of shape ${show(y.shape)}`, gradient.shape);
    return own(gradient, graph);
  }
  if (y.size !== 1) {
    throw new RangeError(
      `${op}: expected a scalar, got shape ${show(y.shape)}; reduce it by sum() or mean(), or pass { ${name} }`,
    );
  }
  const one = unscoped(y.shape, "float32");
  k.fill(one.ptr, 1, 1);
  return one;
}

/** A handle of the walk's own; in a graph it is recorded as the same value. */
function own(gradient: Tensor, graph: boolean): Tensor {
  return graph ? record("grad", alias(gradient), [gradient], [], same, same) : alias(gradient);
}

const same = (dy: Tensor): [Tensor] => [dy];

/** The nodes behind `root`, each held by one more reference. */
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
}

/** Takes one node's gradient to what it was computed from. */
function step(node: Node, walk: Walk): void {
  let dy = node.pending;
  if (dy === null && node.second === null) return;
  node.pending = null;
  const { edges } = node;
  const found: (Tensor | null)[] = [];
  try {
    const scope = new Scope();
    try {
      if (dy !== null) walk.reach(node, dy);
      const needs = walk.needs(node);
      if (!needs.includes(true)) return;
      dy ??= nothing(node.shape);
      const gradients = node.run(dy, scope, needs, walk.graph, !walk.retain);
      for (let i = 0; i < gradients.length; i++) {
        const gradient = gradients[i];
        found.push(gradient && needs[i] ? own(gradient, walk.graph) : null);
      }
    } finally {
      dy?.dispose();
      scope.close();
    }
    if (!walk.retain) node.free();
    for (let i = 0; i < found.length; i++) {
      const edge = edges![i];
      const gradient = found[i];
      if (!gradient || !edge) continue;
      expectShape(gradient, edge.shape, node.name);
      if (edge instanceof Node) edge.pending = sum(edge.pending, gradient, walk.graph);
      else walk.deliver(edge, gradient, node.name);
      found[i] = null;
    }
  } finally {
    for (const gradient of found) gradient?.dispose(); // those that nobody took
  }
}

/** The gradient of a result that only its node's second result was used beside. */
function nothing(shape: Shape): Tensor {
  const dy = unscoped(shape, "float32");
  k.clear(dy.ptr, 4 * dy.size);
  return dy;
}

function expectShape(gradient: Tensor, shape: Shape, name: string): void {
  if (sameShape(gradient.shape, shape)) return;
  throw new Error(`backward: ${name} gave a gradient of shape ${show(gradient.shape)} for an input of ${show(shape)}`);
}

/** Adds a gradient to a leaf's; takes it over as it stands where it is whole and nobody else's. An error takes nothing. */
function toLeaf(leaf: Tensor, gradient: Tensor, name: string): void {
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

/** a + b, into whichever nobody else sees, or recorded. Both handles are the walk's; an error takes neither. */
export function sum(a: Tensor | null, b: Tensor, graph: boolean): Tensor {
  if (a === null) return b;
  if (graph) return recordedSum(a, b);
  const [into, from] = isOwn(a) ? [a, b] : isOwn(b) ? [b, a] : [copy(a), b];
  k.accumulate(into.ptr, from.ptr, into.size);
  from.dispose();
  return into;
}

function recordedSum(a: Tensor, b: Tensor): Tensor {
  const y = unscoped(a.shape, "float32");
  k.add(y.ptr, a.ptr, b.ptr, y.size, 0);
  const both = (dy: Tensor): [Tensor, Tensor] => [dy, dy];
  record("add", y, [a, b], [], both, both);
  a.dispose();
  b.dispose();
  return y;
}

const isOwn = (t: Tensor): boolean => t.storage!.refs === 1;

/** A copy in storage of its own; the original is disposed of. */
function copy(t: Tensor): Tensor {
  const y = unscoped(t.shape, "float32");
  k.copyWords(y.ptr, t.ptr, ints([t.size, 1, 1]), 1);
  t.dispose();
  return y;
}
