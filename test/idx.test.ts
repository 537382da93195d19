// IDX: every type of element, every kind of corruption, gzip, folders under their usual names.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import "../src/boot.ts";
import { gunzip, idxDataset, parseIdx } from "../src/data/idx.ts";
import { loadIdxFolder, readIdx } from "../src/data/idx-files.ts";
import { memory } from "../src/memory.ts";

/** The bytes of an IDX file. */
function idx(code: number, shape: readonly number[], data: readonly number[]): Uint8Array {
  const sizes = shape.flatMap((n) => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255]);
  return new Uint8Array([0, 0, code, shape.length, ...sizes, ...data]);
}
const UBYTE = 0x08;
const parse = (bytes: Uint8Array) => () => parseIdx(bytes, { file: "t10k" });

describe("parseIdx", () => {
  it.each([
    [0x08, Uint8Array, [0, 255], [0, 255]],
    [0x09, Int8Array, [255, 127], [-1, 127]],
    [0x0b, Int16Array, [1, 2, 255, 254], [258, -2]],
    [0x0c, Int32Array, [0, 0, 1, 0, 255, 255, 255, 255], [256, -1]],
    [0x0d, Float32Array, [63, 192, 0, 0, 192, 0, 0, 0], [1.5, -2]],
    [0x0e, Float64Array, [63, 248, 0, 0, 0, 0, 0, 0, 192, 0, 0, 0, 0, 0, 0, 0], [1.5, -2]],
  ])("reads type 0x%s, big-endian", (code, kind, bytes, expected) => {
    const { shape, data } = parseIdx(idx(code, [1, 2], bytes));
    expect(shape).toEqual([1, 2]);
    expect(data).toBeInstanceOf(kind);
    expect([...data]).toEqual(expected);
  });

  it("reads a part of a larger buffer", () => {
    const bytes = idx(0x0b, [1], [1, 0]);
    const larger = new Uint8Array(bytes.length + 3);
    larger.set(bytes, 3);
    expect([...parseIdx(larger.subarray(3)).data]).toEqual([256]);
  });

  it("reads an array without elements, and one without axes", () => {
    expect(parseIdx(idx(UBYTE, [0, 5], []))).toEqual({ shape: [0, 5], data: new Uint8Array(0) });
    expect(parseIdx(idx(UBYTE, [], [9]))).toEqual({ shape: [], data: Uint8Array.of(9) });
  });

  it.each<[string, Uint8Array, string]>([
    ["empty", new Uint8Array(0), "expected at least 4 bytes of magic number, got 0"],
    ["shorter than its magic number", Uint8Array.of(0, 0, 8), "expected at least 4 bytes of magic number, got 3"],
    [
      "of another magic number",
      Uint8Array.of(1, 0, 8, 1),
      "expected a magic number that begins 0x00 0x00, got 0x01 0x00",
    ],
    ["gzipped", gzipSync(idx(UBYTE, [1], [1])), "got 0x1f 0x8b; the bytes are gzipped"],
    ["of an unknown type", idx(0x0a, [1], [1]), "expected a type code of 0x08, 0x09, 0x0b, 0x0c, 0x0d, 0x0e, got 0x0a"],
    [
      "cut within its sizes",
      idx(UBYTE, [1, 2], []).subarray(0, 9),
      "expected 12 bytes of header for 2 axes, got 9; the file is truncated",
    ],
    [
      "cut within its values",
      idx(UBYTE, [2, 2], [1, 2, 3]),
      "expected 16 bytes for shape [2, 2], got 15; the file is truncated",
    ],
    ["too long", idx(UBYTE, [2], [1, 2, 3]), "expected 10 bytes for shape [2], got 11; bytes follow the last value"],
    [
      "of a size that is not whole elements",
      idx(0x0b, [2], [1, 2, 3]),
      "expected 12 bytes for shape [2], got 11; the file is truncated",
    ],
    ["of absurd sizes", idx(UBYTE, [2 ** 31, 2 ** 31, 2 ** 31], []), "expected 9.903520314283042e+27 bytes"],
    ["of sizes whose product wraps around to its own", idx(UBYTE, [65536, 65536], []), "expected 4294967308 bytes"],
    [
      "of 255 axes of absurd sizes",
      idx(UBYTE, new Array<number>(255).fill(2 ** 32 - 1), []),
      "expected Infinity bytes",
    ],
  ])("refuses a file that is %s", (_, bytes, message) => {
    expect(parse(bytes)).toThrow(RangeError);
    expect(parse(bytes)).toThrow("parseIdx: t10k: expected ");
    expect(parse(bytes)).toThrow(message);
  });

  it("refuses what are no bytes, and unknown options", () => {
    // @ts-expect-error no bytes
    expect(() => parseIdx([0, 0, 8, 1])).toThrow(
      new TypeError("parseIdx: expected bytes to be a Uint8Array, got [0, 0, 8, 1]"),
    );
    // @ts-expect-error unknown
    expect(() => parseIdx(idx(UBYTE, [0], []), { name: "x" })).toThrow(/unknown option "name"/);
  });
});

