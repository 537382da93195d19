// Makes tensors from values and by rule. Random ones are src/ops/create-random.ts.
import { checkInt, checkNumber, checkOptions, checkShape, refusal, type Shape, show, sizeOf } from "../shape.ts";
import { type DType, empty, expectTensor, Tensor, unscoped, viewOf } from "../tensor.ts";
import { k, live, tap } from "../wasm.ts";
import { clear, setAll } from "./internal/copy.ts";
import { made } from "./internal/made.ts";
import { type NestedValues, type TypedArray, toElements } from "./internal/values.ts";

/** What a tensor can be made of. */
export type TensorLike = NestedValues | TypedArray;

/** Options of every function that makes a tensor. */
export interface CreateOptions {
  /** Kind of the elements (default: by the values, else float32). */
  dtype?: DType;
  /** Whether it is a leaf that gradients are computed for (default false; float32 only). */
  requiresGrad?: boolean;
}

const DTYPES: readonly DType[] = ["float32", "int32", "bool"];

function checkCreate(op: string, options: CreateOptions, more: readonly string[] = []): void {
  checkOptions(op, options, ["dtype", "requiresGrad", ...more]);
  const { dtype } = options;
  if (dtype !== undefined && !DTYPES.includes(dtype)) {
    throw refusal(op, `dtype to be one of ${DTYPES.join(", ")}`, dtype, TypeError);
  }
}

/**
 * A tensor of the given values, copied.
 *
 * Numbers, Float32Array and Float64Array give float32; Int32Array and the other integer arrays int32, BigInt ones
 * range-checked; booleans bool. An explicit `dtype` converts: to int32 fractions are cut off, to bool zero is false.
 *
 * @param values a number or boolean, nested arrays of one depth, or a typed array.
 * @param options `shape`: for typed and flat arrays, of as many elements (default: by the nesting); `dtype`;
 *   `requiresGrad` (default false).
 * @throws TypeError for values of another kind; RangeError for ragged nesting, a shape of another size, or integers
 *   beyond 32 bits.
 * @see https://pytorch.org/docs/stable/generated/torch.tensor.html
 *
 * @example
 * ```ts
 * import { tensor } from "sedge";
 * tensor([[1, 2], [3, 4]]).shape; // => [2,2]
 * tensor(new Uint8Array([1, 2, 3, 4]), { shape: [2, 2] }).dtype; // => "int32"
 * ```
 */
export function tensor(values: TensorLike, options: CreateOptions & { shape?: Shape } = {}): Tensor {
  return fromValues("tensor", values, options, empty);
}

function fromValues(
  op: string,
  values: TensorLike,
  options: CreateOptions & { shape?: Shape },
  make: (shape: Shape, dtype: DType) => Tensor,
): Tensor {
  checkCreate(op, options, ["shape"]);
  const found = toElements(op, values, options.dtype);
  const shape = options.shape === undefined ? found.shape : checkShape(op, options.shape);
  if (sizeOf(shape) !== found.data.length) {
    throw refusal(op, `${sizeOf(shape)} values for shape ${show(shape)}`, found.data.length);
  }
  // making room may grow memory, which detaches every view of it, as those that `x.data` gives
  const own = tap === null && ArrayBuffer.isView(found.data) && found.data.buffer === k.memory.buffer;
  const data = own ? new Float64Array(found.data) : found.data;
  const t = make([...shape], found.dtype);
  const { ptr, size, dtype } = t;
  live(() => viewOf(dtype, ptr, size).set(data), data);
  return made(op, t, options);
}

/**
 * TensorFlow's name for a tensor that is not trained: the same as `tensor(values, options)`.
 *
 * @param values what `tensor` takes. @param options `shape`, `dtype`.
 * @throws what `tensor` throws.
 * @see https://www.tensorflow.org/api_docs/python/tf/constant
 *
 * @example
 * ```ts
 * import { constant } from "sedge";
 * constant([1, 2]).requiresGrad; // => false
 * ```
 */
export function constant(values: TensorLike, options: { shape?: Shape; dtype?: DType } = {}): Tensor {
  checkOptions("constant", options, ["shape", "dtype"]);
  return fromValues("constant", values, options, empty);
}

