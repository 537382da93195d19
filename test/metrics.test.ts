// Streaming metrics against scikit-learn's definitions, by values worked out by hand or by a plain formula; batches against
// one pass; what has been seen, saved and put back; refusals.
import { describe, expect, it } from "vitest";
import { memory, metrics, type StreamingMetric, seed, type Tensor, tensor, tidy } from "../src/entry.ts";
import { rand, randint, randn } from "../src/ops/create-random.ts";

const ints = (...values: number[]): Tensor => tensor(values, { dtype: "int32" });

/** The figure of one batch. */
function of(metric: StreamingMetric, prediction: Tensor, target: Tensor): number {
  metric.reset();
  metric.update(prediction, target);
  return metric.compute();
}

const { Accuracy, TopKAccuracy, Precision, Recall, F1, ConfusionMatrix, RocAuc, LogLoss, Perplexity } = metrics;
const { MeanSquaredError, MeanAbsoluteError, R2 } = metrics;

describe("predictions are read by their shape", () => {
  const accuracy = new Accuracy();
  it("logits by their largest along axis 1, the first of equals, NaN above all", () => {
    expect(
      of(
        accuracy,
        tensor([
          [2, 1, 0],
          [0, 3, 1],
          [5, 4, 9],
        ]),
        ints(0, 1, 1),
      ),
    ).toBe(2 / 3);
    expect(
      of(
        accuracy,
        tensor([
          [1, 1],
          [1, 1],
        ]),
        ints(0, 1),
      ),
    ).toBe(0.5);
    expect(of(accuracy, tensor([[1, Number.NaN, 2]]), ints(1))).toBe(1);
  });

  it("logits with further axes", () => {
    const logits = tensor([
      [
        [1, 5],
        [2, 4],
      ],
      [
        [7, 0],
        [0, 7],
      ],
    ]);
    expect(
      of(
        accuracy,
        logits,
        tensor(
          [
            [1, 0],
            [0, 1],
          ],
          { dtype: "int32" },
        ),
      ),
    ).toBe(1);
    expect(
      of(
        accuracy,
        logits,
        tensor(
          [
            [1, 1],
            [1, 1],
          ],
          { dtype: "int32" },
        ),
      ),
    ).toBe(0.5);
  });

  it("labels, of integers or booleans", () => {
    expect(of(accuracy, ints(1, 2, 3, 4), ints(1, 2, 3, 5))).toBe(0.75);
    expect(of(accuracy, tensor([true, false]), ints(1, 1))).toBe(0.5);
  });

  it("scores of the targets' shape, above a threshold", () => {
    const scores = tensor([[-1], [0.2], [0.7]]);
    const target = tensor([[0], [0], [1]]);
    expect(of(accuracy, scores, target)).toBe(2 / 3);
    expect(of(new Accuracy({ threshold: 0.5 }), scores, target)).toBe(1);
  });
});

describe("TopKAccuracy", () => {
  it("counts targets among the k largest, equals in order", () => {
    const logits = tensor([
      [0.5, 0.2, 0.2],
      [0.3, 0.4, 0.2],
      [0.2, 0.4, 0.3],
      [0.7, 0.2, 0.1],
    ]);
    const target = ints(0, 1, 2, 2);
    expect([1, 2, 3].map((k) => of(new TopKAccuracy(k), logits, target))).toEqual([0.5, 0.75, 1]);
    expect(
      of(
        new TopKAccuracy(2),
        tensor([
          [1, 1, 1],
          [1, 1, 1],
        ]),
        ints(1, 2),
      ),
    ).toBe(0.5);
  });

  it("does not count a target of NaN", () => {
    expect(of(new TopKAccuracy(2), tensor([[Number.NaN, 1]]), ints(0))).toBe(0);
  });
});

