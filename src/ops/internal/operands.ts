// Operands of elementwise ops: numbers made tensors, kinds promoted, kernels called on a broadcast, gradients summed
// back. The ops are in binary.ts, ternary.ts and compare.ts.
import { type Backward, isRecording, record } from "../../autograd.ts";
import { label } from "../../observe.ts";
import { refusal, type Shape, sameShape } from "../../shape.ts";
import { type DType, empty, expectTensor, Tensor, unscoped } from "../../tensor.ts";
import { ints, k, state } from "../../wasm.ts";
import { cast } from "../cast.ts";
import { broadcast } from "./broadcast.ts";
import { setAll } from "./copy.ts";
import { sumTo } from "./sums.ts";

/** What an elementwise op of several operands takes: a tensor, or a number that is as good as a tensor of shape []. */
export type Operand = Tensor | number;

/** A kernel of two operands. */
export type Kernel2 = (y: number, a: number, b: number, n: number, layout: number) => void;
/** A kernel of three operands. */
export type Kernel3 = (y: number, a: number, b: number, c: number, n: number, layout: number) => void;

const isInt32 = (value: number): boolean => (value | 0) === value;

/**
 * The kind that two operands meet in: bool < int32 < float32; numbers count as int32 if they are that, else as
 * float32.
 */
export function commonType(a: Operand, b: Operand, least: DType = "bool"): DType {
  const p = kindOf(a);
  const q = kindOf(b);
  if (p === "float32" || q === "float32" || least === "float32") return "float32";
  return p === "int32" || q === "int32" ? "int32" : least;
}

const kindOf = (x: Operand): DType => (typeof x !== "number" ? x.dtype : isInt32(x) ? "int32" : "float32");

/** The shape of an operand: [] of a number. */
export const shapeOf = (x: Operand): Shape => (typeof x === "number" ? [] : x.shape);

/** Refuses what is neither a live tensor nor a number. */
export function expectOperand(op: string, name: string, x: unknown): asserts x is Operand {
  if (typeof x === "number") return;
  if (!(x instanceof Tensor)) {
    throw refusal(op, `${name} to be a tensor or a number`, x, TypeError);
  }
  expectTensor(op, name, x);
}

/** The same of the two operands of an op. */
export function expectPair(op: string, a: unknown, b: unknown): void {
  expectOperand(op, "a", a);
  expectOperand(op, "b", b);
}

/**
 * Calls `fn` with the operand as a tensor of the given kind. One that has to be made for that is released at the end,
 * also by an error; a graph that saved it keeps the storage.
 */
export function converted<T>(x: Operand, dtype: DType, fn: (t: Tensor) => T): T {
  const t = typeof x === "number" ? scalar(x, dtype) : x.dtype === dtype ? x : cast(x, dtype);
  try {
    return fn(t);
  } finally {
    if (t !== x) t.dispose();
  }
}

/** Under no scope: it is released before its op returns. */
function scalar(x: number, dtype: DType): Tensor {
  const t = unscoped([], dtype);
  setAll(t, x);
  return t;
}

/**
 * y = kernel(a, b), broadcast. Equal shapes and single numbers, the usual cases, skip the general arithmetic of
 * shapes.
 */
export function apply2(op: string, kernel: Kernel2, a: Tensor, b: Tensor, dtype: DType): Tensor {
  let shape = a.shape;
  let layout: readonly number[] | null = null;
  if (!sameShape(shape, b.shape)) {
    layout = rowsOf(a, b);
    if (layout === null) ({ shape, layout } = broadcast(op, shape, b.shape));
  }
  const y = empty(shape, dtype);
  kernel(y.ptr, a.ptr, b.ptr, y.size, layout === null ? 0 : ints(layout));
  return y;
}

/** The layout of the usual broadcasts: b has the shape of a's last axes, as a bias or a number, or that of its first. */
function rowsOf(a: Tensor, b: Tensor): readonly number[] | null {
  const lead = a.rank - b.rank;
  if (lead < 0 || a.size === 0) return null;
  if (b.size === 1) return [a.size, 0, 1, 0, 1];
  let same = b.rank;
  while (same > 0 && b.shape[same - 1] === a.shape[lead + same - 1]) same--;
  if (same === 0) return [b.size, 1, 1, 1, 1, a.size / b.size, 0, b.size, 0, 0];
  if (lead > 0) return null;
  let ones = b.rank;
  while (ones > 0 && b.shape[ones - 1] === 1) ones--;
  for (let i = 0; i < ones; i++) if (b.shape[i] !== a.shape[i]) return null;
  const inner = a.size / b.size;
  return [inner, 1, 1, 0, 1, b.size, 0, inner, 1, 0];
}

