// Distances and angles between vectors. Norms are vector-norm.ts.
import { tidy } from "../scope.ts";
import { broadcastShapes, normalizeAxis, readOptions } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";
import { add, div, mul, sub } from "./binary.ts";
import { le } from "./compare.ts";
import { mismatch } from "./internal/multiply.ts";
import { broadcastTo } from "./permute.ts";
import { sum } from "./reduce.ts";
import { unsqueeze } from "./shape.ts";
import { where } from "./ternary.ts";
import { vectorNorm } from "./vector-norm.ts";

function expectPair(op: string, a: Tensor, b: Tensor): number[] {
  expectTensor(op, "a", a, "float32");
  expectTensor(op, "b", b, "float32");
  return broadcastShapes(op, a.shape, b.shape);
}

/** Options of {@link cosineSimilarity}. */
export interface CosineOptions {
  /** The axis of the vectors in the common shape, negative ones counted from the end. Default 1. */
  axis?: number | undefined;
  /** Least length that a vector counts as. Default 1e-8. */
  eps?: number | undefined;
}

/**
 * Cosine of the angle between vectors: their dot product divided by their lengths.
 *
 * @param a float32, of a shape that broadcasts with `b`'s.
 * @param b float32.
 * @param options `axis` of the vectors, default 1; `eps`: the least that a length counts as, default 1e-8.
 * @returns the common shape without the axis.
 * @throws TypeError if an operand is not float32; RangeError if shapes do not broadcast together, or the axis is out of
 *   range.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.cosine_similarity.html
 *
 * @example
 * ```ts
 * import { cosineSimilarity, tensor } from "sedge";
 * cosineSimilarity(tensor([[3, 4], [1, 0]]), tensor([[6, 8], [0, 2]])).toArray(); // => [1,0]
 * ```
 */
export function cosineSimilarity(a: Tensor, b: Tensor, options?: CosineOptions): Tensor {
  const op = "cosineSimilarity";
  const shape = expectPair(op, a, b);
  const { axis: given, eps } = readOptions<CosineOptions>(op, options, { axis: 1, eps: 1e-8 });
  const axis = normalizeAxis(op, given, shape.length);
  return tidy(() => {
    // Directions before their product: that of the vectors themselves could overflow, and its gradient loses digits.
    const direction = (t: Tensor): Tensor => {
      const x = broadcastTo(t, shape);
      const norm = vectorNorm(x, { axis, keepDims: true });
      return div(x, where(le(norm, eps!), eps!, norm));
    };
    return sum(mul(direction(a), direction(b)), { axis });
  });
}

/** Options of {@link pairwiseDistance}. */
export interface DistanceOptions {
  /** Order of the norm. Default 2. */
  p?: number | undefined;
  /** Added to each difference, so that the gradient of equal vectors is not 0 / 0. Default 1e-6. */
  eps?: number | undefined;
  /** Whether the last axis stays, with size 1. Default false. */
  keepDims?: boolean | undefined;
}

/**
 * Distance of each vector of `a` from that of `b`, along the last axis: the norm of `a - b + eps`.
 *
 * @param a float32, of a shape that broadcasts with `b`'s.
 * @param b float32.
 * @param options `p`: order of the norm, default 2; `eps`, default 1e-6; `keepDims`, default false.
 * @returns the common shape without its last axis.
 * @throws TypeError if an operand is not float32; RangeError if shapes do not broadcast together.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.pairwise_distance.html
 *
 * @example
 * ```ts
 * import { pairwiseDistance, tensor } from "sedge";
 * pairwiseDistance(tensor([[0, 0], [1, 1]]), tensor([[3, 4], [1, 2]]), { eps: 0 }).toArray(); // => [5,1]
 * ```
 */
export function pairwiseDistance(a: Tensor, b: Tensor, options?: DistanceOptions): Tensor {
  const op = "pairwiseDistance";
  expectPair(op, a, b);
  const { p, eps, keepDims } = readOptions<DistanceOptions>(op, options, { p: 2, eps: 1e-6, keepDims: false });
  return tidy(() => vectorNorm(add(sub(a, b), eps!), { p, axis: -1, keepDims }));
}

/**
 * Distance of every vector of `a` from every one of `b`. Where two are equal the gradient is 0.
 *
 * @param a float32 of shape `[..., m, d]`.
 * @param b float32 of shape `[..., n, d]`; leading axes broadcast.
 * @param options `p`: order of the norm, default 2.
 * @returns shape `[..., m, n]`.
 * @throws TypeError if an operand is not float32; RangeError if sizes do not match.
 * @see https://pytorch.org/docs/stable/generated/torch.cdist.html
 *
 * @example
 * ```ts
 * import { cdist, tensor } from "sedge";
 * cdist(tensor([[0, 0], [3, 0]]), tensor([[3, 4]])).toArray(); // => [[5],[4]]
 * ```
 */
export function cdist(a: Tensor, b: Tensor, options?: { p?: number | undefined }): Tensor {
  const op = "cdist";
  expectTensor(op, "a", a, "float32");
  expectTensor(op, "b", b, "float32");
  const { p } = readOptions<{ p?: number | undefined }>(op, options, { p: 2 });
  if (a.rank < 2 || b.rank < 2 || a.shape.at(-1) !== b.shape.at(-1)) {
    throw mismatch(op, "a [..., m, d] and b [..., n, d]", a, b);
  }
  return tidy(() => vectorNorm(sub(unsqueeze(a, -2), unsqueeze(b, -3)), { p, axis: -1 }));
}
