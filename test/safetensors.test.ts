// The safetensors codec: round trips, every type of the format, the canonical layout, and every kind of corruption.
// Files on disk are test/files.test.ts.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import "../src/boot.ts";
import { decodeSafetensors, encodeSafetensors, safetensorsMetadata } from "../src/io/safetensors.ts";
import { memory } from "../src/memory.ts";
import { tensor, zeros } from "../src/ops/create.ts";

/** `n` different floats. */
const values = (n: number): Float32Array => Float32Array.from({ length: n }, (_, i) => (i - n / 3) / 7);

/** A file of a header, its length before it, and bytes of data. */
function file(header: string | Uint8Array, data: Uint8Array | number = 0): Uint8Array {
  const json = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const rest = typeof data === "number" ? new Uint8Array(data) : data;
  const bytes = new Uint8Array(8 + json.length + rest.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(rest, 8 + json.length);
  return bytes;
}

/** A header with one tensor "a". */
const one = (dtype: string, shape: string, offsets: string): string =>
  `{"a":{"dtype":${JSON.stringify(dtype)},"shape":${shape},"data_offsets":${offsets}}}`;

/** The values of a file with one tensor "a" of `dtype`, whose bytes are those of `data`. */
function decodeAs(dtype: string, data: ArrayBufferView) {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const size = { F16: 2, BF16: 2 }[dtype] ?? (data as Uint8Array).BYTES_PER_ELEMENT;
  return decodeSafetensors(file(one(dtype, `[${bytes.length / size}]`, `[0,${bytes.length}]`), bytes)).a!;
}

/** The header's text and where the data begins. */
function headerOf(bytes: Uint8Array): [string, number] {
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  return [new TextDecoder().decode(bytes.subarray(8, 8 + length)), 8 + length];
}

describe("a round trip", () => {
  it.each([
    ["a scalar", tensor(2.5)],
    ["a vector of odd length", tensor(values(13))],
    ["no elements", zeros([3, 0, 2])],
    ["rank 8", tensor(values(8), { shape: [1, 2, 1, 2, 1, 2, 1, 1] })],
    ["NaN, infinities and -0", tensor([Number.NaN, Infinity, -Infinity, -0])],
    ["integers to both ends", tensor(Int32Array.of(-(2 ** 31), 2 ** 31 - 1, 0))],
    ["booleans", tensor([[true, false, true]])],
  ])("keeps %s: values, shape and dtype", (_, x) => {
    const y = decodeSafetensors(encodeSafetensors({ x })).x!;
    expect([y.shape, y.dtype]).toEqual([x.shape, x.dtype]);
    expect(y.data).toEqual(x.data);
  });

  it("keeps names of every kind as plain tensors", () => {
    const names = ["__proto__", "constructor", "toString", "0", "", "poids.été/層.0", 'a"\\\n', "\ud800"];
    const dict = Object.create(null);
    names.forEach((name, i) => {
      dict[name] = tensor([i]);
    });
    const found = decodeSafetensors(encodeSafetensors(dict));
    expect(Object.keys(found).sort()).toEqual([...names].sort());
    names.forEach((name, i) => {
      expect(found[name]!.item()).toBe(i);
    });
  });

  it("keeps metadata, of any text", () => {
    const metadata = { format: "sedge", note: 'é≠"quote"', __proto: "x" };
    expect({ ...safetensorsMetadata(encodeSafetensors({ w: tensor([1]) }, { metadata })) }).toEqual(metadata);
    expect({ ...safetensorsMetadata(encodeSafetensors({})) }).toEqual({});
  });
});

describe("encodeSafetensors", () => {
  it("gives the same bytes whatever the order of names and facts", () => {
    const [a, b, c] = [tensor([1, 2]), tensor([true]), tensor(Int32Array.of(3))];
    const bytes = encodeSafetensors({ a, b, c }, { metadata: { x: "1", y: "2" } });
    expect(encodeSafetensors({ c, b, a }, { metadata: { y: "2", x: "1" } })).toEqual(bytes);
  });

  it("writes this very header: wide types first, then names, padded to whole 8 bytes", () => {
    const bytes = encodeSafetensors({ b: tensor([true]), "10": tensor([1]), a: tensor(Int32Array.of(7, 8)) });
    const [header, start] = headerOf(bytes);
    expect(header.trimEnd()).toBe(
      '{"10":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},' +
        '"a":{"dtype":"I32","shape":[2],"data_offsets":[4,12]},' +
        '"b":{"dtype":"BOOL","shape":[1],"data_offsets":[12,13]}}',
    );
    expect(start % 8).toBe(0);
    expect([...bytes.subarray(start)]).toEqual([0, 0, 128, 63, 7, 0, 0, 0, 8, 0, 0, 0, 1]);
  });

  it("refuses what is no tensor, reserved names, metadata that is no text, and unknown options", () => {
    expect(() => encodeSafetensors(null as never)).toThrow(
      new TypeError("encodeSafetensors: expected tensors by name, got null"),
    );
    // @ts-expect-error no tensor
    expect(() => encodeSafetensors({ w: 3 })).toThrow('encodeSafetensors: expected "w" to be a tensor, got 3');
    expect(() => encodeSafetensors({ __metadata__: tensor([1]) })).toThrow(/another name than "__metadata__"/);
    // @ts-expect-error no text
    expect(() => encodeSafetensors({}, { metadata: { step: 3 } })).toThrow(/metadata to be text by name, got number/);
    // @ts-expect-error unknown
    expect(() => encodeSafetensors({}, { meta: {} })).toThrow(/unknown option "meta"/);
    const x = tensor([1]);
    x.dispose();
    expect(() => encodeSafetensors({ x })).toThrow(/used after its release/);
  });
});

describe("types that have no counterpart here", () => {
  it("reads halves as float32: normal, subnormal, largest, infinities, NaN, -0", () => {
    const bits = Uint16Array.of(0x3e00, 0xc000, 0x0001, 0x83ff, 0x0400, 0x7bff, 0x7c00, 0xfc00, 0x7e00, 0x8000);
    const [up, down] = [2 ** -24, 1023 * 2 ** -24];
    expect([...decodeAs("F16", bits).data]).toEqual([
      1.5,
      -2,
      up,
      -down,
      2 ** -14,
      65504,
      Infinity,
      -Infinity,
      Number.NaN,
      -0,
    ]);
  });

  it("reads bfloat16 as float32, to the bit", () => {
    const found = decodeAs("BF16", Uint16Array.of(0x3f80, 0xc020, 0x4049, 0x7f80, 0x0001));
    expect([...new Uint32Array(found.data.slice().buffer)]).toEqual([
      0x3f800000, 0xc0200000, 0x40490000, 0x7f800000, 0x00010000,
    ]);
  });

  it("reads doubles rounded to float32", () => {
    const found = decodeAs("F64", Float64Array.of(0.1, -2.25, 1e300));
    expect([...found.data]).toEqual([Math.fround(0.1), -2.25, Infinity]);
  });

  it.each([
    ["I64", BigInt64Array.of(-(2n ** 31n), 2n ** 31n - 1n)],
    ["U64", BigUint64Array.of(0n, 2n ** 31n - 1n)],
    ["U32", Uint32Array.of(0, 2 ** 31 - 1)],
    ["I16", Int16Array.of(-32768, 32767)],
    ["U16", Uint16Array.of(0, 65535)],
    ["I8", Int8Array.of(-128, 127)],
    ["U8", Uint8Array.of(0, 255)],
  ])("reads %s as int32", (dtype, data) => {
    const found = decodeAs(dtype, data);
    expect(found.dtype).toBe("int32");
    expect([...found.data]).toEqual(Array.from(data as ArrayLike<number | bigint>, Number));
  });

  it.each([
    ["I64", BigInt64Array.of(0n, -(2n ** 31n) - 1n), "-2147483649 (I64) at 1"],
    ["I64", BigInt64Array.of(2n ** 62n), "4611686018427388000 (I64) at 0"],
    ["U64", BigUint64Array.of(2n ** 31n), "2147483648 (U64) at 0"],
    ["U32", Uint32Array.of(1, 2, 2 ** 32 - 1), "4294967295 (U32) at 2"],
  ])("refuses %s outside of int32", (dtype, data, got) => {
    const before = memory().bytes;
    expect(() => decodeAs(dtype, data)).toThrow(
      new RangeError(`decodeSafetensors: tensor "a": expected integers that fit int32, got ${got}`),
    );
    expect(memory().bytes).toBe(before);
  });

  it("takes any byte but 0 for true", () => {
    expect([...decodeAs("BOOL", Uint8Array.of(0, 1, 2, 255)).data]).toEqual([0, 1, 1, 1]);
  });

  it("reads data at addresses that no typed array could begin at", () => {
    const bytes = file(`${one("F32", "[2]", "[0,8]")} `, new Uint8Array(Float32Array.of(1, 2).buffer));
    expect(bytes.length % 4).not.toBe(0);
    const within = new Uint8Array(bytes.length + 1);
    within.set(bytes, 1);
    expect(decodeSafetensors(within.subarray(1)).a!.toArray()).toEqual([1, 2]);
  });

  it("reads bytes of another realm, as a file's are under Jest", () => {
    const bytes = runInNewContext("Uint8Array.from(bytes)", { bytes: encodeSafetensors({ a: tensor([1, 2]) }) });
    expect(bytes).not.toBeInstanceOf(Uint8Array);
    expect(decodeSafetensors(bytes).a!.toArray()).toEqual([1, 2]);
    const view = new DataView(bytes.buffer) as never;
    expect(() => decodeSafetensors(view)).toThrow("expected bytes to be a Uint8Array, got a DataView");
  });
});

const two = (first: string, second: string): string =>
  `{"a":{"dtype":"F32","shape":[1],"data_offsets":${first}},"b":{"dtype":"F32","shape":[1],"data_offsets":${second}}}`;

describe("a file that is", () => {
  it.each<[string, Uint8Array, string]>([
    ["empty", new Uint8Array(0), "expected at least 8 bytes of header length, got 0"],
    ["shorter than a length", new Uint8Array(7), "expected at least 8 bytes of header length, got 7"],
    [
      "cut within the header",
      file(one("F32", "[1]", "[0,4]")).subarray(0, 40),
      "got a header length of 54; the file is truncated",
    ],
    ["of a negative header length", new Uint8Array(8).fill(255), "got a header length of 18446744073709551615"],
    ["without a header", file("", 16), 'expected the header to begin with "{", got ""'],
    ["no UTF-8", file(Uint8Array.of(0x7b, 0xff, 0x7d)), "expected a header in UTF-8, got other bytes"],
    ["no JSON", file("{"), "expected a header in JSON, got "],
    ["JSON with more behind it", file("{}x"), "expected a header in JSON, got "],
    ["an array", file("[1]"), 'expected the header to begin with "{", got "["'],
    ["begun by a space", file(" {}"), 'expected the header to begin with "{", got " "'],
    ["begun by a byte order mark", file("\ufeff{}"), 'expected the header to begin with "{"'],
    ["nested without end", file(`{"a":${"[".repeat(200_000)}`), "expected a header nested at most 3 deep"],
    ["of a bad escape", file('{"\\x":{}}'), "expected a header in JSON, got "],
    [
      "cut within the data",
      file(one("F32", "[2]", "[0,8]"), 6),
      "expected 8 bytes of tensors, got 6; the file is truncated",
    ],
    [
      "longer than its tensors",
      file(one("F32", "[2]", "[0,8]"), 9),
      "expected 8 bytes of tensors, got 9; bytes follow the last tensor",
    ],
    [
      "with a hole",
      file(two("[0,4]", "[8,12]"), 12),
      'tensor "b" leaves a gap before it: expected data_offsets to begin at 4, got 8',
    ],
    [
      "with a hole at the start",
      file(one("F32", "[1]", "[4,8]"), 8),
      'tensor "a" leaves a gap before it: expected data_offsets to begin at 0, got 4',
    ],
    [
      "with an overlap",
      file(two("[0,4]", "[2,6]"), 6),
      'tensor "b" overlaps the tensor before it: expected data_offsets to begin at 4, got 2',
    ],
    ["with a shared range", file(two("[0,4]", "[0,4]"), 4), 'tensor "b" overlaps the tensor before it'],
    [
      "with an empty tensor within another",
      file(
        '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"z":{"dtype":"F32","shape":[0],"data_offsets":[2,2]}}',
        4,
      ),
      'tensor "z" overlaps',
    ],
    [
      "with offsets reversed",
      file(one("F32", "[1]", "[4,0]"), 4),
      'tensor "a": expected data_offsets to be [begin, end], got [4, 0]',
    ],
    ["with three offsets", file(one("F32", "[1]", "[0,4,8]"), 4), "got [0, 4, 8]"],
    [
      "with a negative offset",
      file(one("F32", "[1]", "[-4,0]"), 4),
      "expected whole numbers of at least 0 in the header, got -4",
    ],
    [
      "with a fraction",
      file(one("F32", "[1.0]", "[0,4]"), 4),
      "expected whole numbers of at least 0 in the header, got 1.0",
    ],
    [
      "with a size as text",
      file(one("F32", '["1"]', "[0,4]"), 4),
      'tensor "a": expected shape to be an array of sizes, got ["1"]',
    ],
    [
      "of another size than its shape",
      file(one("F32", "[2,2]", "[0,4]"), 4),
      'tensor "a": expected 16 bytes for F32 [2,2], got data_offsets of 4',
    ],
    [
      "of another size than its type",
      file(one("F64", "[2]", "[0,8]"), 8),
      'tensor "a": expected 16 bytes for F64 [2], got data_offsets of 8',
    ],
    [
      "of sizes that overflow 32 bits",
      file(one("F32", "[65536,65537]", "[0,262144]"), 262144),
      "expected 17180131328 bytes",
    ],
    [
      "of sizes that overflow before a 0",
      file(one("F32", "[4611686018427387904,4,0]", "[0,0]")),
      "expected shape to be an array of sizes",
    ],
    [
      "of partial products that overflow before a 0",
      file(one("F32", "[4294967296,4294967296,0]", "[0,0]")),
      "expected a shape that fits a file",
    ],
    [
      "of rank 9",
      file(one("F32", "[1,1,1,1,1,1,1,1,1]", "[0,4]"), 4),
      'tensor "a": expected shape of at most 8 axes, got 9',
    ],
    ["of an unknown type", file(one("F33", "[1]", "[0,4]"), 4), 'tensor "a": expected dtype to be one of BOOL, U8, '],
    ["of a type in lower case", file(one("f32", "[1]", "[0,4]"), 4), 'got "f32"'],
    ["of a type that is a member of objects", file(one("constructor", "[1]", "[0,4]"), 4), 'got "constructor"'],
    ["without a type", file('{"a":{"shape":[1],"data_offsets":[0,4]}}', 4), "got undefined"],
    [
      "without a shape",
      file('{"a":{"dtype":"F32","data_offsets":[0,4]}}', 4),
      "expected shape to be an array of sizes, got undefined",
    ],
    [
      "without offsets",
      file('{"a":{"dtype":"F32","shape":[1]}}', 4),
      "expected data_offsets to be [begin, end], got undefined",
    ],
    ["with null for a tensor", file('{"a":null}'), 'tensor "a": expected an object with dtype, shape and data_offsets'],
    [
      "with a number in its metadata",
      file('{"__metadata__":{"n":1}}'),
      '__metadata__ to hold strings, got number for "n"',
    ],
    ["with nested metadata", file('{"__metadata__":{"n":{}}}'), '__metadata__ to hold strings, got object for "n"'],
    [
      "with metadata that is no object",
      file('{"__metadata__":"n"}'),
      "expected __metadata__ to be an object of strings",
    ],
    [
      "with a name twice",
      file(
        '{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"\\u0061":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
        4,
      ),
      'expected each name once in the header, got "a" twice',
    ],
    [
      "with a field twice",
      file('{"a":{"dtype":"F32","dtype":"I32","shape":[1],"data_offsets":[0,4]}}', 4),
      'got "dtype" twice',
    ],
  ])("%s is refused, and nothing is made", (_, bytes, message) => {
    const before = memory().bytes;
    const decode = () => decodeSafetensors(bytes, { file: "w.safetensors" });
    expect(decode).toThrow(RangeError);
    expect(decode).toThrow(`decodeSafetensors: w.safetensors: `);
    expect(decode).toThrow(message);
    expect(memory().bytes).toBe(before);
  });

  it("of 20,000 tensors over one range is refused in no time", () => {
    const entry = '{"dtype":"F32","shape":[4],"data_offsets":[0,16]}';
    const names = Array.from({ length: 20_000 }, (_, i) => `"w${i}":${entry}`);
    const start = performance.now();
    expect(() => decodeSafetensors(file(`{${names.join(",")}}`, 16))).toThrow(/overlaps/);
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it("no bytes at all is a TypeError", () => {
    // @ts-expect-error no bytes
    expect(() => decodeSafetensors("w")).toThrow(
      new TypeError('decodeSafetensors: expected bytes to be a Uint8Array, got "w"'),
    );
  });
});

const shared = join(process.env.SEDGE_DATA ?? "../shared", "models/safetensors-conformance");

describe.skipIf(!existsSync(shared))("the conformance files", () => {
  interface Case {
    file: string;
    valid: boolean;
    tensors?: Record<string, (number | string)[]>;
  }
  const { cases }: { cases: Case[] } = existsSync(shared)
    ? JSON.parse(readFileSync(join(shared, "expected.json"), "utf8"))
    : { cases: [] };
  /** Larger than int32 on purpose: valid, but not for us. */
  const tooLarge = ["i64", "u64", "u32"];

  it.each(cases)("$file is read or refused as expected", ({ file: name, valid, tensors = {} }) => {
    const decode = () => decodeSafetensors(readFileSync(join(shared, name)));
    if (!valid) expect(decode).toThrow(RangeError);
    else if (Object.keys(tensors).some((key) => tooLarge.includes(key))) expect(decode).toThrow(/fit int32/);
    else {
      const found = decode();
      for (const [key, expected] of Object.entries(tensors)) {
        const numbers = expected.map((v) => (v === "inf" ? Infinity : v === "-inf" ? -Infinity : Number(v)));
        expect([...found[key]!.data]).toEqual(numbers);
      }
    }
  });
});
