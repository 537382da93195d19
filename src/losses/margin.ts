// Losses of single scores and of pairs and triplets of embeddings, which want a margin. Those of several classes are
// multiclass.ts.
import { softplus } from "../ops/activation.ts";
import { add, minimum, mul, sub } from "../ops/binary.ts";
import { eq } from "../ops/compare.ts";
import { pairwiseDistance } from "../ops/distance.ts";
import { pow } from "../ops/pow.ts";
import { sum } from "../ops/reduce.ts";
import { where } from "../ops/ternary.ts";
import { checkOptions, readOptions, sameShape, show } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";
import { expectAlike, expectFloats, hinge, LAST, type LossOptions, MEAN, reduced } from "./reduced.ts";

/** Options of losses with a margin. */
export interface MarginOptions extends LossOptions {
  /** The margin that is wanted. */
  margin?: number | undefined;
}

/** The margin and the reduction, with the default given. */
const marginOf = (op: string, options: MarginOptions | undefined, margin: number) =>
  readOptions(op, options, { margin, reduction: MEAN });

/**
 * Logistic loss of targets -1 and 1, `log(1 + exp(-target input))`.
 *
 * @param input float32, any shape.
 * @param target float32 of the same shape, -1 or 1.
 * @param options `reduction`: `"mean"` (default), `"sum"` or `"none"`.
 * @returns `[]`; for `"none"` the shape of `input`.
 * @throws RangeError if the shapes differ. TypeError if a dtype is not float32.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.soft_margin_loss.html
 *
 * @example
 * ```ts
 * import { softMarginLoss, tensor } from "sedge";
 * softMarginLoss(tensor([0, 1000]), tensor([1, 1])).item(); // => 0.3465735912322998
 * ```
 */
export function softMarginLoss(input: Tensor, target: Tensor, options?: LossOptions): Tensor {
  const op = "softMarginLoss";
  expectAlike(op, { input, target });
  checkOptions(op, options, ["reduction"]);
  return reduced(op, options?.reduction, () => softplus(mul(mul(input, target), -1)));
}

/**
 * Hinge loss of distances: `input` where the target is 1, `max(0, margin - input)` where it is -1.
 *
 * @param input float32 distances.
 * @param target float32, -1 or 1, of a shape that broadcasts with the input's.
 * @param options `margin` (default 1); `reduction`: `"mean"` (default), `"sum"` or `"none"`.
 * @returns `[]`; for `"none"` the common shape.
 * @throws RangeError if the shapes do not broadcast together. TypeError if a dtype is not float32.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.hinge_embedding_loss.html
 *
 * @example
 * ```ts
 * import { hingeEmbeddingLoss, tensor } from "sedge";
 * hingeEmbeddingLoss(tensor([0.5, 0.25]), tensor([1, -1]), { reduction: "none" }).toArray(); // => [0.5,0.75]
 * ```
 */
export function hingeEmbeddingLoss(input: Tensor, target: Tensor, options?: MarginOptions): Tensor {
  const op = "hingeEmbeddingLoss";
  expectFloats(op, { input, target });
  const { margin, reduction } = marginOf(op, options, 1);
  return reduced(op, reduction, () =>
    add(where(eq(target, 1), 0, hinge(sub(margin, input))), where(eq(target, -1), 0, input)),
  );
}

/**
 * Ranking loss, `max(0, -target (a - b) + margin)`: `a` should rank above `b` where the target is 1, below where it is
 * -1.
 *
 * @param a float32 scores.
 * @param b float32 scores, of a shape that broadcasts with `a`'s.
 * @param target float32, -1 or 1, of a shape that broadcasts.
 * @param options `margin` (default 0); `reduction`: `"mean"` (default), `"sum"` or `"none"`.
 * @returns `[]`; for `"none"` the common shape.
 * @throws RangeError if the shapes do not broadcast together. TypeError if a dtype is not float32.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.margin_ranking_loss.html
 *
 * @example
 * ```ts
 * import { marginRankingLoss, tensor } from "sedge";
 * marginRankingLoss(tensor([1, 1]), tensor([0, 3]), tensor([1, 1]), { reduction: "sum" }).item(); // => 2
 * ```
 */
