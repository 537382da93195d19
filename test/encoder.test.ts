// Encoders of tables: what they learn from the training split, what they write, what they keep, and what they refuse.
// Figures are worked out by hand from scikit-learn's definitions.
import { describe, expect, it } from "vitest";
import "../src/boot.ts";
import {
  type Encoding,
  label,
  minMax,
  numeric,
  oneHot,
  parseCsv,
  standardize,
  Table,
  TableEncoder,
} from "../src/data.ts";
import { memory, tensor } from "../src/index.ts";

/** A column that an encoding learnt from values makes of others. */
const columnOf = (values: (number | null)[], encoding: Encoding, other = values): number[] => [
  ...new TableEncoder({ features: { v: encoding } }).fit(new Table({ v: values })).features(new Table({ v: other }))
    .data,
];

describe("encodings of numbers", () => {
  it("standardize by the training split's mean and population deviation", () => {
    // mean 3, deviations -2 -1 0 3, variance 14 / 4
    const scale = Math.sqrt(3.5);
    expect(columnOf([1, 2, 3, 6], standardize(), [3, 6])).toEqual([0, Math.fround(3 / scale)]);
  });

  it("scale to 0 and 1 by the training split's least and most", () => {
    expect(columnOf([2, 4, 10], minMax(), [2, 10, 18])).toEqual([0, 1, 2]);
  });

  it("make 0 of a column of one value, whatever rounding its mean has", () => {
    expect(columnOf([0.1, 0.1, 0.1], standardize())).toEqual([0, 0, 0]);
    expect(columnOf([0.1, 0.1, 0.1], minMax())).toEqual([0, 0, 0]);
  });

  it.each([
    ["mean", 4.25],
    ["median", 3.5],
    ["mostFrequent", 1],
    [-1, -1],
  ] as const)("fill gaps by %s of the training split", (missing, value) => {
    expect(columnOf([9, null, 1, 6, 1], numeric({ missing }), [null, 2])).toEqual([value, 2]);
  });

  it("take the statistics of the filled column, as an imputer before a scaler does", () => {
    // 0 0 3 filled with 1: mean 1, variance 6 / 4
    expect(columnOf([0, 0, 3, null], standardize({ missing: 1 }), [1, null])).toEqual([0, 0]);
    expect(columnOf([0, 0, 3, null], standardize({ missing: 1 }), [3])).toEqual([Math.fround(2 / Math.sqrt(1.5))]);
  });
});

describe("encodings of categories", () => {
  const table = new Table({ port: ["S", "C", null, "S"], cabin: [3, 1, 10, 1] });

  it("give each category of the training split a place, sorted, numbers by size", () => {
    const encoder = new TableEncoder({ features: { port: oneHot({ missing: "mostFrequent" }), cabin: oneHot() } });
    expect(encoder.fit(table).featureNames).toEqual(["port_C", "port_S", "cabin_1", "cabin_3", "cabin_10"]);
    expect(encoder.features(table).toArray()).toEqual([
      [0, 1, 0, 1, 0],
      [1, 0, 1, 0, 0],
      [0, 1, 0, 0, 1],
      [0, 1, 1, 0, 0],
    ]);
  });

  it("may give gaps a category of their own", () => {
    const encoder = new TableEncoder({ features: { port: oneHot({ missing: "none" }) } }).fit(table);
    expect(encoder.featureNames).toEqual(["port_C", "port_S", "port_none"]);
  });

  it("compare cells by their text: a few rows of another file may look like numbers", () => {
    const encoder = new TableEncoder({ features: { v: oneHot() } }).fit(new Table({ v: ["1", "x"] }));
    expect(encoder.features(new Table({ v: [1] })).toArray()).toEqual([[1, 0]]);
  });

  it("know values in a column that one odd cell made text of, or a few rows made numbers of", () => {
    const features = { n: oneHot({ unknown: "ignore" }), b: oneHot({ unknown: "ignore" }) };
    const encoder = new TableEncoder({ features }).fit(parseCsv("n,b\n1.0,True\n2.0,False\n"));
    expect(encoder.features(parseCsv("n,b\n1.0,True\nx,maybe\n2.0,FALSE\n")).toArray()).toEqual([
      [1, 0, 0, 1],
      [0, 0, 0, 0],
      [0, 1, 1, 0],
    ]);
    const codes = new TableEncoder({ features: { v: oneHot() } }).fit(parseCsv("v\n007\nA1\n"));
    expect(codes.features(parseCsv("v\n007\n")).toArray()).toEqual([[1, 0]]);
    const both = new TableEncoder({ features: { v: oneHot() } }).fit(new Table({ v: ["07", "007", "x"] }));
    expect(() => both.features(new Table({ v: [7] }))).toThrow('to hold "007", "07", "x" as in training, got 7');
  });

  it("have one place for what fills gaps and a category of its text, and an order for one of another kind", () => {
    const namesOf = (v: (number | null)[], missing: string) =>
      new TableEncoder({ features: { v: oneHot({ missing }) } }).fit(new Table({ v })).featureNames;
    expect(namesOf([1, 2, null], "1")).toEqual(["v_1", "v_2"]);
    expect(namesOf([10, 9, 1, null], "5")).toEqual(["v_1", "v_9", "v_10", "v_5"]);
  });

  it("may leave a category that training has not seen without a place", () => {
    const encoder = new TableEncoder({ features: { v: oneHot({ unknown: "ignore" }) } }).fit(
      new Table({ v: ["a", "b"] }),
    );
    expect(encoder.features(new Table({ v: ["c", "b"] })).toArray()).toEqual([
      [0, 0],
      [0, 1],
    ]);
  });
});

