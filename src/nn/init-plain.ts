// Initialisers that fill every element alike: a value, or draws from the seeded stream. Those that look at the shape are
// init-variance.ts and init-structure.ts.
import { noGrad } from "../autograd.ts";
import { assign } from "../ops/assign.ts";
import { add, maximum, minimum, mul } from "../ops/binary.ts";
import { lt } from "../ops/compare.ts";
import { tensor } from "../ops/create.ts";
import { fillNormal, fillUniform } from "../ops/internal/random.ts";
import { where } from "../ops/ternary.ts";
import { erf, log, neg, sqrt } from "../ops/unary.ts";
import { tidy } from "../scope.ts";
import { checkNumber, demand, readOptions } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { fill } from "./fill.ts";

/**
 * Uniform values from `a` to `b`.
 *
 * @param x filled in place. @param options `a` (default 0), `b` (default 1).
 * @returns `x`.
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.uniform_
 *
 * @example
 * ```ts
 * import { nn } from "sedge";
 * nn.init.uniform(new nn.Linear(2, 3).weight, { a: -0.1, b: 0.1 }).shape; // => [3,2]
 * ```
 */
export function uniform(x: Tensor, options?: { a?: number; b?: number }): Tensor {
  const { a, b } = readOptions("uniform", options, { a: 0, b: 1 });
  checkNumber("uniform", "b", b, a);
  return fill("uniform", x, (t) => fillUniform(t, a, b));
}

/**
 * Normal values.
 *
 * @param x filled in place. @param options `mean` (default 0), `std` (default 1).
 * @returns `x`.
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.normal_
 *
 * @example
 * ```ts
 * import { nn } from "sedge";
 * nn.init.normal(new nn.Linear(2, 3).weight, { std: 0.02 }).shape; // => [3,2]
 * ```
 */
export function normal(x: Tensor, options?: { mean?: number; std?: number }): Tensor {
  const { mean, std } = readOptions("normal", options, { mean: 0, std: 1 });
  checkNumber("normal", "std", std, 0);
  return fill("normal", x, (t) => fillNormal(t, mean, std));
}

/**
 * The same value everywhere.
 *
 * @param x filled in place. @param value a number.
 * @returns `x`.
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.constant_
 *
 * @example
 * ```ts
 * import { nn } from "sedge";
 * nn.init.constant(new nn.Linear(2, 3).bias!, 0.5).toArray(); // => [0.5,0.5,0.5]
 * ```
 */
export function constant(x: Tensor, value: number): Tensor {
  checkNumber("constant", "value", value);
  return fill("constant", x, (t) => t.data.fill(value));
}

/**
 * Zeros, in place; returns `x`.
 *
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.zeros_
 *
 * @example
 * ```ts
 * import { nn } from "sedge";
 * nn.init.zeros(new nn.Linear(2, 3).bias!).toArray(); // => [0,0,0]
 * ```
 */
export function zeros(x: Tensor): Tensor {
  return fill("zeros", x, (t) => t.data.fill(0));
}

/**
 * Ones, in place; returns `x`.
 *
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.ones_
 *
 * @example
 * ```ts
 * import { nn } from "sedge";
 * nn.init.ones(new nn.Linear(2, 3).bias!).toArray(); // => [1,1,1]
 * ```
 */
export function ones(x: Tensor): Tensor {
  return fill("ones", x, (t) => t.data.fill(1));
}

/** Options of {@link truncNormal}. */
export interface TruncNormalOptions {
  /** Mean before the ends are cut off. Default 0. */
  mean?: number;
  /** Standard deviation before, above 0. Default 1. */
  std?: number;
  /** Least value. Default -2. */
  a?: number;
  /** Largest value. Default 2. */
  b?: number;
}

/**
 * Fits to erf⁻¹(x) / x in w = -log(1 - x²), highest degree first: of w - 2.5 below 5, of sqrt(w) - 3 beyond. Giles,
 * "Approximating the erfinv function", 2010.
 */
const CENTRAL = [
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 2.1858087e-4, -1.25372503e-3, -4.17768164e-3,
  0.246640727, 1.50140941,
];
const TAIL = [
  -2.00214257e-4, 1.00950558e-4, 1.34934322e-3, -3.67342844e-3, 5.73950773e-3, -7.6224613e-3, 9.43887047e-3, 1.00167406,
  2.83297682,
];

const polynomial = (x: Tensor, fit: readonly number[]): Tensor =>
  fit.slice(1).reduce((y, c) => tidy(() => add(mul(y, x), c)), add(mul(x, 0), fit[0]!));

/**
 * Normal values within [a, b], by the inverse of the distribution function. PyTorch warns, and so should you beware, where
 * the mean is more than two deviations outside.
 *
 * @param x filled in place. @param options see {@link TruncNormalOptions}.
 * @returns `x`.
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.trunc_normal_
 *
 * @example
 * ```ts
 * import { nn } from "sedge";
 * const { weight } = new nn.Linear(20, 30);
 * nn.init.truncNormal(weight, { std: 0.02, a: -0.04, b: 0.04 }).abs().amax().item() <= 0.0401; // => true
 * ```
 */
export function truncNormal(x: Tensor, options?: TruncNormalOptions): Tensor {
  const op = "truncNormal";
  const { mean, std, a, b } = readOptions(op, options, { mean: 0, std: 1, a: -2, b: 2 });
  checkNumber(op, "b", b, a);
  demand(std > 0, op, "std above 0", std);
  const scale = std * Math.SQRT2;
  return fill(op, x, () =>
    noGrad(() =>
      tidy(() => {
        const [low = 0, high = 0] = erf(tensor([(a - mean) / scale, (b - mean) / scale])).data;
        fillUniform(x, low, high);
        const w = neg(log(mul(add(neg(x), 1), add(x, 1))));
        const central = polynomial(add(w, -2.5), CENTRAL);
        const inverse = where(lt(w, 5), central, polynomial(add(sqrt(w), -3), TAIL));
        assign(x, minimum(maximum(add(mul(mul(inverse, x), scale), mean), a), b));
      }),
    ),
  );
}
