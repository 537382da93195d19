// Normalisation within a sample: layer, group and RMS norm, and that across neighbouring channels. Those with running
// statistics are batch-norm.ts.
import { tidy } from "../scope.ts";
import { checkInt, readOptions, refusal, type Shape, sameShape, sizeOf } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";
import { avgPool2d } from "./avg-pool.ts";
import { add, div, mul } from "./binary.ts";
import {
  ABOUT_ZERO,
  type Affine,
  CENTRED,
  checkAffine,
  checkGroups,
  expectChannels,
  groupLayout,
  normalize,
  single,
  trailingShape,
  withStatistics,
} from "./internal/normalize.ts";
import { pow } from "./pow.ts";
import { reshape } from "./shape.ts";
import { slice } from "./slice.ts";
import { square } from "./unary.ts";

/** What is added to the variance before the root, so that constant values divide by no zero. */
export interface LayerNormOptions {
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
  options: LayerNormOptions = {},
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
  options: LayerNormOptions = {},
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
    throw refusal(op, `x of shape [..., ${shape.join(", ")}]`, x.shape);
  }
  checkAffine(op, "weight", weight, shape);
  checkAffine(op, "bias", bias, shape);
  const width = sizeOf(shape);
  const rows = sizeOf(x.shape.slice(0, lead));
  const layout = groupLayout(rows, width, 1, 1, !!(weight || bias), mode);
  return withStatistics(rows, (stat) => normalize(op, x, stat, weight, bias, layout, eps));
}

/**
 * Groups of neighbouring channels, over all their positions, to mean 0 and variance 1 in each sample; then each channel
 * times its weight plus its bias.
 *
 * @param x float32 `[N, C, ...]`.
 * @param numGroups a divisor of C.
 * @param weight float32 `[C]`, or null. @param bias likewise.
 * @param options `eps`: added to the variance, default 1e-5.
 * @returns `x`'s shape.
 * @throws TypeError for what is not float32; RangeError for shapes that do not match, groups that do not divide the
 *   channels, and a single value for each group.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.group_norm.html
 *
 * @example
 * ```ts
 * import { groupNorm, tensor } from "sedge";
 * groupNorm(tensor([[1, 3, 8, 4]]), 2, null, null, { eps: 0 }).toArray(); // => [[-1,1,1,-1]]
 * ```
 */
export function groupNorm(
  x: Tensor,
  numGroups: number,
  weight?: Tensor | null,
  bias?: Tensor | null,
  options: LayerNormOptions = {},
): Tensor {
  const op = "groupNorm";
  const { eps } = readOptions(op, options, { eps: 1e-5 });
  const [n, c, size] = expectChannels(op, x);
  checkInt(op, "numGroups", numGroups, 1);
  checkGroups(op, numGroups, c);
  checkAffine(op, "weight", weight, [c]);
  checkAffine(op, "bias", bias, [c]);
  if (n * c * size === numGroups) throw single(op, x);
  const layout = groupLayout(n, c, size, numGroups, !!(weight || bias));
  return withStatistics(n * numGroups, (stat) => normalize(op, x, stat, weight, bias, layout, eps));
}

/** Options of {@link localResponseNorm}. */
export interface LocalResponseNormOptions {
  alpha?: number;
  beta?: number;
  k?: number;
}

/**
 * Divides each value by a power of the squares around it in neighbouring channels: `x / (k + alpha mean(x²))^beta`, the
 * mean over `size` channels, those beyond the first and last counted as 0.
 *
 * @param x float32 `[N, C, ...]`, at least three axes.
 * @param size how many channels, the value's own in the middle (the later of two).
 * @param options `alpha` (default 1e-4), `beta` (default 0.75), `k` (default 1).
 * @returns `x`'s shape.
 * @throws TypeError for what is not float32; RangeError for fewer axes or a size below 1.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.local_response_norm.html
 *
 * @example
 * ```ts
 * import { localResponseNorm, tensor } from "sedge";
 * const x = tensor([[[3], [4]]]);
 * localResponseNorm(x, 1, { alpha: 1, beta: 0.5, k: 0 }).toArray(); // => [[[1],[1]]]
 * ```
 */
export function localResponseNorm(x: Tensor, size: number, options: LocalResponseNormOptions = {}): Tensor {
  const op = "localResponseNorm";
  const { alpha, beta, k } = readOptions(op, options, { alpha: 1e-4, beta: 0.75, k: 1 });
  const [n, c, positions] = expectChannels(op, x, 3);
  checkInt(op, "size", size, 1);
  if (x.size === 0) return mul(x, 1);
  return tidy(() => {
    const columns = reshape(square(x), [n, 1, c, positions]);
    const means = avgPool2d(columns, [size, 1], { stride: 1, padding: [size >> 1, 0] });
    // an even window has one place more than there are channels
    const own = reshape(slice(means, { axis: 2, stop: c }), x.shape);
    return div(x, pow(add(mul(own, alpha), k), beta));
  });
}
