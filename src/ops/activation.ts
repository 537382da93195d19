// Activations: relu leakyRelu tanh sigmoid gelu silu mish softplus logSigmoid softsign tanhshrink glu. Those of straight
// pieces are in piecewise.ts, elu and kin in rectifier.ts, softmax in softmax.ts. Kernels: assembly/activation.ts
// and assembly/transcendental.ts.
import { checkOptions, normalizeAxis, readOptions, refusal, show } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";
import { k } from "../wasm.ts";
import { add, maximum, mul, sub } from "./binary.ts";
import { gt } from "./compare.ts";
import { composed } from "./internal/composed.ts";
import { gradient, piecewise, unary } from "./internal/unary.ts";
import { slice } from "./slice.ts";
import { where } from "./ternary.ts";
import { abs, erf, exp, reciprocal, square } from "./unary.ts";

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
  return piecewise("relu", x, k.relu, k.reluGrad);
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
  return piecewise(
    "leakyRelu",
    x,
    (y, x, n) => k.leakyRelu(y, x, n, negativeSlope),
    (dx, dy, x, n) => k.leakyReluGrad(dx, dy, x, n, negativeSlope),
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
  return unary(
    "tanh",
    x,
    k.tanh,
    "y",
    (dy, [y]) => gradient(dy, y, k.tanhGrad),
    (y) => sub(1, square(y)),
  );
}

/**
 * Elementwise logistic function `1 / (1 + e^-x)`, within 2.5 units in the last place.
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
  return unary(
    "sigmoid",
    x,
    k.sigmoid,
    "y",
    (dy, [y]) => gradient(dy, y, k.sigmoidGrad),
    (y) => mul(y, sub(1, y)),
  );
}

/**
 * Elementwise `x Φ(x)`, Φ the distribution function of the normal distribution (Hendrycks and Gimpel, 2016).
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @param options `approximate`: "none" (default) for Φ within 2e-7, "tanh" for the paper's approximation.
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
  if (approximate === "tanh")
    return unary("gelu", x, k.geluTanh, "x", (dy, [x]) => gradient(dy, x, k.geluTanhGrad), geluTanhSlope);
  if (approximate === "none") return unary("gelu", x, k.gelu, "x", (dy, [x]) => gradient(dy, x, k.geluGrad), geluSlope);
  throw refusal("gelu", 'approximate to be "none" or "tanh"', approximate);
}

/** Φ(x) + x φ(x) */
function geluSlope(x: Tensor): Tensor {
  const cdf = add(mul(erf(mul(x, Math.SQRT1_2)), 0.5), 0.5);
  const density = mul(exp(mul(square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return add(cdf, mul(x, density));
}

/** σ(u) + x u' σ(u) (1 - σ(u)) with u = 2 sqrt(2/π) (x + 0.044715 x³) */
function geluTanhSlope(x: Tensor): Tensor {
  const scale = 2 * Math.sqrt(2 / Math.PI);
  const cubic = mul(square(x), 0.044715 * scale);
  const s = sigmoid(mul(x, add(cubic, scale)));
  return add(s, mul(mul(x, add(mul(cubic, 3), scale)), mul(s, sub(1, s))));
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
  return unary("silu", x, k.silu, "x", (dy, [x]) => gradient(dy, x, k.siluGrad), siluSlope);
}

/** σ(x) (1 + x (1 - σ(x))) */
function siluSlope(x: Tensor): Tensor {
  const s = sigmoid(x);
  return mul(s, add(mul(x, sub(1, s)), 1));
}

/**
 * Elementwise `x tanh(softplus(x))`, within 5 units in the last place where e^x is a normal float32.
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @see https://arxiv.org/abs/1908.08681
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.mish.html
 *
 * @example
 * ```ts
 * import { mish, tensor } from "sedge";
 * mish(tensor([0, 1])).toArray(); // => [0,0.8650983572006226]
 * ```
 */
export function mish(x: Tensor): Tensor {
  return unary("mish", x, k.mish, "x", (dy, [x]) => gradient(dy, x, k.mishGrad), mishSlope);
}

/** t + x σ(x) (1 - t²) with t = tanh(softplus(x)) */
function mishSlope(x: Tensor): Tensor {
  const t = tanh(softplus(x));
  return add(t, mul(mul(x, sigmoid(x)), sub(1, square(t))));
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
  return scaledSoftplus("softplus", x, beta, threshold);
}

function scaledSoftplus(op: string, x: Tensor, beta: number, threshold: number): Tensor {
  return unary(
    op,
    x,
    (y, x, n) => k.softplus(y, x, n, beta, threshold),
    "x",
    (dy, [x]) => gradient(dy, x, (dx, dy, x, n) => k.softplusGrad(dx, dy, x, n, beta, threshold)),
    (x) => {
      const z = mul(x, beta);
      return where(gt(z, threshold), 1, sigmoid(z));
    },
  );
}

/**
 * Elementwise logarithm of sigmoid, `-log(1 + e^-x)`, within 2 units in the last place on either side.
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.logsigmoid.html
 *
 * @example
 * ```ts
 * import { logSigmoid, tensor } from "sedge";
 * logSigmoid(tensor([0, -10000])).toArray(); // => [-0.6931471824645996,-10000]
 * ```
 */
export function logSigmoid(x: Tensor): Tensor {
  return scaledSoftplus("logSigmoid", x, -1, Infinity);
}

/**
 * Elementwise `x / (1 + |x|)`.
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.softsign.html
 *
 * @example
 * ```ts
 * import { softsign, tensor } from "sedge";
 * softsign(tensor([0, -3])).toArray(); // => [0,-0.75]
 * ```
 */
export function softsign(x: Tensor): Tensor {
  return unary("softsign", x, k.softsign, "x", null, (x) => square(reciprocal(add(abs(x), 1))));
}

/**
 * Elementwise `x - tanh(x)`.
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.tanhshrink.html
 *
 * @example
 * ```ts
 * import { tanhshrink, tensor } from "sedge";
 * tanhshrink(tensor([0, 20])).toArray(); // => [0,19]
 * ```
 */
export function tanhshrink(x: Tensor): Tensor {
  return unary("tanhshrink", x, k.tanhshrink, "x", null, (x) => square(tanh(x)));
}

/**
 * Gated linear unit: the first half of `x` along an axis times the sigmoid of the second.
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @param options `axis` (default -1), whose size must be even.
 * @returns `x`'s shape with that axis halved.
 * @throws RangeError if the axis is out of range or of odd size.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.glu.html
 *
 * @example
 * ```ts
 * import { glu, tensor } from "sedge";
 * glu(tensor([1, 2, 0, 0])).toArray(); // => [0.5,1]
 * ```
 */
export function glu(x: Tensor, options: { axis?: number } = {}): Tensor {
  expectTensor("glu", "x", x);
  const given = readOptions("glu", options, { axis: -1 });
  const axis = normalizeAxis("glu", given.axis, x.rank);
  const half = (x.shape[axis] ?? 1) / 2;
  if (!Number.isInteger(half)) {
    throw new RangeError(`glu: expected axis ${axis} of even size, got shape ${show(x.shape)}`);
  }
  return composed("glu", () => mul(slice(x, { axis, stop: half }), sigmoid(slice(x, { axis, start: half }))));
}
