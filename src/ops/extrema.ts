// Largest and smallest elements and their places. Elementwise maximum and minimum are with the binary operations.
import { record } from "../autograd.ts";
import { checkBoolean, checkOptions, normalizeAxis, type Shape, show } from "../shape.ts";
import { empty, expectTensor, type Tensor } from "../tensor.ts";
import { k } from "../wasm.ts";
import { withBlock } from "./internal/arrange.ts";
import { passes, type ReduceOptions, resolve } from "./internal/axes.ts";
import { all, any } from "./prod.ts";

/**
 * Maximum over the given axes, or over all elements. NaN if one is NaN.
 *
 * Kink: at ties the gradient is shared equally. Where the maximum is NaN, the gradient is NaN.
 *
 * @param x any shape and dtype; of bool it is `any`.
 * @param options `axis`: an axis or several, default all; `keepDims`: keep them with size 1, default false.
 * @returns `x`'s shape without the reduced axes, of `x`'s dtype.
 * @throws RangeError if a reduced axis has size 0, is out of range or named twice.
 * @see https://pytorch.org/docs/stable/generated/torch.amax.html
 *
 * @example
 * ```ts
 * import { amax, tensor } from "sedge";
 * amax(tensor([[1, 5], [4, 2]])).item(); // => 5
 * amax(tensor([[1, 5], [4, 2]]), { axis: 0 }).toArray(); // => [4,5]
 * ```
 */
export function amax(x: Tensor, options?: ReduceOptions): Tensor {
  return extremum("amax", x, options);
}

/**
 * Minimum over the given axes, or over all elements. NaN if one is NaN.
 *
 * Kink: at ties the gradient is shared equally. Where the minimum is NaN, the gradient is NaN.
 *
 * @param x any shape and dtype; of bool it is `all`.
 * @param options `axis`: an axis or several, default all; `keepDims`: keep them with size 1, default false.
 * @returns `x`'s shape without the reduced axes, of `x`'s dtype.
 * @throws RangeError if a reduced axis has size 0, is out of range or named twice.
 * @see https://pytorch.org/docs/stable/generated/torch.amin.html
 *
 * @example
 * ```ts
 * import { amin, tensor } from "sedge";
 * amin(tensor([[1, 5], [4, 2]]), { axis: 1, keepDims: true }).toArray(); // => [[1],[2]]
 * ```
 */
export function amin(x: Tensor, options?: ReduceOptions): Tensor {
  return extremum("amin", x, options);
}

function extremum(op: "amax" | "amin", x: Tensor, options: ReduceOptions | undefined): Tensor {
  expectTensor(op, "x", x);
  const { axes, out } = resolve(op, x.shape, options);
  refuseEmpty(op, x.shape, axes);
  if (x.dtype === "bool") return op === "amax" ? any(x, options) : all(x, options);
  return withBlock(x, axes, (x, { outer, reduce, inner }) => {
    const y = empty(out, x.dtype);
    if (x.dtype === "int32") {
      k[op === "amax" ? "amaxInt" : "aminInt"](y.ptr, x.ptr, outer, reduce, inner);
      return record(op, y, [], [], () => []);
    }
    k[op](y.ptr, x.ptr, outer, reduce, inner);
    return record(op, y, [x], [x, y], (dy, [x, y]) => {
      const dx = empty(x.shape);
      k.amaxGrad(dx.ptr, y.ptr, x.ptr, dy.ptr, outer, reduce, inner);
      return [dx];
    });
  });
}

/** Options of `argmax` and `argmin`. */
export interface ArgOptions {
  /** The axis to search, negative ones counted from the end. Left out: all, and the place is counted in row-major order. */
  axis?: number | undefined;
  /** Whether a searched axis stays, with size 1. Default false. */
  keepDims?: boolean | undefined;
}

/**
 * Place of the maximum along an axis, or among all elements: the first of several, or of the first NaN.
 *
 * @param x float32 or int32, any shape.
 * @param options `axis`: one axis, default all; `keepDims`: keep it with size 1, default false.
 * @returns int32, `x`'s shape without the axis.
 * @throws RangeError if the axis has size 0 or is out of range. TypeError if `x` is bool.
 * @see https://pytorch.org/docs/stable/generated/torch.argmax.html
 *
 * @example
 * ```ts
 * import { argmax, tensor } from "sedge";
 * argmax(tensor([[1, 5], [4, 2]]), { axis: 1 }).toArray(); // => [1,0]
 * argmax(tensor([[1, 5], [4, 2]])).item(); // => 1
 * ```
 */
export function argmax(x: Tensor, options?: ArgOptions): Tensor {
  return place("argmax", x, options);
}

/**
 * Place of the minimum along an axis, or among all elements: the first of several, or of the first NaN.
 *
 * @param x float32 or int32, any shape.
 * @param options `axis`: one axis, default all; `keepDims`: keep it with size 1, default false.
 * @returns int32, `x`'s shape without the axis.
 * @throws RangeError if the axis has size 0 or is out of range. TypeError if `x` is bool.
 * @see https://pytorch.org/docs/stable/generated/torch.argmin.html
 *
 * @example
 * ```ts
 * import { argmin, tensor } from "sedge";
 * argmin(tensor([[1, 5], [4, 2]]), { axis: 0 }).toArray(); // => [0,1]
 * ```
 */
export function argmin(x: Tensor, options?: ArgOptions): Tensor {
  return place("argmin", x, options);
}

function place(op: "argmax" | "argmin", x: Tensor, options: ArgOptions | undefined): Tensor {
  expectTensor(op, "x", x, ["float32", "int32"]);
  checkOptions(op, options, ["axis", "keepDims"]);
  const { axis, keepDims = false } = options ?? {};
  checkBoolean(op, "keepDims", keepDims);
  const axes = axis === undefined ? x.shape.map((_, i) => i) : [normalizeAxis(op, axis, x.rank)];
  refuseEmpty(op, x.shape, axes);
  const out = keepDims
    ? x.shape.map((d, i) => (axes.includes(i) ? 1 : d))
    : x.shape.filter((_, i) => !axes.includes(i));
  const { outer, reduce, inner } = passes(x.shape, axes)[0]!;
  const y = empty(out, "int32");
  const kernel = x.dtype === "float32" ? op : op === "argmax" ? "argmaxInt" : "argminInt";
  k[kernel](y.ptr, x.ptr, outer, reduce, inner);
  return record(op, y, [], [], () => []);
}

function refuseEmpty(op: string, shape: Shape, axes: readonly number[]): void {
  const axis = axes.find((i) => shape[i] === 0);
  if (axis === undefined) return;
  throw new RangeError(`${op}: expected at least one element along axis ${axis}, got shape ${show(shape)}`);
}