/**
 * A trainable tensor that can be assigned to, as TensorFlow's `Variable` and PyTorch's `Parameter`: a leaf that
 * requires gradients and belongs to no scope, so that it outlives `tidy` and the turns of a training loop.
 *
 * @param values what `tensor` takes, or a tensor, which is copied.
 * @param options `requiresGrad` (default true for float32, false otherwise), `shape`, `dtype`.
 * @throws what `tensor` throws; TypeError for `requiresGrad` of another dtype than float32.
 * @see https://www.tensorflow.org/api_docs/python/tf/Variable
 *
 * @example
 * ```ts
 * import { variable } from "sedge";
 * const w = variable([1, 2]);
 * w.mul(w).sum().backward();
 * w.assign([5, 6]);
 * w.grad?.toArray(); // => [2,4]
 * w.toArray(); // => [5,6]
 * ```
 */
export function variable(values: TensorLike | Tensor, options: CreateOptions & { shape?: Shape } = {}): Tensor {
  const op = "variable";
  checkCreate(op, options, ["shape"]);
  let t: Tensor;
  if (values instanceof Tensor) {
    expectTensor(op, "values", values);
    t = fromValues(op, values.data, { shape: values.shape, dtype: values.dtype, ...options }, unscoped);
  } else {
    t = fromValues(op, values, options, unscoped);
  }
  t.leave();
  if (options.requiresGrad === undefined && t.dtype === "float32") t.requiresGrad = true;
  return t;
}

/** The tensor of a shape with every element the same. */
function filled(op: string, shape: Shape, value: number, options: CreateOptions): Tensor {
  checkShape(op, shape); // first: `zeros(2, 3)` should hear of the shape, not of options
  checkCreate(op, options);
  const t = empty([...shape], options.dtype);
  if (value === 0) clear(t);
  else setAll(t, value);
  return made(op, t, options);
}

/**
 * A tensor of zeros.
 *
 * @param shape sizes of the axes.
 * @param options `dtype` (default float32), `requiresGrad` (default false).
 * @throws TypeError or RangeError if `shape` is no list of at most eight sizes.
 * @see https://pytorch.org/docs/stable/generated/torch.zeros.html
 *
 * @example
 * ```ts
 * import { zeros } from "sedge";
 * zeros([2, 2]).toArray(); // => [[0,0],[0,0]]
 * ```
 */
export function zeros(shape: Shape, options: CreateOptions = {}): Tensor {
  return filled("zeros", shape, 0, options);
}

/**
 * A tensor of ones; see `zeros`.
 *
 * @param shape sizes of the axes. @param options `dtype` (default float32), `requiresGrad` (default false).
 * @throws TypeError or RangeError if `shape` is no list of at most eight sizes.
 * @see https://pytorch.org/docs/stable/generated/torch.ones.html
 *
 * @example
 * ```ts
 * import { ones } from "sedge";
 * ones([3], { dtype: "int32" }).toArray(); // => [1,1,1]
 * ```
 */
export function ones(shape: Shape, options: CreateOptions = {}): Tensor {
  return filled("ones", shape, 1, options);
}

/**
 * A tensor with every element `value`: a number gives float32, a boolean bool, unless `dtype` says otherwise.
 *
 * @throws RangeError for a value that the dtype cannot hold.
 * @see https://pytorch.org/docs/stable/generated/torch.full.html
 *
 * @example
 * ```ts
 * import { full } from "sedge";
 * full([2], 7).toArray(); // => [7,7]
 * ```
 */
export function full(shape: Shape, value: number | boolean, options: CreateOptions = {}): Tensor {
  checkCreate("full", options);
  if (typeof value === "object") throw refusal("full", "value to be one number", value, TypeError);
  const { data, dtype } = toElements("full", value, options.dtype);
  return filled("full", shape, data[0]!, { ...options, dtype });
}

/**
 * Evenly spaced values from `start` up to, not including, `stop`. With one argument it counts from 0.
 * int32 when all arguments are integers, float32 otherwise.
 *
 * @param start first value. @param stop bound. @param step distance (default 1); may be negative, not 0.
 * @param options `dtype`, `requiresGrad` (default false): after the last number given.
 * @throws RangeError for a step of 0, bounds that are not finite, or values that the dtype cannot hold.
 * @see https://pytorch.org/docs/stable/generated/torch.arange.html
 *
 * @example
 * ```ts
 * import { arange } from "sedge";
 * arange(3).toArray(); // => [0,1,2]
 * arange(1, 2, 0.5).toArray(); // => [1,1.5]
 * arange(3, { dtype: "float32" }).dtype; // => "float32"
 * ```
 */
