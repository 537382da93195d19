// Normalisation within a sample: layer, group and RMS norm, and that across neighbouring channels. Those with running
// statistics are batch-norm.ts.
import { readOptions, type Shape, sameShape, show, sizeOf } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";
import {
  ABOUT_ZERO,
  type Affine,
  CENTRED,
  checkAffine,
  groupLayout,
  normalize,
  trailingShape,
  withStatistics,
} from "./internal/normalize.ts";

/** What is added to the variance before the root, so that constant values divide by no zero. */
export interface NormOptions {
  eps?: number;
}

/**
 * Trailing axes to mean 0 and variance 1, then times `weight` plus `bias`: each sample or token by itself. The mean is
 * taken in float64, so that values far from 0 keep their digits.
 *
 * @param x float32 `[..., ...normalizedShape]`.
 * @param normalizedShape sizes of the trailing axes that share a mean and a variance; a number for one.
 * @param weight float32 of `normalizedShape`, or null. @param bias likewise.
 * @param options `eps`: added to the variance, default 1e-5.
 * @returns `x`'s shape.
 * @throws TypeError for what is not float32; RangeError for shapes that do not match.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.layer_norm.html
 *
 * @example
 * ```ts
 * import { layerNorm, tensor } from "sedge";
 * layerNorm(tensor([[1, 3], [8, 4]]), 2, null, null, { eps: 0 }).toArray(); // => [[-1,1],[1,-1]]
 * ```
 */
export function layerNorm(
  x: Tensor,
  normalizedShape: number | Shape,
  weight?: Tensor | null,
  bias?: Tensor | null,
  options: NormOptions = {},
): Tensor {
  const { eps } = readOptions("layerNorm", options, { eps: 1e-5 });
  return overTrailing("layerNorm", x, normalizedShape, weight, bias, eps, CENTRED);
}

/**
 * Trailing axes to mean square 1, then times `weight`: layer norm without the mean.
 *
 * @param x float32 `[..., ...normalizedShape]`.
 * @param normalizedShape sizes of the trailing axes that share a mean square; a number for one.
 * @param weight float32 of `normalizedShape`, or null.
 * @param options `eps`: added to the mean square, default 2^-23, the spacing of float32 at 1.
 * @returns `x`'s shape.
 * @throws TypeError for what is not float32; RangeError for shapes that do not match.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.rms_norm.html
 *
 * @example
 * ```ts
 * import { rmsNorm, tensor } from "sedge";
 * rmsNorm(tensor([[1, 7]]), 2, null, { eps: 0 }).mul(5).toArray(); // => [[1,7]]
 * ```
 */
export function rmsNorm(
  x: Tensor,
  normalizedShape: number | Shape,
  weight?: Tensor | null,
  options: NormOptions = {},
): Tensor {
  const { eps } = readOptions("rmsNorm", options, { eps: 2 ** -23 });
  return overTrailing("rmsNorm", x, normalizedShape, weight, null, eps, ABOUT_ZERO);
}

function overTrailing(
  op: string,
  x: Tensor,
  normalizedShape: number | Shape,
  weight: Affine,
  bias: Affine,
  eps: number,
  mode: number,
): Tensor {
  expectTensor(op, "x", x, "float32");
  const shape = trailingShape(op, normalizedShape);
  const lead = x.rank - shape.length;
  if (lead < 0 || !sameShape(x.shape.slice(lead), shape)) {
    throw new RangeError(`${op}: expected x of shape [..., ${shape.join(", ")}], got ${show(x.shape)}`);
  }
  checkAffine(op, shape, { weight, bias });
  const width = sizeOf(shape);
  const rows = sizeOf(x.shape.slice(0, lead));
  const layout = groupLayout(rows, width, 1, 1, !!(weight || bias), mode);
  return withStatistics(rows, (stat) => normalize(op, x, stat, weight, bias, layout, eps));
}
