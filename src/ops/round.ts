// Rounding to integers, elementwise: floor ceil round trunc. Their gradient is 0. Kernels: assembly/round.ts.
import { expectTensor, type Tensor } from "../tensor.ts";
import { k } from "../wasm.ts";
import { cast } from "./cast.ts";
import { flat, unary } from "./internal/unary.ts";

/**
 * Elementwise largest integer that is not above `x`. The gradient is 0.
 *
 * @param x any shape and dtype; int32 is copied, bool counts as int32.
 * @see https://pytorch.org/docs/stable/generated/torch.floor.html
 *
 * @example
 * ```ts
 * import { floor, tensor } from "sedge";
 * floor(tensor([1.5, -1.5])).toArray(); // => [1,-2]
 * ```
 */
export function floor(x: Tensor): Tensor {
  expectTensor("floor", "x", x);
  if (x.dtype !== "float32") return cast(x, "int32");
  return unary("floor", x, k.floor, null, flat);
}

/**
 * Elementwise least integer that is not below `x`. The gradient is 0.
 *
 * @param x any shape and dtype; int32 is copied, bool counts as int32.
 * @see https://pytorch.org/docs/stable/generated/torch.ceil.html
 *
 * @example
 * ```ts
 * import { ceil, tensor } from "sedge";
 * ceil(tensor([1.5, -0.5, 2])).toArray(); // => [2,0,2]
 * ```
 */
export function ceil(x: Tensor): Tensor {
  expectTensor("ceil", "x", x);
  if (x.dtype !== "float32") return cast(x, "int32");
  return unary("ceil", x, k.ceil, null, flat);
}

/**
 * Elementwise nearest integer; halves go to the even one. The gradient is 0.
 *
 * @param x any shape and dtype; int32 is copied, bool counts as int32.
 * @see https://pytorch.org/docs/stable/generated/torch.round.html
 *
 * @example
 * ```ts
 * import { round, tensor } from "sedge";
 * round(tensor([0.5, 1.5, 2.6])).toArray(); // => [0,2,3]
 * ```
 */
export function round(x: Tensor): Tensor {
  expectTensor("round", "x", x);
  if (x.dtype !== "float32") return cast(x, "int32");
  return unary("round", x, k.round, null, flat);
}

/**
 * Elementwise integer part, cut toward zero. The gradient is 0.
 *
 * @param x any shape and dtype; int32 is copied, bool counts as int32.
 * @see https://pytorch.org/docs/stable/generated/torch.trunc.html
 *
 * @example
 * ```ts
 * import { trunc, tensor } from "sedge";
 * trunc(tensor([1.7, -1.7])).toArray(); // => [1,-1]
 * ```
 */
export function trunc(x: Tensor): Tensor {
  expectTensor("trunc", "x", x);
  if (x.dtype !== "float32") return cast(x, "int32");
  return unary("trunc", x, k.trunc, null, flat);
}
