// Largest and smallest elements and their places. Elementwise maximum and minimum are with the binary operations.
import { type Backward, noGrad, record } from "../autograd.ts";
import { label } from "../observe.ts";
import { tidy } from "../scope.ts";
import { checkOptions, normalizeAxis, readOptions, type Shape, show } from "../shape.ts";
import { empty, expectTensor, type Tensor } from "../tensor.ts";
import { k } from "../wasm.ts";
import { div, mul } from "./binary.ts";
import { cast } from "./cast.ts";
import { eq } from "./compare.ts";
import { type BlockGradient, onBlock, withBlock } from "./internal/arrange.ts";
import { passes, type ReduceOptions, resolve } from "./internal/axes.ts";
import { chosen, shared, type ValuesAndIndices } from "./internal/chosen.ts";
import { all, any } from "./prod.ts";
import { sum } from "./reduce.ts";

export type { ValuesAndIndices } from "./internal/chosen.ts";

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
  return extremum("amax", x, options, true);
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
  return extremum("amin", x, options, false);
}

function extremum(op: string, x: Tensor, options: ReduceOptions | undefined, largest: boolean): Tensor {
  expectTensor(op, "x", x);
  const { axes, out } = resolve(op, x.shape, options);
  refuseEmpty(op, x.shape, axes);
  if (x.dtype === "bool") return (largest ? any : all)(x, options);
  return withBlock(x, axes, (x, pass) => {
    const y = empty(out, x.dtype);
    if (x.dtype === "int32") {
      (largest ? k.amaxInt : k.aminInt)(y.ptr, x.ptr, ...pass);
      return label(op, y, [x]);
    }
    (largest ? k.amax : k.amin)(y.ptr, x.ptr, ...pass);
    const back: Backward = (dy, [x, y]) => {
      const dx = empty(x.shape);
      k.amaxGrad(dx.ptr, y.ptr, x.ptr, dy.ptr, ...pass);
      return [dx];
    };
    return record(op, y, [x], [x, y], back, onBlock(pass, tied));
  });
}

/** Ties share the gradient; without one, where the extremum is NaN, it is 0 / 0. */
const tied: BlockGradient = (dy, x, y) => {
  const ties = cast(eq(x, y), "float32");
  return mul(ties, div(dy, sum(ties, { axis: 1, keepDims: true })));
};

/**
 * Maximum of all elements; or, with an axis, the maxima along it and where they stand: the first of several, or the first
 * NaN.
 *
 * Kink: the maximum of all shares its gradient equally among ties; along an axis it goes to the element at the index.
 *
 * @param x any shape and dtype.
 * @param options `axis`: one axis; `keepDims`: keep it with size 1, default false.
 * @returns a scalar of `x`'s dtype; or `values` and `indices` (int32), of `x`'s shape without the axis.
 * @throws RangeError if there is no element to choose or the axis is out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.max.html
 *
 * @example
 * ```ts
 * import { max, tensor } from "sedge";
 * const x = tensor([[1, 5], [4, 2]]);
 * max(x).item(); // => 5
 * x.max({ axis: 0, keepDims: true }).values.toArray(); // => [[4,5]]
 * const { values, indices } = max(x, { axis: 1 });
 * values.toArray(); // => [5,4]
 * indices.toArray(); // => [1,0]
 * ```
 */
export function max(x: Tensor): Tensor;
export function max(x: Tensor, options: ExtremumOptions): ValuesAndIndices;
export function max(x: Tensor, options?: ExtremumOptions): Tensor | ValuesAndIndices {
  return best("max", x, options, true);
}

/**
 * Minimum of all elements; or, with an axis, the minima along it and where they stand: the first of several, or the first
 * NaN.
 *
 * Kink: the minimum of all shares its gradient equally among ties; along an axis it goes to the element at the index.
 *
 * @param x any shape and dtype.
 * @param options `axis`: one axis; `keepDims`: keep it with size 1, default false.
 * @returns a scalar of `x`'s dtype; or `values` and `indices` (int32), of `x`'s shape without the axis.
 * @throws RangeError if there is no element to choose or the axis is out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.min.html
 *
 * @example
 * ```ts
 * import { min, tensor } from "sedge";
 * min(tensor([[1, 5], [4, 2]])).item(); // => 1
 * min(tensor([[1, 5], [4, 2]]), { axis: 0 }).indices.toArray(); // => [0,1]
 * ```
 */
export function min(x: Tensor): Tensor;
export function min(x: Tensor, options: ExtremumOptions): ValuesAndIndices;
export function min(x: Tensor, options?: ExtremumOptions): Tensor | ValuesAndIndices {
  return best("min", x, options, false);
}

function best(op: string, x: Tensor, options: ArgOptions | undefined, largest: boolean): Tensor | ValuesAndIndices {
  expectTensor(op, "x", x);
  const { axis, ...rest } = options ?? {};
  checkOptions(op, options, axis === undefined ? ["axis"] : ["axis", "keepDims"]);
  if (axis === undefined) {
    const y = noGrad(() => extremum(op, x, undefined, largest));
    return record(op, y, [x], [x, y], shared, shared);
  }
  return tidy(() => {
    const indices = place(op, x.dtype === "bool" ? cast(x, "int32") : x, { ...options, keepDims: true }, largest);
    return chosen(
      x,
      indices,
      normalizeAxis(op, axis, x.rank),
      readOptions<typeof rest>(op, rest, { keepDims: false }).keepDims,
    );
  });
}

/** Options of `max` and `min` along an axis. */
export interface ExtremumOptions {
  /** The axis to search, negative ones counted from the end. */
  axis: number;
  /** Whether it stays, with size 1. Default false. */
  keepDims?: boolean | undefined;
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
  return place("argmax", x, options, true);
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
  return place("argmin", x, options, false);
}

function place(op: string, x: Tensor, options: ArgOptions | undefined, largest: boolean): Tensor {
  expectTensor(op, "x", x, ["float32", "int32"]);
  const { axis, keepDims } = readOptions<ArgOptions>(op, options, { axis: undefined, keepDims: false });
  const axes = axis === undefined ? x.shape.map((_, i) => i) : [normalizeAxis(op, axis, x.rank)];
  refuseEmpty(op, x.shape, axes);
  const out = keepDims
    ? x.shape.map((d, i) => (axes.includes(i) ? 1 : d))
    : x.shape.filter((_, i) => !axes.includes(i));
  const pass = passes(x.shape, axes)[0]!;
  const y = empty(out, "int32");
  const [most, least] = x.dtype === "float32" ? [k.argmax, k.argmin] : [k.argmaxInt, k.argminInt];
  (largest ? most : least)(y.ptr, x.ptr, ...pass);
  return label(op, y, [x]);
}

function refuseEmpty(op: string, shape: Shape, axes: readonly number[]): void {
  const axis = axes.find((i) => shape[i] === 0);
  if (axis === undefined) return;
  throw new RangeError(`${op}: expected at least one element along axis ${axis}, got shape ${show(shape)}`);
}