describe("precision, recall and F1", () => {
  // scikit-learn's own example: y_true = [0, 1, 2, 0, 1, 2], y_pred = [0, 2, 1, 0, 0, 1]
  const [target, predicted] = [ints(0, 1, 2, 0, 1, 2), ints(0, 2, 1, 0, 0, 1)];
  it.each([
    [Precision, "macro", 2 / 9],
    [Precision, "micro", 1 / 3],
    [Recall, "macro", 1 / 3],
    [Recall, "micro", 1 / 3],
    [F1, "macro", 0.8 / 3],
    [F1, "micro", 1 / 3],
  ] as const)("%o of three classes, %s", (Kind, average, want) => {
    expect(of(new Kind({ average }), predicted, target)).toBeCloseTo(want, 15);
  });

  it("of class 1 of two", () => {
    const [p, t] = [ints(1, 1, 1, 0, 0), ints(1, 0, 1, 1, 0)];
    expect([Precision, Recall, F1].map((Kind) => of(new Kind(), p, t))).toEqual([2 / 3, 2 / 3, 2 / 3]);
    expect(of(new Precision(), ints(1, 1, 0), ints(1, 0, 0))).toBe(0.5);
    expect(of(new Recall(), ints(1, 1, 0), ints(1, 0, 0))).toBe(1);
    expect(of(new F1(), tensor([2.5, 0.1, -3]), ints(1, 0, 0))).toBe(2 / 3);
  });

  it("are 0 where nothing was predicted, or nothing was there", () => {
    for (const Kind of [Precision, Recall, F1]) {
      expect(of(new Kind(), ints(0, 0), ints(1, 0))).toBe(0);
      expect(of(new Kind(), ints(1, 0), ints(0, 0))).toBe(0);
      expect(of(new Kind(), ints(0, 0), ints(0, 0))).toBe(0);
    }
  });

  it("leave classes that never occur out of the mean, whatever the logits' width", () => {
    const logits = tensor([
      [9, 0, 0, 0, 0],
      [0, 0, 0, 9, 0],
      [0, 0, 0, 9, 0],
    ]);
    // classes 0 and 3 only: F1 of 0 is 2 / 3, of 3 is 2 / 3
    expect(of(new F1({ average: "macro" }), logits, ints(0, 3, 0))).toBe(2 / 3);
    // class 2 is predicted, but never there: 0
    expect(of(new F1({ average: "macro" }), ints(0, 1, 2), ints(0, 1, 1))).toBeCloseTo((1 + 2 / 3) / 3, 15);
    // class 4 is there, but never predicted: 0
    expect(of(new Precision({ average: "macro" }), logits, ints(0, 3, 4))).toBe((1 + 0.5 + 0) / 3);
  });

  it("of a third class are refused where two are asked for, and nothing is taken", () => {
    const f1 = new F1();
    f1.update(ints(1), ints(1));
    const message = 'F1: expected classes 0 and 1; pass { average: "macro" } or "micro" for more, got 2';
    expect(() => f1.update(ints(0, 2), ints(0, 1))).toThrow(new RangeError(message));
    expect(f1.compute()).toBe(1);
  });
});

describe("ConfusionMatrix", () => {
  it("counts targets by rows, predictions by columns, and grows with the classes", () => {
    const confusion = new ConfusionMatrix();
    expect(confusion.matrix).toEqual([]);
    confusion.update(ints(0, 0, 2), ints(2, 0, 2));
    expect(confusion.matrix).toEqual([
      [1, 0, 0],
      [0, 0, 0],
      [1, 0, 1],
    ]);
    confusion.update(ints(1, 3), ints(0, 3));
    expect(confusion.matrix).toEqual([
      [1, 1, 0, 0],
      [0, 0, 0, 0],
      [1, 0, 1, 0],
      [0, 0, 0, 1],
    ]);
    expect(confusion.compute()).toBe(3 / 5);
  });

  it("prints a table with the classes' names", () => {
    const confusion = new ConfusionMatrix({ names: ["ankle boot", "coat"] });
    confusion.update(ints(0, 0, 1), ints(0, 1, 1));
    expect(String(confusion)).toBe(
      [
        "rows: target, columns: predicted",
        "            ankle boot  coat",
        "ankle boot           1     0",
        "coat                 1     1",
      ].join("\n"),
    );
    confusion.reset();
    expect(confusion.matrix).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(confusion.compute()).toBeNaN();
  });
});

