// The frame of ops of one operand that are computed in float32: checks, promotion, saving, and gradients by one
// kernel. The ops are in unary.ts and activation.ts.
import { type Backward, record } from "../../autograd.ts";
import { label } from "../../observe.ts";
import { empty, expectTensor, type Tensor } from "../../tensor.ts";
import { k } from "../../wasm.ts";
import { mul } from "../binary.ts";
import { converted, type Operand } from "./operands.ts";

/** y = kernel(x), n elements. */
export type Kernel1 = (y: number, x: number, n: number) => void;
/** dx = kernel(dy, v), where v is the saved operand or result, n elements. */
export type GradKernel = (dx: number, dy: number, v: number, n: number) => void;

/**
 * An op of one operand, float32; other kinds are converted first. `save` names what its gradient reads. `slope` is the
 * derivative, composed of recorded ops on what was saved, for gradients of gradients; and for the gradient itself where
 * `backward` is null.
 */
export function unary(
  op: string,
  x: Tensor,
  kernel: Kernel1,
  save: "x" | "y" | null,
  backward: Backward | null,
  slope: Slope,
): Tensor {
  expectTensor(op, "x", x);
  return converted(x, "float32", (x) => {
    const y = empty(x.shape);
    kernel(y.ptr, x.ptr, y.size);
    if (!x.requiresGrad) return label(op, y, [x]);
    const twice: Backward = (dy, [v]) => [mul(dy, slope(v))];
    return record(op, y, [x], save === null ? [] : [save === "x" ? x : y], backward ?? twice, twice);
  });
}

/** A derivative as a composition of recorded ops. */
export type Slope = (v: Tensor) => Operand;

/** An op made of straight pieces: its derivative, which `kernel` multiplies by dy, is constant between the kinks. */
export function piecewise(op: string, x: Tensor, kernel: Kernel1, back: GradKernel): Tensor {
  return unary(
    op,
    x,
    kernel,
    "x",
    (dy, [x]) => gradient(dy, x, back),
    (x) => {
      const slope = empty(x.shape);
      k.fill(slope.ptr, slope.size, 1);
      back(slope.ptr, slope.ptr, x.ptr, slope.size);
      return slope;
    },
  );
}

/** A tensor of the kind and shape of x, filled by a kernel. */
export function mapped(op: string, x: Tensor, kernel: Kernel1): Tensor {
  const y = empty(x.shape, x.dtype);
  kernel(y.ptr, x.ptr, y.size);
  return label(op, y, [x]);
}

/** The gradient that one kernel computes from dy and the saved value: in the place of dy, if nobody else holds that. */
export function gradient(dy: Tensor, saved: Tensor, kernel: GradKernel): [Tensor] {
  const dx = dy.storage!.refs === 1 ? dy : empty(dy.shape);
  kernel(dx.ptr, dy.ptr, saved.ptr, dx.size);
  return [dx];
}

/** The gradient of what is constant between its steps: 0. */
export function flat(dy: Tensor): [Tensor] {
  const dx = empty(dy.shape);
  k.fill(dx.ptr, dx.size, 0);
  return [dx];
}

/** The slope of the same. */
export const level = (): number => 0;
