// Lines brought to length 1 in an L_p norm.
import { normalizeAxis, readOptions } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";
import { div } from "./binary.ts";
import { composed } from "./internal/composed.ts";
import { clamp } from "./piecewise.ts";
import { vectorNorm } from "./vector-norm.ts";

/**
 * `x` divided by its L_p norm along an axis, or by `eps` where the norm is less.
 *
 * Kink: where the norm is at most `eps` no gradient flows through it; nor through a norm of 0.
 *
 * @param x float32, any shape.
 * @param options `p` (default 2), Infinity for the largest absolute value; `axis` (default 1); `eps` (default 1e-12).
 * @returns `x`'s shape.
 * @throws TypeError if `x` is not float32; RangeError if the axis is out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.normalize.html
 *
 * @example
 * ```ts
 * import { normalize, tensor } from "sedge";
 * normalize(tensor([[3, 4], [0, 0]])).toArray(); // => [[0.6000000238418579,0.800000011920929],[0,0]]
 * ```
 */
export function normalize(x: Tensor, options: { p?: number; axis?: number; eps?: number } = {}): Tensor {
  expectTensor("normalize", "x", x, "float32");
  const { p, axis, eps } = readOptions("normalize", options, { p: 2, axis: 1, eps: 1e-12 });
  normalizeAxis("normalize", axis, x.rank);
  return composed("normalize", () => div(x, clamp(vectorNorm(x, { p, axis, keepDims: true }), { min: eps })));
}
