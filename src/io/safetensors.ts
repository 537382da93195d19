// Tensors to and from the bytes of a safetensors file. Knows no file system: that is src/io/files.ts.
// The header's rules are src/io/safetensors-header.ts.
import type { StateDict } from "../nn/state.ts";
import { checkOptions, checkShape, demand, isBytes } from "../shape.ts";
import { BYTES, type DType, empty, expectTensor, type Tensor } from "../tensor.ts";
import { u8 } from "../wasm.ts";
import { type Entry, type Metadata, readHeader, writeHeader } from "./safetensors-header.ts";

export type { Metadata };

/** A file's type for each of ours; both hold the same bytes. */
const FILE_TYPE: Readonly<Record<DType, string>> = { float32: "F32", int32: "I32", bool: "BOOL" };

const byteLength = (x: Tensor): number => x.size * BYTES[x.dtype];
/** A view of a tensor's bytes; anything that allocates may detach it. */
const bytesOf = (x: Tensor): Uint8Array => u8(x.ptr, byteLength(x));

/**
 * The bytes of a safetensors file that holds `tensors`: float32 as F32, int32 as I32, bool as BOOL.
 * The same tensors give the same bytes, whatever their order: wider types come first, then names in code-unit order,
 * so that each tensor begins at a multiple of its element's size. A NaN has the bits 0x7fc00000, whatever it had in memory.
 *
 * @param tensors tensors by name, any shapes, such as `model.stateDict()`.
 * @param options.metadata facts about the file, text by name, kept in its `__metadata__`. Default: none.
 * @throws TypeError for a value that is no tensor, metadata that is no text, or an unknown option; RangeError for the name `__metadata__`.
 * @see https://github.com/huggingface/safetensors#format
 *
 * @example
 * ```ts
 * import { decodeSafetensors, encodeSafetensors, tensor } from "sedge";
 * const bytes = encodeSafetensors({ w: tensor([[1, 2], [3, 4]]) }, { metadata: { step: "7" } });
 * bytes.length % 8; // => 0
 * decodeSafetensors(bytes).w?.toArray(); // => [[1,2],[3,4]]
 * ```
 */
export function encodeSafetensors(tensors: Readonly<StateDict>, options?: { metadata?: Metadata }): Uint8Array {
  const op = "encodeSafetensors";
  checkOptions(op, options, ["metadata"]);
  checkMetadata(op, options?.metadata);
  demand(typeof tensors === "object" && tensors !== null, op, "tensors by name", tensors, TypeError);
  const named = Object.entries(tensors);
  for (const [name, x] of named) {
    if (name === "__metadata__")
      throw new RangeError(`${op}: expected another name than "__metadata__", which the format keeps`);
    expectTensor(op, JSON.stringify(name), x);
  }
  named.sort(([a, x], [b, y]) => BYTES[y.dtype] - BYTES[x.dtype] || (a < b ? -1 : 1));
  let end = 0;
  const entries = named.map(([name, x]): Entry => {
    const begin = end;
    end += byteLength(x);
    return { name, dtype: FILE_TYPE[x.dtype], shape: x.shape, begin, end };
  });
  const header = writeHeader(entries, options?.metadata);
  const bytes = new Uint8Array(header.length + end);
  bytes.set(header);
  named.forEach(([, x], i) => {
    const begin = header.length + entries[i]!.begin;
    bytes.set(bytesOf(x), begin);
    if (x.dtype === "float32") oneNaN(new Uint32Array(bytes.buffer, begin, x.size));
  });
  return bytes;
}

/** Gives every NaN the same bits: those of a computed one are another CPU's or engine's, and the same run is to give the same file. */
function oneNaN(bits: Uint32Array): void {
  for (let i = 0; i < bits.length; i++) if ((bits[i]! & 0x7fffffff) > 0x7f800000) bits[i] = 0x7fc00000;
}

function checkMetadata(op: string, metadata: Metadata | undefined): void {
  if (metadata === undefined) return;
  demand(typeof metadata === "object" && metadata !== null, op, "metadata to be text by name", metadata, TypeError);
  for (const [key, text] of Object.entries(metadata)) {
    if (typeof text !== "string") {
      throw new TypeError(`${op}: expected metadata to be text by name, got ${typeof text} for ${JSON.stringify(key)}`);
    }
  }
}

/**
 * The tensors in the bytes of a safetensors file, by name, in the order of their bytes.
 * F32, I32 and BOOL load as they are; F16, BF16 and F64 as float32; I64, U64, U32 and smaller integers as int32.
 * The whole header is checked before the first tensor is made: offsets, sizes, types, gaps, overlaps, names given twice.
 *
 * @param options.file what to call the bytes in error messages. Default: nothing.
 * @throws RangeError for bytes that are no valid safetensors file, or an integer outside of int32.
 * @see https://github.com/huggingface/safetensors#format
 *
 * @example
 * ```ts
 * import { decodeSafetensors, encodeSafetensors, tensor } from "sedge";
 * const { bias } = decodeSafetensors(encodeSafetensors({ bias: tensor([0.5, -1]) }));
 * bias?.toArray(); // => [0.5,-1]
 * ```
 */
