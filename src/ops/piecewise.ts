// Elementwise functions of straight pieces: clamp, and the activations relu6 hardtanh hardsigmoid hardswish hardshrink
// softshrink threshold. relu and leakyRelu are in activation.ts. Kernels: assembly/activation.ts.
import { checkNumber, checkOptions, readOptions } from "../shape.ts";
import { expectTensor, Tensor } from "../tensor.ts";
import { k } from "../wasm.ts";
import { add, maximum, minimum, mul, sub } from "./binary.ts";
import { ge, gt, le, lt } from "./compare.ts";
import { broadcast } from "./internal/broadcast.ts";
import { composed } from "./internal/composed.ts";
import { commonType, expectOperand, type Operand, shapeOf } from "./internal/operands.ts";
import { gradient, piecewise, unary } from "./internal/unary.ts";
import { where } from "./ternary.ts";
import { abs } from "./unary.ts";

/**
 * Elementwise `min(max(x, min), max)`; NaN stays NaN. The gradient passes to `x` within the bounds and on them, and to
 * a bound that is a tensor where that is the result.
 *
 * @param x any shape and dtype; int32 with whole bounds stays int32.
 * @param options `min` and `max`, numbers or tensors that broadcast with `x`, of which at least one must be given; where
 *   min > max the result is max.
 * @throws TypeError if neither bound is given; RangeError if the shapes do not broadcast together.
 * @see https://pytorch.org/docs/stable/generated/torch.clamp.html
 *
 * @example
 * ```ts
 * import { clamp, tensor } from "sedge";
 * clamp(tensor([-2, 0.5, 2]), { min: -1, max: 1 }).toArray(); // => [-1,0.5,1]
 * clamp(tensor([-2, 0.5, 2]), { min: tensor([0, 1, 1]) }).toArray(); // => [0,1,2]
 * ```
 */
export function clamp(x: Tensor, options: { min?: Operand | undefined; max?: Operand | undefined }): Tensor {
  expectTensor("clamp", "x", x);
  checkOptions("clamp", options, ["min", "max"]);
  const { min, max } = options ?? {};
  if (min === undefined && max === undefined) throw new TypeError("clamp: expected min or max or both, got neither");
  if (min instanceof Tensor || max instanceof Tensor) return clampBetween(x, min, max);
  if (min !== undefined) checkNumber("clamp", "min", min);
  if (max !== undefined) checkNumber("clamp", "max", max);
  if (x.dtype !== "float32") return clampIntegers(x, min, max);
  const low = min ?? -Infinity;
  const high = max ?? Infinity;
  return piecewise(
    "clamp",
    x,
    (y, x, n) => k.clamp(y, x, n, low, high),
    (dx, dy, x, n) => k.clampGrad(dx, dy, x, n, low, high),
  );
}

function clampBetween(x: Tensor, min: Operand | undefined, max: Operand | undefined): Tensor {
  if (min !== undefined) expectOperand("clamp", "min", min);
  if (max !== undefined) expectOperand("clamp", "max", max);
  broadcast("clamp", x.shape, shapeOf(min ?? 0), shapeOf(max ?? 0));
  return composed("clamp", () => {
    const raised = min === undefined ? x : chosen(ge(x, min), lt(x, min), x, min);
    return max === undefined ? raised : chosen(le(raised, max), gt(raised, max), raised, max);
  });
}

/** x where it is within, the bound where x is beyond, and where neither is true NaN, from which no gradient flows. */
function chosen(within: Tensor, beyond: Tensor, x: Tensor, bound: Operand): Tensor {
  const neither = commonType(x, bound) === "float32" ? NaN : 0;
  return where(within, x, where(beyond, bound, neither));
}

function clampIntegers(x: Tensor, min: number | undefined, max: number | undefined): Tensor {
  return composed("clamp", () => {
    const raised = min === undefined ? x : maximum(x, min);
    return max === undefined ? raised : minimum(raised, max);
  });
}

/**
 * Elementwise `min(max(x, minVal), maxVal)`. Unlike that of {@link clamp}, the gradient is 0 on the bounds.
 *
 * @param x any shape and dtype; int32 with whole bounds stays int32.
 * @param options `minVal` (default -1), `maxVal` (default 1), at least `minVal`.
 * @throws RangeError if `maxVal` is below `minVal`.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.hardtanh.html
 *
 * @example
 * ```ts
 * import { hardtanh, tensor } from "sedge";
 * hardtanh(tensor([-2, 0.5, 2])).toArray(); // => [-1,0.5,1]
 * ```
 */
export function hardtanh(x: Tensor, options: { minVal?: number; maxVal?: number } = {}): Tensor {
  const { minVal, maxVal } = readOptions("hardtanh", options, { minVal: -1, maxVal: 1 });
  checkNumber("hardtanh", "maxVal", maxVal, minVal);
  return bounded("hardtanh", x, minVal, maxVal);
}

