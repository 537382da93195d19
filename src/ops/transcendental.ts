// Logarithms and exponentials near 1 and 0 and to other bases, hyperbolic functions and their inverses, erfc, logit,
// and what is made of these: logaddexp, xlogy. exp, log and erf are in unary.ts, tanh and sigmoid in activation.ts.
// Kernels: assembly/transcendental.ts.
import { checkNumber, checkOptions } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";
import { k } from "../wasm.ts";
import { softplus } from "./activation.ts";
import { add, maximum, mul, sub } from "./binary.ts";
import { eq, gt, le, logicalAnd, logicalOr } from "./compare.ts";
import { full } from "./create.ts";
import { broadcast } from "./internal/broadcast.ts";
import { composed } from "./internal/composed.ts";
import { converted, expectPair, type Operand, shapeOf } from "./internal/operands.ts";
import { unary } from "./internal/unary.ts";
import { clamp } from "./piecewise.ts";
import { pow } from "./pow.ts";
import { where } from "./ternary.ts";
import { abs, exp, log, neg, reciprocal, rsqrt, square } from "./unary.ts";

/**
 * Elementwise `e^x - 1`, within 0.51 units in the last place also near 0.
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @see https://pytorch.org/docs/stable/generated/torch.expm1.html
 *
 * @example
 * ```ts
 * import { expm1, tensor } from "sedge";
 * expm1(tensor([0, 1e-10])).toArray(); // => [0,1.000000013351432e-10]
 * ```
 */
export function expm1(x: Tensor): Tensor {
  return unary("expm1", x, k.expm1, "y", null, (y) => add(y, 1));
}

/**
 * Elementwise `log(1 + x)`, within 0.51 units in the last place also near 0; -Infinity at -1, NaN below.
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @see https://pytorch.org/docs/stable/generated/torch.log1p.html
 *
 * @example
 * ```ts
 * import { log1p, tensor } from "sedge";
 * log1p(tensor([0, 1])).toArray(); // => [0,0.6931471824645996]
 * ```
 */
export function log1p(x: Tensor): Tensor {
  return unary("log1p", x, k.log1p, "x", null, (x) => reciprocal(add(x, 1)));
}

/**
 * Elementwise logarithm to base 2, within 0.51 units in the last place; -Infinity at 0, NaN below.
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @see https://pytorch.org/docs/stable/generated/torch.log2.html
 *
 * @example
 * ```ts
 * import { log2, tensor } from "sedge";
 * log2(tensor([1, 8])).toArray(); // => [0,3]
 * ```
 */
export function log2(x: Tensor): Tensor {
  return unary("log2", x, k.log2, "x", null, (x) => reciprocal(mul(x, Math.LN2)));
}

/**
 * Elementwise logarithm to base 10, within 0.51 units in the last place; -Infinity at 0, NaN below.
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @see https://pytorch.org/docs/stable/generated/torch.log10.html
 *
 * @example
 * ```ts
 * import { log10, tensor } from "sedge";
 * log10(tensor([1, 1000])).toArray(); // => [0,3]
 * ```
 */
export function log10(x: Tensor): Tensor {
  return unary("log10", x, k.log10, "x", null, (x) => reciprocal(mul(x, Math.LN10)));
}

/**
 * Elementwise `2^x`, within 0.51 units in the last place.
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @see https://pytorch.org/docs/stable/generated/torch.exp2.html
 *
 * @example
 * ```ts
 * import { exp2, tensor } from "sedge";
 * exp2(tensor([3, -1])).toArray(); // => [8,0.5]
 * ```
 */
export function exp2(x: Tensor): Tensor {
  expectTensor("exp2", "x", x);
  return converted(x, "float32", (x) => composed("exp2", () => pow(2, x)));
}

/**
 * Elementwise hyperbolic sine, within 0.51 units in the last place.
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @see https://pytorch.org/docs/stable/generated/torch.sinh.html
 *
 * @example
 * ```ts
 * import { sinh, tensor } from "sedge";
 * sinh(tensor([0, 1])).toArray(); // => [0,1.175201177597046]
 * ```
 */
export function sinh(x: Tensor): Tensor {
  return unary("sinh", x, k.sinh, "x", null, cosh);
}

/**
 * Elementwise hyperbolic cosine, within 0.51 units in the last place.
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @see https://pytorch.org/docs/stable/generated/torch.cosh.html
 *
 * @example
 * ```ts
 * import { cosh, tensor } from "sedge";
 * cosh(tensor([0, 1])).toArray(); // => [1,1.5430806875228882]
 * ```
 */
export function cosh(x: Tensor): Tensor {
  return unary("cosh", x, k.cosh, "x", null, sinh);
}

/**
 * Elementwise inverse hyperbolic sine, within 0.51 units in the last place.
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @see https://pytorch.org/docs/stable/generated/torch.asinh.html
 *
 * @example
 * ```ts
 * import { asinh, tensor } from "sedge";
 * asinh(tensor([0, 1])).toArray(); // => [0,0.8813735842704773]
 * ```
 */
export function asinh(x: Tensor): Tensor {
  return unary("asinh", x, k.asinh, "x", null, (x) => rsqrt(add(square(x), 1)));
}

