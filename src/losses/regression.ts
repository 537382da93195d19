// Losses of real-valued predictions: squared, absolute, and in between; likelihoods of counts and of normal values.
import { type Backward, record } from "../autograd.ts";
import { add, div, maximum, minimum, mul, sub } from "../ops/binary.ts";
import { gt } from "../ops/compare.ts";
import { checkReduction } from "../ops/internal/reduction.ts";
import { unsqueeze } from "../ops/shape.ts";
import { where } from "../ops/ternary.ts";
import { abs, exp, log, square } from "../ops/unary.ts";
import { checkNumber, demand, readOptions, sameShape, show } from "../shape.ts";
import { empty, type Tensor } from "../tensor.ts";
import { k } from "../wasm.ts";
import { expectAlike, expectFloats, expectValues, type LossOptions, MEAN, reduced } from "./reduced.ts";

/**
 * Mean squared error, `mean((input - target)²)`. Both may require gradients.
 *
 * @param input float32, any shape.
 * @param target float32 of the same shape: unlike PyTorch, which warns and broadcasts, a mismatch is an error.
 * @param options `reduction`: `"mean"` (default), `"sum"` or `"none"`.
 * @returns `[]`; for `"none"` the shape of `input`. The mean of no element is NaN.
 * @throws RangeError if the shapes differ. TypeError if a dtype is not float32.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.mse_loss.html
 *
 * @example
 * ```ts
 * import { mse, tensor } from "sedge";
 * mse(tensor([1, 2]), tensor([0, 4])).item(); // => 2.5
 * mse(tensor([1, 2]), tensor([0, 4]), { reduction: "none" }).toArray(); // => [1,4]
 * ```
 */
export function mse(input: Tensor, target: Tensor, options?: LossOptions): Tensor {
  const { reduction } = readOptions("mse", options, { reduction: MEAN });
  checkReduction("mse", reduction);
  expectAlike("mse", { input, target });
  const n = input.size;
  const divisor = reduction === "mean" ? n : 1;
  const each = reduction === "none";
  const y = empty(each ? input.shape : []);
  if (each) k.squaredError(y.ptr, input.ptr, target.ptr, n);
  else k.mse(y.ptr, input.ptr, target.ptr, n, divisor);
  const backward: Backward = (dy, [input, target], needs) => {
    /** With respect to a. */
    const grad = (a: Tensor, b: Tensor): Tensor => {
      const da = empty(a.shape);
      if (each) k.squaredErrorGrad(da.ptr, a.ptr, b.ptr, dy.ptr, n);
      else k.mseGrad(da.ptr, a.ptr, b.ptr, dy.ptr, n, divisor);
      return da;
    };
    return [needs[0] ? grad(input, target) : null, needs[1] ? grad(target, input) : null];
  };
  return record("mse", y, [input, target], [input, target], backward, (dy, [input, target]) => {
    const slope = mul(mul(sub(input, target), 2 / divisor), dy);
    return [slope, mul(slope, -1)];
  });
}

/**
 * Mean absolute error, `mean(|input - target|)`. The gradient is 0 where both are equal.
 *
 * @param input float32, any shape.
 * @param target float32 of the same shape.
 * @param options `reduction`: `"mean"` (default), `"sum"` or `"none"`.
 * @returns `[]`; for `"none"` the shape of `input`.
 * @throws RangeError if the shapes differ. TypeError if a dtype is not float32.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.l1_loss.html
 *
 * @example
 * ```ts
 * import { l1Loss, tensor } from "sedge";
 * l1Loss(tensor([1, 2]), tensor([0, 4])).item(); // => 1.5
 * ```
 */
export function l1Loss(input: Tensor, target: Tensor, options?: LossOptions): Tensor {
  expectAlike("l1Loss", { input, target });
  const { reduction } = readOptions("l1Loss", options, { reduction: MEAN });
  return reduced("l1Loss", reduction, () => abs(sub(input, target)));
}