export function decodeSafetensors(bytes: Uint8Array, options?: { file?: string }): StateDict {
  const source = sourceOf("decodeSafetensors", bytes, options);
  const tensors: StateDict = Object.create(null); // no prototype: a tensor may be called "__proto__"
  try {
    for (const entry of readHeader(bytes, source).entries) tensors[entry.name] = decode(entry, bytes, source);
  } catch (error) {
    for (const x of Object.values(tensors)) x.dispose();
    throw error;
  }
  return tensors;
}

/**
 * The `__metadata__` of a safetensors file: text by name, empty where the file has none. Reads the header only.
 *
 * @param options.file what to call the bytes in error messages. Default: nothing.
 * @throws RangeError for bytes that are no valid safetensors file.
 *
 * @example
 * ```ts
 * import { encodeSafetensors, safetensorsMetadata } from "sedge";
 * safetensorsMetadata(encodeSafetensors({}, { metadata: { step: "7" } })).step; // => "7"
 * ```
 */
export function safetensorsMetadata(bytes: Uint8Array, options?: { file?: string }): Metadata {
  return readHeader(bytes, sourceOf("safetensorsMetadata", bytes, options)).metadata;
}

function sourceOf(op: string, bytes: unknown, options: { file?: string } | undefined): string {
  checkOptions(op, options, ["file"]);
  demand(isBytes(bytes), op, "bytes to be a Uint8Array", bytes, TypeError);
  return options?.file === undefined ? op : `${op}: ${options.file}`;
}

/** Reads element `i` of a DataView as the number it stands for. */
type Read = (view: DataView, i: number) => number;

/** Readers of the types that have no exact counterpart here; a BigInt becomes a number only when it is small. */
const READ: Readonly<Record<string, Read>> = {
  F64: (view, i) => view.getFloat64(8 * i, true),
  F16: (view, i) => halfToNumber(view.getUint16(2 * i, true)),
  I64: (view, i) => Number(view.getBigInt64(8 * i, true)),
  U64: (view, i) => Number(view.getBigUint64(8 * i, true)),
  U32: (view, i) => view.getUint32(4 * i, true),
  I16: (view, i) => view.getInt16(2 * i, true),
  U16: (view, i) => view.getUint16(2 * i, true),
  I8: (view, i) => view.getInt8(i),
  U8: (view, i) => view.getUint8(i),
};

const FLOATS = ["F32", "F64", "F16", "BF16"];

function decode(entry: Entry, bytes: Uint8Array, source: string): Tensor {
  const { dtype, shape, begin, end } = entry;
  checkShape(`${source}: tensor ${JSON.stringify(entry.name)}`, shape);
  const y = empty(shape, dtype === "BOOL" ? "bool" : FLOATS.includes(dtype) ? "float32" : "int32");
  const part = bytes.subarray(begin, end);
  const out = y.data;
  if (dtype === "F32" || dtype === "I32") bytesOf(y).set(part);
  else if (dtype === "BOOL") for (let i = 0; i < out.length; i++) out[i] = part[i] === 0 ? 0 : 1;
  else if (dtype === "BF16") widenBfloat16(bytesOf(y), part);
  else fill(entry, READ[dtype]!, new DataView(part.buffer, part.byteOffset, part.byteLength), y, source);
  return y;
}

function fill(entry: Entry, read: Read, view: DataView, y: Tensor, source: string): void {
  const out = y.data;
  for (let i = 0; i < out.length; i++) {
    const value = read(view, i);
    out[i] = value;
    if (y.dtype === "int32" && out[i] !== value) {
      y.dispose();
      throw new RangeError(
        `${source}: tensor ${JSON.stringify(entry.name)}: expected integers that fit int32, got ${value} (${entry.dtype}) at ${i}`,
      );
    }
  }
}

/** A bfloat16 is the upper half of a float32. */
function widenBfloat16(out: Uint8Array, part: Uint8Array): void {
  for (let i = 0; i < part.length; i += 2) {
    out[2 * i] = 0;
    out[2 * i + 1] = 0;
    out[2 * i + 2] = part[i]!;
    out[2 * i + 3] = part[i + 1]!;
  }
}

/** 2^-24: the smallest half above zero, and the unit of the subnormal ones. */
const HALF_STEP = 1 / (1 << 24);
/** 2^-25: a normal half is (1024 + mantissa) * 2^(exponent - 25). */
const HALF_SCALE = HALF_STEP / 2;

/** The number behind the 16 bits of an IEEE half: sign, 5 bits of exponent, 10 of mantissa. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const mantissa = bits & 1023;
  if (exponent === 0) return sign * mantissa * HALF_STEP;
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : Number.NaN;
  // 1 << 30 still is positive; every factor is a power of two or an integer below 2^11, so the product is exact.
  return sign * (1024 + mantissa) * (1 << exponent) * HALF_SCALE;
}
