// The JSON header of a safetensors file: read strictly, written canonically. Knows no tensors and no values;
// those are src/io/safetensors.ts.
// Format: https://github.com/huggingface/safetensors#format
import { demand } from "../shape.ts";

/** Bytes an element takes in a file, by the format's names for types. A Map, so that "constructor" is no type. */
export const FILE_TYPES: ReadonlyMap<string, number> = new Map([
  ["BOOL", 1],
  ["U8", 1],
  ["I8", 1],
  ["U16", 2],
  ["I16", 2],
  ["F16", 2],
  ["BF16", 2],
  ["U32", 4],
  ["I32", 4],
  ["F32", 4],
  ["U64", 8],
  ["I64", 8],
  ["F64", 8],
]);

/** Where a tensor lies in a file. */
export interface Entry {
  readonly name: string;
  /** One of {@link FILE_TYPES}. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** First byte, counted from the start of the file. */
  readonly begin: number;
  /** One past the last byte. */
  readonly end: number;
}

/** Facts about a file as text, from its `__metadata__`. */
export type Metadata = Readonly<Record<string, string>>;

/** The header's own length comes first, in 8 bytes, little-endian. */
const LENGTH_BYTES = 8;
/** The reference reader's limit on a header. */
const MAX_HEADER_BYTES = 100_000_000;
/** Header, tensor, shape: nothing legal is nested deeper. */
const MAX_DEPTH = 3;
const METADATA = "__metadata__";

/**
 * Reads and checks a file's header: every tensor's bytes are where the header says, and every byte of the file has
 * exactly one owner. `source` begins each error message. Entries come in the order of their bytes.
 */
export function readHeader(bytes: Uint8Array, source: string): { entries: Entry[]; metadata: Metadata } {
  const length = headerLength(bytes, source);
  const header = parseJson(bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length), source);
  const dataStart = LENGTH_BYTES + length;
  const metadata: Record<string, string> = Object.create(null);
  const entries: Entry[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name === METADATA) readMetadata(value, metadata, source);
    else entries.push(readEntry(name, value, dataStart, source));
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkCover(entries, dataStart, bytes.length, source);
  return { entries, metadata };
}

function headerLength(bytes: Uint8Array, source: string): number {
  demand(bytes.length >= LENGTH_BYTES, source, `at least ${LENGTH_BYTES} bytes of header length`, bytes.length);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  const room = bytes.length - LENGTH_BYTES;
  if (length > MAX_HEADER_BYTES || length > room) {
    throw new RangeError(
      `${source}: expected a header of at most ${Math.min(room, MAX_HEADER_BYTES)} bytes, got a header length of ${length}; ` +
        "the file is truncated or no safetensors file",
    );
  }
  return Number(length);
}

function parseJson(bytes: Uint8Array, source: string): Record<string, unknown> {
  let text: string;
  try {
    // A byte order mark must stay visible: the format wants "{" first.
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new RangeError(`${source}: expected a header in UTF-8, got other bytes`);
  }
  if (!text.startsWith("{")) {
    throw new RangeError(`${source}: expected the header to begin with "{", got ${JSON.stringify(text.slice(0, 1))}`);
  }
  checkTokens(text, source);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RangeError(`${source}: expected a header in JSON, got ${(cause as Error).message}`, { cause });
  }
}

/** A string, a mark, or what else JSON may hold (numbers and words). */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s"{}[\],:]+/gs;

/** What JSON.parse lets pass: names given twice, `1.5e0` for an integer, nesting that overflows the stack. */
function checkTokens(text: string, source: string): void {
  const open: (Set<string> | null)[] = [];
  let last = "";
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === "{" || token === "[") {
      open.push(token === "{" ? new Set() : null);
      if (open.length > MAX_DEPTH) {
        throw new RangeError(`${source}: expected a header nested at most ${MAX_DEPTH} deep, got a deeper one`);
      }
    } else if (token === "}" || token === "]") open.pop();
    else if (token === ":") addName(open.at(-1) ?? null, last, source);
    else if (/^[-\d]/.test(token) && !/^(0|[1-9]\d*)$/.test(token)) {
      throw new RangeError(`${source}: expected whole numbers of at least 0 in the header, got ${token.slice(0, 40)}`);
    }
    last = token;
  }
}

