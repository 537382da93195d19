// IDX, the format of MNIST and its kin: bytes to arrays, arrays to a dataset. Knows no folders or file names;
// those are src/data/idx-files.ts.
// Format: http://yann.lecun.com/exdb/mnist/ ("the IDX file format")

import { zeros } from "../ops/create.ts";
import { tidy } from "../scope.ts";
import { checkOptions, demand, isBytes, show, sizeOf } from "../shape.ts";
import { Dataset } from "./dataset.ts";

/** An array as an IDX file holds it. */
export interface IdxArray {
  /** Sizes of the axes, outermost first. */
  readonly shape: readonly number[];
  /** The values, row-major, in the file's own type; bytes are a view of the file's. */
  readonly data: Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;
}

/** How a type of element is stored: big-endian, `width` bytes each. */
interface Element {
  readonly width: number;
  read(view: DataView, count: number): IdxArray["data"];
}

/** By the type code in the file's third byte. */
const ELEMENTS: ReadonlyMap<number, Element> = new Map<number, Element>([
  [0x08, { width: 1, read: (v, n) => new Uint8Array(v.buffer, v.byteOffset, n) }],
  [0x09, { width: 1, read: (v, n) => new Int8Array(v.buffer, v.byteOffset, n) }],
  [0x0b, { width: 2, read: (v, n) => Int16Array.from({ length: n }, (_, i) => v.getInt16(2 * i)) }],
  [0x0c, { width: 4, read: (v, n) => Int32Array.from({ length: n }, (_, i) => v.getInt32(4 * i)) }],
  [0x0d, { width: 4, read: (v, n) => Float32Array.from({ length: n }, (_, i) => v.getFloat32(4 * i)) }],
  [0x0e, { width: 8, read: (v, n) => Float64Array.from({ length: n }, (_, i) => v.getFloat64(8 * i)) }],
]);

const hex = (byte: number | undefined): string => `0x${(byte ?? 0).toString(16).padStart(2, "0")}`;

/**
 * Reads the bytes of an IDX file: two zero bytes, a type code, the number of axes, their sizes, the values.
 *
 * @param options.file what to call the bytes in error messages. Default: nothing.
 * @returns the shape and the values, as a typed array of the file's type.
 * @throws RangeError for a wrong magic number or type code, and for a length that is not exactly what the sizes ask for.
 * @see http://yann.lecun.com/exdb/mnist/
 *
 * @example
 * ```ts
 * import { parseIdx } from "sedge/data";
 * const { shape, data } = parseIdx(new Uint8Array([0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9]));
 * shape; // => [3]
 * data[2]; // => 9
 * ```
 */