/**
 * Elementwise inverse hyperbolic cosine, within 0.51 units in the last place; NaN below 1.
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @see https://pytorch.org/docs/stable/generated/torch.acosh.html
 *
 * @example
 * ```ts
 * import { acosh, tensor } from "sedge";
 * acosh(tensor([1, 2])).toArray(); // => [0,1.316957950592041]
 * ```
 */
export function acosh(x: Tensor): Tensor {
  return unary("acosh", x, k.acosh, "x", null, (x) => rsqrt(mul(sub(x, 1), add(x, 1))));
}

/**
 * Elementwise inverse hyperbolic tangent, within 0.51 units in the last place; infinite at ±1, NaN beyond.
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @see https://pytorch.org/docs/stable/generated/torch.atanh.html
 *
 * @example
 * ```ts
 * import { atanh, tensor } from "sedge";
 * atanh(tensor([0, 0.5])).toArray(); // => [0,0.5493061542510986]
 * ```
 */
export function atanh(x: Tensor): Tensor {
  return unary("atanh", x, k.atanh, "x", null, (x) => reciprocal(mul(sub(1, x), add(x, 1))));
}

/**
 * Elementwise complement of the error function, `1 - erf(x)`, within 0.6 units in the last place also
 * where it is small.
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @see https://pytorch.org/docs/stable/generated/torch.erfc.html
 *
 * @example
 * ```ts
 * import { erfc, tensor } from "sedge";
 * erfc(tensor([0, 1])).toArray(); // => [1,0.15729920566082]
 * ```
 */
export function erfc(x: Tensor): Tensor {
  return unary("erfc", x, k.erfc, "x", null, (x) => mul(exp(neg(square(x))), -2 / Math.sqrt(Math.PI)));
}

/**
 * Elementwise `log(x / (1 - x))`, the inverse of sigmoid, within 0.51 units in the last place; NaN outside of [0, 1].
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @param options `eps` from 0 to 0.5: clamps `x` to [eps, 1 - eps] first; the gradient beyond is 0. Default: no clamping.
 * @throws TypeError if `eps` is no number; RangeError if it is out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.logit.html
 *
 * @example
 * ```ts
 * import { logit, tensor } from "sedge";
 * logit(tensor([0.5, 0.75])).toArray(); // => [0,1.0986123085021973]
 * logit(tensor([0, 1]), { eps: 0.5 }).toArray(); // => [0,0]
 * ```
 */
export function logit(x: Tensor, options: { eps?: number | undefined } = {}): Tensor {
  expectTensor("logit", "x", x);
  checkOptions("logit", options, ["eps"]);
  const { eps } = options;
  if (eps !== undefined) return clampedLogit(x, checkNumber("logit", "eps", eps, 0, 0.5));
  return unary("logit", x, k.logit, "x", null, logitSlope);
}

/** The upper end is that of eps, which has digits that 1 - eps has lost. */
function clampedLogit(x: Tensor, eps: number): Tensor {
  return composed("logit", () => {
    const max = 1 - eps;
    return where(gt(x, max), -logit(full([], eps)).item(), logit(clamp(x, { min: eps, max })));
  });
}

/** 1 / (x (1 - x)), by way of a root for NaN where there is no logit */
const logitSlope = (x: Tensor): Tensor => square(rsqrt(mul(x, sub(1, x))));

/**
 * Elementwise `log(e^a + e^b)` without overflow.
 *
 * @param a tensor or number.
 * @param b tensor or number, of a shape that broadcasts with `a`'s.
 * @returns float32, of the common shape.
 * @throws RangeError if the shapes do not broadcast together.
 * @see https://pytorch.org/docs/stable/generated/torch.logaddexp.html
 *
 * @example
 * ```ts
 * import { logaddexp, tensor } from "sedge";
 * logaddexp(tensor([0, 1000]), tensor([0, 0])).toArray(); // => [0.6931471824645996,1000]
 * ```
 */
export function logaddexp(a: Operand, b: Operand): Tensor {
  checkPair("logaddexp", a, b);
  return composed("logaddexp", () => {
    // equal infinities have no difference
    const difference = where(eq(a, b), 0, sub(a, b));
    return add(maximum(a, b), softplus(neg(abs(difference))));
  });
}

/**
 * Elementwise `a log(b)`, and 0 where `a` is 0, unless `b` is NaN.
 *
 * @param a tensor or number.
 * @param b tensor or number, of a shape that broadcasts with `a`'s.
 * @returns float32, of the common shape.
 * @throws RangeError if the shapes do not broadcast together.
 * @see https://pytorch.org/docs/stable/generated/torch.xlogy.html
 *
 * @example
 * ```ts
 * import { tensor, xlogy } from "sedge";
 * xlogy(tensor([0, 2]), tensor([0, 1])).toArray(); // => [0,0]
 * ```
 */
export function xlogy(a: Operand, b: Operand): Tensor {
  checkPair("xlogy", a, b);
  return composed("xlogy", () => {
    const nothing = logicalAnd(eq(a, 0), logicalOr(le(b, 0), eq(b, Infinity)));
    return mul(a, log(where(nothing, 1, b)));
  });
}

function checkPair(op: string, a: Operand, b: Operand): void {
  expectPair(op, a, b);
  broadcast(op, shapeOf(a), shapeOf(b));
}
