// Order along an axis: sort, argsort, topk, median and quantile. Extrema alone are extrema.ts.
import { noGrad, record } from "../autograd.ts";
import { scratch } from "../memory.ts";
import { label } from "../observe.ts";
import { tidy } from "../scope.ts";
import { checkInt, checkNumber, normalizeAxis, readOptions, replaced, show } from "../shape.ts";
import { empty, expectTensor, type Tensor } from "../tensor.ts";
import { k as kernels } from "../wasm.ts";
import { cast } from "./cast.ts";
import { isnan } from "./compare.ts";
import { argmax, type ExtremumOptions } from "./extrema.ts";
import { gather } from "./gather.ts";
import { lineOf } from "./internal/axes.ts";
import { chosen, shared, type ValuesAndIndices } from "./internal/chosen.ts";
import { reshape, squeeze } from "./shape.ts";
import { slice } from "./slice.ts";
import { lerp, where } from "./ternary.ts";

/** Bytes of scratch that the kernel takes beside sixteen for each element of a line: COUNTS of assembly/sort.ts. */
const COUNTS_BYTES = 1024;

/** Options of {@link sort} and {@link argsort}. */
export interface SortOptions {
  /** The axis to sort along, negative ones counted from the end. Default -1. */
  axis?: number | undefined;
  /** Whether the largest comes first. Default false. */
  descending?: boolean | undefined;
  /** Equals keep their order whether it is asked for or not. */
  stable?: boolean | undefined;
}

/** The places of the first `count` elements in order along an axis. */
function order(op: string, x: Tensor, axis: number, count: number, descending: boolean): Tensor {
  const line = lineOf(x.shape, axis);
  const y = empty(replaced(x.shape, axis, count), "int32");
  const numbers = x.dtype === "bool" ? cast(x, "int32") : x;
  const room = scratch(COUNTS_BYTES + 16 * line[1]);
  kernels.argsort(y.ptr, room, numbers.ptr, ...line, count, descending, x.dtype === "float32");
  return label(op, y, [x]);
}

function sorted(op: string, x: Tensor, options: SortOptions | undefined): [indices: Tensor, axis: number] {
  expectTensor(op, "x", x);
  const defaults: SortOptions = { axis: -1, descending: false, stable: false };
  const { axis, descending } = readOptions(op, options, defaults);
  const at = normalizeAxis(op, axis, x.rank);
  return [order(op, x, at, x.shape[at] ?? 1, descending!), at];
}

/**
 * The elements in order along an axis, and where they stood. Equals keep their order; NaN counts as largest.
 *
 * @param x any shape and dtype.
 * @param options `axis`, default -1; `descending`, default false; `stable`, which it always is.
 * @returns `values` and `indices` (int32), of `x`'s shape.
 * @throws RangeError if the axis is out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.sort.html
 *
 * @example
 * ```ts
 * import { sort, tensor } from "sedge";
 * const { values, indices } = sort(tensor([3, 1, 2]));
 * values.toArray(); // => [1,2,3]
 * indices.toArray(); // => [1,2,0]
 * ```
 */
export function sort(x: Tensor, options?: SortOptions): ValuesAndIndices {
  return tidy(() => chosen(x, ...sorted("sort", x, options)));
}

/**
 * The places of the elements in order along an axis. Equals keep their order; NaN counts as largest.
 *
 * @param x any shape and dtype.
 * @param options `axis`, default -1; `descending`, default false; `stable`, which it always is.
 * @returns int32 of `x`'s shape.
 * @throws RangeError if the axis is out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.argsort.html
 *
 * @example
 * ```ts
 * import { argsort, tensor } from "sedge";
 * argsort(tensor([3, 1, 2]), { descending: true }).toArray(); // => [0,2,1]
 * ```
 */
export function argsort(x: Tensor, options?: SortOptions): Tensor {
  return tidy(() => sorted("argsort", x, options)[0]);
}

/** Options of {@link topk}. */
export interface TopkOptions {
  /** The axis to choose along, negative ones counted from the end. Default -1. */
  axis?: number | undefined;
  /** Whether the largest are wanted, else the smallest. Default true. */
  largest?: boolean | undefined;
  /** They are in order whether it is asked for or not. */
  sorted?: boolean | undefined;
}

/**
 * The `k` largest or smallest elements along an axis, in order, and where they stood. The first of equals come first; NaN
 * counts as largest.
 *
 * @param x any shape and dtype.
 * @param k how many, from 0 to the axis' size.
 * @param options `axis`, default -1; `largest`, default true; `sorted`, which they always are.
 * @returns `values` and `indices` (int32), of `x`'s shape with the axis of size `k`.
 * @throws RangeError if `k` or the axis is out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.topk.html
 *
 * @example
 * ```ts
 * import { tensor, topk } from "sedge";
 * const { values, indices } = topk(tensor([[1, 5, 3], [4, 2, 6]]), 2);
 * values.toArray(); // => [[5,3],[6,4]]
 * indices.toArray(); // => [[1,2],[2,0]]
 * ```
 */
