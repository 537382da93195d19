// Divergences between distributions: Kullback-Leibler and Jensen-Shannon.
import { add, maximum, mul, sub } from "../ops/binary.ts";
import { gt } from "../ops/compare.ts";
import type { Reduction } from "../ops/internal/reduction.ts";
import { where } from "../ops/ternary.ts";
import { exp, log } from "../ops/unary.ts";
import { checkBoolean, checkOptions } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { expectAlike, expectFloats, reducedByBatch } from "./reduced.ts";

/** Options of divergences. */
export interface DivergenceOptions {
  /** `"mean"` (default) over all elements, `"sum"`, `"none"`, or `"batchmean"`: the sum over samples, the first axis. */
  reduction?: Reduction | "batchmean" | undefined;
}

/**
 * Kullback-Leibler divergence of distributions from predicted ones, `target (log(target) - input)`. As in PyTorch, the
 * predictions are logarithms; `"batchmean"` is the divergence by its definition, averaged over samples.
 *
 * @param input float32 log-probabilities.
 * @param target float32 probabilities, or their logarithms, of a shape that broadcasts with the input's.
 * @param options `logTarget`: whether the target holds logarithms too (default false); `reduction`: `"mean"` (default),
 *   `"sum"`, `"none"` or `"batchmean"`.
 * @returns `[]`; for `"none"` the common shape. Where a target is 0, so is its part.
 * @throws RangeError if the shapes do not broadcast together. TypeError if a dtype is not float32.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.kl_div.html
 *
 * @example
 * ```ts
 * import { klDiv, tensor } from "sedge";
 * const input = tensor([[0.5, 0.5]]).log();
 * klDiv(input, tensor([[1, 0]]), { reduction: "batchmean" }).item(); // => 0.6931471824645996
 * ```
 */
export function klDiv(
  input: Tensor,
  target: Tensor,
  options?: DivergenceOptions & { logTarget?: boolean | undefined },
): Tensor {
  const op = "klDiv";
  expectFloats(op, { input, target });
  checkOptions(op, options, ["logTarget", "reduction"]);
  const { logTarget = false, reduction } = options ?? {};
  checkBoolean(op, "logTarget", logTarget);
  return reducedByBatch(op, reduction, () =>
    logTarget ? mul(exp(target), sub(target, input)) : sub(selfEntropy(target), mul(target, input)),
  );
}

/** p log(p), and 0 where p is 0. */
function selfEntropy(p: Tensor): Tensor {
  return mul(p, log(where(gt(p, 0), p, 1)));
}

/**
 * Jensen-Shannon divergence of two distributions: the mean of the Kullback-Leibler divergences of each from their
 * average. Symmetric, and at most `log(2)`. `"batchmean"` is the divergence by its definition, averaged over samples.
 *
 * @param p float32 probabilities.
 * @param q float32 probabilities of the same shape.
 * @param options `reduction`: `"mean"` over all elements (default, as for {@link klDiv}), `"sum"`, `"none"` or
 *   `"batchmean"`.
 * @returns `[]`; for `"none"` the shape of `p`.
 * @throws RangeError if the shapes differ. TypeError if a dtype is not float32.
 * @see https://en.wikipedia.org/wiki/Jensen%E2%80%93Shannon_divergence
 *
 * @example
 * ```ts
 * import { jsDiv, tensor } from "sedge";
 * jsDiv(tensor([[1, 0]]), tensor([[0, 1]]), { reduction: "batchmean" }).item(); // => 0.6931471824645996
 * ```
 */
export function jsDiv(p: Tensor, q: Tensor, options?: DivergenceOptions): Tensor {
  const op = "jsDiv";
  expectAlike(op, { p, q });
  checkOptions(op, options, ["reduction"]);
  return reducedByBatch(op, options?.reduction, () => {
    const m = log(maximum(mul(add(p, q), 0.5), SMALLEST));
    return mul(add(fromAverage(p, m), fromAverage(q, m)), 0.5);
  });
}

/** Keeps the logarithm of an average that is 0 finite; both probabilities are 0 then, and so is their part. */
const SMALLEST = 2 ** -126;

const fromAverage = (p: Tensor, logAverage: Tensor): Tensor => sub(selfEntropy(p), mul(p, logAverage));
