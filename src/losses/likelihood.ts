// Losses of predicted probabilities: negative log-likelihood, binary cross-entropy, focal loss. Cross-entropy of logits is
// ops/cross-entropy.ts; divergences between distributions are divergence.ts.
import { type Backward, record } from "../autograd.ts";
import { sigmoid, softplus } from "../ops/activation.ts";
import { add, div, maximum, mul, sub } from "../ops/binary.ts";
import { cast } from "../ops/cast.ts";
import { eq } from "../ops/compare.ts";
import { gather, indexSelect } from "../ops/gather.ts";
import { checkLabels } from "../ops/internal/labels.ts";
import { checkReduction } from "../ops/internal/reduction.ts";
import { clamp } from "../ops/piecewise.ts";
import { pow } from "../ops/pow.ts";
import { sum } from "../ops/reduce.ts";
import { flatten, reshape, squeeze, unsqueeze } from "../ops/shape.ts";
import { logSoftmax } from "../ops/softmax.ts";
import { where } from "../ops/ternary.ts";
import { log1p } from "../ops/transcendental.ts";
import { exp, log } from "../ops/unary.ts";
import { tidy } from "../scope.ts";
import { checkInt, checkNumber, checkOptions, demand, readOptions, sameShape, show } from "../shape.ts";
import { empty, expectTensor, type Tensor } from "../tensor.ts";
import { k } from "../wasm.ts";
import { expectAlike, expectFloats, expectValues, type LossOptions, MEAN, reduced } from "./reduced.ts";

/** Options of {@link nllLoss}. */
export interface NllOptions extends LossOptions {
  /** A weight per class, float32 of shape [classes]. Default: 1 each. */
  weight?: Tensor | undefined;
  /** Samples with this label do not count. Default -100. */
  ignoreIndex?: number | undefined;
}

/**
 * Negative log-likelihood of labels: minus the log-probability of each sample's class. `crossEntropy` does this and the
 * `logSoftmax` before it in one.
 *
 * @param input float32 log-probabilities, [samples, classes], [samples, classes, d1, ...] or, for one sample, [classes].
 * @param target int32 labels of the input's shape without the class axis.
 * @param options `weight` per class, `ignoreIndex` (default -100), `reduction`: `"mean"` (default) divides by the weights
 *   of the labels that count, `"sum"`, `"none"`.
 * @returns `[]`; for `"none"` the labels' shape.
 * @throws RangeError if shapes do not match or a label is out of range. TypeError for wrong dtypes.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.nll_loss.html
 *
 * @example
 * ```ts
 * import { nllLoss, tensor } from "sedge";
 * const labels = tensor([1, 0], { dtype: "int32" });
 * nllLoss(tensor([[-2, -1], [-3, -4]]), labels).item(); // => 2
 * ```
 */
export function nllLoss(input: Tensor, target: Tensor, options?: NllOptions): Tensor {
  const op = "nllLoss";
  expectTensor(op, "input", input, "float32");
  expectTensor(op, "target", target, "int32");
  checkOptions(op, options, ["weight", "ignoreIndex", "reduction"]);
  const { weight, ignoreIndex = -100, reduction = "mean" } = options ?? {};
  checkReduction(op, reduction);
  checkInt(op, "ignoreIndex", ignoreIndex, -(2 ** 31), 2 ** 31 - 1);
  const { shape, rank } = input;
  if (rank === 0) throw new RangeError(`${op}: expected input of at least one axis, got a scalar`);
  const axis = rank === 1 ? 0 : 1;
  const samples = shape.filter((_, i) => i !== axis);
  demand(
    sameShape(target.shape, samples),
    op,
    `target of shape ${show(samples)} for input ${show(shape)}`,
    target.shape,
  );
  const classes = shape[axis]!;
  if (weight !== undefined) {
    expectFloats(op, { weight });
    demand(sameShape(weight.shape, [classes]), op, `weight of shape [${classes}], one per class`, weight.shape);
  }
  checkLabels(op, target, classes, ignoreIndex);
  return tidy(() => {
    const ignored = eq(target, ignoreIndex);
    const labels = where(ignored, 0, target);
    const picked = squeeze(gather(input, unsqueeze(labels, axis), { axis }), axis);
    const ones = weight === undefined ? 1 : reshape(indexSelect(weight.detach(), flatten(labels)), samples);
    const weights = where(ignored, 0, ones);
    const each = where(ignored, 0, mul(picked, mul(ones, -1)));
    if (reduction === "none") return each;
    return reduction === "sum" ? sum(each) : div(sum(each), sum(cast(weights, "float32")));
  });
}

