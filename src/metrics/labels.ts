// How metrics read predictions against targets that are classes: the shapes tell logits from labels and from scores of
// two classes.
import { demand, fault, sameShape, show, sizeOf } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";

/** Bound of labels that no row of logits bounds: a class takes room of its own. */
const MOST = 2 ** 20;

/**
 * The classes of logits [n, classes, ...]; 0 for what has the targets' shape: labels, or float32 scores of two classes.
 * Refuses everything else, and targets that are no classes; `skip` is let pass.
 */
export function classesOf(op: string, prediction: Tensor, target: Tensor, skip?: number): number {
  expectTensor(op, "prediction", prediction);
  expectTensor(op, "target", target);
  const { shape, dtype } = prediction;
  const [n, classes = 0, ...rest] = shape;
  const same = sameShape(shape, target.shape);
  if (!same && (dtype !== "float32" || classes < 2 || !sameShape([n!, ...rest], target.shape))) {
    const [first = "n", ...others] = target.shape;
    const logits = `[${[first, "classes", ...others].join(", ")}]`;
    throw fault(
      op,
      `float32 logits ${logits} for target ${show(target.shape)}, or labels or scores of its shape`,
      `${dtype} ${show(shape)}`,
    );
  }
  const bound = !same ? classes : dtype === "float32" ? 2 : MOST;
  const check = (name: string, { data }: Tensor): void => {
    const wrong = data.find((v) => !((Number.isInteger(v) && v >= 0 && v < bound) || v === skip));
    demand(wrong === undefined, op, `${name} of classes from 0 to ${bound - 1}`, wrong);
  };
  check("target", target);
  if (same && dtype !== "float32") check("prediction", prediction);
  return same ? 0 : classes;
}

/** Each row of logits [n, classes, ...] in float64, with its target. The row is overwritten by the next. */
export function eachRow(
  prediction: Tensor,
  target: Tensor,
  classes: number,
  visit: (row: Float64Array, label: number) => void,
): void {
  const [logits, labels] = [prediction.data, target.data];
  const inner = sizeOf(prediction.shape.slice(2));
  const row = new Float64Array(classes);
  for (let i = 0; i < labels.length; i++) {
    const start = i + Math.floor(i / inner) * (classes - 1) * inner;
    for (let c = 0; c < classes; c++) row[c] = logits[start + c * inner]!;
    visit(row, labels[i]!);
  }
}

/**
 * Pairs of the predicted class and the target: the largest logit (the first of equals), the label, or whether a score is above
 * `threshold`.
 */
export function labelsOf(op: string, prediction: Tensor, target: Tensor, threshold: number): [number, number][] {
  const classes = classesOf(op, prediction, target);
  const pairs: [number, number][] = [];
  if (classes > 0) {
    eachRow(prediction, target, classes, (row, label) => pairs.push([largest(row), label]));
    return pairs;
  }
  const { data } = prediction;
  const isScore = prediction.dtype === "float32";
  target.data.forEach((label, i) => {
    pairs.push([isScore ? Number(data[i]! > threshold) : data[i]!, label]);
  });
  return pairs;
}

/** The place of the largest; NaN counts as such, as for `argmax`. */
function largest(row: Float64Array): number {
  let best = 0;
  for (let c = 1; c < row.length; c++) {
    if (row[c]! > row[best]! || (Number.isNaN(row[c]) && !Number.isNaN(row[best]))) best = c;
  }
  return best;
}
