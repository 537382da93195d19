// Means of windows and the gradients of these, which are linear: the gradient of each is the other. The ops are
// ops/avg-pool.ts and ops/adaptive-pool.ts; the loops assembly/pool*.ts.
import { type Backward, record } from "../../autograd.ts";
import type { Shape } from "../../shape.ts";
import { empty, type Tensor } from "../../tensor.ts";
import { ints, k } from "../../wasm.ts";
import { type Axis, geometryOf, workingMemory } from "./geometry.ts";
import { separately } from "./pooling.ts";

/** Writes y from x, of other shapes. */
type Kernel = (y: Tensor, x: Tensor) => void;

/** y = forward(x), whose gradient is backward(dy). */
export function linear(op: string, x: Tensor, shape: Shape, forward: Kernel, backward: Kernel): Tensor {
  const y = empty(shape);
  forward(y, x);
  const back = linearBack(op, x.shape, backward, forward);
  return record(op, y, [x], [], back, back);
}
const linearBack =
  (op: string, shape: Shape, backward: Kernel, forward: Kernel): Backward =>
  (dy) => [linear(op, dy, shape, backward, forward)];

/** The mean of each window: its sum divided by `divisor`, or if that is 0 by its places. */
export function means(op: string, x: Tensor, axes: readonly Axis[], countIncludePad: boolean, divisor: number): Tensor {
  const pool = (x: Tensor, shape: Shape, planes: number, axes: readonly Axis[], divisor: number): Tensor => {
    const geometry = geometryOf(planes, 1, 1, 1, axes);
    const count = countIncludePad ? 1 : 0;
    return linear(
      op,
      x,
      shape,
      (y, x) => {
        k.avgPool(y.ptr, x.ptr, ints(geometry), workingMemory(k.poolScratch, geometry), count, divisor);
      },
      (dx, dy) => {
        k.avgPoolGrad(dx.ptr, dy.ptr, ints(geometry), workingMemory(k.avgPoolGradScratch, geometry), count, divisor);
      },
    );
  };
  return separately(
    x,
    axes,
    (...planes) => pool(...planes, divisor),
    (...planes) => pool(...planes, divisor === 0 ? 0 : 1),
  );
}
