// Makes tensors of random numbers, drawn from the stream that src/random.ts holds.
import { checkInt, checkOptions, checkShape, type Shape } from "../shape.ts";
import { empty, type Tensor } from "../tensor.ts";
import { made } from "./internal/made.ts";
import { fillNormal, fillPermutation, fillRandint, fillUniform } from "./internal/random.ts";

/** Options of the random tensors, which are float32. */
export interface RandomOptions {
  /** Whether it is a leaf that gradients are computed for (default false). */
  requiresGrad?: boolean;
}

/**
 * Uniform random float32 values from 0 up to, not including, 1, from the stream that `seed` sets.
 *
 * @param shape sizes of the axes. @param options `requiresGrad` (default false).
 * @throws TypeError or RangeError if `shape` is no list of at most eight sizes.
 * @see https://pytorch.org/docs/stable/generated/torch.rand.html
 *
 * @example
 * ```ts
 * import { rand } from "sedge";
 * rand([2, 3]).shape; // => [2,3]
 * ```
 */
export function rand(shape: Shape, options: RandomOptions = {}): Tensor {
  checkOptions("rand", options, ["requiresGrad"]);
  const t = empty([...checkShape("rand", shape)]);
  fillUniform(t, 0, 1);
  return made("rand", t, options);
}

/**
 * Normal random float32 values of mean 0 and standard deviation 1, from the stream that `seed` sets.
 *
 * @param shape sizes of the axes. @param options `requiresGrad` (default false).
 * @throws TypeError or RangeError if `shape` is no list of at most eight sizes.
 * @see https://pytorch.org/docs/stable/generated/torch.randn.html
 *
 * @example
 * ```ts
 * import { randn } from "sedge";
 * randn([4]).shape; // => [4]
 * ```
 */
export function randn(shape: Shape, options: RandomOptions = {}): Tensor {
  checkOptions("randn", options, ["requiresGrad"]);
  const t = empty([...checkShape("randn", shape)]);
  fillNormal(t, 0, 1);
  return made("randn", t, options);
}

/**
 * Random int32 values from `low` up to, not including, `high`.
 *
 * @param low first value. @param high bound. @param shape sizes of the axes.
 * @throws TypeError or RangeError for bounds that are no int32 or out of order, and for what is no shape.
 * @see https://pytorch.org/docs/stable/generated/torch.randint.html
 *
 * @example
 * ```ts
 * import { randint } from "sedge";
 * randint(5, 6, [3]).toArray(); // => [5,5,5]
 * ```
 */
export function randint(low: number, high: number, shape: Shape): Tensor {
  checkInt("randint", "low", low, -(2 ** 31), 2 ** 31 - 1);
  checkInt("randint", "high", high, low + 1, 2 ** 31);
  const t = empty([...checkShape("randint", shape)], "int32");
  fillRandint(t, low, high);
  return made("randint", t, {});
}

/**
 * A random permutation of 0 .. n - 1, int32.
 *
 * @param n how many, at least 0.
 * @throws TypeError or RangeError for another `n`.
 * @see https://pytorch.org/docs/stable/generated/torch.randperm.html
 *
 * @example
 * ```ts
 * import { randperm } from "sedge";
 * randperm(4).sum().item(); // => 6
 * ```
 */
export function randperm(n: number): Tensor {
  const t = empty([checkInt("randperm", "n", n, 0)], "int32");
  fillPermutation(t);
  return made("randperm", t, {});
}
