// Rounding to integers, elementwise: floor ceil round trunc, whose gradient is 0, and frac. Kernels: assembly/round.ts.
import { expectTensor, type Tensor } from "../tensor.ts";
import { k } from "../wasm.ts";
import { sub } from "./binary.ts";
import { cast } from "./cast.ts";
import { composed } from "./internal/composed.ts";
import { converted } from "./internal/operands.ts";
import { flat, type Kernel1, level, unary } from "./internal/unary.ts";

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
  return stepped("floor", x, k.floor);
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
  return stepped("ceil", x, k.ceil);
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
  return stepped("round", x, k.round);
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
  return stepped("trunc", x, k.trunc);
}

/**
 * Elementwise fraction `x - trunc(x)`, of the sign of `x`. The gradient is 1.
 *
 * @param x any shape; int32 and bool are converted to float32.
 * @see https://pytorch.org/docs/stable/generated/torch.frac.html
 *
 * @example
 * ```ts
 * import { frac, tensor } from "sedge";
 * frac(tensor([1.5, -2.25])).toArray(); // => [0.5,-0.25]
 * ```
 */
export function frac(x: Tensor): Tensor {
  expectTensor("frac", "x", x);
  return converted(x, "float32", (x) => composed("frac", () => sub(x, trunc(x))));
}

/** Integers, and booleans as such, are whole already. */
function stepped(op: string, x: Tensor, kernel: Kernel1): Tensor {
  expectTensor(op, "x", x);
  return x.dtype === "float32" ? unary(op, x, kernel, null, flat, level) : cast(x, "int32");
}
