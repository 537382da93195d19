// Text by characters: vocabularies, and windows of text.
import { describe, expect, it } from "vitest";
import "../src/entry.ts";
import { CharTokenizer, randomWindows, textWindows } from "../src/data.ts";
import { arange, memory, seed, tensor } from "../src/index.ts";

describe("CharTokenizer", () => {
  it("sorts the characters by code point, one beyond 16 bits as one, and gives any text back", () => {
    const text = "zé😀\uFF01 aé\n";
    const tokenizer = new CharTokenizer(text);
    expect(tokenizer.vocabulary).toEqual(["\n", " ", "a", "z", "é", "\uFF01", "😀"]);
    expect([tokenizer.size, tokenizer.unknown]).toEqual([7, null]);
    const ids = tokenizer.encode(text);
    expect(ids).toEqual(Int32Array.of(3, 4, 6, 5, 1, 2, 4, 0));
    expect(tokenizer.decode(ids)).toBe(text);
    expect(tokenizer.decode(tensor(ids))).toBe(text);
    expect(tokenizer.encode("")).toEqual(new Int32Array(0));
  });

  it("puts the unknown character in the place of others, and is the same after JSON", () => {
    const tokenizer = CharTokenizer.fromJSON(JSON.stringify(new CharTokenizer("ab", { unknown: "?" })));
    expect([tokenizer.vocabulary, tokenizer.unknown]).toEqual([["?", "a", "b"], "?"]);
    expect(tokenizer.decode(tokenizer.encode("cab"))).toBe("?ab");
    expect(CharTokenizer.fromJSON(new CharTokenizer("b").toJSON()).vocabulary).toEqual(["b"]);
  });

  it("keeps the order of a vocabulary that it reads, and characters that only a broken text has", () => {
    const { vocabulary, unknown } = CharTokenizer.fromJSON({ vocabulary: ["b", "a"], unknown: "a" });
    expect([vocabulary, unknown]).toEqual([["b", "a"], "a"]);
    const broken = new CharTokenizer("\uDC00b\uD800"); // halves of a pair, which are one character side by side
    expect(CharTokenizer.fromJSON(JSON.stringify(broken)).vocabulary).toEqual(["b", "\uD800", "\uDC00"]);
  });

  const tokenizer = new CharTokenizer("abc😀");
  it.each<[string, () => unknown, string]>([
    [
      "an unknown character, with its position",
      () => tokenizer.encode("a😀bd"),
      'encode: expected characters of the vocabulary, got "d" at position 4',
    ],
    ["a number beyond the vocabulary", () => tokenizer.decode([0, 4]), "decode: expected numbers from 0 to 3, got 4"],
    ["a fraction", () => tokenizer.decode([0.5]), "decode: expected numbers from 0 to 3, got 0.5"],
    ["a float tensor", () => tokenizer.decode(tensor([0])), "decode: expected ids int32 [N], got float32 [1]"],
    ["no text", () => tokenizer.encode(3 as never), "encode: expected text, got 3"],
    ["an empty text", () => new CharTokenizer(""), "CharTokenizer: expected text to be text"],
    [
      "two characters as the unknown one",
      () => new CharTokenizer("a", { unknown: "??" }),
      "unknown to be one character",
    ],
    ["text that is no JSON", () => CharTokenizer.fromJSON("a"), "fromJSON: expected the JSON of a CharTokenizer, got"],
    ["a character twice", () => CharTokenizer.fromJSON('{"vocabulary":["a","a"]}'), "of each character once"],
    ["an unknown outside", () => CharTokenizer.fromJSON({ vocabulary: ["a"], unknown: "?" }), "unknown among them"],
    ["JSON of something else", () => CharTokenizer.fromJSON('{"vocabulary":["ab"]}'), "the state of a CharTokenizer"],
  ])("refuses %s", (_, misuse, message) => {
    expect(misuse).toThrow(message);
  });
});

describe("windows of text", () => {
  const ids = Int32Array.of(0, 1, 2, 3, 4, 5, 6);

  it("follow one another, the target one character on, over one copy of the text", () => {
    const before = memory().bytes;
    const all = tensor(ids);
    const own = memory().bytes;
    const data = textWindows(all, 3);
    expect(memory().bytes).toBe(own);
    expect(data.x.toArray()).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    expect(data.y.toArray()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(data.x.dtype).toBe("int32");
    data.dispose();
    all.dispose();
    expect(memory().bytes).toBe(before);
  });

  it("may overlap", () => {
    const { x, y } = textWindows(ids, 4, { stride: 1 });
    expect([x.shape, (y.toArray() as number[][])[2]]).toEqual([
      [3, 4],
      [3, 4, 5, 6],
    ]);
    expect(textWindows(ids, 2, { stride: 3 }).x.toArray()).toEqual([
      [0, 1],
      [3, 4],
    ]);
  });

  it("begin at random places that the seed fixes, the first and the last among them", () => {
    seed(3);
    const draw = (from: Parameters<typeof randomWindows>[0]) => randomWindows(from, { length: 4, batchSize: 64 });
    const [x, y] = draw(ids);
    const starts = (x.toArray() as number[][]).map(([first]) => first);
    expect(new Set(starts)).toEqual(new Set([0, 1, 2]));
    expect(new Set(y.sub(x).data)).toEqual(new Set([1]));
    seed(3);
    expect(draw(tensor(ids))[0].toArray()).toEqual(x.toArray());
    seed(3);
    expect(draw([...ids])[1].toArray()).toEqual(y.toArray());
  });

  it("are right where the batch makes the memory grow, which ends views of it", () => {
    const n = 2 ** 19;
    const all = arange(n);
    for (const length of [2, 5, 14]) {
      for (const { x, y } of [textWindows(all, length, { stride: 1 }), textWindows(all.data, length, { stride: 1 })]) {
        expect([x, y].map((t) => [t.data[length], t.data.at(-1)])).toEqual([
          [1, n - 2],
          [2, n - 1],
        ]);
        for (const t of [x, y]) t.dispose();
      }
      const [x, y] = randomWindows(all, { length: 1000, batchSize: 3000 * length });
      expect(Array.from(y.data.subarray(0, 1000), (id, i) => id - x.data[i]!)).toEqual(new Array(1000).fill(1));
      for (const t of [x, y]) t.dispose();
    }
    all.dispose();
  });

  it("leave nothing behind but the batch", () => {
    const before = memory().tensors;
    for (const t of randomWindows(ids, { length: 2, batchSize: 2 })) t.dispose();
    expect(memory().tensors).toBe(before);
  });

  it.each<[string, () => unknown, string]>([
    ["too short a text", () => textWindows(ids, 7), "textWindows: expected at least 8 ids, got 7"],
    ["too short a text to draw from", () => randomWindows(ids, { length: 7, batchSize: 1 }), "at least 8 ids, got 7"],
    [
      "no length",
      () => randomWindows(ids, {} as never),
      "randomWindows: expected length to be an integer, got undefined",
    ],
    ["fractions", () => textWindows([0.5, 1, 2], 1), "textWindows: expected ids to be integers, got 0.5"],
    [
      "fractions to draw from",
      () => randomWindows([0.5, 1], { length: 1, batchSize: 1 }),
      "ids to be integers, got 0.5",
    ],
    ["text itself", () => textWindows("abc" as never, 1), 'expected ids to be a list or an int32 tensor, got "abc"'],
  ])("refuse %s", (_, misuse, message) => {
    expect(misuse).toThrow(message);
  });
});