export function marginRankingLoss(a: Tensor, b: Tensor, target: Tensor, options?: MarginOptions): Tensor {
  const op = "marginRankingLoss";
  expectFloats(op, { a, b, target });
  const { margin, reduction } = marginOf(op, options, 0);
  return reduced(op, reduction, () => hinge(add(mul(mul(target, sub(a, b)), -1), margin)));
}

/** Added to squared lengths, as in PyTorch. */
const COSINE_EPS = 1e-12;

/**
 * Loss of pairs by the cosine of the angle between them: `1 - cos` where the target is 1, `max(0, cos - margin)` where it
 * is -1.
 *
 * @param a float32 [samples, size] or [size].
 * @param b float32 of the same shape.
 * @param target float32 or int32 [samples], or a scalar: -1 or 1.
 * @param options `margin` (default 0); `reduction`: `"mean"` (default), `"sum"` or `"none"`.
 * @returns `[]`; for `"none"` the shape of `target`.
 * @throws RangeError if shapes do not match. TypeError if a dtype is another.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.cosine_embedding_loss.html
 *
 * @example
 * ```ts
 * import { cosineEmbeddingLoss, tensor } from "sedge";
 * cosineEmbeddingLoss(tensor([[1, 0]]), tensor([[0, 2]]), tensor([1])).item(); // => 1
 * ```
 */
export function cosineEmbeddingLoss(a: Tensor, b: Tensor, target: Tensor, options?: MarginOptions): Tensor {
  const op = "cosineEmbeddingLoss";
  expectAlike(op, { a, b });
  expectTensor(op, "target", target, ["float32", "int32"]);
  const { margin, reduction } = marginOf(op, options, 0);
  if ((a.rank !== 1 && a.rank !== 2) || !sameShape(target.shape, a.shape.slice(0, -1))) {
    const got = `got a ${show(a.shape)} and target ${show(target.shape)}`;
    throw new RangeError(`${op}: expected a of rank 1 or 2 and target of its shape without the last axis, ${got}`);
  }
  return reduced(op, reduction, () => {
    const lengths = mul(add(sum(mul(a, a), LAST), COSINE_EPS), add(sum(mul(b, b), LAST), COSINE_EPS));
    const cos = mul(sum(mul(a, b), LAST), pow(lengths, -0.5));
    return add(where(eq(target, 1), sub(1, cos), 0), where(eq(target, -1), hinge(sub(cos, margin)), 0));
  });
}

/** Options of {@link tripletMarginLoss}. */
export interface TripletOptions extends MarginOptions {
  /** Norm of the distance (default 2). */
  p?: number | undefined;
  /** Added to each difference (default 1e-6). */
  eps?: number | undefined;
  /** Whether the negative may be compared with the positive instead, if that is nearer (default false). */
  swap?: boolean | undefined;
}

/**
 * Triplet loss, `max(0, |anchor - positive| - |anchor - negative| + margin)`, of norms over the last axis.
 *
 * @param anchor float32 [samples, size] or [size].
 * @param positive float32, of a shape that broadcasts with the anchor's: of the same kind.
 * @param negative float32, likewise: of another kind.
 * @param options `margin` (default 1), see {@link TripletOptions}; `reduction`: `"mean"` (default), `"sum"` or `"none"`.
 * @returns `[]`; for `"none"` the common shape without the last axis.
 * @throws RangeError if the shapes do not broadcast together. TypeError if a dtype is not float32.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.triplet_margin_loss.html
 *
 * @example
 * ```ts
 * import { tensor, tripletMarginLoss } from "sedge";
 * tripletMarginLoss(tensor([[0, 0]]), tensor([[0, 3]]), tensor([[5, 0]]), { margin: 4 }).item(); // => 2
 * ```
 */
export function tripletMarginLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options?: TripletOptions,
): Tensor {
  const op = "tripletMarginLoss";
  expectFloats(op, { anchor, positive, negative });
  const defaults = { margin: 1, p: 2, eps: 1e-6, swap: false, reduction: MEAN };
  const { margin, p, eps, swap, reduction } = readOptions(op, options, defaults);
  const norm = { p, eps };
  return reduced(op, reduction, () => {
    let far = pairwiseDistance(anchor, negative, norm);
    if (swap) far = minimum(far, pairwiseDistance(positive, negative, norm));
    return hinge(add(sub(pairwiseDistance(anchor, positive, norm), far), margin));
  });
}
