// Weighted sums of a few rows each, recorded: tap(), linear in x and in the weights. Its two gradients are linear too, and
// the gradients of the three are each other, so that every order of derivative exists. Kernels: assembly/taps.ts.
import { type Backward, record } from "../../autograd.ts";
import type { Shape } from "../../shape.ts";
import { empty, type Tensor } from "../../tensor.ts";
import { ints, k } from "../../wasm.ts";

/**
 * What the kernels are told of sizes: `outer` blocks of x of `size` rows, of `n` in the result, rows being `inner` long.
 * `share` blocks in a row have one table of n times `taps` in common.
 */
export type Block = readonly [outer: number, share: number, size: number, n: number, inner: number, taps: number];

/** y[o, i] = sum of weight[b, i, t] x[o, index[b, i, t]]: `outer n inner` elements as `shape`. */
export function tap(op: string, x: Tensor, index: Tensor, weight: Tensor, block: Block, shape: Shape): Tensor {
  const y = empty(shape);
  k.tap(y.ptr, x.ptr, index.ptr, weight.ptr, ints(block));
  const source = x.shape;
  const back: Backward = (dy, [index, weight, x], needs) => [
    needs[0] ? untap(dy, index, weight, block, source) : null,
    needs[1] ? tapWeight(dy, x, index, block) : null,
  ];
  return record(op, y, [x, weight], savedBy(index, weight, x), back, back);
}

/** dx[o, index[b, i, t]] += weight[b, i, t] dy[o, i]. */
function untap(dy: Tensor, index: Tensor, weight: Tensor, block: Block, shape: Shape): Tensor {
  const dx = empty(shape);
  k.tapGrad(dx.ptr, dy.ptr, index.ptr, weight.ptr, ints(block));
  const source = dy.shape;
  const back: Backward = (g, [index, weight, dy], needs) => [
    needs[0] ? tap("tap", g, index, weight, block, source) : null,
    needs[1] ? tapWeight(dy, g, index, block) : null,
  ];
  return record("untap", dx, [dy, weight], savedBy(index, weight, dy), back, back);
}

/** dweight[b, i, t] = sum over the blocks o of b of dy[o, i] · x[o, index[b, i, t]]; inner must be 1. */
function tapWeight(dy: Tensor, x: Tensor, index: Tensor, block: Block): Tensor {
  const dweight = empty(index.shape);
  k.tapWeight(dweight.ptr, dy.ptr, x.ptr, index.ptr, ints(block));
  const [result, source] = [dy.shape, x.shape];
  const back: Backward = (g, [index, dy, x], needs) => [
    needs[0] ? tap("tap", x, index, g, block, result) : null,
    needs[1] ? untap(dy, index, g, block, source) : null,
  ];
  return record("tapWeight", dweight, [dy, x], [index, dy, x], back, back);
}

/** The other operand is only needed for the gradient of weights. */
const savedBy = (index: Tensor, weight: Tensor, x: Tensor): Tensor[] =>
  weight.requiresGrad ? [index, weight, x] : [index, weight];
