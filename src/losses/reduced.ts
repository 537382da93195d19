// What all losses share: checks of their operands, and what becomes of the losses of single elements. The losses are the
// files beside it; cross-entropy is an op, ops/cross-entropy.ts.
import { div } from "../ops/binary.ts";
import { composed } from "../ops/internal/composed.ts";
import { checkReduction, type Reduction } from "../ops/internal/reduction.ts";
import { clamp } from "../ops/piecewise.ts";
import { mean, sum } from "../ops/reduce.ts";
import { describe, sameShape, show } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";
import { f32, live } from "../wasm.ts";

/** Options of elementwise losses. */
export interface LossOptions {
  /** `"mean"` and `"sum"` give a scalar, `"none"` a loss per element. Default `"mean"`. */
  reduction?: Reduction | undefined;
}

/** The reduction by default. */
export const MEAN: Reduction = "mean";

/** Refuses operands that are not float32, by their names. */
export function expectFloats(op: string, operands: Readonly<Record<string, Tensor>>): void {
  for (const name in operands) expectTensor(op, name, operands[name], "float32");
}

/** Refuses float32 operands of different shapes, as losses of PyTorch do that compare element by element. */
export function expectAlike(op: string, operands: Readonly<Record<string, Tensor>>): void {
  expectFloats(op, operands);
  const [[first, a], ...others] = Object.entries(operands) as [[string, Tensor], ...[string, Tensor][]];
  for (const [name, b] of others) {
    if (sameShape(a.shape, b.shape)) continue;
    throw new RangeError(
      `${op}: expected ${first} and ${name} of one shape, got ${show(a.shape)} and ${show(b.shape)}; reshape or expand one`,
    );
  }
}

/** The losses that `formula` gives, reduced; what it makes on the way is released. */
export function reduced(op: string, reduction: Reduction | undefined, formula: () => Tensor): Tensor {
  const kind = checkReduction(op, reduction ?? "mean");
  return composed(op, () => {
    const each = formula();
    return kind === "none" ? each : kind === "sum" ? sum(each) : mean(each);
  });
}

/** As {@link reduced}, with the mean over samples, which are the first axis, for `"batchmean"`. */
export function reducedByBatch(op: string, reduction: Reduction | "batchmean" = "mean", formula: () => Tensor): Tensor {
  if (!["mean", "sum", "none", "batchmean"].includes(reduction)) {
    const got = describe(reduction);
    throw new RangeError(`${op}: expected reduction "mean", "sum", "none" or "batchmean", got ${got}`);
  }
  if (reduction !== "batchmean") return reduced(op, reduction, formula);
  return composed(op, () => {
    const each = formula();
    return div(sum(each), each.shape[0] ?? 1);
  });
}

/** max(x, 0), whose gradient at 0 passes, as that of PyTorch's clamp. */
export const hinge = (x: Tensor): Tensor => clamp(x, { min: 0 });

/** Along the last axis. */
export const LAST = { axis: -1 };

/** Refuses float32 values below 0 or above `most`. */
export function expectValues(x: Tensor, most: number, expected: string): void {
  const { ptr, size } = x;
  live(() => {
    const values = f32(ptr, size);
    for (let i = 0; i < size; i++) {
      const v = values[i]!;
      if (v < 0 || v > most) throw new RangeError(`${expected}, got ${v} (element ${i})`);
    }
  });
}
