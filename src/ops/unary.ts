// Elementwise functions of one tensor: signs, powers, exp and log, sin and cos, erf. Rounding is in round.ts, the
// activations in activation.ts, tests such as isnan in compare.ts. Kernels: assembly/unary.ts.
import { expectTensor, type Tensor } from "../tensor.ts";
import { k } from "../wasm.ts";
import { div, mul } from "./binary.ts";
import { converted } from "./internal/operands.ts";
import { flat, level, mapped, unary } from "./internal/unary.ts";

/**
 * Elementwise `-x`.
 *
 * @param x any shape and dtype; int32 stays int32, bool counts as int32.
 * @see https://pytorch.org/docs/stable/generated/torch.neg.html
 *
 * @example
 * ```ts
 * import { neg, tensor } from "sedge";
 * neg(tensor([1, -2])).toArray(); // => [-1,2]
 * ```
 */
export function neg(x: Tensor): Tensor {
  expectTensor("neg", "x", x);
  if (x.dtype !== "float32") return ofIntegers("neg", x, k.negInt);
  return unary("neg", x, k.neg, null, null, () => -1);
}

/**
 * Elementwise absolute value. The gradient at 0 is 0.
 *
 * @param x any shape and dtype; int32 stays int32, bool counts as int32.
 * @see https://pytorch.org/docs/stable/generated/torch.abs.html
 *
 * @example
 * ```ts
 * import { abs, tensor } from "sedge";
 * abs(tensor([1, -2])).toArray(); // => [1,2]
 * ```
 */
export function abs(x: Tensor): Tensor {
  expectTensor("abs", "x", x);
  if (x.dtype !== "float32") return ofIntegers("abs", x, k.absInt);
  return unary("abs", x, k.abs, "x", null, sign);
}

/**
 * Elementwise sign: -1, 0 or 1; 0 for NaN, as in PyTorch. The gradient is 0.
 *
 * @param x any shape and dtype; int32 stays int32, bool counts as int32.
 * @see https://pytorch.org/docs/stable/generated/torch.sign.html
 *
 * @example
 * ```ts
 * import { sign, tensor } from "sedge";
 * sign(tensor([3, 0, -2])).toArray(); // => [1,0,-1]
 * ```
 */
export function sign(x: Tensor): Tensor {
  expectTensor("sign", "x", x);
  if (x.dtype !== "float32") return ofIntegers("sign", x, k.signInt);
  return unary("sign", x, k.sign, null, flat, level);
}

/**
 * Elementwise `x²`.
 *
 * @param x any shape and dtype; int32 stays int32, bool counts as int32.
 * @see https://pytorch.org/docs/stable/generated/torch.square.html
 *
 * @example
 * ```ts
 * import { square, tensor } from "sedge";
 * square(tensor([3, -2])).toArray(); // => [9,4]
 * ```
 */
export function square(x: Tensor): Tensor {
  expectTensor("square", "x", x);
  if (x.dtype !== "float32") return ofIntegers("square", x, (y, x, n) => k.mulInt(y, x, x, n, 0));
  return unary(
    "square",
    x,
    (y, x, n) => k.mul(y, x, x, n, 0),
    "x",
    null,
    (x) => mul(x, 2),
  );
}

/**
 * Elementwise square root; NaN below 0. The gradient at 0 is infinite.
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @see https://pytorch.org/docs/stable/generated/torch.sqrt.html
 *
 * @example
 * ```ts
 * import { sqrt, tensor } from "sedge";
 * sqrt(tensor([4, 9])).toArray(); // => [2,3]
 * ```
 */
export function sqrt(x: Tensor): Tensor {
  return unary("sqrt", x, k.sqrt, "y", null, (y) => div(0.5, y));
}

/**
 * Elementwise `1 / sqrt(x)`; infinite at 0, NaN below.
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @see https://pytorch.org/docs/stable/generated/torch.rsqrt.html
 *
 * @example
 * ```ts
 * import { rsqrt, tensor } from "sedge";
 * rsqrt(tensor([4, 16])).toArray(); // => [0.5,0.25]
 * ```
 */
export function rsqrt(x: Tensor): Tensor {
  return unary("rsqrt", x, k.rsqrt, "y", null, (y) => mul(mul(y, square(y)), -0.5));
}

/**
 * Elementwise `1 / x`.
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @see https://pytorch.org/docs/stable/generated/torch.reciprocal.html
 *
 * @example
 * ```ts
 * import { reciprocal, tensor } from "sedge";
 * reciprocal(tensor([2, -4])).toArray(); // => [0.5,-0.25]
 * ```
 */
export function reciprocal(x: Tensor): Tensor {
  return unary("reciprocal", x, k.reciprocal, "y", null, (y) => neg(square(y)));
}

/**
 * Elementwise `e^x`, within 1.2 units in the last place.
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @see https://pytorch.org/docs/stable/generated/torch.exp.html
 *
 * @example
 * ```ts
 * import { exp, tensor } from "sedge";
 * exp(tensor([0, 1])).toArray(); // => [1,2.7182817459106445]
 * ```
 */
export function exp(x: Tensor): Tensor {
  return unary("exp", x, k.exp, "y", null, (y) => y);
}

/**
 * Elementwise natural logarithm, within 0.83 units in the last place; -Infinity at 0, NaN below.
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @see https://pytorch.org/docs/stable/generated/torch.log.html
 *
 * @example
 * ```ts
 * import { log, tensor } from "sedge";
 * log(tensor([1, 2])).toArray(); // => [0,0.6931471824645996]
 * ```
 */
export function log(x: Tensor): Tensor {
  return unary("log", x, k.log, "x", null, reciprocal);
}

/**
 * Elementwise sine of angles in radians, of any size.
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @see https://pytorch.org/docs/stable/generated/torch.sin.html
 *
 * @example
 * ```ts
 * import { sin, tensor } from "sedge";
 * sin(tensor([0, 1])).toArray(); // => [0,0.8414709568023682]
 * ```
 */
export function sin(x: Tensor): Tensor {
  return unary("sin", x, k.sin, "x", null, cos);
}

/**
 * Elementwise cosine of angles in radians, of any size.
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @see https://pytorch.org/docs/stable/generated/torch.cos.html
 *
 * @example
 * ```ts
 * import { cos, tensor } from "sedge";
 * cos(tensor([0, 1])).toArray(); // => [1,0.5403022766113281]
 * ```
 */
export function cos(x: Tensor): Tensor {
  return unary("cos", x, k.cos, "x", null, (x) => neg(sin(x)));
}

/**
 * Elementwise error function, within 1.3 units in the last place.
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @see https://pytorch.org/docs/stable/generated/torch.erf.html
 *
 * @example
 * ```ts
 * import { erf, tensor } from "sedge";
 * erf(tensor([0, 1])).toArray(); // => [0,0.8427008390426636]
 * ```
 */
export function erf(x: Tensor): Tensor {
  return unary("erf", x, k.erf, "x", null, bell);
}

/** 2 / sqrt(π) e^(-x²) */
const bell = (x: Tensor): Tensor => mul(exp(neg(square(x))), 2 / Math.sqrt(Math.PI));

function ofIntegers(op: string, x: Tensor, kernel: (y: number, x: number, n: number) => void): Tensor {
  return converted(x, "int32", (x) => mapped(op, x, kernel));
}
