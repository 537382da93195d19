// The share of right predictions as a plain function of one batch. What is summed up over batches is streaming.ts.
import { argmax } from "../ops/extrema.ts";
import { demand, sameShape, show } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";

/**
 * The share of predictions that are right, from 0 to 1. Over batches, weight each batch's figure by its size.
 *
 * @param predictions logits or probabilities of shape [n, classes, ...], whose largest entry along axis 1 counts (of
 *   equal ones the first), or int32 or bool labels of the shape of `targets`.
 * @param targets int32 or bool labels of shape [n, ...].
 * @throws TypeError for other dtypes; RangeError for shapes that do not match, for no targets at all, and for labels
 *   beyond the classes.
 *
 * @example
 * ```ts
 * import { accuracy, tensor } from "sedge";
 * const logits = tensor([[2, 1], [0, 3], [5, 4]]);
 * const labels = tensor([0, 1, 1], { dtype: "int32" });
 * accuracy(logits, labels).toFixed(3); // => "0.667"
 * ```
 */
export function accuracy(predictions: Tensor, targets: Tensor): number {
  const op = "accuracy";
  expectTensor(op, "predictions", predictions);
  expectTensor(op, "targets", targets, ["int32", "bool"]);
  if (targets.size === 0) throw new RangeError(`${op}: expected at least one target, got shape ${show(targets.shape)}`);
  if (predictions.dtype !== "float32") {
    demand(
      sameShape(predictions.shape, targets.shape),
      op,
      `predictions of the targets' shape ${show(targets.shape)}`,
      predictions.shape,
    );
    return share(predictions, targets);
  }
  const [n, classes, ...rest] = predictions.shape;
  if (classes === undefined || !sameShape([n!, ...rest], targets.shape)) {
    const wanted = [targets.shape[0] ?? "n", "classes", ...targets.shape.slice(1)].join(", ");
    throw new RangeError(
      `${op}: expected logits of shape [${wanted}] for targets ${show(targets.shape)}, got ${show(predictions.shape)}`,
    );
  }
  const wrong = targets.data.find((label) => label < 0 || label >= classes);
  demand(wrong === undefined, op, `targets from 0 to ${classes - 1}`, wrong);
  const labels = argmax(predictions, { axis: 1 });
  try {
    return share(labels, targets);
  } finally {
    labels.dispose();
  }
}

/** The share of equal elements. */
function share(a: Tensor, b: Tensor): number {
  const [x, y] = [a.data, b.data];
  let equal = 0;
  for (let i = 0; i < x.length; i++) if (x[i] === y[i]) equal++;
  return equal / x.length;
}
