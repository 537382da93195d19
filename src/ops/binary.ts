// Arithmetic of two operands, each a tensor or a number: add sub mul div maximum minimum pow atan2 fmod remainder.
// They broadcast, promote (bool < int32 < float32), and their gradients are summed back to the operands' shapes.
// Kernels: assembly/binary.ts.
import { checkNumber, checkOptions } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { k } from "../wasm.ts";
import {
  apply2,
  apply3,
  type Binary,
  binary,
  commonType,
  expectOperand,
  negated,
  type Operand,
  times,
} from "./internal/operands.ts";

/** Options of {@link add} and {@link sub}. */
export interface AlphaOptions {
  /** Factor of `b` (default 1). */
  alpha?: number;
}

/**
 * Elementwise `a + b`, or `a + alpha b`.
 *
 * @param a tensor or number.
 * @param b tensor or number, of a shape that broadcasts with `a`'s.
 * @param options `alpha`: a factor of `b` (default 1).
 * @returns the common shape; bool operands count as int32, int32 sums wrap around.
 * @throws RangeError if the shapes do not broadcast together.
 * @see https://pytorch.org/docs/stable/generated/torch.add.html
 *
 * @example
 * ```ts
 * import { add, tensor } from "sedge";
 * add(tensor([1, 2]), tensor([[10], [20]])).toArray(); // => [[11,12],[21,22]]
 * tensor([1, 2]).add(5, { alpha: 2 }).toArray(); // => [11,12]
 * ```
 */
export function add(a: Operand, b: Operand, options?: AlphaOptions): Tensor {
  return withAlpha("add", a, b, options, {
    float: k.add,
    int: k.addInt,
    backward: (dy) => [dy, dy],
    twice: (dy) => [dy, dy],
  });
}

/**
 * Elementwise `a - b`, or `a - alpha b`.
 *
 * @param a tensor or number.
 * @param b tensor or number, of a shape that broadcasts with `a`'s.
 * @param options `alpha`: a factor of `b` (default 1).
 * @returns the common shape; bool operands count as int32, int32 differences wrap around.
 * @throws RangeError if the shapes do not broadcast together.
 * @see https://pytorch.org/docs/stable/generated/torch.sub.html
 *
 * @example
 * ```ts
 * import { sub, tensor } from "sedge";
 * sub(1, tensor([0.5, 2])).toArray(); // => [0.5,-1]
 * ```
 */
export function sub(a: Operand, b: Operand, options?: AlphaOptions): Tensor {
  return withAlpha("sub", a, b, options, {
    float: k.sub,
    int: k.subInt,
    backward: (dy, _saved, needs) => [dy, needs[1] ? mul(dy, -1) : null],
    twice: (dy, _saved, needs) => [dy, needs[1] ? mul(dy, -1) : null],
  });
}

function withAlpha(op: string, a: Operand, b: Operand, options: AlphaOptions | undefined, parts: Binary): Tensor {
  if (options === undefined) return binary(op, a, b, parts);
  checkOptions(op, options, ["alpha"]);
  const { alpha = 1 } = options;
  checkNumber(op, "alpha", alpha);
  if (alpha === 1) return binary(op, a, b, parts);
  if (typeof b === "number") return binary(op, a, alpha * b, parts);
  expectOperand(op, "b", b);
  const scaled = mul(b, alpha);
  try {
    return binary(op, a, scaled, parts);
  } finally {
    scaled.dispose();
  }
}

/**
 * Elementwise `a b`.
 *
 * @param a tensor or number.
 * @param b tensor or number, of a shape that broadcasts with `a`'s.
 * @returns the common shape; bool operands count as int32, int32 products wrap around.
 * @throws RangeError if the shapes do not broadcast together.
 * @see https://pytorch.org/docs/stable/generated/torch.mul.html
 *
 * @example
 * ```ts
 * import { mul, tensor } from "sedge";
 * mul(tensor([1, 2, 3]), 2).toArray(); // => [2,4,6]
 * ```
 */
export function mul(a: Operand, b: Operand): Tensor {
  return binary("mul", a, b, {
    float: k.mul,
    int: k.mulInt,
    save: (a, b) => [a, b],
    backward: (dy, [a, b], needs) => [needs[0] ? times(dy, b) : null, needs[1] ? times(dy, a) : null],
    twice: (dy, [a, b], needs) => [needs[0] ? mul(dy, b) : null, needs[1] ? mul(dy, a) : null],
  });
}

