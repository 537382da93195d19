// Norms of vectors over any axes, and sums that leave some elements out. Plain sums are reduce.ts; distances distance.ts.
import { noGrad } from "../autograd.ts";
import { tidy } from "../scope.ts";
import { readOptions } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";
import { zerosLike } from "./assign.ts";
import { div, mul } from "./binary.ts";
import { cast } from "./cast.ts";
import { eq, isnan, ne } from "./compare.ts";
import { amax, amin } from "./extrema.ts";
import { folded, squares } from "./internal/arrange.ts";
import { type Pass, type ReduceOptions, resolve } from "./internal/axes.ts";
import { pow } from "./pow.ts";
import { sum } from "./reduce.ts";
import { reshape } from "./shape.ts";
import { where } from "./ternary.ts";
import { abs, sign } from "./unary.ts";

/** Options of {@link vectorNorm}. */
export interface NormOptions extends ReduceOptions {
  /** The order: any number, Infinity for the largest absolute value, -Infinity for the smallest. Default 2. */
  p?: number | undefined;
}

/**
 * `(sum of |x|^p)^(1/p)` over the given axes, or over all elements. For `p` of 0 it counts what is not 0.
 *
 * Kink: where the norm is 0 the gradient is 0.
 *
 * @param x float32, any shape.
 * @param options `p`, default 2; `axis`: an axis or several, default all; `keepDims`, default false.
 * @returns `x`'s shape without the reduced axes; `[]` if all are.
 * @throws TypeError if `x` is not float32. RangeError if an axis is out of range or named twice, or for an infinite `p`
 *   if it has size 0.
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.vector_norm.html
 *
 * @example
 * ```ts
 * import { tensor, vectorNorm } from "sedge";
 * vectorNorm(tensor([3, -4])).item(); // => 5
 * vectorNorm(tensor([[3, -4], [1, 1]]), { p: 1, axis: 1 }).toArray(); // => [7,2]
 * ```
 */
export function vectorNorm(x: Tensor, options?: NormOptions): Tensor {
  const op = "vectorNorm";
  expectTensor(op, "x", x, "float32");
  const defaults: NormOptions = { p: 2, axis: undefined, keepDims: false };
  const { p = 2, ...over } = readOptions(op, options, defaults);
  const { axes, out } = resolve(op, x.shape, over);
  if (p === 1) return tidy(() => sum(abs(x), over));
  if (Math.abs(p) === Infinity) return tidy(() => (p > 0 ? amax : amin)(abs(x), over));
  return rooted(x, axes, out, p);
}

export { vectorNorm as norm };

/** For finite orders. Stands by itself since its gradient must see no tensor. */
function rooted(x: Tensor, axes: readonly number[], out: readonly number[], p: number): Tensor {
  return folded(
    "vectorNorm",
    x,
    axes,
    (x, pass) => (p === 2 ? squares(x, pass, out, 1, false, true) : powers(x, pass, out, p)),
    (dy, x, y) => {
      if (p === 0) return zerosLike(x);
      if (p === 2) return mul(x, where(eq(y, 0), 0, div(dy, y)));
      const slope = where(eq(x, 0), 0, mul(sign(x), pow(abs(x), p - 1)));
      return mul(slope, where(eq(y, 0), 0, div(dy, pow(y, p - 1))));
    },
  );
}

function powers(x: Tensor, pass: Pass, out: readonly number[], p: number): Tensor {
  return tidy(() =>
    noGrad(() => {
      const lines = reshape(x, pass);
      const total = sum(p === 0 ? cast(ne(lines, 0), "float32") : pow(abs(lines), p), { axis: 1 });
      return reshape(p === 0 ? total : pow(total, 1 / p), out);
    }),
  );
}

/**
 * How many elements are not 0, over the given axes, or of all. NaN counts.
 *
 * @param x any shape and dtype.
 * @param options `axis`: an axis or several, default all; `keepDims`: keep them with size 1, default false.
 * @returns int32, `x`'s shape without the reduced axes.
 * @throws RangeError if an axis is out of range or named twice.
 * @see https://pytorch.org/docs/stable/generated/torch.count_nonzero.html
 *
 * @example
 * ```ts
 * import { countNonzero, tensor } from "sedge";
 * countNonzero(tensor([[1, 0], [2, 3]]), { axis: 1 }).toArray(); // => [1,2]
 * ```
 */
export function countNonzero(x: Tensor, options?: ReduceOptions): Tensor {
  expectTensor("countNonzero", "x", x);
  resolve("countNonzero", x.shape, options);
  return tidy(() => sum(ne(x, 0), options));
}

/**
 * {@link sum} of what is not NaN.
 *
 * @param x any shape and dtype.
 * @param options `axis`: an axis or several, default all; `keepDims`: keep them with size 1, default false.
 * @returns `x`'s shape without the reduced axes.
 * @throws RangeError if an axis is out of range or named twice.
 * @see https://pytorch.org/docs/stable/generated/torch.nansum.html
 *
 * @example
 * ```ts
 * import { nansum, tensor } from "sedge";
 * nansum(tensor([1, NaN, 2])).item(); // => 3
 * ```
 */
export function nansum(x: Tensor, options?: ReduceOptions): Tensor {
  expectTensor("nansum", "x", x);
  resolve("nansum", x.shape, options);
  return tidy(() => sum(x.dtype === "float32" ? where(isnan(x), 0, x) : x, options));
}
