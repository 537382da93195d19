// Variance and standard deviation over any axes. Sums and means are reduce.ts; norms vector-norm.ts.
import { readOptions, sizeOf } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";
import { div, mul, sub } from "./binary.ts";
import { eq, isnan } from "./compare.ts";
import { folded, squares } from "./internal/arrange.ts";
import { type ReduceOptions, resolve } from "./internal/axes.ts";
import { mean } from "./reduce.ts";
import { where } from "./ternary.ts";

/** Options of {@link variance} and {@link std}. */
export interface MomentOptions extends ReduceOptions {
  /** What is taken from the number of values to divide by. Default 1. */
  correction?: number | undefined;
  /** `false` stands for a correction of 0. Default true. */
  unbiased?: boolean | undefined;
}

/** The mean of each line is taken out twice, so that nothing is lost of small differences between large values; beside infinities once. */
function centered(x: Tensor): Tensor {
  const options = { axis: 1, keepDims: true };
  const near = sub(x, mean(x, options));
  const rest = mean(near, options);
  return sub(near, where(isnan(rest), 0, rest));
}

function moment(op: string, x: Tensor, options: MomentOptions | undefined, root: boolean): Tensor {
  expectTensor(op, "x", x, "float32");
  const defaults: MomentOptions = { axis: undefined, keepDims: false, correction: 1, unbiased: true };
  const { correction, unbiased, ...over } = readOptions(op, options, defaults);
  const { shape } = x; // the gradient must not see x
  const { axes, out } = resolve(op, shape, over);
  const n = sizeOf(axes.map((i) => shape[i]!));
  const divisor = Math.max(0, n - (unbiased ? correction! : 0));
  return folded(
    op,
    x,
    axes,
    (x, pass) => squares(x, pass, out, divisor, true, root),
    (dy, x, y) => {
      const slope = root ? where(eq(y, 0), 0, div(dy, mul(y, divisor))) : mul(dy, 2 / divisor);
      return mul(centered(x), slope);
    },
  );
}

/**
 * Variance over the given axes, or over all elements: the sum of squared differences from the mean, divided by their
 * number less `correction`. NaN where nothing is left to divide by, as for one element.
 *
 * @param x float32, any shape.
 * @param options `axis`: an axis or several, default all; `keepDims`, default false; `correction`, default 1;
 *   `unbiased: false` for a correction of 0.
 * @returns `x`'s shape without the reduced axes; `[]` if all are.
 * @throws TypeError if `x` is not float32. RangeError if an axis is out of range or named twice.
 * @see https://pytorch.org/docs/stable/generated/torch.var.html
 *
 * @example
 * ```ts
 * import { tensor, variance } from "sedge";
 * variance(tensor([1, 2, 3, 4, 5])).item(); // => 2.5
 * variance(tensor([[1, 3], [2, 6]]), { axis: 1, correction: 0 }).toArray(); // => [1,4]
 * ```
 */
export function variance(x: Tensor, options?: MomentOptions): Tensor {
  return moment("variance", x, options, false);
}

export { variance as var };

/**
 * Standard deviation over the given axes, or over all elements: the root of {@link variance}. Its gradient where it is 0
 * is 0.
 *
 * @param x float32, any shape.
 * @param options `axis`: an axis or several, default all; `keepDims`, default false; `correction`, default 1;
 *   `unbiased: false` for a correction of 0.
 * @returns `x`'s shape without the reduced axes; `[]` if all are.
 * @throws TypeError if `x` is not float32. RangeError if an axis is out of range or named twice.
 * @see https://pytorch.org/docs/stable/generated/torch.std.html
 *
 * @example
 * ```ts
 * import { std, tensor } from "sedge";
 * std(tensor([[1, 3], [2, 6]]), { axis: 1, unbiased: false }).toArray(); // => [1,2]
 * ```
 */
export function std(x: Tensor, options?: MomentOptions): Tensor {
  return moment("std", x, options, true);
}

/** Variance or standard deviation with the mean. */
function withMean(op: string, x: Tensor, options: MomentOptions | undefined, root: boolean): [Tensor, Tensor] {
  const y = moment(op, x, options, root);
  try {
    return [y, mean(x, { axis: options?.axis, keepDims: options?.keepDims })];
  } catch (error) {
    y.dispose();
    throw error;
  }
}

/**
 * {@link variance} and mean over the given axes, or over all elements.
 *
 * @param x float32, any shape.
 * @param options as of `variance`.
 * @returns `[variance, mean]`, each of `x`'s shape without the reduced axes.
 * @throws TypeError if `x` is not float32. RangeError if an axis is out of range or named twice.
 * @see https://pytorch.org/docs/stable/generated/torch.var_mean.html
 *
 * @example
 * ```ts
 * import { tensor, varMean } from "sedge";
 * varMean(tensor([1, 2, 3, 4, 5])).map((y) => y.item()); // => [2.5,3]
 * ```
 */
export function varMean(x: Tensor, options?: MomentOptions): [Tensor, Tensor] {
  return withMean("varMean", x, options, false);
}

/**
 * {@link std} and mean over the given axes, or over all elements.
 *
 * @param x float32, any shape.
 * @param options as of `std`.
 * @returns `[std, mean]`, each of `x`'s shape without the reduced axes.
 * @throws TypeError if `x` is not float32. RangeError if an axis is out of range or named twice.
 * @see https://pytorch.org/docs/stable/generated/torch.std_mean.html
 *
 * @example
 * ```ts
 * import { stdMean, tensor } from "sedge";
 * stdMean(tensor([1, 3]), { correction: 0 }).map((y) => y.item()); // => [1,2]
 * ```
 */
export function stdMean(x: Tensor, options?: MomentOptions): [Tensor, Tensor] {
  return withMean("stdMean", x, options, true);
}