/**
 * Elementwise quotient `a / b`, always float32. Division by zero gives an infinity or NaN.
 *
 * @param a tensor or number.
 * @param b tensor or number, of a shape that broadcasts with `a`'s.
 * @throws RangeError if the shapes do not broadcast together.
 * @see https://pytorch.org/docs/stable/generated/torch.div.html
 *
 * @example
 * ```ts
 * import { div, tensor } from "sedge";
 * div(tensor([1, 2, 3], { dtype: "int32" }), 2).toArray(); // => [0.5,1,1.5]
 * ```
 */
export function div(a: Operand, b: Operand): Tensor {
  return binary("div", a, b, {
    float: k.div,
    save: (_a, b, y) => [b, y],
    backward: (dy, [b, y], needs) => {
      const da = apply2("div", k.div, dy, b, "float32");
      return [da, needs[1] ? negated(times(da, y)) : null];
    },
    twice: (dy, [b, y], needs) => {
      const da = div(dy, b);
      return [da, needs[1] ? mul(mul(da, y), -1) : null];
    },
  });
}

/**
 * Elementwise maximum; NaN where either is NaN. Where both are equal each gets half of the gradient.
 *
 * @param a tensor or number.
 * @param b tensor or number, of a shape that broadcasts with `a`'s.
 * @returns the common shape and kind.
 * @throws RangeError if the shapes do not broadcast together.
 * @see https://pytorch.org/docs/stable/generated/torch.maximum.html
 *
 * @example
 * ```ts
 * import { maximum, tensor } from "sedge";
 * maximum(tensor([1, 5]), tensor([3, 2])).toArray(); // => [3,5]
 * ```
 */
export function maximum(a: Operand, b: Operand): Tensor {
  return binary("maximum", a, b, {
    float: k.maximum,
    int: k.maximumInt,
    save: (a, b) => [a, b],
    backward: (dy, [a, b], needs) => [needs[0] ? larger(dy, a, b) : null, needs[1] ? larger(dy, b, a) : null],
  });
}

/**
 * Elementwise minimum; NaN where either is NaN. Where both are equal each gets half of the gradient.
 *
 * @param a tensor or number.
 * @param b tensor or number, of a shape that broadcasts with `a`'s.
 * @returns the common shape and kind.
 * @throws RangeError if the shapes do not broadcast together.
 * @see https://pytorch.org/docs/stable/generated/torch.minimum.html
 *
 * @example
 * ```ts
 * import { minimum, tensor } from "sedge";
 * minimum(tensor([1, 5]), 3).toArray(); // => [1,3]
 * ```
 */
export function minimum(a: Operand, b: Operand): Tensor {
  return binary("minimum", a, b, {
    float: k.minimum,
    int: k.minimumInt,
    save: (a, b) => [a, b],
    backward: (dy, [a, b], needs) => [needs[0] ? larger(dy, b, a) : null, needs[1] ? larger(dy, a, b) : null],
  });
}

/** dy where a > b or one is NaN, half of it where they are equal. */
const larger = (dy: Tensor, a: Tensor, b: Tensor): Tensor => apply3("maximum", k.maximumGrad, dy, a, b, "float32");

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
    backward: (dy, [a, b], needs) => {
      const squared = apply2("add", k.add, times(a, a), times(b, b), "float32");
      const share = apply2("div", k.div, dy, squared, "float32");
      return [needs[0] ? times(share, b) : null, needs[1] ? negated(times(share, a)) : null];
    },
  });
}

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
  return binary("fmod", a, b, { float: k.fmod, int: k.fmodInt, ...quotientGradient });
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
  return binary("remainder", a, b, { float: k.remainder, int: k.remainderInt, ...quotientGradient });
}

/** Of y = a - q b with a whole quotient q: da = dy, db = -q dy. */
const quotientGradient: Pick<Binary, "save" | "backward"> = {
  save: (a, b, y) => [a, b, y],
  backward: (dy, [a, b, y], needs) => {
    if (!needs[1]) return [dy, null];
    const multiple = apply2("sub", k.sub, a, y, "float32");
    const quotient = apply2("div", k.div, multiple, b, "float32");
    k.round(quotient.ptr, quotient.ptr, quotient.size);
    return [dy, negated(times(dy, quotient))];
  },
};

function checkDivisor(op: string, a: Operand, b: Operand): void {
  expectOperand(op, "a", a);
  expectOperand(op, "b", b);
  if (commonType(a, b, "int32") !== "int32") return;
  const zero = typeof b === "number" ? b === 0 : b.data.includes(0);
  if (zero)
    throw new RangeError(`${op}: expected b without zeros, got int32 division by zero; cast to float32 for NaN`);
}
