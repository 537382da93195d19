// Power-average pooling layers. What pooling layers share is pool.ts.
import { checkNorm } from "../ops/internal/padding.ts";
import {
  type LpPool1dOptions,
  type LpPool2dOptions,
  type LpPool3dOptions,
  lpPool1d,
  lpPool2d,
  lpPool3d,
} from "../ops/lp-pool.ts";
import type { Tensor } from "../tensor.ts";
import { Pool } from "./pool.ts";

/** The base of power-average pooling layers. */
abstract class LPPool<Sizes extends readonly number[]> extends Pool<Sizes> {
  readonly normType: number;

  constructor(op: string, dims: number, normType: number, kernelSize: unknown, options: object) {
    super(op, dims, kernelSize, options, ["stride", "ceilMode"]);
    this.normType = checkNorm(op, normType);
  }

  override extraRepr(): string {
    return `normType=${this.normType}, ${super.extraRepr()}`;
  }
}

/**
 * The root of the sum of powers of each window of a sequence: `sum(x^p)^(1/p)`. Where a sum is 0 the gradient is 0.
 *
 * @param normType the power p, above 0.
 * @param kernelSize one size.
 * @param options `stride` (default the kernel's size), `ceilMode` (default false).
 * @throws TypeError or RangeError for options out of range.
 *
 * Shape: [n, c, l] to [n, c, lo], lo = floor((l - kernel) / stride) + 1, or without n. There is no padding.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LPPool1d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.LPPool1d(2, 3, { stride: 2 }).call(ones([2, 4, 11])).shape; // => [2,4,5]
 * ```
 */
export class LPPool1d extends LPPool<readonly [number]> {
  constructor(normType: number, kernelSize: number | readonly [number], options: LpPool1dOptions = {}) {
    super("LPPool1d", 1, normType, kernelSize, options);
  }

  forward(x: Tensor): Tensor {
    const { stride, ceilMode } = this;
    return lpPool1d(x, this.normType, this.kernelSize, { stride, ceilMode });
  }
}

/**
 * The root of the sum of powers of each window of each channel: `sum(x^p)^(1/p)`. Where a sum is 0 the gradient is 0.
 *
 * @param normType the power p, above 0.
 * @param kernelSize one size, or [vertical, horizontal].
 * @param options `stride` (default the kernel's size), `ceilMode` (default false).
 * @throws TypeError or RangeError for options out of range.
 *
 * Shape: [n, c, h, w] to [n, c, ho, wo], ho = floor((h - kernel) / stride) + 1, or without n. There is no padding.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LPPool2d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.LPPool2d(2, 3).call(ones([1, 1, 9, 9])).shape; // => [1,1,3,3]
 * ```
 */
export class LPPool2d extends LPPool<readonly [number, number]> {
  constructor(normType: number, kernelSize: number | readonly [number, number], options: LpPool2dOptions = {}) {
    super("LPPool2d", 2, normType, kernelSize, options);
  }

  forward(x: Tensor): Tensor {
    const { stride, ceilMode } = this;
    return lpPool2d(x, this.normType, this.kernelSize, { stride, ceilMode });
  }
}

/**
 * The root of the sum of powers of each window of a volume: `sum(x^p)^(1/p)`. Where a sum is 0 the gradient is 0.
 *
 * @param normType the power p, above 0.
 * @param kernelSize one size, or [depth, vertical, horizontal].
 * @param options `stride` (default the kernel's size), `ceilMode` (default false).
 * @throws TypeError or RangeError for options out of range.
 *
 * Shape: [n, c, d, h, w] to [n, c, do, ho, wo], sizes as in `LPPool2d`, or without n. There is no padding.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LPPool3d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.LPPool3d(2, [1, 2, 2]).call(ones([2, 4, 3, 8, 8])).shape; // => [2,4,3,4,4]
 * ```
 */
export class LPPool3d extends LPPool<readonly [number, number, number]> {
  constructor(normType: number, kernelSize: number | readonly [number, number, number], options: LpPool3dOptions = {}) {
    super("LPPool3d", 3, normType, kernelSize, options);
  }

  forward(x: Tensor): Tensor {
    const { stride, ceilMode } = this;
    return lpPool3d(x, this.normType, this.kernelSize, { stride, ceilMode });
  }
}
