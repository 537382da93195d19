// Losses: what a training step minimises. Cross-entropy is an op of its own, ops/cross-entropy.ts.
import { record } from "./autograd.ts";
import { checkReduction, type Reduction } from "./ops/internal/reduction.ts";
import { checkOptions, sameShape, show } from "./shape.ts";
import { empty, expectTensor, type Tensor } from "./tensor.ts";
import { k } from "./wasm.ts";

export { type CrossEntropyOptions, crossEntropy } from "./ops/cross-entropy.ts";
export type { Reduction } from "./ops/internal/reduction.ts";

/** Options of elementwise losses. */
export interface LossOptions {
  /** `"mean"` and `"sum"` give a scalar, `"none"` a loss per element. Default `"mean"`. */
  reduction?: Reduction | undefined;
}

/**
 * Mean squared error, `mean((input - target)²)`. Both may require gradients.
 *
 * @param input float32, any shape.
 * @param target float32 of the same shape: unlike PyTorch, which warns and broadcasts, a mismatch is an error.
 * @param options `reduction`: `"mean"` (default), `"sum"` or `"none"`.
 * @returns `[]`; for `"none"` the shape of `input`. The mean of no element is NaN.
 * @throws RangeError if the shapes differ. TypeError if a dtype is not float32.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.mse_loss.html
 *
 * @example
 * ```ts
 * import { mse, tensor } from "sedge";
 * mse(tensor([1, 2]), tensor([0, 4])).item(); // => 2.5
 * mse(tensor([1, 2]), tensor([0, 4]), { reduction: "none" }).toArray(); // => [1,4]
 * ```
 */
export function mse(input: Tensor, target: Tensor, options?: LossOptions): Tensor {
  expectTensor("mse", "input", input, "float32");
  expectTensor("mse", "target", target, "float32");
  checkOptions("mse", options, ["reduction"]);
  const reduction = checkReduction("mse", options?.reduction ?? "mean");
  if (!sameShape(input.shape, target.shape)) {
    throw new RangeError(
      `mse: expected input and target of one shape, got ${show(input.shape)} and ${show(target.shape)}; reshape or expand one`,
    );
  }
  const n = input.size;
  const divisor = reduction === "mean" ? n : 1;
  const each = reduction === "none";
  const y = empty(each ? input.shape : []);
  if (each) k.squaredError(y.ptr, input.ptr, target.ptr, n);
  else k.mse(y.ptr, input.ptr, target.ptr, n, divisor);
  return record("mse", y, [input, target], [input, target], (dy, [input, target], needs) => {
    /** With respect to a. */
    const grad = (a: Tensor, b: Tensor): Tensor => {
      const da = empty(a.shape);
      if (each) k.squaredErrorGrad(da.ptr, a.ptr, b.ptr, dy.ptr, n);
      else k.mseGrad(da.ptr, a.ptr, b.ptr, dy.ptr, n, divisor);
      return da;
    };
    return [needs[0] ? grad(input, target) : null, needs[1] ? grad(target, input) : null];
  });
}