describe("RocAuc", () => {
  const auc = new RocAuc();
  it("counts pairs in order, equal scores half", () => {
    expect(of(auc, tensor([0.1, 0.4, 0.35, 0.8]), ints(0, 0, 1, 1))).toBe(0.75);
    expect(of(auc, tensor([1, 1, 1, 1]), ints(0, 1, 0, 1))).toBe(0.5);
    expect(of(auc, tensor([0, 1, 1, 2]), ints(0, 0, 1, 1))).toBe(0.875);
    expect(of(auc, tensor([3, 2, 1]), ints(0, 1, 1))).toBe(0);
    expect(of(auc, tensor([-Infinity, -Infinity, Infinity]), ints(0, 1, 1))).toBe(0.75);
  });

  it("is that of all pairs, with many ties", () => {
    seed(31);
    const [scores, target] = [randint(0, 20, [300]).cast("float32"), randint(0, 2, [300])];
    let [won, pairs] = [0, 0];
    scores.data.forEach((a, i) => {
      if (target.data[i] === 1)
        scores.data.forEach((b, j) => {
          if (target.data[j] === 1) return;
          won += a > b ? 1 : a === b ? 0.5 : 0;
          pairs++;
        });
    });
    expect(of(auc, scores, target)).toBe(won / pairs);
  });

  it("takes logits of two classes by their difference", () => {
    expect(
      of(
        auc,
        tensor([
          [1, 0],
          [0, 2],
          [5, 6],
          [2, 4.5],
        ]),
        ints(0, 0, 1, 1),
      ),
    ).toBe(0.75);
  });

  it("is NaN for one class alone, none at all, and a score of NaN", () => {
    expect(of(auc, tensor([1, 2]), ints(1, 1))).toBeNaN();
    expect(new RocAuc().compute()).toBeNaN();
    expect(of(auc, tensor([1, Number.NaN]), ints(1, 0))).toBeNaN();
  });
});

describe("LogLoss and Perplexity", () => {
  it("is scikit-learn's of probabilities", () => {
    const loss = new LogLoss({ fromLogits: false });
    // its example: log_loss(["spam", "ham", "ham", "spam"], [[.1, .9], [.9, .1], [.8, .2], [.35, .65]]) = 0.21616...
    const p = tensor([
      [0.1, 0.9],
      [0.9, 0.1],
      [0.8, 0.2],
      [0.35, 0.65],
    ]);
    expect(of(loss, p, ints(1, 0, 0, 1))).toBeCloseTo(0.21616, 5);
    expect(of(loss, tensor([0.9, 0.1, 0.2, 0.65]), tensor([1, 0, 0, 1]))).toBeCloseTo(0.21616, 5);
    expect(of(loss, tensor([0, 1]), ints(1, 1))).toBeCloseTo((23 * Math.LN2 + 2 ** -23) / 2, 12);
  });

  it("of logits is the logarithm of softmax, also far out", () => {
    const logits = [
      [1, 2, 3],
      [1000, 0, -1000],
      [0, 0, 0],
    ];
    const want = logits.map((row, i) => {
      const most = Math.max(...row);
      return most + Math.log(row.reduce((s, v) => s + Math.exp(v - most), 0)) - row[i]!;
    });
    expect(of(new LogLoss(), tensor(logits), ints(0, 1, 2))).toBeCloseTo((want[0]! + want[1]! + want[2]!) / 3, 11);
    const z = [2, -3];
    const binary = (Math.log(1 + Math.exp(-2)) + Math.log(1 + Math.exp(-3))) / 2;
    expect(of(new LogLoss(), tensor(z), ints(1, 0))).toBeCloseTo(binary, 14);
  });

  it("is crossEntropy's, without ignored targets", () => {
    seed(32);
    const [logits, target] = [randn([6, 4]), ints(0, -100, 3, 2, -100, 1)];
    const loss = logits.crossEntropy(target).item();
    expect(of(new LogLoss(), logits, target)).toBeCloseTo(loss, 6);
    expect(of(new Perplexity(), logits, target)).toBeCloseTo(Math.exp(loss), 5);
    expect(of(new LogLoss({ ignoreIndex: 3 }), logits, ints(3, 3, 3, 3, 3, 3))).toBeNaN();
  });

  it("is the number of classes where all are alike", () => {
    expect(of(new Perplexity(), tensor([[0, 0, 0, 0]]), ints(2))).toBeCloseTo(4, 14);
  });
});