export function parseIdx(bytes: Uint8Array, options?: { file?: string }): IdxArray {
  checkOptions("parseIdx", options, ["file"]);
  demand(isBytes(bytes), "parseIdx", "bytes to be a Uint8Array", bytes, TypeError);
  const source = options?.file === undefined ? "parseIdx" : `parseIdx: ${options.file}`;
  demand(bytes.length >= 4, source, "at least 4 bytes of magic number", bytes.length);
  const [zero0, zero1, code, rank] = bytes as unknown as [number, number, number, number];
  if (zero0 !== 0 || zero1 !== 0) {
    const hint = zero0 === 0x1f && zero1 === 0x8b ? "; the bytes are gzipped" : "";
    throw new RangeError(
      `${source}: expected a magic number that begins 0x00 0x00, got ${hex(zero0)} ${hex(zero1)}${hint}`,
    );
  }
  const element = ELEMENTS.get(code);
  if (element === undefined) {
    throw new RangeError(
      `${source}: expected a type code of ${[...ELEMENTS.keys()].map(hex).join(", ")}, got ${hex(code)}`,
    );
  }
  const start = 4 + 4 * rank;
  if (bytes.length < start) {
    throw new RangeError(
      `${source}: expected ${start} bytes of header for ${rank} axes, got ${bytes.length}; the file is truncated`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const count = sizeOf(shape);
  // Compared as doubles: sizes whose product is beyond 2^53 are far from any file's length anyway.
  const expected = start + count * element.width;
  if (bytes.length !== expected) {
    const hint = bytes.length < expected ? "the file is truncated" : "bytes follow the last value";
    throw new RangeError(
      `${source}: expected ${expected} bytes for shape ${show(shape)}, got ${bytes.length}; ${hint}`,
    );
  }
  return {
    shape,
    data: element.read(new DataView(bytes.buffer, bytes.byteOffset + start, bytes.length - start), count),
  };
}

/**
 * Unpacks gzipped bytes with the platform's own decoder, in browsers, Deno, Bun, Node and on the edge.
 *
 * @throws RangeError, as a rejection, for bytes that are no whole, sound gzip file.
 * @see https://developer.mozilla.org/en-US/docs/Web/API/DecompressionStream
 *
 * @example
 * ```ts
 * import { gunzip } from "sedge/data";
 * const zipped = new Blob([new Uint8Array([1, 2, 3])]).stream().pipeThrough(new CompressionStream("gzip"));
 * const bytes = await gunzip(new Uint8Array(await new Response(zipped).arrayBuffer()));
 * bytes.length; // => 3
 * ```
 */
export async function gunzip(bytes: Uint8Array): Promise<Uint8Array> {
  demand(isBytes(bytes), "gunzip", "bytes to be a Uint8Array", bytes, TypeError);
  try {
    const unzipped = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(unzipped).arrayBuffer());
  } catch (cause) {
    throw new RangeError(`gunzip: expected a sound gzip file, got ${(cause as Error).message}`, { cause });
  }
}

/** Brightest value of a byte, which becomes 1. */
const WHITE = 255;

/**
 * A dataset of images and their classes, from IDX arrays of bytes: images [N, H, W] of 0 to 255 become float32
 * [N, 1, H, W] of 0 to 1, labels [N] become int32 [N].
 *
 * @param options.file what to call the data in error messages. Default: nothing.
 * @throws TypeError for what is no such array; RangeError if either is not of bytes, has another rank, is empty, or their
 * lengths differ.
 *
 * @example
 * ```ts
 * import { idxDataset } from "sedge/data";
 * const images = { shape: [2, 1, 2], data: new Uint8Array([0, 255, 51, 0]) };
 * const data = idxDataset(images, { shape: [2], data: new Uint8Array([3, 1]) });
 * data.x.shape; // => [2,1,1,2]
 * data.y.toArray(); // => [3,1]
 * ```
 */
export function idxDataset(images: IdxArray, labels: IdxArray, options?: { file?: string }): Dataset {
  checkOptions("idxDataset", options, ["file"]);
  const source = options?.file === undefined ? "idxDataset" : `idxDataset: ${options.file}`;
  const pixels = expectBytes(source, "images", images, 3);
  const classes = expectBytes(source, "labels", labels, 1);
  const [n, height, width] = images.shape as [number, number, number];
  if (n !== labels.shape[0]) {
    throw new RangeError(`${source}: expected as many labels as images, got ${n} images and ${labels.shape[0]} labels`);
  }
  const values = Float32Array.from({ length: WHITE + 1 }, (_, byte) => byte / WHITE);
  return tidy(() => {
    const x = zeros([n, 1, height, width]);
    const y = zeros([n], { dtype: "int32" });
    const out = x.data;
    for (let i = 0; i < pixels.length; i++) out[i] = values[pixels[i]!]!;
    y.data.set(classes);
    return new Dataset(x, y);
  });
}

function expectBytes(source: string, name: string, array: IdxArray, rank: number): Uint8Array {
  demand(Array.isArray(array?.shape), source, `${name} to be { shape, data }, as parseIdx gives`, array, TypeError);
  const { shape, data } = array;
  demand(isBytes(data), source, `${name} of unsigned bytes`, data);
  if (shape.length !== rank) {
    throw new RangeError(
      `${source}: expected ${name} of ${rank} ${rank === 1 ? "axis" : "axes"}, got shape ${show(shape)}`,
    );
  }
  return data;
}