describe("an encoder", () => {
  const flowers = parseCsv("size,kind,price\n1,pine,10\n3,fir,30\n5,pine,20\n");

  it("makes a dataset of features and classes, and gives classes back", () => {
    const encoder = new TableEncoder({ features: { size: minMax() }, target: { kind: label() } }).fit(flowers);
    const { x, y } = encoder.transform(flowers);
    expect([x.toArray(), x.dtype, y.toArray(), y.dtype]).toEqual([[[0], [0.5], [1]], "float32", [1, 0, 1], "int32"]);
    expect(encoder.classes).toEqual(["fir", "pine"]);
    expect(encoder.labels(y)).toEqual(["pine", "fir", "pine"]);
  });

  it("makes targets of numbers, and gives them back in the table's units", () => {
    const target = { price: standardize(), size: numeric() };
    const encoder = new TableEncoder({ features: { kind: oneHot() }, target }).fit(flowers);
    const { y } = encoder.transform(flowers);
    expect([y.dtype, y.shape]).toEqual(["float32", [3, 2]]);
    const back = encoder.inverse(y).data;
    for (const [i, value] of [10, 1, 30, 3, 20, 5].entries()) expect(back[i]).toBeCloseTo(value, 4);
  });

  it("takes one encoding for every column that is no target", () => {
    const encoder = new TableEncoder({ features: numeric(), target: { kind: label() } }).fit(flowers);
    expect(encoder.featureNames).toEqual(["size", "price"]);
  });

  it("encodes a table without the target, to predict from", () => {
    const encoder = new TableEncoder({ features: { size: numeric() }, target: { kind: label() } }).fit(flowers);
    expect(encoder.features(new Table({ size: [7] })).toArray()).toEqual([[7]]);
  });

  it("survives JSON to the bit, and leaves no tensors behind", () => {
    const features = { size: standardize({ missing: "mean" }), kind: oneHot({ unknown: "ignore" }) };
    const encoder = new TableEncoder({ features, target: { price: standardize() } }).fit(flowers);
    const text = JSON.stringify(encoder);
    const again = TableEncoder.fromJSON(text);
    expect(JSON.stringify(again)).toBe(text);
    expect(JSON.stringify(TableEncoder.fromJSON(JSON.parse(text)))).toBe(text);
    const before = memory().tensors;
    const [a, b] = [encoder.transform(flowers), again.transform(flowers)];
    expect(b.x.toArray()).toEqual(a.x.toArray());
    for (const data of [a, b]) data.dispose();
    expect(memory().tensors).toBe(before);
  });

  const fitted = new TableEncoder({ features: { size: standardize() }, target: { kind: label() } }).fit(flowers);
  const bare = new TableEncoder({ features: { size: numeric() } });
  it.each<[string, () => unknown, string]>([
    [
      "a class that training has not seen",
      () => fitted.transform(parseCsv("kind,size\npine,1\n\nelm,2\n")),
      'transform: expected column "kind" to hold "fir", "pine" as in training, got "elm" in line 4',
    ],
    [
      "a gap to learn from",
      () => new TableEncoder({ features: { a: numeric() } }).fit(parseCsv("a,b\n1,1\n,1\n")),
      'fit: expected column "a" without gaps; missing says what to put there, got a gap in line 3',
    ],
    [
      "a gap to encode",
      () => fitted.features(new Table({ size: [1, null] })),
      'features: expected column "size" without gaps; missing says what to put there, got a gap in row 1',
    ],
    ["a missing class", () => fitted.transform(new Table({ size: [1], kind: [null] })), 'column "kind" without gaps'],
    [
      "a cell that is no number",
      () => fitted.features(parseCsv("size\n1\n2cm\n")),
      'features: expected column "size" to hold numbers, got "2cm" in line 3',
    ],
    [
      "a column that is not there",
      () => fitted.features(new Table({ length: [1] })),
      'features: expected one of the columns length, got "size"',
    ],
    [
      "a column to learn from that is not there",
      () => new TableEncoder({ features: { size: numeric(), sise: numeric() } }).fit(flowers),
      'fit: expected one of the columns size, kind, price, got "sise"',
    ],
    [
      "text to standardize",
      () => new TableEncoder({ features: { kind: standardize() } }).fit(flowers),
      'fit: expected column "kind" to hold numbers, got "pine" in line 2',
    ],
    [
      "a number beyond float32",
      () => columnOf([1, 1e39], numeric()),
      'features: expected column "v" to fit into float32, got 1e+39 in row 1',
    ],
    [
      "numbers without a finite deviation",
      () => columnOf([0, 1e200], standardize()),
      'fit: expected column "v" of numbers whose squares are finite, got 0 to 1e+200',
    ],
    [
      "a column of gaps to take the mean of",
      () => columnOf([null], numeric({ missing: "mean" })),
      'expected column "v" to have a number to take the mean of, got gaps only',
    ],
    ["use before fit", () => bare.features(flowers), "features: expected a fitted TableEncoder; call fit(table) first"],
    [
      "a dataset without a target",
      () => new TableEncoder({ features: { size: numeric() } }).fit(flowers).transform(flowers),
      "transform: expected an encoder with a target, got none",
    ],
    ["labels of floats", () => fitted.labels(tensor([1])), "labels: expected y int32 [N], got float32 [1]"],
    [
      "labels beyond the classes",
      () => fitted.labels(tensor(Int32Array.of(2))),
      "labels: expected classes from 0 to 1, got 2",
    ],
    [
      "inverse of classes",
      () => fitted.inverse(tensor([[1]])),
      "inverse: expected a target of numbers; of classes it is labels",
    ],
    ["no encoding", () => new TableEncoder({ features: { a: "oneHot" as never } }), 'an encoding of "a", got "oneHot"'],
    [
      "a way to fill that is none",
      () => numeric({ missing: "mode" as never }),
      "numeric: expected missing to be a number or",
    ],
    ["an unknown option", () => oneHot({ drop: "first" } as never), 'oneHot: unknown option "drop"'],
    ["text that is no JSON", () => TableEncoder.fromJSON("{"), "fromJSON: expected the JSON of an encoder, got"],
    ["JSON of something else", () => TableEncoder.fromJSON('{"features":[{}]}'), "the state of a fitted TableEncoder"],
    [
      "fit of what was fitted elsewhere",
      () => TableEncoder.fromJSON(JSON.stringify(fitted)).fit(flowers),
      "fit: expected",
    ],
  ])("refuses %s", (_, misuse, message) => {
    expect(misuse).toThrow(message);
  });
});