describe("errors of numbers", () => {
  const [p, t] = [tensor([2.5, 0, 2, 8]), tensor([3, -0.5, 2, 7])];
  it("are scikit-learn's", () => {
    expect(of(new MeanSquaredError(), p, t)).toBe(0.375);
    expect(of(new MeanAbsoluteError(), p, t)).toBe(0.5);
    expect(of(new R2(), p, t)).toBeCloseTo(0.9486081370449679, 15);
  });

  it("of several targets: R2 is the mean over them", () => {
    // r2_score([[0.5, 1], [-1, 1], [7, -6]], [[0, 2], [-1, 2], [8, -5]]) = 0.938 (variance weighted), uniform 0.936800...
    const many = of(
      new R2(),
      tensor([
        [0, 2],
        [-1, 2],
        [8, -5],
      ]),
      tensor([
        [0.5, 1],
        [-1, 1],
        [7, -6],
      ]),
    );
    const column = (errors: number[], values: number[]): number => {
      const mean = values.reduce((s, v) => s + v, 0) / values.length;
      return 1 - errors.reduce((s, e) => s + e * e, 0) / values.reduce((s, v) => s + (v - mean) ** 2, 0);
    };
    expect(many).toBeCloseTo((column([0.5, 0, 1], [0.5, -1, 7]) + column([1, 1, 1], [1, 1, -6])) / 2, 14);
  });

  it("R2 of equal targets is 1 or 0, of one example NaN, and holds its digits far from 0", () => {
    expect(of(new R2(), tensor([3, 3]), tensor([3, 3]))).toBe(1);
    expect(of(new R2(), tensor([3, 4]), tensor([3, 3]))).toBe(0);
    expect(of(new R2(), tensor([1]), tensor([2]))).toBeNaN();
    expect(of(new R2(), tensor([1e6, 1e6 + 2]), tensor([1e6 + 1, 1e6 + 3]))).toBeCloseTo(0, 12);
  });

  it("refuse another number of targets than before, and what is not of one shape", () => {
    const r2 = new R2();
    r2.update(tensor([[1, 2]]), tensor([[1, 2]]));
    expect(() => r2.update(tensor([[1]]), tensor([[1]]))).toThrow(
      "R2: expected as many targets in each example as before, got 1",
    );
    expect(() => r2.update(tensor([1]), tensor([[1]]))).toThrow(
      "R2: expected prediction and target [n, ...] of one shape, target being [1, 1], got [1]",
    );
    expect(() => new MeanSquaredError().update(tensor(1), tensor(1))).toThrow("MeanSquaredError: expected prediction");
  });
});

/** Every metric with predictions and targets of 101 examples. */
seed(33);
const n = 101;
const [logits, classes, scores, two] = [randn([n, 5]), randint(0, 5, [n]), rand([n]), randint(0, 2, [n])];
const wide = [randn([n, 3]), randn([n, 3])] as const;
const all: [string, () => StreamingMetric, Tensor, Tensor][] = [
  ["Accuracy", () => new Accuracy(), logits, classes],
  ["TopKAccuracy", () => new TopKAccuracy(2), logits, classes],
  ["Precision", () => new Precision({ average: "macro" }), logits, classes],
  ["Recall", () => new Recall({ threshold: 0.5 }), scores, two],
  ["F1", () => new F1({ average: "macro" }), logits, classes],
  ["ConfusionMatrix", () => new ConfusionMatrix(), logits, classes],
  ["RocAuc", () => new RocAuc(), scores, two],
  ["LogLoss", () => new LogLoss(), logits, classes],
  ["Perplexity", () => new Perplexity(), logits, classes],
  ["MeanSquaredError", () => new MeanSquaredError(), ...wide],
  ["MeanAbsoluteError", () => new MeanAbsoluteError(), ...wide],
  ["R2", () => new R2(), ...wide],
];

describe("over batches", () => {
  it("every metric is here", () => {
    expect(all.map(([name]) => name).sort()).toEqual(Object.keys(metrics).sort());
  });

  it.each(all)("%s is the same to the last bit, and holds no memory", (_, make, prediction, target) => {
    const whole = of(make(), prediction, target);
    expect(whole).toBeGreaterThan(-2);
    const before = memory().tensors;
    for (const size of [1, 7, 64]) {
      const metric = make();
      expect(metric.compute()).toBeNaN();
      for (let i = 0; i < n; i += size) {
        const part = (x: Tensor) => x.slice({ start: i, stop: Math.min(i + size, n) });
        tidy(() => metric.update(part(prediction), part(target)));
      }
      expect(metric.compute()).toBe(whole);
    }
    expect(memory().tensors).toBe(before);
  });

  it.each(all)("%s goes on from its state as JSON keeps it", (name, make, prediction, target) => {
    const whole = of(make(), prediction, target);
    const [first, second] = [make(), make()];
    first.update(prediction.slice({ stop: 40 }), target.slice({ stop: 40 }));
    second.loadStateDict(JSON.parse(JSON.stringify(first.stateDict())));
    second.update(prediction.slice({ start: 40 }), target.slice({ start: 40 }));
    expect(second.compute()).toBe(whole);
    for (const state of [null, 3, {}, { seen: ["1"] }, { seen: [null] }, { seen: [1, 2, 3, 4, 5, 6, 7] }]) {
      expect(() => second.loadStateDict(state)).toThrow(`${name}: expected state to be what its stateDict() gave, got`);
    }
    expect(second.compute()).toBe(whole);
  });

  it("keeps NaN and infinities in its state", () => {
    const metric = new MeanSquaredError();
    metric.update(tensor([Infinity]), tensor([0]));
    const other = new MeanSquaredError();
    other.loadStateDict(JSON.parse(JSON.stringify(metric.stateDict())));
    expect(other.compute()).toBe(Infinity);
  });
});