describe("gunzip", () => {
  const zipped = gzipSync(Uint8Array.of(1, 2, 3));

  it("unpacks by the platform's decoder", async () => {
    expect(await gunzip(zipped)).toEqual(Uint8Array.of(1, 2, 3));
  });

  it.each<[string, Uint8Array]>([
    ["cut", zipped.subarray(0, zipped.length - 3)],
    ["changed", zipped.map((byte, i) => (i === zipped.length - 8 ? byte ^ 1 : byte))],
    ["no gzip", Uint8Array.of(1, 2, 3)],
  ])("refuses bytes that are %s", async (_, bytes) => {
    await expect(gunzip(bytes)).rejects.toThrow(/^gunzip: expected a sound gzip file, got /);
  });
});

const images = { shape: [2, 2, 1], data: Uint8Array.of(0, 255, 51, 1) };
const labels = { shape: [2], data: Uint8Array.of(9, 0) };

describe("idxDataset", () => {
  it("scales bytes to [0, 1] and adds the channel's axis", () => {
    const data = idxDataset(images, labels);
    expect([data.x.shape, data.x.dtype]).toEqual([[2, 1, 2, 1], "float32"]);
    expect([...data.x.data]).toEqual([0, 1, Math.fround(51 / 255), Math.fround(1 / 255)]);
    expect([data.y.dtype, data.y.toArray()]).toEqual(["int32", [9, 0]]);
  });

  it("holds one copy, until it is disposed of", () => {
    const before = memory().bytes;
    const data = idxDataset(images, labels);
    expect(memory().bytes - before).toBe(4 * 4 + 2 * 4);
    data.dispose();
    expect(memory().bytes).toBe(before);
  });

  it.each([
    [
      "different lengths",
      images,
      { shape: [3], data: new Uint8Array(3) },
      "expected as many labels as images, got 2 images and 3 labels",
    ],
    ["images of another rank", labels, labels, "expected images of 3 axes, got shape [2]"],
    ["labels of another rank", images, images, "expected labels of 1 axis, got shape [2, 2, 1]"],
    [
      "images of floats",
      { shape: [1, 1, 1], data: new Float32Array(1) },
      labels,
      "expected images of unsigned bytes, got a Float32Array",
    ],
    [
      "labels of integers",
      images,
      { shape: [2], data: new Int32Array(2) },
      "expected labels of unsigned bytes, got an Int32Array",
    ],
  ])("refuses %s", (_, x, y, message) => {
    const before = memory().bytes;
    expect(() => idxDataset(x, y, { file: "here" })).toThrow(new RangeError(`idxDataset: here: ${message}`));
    expect(memory().bytes).toBe(before);
  });

  it("refuses to be empty", () => {
    const none = { shape: [0, 2, 2], data: new Uint8Array(0) };
    expect(() => idxDataset(none, { shape: [0], data: new Uint8Array(0) })).toThrow(
      "expected at least one example, got none",
    );
  });
});

