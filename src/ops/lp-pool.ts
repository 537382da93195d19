// Power-average pooling over one, two and three axes: a composition around avg-pool.ts.
import { tidy } from "../scope.ts";
import { checkOptions } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";
import { relu } from "./activation.ts";
import { mul } from "./binary.ts";
import { means } from "./internal/means.ts";
import { checkNorm } from "./internal/padding.ts";
import { poolAxes } from "./internal/pooling.ts";
import { pow } from "./pow.ts";
import { abs, sign } from "./unary.ts";

/** Options of a power-average pool: one number for all axes, or one for each. */
export interface LpPoolOptions<Sizes extends readonly number[]> {
  /** Pixels from a window to the next; default the kernel's size. */
  stride?: number | Sizes;
  /** Whether a last window may reach past the end, if it begins inside the image; its sum counts as of a whole window. Default false. */
  ceilMode?: boolean;
}

/** Options of {@link lpPool1d}. */
export interface LpPool1dOptions extends LpPoolOptions<readonly [number]> {}
/** Options of {@link lpPool2d}. */
export interface LpPool2dOptions extends LpPoolOptions<readonly [number, number]> {}
/** Options of {@link lpPool3d}. */
export interface LpPool3dOptions extends LpPoolOptions<readonly [number, number, number]> {}

/**
 * The root of the sum of powers of each window of a sequence: `sum(x^p)^(1/p)`. Where a sum is 0 the gradient is 0.
 *
 * @param x float32 `[N, C, L]`, or `[C, L]`.
 * @param normType the power p, above 0. Negative values give NaN where PyTorch does: no absolute value is taken.
 * @param kernelSize size of the window: a number.
 * @param options `stride`, `ceilMode`; see {@link LpPoolOptions}.
 * @returns the shape that {@link avgPool1d} gives.
 * @throws TypeError for a wrong dtype or option; RangeError for sizes that do not fit.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LPPool1d.html
 *
 * @example
 * ```ts
 * import { lpPool1d, tensor } from "sedge";
 * lpPool1d(tensor([[3, 4, 6, 8]]), 2, 2).toArray(); // => [[5,10]]
 * ```
 */
export function lpPool1d(
  x: Tensor,
  normType: number,
  kernelSize: number | readonly [number],
  options: LpPool1dOptions = {},
): Tensor {
  return pool("lpPool1d", 1, x, normType, kernelSize, options);
}

/**
 * The root of the sum of powers of each window of each channel: `sum(x^p)^(1/p)`. Where a sum is 0 the gradient is 0.
 *
 * @param x float32 `[N, C, H, W]`, or `[C, H, W]`.
 * @param normType the power p, above 0. Negative values give NaN where PyTorch does: no absolute value is taken.
 * @param kernelSize size of the window: a number, or `[vertical, horizontal]`.
 * @param options `stride`, `ceilMode`; see {@link LpPoolOptions}.
 * @returns the shape that {@link avgPool2d} gives.
 * @throws TypeError for a wrong dtype or option; RangeError for sizes that do not fit.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LPPool2d.html
 *
 * @example
 * ```ts
 * import { lpPool2d, ones } from "sedge";
 * lpPool2d(ones([1, 2, 4]), 2, 2).toArray(); // => [[[2,2]]]
 * ```
 */
export function lpPool2d(
  x: Tensor,
  normType: number,
  kernelSize: number | readonly [number, number],
  options: LpPool2dOptions = {},
): Tensor {
  return pool("lpPool2d", 2, x, normType, kernelSize, options);
}

/**
 * The root of the sum of powers of each window of a volume: `sum(x^p)^(1/p)`. Where a sum is 0 the gradient is 0.
 *
 * @param x float32 `[N, C, D, H, W]`, or `[C, D, H, W]`.
 * @param normType the power p, above 0. Negative values give NaN where PyTorch does: no absolute value is taken.
 * @param kernelSize size of the window: a number, or `[depth, vertical, horizontal]`.
 * @param options `stride`, `ceilMode`; see {@link LpPoolOptions}.
 * @returns the shape that {@link avgPool3d} gives.
 * @throws TypeError for a wrong dtype or option; RangeError for sizes that do not fit.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LPPool2d.html
 *
 * @example
 * ```ts
 * import { lpPool3d, ones } from "sedge";
 * lpPool3d(ones([1, 2, 2, 2]), 1, 2).toArray(); // => [[[[8]]]]
 * ```
 */
export function lpPool3d(
  x: Tensor,
  normType: number,
  kernelSize: number | readonly [number, number, number],
  options: LpPool3dOptions = {},
): Tensor {
  return pool("lpPool3d", 3, x, normType, kernelSize, options);
}

function pool(
  op: string,
  dims: number,
  x: Tensor,
  normType: number,
  kernelSize: unknown,
  options: LpPoolOptions<readonly number[]>,
): Tensor {
  expectTensor(op, "x", x, "float32");
  checkNorm(op, normType);
  checkOptions(op, options, ["stride", "ceilMode"]);
  const axes = poolAxes(op, dims, x, kernelSize, options);
  const places = axes.reduce((n, { kernel }) => n * kernel, 1);
  return tidy(() => {
    const mean = means(op, pow(x, normType), axes, true, 0);
    // the mean itself, whose gradient is 0 where it is 0, however steep the root
    const sum = mul(mul(sign(mean), relu(abs(mean))), places);
    return pow(sum, 1 / normType);
  });
}
