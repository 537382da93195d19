// Cross-entropy of logits, fused with log-softmax; the other losses are src/losses/.
import { type Backward, record } from "../autograd.ts";
import { scratch } from "../memory.ts";
import { checkInt, checkNumber, checkOptions, refusal, type Shape, sameShape, show } from "../shape.ts";
import { empty, expectTensor, type Tensor } from "../tensor.ts";
import { k } from "../wasm.ts";
import { add, div, mul, sub } from "./binary.ts";
import { full } from "./create.ts";
import { checkLabels } from "./internal/labels.ts";
import { checkReduction, type Reduction } from "./internal/reduction.ts";
import { recordSoftmax } from "./internal/softmax.ts";
import { permute } from "./permute.ts";
import { sum } from "./reduce.ts";
import { reshape } from "./shape.ts";
import { logSoftmax } from "./softmax.ts";

/** Options of `crossEntropy`. */
export interface CrossEntropyOptions {
  /** A weight per class, float32 of shape [classes]. Default: 1 each. */
  weight?: Tensor | undefined;
  /** Samples with this label do not count. Class indices only. Default -100. */
  ignoreIndex?: number | undefined;
  /** `"mean"` divides by the weights of the labels that count, or by the number of samples for probabilities. Default `"mean"`. */
  reduction?: Reduction | undefined;
  /** Share of the target, 0 to 1, that is spread evenly over the classes. Default 0. */
  labelSmoothing?: number | undefined;
}

const OP = "crossEntropy";

/**
 * Cross-entropy between logits and targets: `-log(softmax(logits)[label])`, computed without losing small probabilities.
 *
 * @param logits float32 [samples, classes], [samples, classes, d1, ...] or, for one sample, [classes].
 * @param target class indices, int32 of the logits' shape without the class axis; or probabilities, float32 of the
 *   logits' shape, which may require gradients.
 * @param options `weight` per class, `ignoreIndex` (default -100), `reduction` (default `"mean"`), `labelSmoothing`
 *   (default 0).
 * @returns `[]`; for `"none"` the logits' shape without the class axis. The mean of no sample is NaN.
 * @throws RangeError if shapes do not match, a label is out of range, or an option is. TypeError for wrong dtypes.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.cross_entropy.html
 *
 * @example
 * ```ts
 * import { crossEntropy, tensor } from "sedge";
 * const logits = tensor([[0, 0], [1000, 0]]);
 * crossEntropy(logits, tensor(Int32Array.of(0, 1)), { reduction: "none" }).toArray(); // => [0.6931471824645996,1000]
 * crossEntropy(logits, tensor([[0, 1], [1, 0]]), { reduction: "sum" }).item(); // => 0.6931471824645996
 * ```
 */
export function crossEntropy(logits: Tensor, target: Tensor, options?: CrossEntropyOptions): Tensor {
  expectTensor(OP, "logits", logits, "float32");
  expectTensor(OP, "target", target, ["int32", "float32"]);
  checkOptions(OP, options, ["weight", "ignoreIndex", "reduction", "labelSmoothing"]);
  const { weight, ignoreIndex = -100, reduction = "mean", labelSmoothing = 0 } = options ?? {};
  checkReduction(OP, reduction);
  checkInt(OP, "ignoreIndex", ignoreIndex, -(2 ** 31), 2 ** 31 - 1);
  checkNumber(OP, "labelSmoothing", labelSmoothing, 0, 1);
  const { shape, rank } = logits;
  if (rank === 0) throw new RangeError(`${OP}: expected logits of at least one axis, got a scalar`);
  const axis = rank === 1 ? 0 : 1;
  const classes = shape[axis]!;
  if (classes === 0) throw new RangeError(`${OP}: expected at least one class, got logits of shape ${show(shape)}`);
  checkWeight(weight, classes);
  const samples = shape.filter((_, i) => i !== axis);
  const settings = { classes, samples, reduction, smoothing: labelSmoothing };
  if (target.dtype === "float32") {
    if (!sameShape(target.shape, shape)) {
      throw new RangeError(
        `${OP}: expected probabilities of the logits' shape ${show(shape)}, got ${show(target.shape)}; class indices are int32`,
      );
    }
    if (ignoreIndex >= 0) throw refusal(OP, "no ignoreIndex with probabilities", ignoreIndex);
    return classesLast([logits, target], ([x, t]) => ofProbabilities(x!, t!, weight, settings));
  }
  if (!sameShape(target.shape, samples)) {
    const hint = sameShape(target.shape, shape) ? "; probabilities are float32" : "";
    throw new RangeError(
      `${OP}: expected class indices of shape ${show(samples)} for logits ${show(shape)}, got ${show(target.shape)}${hint}`,
    );
  }
  checkLabels(OP, target, classes, ignoreIndex);
  return classesLast([logits], ([x]) => ofLabels(x!, target, weight, ignoreIndex, settings));
}

/** What both kinds of target share; `samples` is the shape of the losses. */
interface Settings {
  readonly classes: number;
  readonly samples: Shape;
  readonly reduction: Reduction;
  readonly smoothing: number;
}

