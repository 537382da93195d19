// Hinge losses of several classes and of several labels. Cross-entropy is ops/cross-entropy.ts.
import { logSigmoid } from "../ops/activation.ts";
import { add, mul, sub } from "../ops/binary.ts";
import { cast } from "../ops/cast.ts";
import { eq } from "../ops/compare.ts";
import { tensor } from "../ops/create.ts";
import { gather, oneHot } from "../ops/gather.ts";
import { checkLabels } from "../ops/internal/labels.ts";
import { mean, sum } from "../ops/reduce.ts";
import { unsqueeze } from "../ops/shape.ts";
import { checkOptions, readOptions, sameShape, show } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";
import type { MarginOptions } from "./margin.ts";
import { expectAlike, expectFloats, hinge, LAST, type LossOptions, MEAN, reduced } from "./reduced.ts";

/** Options of {@link multiMarginLoss}. */
export interface MultiMarginOptions extends MarginOptions {
  /** Exponent of each term, 1 or 2 (default 1). */
  p?: number | undefined;
  /** A weight per class, float32 of shape [classes]. Default: 1 each. */
  weight?: Tensor | undefined;
}

/**
 * Hinge loss of several classes: the mean over classes of `max(0, margin - input[label] + input[class])^p`, without the
 * label itself.
 *
 * @param input float32 scores [samples, classes] or [classes].
 * @param target int32 labels [samples], or a scalar.
 * @param options `margin` (default 1), `p`, `weight` by the label's class; `reduction`: `"mean"` (default), `"sum"` or
 *   `"none"`.
 * @returns `[]`; for `"none"` the shape of `target`.
 * @throws RangeError if shapes do not match, a label is out of range, or `p` is another. TypeError for wrong dtypes.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.multi_margin_loss.html
 *
 * @example
 * ```ts
 * import { multiMarginLoss, tensor } from "sedge";
 * multiMarginLoss(tensor([[1, 2]]), tensor([0], { dtype: "int32" })).item(); // => 1
 * ```
 */
export function multiMarginLoss(input: Tensor, target: Tensor, options?: MultiMarginOptions): Tensor {
  const op = "multiMarginLoss";
  const defaults = { weight: undefined as Tensor | undefined, margin: 1, p: 1, reduction: MEAN };
  const { weight, margin, p, reduction } = readOptions(op, options, defaults);
  if (p !== 1 && p !== 2) throw new RangeError(`${op}: expected p to be 1 or 2, got ${p}`);
  const classes = classesOf(op, input, target, 0);
  checkLabels(op, target, classes, -1);
  if (weight !== undefined) {
    expectFloats(op, { weight });
    if (!sameShape(weight.shape, [classes])) {
      throw new RangeError(`${op}: expected weight of shape [${classes}], one per class, got ${show(weight.shape)}`);
    }
  }
  return reduced(op, reduction, () => {
    const own = cast(oneHot(target, classes), "float32");
    const score = gather(input, unsqueeze(target, -1), { axis: -1 });
    const over = hinge(add(sub(input, score), margin));
    const terms = mul(p === 1 ? over : mul(over, over), sub(1, own));
    const each = mul(sum(terms, LAST), 1 / classes);
    return weight === undefined ? each : mul(each, sum(mul(own, weight), LAST));
  });
}

/** The number of classes of scores [samples, classes] or [classes]; labels have that axis too, or `axes` is 0. */
function classesOf(op: string, input: Tensor, target: Tensor, axes: 0 | 1): number {
  expectFloats(op, { input });
  expectTensor(op, "target", target, "int32");
  if (
    (input.rank !== 1 && input.rank !== 2) ||
    !sameShape(target.shape, axes === 1 ? input.shape : input.shape.slice(0, -1))
  ) {
    const got = `got input ${show(input.shape)} and target ${show(target.shape)}`;
    throw new RangeError(`${op}: expected input [samples, classes] or [classes] and target to match, ${got}`);
  }
  return input.shape.at(-1)!;
}

/**
 * Hinge loss of samples with several labels: over all pairs of a class that is a label and one that is not,
 * `max(0, 1 - (input[label] - input[other]))`, divided by the number of classes.
 *
 * @param input float32 scores [samples, classes] or [classes].
 * @param target int32 of the input's shape: in each row the labels, then -1, then anything.
 * @param options `reduction`: `"mean"` (default), `"sum"` or `"none"`.
 * @returns `[]`; for `"none"` the input's shape without the class axis.
 * @throws RangeError if shapes do not match or a label is out of range. TypeError for wrong dtypes.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.multilabel_margin_loss.html
 *
 * @example
 * ```ts
 * import { multilabelMarginLoss, tensor } from "sedge";
 * const labels = tensor([[3, 0, -1, 1]], { dtype: "int32" });
 * multilabelMarginLoss(tensor([[0.1, 0.2, 0.4, 0.8]]), labels).item(); // => 0.8500000238418579
 * ```
 */
export function multilabelMarginLoss(input: Tensor, target: Tensor, options?: LossOptions): Tensor {
  const op = "multilabelMarginLoss";
  checkOptions(op, options, ["reduction"]);
  const classes = classesOf(op, input, target, 1);
  checkLabels(op, target, classes, -1);
  return reduced(op, options?.reduction, () => {
    const counts = labelCounts(target, classes, input.shape);
    // [..., label, other]
    const over = hinge(add(sub(unsqueeze(input, -2), unsqueeze(input, -1)), 1));
    const pairs = mul(unsqueeze(counts, -1), unsqueeze(eq(counts, 0), -2));
    return mul(sum(mul(over, pairs), { axis: [-2, -1] }), 1 / classes);
  });
}

/** How often each class stands before the first -1 of its row. */
function labelCounts(target: Tensor, classes: number, shape: readonly number[]): Tensor {
  const counts = new Float32Array(target.size);
  const labels = target.data;
  for (let row = 0; row < labels.length; row += classes) {
    for (let i = row; i < row + classes && labels[i]! >= 0; i++) counts[row + labels[i]!]! += 1;
  }
  return tensor(counts, { shape });
}

/**
 * Binary cross-entropy of samples with several labels, averaged over classes.
 *
 * @param input float32 logits [..., classes].
 * @param target float32 of the same shape, 0 or 1.
 * @param options `weight`: a factor per class; `reduction`: `"mean"` (default), `"sum"` or `"none"`.
 * @returns `[]`; for `"none"` the input's shape without the class axis.
 * @throws RangeError if the shapes differ. TypeError if a dtype is not float32.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.multilabel_soft_margin_loss.html
 *
 * @example
 * ```ts
 * import { multilabelSoftMarginLoss, tensor } from "sedge";
 * multilabelSoftMarginLoss(tensor([[0, 1e4]]), tensor([[1, 1]])).item(); // => 0.3465735912322998
 * ```
 */
export function multilabelSoftMarginLoss(
  input: Tensor,
  target: Tensor,
  options?: LossOptions & { weight?: Tensor | undefined },
): Tensor {
  const op = "multilabelSoftMarginLoss";
  expectAlike(op, { input, target });
  checkOptions(op, options, ["weight", "reduction"]);
  const { weight, reduction } = options ?? {};
  if (weight !== undefined) expectFloats(op, { weight });
  return reduced(op, reduction, () => {
    const positive = mul(target, logSigmoid(input));
    const negative = mul(sub(1, target), logSigmoid(mul(input, -1)));
    const each = mul(add(positive, negative), -1);
    return mean(weight === undefined ? each : mul(each, weight), LAST);
  });
}
