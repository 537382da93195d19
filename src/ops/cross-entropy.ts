// Cross-entropy of logits, fused with log-softmax; the other losses are src/losses/.
import { type Backward, isRecording, record, type Saved } from "../autograd.ts";
import { scratch } from "../memory.ts";
import { label } from "../observe.ts";
import { checkInt, checkNumber, checkOptions, fault, refusal, sameShape, show, without } from "../shape.ts";
import { empty, expectTensor, type Tensor } from "../tensor.ts";
import { k } from "../wasm.ts";
import { add, div, mul, sub } from "./binary.ts";
import { full, zeros } from "./create.ts";
import { expectShape } from "./internal/arguments.ts";
import { composed } from "./internal/composed.ts";
import { checkLabels } from "./internal/labels.ts";
import { checkReduction, type Reduction } from "./internal/reduction.ts";
import { recordSoftmax } from "./internal/softmax.ts";
import { permute } from "./permute.ts";
import { mean, sum } from "./reduce.ts";
import { reshape } from "./shape.ts";
import { logSoftmax } from "./softmax.ts";
import { neg } from "./unary.ts";

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
  const axis = rank === 1 ? 0 : 1;
  const classes = shape[axis] ?? 0;
  if (classes === 0) throw refusal(OP, "logits of at least one axis and one class", shape);
  checkWeight(weight, classes);
  const samples = without(shape, axis);
  const soft = target.dtype === "float32";
  const wanted = soft ? shape : samples;
  if (!sameShape(target.shape, wanted)) {
    const what = soft ? "probabilities" : "class indices";
    const hint = `${show(target.shape)}; class indices are int32, probabilities float32`;
    throw fault(OP, `${what} of shape ${show(wanted)} for logits ${show(shape)}`, hint);
  }
  if (!soft) checkLabels(OP, target, classes, ignoreIndex);
  else if (ignoreIndex >= 0) throw refusal(OP, "no ignoreIndex with probabilities", ignoreIndex);
  // the usual case needs no scope, which takes time
  if (!soft && rank <= 2) return ofLabels(logits, target, weight, reduction, labelSmoothing, ignoreIndex);
  return composed(OP, () => {
    const last = (t: Tensor): Tensor => (rank > 2 ? permute(t, [0, ...[...shape.keys()].slice(2), 1]) : t);
    const x = last(logits);
    return soft
      ? ofProbabilities(x, last(target), weight, reduction, labelSmoothing)
      : ofLabels(x, target, weight, reduction, labelSmoothing, ignoreIndex);
  });
}

/** The loss of logits whose last axis are the classes. */
function ofLabels(
  logits: Tensor,
  target: Tensor,
  weight: Tensor | undefined,
  reduction: Reduction,
  smoothing: number,
  ignoreIndex: number,
): Tensor {
  const n = target.size;
  const classes = logits.shape.at(-1)!;
  const isMean = reduction === "mean";
  const isEach = reduction === "none";
  // without a gradient to come the probabilities are not written: 0.71 instead of 0.83 ns a value
  const p = isRecording() && logits.requiresGrad ? empty(logits.shape) : undefined;
  const norm = empty([]);
  const y = empty(isEach ? target.shape : []);
  const w = weight?.ptr ?? 0;
  const bytes = Math.ceil(n / 4) * 16;
  const parts = scratch(3 * bytes);
  const each = isEach ? y.ptr : parts + 2 * bytes;
  k.crossEntropy(each, p?.ptr ?? 0, parts, logits.ptr, target.ptr, w, n, classes, ignoreIndex, smoothing);
  if (isMean) k.crossEntropyMean(y.ptr, norm.ptr, each, target.ptr, w, n, ignoreIndex);
  else if (!isEach) k.sum(y.ptr, each, 1, n, 1, 1);
  if (p === undefined) {
    norm.dispose();
    return label(OP, y, [logits]);
  }
  recordSoftmax("softmax", p, logits, [n, classes, 1]);
  /** Softmax minus the labels' distribution, times dy, as the kernel writes it; norm is a byte address or 0. */
  const grad = (dx: Tensor, [p, target, , weight]: Saved, dy: Tensor, norm: number, step: number): Tensor => {
    const w = weight?.ptr ?? 0;
    k.crossEntropyGrad(dx.ptr, p.ptr, norm, target.ptr, w, dy.ptr, n, classes, step, ignoreIndex, smoothing);
    return dx;
  };
  const back: Backward = (dy, saved) => [
    grad(empty(saved[0].shape), saved, dy, isMean ? saved[2].ptr : 0, isEach ? 1 : 0),
    null,
  ];
  record(
    OP,
    y,
    [logits, p],
    weight === undefined ? [p, target, norm] : [p, target, norm, weight],
    back,
    (dy, [p, ...saved]) => {
      const zero = zeros(p.shape);
      const wanted = grad(zero, [zero, ...saved] as Saved, full([], -1), 0, 0);
      const total = sum(wanted, { axis: -1, keepDims: true });
      const d = isMean ? div(dy, saved[1]) : dy;
      return [mul(sub(mul(p, total), wanted), reshape(d, [...d.shape, 1])), null];
    },
  );
  p.dispose();
  norm.dispose();
  return y;
}

function ofProbabilities(
  logits: Tensor,
  target: Tensor,
  weight: Tensor | undefined,
  reduction: Reduction,
  smoothing: number,
): Tensor {
  const mixed = smoothing === 0 ? target : add(mul(target, 1 - smoothing), smoothing / logits.shape.at(-1)!);
  const wanted = weight === undefined ? mixed : mul(mixed, weight);
  const each = neg(sum(mul(wanted, logSoftmax(logits)), { axis: -1 }));
  return reduction === "none" ? each : reduction === "sum" ? sum(each) : mean(each);
}

function checkWeight(weight: Tensor | undefined, classes: number): void {
  if (weight === undefined) return;
  expectShape(OP, "weight", weight, [classes]);
  if (weight.requiresGrad) {
    throw new TypeError(`${OP}: expected weight to require no gradient, which has no formula; use weight.detach()`);
  }
}