/** y = kernel(a, b, c), broadcast. */
export function apply3(op: string, kernel: Kernel3, a: Tensor, b: Tensor, c: Tensor, dtype: DType): Tensor {
  const { shape, layout } = broadcast(op, a.shape, b.shape, c.shape);
  const y = empty(shape, dtype);
  kernel(y.ptr, a.ptr, b.ptr, c.ptr, y.size, layout === null ? 0 : ints(layout));
  return y;
}

/** Sums each gradient to the shape of its operand, by recorded ops. */
export function unbroadcast(shapes: readonly Shape[], backward: Backward): Backward {
  return (dy, saved, needs) => backward(dy, saved, needs).map((d, i) => d && sumTo(d, shapes[i]!));
}

/** How an op of two operands is made up. */
export interface Binary {
  /** The kernel for float32. */
  float: Kernel2;
  /** The kernel for int32; without one, integers are computed as float32. */
  int?: Kernel2;
  /** What the gradient needs. */
  save?: (a: Tensor, b: Tensor, y: Tensor) => Tensor[];
  /** Gradients of both operands in the result's shape, or one that broadcasts from it. */
  backward: Backward;
  /** The same by recorded ops, for gradients of gradients. */
  twice?: Backward;
}

/** An op of two operands, each a tensor or a number, with promotion, broadcasting and gradients. */
export function binary(op: string, a: Operand, b: Operand, parts: Binary): Tensor {
  expectPair(op, a, b);
  const dtype = commonType(a, b, parts.int === undefined ? "float32" : "int32");
  if (a instanceof Tensor && a.dtype === dtype) {
    if (b instanceof Tensor && b.dtype === dtype) return recordedPair(op, a, b, dtype, parts);
    if (typeof b === "number" && !(isRecording() && a.requiresGrad) && state.observer === null)
      return besideNumber(op, a, b, dtype, parts);
  }
  return converted(a, dtype, (x) => converted(b, dtype, (z) => recordedPair(op, x, z, dtype, parts)));
}

function recordedPair(op: string, x: Tensor, z: Tensor, dtype: DType, parts: Binary): Tensor {
  const y = apply2(op, dtype === "int32" ? parts.int! : parts.float, x, z, dtype);
  // what recording takes costs more than a small op, so it is not even put together where nothing will be recorded
  if (!isRecording() || !(x.requiresGrad || z.requiresGrad)) return label(op, y, [x, z]);
  const { save, backward, twice } = parts;
  const shapes = [x.shape, z.shape];
  const again = twice && unbroadcast(shapes, twice);
  return record(op, y, [x, z], save?.(x, z, y) ?? [], unbroadcast(shapes, backward), again);
}

const number = new Float32Array(1);
const bits = new Int32Array(number.buffer);

/** With nothing to record and nobody to tell of it a number needs no tensor: it stands behind its layout, which has no axes. */
function besideNumber(op: string, x: Tensor, value: number, dtype: DType, parts: Binary): Tensor {
  const y = empty(x.shape, dtype);
  number[0] = value;
  const layout = ints([y.size, 0, 1, 0, 1, dtype === "int32" ? value : bits[0]!]);
  (dtype === "int32" ? parts.int! : parts.float)(y.ptr, x.ptr, layout + 20, y.size, layout);
  y.origin = op;
  return y;
}

/** -x in place. */
export function negated(x: Tensor): Tensor {
  k.neg(x.ptr, x.ptr, x.size);
  return x;
}

/** A raw product in the middle of a gradient: no operand is checked, nothing recorded. */
export const times = (a: Tensor, b: Tensor): Tensor => apply2("mul", k.mul, a, b, "float32");

/** Refuses zeros in an int32 divisor: there is no NaN for them. */
export function checkDivisor(op: string, a: Operand, b: Operand): void {
  expectPair(op, a, b);
  if (commonType(a, b, "int32") !== "int32") return;
  const zero = typeof b === "number" ? b === 0 : b.data.includes(0);
  if (zero)
    throw new RangeError(`${op}: expected b without zeros, got int32 division by zero; cast to float32 for NaN`);
}