/** δ (|d| - δ/2) where |d| > δ, else d²/2: with m = min(|d|, δ) both are m (|d| - m/2). */
function huberOf(input: Tensor, target: Tensor, delta: number): Tensor {
  const d = abs(sub(input, target));
  const m = minimum(d, delta);
  return mul(m, sub(d, mul(m, 0.5)));
}

/**
 * Huber loss: half of the squared error where the error is at most `delta`, linear beyond.
 *
 * @param input float32, any shape.
 * @param target float32 of the same shape.
 * @param options `delta`, more than 0 (default 1); `reduction`: `"mean"` (default), `"sum"` or `"none"`.
 * @returns `[]`; for `"none"` the shape of `input`.
 * @throws RangeError if the shapes differ or `delta` is not positive. TypeError if a dtype is not float32.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.huber_loss.html
 *
 * @example
 * ```ts
 * import { huberLoss, tensor } from "sedge";
 * huberLoss(tensor([1, 4]), tensor([0, 0]), { reduction: "none" }).toArray(); // => [0.5,3.5]
 * ```
 */
export function huberLoss(
  input: Tensor,
  target: Tensor,
  options?: LossOptions & { delta?: number | undefined },
): Tensor {
  const op = "huberLoss";
  expectAlike(op, { input, target });
  const { delta, reduction } = readOptions(op, options, { delta: 1, reduction: MEAN });
  demand(delta > 0, op, "delta more than 0", delta);
  return reduced(op, reduction, () => huberOf(input, target, delta));
}

/**
 * Smooth L1 loss: the squared error over `2 beta` where the error is less than `beta`, beyond it the absolute error
 * less `beta / 2`. It is the Huber loss divided by `beta`.
 *
 * @param input float32, any shape.
 * @param target float32 of the same shape.
 * @param options `beta`, at least 0 (default 1; 0 gives {@link l1Loss}); `reduction`: `"mean"` (default), `"sum"` or
 *   `"none"`.
 * @returns `[]`; for `"none"` the shape of `input`.
 * @throws RangeError if the shapes differ or `beta` is negative. TypeError if a dtype is not float32.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.smooth_l1_loss.html
 *
 * @example
 * ```ts
 * import { smoothL1Loss, tensor } from "sedge";
 * smoothL1Loss(tensor([1, 4]), tensor([0, 0]), { reduction: "none", beta: 2 }).toArray(); // => [0.25,3]
 * ```
 */
export function smoothL1Loss(
  input: Tensor,
  target: Tensor,
  options?: LossOptions & { beta?: number | undefined },
): Tensor {
  const op = "smoothL1Loss";
  expectAlike(op, { input, target });
  const { beta, reduction } = readOptions(op, options, { beta: 1, reduction: MEAN });
  checkNumber(op, "beta", beta, 0);
  return reduced(op, reduction, () =>
    beta === 0 ? abs(sub(input, target)) : mul(huberOf(input, target, beta), 1 / beta),
  );
}

/** Options of {@link poissonNllLoss}. */
export interface PoissonOptions extends LossOptions {
  /** Whether `input` is the logarithm of the rate (default true). */
  logInput?: boolean | undefined;
  /** Whether to add Stirling's approximation of `log(target!)` where the target is more than 1 (default false). */
  full?: boolean | undefined;
  /** What is added to the rate before its logarithm is taken, if `logInput` is false (default 1e-8). */
  eps?: number | undefined;
}

/** 2π */
const TAU = 6.283185307179586;
/** log(2π) / 2 */
const HALF_LOG_TAU = 0.9189385332046727;