/**
 * Elementwise `min(max(x, 0), 6)`. The gradient is 0 at 0 and at 6.
 *
 * @param x any shape and dtype; int32 stays int32.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.relu6.html
 *
 * @example
 * ```ts
 * import { relu6, tensor } from "sedge";
 * relu6(tensor([-1, 3, 7])).toArray(); // => [0,3,6]
 * ```
 */
export function relu6(x: Tensor): Tensor {
  return bounded("relu6", x, 0, 6);
}

function bounded(op: string, x: Tensor, low: number, high: number): Tensor {
  expectTensor(op, "x", x);
  if (x.dtype !== "float32") return clampIntegers(x, low, high);
  const [above, below] = [neighbour(low, 1), neighbour(high, -1)];
  return piecewise(
    op,
    x,
    (y, x, n) => k.clamp(y, x, n, low, high),
    (dx, dy, x, n) => k.clampGrad(dx, dy, x, n, above, below),
  );
}

/** The next float32 after x, upwards for a step of 1, downwards for -1. 6e-8 is between a half and one of its units. */
function neighbour(x: number, step: number): number {
  const float = Math.fround(x);
  return Number.isFinite(float) ? Math.fround(float + step * Math.max(Math.abs(float) * 6e-8, 1e-45)) : float;
}

/**
 * Elementwise `min(max(x + 3, 0), 6) / 6`, sigmoid of straight pieces. The gradient is 0 at ±3.
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.hardsigmoid.html
 *
 * @example
 * ```ts
 * import { hardsigmoid, tensor } from "sedge";
 * hardsigmoid(tensor([-4, 0, 3])).toArray(); // => [0,0.5,1]
 * ```
 */
export function hardsigmoid(x: Tensor): Tensor {
  expectTensor("hardsigmoid", "x", x);
  return composed("hardsigmoid", () => mul(relu6(add(x, 3)), 1 / 6));
}

/**
 * Elementwise `x hardsigmoid(x)`. The gradient is -1/2 at -3 and 1 at 3.
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @see https://arxiv.org/abs/1905.02244
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.hardswish.html
 *
 * @example
 * ```ts
 * import { hardswish, tensor } from "sedge";
 * hardswish(tensor([-4, 0, 5])).toArray(); // => [0,0,5]
 * ```
 */
export function hardswish(x: Tensor): Tensor {
  return unary(
    "hardswish",
    x,
    k.hardswish,
    "x",
    (dy, [x]) => gradient(dy, x, k.hardswishGrad),
    (x) => where(lt(x, -3), 0, where(lt(x, 3), add(mul(x, 1 / 3), 0.5), 1)),
  );
}

/**
 * Elementwise `x` where `|x| > lambd`, else 0. The gradient is 0 where the result is set to 0.
 *
 * @param x any shape and dtype; int32 stays int32.
 * @param options `lambd` (default 0.5).
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.hardshrink.html
 *
 * @example
 * ```ts
 * import { hardshrink, tensor } from "sedge";
 * hardshrink(tensor([-1, 0.5, 2])).toArray(); // => [-1,0,2]
 * ```
 */
export function hardshrink(x: Tensor, options: { lambd?: number } = {}): Tensor {
  expectTensor("hardshrink", "x", x);
  const { lambd } = readOptions("hardshrink", options, { lambd: 0.5 });
  return composed("hardshrink", () => where(le(abs(x), lambd), 0, x));
}

/**
 * Elementwise `x` less `lambd` towards 0, and 0 where `|x| <= lambd`.
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @param options `lambd` (default 0.5), at least 0.
 * @throws RangeError if `lambd` is negative.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.softshrink.html
 *
 * @example
 * ```ts
 * import { softshrink, tensor } from "sedge";
 * softshrink(tensor([-1, 0.5, 2])).toArray(); // => [-0.5,0,1.5]
 * ```
 */
export function softshrink(x: Tensor, options: { lambd?: number } = {}): Tensor {
  expectTensor("softshrink", "x", x);
  const { lambd } = readOptions("softshrink", options, { lambd: 0.5 });
  checkNumber("softshrink", "lambd", lambd, 0);
  return composed("softshrink", () => sub(x, clamp(x, { min: -lambd, max: lambd })));
}

/**
 * Elementwise `x` where it is above `threshold`, else `value`. The gradient at the threshold is 0.
 *
 * @param x any shape and dtype; int32 with whole numbers stays int32.
 * @param threshold number.
 * @param value number.
 * @throws TypeError if either is no number.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.threshold.html
 *
 * @example
 * ```ts
 * import { tensor, threshold } from "sedge";
 * threshold(tensor([-1, 0.5, 2]), 0.5, 20).toArray(); // => [20,20,2]
 * ```
 */
export function threshold(x: Tensor, threshold: number, value: number): Tensor {
  expectTensor("threshold", "x", x);
  checkNumber("threshold", "threshold", threshold);
  checkNumber("threshold", "value", value);
  return composed("threshold", () => where(le(x, threshold), value, x));
}
