// Arithmetic of two operands, each a tensor or a number: add sub mul div maximum minimum. Remainders and copysign are
// remainder.ts, powers pow.ts, angles trig.ts. They broadcast, promote (bool < int32 < float32), and their gradients are summed back to the operands' shapes.
// Kernels: assembly/binary.ts.
import { checkNumber, checkOptions, refusal } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { k } from "../wasm.ts";
import { composed } from "./internal/composed.ts";
import {
  apply2,
  apply3,
  type Binary,
  binary,
  checkDivisor,
  converted,
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
  return composed(op, () => binary(op, a, mul(b, alpha), parts));
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

/** Options of {@link div}. */
export interface DivOptions {
  /** "floor" rounds the quotient down, "trunc" cuts it toward zero. Default: it is not rounded. */
  roundingMode?: "floor" | "trunc" | undefined;
}

/**
 * Elementwise quotient `a / b`. Division by zero gives an infinity or NaN.
 *
 * @param a tensor or number.
 * @param b tensor or number, of a shape that broadcasts with `a`'s.
 * @param options `roundingMode`: "floor" rounds the exact quotient down, "trunc" cuts it toward zero; their gradient is 0.
 * @returns float32; with a rounding mode the common kind, int32 for integers.
 * @throws RangeError if the shapes do not broadcast together, for another mode, and for int32 rounded division by zero.
 * @see https://pytorch.org/docs/stable/generated/torch.div.html
 *
 * @example
 * ```ts
 * import { div, tensor } from "sedge";
 * div(tensor([1, 2, 3], { dtype: "int32" }), 2).toArray(); // => [0.5,1,1.5]
 * div(tensor([-7, 7]), 2, { roundingMode: "floor" }).toArray(); // => [-4,3]
 * ```
 */
export function div(a: Operand, b: Operand, options?: DivOptions): Tensor {
  checkOptions("div", options, ["roundingMode"]);
  if (options?.roundingMode !== undefined) return rounded(a, b, options.roundingMode);
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

function rounded(a: Operand, b: Operand, mode: "floor" | "trunc"): Tensor {
  if (mode !== "floor" && mode !== "trunc") {
    throw refusal("div", 'roundingMode "floor" or "trunc"', mode);
  }
  checkDivisor("div", a, b);
  const still = (dy: Tensor): [Tensor, Tensor] => {
    const zero = mul(dy, 0);
    return [zero, zero];
  };
  const [float, int] = mode === "floor" ? [k.floorDiv, k.floorDivInt] : [k.truncDiv, k.truncDivInt];
  return binary("div", a, b, { float, int, backward: still, twice: still });
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
    twice: (dy, [a, b]) => [mul(dy, share(a, b)), mul(dy, share(b, a))],
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
    twice: (dy, [a, b]) => [mul(dy, share(b, a)), mul(dy, share(a, b))],
  });
}

/** dy where a > b or one is NaN, half of it where they are equal. */
const larger = (dy: Tensor, a: Tensor, b: Tensor): Tensor => apply3("maximum", k.maximumGrad, dy, a, b, "float32");

/** What `larger` multiplies dy by: a constant. */
const share = (a: Tensor, b: Tensor): Tensor => converted(1, "float32", (one) => larger(one, a, b));