/**
 * Negative log-likelihood of counts under a Poisson distribution, `exp(input) - target input`.
 *
 * @param input float32: the logarithm of the rate, or the rate itself if `logInput` is false.
 * @param target float32 counts, of a shape that broadcasts with `input`'s.
 * @param options see {@link PoissonOptions}; `reduction`: `"mean"` (default), `"sum"` or `"none"`.
 * @returns `[]`; for `"none"` the common shape.
 * @throws RangeError if the shapes do not broadcast together. TypeError if a dtype is not float32.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.poisson_nll_loss.html
 *
 * @example
 * ```ts
 * import { poissonNllLoss, tensor } from "sedge";
 * poissonNllLoss(tensor([0, 0]), tensor([1, 3])).item(); // => 1
 * ```
 */
export function poissonNllLoss(input: Tensor, target: Tensor, options?: PoissonOptions): Tensor {
  const op = "poissonNllLoss";
  expectFloats(op, { input, target });
  const defaults = { logInput: true, full: false, eps: 1e-8, reduction: MEAN };
  const { logInput, full, eps, reduction } = readOptions(op, options, defaults);
  return reduced(op, reduction, () => {
    const loss = logInput ? sub(exp(input), mul(target, input)) : sub(input, mul(target, log(add(input, eps))));
    if (!full) return loss;
    const t = maximum(target, 1); // keeps the logarithm's gradient finite where it is not used
    const stirling = add(sub(mul(t, log(t)), t), mul(log(mul(t, TAU)), 0.5));
    return add(loss, where(gt(target, 1), stirling, 0));
  });
}

/** Options of {@link gaussianNllLoss}. */
export interface GaussianOptions extends LossOptions {
  /** Whether to add the constant `log(2π) / 2` (default false). */
  full?: boolean | undefined;
  /** Least variance (default 1e-6); the gradient passes through the bound. */
  eps?: number | undefined;
}

/**
 * Negative log-likelihood of values under normal distributions, `(log(variance) + (input - target)² / variance) / 2`.
 *
 * @param input float32 means, any shape.
 * @param target float32 of the same shape.
 * @param variance float32, at least 0: of the same shape, or with a last axis of size 1, or without it.
 * @param options see {@link GaussianOptions}; `reduction`: `"mean"` (default), `"sum"` or `"none"`.
 * @returns `[]`; for `"none"` the shape of `input`.
 * @throws RangeError if shapes do not match, or for a negative variance. TypeError if a dtype is not float32.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.gaussian_nll_loss.html
 *
 * @example
 * ```ts
 * import { gaussianNllLoss, tensor } from "sedge";
 * gaussianNllLoss(tensor([1, 2]), tensor([1, 4]), tensor([1, 1])).item(); // => 1
 * ```
 */
export function gaussianNllLoss(input: Tensor, target: Tensor, variance: Tensor, options?: GaussianOptions): Tensor {
  const op = "gaussianNllLoss";
  expectAlike(op, { input, target });
  expectFloats(op, { variance });
  const defaults = { full: false, eps: 1e-6, reduction: MEAN };
  const { full, eps, reduction } = readOptions(op, options, defaults);
  demand(eps > 0, op, "eps more than 0", eps);
  const { shape } = input;
  const lead = shape.slice(0, -1);
  const lacksAxis = !sameShape(variance.shape, shape) && sameShape(variance.shape, lead);
  demand(
    lacksAxis || sameShape(variance.shape, shape) || sameShape(variance.shape, [...lead, 1]),
    op,
    `variance of shape ${show(shape)}, ${show([...lead, 1])} or ${show(lead)}`,
    variance.shape,
  );
  expectValues(variance, Infinity, `${op}: expected variance at least 0`);
  return reduced(op, reduction, () => {
    const v = atLeast(lacksAxis ? unsqueeze(variance, -1) : variance, eps);
    const loss = mul(add(log(v), div(square(sub(input, target)), v)), 0.5);
    return full ? add(loss, HALF_LOG_TAU) : loss;
  });
}

/** max(x, bound), whose gradient passes everywhere. */
function atLeast(x: Tensor, bound: number): Tensor {
  const same: Backward = (dy) => [dy];
  return record("maximum", maximum(x.detach(), bound), [x], [], same, same);
}
