// Powers, elementwise. The kernels are in assembly/binary.ts, the function itself in assembly/pow.ts.
import type { Backward } from "../autograd.ts";
import type { Tensor } from "../tensor.ts";
import { k } from "../wasm.ts";
import { mul, sub } from "./binary.ts";
import { eq, ge, logicalAnd } from "./compare.ts";
import { binary, commonType, expectOperand, type Operand, times } from "./internal/operands.ts";
import { flat, type Kernel1, mapped, unary } from "./internal/unary.ts";
import { where } from "./ternary.ts";
import { log } from "./unary.ts";

/**
 * Elementwise power `x^exponent`, within 0.51 units in the last place; C's `pow` in its special cases.
 *
 * The gradient of `x` is 0 where the exponent is 0, that of the exponent 0 where `x` is 0 and the exponent is not
 * negative. int32 powers of int32 stay int32 and wrap around.
 *
 * @param x tensor or number.
 * @param exponent tensor or number, of a shape that broadcasts with `x`'s.
 * @throws RangeError if the shapes do not broadcast together, or for an int32 `x` and a negative whole number.
 * @see https://pytorch.org/docs/stable/generated/torch.pow.html
 *
 * @example
 * ```ts
 * import { pow, tensor } from "sedge";
 * pow(tensor([2, 3]), 2).toArray(); // => [4,9]
 * pow(2, tensor([1, 0.5, -1])).toArray(); // => [2,1.4142135381698608,0.5]
 * ```
 */
export function pow(x: Operand, exponent: Operand): Tensor {
  expectOperand("pow", "x", x);
  expectOperand("pow", "exponent", exponent);
  if (typeof x !== "number" && typeof exponent === "number") {
    if (commonType(x, exponent) === "float32") return ofNumber(x, exponent);
    if (exponent < 0) {
      throw new RangeError(
        `pow: expected exponent at least 0 for ${x.dtype}, got ${exponent}; convert x with cast(x, "float32")`,
      );
    }
  }
  return binary("pow", x, exponent, {
    float: k.pow,
    int: k.powInt,
    save: (x, exponent, y) => [x, exponent, y],
    backward: gradients,
    twice: gradients,
  });
}

const gradients: Backward = (dy, [x, exponent, y], needs) => [
  needs[0] ? baseGradient(dy, x, exponent) : null,
  needs[1] ? exponentGradient(dy, x, exponent, y) : null,
];

/** exponent x^(exponent - 1) dy, and 0 where the exponent is 0 */
function baseGradient(dy: Tensor, x: Tensor, exponent: Tensor): Tensor {
  const slope = mul(exponent, pow(x, sub(exponent, 1)));
  return where(eq(exponent, 0), 0, mul(dy, slope));
}

/** dy times y log(x), or times 0 where x is 0 and the exponent is not negative */
function exponentGradient(dy: Tensor, x: Tensor, exponent: Tensor, y: Tensor): Tensor {
  const nothing = logicalAnd(eq(x, 0), ge(exponent, 0));
  return mul(dy, where(nothing, 0, mul(y, log(where(nothing, 1, x)))));
}

function ofNumber(x: Tensor, exponent: number): Tensor {
  return unary(
    "pow",
    x,
    powerKernel(exponent),
    "x",
    (dy, [x]) => (exponent === 0 ? flat(dy) : [times(dy, slope(x, exponent))]),
    (x) => (exponent === 0 ? 0 : mul(pow(x, exponent - 1), exponent)),
  );
}

/** exponent x^(exponent - 1) */
function slope(x: Tensor, exponent: number): Tensor {
  const y = mapped("pow", x, powerKernel(exponent - 1));
  k.scale(y.ptr, y.ptr, y.size, exponent);
  return y;
}

/** x^exponent, by simpler means for the exponents where PyTorch takes them too. */
function powerKernel(exponent: number): Kernel1 {
  if (exponent === 2) return (y, x, n) => k.mul(y, x, x, n, 0);
  if (exponent === 0.5) return k.sqrt;
  if (exponent === -0.5) return k.rsqrt;
  if (exponent === -1) return k.reciprocal;
  return (y, x, n) => k.powScalar(y, x, n, exponent);
}
