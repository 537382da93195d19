// Remainders of divisions: fmod remainder; and copysign. The quotients are div of binary.ts. Kernels: assembly/binary.ts.
import type { Backward } from "../autograd.ts";
import type { Tensor } from "../tensor.ts";
import { k } from "../wasm.ts";
import { div, mul } from "./binary.ts";
import { type Binary, binary, checkDivisor, type Operand } from "./internal/operands.ts";
import { neg, sign } from "./unary.ts";

/**
 * Elementwise remainder of the division cut toward zero, with the sign of `a`: C's `fmod`, exact. As there, float32
 * division by zero gives NaN, and `a` finite with `b` infinite gives `a`.
 *
 * @param a tensor or number.
 * @param b tensor or number, of a shape that broadcasts with `a`'s.
 * @returns the common shape and kind.
 * @throws RangeError if the shapes do not broadcast together, or an int32 divisor is 0.
 * @see https://pytorch.org/docs/stable/generated/torch.fmod.html
 *
 * @example
 * ```ts
 * import { fmod, tensor } from "sedge";
 * fmod(tensor([-3, 3]), 2).toArray(); // => [-1,1]
 * ```
 */
export function fmod(a: Operand, b: Operand): Tensor {
  checkDivisor("fmod", a, b);
  return binary("fmod", a, b, { float: k.fmod, int: k.fmodInt, ...quotientGradient("trunc") });
}

/**
 * Elementwise remainder of the division rounded down, with the sign of `b`: Python's `%`. Division by zero as in
 * {@link fmod}.
 *
 * @param a tensor or number.
 * @param b tensor or number, of a shape that broadcasts with `a`'s.
 * @returns the common shape and kind.
 * @throws RangeError if the shapes do not broadcast together, or an int32 divisor is 0.
 * @see https://pytorch.org/docs/stable/generated/torch.remainder.html
 *
 * @example
 * ```ts
 * import { remainder, tensor } from "sedge";
 * remainder(tensor([-3, 3]), 2).toArray(); // => [1,1]
 * ```
 */
export function remainder(a: Operand, b: Operand): Tensor {
  checkDivisor("remainder", a, b);
  return binary("remainder", a, b, { float: k.remainder, int: k.remainderInt, ...quotientGradient("floor") });
}

/** Of y = a - q b with a whole quotient q: da = dy, db = -q dy. */
function quotientGradient(roundingMode: "floor" | "trunc"): Pick<Binary, "save" | "backward" | "twice"> {
  const back: Backward = (dy, [a, b], needs) => [dy, needs[1] ? neg(mul(dy, div(a, b, { roundingMode }))) : null];
  return { save: (a, b) => [a, b], backward: back, twice: back };
}

/**
 * Elementwise `|a|` with the sign of `b`, also of a zero. The gradient of `a` is 0 at 0, that of `b` is 0 everywhere.
 * A NaN in `b` has no sign that engines agree on, and counts as positive; PyTorch takes its bit.
 *
 * @param a tensor or number: the magnitudes.
 * @param b tensor or number: the signs, of a shape that broadcasts with `a`'s.
 * @returns float32, of the common shape.
 * @throws RangeError if the shapes do not broadcast together.
 * @see https://pytorch.org/docs/stable/generated/torch.copysign.html
 *
 * @example
 * ```ts
 * import { copysign, tensor } from "sedge";
 * copysign(tensor([1, -2]), -1).toArray(); // => [-1,-2]
 * ```
 */
export function copysign(a: Operand, b: Operand): Tensor {
  const back: Backward = (dy, [a, b]) => [mul(dy, mul(sign(a), copysign(1, b))), mul(dy, 0)];
  return binary("copysign", a, b, { float: k.copysign, save: (a, b) => [a, b], backward: back, twice: back });
}
