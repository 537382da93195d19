// Splits: sizes, order, shares of classes, and what cannot be split.
import { describe, expect, it } from "vitest";
import "../src/boot.ts";
import { Table, trainTestSplit } from "../src/data.ts";
import { arange, Dataset, memory, seed, tensor } from "../src/index.ts";

/** A hundred examples: 60 of class 0, 30 of class 1, 10 of class 2. */
const classes = Int32Array.from({ length: 100 }, (_, i) => (i % 10 < 6 ? 0 : i % 10 < 9 ? 1 : 2));
const data = new Dataset(arange(100, { dtype: "float32" }), classes);
const counts = (part: Dataset): number[] => [0, 1, 2].map((c) => part.y.data.filter((v) => v === c).length);
const numbers = (part: Dataset): number[] => part.x.toArray() as number[];

describe("trainTestSplit", () => {
  it("gives every example to one part, in an order that the seed fixes, with its own target", () => {
    seed(1);
    const parts = trainTestSplit(data, { test: 0.2, validation: 0.1 });
    expect([parts.train, parts.validation, parts.test].map((part) => part.length)).toEqual([70, 10, 20]);
    const all = [parts.train, parts.validation, parts.test].flatMap(numbers);
    expect([...all].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(all).not.toEqual([...all].sort((a, b) => a - b));
    for (const part of [parts.train, parts.test]) {
      expect([...part.y.data]).toEqual(numbers(part).map((i) => classes[i]));
    }
    seed(1);
    expect(numbers(trainTestSplit(data, { test: 0.2, validation: 0.1 }).test)).toEqual(numbers(parts.test));
    expect(numbers(trainTestSplit(data, { test: 0.2, validation: 0.1 }).test)).not.toEqual(numbers(parts.test));
  });

  it("keeps the order without shuffling, the test part last", () => {
    const { train, validation, test } = trainTestSplit(data, { test: 2, validation: 0.03, shuffle: false });
    expect([train.length, numbers(validation), numbers(test)]).toEqual([95, [95, 96, 97], [98, 99]]);
  });

  it("gives each part its share of every class", () => {
    const parts = trainTestSplit(data, { test: 0.2, validation: 0.1, stratify: true });
    expect(counts(parts.test)).toEqual([12, 6, 2]);
    expect(counts(parts.validation)).toEqual([6, 3, 1]);
    expect(counts(parts.train)).toEqual([42, 21, 7]);
  });

  it("rounds shares so that sizes come out, and leaves no class out", () => {
    const sizes = [3, 7, 11, 34, 97].map((test) => counts(trainTestSplit(data, { test, stratify: true }).test));
    expect(sizes[0]).toEqual([1, 1, 1]);
    expect(sizes[1]).toEqual([4, 2, 1]);
    expect(sizes.map((c) => c.reduce((a, b) => a + b))).toEqual([3, 7, 11, 34, 97]);
    expect(sizes[4]).toEqual([59, 29, 9]);
  });

  it("leaves a class of three an example for each of three parts, though its share of one is more", () => {
    const rare = new Table({ kind: Array.from({ length: 100 }, (_, i) => (i < 3 ? "rare" : "common")) });
    const { train, validation, test } = trainTestSplit(rare, { test: 0.6, validation: 0.1, stratify: "kind" });
    expect([train, validation, test].map((part) => part.length)).toEqual([30, 10, 60]);
    for (const part of [train, validation, test]) expect(part.column("kind")).toContain("rare");
  });

  it("splits tables, by a column's classes or a list of them, lines and all", () => {
    const table = new Table({ n: [0, 1, 2, 3, 4, 5], kind: ["a", "b", "a", "b", "b", "b"] });
    const { train, test } = trainTestSplit(table, { test: 3, stratify: "kind", shuffle: false });
    expect([train.column("n"), test.column("n")]).toEqual([
      [0, 1, 3],
      [2, 4, 5],
    ]);
    const other = trainTestSplit(table, { test: 2, stratify: [1, 1, 1, 2, 2, 2], shuffle: false });
    expect(other.test.column("n")).toEqual([2, 5]);
  });

  it("leaves no tensors behind but the parts'", () => {
    const before = memory().tensors;
    const parts = trainTestSplit(data, { test: 0.2, validation: 0.1, stratify: true });
    for (const part of Object.values(parts)) part.dispose();
    expect(memory().tensors).toBe(before);
  });

  const three = new Dataset(arange(3), Int32Array.of(0, 0, 1));
  const five = new Dataset(arange(5), Int32Array.of(0, 0, 0, 1, 1));
  it.each<[string, () => unknown, string]>([
    [
      "an empty test part",
      () => trainTestSplit(three, { test: 0.1 }),
      "expected test to leave the part an example, got 0.1 of 3",
    ],
    [
      "an empty validation part",
      () => trainTestSplit(three, { test: 1, validation: 0 }),
      "validation to leave the part an",
    ],
    [
      "nothing to train on",
      () => trainTestSplit(three, { test: 2, validation: 1 }),
      "parts that leave examples to train on, got 3 of 3",
    ],
    ["more than there is", () => trainTestSplit(three, { test: 4 }), "expected test from 0 to 3, got 4"],
    [
      "part of an example",
      () => trainTestSplit(three, { test: 1.5 }),
      "test to be a share below 1 or a number of examples",
    ],
    [
      "no size",
      () => trainTestSplit(three, {} as never),
      "trainTestSplit: expected test to be a number, got undefined",
    ],
    [
      "a class of one example",
      () => trainTestSplit(three, { test: 2, stratify: true }),
      "expected class 1 to have an example for each part, got 1",
    ],
    [
      "a class of two for three parts",
      () => trainTestSplit(five, { test: 2, validation: 2, stratify: true }),
      "expected class 1 to have an example for each part, got 2",
    ],
    [
      "a part with less than an example of each class",
      () => trainTestSplit(five, { test: 1, stratify: true }),
      "expected test of an example for each of 2 classes, got 1",
    ],
    [
      "a part that leaves a class nothing",
      () => trainTestSplit(five, { test: 4, stratify: true }),
      "expected test to leave every class an example to train on, got 4",
    ],
    [
      "one class",
      () => trainTestSplit(three, { test: 1, stratify: [0, 0, 0] }),
      "at least two classes to stratify by, got 1",
    ],
    [
      "classes of floats",
      () => trainTestSplit(new Dataset([1, 2], [1, 2]), { test: 1, stratify: true }),
      "y int32 [N]",
    ],
    [
      "too short a list",
      () => trainTestSplit(three, { test: 1, stratify: [0, 1] }),
      "expected stratify of 3 classes, got 2",
    ],
    [
      "a table by true",
      () => trainTestSplit(new Table({ a: [1, 2] }), { test: 1, stratify: true }),
      "a column's name or a list",
    ],
    [
      "a column that is not there",
      () => trainTestSplit(new Table({ a: [1, 2] }), { test: 1, stratify: "b" }),
      'trainTestSplit: expected one of the columns a, got "b"',
    ],
    [
      "a lonely gap",
      () => trainTestSplit(new Table({ a: ["x", null, "x"] }), { test: 2, stratify: "a" }),
      "expected class of gaps to have an example for each part, got 1",
    ],
    [
      "a tensor",
      () => trainTestSplit(tensor([1, 2]) as never, { test: 1 }),
      "expected data to be a Dataset or a Table",
    ],
  ])("refuses %s", (_, misuse, message) => {
    expect(misuse).toThrow(message);
  });
});
