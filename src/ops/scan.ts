// Running sums, products and extrema along an axis. Whole ones are reduce.ts, prod.ts and extrema.ts.
import { type Backward, record, recordLinear } from "../autograd.ts";
import { tidy } from "../scope.ts";
import { checkOptions, normalizeAxis } from "../shape.ts";
import { empty, expectTensor, type Tensor } from "../tensor.ts";
import { k } from "../wasm.ts";
import { cast } from "./cast.ts";
import { throughOthers } from "./internal/arrange.ts";
import { lineOf, type Pass } from "./internal/axes.ts";
import { chosen, type ValuesAndIndices } from "./internal/chosen.ts";
import { triu } from "./triangle.ts";

/** Options of running sums, products and extrema. */
export interface ScanOptions {
  /** The axis to go along, negative ones counted from the end. */
  axis: number;
}

/** Calls `fn` with x, booleans made integers, and its block along the axis. */
function along<T>(op: string, x: Tensor, options: ScanOptions, fn: (x: Tensor, pass: Pass, axis: number) => T): T {
  expectTensor(op, "x", x);
  checkOptions(op, options, ["axis"]);
  const axis = normalizeAxis(op, options?.axis, x.rank);
  return tidy(() => fn(x.dtype === "bool" ? cast(x, "int32") : x, lineOf(x.shape, axis), axis));
}

/**
 * Sums of each element and those before it, along an axis.
 *
 * @param x any shape. int32 and bool give int32, which wraps around past 2^31 (PyTorch gives int64).
 * @param options `axis`: the axis to go along.
 * @returns `x`'s shape.
 * @throws TypeError if `axis` is no integer; RangeError if it is out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.cumsum.html
 *
 * @example
 * ```ts
 * import { cumsum, tensor } from "sedge";
 * cumsum(tensor([[1, 2, 3], [4, 5, 6]]), { axis: 1 }).toArray(); // => [[1,3,6],[4,9,15]]
 * ```
 */
export function cumsum(x: Tensor, options: ScanOptions): Tensor {
  return along("cumsum", x, options, (x, pass) => runningSum(x, pass, false));
}

/** Each is the other's gradient: what comes before, and what comes after. */
function runningSum(x: Tensor, pass: Pass, reverse: boolean): Tensor {
  const y = empty(x.shape, x.dtype);
  if (x.dtype === "int32") k.cumsumInt(y.ptr, x.ptr, ...pass);
  else k.cumsum(y.ptr, x.ptr, ...pass, reverse);
  return recordLinear("cumsum", y, x, (dy) => runningSum(dy, pass, !reverse));
}

/**
 * Products of each element and those before it, along an axis. The gradient is exact at zeros too; the gradient of the
 * gradient takes memory for the square of the axis' size.
 *
 * @param x any shape. int32 and bool give int32, which wraps around past 2^31 (PyTorch gives int64).
 * @param options `axis`: the axis to go along.
 * @returns `x`'s shape.
 * @throws TypeError if `axis` is no integer; RangeError if it is out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.cumprod.html
 *
 * @example
 * ```ts
 * import { cumprod, tensor } from "sedge";
 * cumprod(tensor([[1, 2, 3], [4, 5, 6]]), { axis: 1 }).toArray(); // => [[1,2,6],[4,20,120]]
 * ```
 */
export function cumprod(x: Tensor, options: ScanOptions): Tensor {
  return along("cumprod", x, options, (x, pass) => {
    const y = empty(x.shape, x.dtype);
    (x.dtype === "int32" ? k.cumprodInt : k.cumprod)(y.ptr, x.ptr, ...pass);
    const back: Backward = (dy, [x]) => {
      const dx = empty(x.shape);
      k.prodGrad(dx.ptr, x.ptr, dy.ptr, ...pass, true);
      return [dx];
    };
    return record("cumprod", y, [x], [x], back, (dy, [x]) => [
      // how the product up to t changes with element s: not at all for t < s
      throughOthers(dy, x, pass, (others) => triu(cumprod(others, { axis: 3 }))),
    ]);
  });
}

/**
 * Largest of each element and those before it, along an axis, and where it stands: the last such. From a NaN on all is NaN.
 * The gradient goes to that element.
 *
 * @param x any shape and dtype.
 * @param options `axis`: the axis to go along.
 * @returns `values` and `indices` (int32), of `x`'s shape.
 * @throws TypeError if `axis` is no integer; RangeError if it is out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.cummax.html
 *
 * @example
 * ```ts
 * import { cummax, tensor } from "sedge";
 * const { values, indices } = cummax(tensor([1, 3, 2, 3]), { axis: 0 });
 * values.toArray(); // => [1,3,3,3]
 * indices.toArray(); // => [0,1,1,3]
 * ```
 */
export function cummax(x: Tensor, options: ScanOptions): ValuesAndIndices {
  return runningExtremum("cummax", x, options, true);
}

/**
 * Smallest of each element and those before it, along an axis, and where it stands: the last such. From a NaN on all is
 * NaN. The gradient goes to that element.
 *
 * @param x any shape and dtype.
 * @param options `axis`: the axis to go along.
 * @returns `values` and `indices` (int32), of `x`'s shape.
 * @throws TypeError if `axis` is no integer; RangeError if it is out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.cummin.html
 *
 * @example
 * ```ts
 * import { cummin, tensor } from "sedge";
 * cummin(tensor([3, 1, 2]), { axis: 0 }).values.toArray(); // => [3,1,1]
 * ```
 */
export function cummin(x: Tensor, options: ScanOptions): ValuesAndIndices {
  return runningExtremum("cummin", x, options, false);
}

function runningExtremum(op: string, x: Tensor, options: ScanOptions, largest: boolean): ValuesAndIndices {
  return along(op, x, options, (numbers, pass, axis) => {
    const indices = empty(x.shape, "int32");
    const places = x.dtype === "float32" ? k.cumArg : k.cumArgInt;
    places(indices.ptr, numbers.ptr, ...pass, largest);
    return chosen(x, indices, axis);
  });
}
