// Angles: sinc, tan and the inverse trigonometric functions, atan2 and hypot. sin and cos are in unary.ts. Kernels:
// assembly/transcendental.ts and assembly/binary.ts.
import type { Backward } from "../autograd.ts";
import type { Tensor } from "../tensor.ts";
import { k } from "../wasm.ts";
import { add, div, mul, sub } from "./binary.ts";
import { eq } from "./compare.ts";
import { binary, type Operand } from "./internal/operands.ts";
import { unary } from "./internal/unary.ts";
import { where } from "./ternary.ts";
import { cos, neg, reciprocal, rsqrt, square } from "./unary.ts";

/**
 * Elementwise `sin(πx) / (πx)`, the cardinal sine, 1 at 0; within 6e-8.
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @see https://pytorch.org/docs/stable/generated/torch.sinc.html
 *
 * @example
 * ```ts
 * import { sinc, tensor } from "sedge";
 * sinc(tensor([0, 0.5, 2])).toArray(); // => [1,0.6366197466850281,0]
 * ```
 */
export function sinc(x: Tensor): Tensor {
  return unary("sinc", x, k.sinc, "x", null, (x) => {
    const isZero = eq(x, 0);
    return where(isZero, 0, div(sub(cos(mul(x, Math.PI)), sinc(x)), where(isZero, 1, x)));
  });
}

/**
 * Elementwise tangent of angles in radians, of any size, within 0.51 units in the last place.
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @see https://pytorch.org/docs/stable/generated/torch.tan.html
 *
 * @example
 * ```ts
 * import { tan, tensor } from "sedge";
 * tan(tensor([0, 1])).toArray(); // => [0,1.5574077367782593]
 * ```
 */
export function tan(x: Tensor): Tensor {
  return unary("tan", x, k.tan, "y", null, (y) => add(square(y), 1));
}

/**
 * Elementwise angle whose sine is `x`, from -π/2 to π/2, within 0.51 units in the last place; NaN beyond ±1.
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @see https://pytorch.org/docs/stable/generated/torch.asin.html
 *
 * @example
 * ```ts
 * import { asin, tensor } from "sedge";
 * asin(tensor([0, 1])).toArray(); // => [0,1.5707963705062866]
 * ```
 */
export function asin(x: Tensor): Tensor {
  return unary("asin", x, k.asin, "x", null, cofunction);
}

/**
 * Elementwise angle whose cosine is `x`, from 0 to π, within 0.51 units in the last place; NaN beyond ±1.
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @see https://pytorch.org/docs/stable/generated/torch.acos.html
 *
 * @example
 * ```ts
 * import { acos, tensor } from "sedge";
 * acos(tensor([1, 0])).toArray(); // => [0,1.5707963705062866]
 * ```
 */
export function acos(x: Tensor): Tensor {
  return unary("acos", x, k.acos, "x", null, (x) => neg(cofunction(x)));
}

/** 1 / sqrt(1 - x²) */
const cofunction = (x: Tensor): Tensor => rsqrt(mul(sub(1, x), add(x, 1)));

/**
 * Elementwise angle whose tangent is `x`, from -π/2 to π/2, within 0.51 units in the last place.
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @see https://pytorch.org/docs/stable/generated/torch.atan.html
 *
 * @example
 * ```ts
 * import { atan, tensor } from "sedge";
 * atan(tensor([0, 1])).toArray(); // => [0,0.7853981852531433]
 * ```
 */
export function atan(x: Tensor): Tensor {
  return unary("atan", x, k.atan, "x", null, (x) => reciprocal(add(square(x), 1)));
}

/**
 * Elementwise angle of the point `(b, a)` in radians, from -π to π: `atan(a / b)` in the right quadrant. float32.
 * The gradient at the origin is NaN.
 *
 * @param a tensor or number: the ordinates.
 * @param b tensor or number: the abscissas, of a shape that broadcasts with `a`'s.
 * @throws RangeError if the shapes do not broadcast together.
 * @see https://pytorch.org/docs/stable/generated/torch.atan2.html
 *
 * @example
 * ```ts
 * import { atan2, tensor } from "sedge";
 * atan2(tensor([0, 1]), tensor([1, 1])).toArray(); // => [0,0.7853981852531433]
 * ```
 */
export function atan2(a: Operand, b: Operand): Tensor {
  return binary("atan2", a, b, {
    float: k.atan2,
    save: (a, b) => [a, b],
    backward: turn,
    twice: turn,
  });
}

/** dy b / (a² + b²) and -dy a / (a² + b²), by way of the length, whose square might overflow */
const turn: Backward = (dy, [a, b]) => {
  const length = hypot(a, b);
  const share = div(dy, length);
  return [mul(share, div(b, length)), neg(mul(share, div(a, length)))];
};

/**
 * Elementwise `sqrt(a² + b²)`, the length of the vector `(a, b)`, within 0.51 units in the last place and without
 * overflow on the way. The gradient at the origin is NaN.
 *
 * @param a tensor or number.
 * @param b tensor or number, of a shape that broadcasts with `a`'s.
 * @returns float32, of the common shape; infinite where either is, even beside NaN.
 * @throws RangeError if the shapes do not broadcast together.
 * @see https://pytorch.org/docs/stable/generated/torch.hypot.html
 *
 * @example
 * ```ts
 * import { hypot, tensor } from "sedge";
 * hypot(tensor([3, 5]), tensor([4, 12])).toArray(); // => [5,13]
 * ```
 */
export function hypot(a: Operand, b: Operand): Tensor {
  const back: Backward = (dy, [a, b, y]) => [mul(dy, div(a, y)), mul(dy, div(b, y))];
  return binary("hypot", a, b, { float: k.hypot, save: (a, b, y) => [a, b, y], backward: back, twice: back });
}