/** Options of {@link binaryCrossEntropy}. */
export interface BinaryCrossEntropyOptions extends LossOptions {
  /** A factor of each element's loss, of a shape that broadcasts to the input's. Default: 1. */
  weight?: Tensor | undefined;
}

/** Least logarithm and least p (1 - p) that count, as in PyTorch: the loss and its gradient stay finite. */
const LOG_MIN = -100;
const SPREAD_MIN = 1e-12;

/**
 * Binary cross-entropy of probabilities, `-(target log(input) + (1 - target) log(1 - input))`, with logarithms of at
 * least -100. From logits, {@link bceWithLogits} is more exact.
 *
 * @param input float32 probabilities from 0 to 1, any shape.
 * @param target float32 of the same shape.
 * @param options `weight`: a factor per element, broadcast; `reduction`: `"mean"` (default), `"sum"` or `"none"`.
 * @returns `[]`; for `"none"` the shape of `input`.
 * @throws RangeError if the shapes differ or a probability is out of range. TypeError if a dtype is not float32.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.binary_cross_entropy.html
 *
 * @example
 * ```ts
 * import { binaryCrossEntropy, tensor } from "sedge";
 * binaryCrossEntropy(tensor([0.5, 0]), tensor([1, 1]), { reduction: "none" }).toArray(); // => [0.6931471824645996,100]
 * ```
 */
export function binaryCrossEntropy(input: Tensor, target: Tensor, options?: BinaryCrossEntropyOptions): Tensor {
  const op = "binaryCrossEntropy";
  expectAlike(op, { input, target });
  checkOptions(op, options, ["weight", "reduction"]);
  const { weight, reduction } = options ?? {};
  if (weight !== undefined) expectFloats(op, { weight });
  expectValues(input, 1, `${op}: expected input from 0 to 1`);
  return reduced(op, reduction, () => {
    const y = entropyOf(input.detach(), target.detach());
    const each = record(op, y, [input, target], [input, target], entropyGrad, entropyGrad);
    return weight === undefined ? each : mul(each, weight);
  });
}

const logOf = (p: Tensor): Tensor => clamp(log(p), { min: LOG_MIN });

/** By recorded ops; stands outside of the loss, whose closures hold its operands. */
const entropyGrad: Backward = (dy, [p, t], needs) => {
  const spread = maximum(mul(p, sub(1, p)), SPREAD_MIN);
  const odds = needs[1] ? sub(log1p(mul(p, -1)), log(p)) : null;
  return [needs[0] ? mul(dy, div(sub(p, t), spread)) : null, odds && mul(dy, odds)];
};

const entropyOf = (p: Tensor, t: Tensor): Tensor =>
  mul(add(mul(t, logOf(p)), mul(sub(1, t), clamp(log1p(mul(p, -1)), { min: LOG_MIN }))), -1);

/** Options of {@link bceWithLogits}. */
export interface BceWithLogitsOptions extends BinaryCrossEntropyOptions {
  /** A factor of the losses of positive targets, of a shape that broadcasts to the logits'. Default: 1. */
  posWeight?: Tensor | undefined;
}

/**
 * Binary cross-entropy of logits, `-(target log σ(x) + (1 - target) log(1 - σ(x)))`, exact for logits of any size.
 *
 * @param logits float32, any shape.
 * @param target float32 of the same shape.
 * @param options `weight`: a factor per element, broadcast; `posWeight`: a factor of the positive part, broadcast;
 *   `reduction`: `"mean"` (default), `"sum"` or `"none"`.
 * @returns `[]`; for `"none"` the shape of `logits`.
 * @throws RangeError if the shapes differ. TypeError if a dtype is not float32.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.binary_cross_entropy_with_logits.html
 *
 * @example
 * ```ts
 * import { bceWithLogits, tensor } from "sedge";
 * const options = { reduction: "none" } as const;
 * bceWithLogits(tensor([0, 1e4, -1e4]), tensor([1, 1, 1]), options).toArray(); // => [0.6931471824645996,0,10000]
 * ```
 */
