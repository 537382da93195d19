// Closeness of values, and replacement of those that are none: isclose allclose nanToNum. Other comparisons are in
// compare.ts.
import { readOptions } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";
import { add, mul, sub } from "./binary.ts";
import { cast } from "./cast.ts";
import { eq, isnan, le, logicalAnd, logicalOr } from "./compare.ts";
import { broadcast } from "./internal/broadcast.ts";
import { composed } from "./internal/composed.ts";
import { converted, expectPair, type Operand, shapeOf } from "./internal/operands.ts";
import { clamp } from "./piecewise.ts";
import { all } from "./prod.ts";
import { where } from "./ternary.ts";
import { abs } from "./unary.ts";

/** Largest float32: below infinity. */
const LARGEST = 3.4028234663852886e38;

/** Options of {@link isclose} and {@link allclose}. */
export interface CloseOptions {
  /** Tolerance relative to `|b|` (default 1e-5). */
  rtol?: number;
  /** Absolute tolerance (default 1e-8). */
  atol?: number;
  /** Whether NaN is close to NaN (default false). */
  equalNan?: boolean;
}

/**
 * Elementwise test: whether `|a - b| <= atol + rtol |b|`. Infinities are close to their equals only.
 *
 * @param a tensor or number.
 * @param b tensor or number, of a shape that broadcasts with `a`'s.
 * @param options see {@link CloseOptions}.
 * @returns bool, of the common shape.
 * @throws RangeError if the shapes do not broadcast together.
 * @see https://pytorch.org/docs/stable/generated/torch.isclose.html
 *
 * @example
 * ```ts
 * import { isclose, tensor } from "sedge";
 * isclose(tensor([1, 2]), tensor([1.000001, 2.1])).toArray(); // => [true,false]
 * ```
 */
export function isclose(a: Operand, b: Operand, options: CloseOptions = {}): Tensor {
  return close("isclose", a, b, options);
}

/**
 * Whether all elements are close, as {@link isclose} tells of each.
 *
 * @param a tensor or number.
 * @param b tensor or number, of a shape that broadcasts with `a`'s.
 * @param options see {@link CloseOptions}.
 * @returns a boolean; true of no elements.
 * @throws RangeError if the shapes do not broadcast together.
 * @see https://pytorch.org/docs/stable/generated/torch.allclose.html
 *
 * @example
 * ```ts
 * import { allclose, tensor } from "sedge";
 * allclose(tensor([1, 2]), tensor([1, 2.1]), { atol: 0.2 }); // => true
 * ```
 */
export function allclose(a: Operand, b: Operand, options: CloseOptions = {}): boolean {
  const y = composed("allclose", () => all(close("allclose", a, b, options)));
  const result = y.data[0] === 1;
  y.dispose();
  return result;
}

function close(op: string, a: Operand, b: Operand, options: CloseOptions): Tensor {
  expectPair(op, a, b);
  const { rtol, atol, equalNan } = readOptions(op, options, { rtol: 1e-5, atol: 1e-8, equalNan: false });
  broadcast(op, shapeOf(a), shapeOf(b));
  return converted(a, "float32", (a) =>
    converted(b, "float32", (b) =>
      composed(op, () => {
        const allowed = clamp(add(mul(abs(b), rtol), atol), { max: LARGEST });
        const near = logicalOr(eq(a, b), le(abs(sub(a, b)), allowed));
        return equalNan ? logicalOr(near, logicalAnd(isnan(a), isnan(b))) : near;
      }),
    ),
  );
}

/**
 * Elementwise `x` with NaN and the infinities replaced by numbers. The gradient is 0 where they were.
 *
 * @param x any shape and dtype; int32 and bool have none and are copied.
 * @param options `nan` (default 0), `posinf` and `neginf` (default the largest and the least float32).
 * @throws TypeError if an option is no number.
 * @see https://pytorch.org/docs/stable/generated/torch.nan_to_num.html
 *
 * @example
 * ```ts
 * import { nanToNum, tensor } from "sedge";
 * nanToNum(tensor([1, NaN, -Infinity]), { neginf: -9 }).toArray(); // => [1,0,-9]
 * ```
 */
export function nanToNum(x: Tensor, options: { nan?: number; posinf?: number; neginf?: number } = {}): Tensor {
  expectTensor("nanToNum", "x", x);
  const defaults = { nan: 0, posinf: LARGEST, neginf: -LARGEST };
  const { nan, posinf, neginf } = readOptions("nanToNum", options, defaults);
  if (x.dtype !== "float32") return cast(x, x.dtype);
  return composed("nanToNum", () => {
    const upper = where(eq(x, Infinity), posinf, x);
    return where(isnan(x), nan, where(eq(x, -Infinity), neginf, upper));
  });
}
