// Activations with a bend at 0: elu celu selu prelu rrelu. relu and leakyRelu are in activation.ts, relu6 in piecewise.ts.
// Kernels: assembly/activation.ts.
import { checkNumber, readOptions, refusal } from "../shape.ts";
import { empty, expectTensor, type Tensor } from "../tensor.ts";
import { k } from "../wasm.ts";
import { leakyRelu } from "./activation.ts";
import { mul } from "./binary.ts";
import { gt } from "./compare.ts";
import { composed } from "./internal/composed.ts";
import { fillUniform } from "./internal/random.ts";
import { gradient, unary } from "./internal/unary.ts";
import { clamp } from "./piecewise.ts";
import { reshape } from "./shape.ts";
import { where } from "./ternary.ts";
import { exp } from "./unary.ts";

/** Both of selu's numbers make activations of mean 0 and variance 1 a fixed point. */
const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

/**
 * Elementwise `x` where it is positive, else `alpha (e^x - 1)`. The gradient at 0 is `alpha`.
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @param options `alpha` (default 1).
 * @see https://arxiv.org/abs/1511.07289
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.elu.html
 *
 * @example
 * ```ts
 * import { elu, tensor } from "sedge";
 * elu(tensor([-1, 2])).toArray(); // => [-0.6321205496788025,2]
 * ```
 */
export function elu(x: Tensor, options: { alpha?: number } = {}): Tensor {
  const { alpha } = readOptions("elu", options, { alpha: 1 });
  return bent("elu", x, alpha, 1);
}

/**
 * Elementwise `x` where it is positive, else `alpha (e^(x / alpha) - 1)`: elu with slope 1 on both sides of 0.
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @param options `alpha` (default 1), not 0.
 * @throws RangeError if `alpha` is 0.
 * @see https://arxiv.org/abs/1704.07483
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.celu.html
 *
 * @example
 * ```ts
 * import { celu, tensor } from "sedge";
 * celu(tensor([-1, 2]), { alpha: 2 }).toArray(); // => [-0.7869386672973633,2]
 * ```
 */
export function celu(x: Tensor, options: { alpha?: number } = {}): Tensor {
  const { alpha } = readOptions("celu", options, { alpha: 1 });
  if (alpha === 0) throw new RangeError("celu: expected alpha other than 0, got 0");
  return bent("celu", x, alpha, 1 / alpha);
}

/**
 * Elementwise `1.0507 elu(x)` with alpha 1.6733, under which mean 0 and variance 1 stay so from layer to layer. The
 * gradient at 0 is 1.7581.
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @see https://arxiv.org/abs/1706.02515
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.selu.html
 *
 * @example
 * ```ts
 * import { selu, tensor } from "sedge";
 * selu(tensor([-1, 2])).toArray(); // => [-1.1113307476043701,2.1014020442962646]
 * ```
 */
export function selu(x: Tensor): Tensor {
  return composed("selu", () => mul(bent("selu", x, SELU_ALPHA, 1), SELU_SCALE));
}

function bent(op: string, x: Tensor, alpha: number, inner: number): Tensor {
  return unary(
    op,
    x,
    (y, x, n) => k.elu(y, x, n, alpha, inner),
    "x",
    (dy, [x]) => gradient(dy, x, (dx, dy, x, n) => k.eluGrad(dx, dy, x, n, alpha, inner)),
    (x) => where(gt(x, 0), 1, mul(exp(mul(clamp(x, { max: 0 }), inner)), alpha * inner)),
  );
}

/**
 * Elementwise `x` where it is positive, else `weight x` with a learnable weight, one for all or one for each channel.
 * The gradient at 0 is `weight`.
 *
 * @param x float32 of any shape, channels in axis 1.
 * @param weight float32, of shape [1] or [channels].
 * @throws RangeError if there are as many weights neither as 1 nor as channels.
 * @see https://arxiv.org/abs/1502.01852
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.prelu.html
 *
 * @example
 * ```ts
 * import { prelu, tensor } from "sedge";
 * prelu(tensor([[-1, -1, 2]]), tensor([0.25, 0.5, 1])).toArray(); // => [[-0.25,-0.5,2]]
 * ```
 */
export function prelu(x: Tensor, weight: Tensor): Tensor {
  expectTensor("prelu", "x", x, "float32");
  expectTensor("prelu", "weight", weight, "float32");
  const channels = x.rank > 1 ? x.shape[1]! : 1;
  if (weight.rank > 1 || (weight.size !== 1 && weight.size !== channels)) {
    throw refusal("prelu", `weight of shape [1] or [${channels}]`, weight.shape);
  }
  const shape = x.shape.map((_, axis) => (axis === 1 ? weight.size : 1));
  return composed("prelu", () => leaking(x, reshape(weight, weight.size === 1 ? [] : shape)));
}

/** x where it is positive, else slope x. The slope's gradient stays 0 where x is infinite. */
function leaking(x: Tensor, slope: Tensor): Tensor {
  const positive = gt(x, 0);
  return where(positive, x, mul(where(positive, 0, x), slope));
}

/**
 * Elementwise `x` where it is positive, else `x` times a slope: in training each element's own, uniform between the
 * bounds, drawn from the stream that `seed` sets; otherwise their mean. The gradient at 0 is the slope.
 *
 * @param x float32, any shape.
 * @param options `lower` (default 1/8), `upper` (default 1/3), `training` (default false).
 * @throws TypeError if `x` is not float32; RangeError if `upper` is below `lower`.
 * @see https://arxiv.org/abs/1505.00853
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.rrelu.html
 *
 * @example
 * ```ts
 * import { rrelu, tensor } from "sedge";
 * rrelu(tensor([-1, 2]), { lower: 0.25, upper: 0.75 }).toArray(); // => [-0.5,2]
 * ```
 */
export function rrelu(x: Tensor, options: { lower?: number; upper?: number; training?: boolean } = {}): Tensor {
  expectTensor("rrelu", "x", x, "float32");
  const { lower, upper, training } = readOptions("rrelu", options, { lower: 1 / 8, upper: 1 / 3, training: false });
  checkNumber("rrelu", "upper", upper, lower);
  checkNumber("rrelu", "upper - lower", upper - lower, 0, 3e38);
  return composed("rrelu", () => {
    if (!training) return leakyRelu(x, { negativeSlope: (lower + upper) / 2 });
    const slope = empty(x.shape);
    fillUniform(slope, lower, upper);
    return leaking(x, slope);
  });
}