export function bceWithLogits(logits: Tensor, target: Tensor, options?: BceWithLogitsOptions): Tensor {
  const op = "bceWithLogits";
  expectAlike(op, { logits, target });
  checkOptions(op, options, ["weight", "posWeight", "reduction"]);
  const { weight, posWeight, reduction } = options ?? {};
  if (weight !== undefined) expectFloats(op, { weight });
  if (posWeight !== undefined) expectFloats(op, { posWeight });
  return reduced(op, reduction, () => {
    const each = posWeight === undefined ? plainBce(logits, target) : weightedBce(logits, target, posWeight);
    return weight === undefined ? each : mul(each, weight);
  });
}

/** In one pass, since autoencoders and GANs train on it. */
function plainBce(logits: Tensor, target: Tensor): Tensor {
  const y = empty(logits.shape);
  k.bceWithLogits(y.ptr, logits.ptr, target.ptr, y.size);
  const inputs = [logits, target];
  const backward: Backward = (dy, [x, t], needs) => {
    const dx = needs[0] ? empty(x.shape) : null;
    if (dx !== null) k.bceWithLogitsGrad(dx.ptr, x.ptr, t.ptr, dy.ptr, dx.size);
    return [dx, needs[1] ? mul(mul(dy, x), -1) : null];
  };
  return record("bceWithLogits", y, inputs, inputs, backward, (dy, [x, t]) => [
    mul(dy, sub(sigmoid(x), t)),
    mul(mul(dy, x), -1),
  ]);
}

/** posWeight t log(1 + e^-x) + (1 - t) log(1 + e^x): no part of it cancels another. */
function weightedBce(x: Tensor, t: Tensor, posWeight: Tensor): Tensor {
  const positive = mul(mul(t, posWeight), softplus(mul(x, -1)));
  return add(positive, mul(sub(1, t), softplus(x)));
}

/** Options of {@link focalLoss}. */
export interface FocalOptions extends LossOptions {
  /** Exponent that plays down what is classified well already, at least 0 (default 2; 0 gives cross-entropy). */
  gamma?: number | undefined;
  /** Weight of the positive class, and 1 - alpha of the negative one (default 0.25); -1 for no weights. */
  alpha?: number | undefined;
}

/**
 * Focal loss, `-alpha (1 - p)^gamma log(p)`, p the probability given to the truth: cross-entropy that attends to what is
 * still classified badly (Lin et al., 2017).
 *
 * With int32 labels, p is the softmax over the classes and there is no `alpha`; with float32 targets it is the sigmoid of
 * each logit.
 *
 * @param logits float32: [samples, classes] for labels, any shape for float32 targets.
 * @param target int32 labels [samples], or float32 of the logits' shape, 0 or 1.
 * @param options see {@link FocalOptions}; `reduction`: `"mean"` (default), `"sum"` or `"none"`.
 * @returns `[]`; for `"none"` the shape of `target`.
 * @throws RangeError if shapes do not match, a label is out of range, or an option is. TypeError for wrong dtypes.
 * @see https://arxiv.org/abs/1708.02002
 *
 * @example
 * ```ts
 * import { focalLoss, tensor } from "sedge";
 * const options = { gamma: 1, alpha: -1 };
 * focalLoss(tensor([0, 0]), tensor([1, 0]), options).item(); // => 0.3465735912322998
 * focalLoss(tensor([[0, 0]]), tensor([1], { dtype: "int32" }), options).item(); // => 0.3465735912322998
 * ```
 */
export function focalLoss(logits: Tensor, target: Tensor, options?: FocalOptions): Tensor {
  const op = "focalLoss";
  const defaults = { gamma: 2, alpha: 0.25, reduction: MEAN };
  const { gamma, alpha, reduction } = readOptions(op, options, defaults);
  checkNumber(op, "gamma", gamma, 0);
  if (alpha !== -1) checkNumber(op, "alpha", alpha, 0, 1);
  expectTensor(op, "target", target, ["int32", "float32"]);
  if (target.dtype === "float32") {
    expectAlike(op, { logits, target });
    return reduced(op, reduction, () => {
      const entropy = plainBce(logits, target);
      const focused = mul(pow(sub(1, exp(mul(entropy, -1))), gamma), entropy);
      if (alpha === -1) return focused;
      return mul(focused, add(mul(target, alpha), mul(sub(1, target), 1 - alpha)));
    });
  }
  expectFloats(op, { logits });
  return reduced(op, reduction, () => {
    const entropy = nllLoss(logSoftmax(logits, { axis: logits.rank === 1 ? 0 : 1 }), target, { reduction: "none" });
    return mul(pow(sub(1, exp(mul(entropy, -1))), gamma), entropy);
  });
}
