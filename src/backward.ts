// The walk back through the graph that src/autograd.ts records. Holds no arithmetic but the sum of gradients.
import { Node, noGrad } from "./autograd.ts";
import { Scope } from "./scope.ts";
import { checkBoolean, checkOptions, type Shape, sameShape, show } from "./shape.ts";
import { alias, expectTensor, type Tensor, unscoped } from "./tensor.ts";
import { k, u8 } from "./wasm.ts";

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
  checkBoolean("backward", "retainGraph", retainGraph);
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
  const root = loss.node;
  noGrad(() => walk(root, start, retainGraph));
}

function walk(root: Node, start: Tensor, retain: boolean): void {
  const order: Node[] = [];
  root.pending = start;
  try {
    collect(root, order);
    for (const node of order) step(node, retain);
  } finally {
    root.pending?.dispose();
    root.pending = null;
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
  try {
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
      if (!gradient || !edge) continue;
      expectShape(gradient, edge.shape, node.name);
      if (edge instanceof Node) edge.pending = sum(edge.pending, gradient);
      else deliver(edge, gradient, node.name);
      found[i] = null;
    }
  } finally {
    for (const gradient of found) gradient?.dispose(); // those that nobody took
  }
}

function expectShape(gradient: Tensor, shape: Shape, name: string): void {
  if (sameShape(gradient.shape, shape)) return;
  throw new Error(`backward: ${name} gave a gradient of shape ${show(gradient.shape)} for an input of ${show(shape)}`);
}

/** Adds a gradient to a leaf's; takes it over as it stands where it is whole and nobody else's. An error takes nothing. */
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

/** a + b, into whichever nobody else sees. Both handles are the walk's; an error takes neither. */
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