function ofLabels(
  logits: Tensor,
  target: Tensor,
  weight: Tensor | undefined,
  ignoreIndex: number,
  s: Settings,
): Tensor {
  const { classes, samples, reduction, smoothing } = s;
  const n = target.size;
  const p = empty(logits.shape);
  const norm = empty([]);
  const y = empty(reduction === "none" ? samples : []);
  const w = weight === undefined ? 0 : weight.ptr;
  const bytes = Math.ceil(n / 4) * 16;
  const parts = scratch(3 * bytes);
  const each = reduction === "none" ? y.ptr : parts + 2 * bytes;
  k.crossEntropy(each, p.ptr, parts, logits.ptr, target.ptr, w, n, classes, ignoreIndex, smoothing);
  if (reduction === "mean") k.crossEntropyMean(y.ptr, norm.ptr, each, target.ptr, w, n, ignoreIndex);
  else if (reduction === "sum") k.sum(y.ptr, each, 1, n, 1, 1);
  // Among the inputs for gradients of gradients: its own leads on to the logits, which need not be saved so.
  recordSoftmax("softmax", p, logits, { outer: n, reduce: classes, inner: 1 });
  const saved = weight === undefined ? [p, target, norm] : [p, target, norm, weight];
  const isMean = reduction === "mean";
  const step = reduction === "none" ? 1 : 0;
  const back: Backward = (dy, [p, target, norm, weight]) => {
    const dx = empty(p.shape);
    const w = weight === undefined ? 0 : weight.ptr;
    const by = isMean ? norm.ptr : 0;
    k.crossEntropyGrad(dx.ptr, p.ptr, by, target.ptr, w, dy.ptr, n, classes, step, ignoreIndex, smoothing);
    return [dx, null];
  };
  record(OP, y, [logits, p], saved, back, (dy, [p, target, norm, weight]) => {
    // at p = 0 the gradient of each sample is what it wants of each class, negative
    const wanted = empty(p.shape);
    k.fill(wanted.ptr, wanted.size, 0);
    const w = weight === undefined ? 0 : weight.ptr;
    const minus = full([], -1);
    k.crossEntropyGrad(wanted.ptr, wanted.ptr, 0, target.ptr, w, minus.ptr, n, classes, 0, ignoreIndex, smoothing);
    return [towards(p, wanted, isMean ? div(dy, norm) : dy), null];
  });
  p.dispose();
  norm.dispose();
  return y;
}

/** The gradient of logits by recorded ops, from their softmax, what each sample wants of each class and the gradient of its loss. */
function towards(p: Tensor, wanted: Tensor, dy: Tensor): Tensor {
  const total = sum(wanted, { axis: -1, keepDims: true });
  return mul(sub(mul(p, total), wanted), reshape(dy, [...dy.shape, 1]));
}

function ofProbabilities(logits: Tensor, target: Tensor, weight: Tensor | undefined, s: Settings): Tensor {
  const { classes, samples, reduction, smoothing } = s;
  const n = logits.size / classes;
  const p = empty(logits.shape);
  const y = empty(reduction === "none" ? samples : []);
  const w = weight === undefined ? 0 : weight.ptr;
  const each = reduction === "none" ? y.ptr : scratch(4 * n);
  k.crossEntropySoft(each, p.ptr, logits.ptr, target.ptr, w, n, classes, smoothing);
  const divisor = reduction === "mean" ? n : 1;
  if (reduction !== "none") k.sum(y.ptr, each, 1, n, 1, divisor);
  recordSoftmax("softmax", p, logits, { outer: n, reduce: classes, inner: 1 });
  // The logits are needed for the target's gradient alone.
  const saved = [p, target, target.requiresGrad ? logits : p];
  if (weight !== undefined) saved.push(weight);
  const step = reduction === "none" ? 1 : 0;
  const back: Backward = (dy, [p, target, logits, weight], needs) => {
    const w = weight === undefined ? 0 : weight.ptr;
    const grads: (Tensor | null)[] = [null, null, null];
    if (needs[0]) {
      const dx = empty(p.shape);
      k.crossEntropySoftGrad(dx.ptr, p.ptr, target.ptr, w, dy.ptr, n, classes, step, smoothing, 1 / divisor);
      grads[0] = dx;
    }
    if (needs[1]) {
      const dt = empty(p.shape);
      const logp = scratch(4 * p.size);
      k.logSoftmax(logp, logits.ptr, n, classes, 1);
      k.crossEntropyTargetGrad(dt.ptr, logp, w, dy.ptr, n, classes, step, smoothing, 1 / divisor);
      grads[1] = dt;
    }
    return grads;
  };
  record(OP, y, [logits, target, p], saved, back, (dy, [p, target, logits, weight], needs) => {
    const d = div(dy, divisor);
    const weighted = (t: Tensor): Tensor => (weight === undefined ? t : mul(t, weight));
    const wanted = weighted(add(mul(target, 1 - smoothing), smoothing / classes));
    const cost = (): Tensor => weighted(mul(logSoftmax(logits), smoothing - 1));
    return [towards(p, wanted, d), needs[1] ? mul(cost(), reshape(d, [...d.shape, 1])) : null, null];
  });
  p.dispose();
  return y;
}

/** Calls `fn` with the tensors as [..., classes]: copies, where there are axes behind that of the classes. */
function classesLast(tensors: Tensor[], fn: (tensors: Tensor[]) => Tensor): Tensor {
  const { rank } = tensors[0]!;
  if (rank <= 2) return fn(tensors);
  const order = [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1];
  const copies = tensors.map((t) => permute(t, order));
  const y = fn(copies);
  for (const t of copies) t.dispose();
  return y;
}

function checkWeight(weight: Tensor | undefined, classes: number): void {
  if (weight === undefined) return;
  expectTensor(OP, "weight", weight, "float32");
  if (!sameShape(weight.shape, [classes])) {
    throw refusal(OP, `weight of shape [${classes}], one per class`, weight.shape);
  }
  if (weight.requiresGrad) {
    throw new TypeError(`${OP}: expected weight to require no gradient, which has no formula; use weight.detach()`);
  }
}