function addName(names: Set<string> | null, token: string, source: string): void {
  let name: unknown;
  try {
    name = JSON.parse(token);
  } catch {
    return; // JSON.parse of the whole header will say what is wrong here
  }
  if (typeof name !== "string" || names === null) return;
  if (names.has(name)) {
    throw new RangeError(`${source}: expected each name once in the header, got ${JSON.stringify(name)} twice`);
  }
  names.add(name);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function readMetadata(value: unknown, metadata: Record<string, string>, source: string): void {
  if (!isObject(value)) throw new RangeError(`${source}: expected ${METADATA} to be an object of strings`);
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== "string") {
      throw new RangeError(
        `${source}: expected ${METADATA} to hold strings, got ${typeof text} for ${JSON.stringify(key)}`,
      );
    }
    metadata[key] = text;
  }
}

function readEntry(name: string, value: unknown, dataStart: number, source: string): Entry {
  const at = `${source}: tensor ${JSON.stringify(name)}`;
  if (!isObject(value)) throw new RangeError(`${at}: expected an object with dtype, shape and data_offsets`);
  const { dtype, shape, data_offsets: offsets } = value;
  const width = typeof dtype === "string" ? FILE_TYPES.get(dtype) : undefined;
  demand(
    typeof dtype === "string" && width !== undefined,
    at,
    `dtype to be one of ${[...FILE_TYPES.keys()].join(", ")}`,
    dtype,
  );
  demand(isIntegers(shape), at, "shape to be an array of sizes", shape);
  demand(
    isIntegers(offsets) && offsets.length === 2 && offsets[0]! <= offsets[1]!,
    at,
    "data_offsets to be [begin, end]",
    offsets,
  );
  // Every partial product is checked, so that a later size of 0 hides no overflow.
  let expected = width;
  for (const size of shape) {
    expected *= size;
    demand(Number.isSafeInteger(expected), at, "a shape that fits a file", shape);
  }
  const [begin, end] = offsets as [number, number];
  if (end - begin !== expected) {
    throw new RangeError(
      `${at}: expected ${expected} bytes for ${dtype} ${say(shape)}, got data_offsets of ${end - begin}`,
    );
  }
  return { name, dtype, shape, begin: dataStart + begin, end: dataStart + end };
}

/** Sorted entries must follow one another without gap or overlap, up to the end of the file. */
function checkCover(entries: readonly Entry[], dataStart: number, fileEnd: number, source: string): void {
  let next = dataStart;
  for (const { name, begin, end } of entries) {
    if (begin !== next) {
      const what = begin < next ? "overlaps the tensor before it" : "leaves a gap before it";
      const [expected, got] = [next - dataStart, begin - dataStart];
      throw new RangeError(
        `${source}: tensor ${JSON.stringify(name)} ${what}: expected data_offsets to begin at ${expected}, got ${got}`,
      );
    }
    next = end;
  }
  if (next !== fileEnd) {
    const [expected, got] = [next - dataStart, fileEnd - dataStart];
    const hint = got < expected ? "; the file is truncated" : "; bytes follow the last tensor";
    throw new RangeError(`${source}: expected ${expected} bytes of tensors, got ${got}${hint}`);
  }
}

const isIntegers = (value: unknown): value is number[] => Array.isArray(value) && value.every(Number.isSafeInteger);
const say = (value: unknown): string => String(JSON.stringify(value)).slice(0, 80);

/** The header of a file that holds `entries` (offsets counted from the data's start), with its length before it. */
export function writeHeader(entries: readonly Entry[], metadata: Metadata | undefined): Uint8Array {
  // Joined by hand: an object would bring names like "0" to the front.
  const fields = entries.map(({ name, dtype, shape, begin, end }) => {
    return `${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [begin, end] })}`;
  });
  if (metadata !== undefined) {
    const facts = Object.keys(metadata).sort();
    const texts = facts.map((key) => `${JSON.stringify(key)}:${JSON.stringify(metadata[key])}`);
    fields.unshift(`${JSON.stringify(METADATA)}:{${texts.join(",")}}`);
  }
  const json = new TextEncoder().encode(`{${fields.join(",")}}`);
  // Padded with spaces to whole 8 bytes, so that the data after it is aligned for any element.
  const length = Math.ceil(json.length / LENGTH_BYTES) * LENGTH_BYTES;
  const header = new Uint8Array(LENGTH_BYTES + length).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(json, LENGTH_BYTES);
  return header;
}
