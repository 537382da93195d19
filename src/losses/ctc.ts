// Connectionist temporal classification: the loss of a sequence of labels without their places in time. The recursion
// is assembly/ctc.ts.
import { record } from "../autograd.ts";
import { scratch } from "../memory.ts";
import { div, maximum, mul } from "../ops/binary.ts";
import { cast } from "../ops/cast.ts";
import { clear } from "../ops/internal/copy.ts";
import { checkReduction } from "../ops/internal/reduction.ts";
import { mean, sum } from "../ops/reduce.ts";
import { unsqueeze } from "../ops/shape.ts";
import { tidy } from "../scope.ts";
import { checkBoolean, checkInt, checkOptions, demand, show } from "../shape.ts";
import { empty, expectTensor, type Tensor } from "../tensor.ts";
import { f32, i32, k } from "../wasm.ts";
import type { LossOptions } from "./reduced.ts";

/** Options of {@link ctcLoss}. */
export interface CtcOptions extends LossOptions {
  /** The class that stands for no label (default 0). */
  blank?: number | undefined;
  /** Whether losses that are infinite, of targets too long for their input, become 0, and so their gradients. Default false. */
  zeroInfinity?: boolean | undefined;
}

/**
 * Connectionist temporal classification: minus the log-probability that a sequence of predictions spells its target,
 * summed over all alignments with blanks and repeats.
 *
 * @param logProbs float32 [steps, samples, classes] (or [steps, classes] for one sample), as `logSoftmax` gives.
 * @param targets int32 labels [samples, longest], of which the lengths say how many count; or all labels in one row.
 * @param inputLengths int32 [samples]: how many steps count.
 * @param targetLengths int32 [samples]: how many labels count.
 * @param options see {@link CtcOptions}; `reduction`: `"mean"` (default) divides each loss by its target's length (at
 *   least 1) first, `"sum"`, `"none"`.
 * @returns `[]`; for `"none"` [samples], or `[]` for one. Infinite where the input is too short for the target.
 * @throws RangeError if shapes do not match, or a label or length is out of range. TypeError for wrong dtypes.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.ctc_loss.html
 *
 * @example
 * ```ts
 * import { ctcLoss, logSoftmax, tensor, zeros } from "sedge";
 * const int32 = (values: number[]) => tensor(values, { dtype: "int32" });
 * // two steps, blank or 1: of four equally likely paths three spell [1]
 * const logProbs = logSoftmax(zeros([2, 1, 2]), { axis: 2 });
 * const loss = ctcLoss(logProbs, int32([1]).reshape([1, 1]), int32([2]), int32([1]));
 * loss.item().toFixed(4); // => "0.2877"
 * ```
 */
export function ctcLoss(
  logProbs: Tensor,
  targets: Tensor,
  inputLengths: Tensor,
  targetLengths: Tensor,
  options?: CtcOptions,
): Tensor {
  const op = "ctcLoss";
  expectTensor(op, "logProbs", logProbs, "float32");
  for (const [name, t] of Object.entries({ targets, inputLengths, targetLengths })) expectTensor(op, name, t, "int32");
  checkOptions(op, options, ["blank", "zeroInfinity", "reduction"]);
  const { blank = 0, zeroInfinity = false, reduction = "mean" } = options ?? {};
  checkBoolean(op, "zeroInfinity", zeroInfinity);
  checkReduction(op, reduction);
  demand(
    logProbs.rank === 2 || logProbs.rank === 3,
    op,
    "logProbs [steps, samples, classes] or [steps, classes]",
    logProbs.shape,
  );
  const batched = logProbs.rank === 3;
  const [steps, samples, classes] = batched ? logProbs.shape : [logProbs.shape[0], 1, logProbs.shape[1]];
  checkInt(op, "blank", blank, 0, classes! - 1);
  const rows = rowsOf(op, targets, inputLengths, targetLengths, {
    steps: steps!,
    samples: samples!,
    classes: classes!,
  });
  return tidy(() => {
    const each = losses(batched ? logProbs : unsqueeze(logProbs, 1), targets, rows, blank, zeroInfinity);
    if (reduction === "sum") return sum(each);
    if (reduction === "mean") return mean(div(each, maximum(cast(targetLengths, "float32"), 1)));
    return batched ? each : sum(each);
  });
}

/** Where a sample's target starts, how long it is, and how many steps count. */
interface Row {
  readonly start: number;
  readonly length: number;
  readonly steps: number;
}

function rowsOf(
  op: string,
  targets: Tensor,
  inputLengths: Tensor,
  targetLengths: Tensor,
  { steps, samples, classes }: { steps: number; samples: number; classes: number },
): Row[] {
  for (const [name, t] of Object.entries({ inputLengths, targetLengths })) {
    if (t.size === samples && t.rank < 2) continue;
    throw new RangeError(`${op}: expected ${name} of shape [${samples}], got ${show(t.shape)}`);
  }
  const padded = targets.rank === 2;
  demand(
    targets.rank <= 2 && (!padded || targets.shape[0] === samples),
    op,
    `targets [${samples}, longest] or all in one row`,
    targets.shape,
  );
  const width = padded ? targets.shape[1]! : targets.size;
  let start = 0;
  const rows = Array.from({ length: samples }, (_, i): Row => {
    const length = checkInt(op, `targetLengths[${i}]`, targetLengths.data[i], 0, width);
    const row = { start, length, steps: checkInt(op, `inputLengths[${i}]`, inputLengths.data[i], 0, steps) };
    start += padded ? width : length;
    return row;
  });
  demand(start <= targets.size, op, `${start} labels in targets, as targetLengths add up to`, targets.size);
  const labels = i32(targets.ptr, targets.size);
  for (const row of rows) {
    for (let i = row.start; i < row.start + row.length; i++)
      checkInt(op, `targets (element ${i})`, labels[i], 0, classes - 1);
  }
  return rows;
}

/** The loss of each sample. Its gradient is computed along with it and kept. */
function losses(logProbs: Tensor, targets: Tensor, rows: readonly Row[], blank: number, zeroInfinity: boolean): Tensor {
  const [, samples, classes] = logProbs.shape as [number, number, number];
  const y = empty([samples]);
  const slope = empty(logProbs.shape);
  clear(slope);
  const bytes = rows.reduce((most, { steps, length }) => Math.max(most, (steps + 3) * (2 * length + 1) * 8), 8);
  const room = scratch(bytes);
  for (const [i, { start, length, steps }] of rows.entries()) {
    const at = 4 * i * classes;
    const target = targets.ptr + 4 * start;
    k.ctc(y.ptr + 4 * i, slope.ptr + at, logProbs.ptr + at, target, steps, length, blank, samples * classes, room);
    // the kernel has left the gradient of an infinite loss 0
    const loss = f32(y.ptr, samples)[i]!;
    if (Number.isFinite(loss)) continue;
    if (zeroInfinity && loss === Infinity) f32(y.ptr, samples)[i] = 0;
    else for (let t = 0; t < steps; t++) f32(slope.ptr + at + 4 * t * samples * classes, classes).fill(Number.NaN);
  }
  return record("ctcLoss", y, [logProbs], [slope], (dy, [slope]) => [mul(slope, unsqueeze(dy, -1))]);
}
