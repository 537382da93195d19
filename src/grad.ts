// grad(): gradients as values, also of gradients. The walk itself, and backward(), which leaves them on the leaves, are
// src/backward.ts.
import { Node } from "./autograd.ts";
import { expectGraph, seedGradient, sum, type Walk, walkBack } from "./backward.ts";
import { enroll } from "./scope.ts";
import { checkOptions, describe, readOptions } from "./shape.ts";
import { alias, expectTensor, type Tensor } from "./tensor.ts";

/** A tensor, or several. */
type Tensors = Tensor | readonly Tensor[];

/** Options of {@link grad}. */
export interface GradOptions {
  /** d L / d output for each output, of its shape; default 1 for scalars. A list where the outputs are one. */
  gradOutputs?: Tensor | readonly (Tensor | null)[];
  /** Record the gradients too, so that they can be differentiated again (default false). */
  createGraph?: boolean;
  /** Keep the graph for another call (default: as `createGraph`). */
  retainGraph?: boolean;
  /** Give null for an input that the outputs do not depend on, instead of throwing (default false). */
  allowUnused?: boolean;
}

const DEFAULTS = { createGraph: false, retainGraph: false, allowUnused: false };

/**
 * The gradients of outputs with respect to inputs, as tensors; no leaf's `grad` changes. Inputs may be leaves or results
 * on the way, and only what lies between is computed.
 *
 * With `createGraph` the gradients are themselves results that can be differentiated: gradient penalties, Hessians.
 * Every op in between must then have a second order, as the elementwise, reduction, matrix and shape ops do; another
 * throws an error that names it.
 *
 * @param outputs a float32 tensor, or several; scalars, unless `gradOutputs` is given.
 * @param inputs a tensor that requires gradients, or several.
 * @param options see {@link GradOptions}.
 * @returns the gradient of the one input, or a list in the order of the inputs; null for an unused one if allowed.
 * @throws RangeError if an output is no scalar and has no `gradOutputs`; Error if an output requires no gradients, an
 *   input has no part in the outputs, the graph was released, or an op has no second order.
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.grad.html
 *
 * @example
 * ```ts
 * import { grad, variable } from "sedge";
 * const x = variable(3);
 * const y = x.mul(x).mul(x);
 * const dy = grad(y, x, { createGraph: true }); // 3 x²
 * dy.item(); // => 27
 * grad(dy, x).item(); // => 18
 * ```
 */
export function grad(outputs: Tensors, inputs: Tensor, options: GradOptions & { allowUnused: true }): Tensor | null;
export function grad(outputs: Tensors, inputs: Tensor, options?: GradOptions): Tensor;
export function grad(
  outputs: Tensors,
  inputs: readonly Tensor[],
  options: GradOptions & { allowUnused: true },
): (Tensor | null)[];
export function grad(outputs: Tensors, inputs: readonly Tensor[], options?: GradOptions): Tensor[];
export function grad(outputs: Tensors, inputs: Tensors, options: GradOptions = {}): Tensor | null | (Tensor | null)[] {
  const one = !Array.isArray(inputs);
  const [ys, xs] = [listOf("outputs", outputs), listOf("inputs", inputs)];
  checkOptions("grad", options, ["gradOutputs", "createGraph", "retainGraph", "allowUnused"]);
  const { gradOutputs, ...rest } = options;
  const { createGraph } = readOptions("grad", rest, DEFAULTS);
  const flags = readOptions("grad", rest, { ...DEFAULTS, retainGraph: createGraph });
  const starts = Array.isArray(outputs) ? seeds(ys.length, gradOutputs) : [gradOutputs as Tensor | undefined];
  for (const y of ys) expectGraph("grad", "outputs", y);
  for (const [i, x] of xs.entries()) {
    if (x.requiresGrad) continue;
    throw new Error(`grad: expected inputs[${i}] to require gradients, got ${describe(x)} that does not`);
  }
  const found = gradients(ys, xs, starts, flags);
  for (const x of found) if (x !== null) enroll(x);
  return one ? found[0]! : found;
}

