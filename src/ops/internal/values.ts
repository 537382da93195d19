// Reads JavaScript values (numbers, booleans, nested and typed arrays) as elements of a dtype. Makes no tensor.
import { describe, MAX_RANK, refusal, type Shape, show } from "../../shape.ts";
import type { DType } from "../../tensor.ts";

/** A number or boolean, or arrays of such, nested to one depth. */
export type NestedValues = number | boolean | readonly NestedValues[];

/** The typed arrays that hold numbers. */
export type TypedArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** Elements ready to be copied into a tensor. */
export interface Elements {
  readonly data: ArrayLike<number>;
  readonly shape: Shape;
  readonly dtype: DType;
}

const INT32_MIN = -(2 ** 31);
const INT32_MAX = 2 ** 31 - 1;

/** The elements of `values` as `dtype`, by default the one that their kind gives. */
export function toElements(op: string, values: unknown, dtype?: DType): Elements {
  if (ArrayBuffer.isView(values) && !(values instanceof DataView)) return fromTyped(op, values as TypedArray, dtype);
  const shape = shapeOf(op, values);
  const flat: (number | boolean)[] = [];
  flatten(op, values, shape, 0, flat);
  const kind = dtype ?? (flat.length > 0 && flat.every((v) => typeof v === "boolean") ? "bool" : "float32");
  return { data: convert(op, flat as number[], kind), shape, dtype: kind };
}

function fromTyped(op: string, values: TypedArray, dtype: DType | undefined): Elements {
  const shape = [values.length];
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) {
    const numbers = Array.from(values as BigInt64Array, Number);
    return { data: convert(op, numbers, dtype ?? "int32"), shape, dtype: dtype ?? "int32" };
  }
  const floats = values[Symbol.toStringTag].startsWith("Float"); // Float16Array too, where there is one
  const kind = dtype ?? (floats ? "float32" : "int32");
  const fits = kind === "float32" || (kind === "int32" && !floats && !(values instanceof Uint32Array));
  return { data: fits ? values : convert(op, values, kind), shape, dtype: kind };
}

/** Numbers as elements of `dtype`: fractions are cut off for int32, anything but zero is true for bool. */
function convert(op: string, values: ArrayLike<number>, dtype: DType): ArrayLike<number> {
  if (dtype === "float32") return values;
  const out = dtype === "int32" ? new Int32Array(values.length) : new Uint8Array(values.length);
  for (let i = 0; i < out.length; i++) {
    const v = Number(values[i]);
    if (dtype === "bool") out[i] = v !== 0 ? 1 : 0;
    else if (v > INT32_MIN - 1 && v < INT32_MAX + 1) out[i] = v;
    else
      throw new RangeError(`${op}: expected int32 values from ${INT32_MIN} to ${INT32_MAX}, got ${v} (element ${i})`);
  }
  return out;
}

/** The shape that the first elements' nesting gives. */
function shapeOf(op: string, values: unknown): number[] {
  const shape: number[] = [];
  for (let v = values; Array.isArray(v); v = v[0]) {
    shape.push(v.length);
    if (shape.length > MAX_RANK) throw new RangeError(`${op}: expected at most ${MAX_RANK} axes, got deeper nesting`);
  }
  return shape;
}

function flatten(op: string, v: unknown, shape: Shape, axis: number, out: (number | boolean)[]): void {
  if (axis < shape.length) {
    if (!Array.isArray(v) || v.length !== shape[axis]) {
      const got = Array.isArray(v) ? `one of ${v.length}` : describe(v);
      throw new RangeError(
        `${op}: expected nested arrays of one shape, ${show(shape)} by the first elements; got ${got} along axis ${axis}`,
      );
    }
    for (let i = 0; i < v.length; i++) flatten(op, v[i], shape, axis + 1, out);
  } else if (typeof v === "number" || typeof v === "boolean") {
    out.push(v);
  } else if (Array.isArray(v)) {
    throw new RangeError(
      `${op}: expected nested arrays of one shape, ${show(shape)} by the first elements; got deeper nesting`,
    );
  } else {
    throw refusal(op, "numbers, booleans, or arrays of them", v, TypeError);
  }
}