export function topk(x: Tensor, k: number, options?: TopkOptions): ValuesAndIndices {
  expectTensor("topk", "x", x);
  const defaults: TopkOptions = { axis: -1, largest: true, sorted: true };
  const { axis, largest } = readOptions("topk", options, defaults);
  const at = normalizeAxis("topk", axis, x.rank);
  checkInt("topk", "k", k, 0, x.shape[at] ?? 1);
  return tidy(() => chosen(x, order("topk", x, at, x.rank === 0 ? 1 : k, largest!), at));
}

/**
 * The middle one in order of all elements; or, with an axis, of those along it, and where it stands. Of an even number the
 * lower of two. NaN if one is NaN.
 *
 * Kink: the median of all shares its gradient equally among its equals; along an axis it goes to the element at the index.
 *
 * @param x any shape and dtype.
 * @param options `axis`: one axis; `keepDims`: keep it with size 1, default false.
 * @returns a scalar of `x`'s dtype; or `values` and `indices` (int32), of `x`'s shape without the axis.
 * @throws RangeError if there is no element or the axis is out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.median.html
 *
 * @example
 * ```ts
 * import { median, tensor } from "sedge";
 * median(tensor([[5, 1, 9], [2, 3, 4]])).item(); // => 3
 * median(tensor([[5, 1, 9], [2, 3, 4]]), { axis: 1 }).values.toArray(); // => [5,3]
 * ```
 */
export function median(x: Tensor): Tensor;
export function median(x: Tensor, options: ExtremumOptions): ValuesAndIndices;
export function median(x: Tensor, options?: ExtremumOptions): Tensor | ValuesAndIndices {
  expectTensor("median", "x", x);
  const { axis, keepDims } = readOptions<Partial<ExtremumOptions>>("median", options, {
    axis: undefined as never,
    keepDims: false,
  });
  if (axis !== undefined) return tidy(() => middle(x, normalizeAxis("median", axis, x.rank), keepDims));
  const y = noGrad(() => tidy(() => middle(reshape(x, [x.size]), 0, false).values));
  return record("median", y, [x], [x, y], shared, shared);
}

function middle(x: Tensor, axis: number, keepDims?: boolean): ValuesAndIndices {
  const n = x.shape[axis] ?? 1;
  if (n === 0) throw new RangeError(`median: expected at least one element, got shape ${show(x.shape)}`);
  const start = (n - 1) >> 1;
  let indices = order("median", x, axis, start + 1, false);
  if (x.rank > 0) indices = slice(indices, { axis, start });
  if (x.dtype === "float32") {
    // a NaN, the first of them, is the largest too
    const largest = argmax(x, { axis, keepDims: true });
    indices = where(isnan(gather(x, largest, { axis })), largest, indices);
  }
  return chosen(x, indices, axis, keepDims);
}

/** Options of {@link quantile}. */
export interface QuantileOptions {
  /** One axis, negative ones counted from the end; all elements when left out. */
  axis?: number | undefined;
  /** Whether it stays, with size 1. Default false. */
  keepDims?: boolean | undefined;
}

/**
 * The value below which a share `q` of the elements lie, over all or along an axis; between two elements, on the line from
 * one to the other. NaN if one is NaN.
 *
 * @param x float32, any shape.
 * @param q from 0 to 1; 0.5 is the median, between the two in the middle of an even number.
 * @param options `axis`: one axis, default all; `keepDims`: keep it with size 1, default false.
 * @returns `x`'s shape without the axis; `[]` without one.
 * @throws TypeError if `x` is not float32. RangeError if there is no element, or `q` or the axis is out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.quantile.html
 *
 * @example
 * ```ts
 * import { quantile, tensor } from "sedge";
 * quantile(tensor([4, 1, 2, 3]), 0.5).item(); // => 2.5
 * quantile(tensor([[1, 3], [2, 6]]), 0.25, { axis: 1 }).toArray(); // => [1.5,3]
 * ```
 */
export function quantile(x: Tensor, q: number, options?: QuantileOptions): Tensor {
  const op = "quantile";
  expectTensor(op, "x", x, "float32");
  checkNumber(op, "q", q, 0, 1);
  const { axis: given, keepDims } = readOptions<QuantileOptions>(op, options, { axis: undefined, keepDims: false });
  const axis = normalizeAxis(op, given ?? 0, x.rank);
  const n = given === undefined ? x.size : (x.shape[axis] ?? 1);
  if (n === 0) throw new RangeError(`${op}: expected at least one element, got shape ${show(x.shape)}`);
  return tidy(() => {
    const lines = given === undefined || x.rank === 0 ? reshape(x, [x.size]) : x;
    const { values } = sort(lines, { axis });
    const at = (start: number): Tensor => slice(values, { axis, start, stop: start + 1 });
    const low = Math.floor(q * (n - 1));
    const last = at(n - 1);
    const y = where(isnan(last), last, lerp(at(low), at(Math.min(low + 1, n - 1)), q * (n - 1) - low));
    if (keepDims)
      return given === undefined
        ? reshape(
            y,
            x.shape.map(() => 1),
          )
        : reshape(y, x.rank === 0 ? [] : y.shape);
    return squeeze(y, axis);
  });
}
