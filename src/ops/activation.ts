// Activations: relu leakyRelu tanh sigmoid gelu silu softplus clamp. Softmax is in softmax.ts. Kernels:
// assembly/activation.ts.
import { checkNumber, checkOptions, describe, readOptions } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";
import { k } from "../wasm.ts";
import { maximum, minimum } from "./binary.ts";
import { gradient, unary } from "./internal/unary.ts";

/**
 * Elementwise `max(x, 0)`. The gradient at 0 is 0; where `x` is NaN it passes.
 *
 * @param x any shape and dtype; int32 stays int32, bool counts as int32.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.relu.html
 *
 * @example
 * ```ts
 * import { relu, tensor } from "sedge";
 * relu(tensor([-1, 2])).toArray(); // => [0,2]
 * ```
 */
export function relu(x: Tensor): Tensor {
  expectTensor("relu", "x", x);
  if (x.dtype !== "float32") return maximum(x, 0);
  return unary("relu", x, k.relu, "x", (dy, [x]) => gradient(dy, x, k.reluGrad));
}

/**
 * Elementwise `x` where it is positive, else `negativeSlope x`. The gradient at 0 is that of the negative side.
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @param options `negativeSlope` (default 0.01).
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.leaky_relu.html
 *
 * @example
 * ```ts
 * import { leakyRelu, tensor } from "sedge";
 * leakyRelu(tensor([-2, 2]), { negativeSlope: 0.5 }).toArray(); // => [-1,2]
 * ```
 */
export function leakyRelu(x: Tensor, options: { negativeSlope?: number } = {}): Tensor {
  const { negativeSlope } = readOptions("leakyRelu", options, { negativeSlope: 0.01 });
  return unary(
    "leakyRelu",
    x,
    (y, x, n) => k.leakyRelu(y, x, n, negativeSlope),
    "x",
    (dy, [x]) => gradient(dy, x, (dx, dy, x, n) => k.leakyReluGrad(dx, dy, x, n, negativeSlope)),
  );
}

/**
 * Elementwise hyperbolic tangent, within 2.5 units in the last place.
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @see https://pytorch.org/docs/stable/generated/torch.tanh.html
 *
 * @example
 * ```ts
 * import { tanh, tensor } from "sedge";
 * tanh(tensor([0, Infinity])).toArray(); // => [0,1]
 * ```
 */
export function tanh(x: Tensor): Tensor {
  return unary("tanh", x, k.tanh, "y", (dy, [y]) => gradient(dy, y, k.tanhGrad));
}

/**
 * Elementwise logistic function `1 / (1 + e^-x)`, within 2.1 units in the last place.
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @see https://pytorch.org/docs/stable/generated/torch.sigmoid.html
 *
 * @example
 * ```ts
 * import { sigmoid, tensor } from "sedge";
 * sigmoid(tensor([0, -Infinity])).toArray(); // => [0.5,0]
 * ```
 */
export function sigmoid(x: Tensor): Tensor {
  return unary("sigmoid", x, k.sigmoid, "y", (dy, [y]) => gradient(dy, y, k.sigmoidGrad));
}

/**
 * Elementwise `x Φ(x)`, Φ the distribution function of the normal distribution (Hendrycks and Gimpel, 2016).
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @param options `approximate`: "none" (default) computes Φ by the error function, "tanh" by the paper's approximation.
 * @throws RangeError for another `approximate`.
 * @see https://arxiv.org/abs/1606.08415
 *
 * @example
 * ```ts
 * import { gelu, tensor } from "sedge";
 * gelu(tensor([0, 1])).toArray(); // => [0,0.8413447141647339]
 * ```
 */
export function gelu(x: Tensor, options: { approximate?: "none" | "tanh" } = {}): Tensor {
  checkOptions("gelu", options, ["approximate"]);
  const { approximate = "none" } = options;
  if (approximate === "tanh") return unary("gelu", x, k.geluTanh, "x", (dy, [x]) => gradient(dy, x, k.geluTanhGrad));
  if (approximate === "none") return unary("gelu", x, k.gelu, "x", (dy, [x]) => gradient(dy, x, k.geluGrad));
  throw new RangeError(`gelu: expected approximate to be "none" or "tanh", got ${describe(approximate)}`);
}

/**
 * Elementwise `x sigmoid(x)`, also called swish.
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.silu.html
 *
 * @example
 * ```ts
 * import { silu, tensor } from "sedge";
 * silu(tensor([0, 1])).toArray(); // => [0,0.7310585975646973]
 * ```
 */
export function silu(x: Tensor): Tensor {
  return unary("silu", x, k.silu, "x", (dy, [x]) => gradient(dy, x, k.siluGrad));
}

/**
 * Elementwise `log(1 + e^(beta x)) / beta`, a smooth relu; `x` itself where `beta x > threshold`.
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @param options `beta` (default 1), `threshold` (default 20).
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.softplus.html
 *
 * @example
 * ```ts
 * import { softplus, tensor } from "sedge";
 * softplus(tensor([0, 30])).toArray(); // => [0.6931471824645996,30]
 * ```
 */
export function softplus(x: Tensor, options: { beta?: number; threshold?: number } = {}): Tensor {
  const { beta, threshold } = readOptions("softplus", options, { beta: 1, threshold: 20 });
  return unary(
    "softplus",
    x,
    (y, x, n) => k.softplus(y, x, n, beta, threshold),
    "x",
    (dy, [x]) => gradient(dy, x, (dx, dy, x, n) => k.softplusGrad(dx, dy, x, n, beta, threshold)),
  );
}

/**
 * Elementwise `min(max(x, min), max)`; NaN stays NaN. The gradient passes within the bounds and on them.
 *
 * @param x any shape and dtype; int32 with whole bounds stays int32.
 * @param options `min` and `max`, of which at least one must be given; where min > max the result is max.
 * @throws TypeError if neither bound is given.
 * @see https://pytorch.org/docs/stable/generated/torch.clamp.html
 *
 * @example
 * ```ts
 * import { clamp, tensor } from "sedge";
 * clamp(tensor([-2, 0.5, 2]), { min: -1, max: 1 }).toArray(); // => [-1,0.5,1]
 * ```
 */
export function clamp(x: Tensor, options: { min?: number; max?: number }): Tensor {
  expectTensor("clamp", "x", x);
  checkOptions("clamp", options, ["min", "max"]);
  const { min, max } = options ?? {};
  if (min === undefined && max === undefined) throw new TypeError("clamp: expected min or max or both, got neither");
  if (min !== undefined) checkNumber("clamp", "min", min);
  if (max !== undefined) checkNumber("clamp", "max", max);
  if (x.dtype !== "float32") return clampIntegers(x, min, max);
  const low = min ?? -Infinity;
  const high = max ?? Infinity;
  return unary(
    "clamp",
    x,
    (y, x, n) => k.clamp(y, x, n, low, high),
    "x",
    (dy, [x]) => gradient(dy, x, (dx, dy, x, n) => k.clampGrad(dx, dy, x, n, low, high)),
  );
}

function clampIntegers(x: Tensor, min: number | undefined, max: number | undefined): Tensor {
  if (min === undefined) return minimum(x, max!);
  const raised = maximum(x, min);
  if (max === undefined) return raised;
  const y = minimum(raised, max);
  raised.dispose();
  return y;
}
