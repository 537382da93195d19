// model.summary: the table as text, its totals, models of every make, and that the model is as before.
import { describe, expect, it } from "vitest";
import { getRngState, memory, nn, ones, relu, seed, type Tensor } from "../src/entry.ts";

/** Lines of the table between its rules. */
const rows = (text: string): string[] => text.split("\n").slice(2, -3);
const row = (text: string, name: string): string => rows(text).find((line) => line.startsWith(`${name} `))!;

describe("summary", () => {
  it("lists layers with output, parameters, whether they are trained, and their share of the memory", () => {
    const model = new nn.Sequential(
      new nn.Conv2d(1, 16, 3, { padding: 1 }),
      new nn.BatchNorm2d(16),
      relu,
      new nn.MaxPool2d(2),
      new nn.Flatten(),
      new nn.Linear(16 * 14 * 14, 10),
    ).freeze("0.*");
    expect(model.summary([32, 1, 28, 28])).toBe(
      [
        "layer    kind         output            parameters  trainable  memory",
        "\u2500".repeat(69),
        "(model)  Sequential   [32, 10]                                 30.0 %",
        "0        Conv2d       [32, 16, 28, 28]         160  no         30.0 %",
        "1        BatchNorm2d  [32, 16, 28, 28]          32  yes        30.0 %",
        "3        MaxPool2d    [32, 16, 14, 14]                          7.5 %",
        "4        Flatten      [32, 3136]                                0.0 %",
        "5        Linear       [32, 10]              31,370  yes         2.4 %",
        "\u2500".repeat(69),
        "parameters: 31,562, trainable 31,402",
        "memory: parameters 126.2 kB, buffers 132 B, activations 5.2 MB for this batch",
      ].join("\n"),
    );
  });

  it("takes several inputs, gives tuples a line each, and shows what is not called", () => {
    class Net extends nn.Module {
      embedding = new nn.Embedding(100, 8);
      lstm = new nn.LSTM(8, 16, { batchFirst: true });
      output = new nn.Linear(16, 3);
      unused = new nn.Linear(2, 2);
      forward(ids: Tensor, weight: Tensor) {
        const [y] = this.lstm.call(this.embedding.call(ids));
        return this.output.call(y.mul(weight));
      }
    }
    const text = new Net().summary([ones([4, 7], { dtype: "int32" }), ones([4, 7, 1])]);
    expect(rows(text).map((line) => line.slice(0, 33).trimEnd())).toEqual([
      "(model)    Net        [4, 7, 3]",
      "embedding  Embedding  [4, 7, 8]",
      "lstm       LSTM       [4, 7, 16]",
      "                      [1, 4, 16]",
      "                      [1, 4, 16]",
      "output     Linear     [4, 7, 3]",
      "unused     Linear     -",
    ]);
    expect(new nn.Embedding(10, 3).summary([2, 5], { dtype: "int32" })).toContain("[2, 5, 3]");
    class Sum extends nn.Module {
      forward(a: Tensor, b: Tensor) {
        return a.add(b);
      }
    }
    expect(new Sum().summary([[2, 3], [3]])).toContain("[2, 3]");
  });

  it("counts what is shared once, and shares add up", () => {
    class Tied extends nn.Module {
      first = new nn.Linear(4, 4);
      again = this.first;
      last = new nn.Linear(4, 4);
      constructor() {
        super();
        this.last.weight = this.first.weight;
      }
      forward(x: Tensor) {
        return this.last.call(this.again.call(this.first.call(x)));
      }
    }
    const text = new Tied().summary([2, 4]);
    expect(text).toContain("parameters: 24, trainable 24");
    expect(rows(text)).toHaveLength(3);
    expect(row(text, "last")).toMatch(/ 4 {2}yes/);
    const shares = rows(text).map((line) => Number(/([\d.]+) %$/.exec(line)![1]));
    expect(shares.reduce((sum, v) => sum + v, 0)).toBeCloseTo(100, 0);
  });

  it("fits 100 columns by cutting paths from the left", () => {
    const layer = new nn.TransformerEncoderLayer(32, 4, { dimFeedforward: 64 });
    const model = new nn.Sequential({ aVeryLongNameOfAnEncoderWithManyWords: new nn.TransformerEncoder(layer, 2) });
    const lines = new nn.ModuleDict({ anotherVeryLongNameAroundTheModel: model });
    class Outer extends nn.Module {
      parts = lines;
      forward(x: Tensor) {
        return model.call(x);
      }
    }
    const text = new Outer().summary([2, 5, 32]);
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(text).toContain("\u2026");
  });

  it("leaves modes, random stream, averages, hooks and memory as they were, also when the model fails", () => {
    const model = new nn.Sequential(new nn.Linear(3, 3), new nn.BatchNorm1d(3), new nn.Dropout(0.5), new nn.RReLU());
    model.at(1).eval();
    seed(5);
    const before = [memory().bytes, model.modules().map((m) => m.training), getRngState(), String(model.buffers())];
    model.summary([4, 3]);
    expect(() => model.summary([4, 2])).toThrow("0: expected x of shape [..., 3]");
    const after = [memory().bytes, model.modules().map((m) => m.training), getRngState(), String(model.buffers())];
    expect(after).toEqual(before);
    expect(model.modules().every((m) => (m.hooks?.before.size ?? 0) + (m.hooks?.after.size ?? 0) === 0)).toBe(true);
  });

  it.each<[unknown, unknown, string]>([
    [[], undefined, "summary: expected the shape of an input, or inputs, got []"],
    [undefined, undefined, "summary: expected input to be an array of sizes, got undefined"],
    [[2, -1], undefined, "summary: expected input of sizes at least 0, got [2, -1]"],
    [[2, 3], { type: "int32" }, 'summary: unknown option "type"'],
    [[2, 3], { dtype: "int64" }, "zeros: expected dtype to be one of float32, int32, bool"],
  ])("refuses %o with %o", (input, options, message) => {
    expect(() => new nn.Linear(3, 1).summary(input as never, options as never)).toThrow(message);
  });
});
