// Sums over any axes in as many kernel calls as it takes, and the way back; broadcasting and its sums, which are each
// other's gradient. The ops are ops/reduce.ts and ops/permute.ts.

import { recordLinear } from "../../autograd.ts";
import { scratch } from "../../memory.ts";
import { type Shape, sameShape, stridesOf } from "../../shape.ts";
import { empty, type Tensor } from "../../tensor.ts";
import { k } from "../../wasm.ts";
import { type Pass, passes } from "./axes.ts";
import { copyStrided } from "./copy.ts";

/**
 * The gradient of an operand of shape `shape` that was broadcast to the shape of `dy`: `dy` summed over the axes along
 * which it was repeated, or `dy` itself if none was. Recorded. May use the scratch block.
 */
export function sumTo(dy: Tensor, shape: Shape): Tensor {
  if (sameShape(dy.shape, shape)) return dy;
  const lead = dy.rank - shape.length;
  const axes: number[] = [];
  dy.shape.forEach((d, i) => {
    if (i < lead || (shape[i - lead] === 1 && d !== 1)) axes.push(i);
  });
  const y = empty(shape);
  sumPasses(y.ptr, dy.ptr, passes(dy.shape, axes), 1);
  const source = dy.shape;
  return recordLinear("sum", y, dy, (g) => repeatTo("broadcastTo", g, source));
}

/** x repeated along axes of size 1 and along new leading ones up to `shape`, which it must broadcast to. Recorded. */
export function repeatTo(op: string, x: Tensor, shape: Shape): Tensor {
  const y = empty(shape, x.dtype);
  const source = x.shape;
  const added = shape.length - source.length;
  const own = stridesOf(source);
  const strides = shape.map((_, i) => (i < added || source[i - added] === 1 ? 0 : own[i - added]!));
  copyStrided(y, { offset: 0, strides: stridesOf(shape) }, x, { offset: 0, strides }, shape);
  return recordLinear(op, y, x, (dy) => sumTo(dy, source));
}

/** y = sums of x, both byte addresses, divided by `divisor`. */
export function sumPasses(y: number, x: number, steps: readonly Pass[], divisor: number): void {
  const between = partition(steps);
  steps.forEach(([outer, reduce, inner], i) => {
    const to = between[i] ?? y;
    k.sum(to, between[i - 1] ?? x, outer, reduce, inner, i === steps.length - 1 ? divisor : 1);
  });
}

/** The passes backwards: every sum's gradient is repeated over what was summed. */
export function spread(dx: number, dy: number, steps: readonly Pass[], scale: number): void {
  const between = partition(steps);
  for (let i = steps.length - 1; i >= 0; i--) {
    const [outer, reduce, inner] = steps[i]!;
    k.sumGrad(between[i - 1] ?? dx, between[i] ?? dy, outer, reduce, inner, i === steps.length - 1 ? scale : 1);
  }
}

/** Addresses of the results of all passes but the last, in scratch. */
export function partition(steps: readonly Pass[]): number[] {
  if (steps.length === 1) return [];
  const ends: number[] = [0];
  for (const [outer, , inner] of steps.slice(0, -1)) {
    ends.push(ends.at(-1)! + Math.ceil((outer * inner) / 4) * 16);
  }
  const base = scratch(ends.at(-1)!);
  return ends.slice(0, -1).map((at) => base + at);
}
