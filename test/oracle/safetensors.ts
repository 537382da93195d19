// Reads the safetensors files of a folder of reference vectors. Independent of src/io on purpose: a fault in the
// library's own reader must not be able to hide a fault in its numbers.

/** The values of a stored tensor; booleans are bytes, 0 or 1. */
export type Values = Float32Array | Int32Array | Uint8Array;

export interface StoredTensor {
  readonly shape: readonly number[];
  readonly values: Values;
  /** Where the values start in the file, in bytes. */
  readonly offset: number;
}

const makers: Record<string, (bytes: ArrayBuffer) => Values> = {
  F32: (bytes) => new Float32Array(bytes),
  I32: (bytes) => new Int32Array(bytes),
  U8: (bytes) => new Uint8Array(bytes),
};

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** Every tensor of a file by its name. Format: 8-byte little-endian header length, JSON header, data. */
export function readSafetensors(file: Uint8Array): Map<string, StoredTensor> {
  const bytes = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.byteLength < 8) throw new RangeError(`safetensors: expected at least 8 bytes, got ${file.byteLength}`);
  const dataStart = 8 + Number(bytes.getBigUint64(0, true));
  if (dataStart > file.byteLength) {
    throw new RangeError(`safetensors: expected a header of ${dataStart - 8} bytes, got a file of ${file.byteLength}`);
  }
  const header: Record<string, Entry> = JSON.parse(new TextDecoder().decode(file.subarray(8, dataStart)));
  const tensors = new Map<string, StoredTensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const make = makers[entry.dtype];
    if (!make) throw new TypeError(`safetensors: expected ${name} to be F32, I32 or U8, got ${entry.dtype}`);
    const [start, end] = entry.data_offsets;
    const raw = new Uint8Array(file.subarray(dataStart + start, dataStart + end)); // a copy: data need not be aligned
    const size = entry.shape.reduce((n, d) => n * d, 1);
    if (raw.byteLength !== end - start || raw.byteLength !== size * (entry.dtype === "U8" ? 1 : 4)) {
      throw new RangeError(`safetensors: expected ${size} values in ${name}, got ${raw.byteLength} bytes`);
    }
    tensors.set(name, { shape: entry.shape, values: make(raw.buffer), offset: dataStart + start });
  }
  return tensors;
}