export function arange(
  start: number,
  ...rest:
    | [options?: CreateOptions]
    | [stop: number, options?: CreateOptions]
    | [stop: number | undefined, step: number, options?: CreateOptions]
): Tensor {
  const [[stop, step = 1], options] = numbersThenOptions(rest);
  checkCreate("arange", options);
  const from = stop === undefined ? 0 : checkNumber("arange", "start", start);
  const to = checkNumber("arange", "stop", stop ?? start);
  checkNumber("arange", "step", step);
  if (step === 0) throw new RangeError("arange: expected step other than 0, got 0");
  const n = Math.ceil((to - from) / step);
  if (!Number.isFinite(n)) throw new RangeError(`arange: expected finite bounds, got ${from} to ${to} by ${step}`);
  const whole = [from, to, step].every(Number.isInteger);
  const dtype = options.dtype ?? (whole ? "int32" : "float32");
  if (dtype === "bool") throw new TypeError("arange: expected dtype to be float32 or int32, got bool");
  const outside = [from, from + (n - 1) * step].some((v) => v <= -(2 ** 31) - 1 || v >= 2 ** 31);
  if (dtype === "int32" && n > 0 && outside) {
    throw new RangeError(`arange: expected values that fit int32, got ${from} to ${to}; pass { dtype: "float32" }`);
  }
  const t = empty([Math.max(n, 0)], dtype);
  const { data } = t;
  for (let i = 0; i < data.length; i++) data[i] = from + i * step;
  return made("arange", t, options);
}

/**
 * `n` evenly spaced float32 values from `start` to `stop`, both included.
 *
 * @param start first value. @param stop last value. @param n how many, at least 0.
 * @throws TypeError for what is no number; RangeError for a negative `n`.
 * @see https://pytorch.org/docs/stable/generated/torch.linspace.html
 *
 * @example
 * ```ts
 * import { linspace } from "sedge";
 * linspace(0, 1, 3).toArray(); // => [0,0.5,1]
 * ```
 */
export function linspace(start: number, stop: number, n: number, options: { requiresGrad?: boolean } = {}): Tensor {
  checkOptions("linspace", options, ["requiresGrad"]);
  checkNumber("linspace", "start", start);
  checkNumber("linspace", "stop", stop);
  const t = empty([checkInt("linspace", "n", n, 0)]);
  const { data } = t;
  for (let i = 0; i < n; i++) data[i] = i === n - 1 && n > 1 ? stop : start + (i * (stop - start)) / Math.max(n - 1, 1);
  return made("linspace", t, options);
}

/** Splits what follows an op's first number: further numbers, and options after the last one given. */
function numbersThenOptions(rest: readonly (number | CreateOptions | undefined)[]): [number[], CreateOptions] {
  const last = rest.at(-1);
  return typeof last === "object" ? [rest.slice(0, -1) as number[], last] : [rest as number[], {}];
}

/**
 * The identity matrix: ones on the diagonal of an n x m matrix.
 *
 * @param n rows. @param m columns (default n).
 * @param options `dtype` (default float32), `requiresGrad` (default false): after the last number given.
 * @throws TypeError or RangeError for sizes that are no whole numbers of at least 0.
 * @see https://pytorch.org/docs/stable/generated/torch.eye.html
 *
 * @example
 * ```ts
 * import { eye } from "sedge";
 * eye(2).toArray(); // => [[1,0],[0,1]]
 * eye(2, { dtype: "int32" }).dtype; // => "int32"
 * ```
 */
export function eye(
  n: number,
  ...rest: [options?: CreateOptions] | [m: number | undefined, options?: CreateOptions]
): Tensor {
  const [[m = n], options] = numbersThenOptions(rest);
  checkInt("eye", "n", n, 0);
  checkInt("eye", "m", m, 0);
  const t = filled("eye", [n, m], 0, options);
  const { data } = t;
  for (let i = 0; i < Math.min(n, m); i++) data[i * m + i] = 1;
  return t;
}