function listOf(name: string, value: Tensors): readonly Tensor[] {
  const list = Array.isArray(value) ? value : [value];
  if (list.length === 0) throw new RangeError(`grad: expected at least one tensor in ${name}, got none`);
  for (const [i, t] of list.entries()) {
    expectTensor("grad", Array.isArray(value) ? `${name}[${i}]` : name, t, "float32");
  }
  return list;
}

function seeds(count: number, given: unknown): readonly (Tensor | null | undefined)[] {
  if (given === undefined) return [];
  if (Array.isArray(given) && given.length === count) return given;
  throw new RangeError(
    `grad: expected gradOutputs to be a list of ${count}, one for each output, got ${describe(given)}`,
  );
}

/** Handles under no scope, in the order of the inputs. */
function gradients(
  outputs: readonly Tensor[],
  inputs: readonly Tensor[],
  starts: readonly (Tensor | null | undefined)[],
  { createGraph, retainGraph, allowUnused }: { createGraph: boolean; retainGraph: boolean; allowUnused: boolean },
): (Tensor | null)[] {
  const wanted = new Set<unknown>(inputs.map((x) => x.node ?? x));
  /** By node, or by leaf. */
  const found = new Map<unknown, Tensor>();
  const take = (target: unknown, gradient: Tensor): void => {
    if (wanted.has(target)) found.set(target, sum(found.get(target) ?? null, gradient, createGraph));
    else gradient.dispose();
  };
  const roots: [Node, Tensor][] = [];
  const useful = usefulInputs(wanted);
  const walk: Walk = {
    retain: retainGraph,
    graph: createGraph,
    needs: useful,
    deliver: take,
    reach: (node, dy) => {
      if (wanted.has(node)) take(node, handle(dy));
    },
  };
  let done = false;
  try {
    for (const [i, y] of outputs.entries()) {
      const name = starts.length === outputs.length && outputs.length > 1 ? `gradOutputs[${i}]` : "gradOutputs";
      const start = seedGradient("grad", name, y, starts[i], createGraph);
      if (y.node instanceof Node) roots.push([y.node, start]);
      else take(y, start);
    }
    walkBack(roots, walk);
    const results = inputs.map((x, i) => {
      const gradient = found.get(x.node ?? x) ?? null;
      if (gradient !== null || allowUnused) return gradient === null ? null : handle(gradient);
      throw new Error(
        `grad: expected inputs[${i}] to have a part in the outputs, got one that has none; ` +
          "pass { allowUnused: true } for null in its place",
      );
    });
    done = true;
    return results;
  } finally {
    for (const gradient of found.values()) gradient.dispose();
    if (!done) for (const [, start] of roots) start.dispose();
  }
}

/** Another handle on a gradient and, if it has one, on its graph. */
function handle(gradient: Tensor): Tensor {
  const t = alias(gradient);
  const { node } = gradient;
  if (node instanceof Node) {
    node.refs++;
    t.node = node;
  } else if (gradient.requiresGrad) {
    t.requiresGrad = true;
  }
  t.origin = "grad";
  return t;
}

/** Tells of a node which of its inputs lead to what is wanted. */
function usefulInputs(wanted: ReadonlySet<unknown>): (node: Node) => readonly boolean[] {
  const known = new Map<Node, readonly boolean[]>();
  const leads = (edge: unknown): boolean =>
    wanted.has(edge) || (edge instanceof Node && known.get(edge)!.includes(true));
  return (root) => {
    // Nodes behind come first; a stack of its own, since graphs are deeper than the engine's.
    const stack = [root];
    while (stack.length > 0) {
      const node = stack.at(-1)!;
      const edges = node.edges ?? [];
      const open = edges.filter((edge): edge is Node => edge instanceof Node && !known.has(edge));
      if (open.length > 0) {
        stack.push(...open);
      } else {
        known.set(node, edges.map(leads));
        stack.pop();
      }
    }
    return known.get(root)!;
  };
}