describe("refused", () => {
  const bad = (value: unknown): never => value as never;
  it.each<[() => unknown, string]>([
    [
      () => new F1({ average: bad("weighted") }),
      'F1: expected average to be one of binary, micro, macro, got "weighted"',
    ],
    [() => new F1({ average: "macro", beta: 2 } as never), 'F1: unknown option "beta"'],
    [() => new Accuracy({ threshold: bad("0") }), 'Accuracy: expected threshold to be a number, got "0"'],
    [() => new TopKAccuracy(0), "TopKAccuracy: expected k at least 1, got 0"],
    [() => new TopKAccuracy(bad({ k: 5 })), "TopKAccuracy: expected k to be an integer, got an object"],
    [() => Reflect.construct(RocAuc, [{}]), "RocAuc: expected no arguments, got an object"],
    [
      () => new ConfusionMatrix({ names: bad("ab") }),
      'ConfusionMatrix: expected names to be a list of 1 to 4096 texts, got "ab"',
    ],
    [() => new ConfusionMatrix({ names: [bad(3)] }), "ConfusionMatrix: expected names[0] to be text, got 3"],
    [
      () => new ConfusionMatrix({ names: ["a", "b"] }).update(ints(2), ints(1)),
      "ConfusionMatrix: expected classes below 2, the number of names, got 2",
    ],
    [() => new ConfusionMatrix().update(ints(5000), ints(1)), "ConfusionMatrix: expected classes below 4096, got 5000"],
    [() => new Accuracy().update(bad([1]), ints(1)), "Accuracy: expected prediction to be a tensor, got [1]"],
    [
      () => new Accuracy().update(tensor([[1, 2]]), ints(0, 1)),
      "Accuracy: expected float32 logits [2, classes] for target [2], or labels or scores of its shape, got float32 [1, 2]",
    ],
    [
      () => new Accuracy().update(tensor([[1], [2]]), ints(0, 1)),
      "Accuracy: expected float32 logits [2, classes] for target [2], or labels or scores of its shape, got float32 [2, 1]",
    ],
    [() => new Accuracy().update(tensor([[1, 2]]), ints(2)), "Accuracy: expected target of classes from 0 to 1, got 2"],
    [() => new Accuracy().update(tensor([0.4]), ints(2)), "Accuracy: expected target of classes from 0 to 1, got 2"],
    [() => new Accuracy().update(tensor([0.4]), tensor([0.5])), "expected target of classes from 0 to 1, got 0.5"],
    [() => new F1().update(ints(-1), ints(0)), "F1: expected prediction of classes from 0 to 1048575, got -1"],
    [() => new LogLoss().update(ints(1), ints(1)), "LogLoss: expected prediction to be float32"],
    [() => new LogLoss().update(tensor([[1, 2]]), ints(-1)), "LogLoss: expected target of classes from 0 to 1, got -1"],
    [
      () =>
        new LogLoss({ fromLogits: false }).update(
          tensor([
            [0.5, 0.5],
            [2, -1],
          ]),
          ints(1, 0),
        ),
      "LogLoss: expected probabilities from 0 to 1, as fromLogits is false, got 2",
    ],
    [() => new Perplexity({ fromLogits: false }).update(tensor([-0.5]), ints(1)), "as fromLogits is false, got -0.5"],
    [() => new RocAuc().update(tensor([[1, 2, 3]]), ints(1)), "RocAuc: expected float32 scores of the target's shape"],
    [
      () => new TopKAccuracy(1).update(ints(1), ints(1)),
      "TopKAccuracy: expected logits [n, classes, ...] as prediction",
    ],
  ])("%o: %s", (call, message) => {
    expect(call).toThrow(message);
  });
});
