// Softmax and its logarithm along an axis, and logsumexp over axes. Cross-entropy is cross-entropy.ts.
import { type Backward, record } from "../autograd.ts";
import { checkOptions, normalizeAxis } from "../shape.ts";
import { empty, expectTensor, type Tensor } from "../tensor.ts";
import { k } from "../wasm.ts";
import { mul, sub } from "./binary.ts";
import { onBlock, withBlock } from "./internal/arrange.ts";
import { lineOf, type Pass, type ReduceOptions, resolve } from "./internal/axes.ts";
import { composed } from "./internal/composed.ts";
import { recordSoftmax } from "./internal/softmax.ts";
import { exp, neg } from "./unary.ts";

/** Options of `softmax` and kin. */
export interface SoftmaxOptions {
  /** The axis whose elements add up to 1, negative ones counted from the end. Default -1. */
  axis?: number | undefined;
}

/**
 * `exp(x)` divided by its sum along an axis: positive values that add up to 1.
 *
 * Large values do not overflow. NaN for a line that holds NaN or infinity, or is all -infinity. Below e^-87.7 of the
 * largest a value is 0.
 *
 * @param x float32, any shape.
 * @param options `axis`: default -1.
 * @returns `x`'s shape.
 * @throws RangeError if the axis is out of range. TypeError if `x` is not float32.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.softmax.html
 *
 * @example
 * ```ts
 * import { softmax, tensor } from "sedge";
 * softmax(tensor([[0, 0], [1000, -1000]])).toArray(); // => [[0.5,0.5],[1,0]]
 * ```
 */
export function softmax(x: Tensor, options?: SoftmaxOptions): Tensor {
  return normalized("softmax", x, options);
}

/**
 * Logarithm of {@link softmax}, exact where softmax itself would be 0.
 *
 * @param x float32, any shape.
 * @param options `axis`: default -1.
 * @returns `x`'s shape.
 * @throws RangeError if the axis is out of range. TypeError if `x` is not float32.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.log_softmax.html
 *
 * @example
 * ```ts
 * import { logSoftmax, tensor } from "sedge";
 * logSoftmax(tensor([1000, 0])).toArray(); // => [0,-1000]
 * ```
 */
export function logSoftmax(x: Tensor, options?: SoftmaxOptions): Tensor {
  return normalized("logSoftmax", x, options);
}

function normalized(op: "softmax" | "logSoftmax", x: Tensor, options: SoftmaxOptions | undefined): Tensor {
  const pass = along(op, x, options);
  const y = empty(x.shape);
  (op === "softmax" ? k.softmax : k.logSoftmax)(y.ptr, x.ptr, ...pass);
  return recordSoftmax(op, y, x, pass, options?.axis);
}

/**
 * {@link softmax} of `-x`: the smallest element gets the most.
 *
 * @param x float32, any shape.
 * @param options `axis`: default -1.
 * @returns `x`'s shape.
 * @throws RangeError if the axis is out of range. TypeError if `x` is not float32.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.softmin.html
 *
 * @example
 * ```ts
 * import { softmin, tensor } from "sedge";
 * softmin(tensor([1000, -1000])).toArray(); // => [0,1]
 * ```
 */
export function softmin(x: Tensor, options?: SoftmaxOptions): Tensor {
  along("softmin", x, options);
  return composed("softmin", () => softmax(neg(x), options));
}

/**
 * `log(sum(exp(x)))` over the given axes, or over all elements, without overflow. -infinity for no elements.
 *
 * @param x float32, any shape.
 * @param options `axis`: an axis or several, default all; `keepDims`: keep them with size 1, default false.
 * @returns `x`'s shape without the reduced axes; `[]` if all are.
 * @throws RangeError if an axis is out of range or named twice. TypeError if `x` is not float32.
 * @see https://pytorch.org/docs/stable/generated/torch.logsumexp.html
 *
 * @example
 * ```ts
 * import { logsumexp, tensor } from "sedge";
 * logsumexp(tensor([[1000, 0], [2, -Infinity]]), { axis: 1 }).toArray(); // => [1000,2]
 * ```
 */
export function logsumexp(x: Tensor, options?: ReduceOptions): Tensor {
  expectTensor("logsumexp", "x", x, "float32");
  const { axes, out } = resolve("logsumexp", x.shape, options);
  return withBlock(x, axes, (x, pass) => {
    const y = empty(out);
    k.logsumexp(y.ptr, x.ptr, ...pass);
    const back: Backward = (dy, [x, y]) => {
      const dx = empty(x.shape);
      k.logsumexpGrad(dx.ptr, y.ptr, x.ptr, dy.ptr, ...pass);
      return [dx];
    };
    return record(
      "logsumexp",
      y,
      [x],
      [x, y],
      back,
      onBlock(pass, (dy, x, y) => mul(dy, exp(sub(x, y)))),
    );
  });
}

function along(op: string, x: Tensor, options: SoftmaxOptions | undefined): Pass {
  expectTensor(op, "x", x, "float32");
  checkOptions(op, options, ["axis"]);
  return lineOf(x.shape, normalizeAxis(op, options?.axis ?? -1, x.rank));
}
