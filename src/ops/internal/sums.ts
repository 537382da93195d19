// Unrecorded sums over any axes in as many kernel calls as it takes, and the way back. The ops are ops/reduce.ts.
import { scratch } from "../../memory.ts";
import { type Shape, sameShape } from "../../shape.ts";
import { empty, type Tensor } from "../../tensor.ts";
import { k } from "../../wasm.ts";
import { type Pass, passes } from "./axes.ts";

/**
 * The gradient of an operand of shape `shape` that was broadcast to the shape of `dy`: `dy` summed over the axes along
 * which it was repeated, or `dy` itself if none was. Not recorded. May use the scratch block.
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
  return y;
}

/** y = sums of x, both byte addresses, divided by `divisor`. */
export function sumPasses(y: number, x: number, steps: readonly Pass[], divisor: number): void {
  const between = partition(steps);
  steps.forEach(({ outer, reduce, inner }, i) => {
    const to = between[i] ?? y;
    k.sum(to, between[i - 1] ?? x, outer, reduce, inner, i === steps.length - 1 ? divisor : 1);
  });
}

/** The passes backwards: every sum's gradient is repeated over what was summed. */
export function spread(dx: number, dy: number, steps: readonly Pass[], scale: number): void {
  const between = partition(steps);
  for (let i = steps.length - 1; i >= 0; i--) {
    const { outer, reduce, inner } = steps[i]!;
    k.sumGrad(between[i - 1] ?? dx, between[i] ?? dy, outer, reduce, inner, i === steps.length - 1 ? scale : 1);
  }
}

/** Addresses of the results of all passes but the last, in scratch. */
export function partition(steps: readonly Pass[]): number[] {
  if (steps.length === 1) return [];
  const ends: number[] = [0];
  for (const { outer, inner } of steps.slice(0, -1)) {
    ends.push(ends.at(-1)! + Math.ceil((outer * inner) / 4) * 16);
  }
  const base = scratch(ends.at(-1)!);
  return ends.slice(0, -1).map((at) => base + at);
}