describe("a folder", () => {
  const root = mkdtempSync(join(tmpdir(), "sedge-idx-"));
  afterAll(() => rmSync(root, { recursive: true }));
  let count = 0;
  let folder = "";
  beforeEach(() => {
    folder = join(root, String(count++));
    mkdirSync(folder);
  });
  const put = (name: string, bytes: Uint8Array) => writeFileSync(join(folder, name), bytes);
  const pictures = idx(UBYTE, [2, 1, 2], [0, 255, 255, 0]);
  const classes = idx(UBYTE, [2], [3, 1]);
  const zip = (bytes: Uint8Array): Uint8Array => gzipSync(bytes);

  it.each<[string, string, (bytes: Uint8Array) => Uint8Array]>([
    ["-", "", (bytes) => bytes],
    [".", "", (bytes) => bytes],
    ["-", ".gz", zip],
    [".", ".gz", zip],
  ])("is found under the names train-images%sidx3-ubyte%s", (joint, ending, pack) => {
    put(`train-images${joint}idx3-ubyte${ending}`, pack(pictures));
    put(`train-labels${joint}idx1-ubyte${ending}`, pack(classes));
    put(`t10k-images${joint}idx3-ubyte${ending}`, pack(pictures));
    put(`t10k-labels${joint}idx1-ubyte${ending}`, pack(idx(UBYTE, [2], [0, 6])));
    const found = loadIdxFolder(folder);
    expect(found.train.x.toArray()).toEqual([[[[0, 1]]], [[[1, 0]]]]);
    expect(found.test.y.toArray()).toEqual([0, 6]);
    expect(found.classes).toBe(7);
  });

  it("is unpacked by what the files are, not by their names", () => {
    put("labels", zip(classes));
    put("labels.gz", classes);
    expect([...readIdx(join(folder, "labels")).data]).toEqual([3, 1]);
    expect([...readIdx(join(folder, "labels.gz")).data]).toEqual([3, 1]);
  });

  const fill = (replaced: Record<string, Uint8Array> = {}) => {
    put("train-images-idx3-ubyte", replaced.trainImages ?? pictures);
    put("train-labels-idx1-ubyte", replaced.trainLabels ?? classes);
    put("t10k-images-idx3-ubyte", replaced.testImages ?? pictures);
    put("t10k-labels-idx1-ubyte", replaced.testLabels ?? classes);
  };

  it("that does not exist is named", () => {
    expect(() => loadIdxFolder(join(folder, "no"))).toThrow(
      /^loadIdxFolder: expected a folder, got .*no, which does not exist$/,
    );
  });

  it("that lacks a file says which names were looked for", () => {
    fill();
    rmSync(join(folder, "t10k-labels-idx1-ubyte"));
    expect(() => loadIdxFolder(folder)).toThrow(
      "loadIdxFolder: expected one of t10k-labels-idx1-ubyte, t10k-labels-idx1-ubyte.gz, " +
        `t10k-labels.idx1-ubyte, t10k-labels.idx1-ubyte.gz in ${folder}, got none`,
    );
  });

  const zipped = zip(pictures);
  it.each<[string, Record<string, Uint8Array>, RegExp]>([
    [
      "truncated images",
      { trainImages: pictures.subarray(0, 19) },
      /train-images-idx3-ubyte: expected 20 bytes for shape \[2, 1, 2\], got 19/,
    ],
    [
      "truncated gzip",
      { trainImages: zipped.subarray(0, 20) },
      /readIdx: .*train-images-idx3-ubyte: expected a sound gzip file, got /,
    ],
    [
      "corrupt gzip",
      { trainImages: zipped.map((b, i) => (i === zipped.length - 8 ? b ^ 1 : b)) },
      /expected a sound gzip file, got /,
    ],
    [
      "labels for images",
      { testImages: classes },
      /t10k-images-idx3-ubyte: expected images of 3 axes, got shape \[2\]/,
    ],
    [
      "too few labels",
      { testLabels: idx(UBYTE, [1], [3]) },
      /t10k-images-idx3-ubyte: expected as many labels as images, got 2 images and 1 labels/,
    ],
    [
      "test images of another size",
      { testImages: idx(UBYTE, [2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]) },
      /expected test images of the training ones' size \[1, 2\], got \[2, 2\]/,
    ],
  ])("with %s is refused, by file", (_, replaced, message) => {
    fill(replaced);
    const before = memory().bytes;
    expect(() => loadIdxFolder(folder)).toThrow(message);
    expect(memory().bytes).toBe(before);
  });

  it("a file that cannot be read keeps the system's error as its cause", () => {
    const read = () => readIdx(join(folder, "none"));
    expect(read).toThrow(/^readIdx: cannot read .*none: ENOENT/);
    expect(read).toThrow(expect.objectContaining({ cause: expect.objectContaining({ code: "ENOENT" }) }));
  });
});
