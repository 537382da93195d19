// Products, and whether any or all elements are true, over any axes.
import { type Backward, record } from "../autograd.ts";
import { label } from "../observe.ts";
import { empty, expectTensor, type Tensor } from "../tensor.ts";
import { k } from "../wasm.ts";
import { throughOthers, withBlock } from "./internal/arrange.ts";
import { type ReduceOptions, resolve } from "./internal/axes.ts";
import { converted } from "./internal/operands.ts";

/**
 * Product over the given axes, or over all elements. An empty product is 1. The gradient is exact at zeros too; the gradient
 * of the gradient takes memory for the square of what is multiplied.
 *
 * @param x any shape. int32 and bool give int32, which wraps around past 2^31 (PyTorch gives int64).
 * @param options `axis`: an axis or several, default all; `keepDims`: keep them with size 1, default false.
 * @returns `x`'s shape without the reduced axes.
 * @throws RangeError if an axis is out of range or named twice.
 * @see https://pytorch.org/docs/stable/generated/torch.prod.html
 *
 * @example
 * ```ts
 * import { prod, tensor } from "sedge";
 * prod(tensor([[1, 2], [3, 4]])).item(); // => 24
 * prod(tensor([[1, 2], [3, 4]]), { axis: 0 }).toArray(); // => [3,8]
 * ```
 */
export function prod(x: Tensor, options?: ReduceOptions): Tensor {
  expectTensor("prod", "x", x);
  const { axes, out } = resolve("prod", x.shape, options);
  if (x.dtype === "bool") return converted(x, "int32", (x) => prod(x, options));
  return withBlock(x, axes, (x, pass) => {
    const y = empty(out, x.dtype);
    if (x.dtype === "int32") {
      k.prodInt(y.ptr, x.ptr, ...pass);
      return label("prod", y, [x]);
    }
    k.prod(y.ptr, x.ptr, ...pass);
    const back: Backward = (dy, [x]) => {
      const dx = empty(x.shape);
      k.prodGrad(dx.ptr, x.ptr, dy.ptr, ...pass, false);
      return [dx];
    };
    return record("prod", y, [x], [x], back, (dy, [x]) => [
      throughOthers(dy, x, pass, (others) => prod(others, { axis: 3, keepDims: true })),
    ]);
  });
}

/**
 * Whether any element is true, over the given axes or all. Of numbers: whether any is not 0; NaN is not. Empty: false.
 *
 * @param x any shape and dtype.
 * @param options `axis`: an axis or several, default all; `keepDims`: keep them with size 1, default false.
 * @returns bool, `x`'s shape without the reduced axes.
 * @throws RangeError if an axis is out of range or named twice.
 * @see https://pytorch.org/docs/stable/generated/torch.any.html
 *
 * @example
 * ```ts
 * import { any, tensor } from "sedge";
 * any(tensor([[false, true], [false, false]]), { axis: 1 }).toArray(); // => [true,false]
 * ```
 */
export function any(x: Tensor, options?: ReduceOptions): Tensor {
  return truth("any", x, options);
}

/**
 * Whether all elements are true, over the given axes or all. Of numbers: whether none is 0; NaN is not. Empty: true.
 *
 * @param x any shape and dtype.
 * @param options `axis`: an axis or several, default all; `keepDims`: keep them with size 1, default false.
 * @returns bool, `x`'s shape without the reduced axes.
 * @throws RangeError if an axis is out of range or named twice.
 * @see https://pytorch.org/docs/stable/generated/torch.all.html
 *
 * @example
 * ```ts
 * import { all, tensor } from "sedge";
 * all(tensor([[true, true], [false, true]]), { axis: 1 }).toArray(); // => [true,false]
 * ```
 */
export function all(x: Tensor, options?: ReduceOptions): Tensor {
  return truth("all", x, options);
}

function truth(op: "any" | "all", x: Tensor, options: ReduceOptions | undefined): Tensor {
  expectTensor(op, "x", x);
  const { axes, out } = resolve(op, x.shape, options);
  if (x.dtype !== "bool") return converted(x, "bool", (x) => truth(op, x, options));
  return withBlock(x, axes, (x, pass) => {
    const y = empty(out, "bool");
    (op === "any" ? k.any : k.all)(y.ptr, x.ptr, ...pass);
    return label(op, y, [x]);
  });
}
