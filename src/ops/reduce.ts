// Sums and means over any axes. Maxima are extrema.ts; prod, any and all prod.ts; logsumexp
// softmax.ts.
import { record } from "../autograd.ts";
import { label } from "../observe.ts";
import { empty, expectTensor, type Tensor } from "../tensor.ts";
import { k } from "../wasm.ts";
import { div } from "./binary.ts";
import { type Pass, passes, type ReduceOptions, resolve } from "./internal/axes.ts";
import { converted } from "./internal/operands.ts";
import { partition, spread, sumPasses } from "./internal/sums.ts";
import { broadcastTo } from "./permute.ts";
import { reshape } from "./shape.ts";

export type { ReduceOptions } from "./internal/axes.ts";

/**
 * Sum over the given axes, or over all elements.
 *
 * float32 gives float32, in an order that depends on the sizes alone: eight values of a row of 32 and more, or up to 64 of a
 * column, are added in float32, what comes of that in float64. That stays within 1e-6 of the sum of all magnitudes at a million
 * values; what is left where greater terms cancel has fewer digits. int32 and bool give int32, which wraps around past 2^31
 * (PyTorch gives int64). An empty sum is 0.
 *
 * @param x any shape and dtype.
 * @param options `axis`: an axis or several, default all; `keepDims`: keep them with size 1, default false.
 * @returns `x`'s shape without the reduced axes; `[]` if all are.
 * @throws RangeError if an axis is out of range or named twice.
 * @see https://pytorch.org/docs/stable/generated/torch.sum.html
 *
 * @example
 * ```ts
 * import { sum, tensor } from "sedge";
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * sum(x).item(); // => 21
 * sum(x, { axis: 0 }).toArray(); // => [5,7,9]
 * sum(x, { axis: 1, keepDims: true }).toArray(); // => [[6],[15]]
 * ```
 */
export function sum(x: Tensor, options?: ReduceOptions): Tensor {
  expectTensor("sum", "x", x);
  const { axes, out, kept } = resolve("sum", x.shape, options);
  const steps = passes(x.shape, axes);
  if (x.dtype !== "float32") return sumOfIntegers(x, out, steps);
  return total("sum", x, out, kept, steps, 1);
}

/**
 * Mean over the given axes, or over all elements, added up in the order of {@link sum}. An empty mean is NaN.
 *
 * @param x float32, any shape.
 * @param options `axis`: an axis or several, default all; `keepDims`: keep them with size 1, default false.
 * @returns `x`'s shape without the reduced axes; `[]` if all are.
 * @throws TypeError if `x` is not float32. RangeError if an axis is out of range or named twice.
 * @see https://pytorch.org/docs/stable/generated/torch.mean.html
 *
 * @example
 * ```ts
 * import { mean, tensor } from "sedge";
 * mean(tensor([[1, 2], [3, 6]])).item(); // => 3
 * mean(tensor([[1, 2], [3, 6]]), { axis: 0 }).toArray(); // => [2,4]
 * ```
 */
export function mean(x: Tensor, options?: ReduceOptions): Tensor {
  expectTensor("mean", "x", x);
  if (x.dtype !== "float32") {
    throw new TypeError(`mean: expected x to be float32, got ${x.dtype}; convert it with cast(x, "float32")`);
  }
  const { axes, out, kept } = resolve("mean", x.shape, options);
  const steps = passes(x.shape, axes);
  return total(
    "mean",
    x,
    out,
    kept,
    steps,
    steps.reduce((n, [, reduce]) => n * reduce, 1),
  );
}

function total(op: string, x: Tensor, out: number[], kept: number[], steps: Pass[], divisor: number): Tensor {
  const y = empty(out);
  sumPasses(y.ptr, x.ptr, steps, divisor);
  const { shape } = x;
  return record(
    op,
    y,
    [x],
    [],
    (dy) => {
      const dx = empty(shape);
      spread(dx.ptr, dy.ptr, steps, 1 / divisor);
      return [dx];
    },
    (dy) => {
      const dx = broadcastTo(reshape(dy, kept), shape);
      return [divisor === 1 ? dx : div(dx, divisor)];
    },
  );
}

function sumOfIntegers(x: Tensor, out: number[], steps: readonly Pass[]): Tensor {
  return converted(x, "int32", (whole) => {
    const y = empty(out, "int32");
    const between = partition(steps);
    steps.forEach((step, i) => {
      k.sumInt(between[i] ?? y.ptr, between[i - 1] ?? whole.ptr, ...step);
    });
    return label("sum", y, [x]);
  });
}
