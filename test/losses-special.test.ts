// Losses where the reference vectors are silent: extremes, sequences without alignment, divergences, focal loss and
// penalties. mse is losses.test.ts; the other values are those of test/oracle/.
import { describe, expect, it } from "vitest";
import * as sedge from "../src/entry.ts";
import { random } from "./check-op.ts";

const { bceWithLogits, ctcLoss, focalLoss, jsDiv, klDiv, logSoftmax, nn, softmax, tensor, variable, zeros } = sedge;
const int32 = (values: number[]) => tensor(values, { dtype: "int32" });
const none = { reduction: "none" } as const;

describe("binary cross-entropy", () => {
  it("of logits is exact at ±1e4, and so is its gradient", () => {
    const x = variable([1e4, 1e4, -1e4, -1e4, 15, -15]);
    const target = tensor([1, 0, 1, 0, 1, 0]);
    const y = bceWithLogits(x, target, none);
    expect(Array.from(y.data.slice(0, 4))).toEqual([0, 1e4, 1e4, 0]);
    for (const v of y.data.slice(4)) expect(Math.abs(v / Math.log1p(Math.exp(-15)) - 1)).toBeLessThan(1e-6);
    y.sum().backward();
    expect(Array.from(x.grad!.data.slice(0, 4))).toEqual([0, 1, -1, 0]);
  });

  it("of logits with posWeight is exact there too", () => {
    const x = tensor([1e4, -1e4, -1e4]);
    expect(bceWithLogits(x, tensor([1, 1, 0]), { posWeight: tensor([2]), ...none }).toArray()).toEqual([0, 2e4, 0]);
  });

  it("of logits keeps its digits where the target is near, and is infinite where it is missed by far", () => {
    const far = bceWithLogits(tensor([1e4, -1e4]), tensor([1 - 2 ** -20, 2 ** -20]), none);
    for (const v of far.data) expect(v).toBeCloseTo(1e4 / 2 ** 20, 8);
    const infinite = bceWithLogits(tensor([Infinity, Infinity, -Infinity]), tensor([0, 0.5, 1]), none);
    expect(infinite.toArray()).toEqual([Infinity, Infinity, Infinity]);
  });

  it("of probabilities 0 and 1 is bounded, and its gradient finite", () => {
    const p = variable([0, 1, 0, 1]);
    const y = sedge.binaryCrossEntropy(p, tensor([1, 0, 0, 1]), none);
    expect(Array.from(y.data, Math.abs)).toEqual([100, 100, 0, 0]);
    y.sum().backward();
    expect(Array.from(p.grad!.data).every(Number.isFinite)).toBe(true);
  });
});

describe("ctcLoss", () => {
  /** Minus the log of the summed probability of all paths that spell the target. */
  function byEnumeration(p: number[][], target: number[], blank: number): number {
    const classes = p[0]!.length;
    let total = 0;
    for (let path = 0; path < classes ** p.length; path++) {
      const labels = p.map((_, t) => Math.floor(path / classes ** t) % classes);
      const spelt = labels.filter((c, t) => c !== blank && c !== labels[t - 1]);
      if (spelt.join() === target.join()) total += labels.reduce((q, c, t) => q * p[t]![c]!, 1);
    }
    return -Math.log(total);
  }

  it.each([
    [[1, 2], 0],
    [[1, 1], 0],
    [[2, 2, 1], 0],
    [[0, 1], 2],
    [[], 0],
    [[1], 1 - 1],
  ])("sums over all alignments of %j with blank %i", (target, blank) => {
    const x = random([5, 1, 3], 3);
    const p = softmax(x, { axis: 2 }).squeeze(1).toArray() as number[][];
    const targets = int32([...target, 0]).reshape([1, target.length + 1]);
    const loss = ctcLoss(logSoftmax(x, { axis: 2 }), targets, int32([5]), int32([target.length]), {
      blank,
      reduction: "sum",
    });
    expect(loss.item()).toBeCloseTo(byEnumeration(p, target, blank), 5);
  });

  it("stays exact for 2,000 steps and improbable labels", () => {
    const x = zeros([2000, 1, 3]);
    for (let t = 0; t < 2000; t++) x.data[3 * t] = 30; // blank at each step
    const logProbs = logSoftmax(x, { axis: 2 });
    const loss = ctcLoss(logProbs, int32([1, 2]).reshape([1, 2]), int32([2000]), int32([2]), { reduction: "sum" });
    // both labels once: 2000 * 1999 / 2 places, each e^-30; longer runs are e^-30 rarer
    expect(loss.item()).toBeCloseTo(60 - Math.log((2000 * 1999) / 2), 3);
  });

  it("gives a single path its whole loss, however improbable", () => {
    const logProbs = tensor([[[0, -200]], [[0, -200]]]);
    const labels = int32([1]).reshape([1, 1]);
    expect(ctcLoss(logProbs, labels, int32([1]), int32([1]), { reduction: "sum" }).item()).toBeCloseTo(200, 3);
  });

  it("is infinite without an alignment, or 0 with gradient 0 if wanted", () => {
    const lengths = [int32([2]), int32([2])] as const;
    const labels = int32([1, 1]).reshape([1, 2]);
    expect(ctcLoss(zeros([2, 1, 3]), labels, ...lengths, { reduction: "sum" }).item()).toBe(Infinity);
    const x = variable([[[0, 0, 0]], [[0, 0, 0]]]);
    const loss = ctcLoss(x, labels, ...lengths, { zeroInfinity: true });
    loss.backward();
    expect([loss.item(), x.grad!.toArray()]).toEqual([0, [[[0, 0, 0]], [[0, 0, 0]]]]);
  });
});

describe("divergences", () => {
  const rows = (a: number[][]) => tensor(a);
  it("klDiv is 0 of equal distributions and skips targets of 0", () => {
    const q = rows([
      [0.25, 0.75],
      [1, 0],
    ]);
    const input = rows([
      [0.25, 0.75],
      [0.5, 0.5],
    ]).log();
    expect(klDiv(input, q, none).toArray()).toEqual([
      [0, 0],
      [Math.fround(Math.log(2)), 0],
    ]);
  });

  it("jsDiv is symmetric, 0 of equal distributions, log 2 of disjoint ones, and has a gradient at 0", () => {
    const p = variable([[0.5, 0.5, 0]]);
    const q = tensor([[0.1, 0.2, 0.7]]);
    const batch = { reduction: "batchmean" } as const;
    const d = jsDiv(p, q, batch);
    const m = [0.3, 0.35, 0.35];
    const kl = (a: number[]) => a.reduce((s, v, i) => s + (v > 0 ? v * Math.log(v / m[i]!) : 0), 0);
    expect(d.item()).toBeCloseTo((kl([0.5, 0.5, 0]) + kl([0.1, 0.2, 0.7])) / 2, 6);
    expect(jsDiv(q, p, batch).item()).toBeCloseTo(d.item(), 6);
    expect(jsDiv(q, q, batch).item()).toBeCloseTo(0, 7);
    d.backward();
    expect(Array.from(p.grad!.data).every(Number.isFinite)).toBe(true);
  });
});

describe("focalLoss", () => {
  it("is binary cross-entropy at gamma 0, and plays down what is classified well", () => {
    const [x, t] = [random([3, 4], 1, 3), tensor([1, 0, 1, 1, 0, 1, 0, 0, 1, 1, 0, 1], { shape: [3, 4] })];
    const plain = bceWithLogits(x, t, none);
    const focal = (gamma: number) => focalLoss(x, t, { gamma, alpha: -1, ...none });
    expect(sedge.allclose(focal(0), plain)).toBe(true);
    Array.from(focal(2).data).forEach((v, i) => {
      const p = Math.exp(-plain.data[i]!);
      expect(v).toBeCloseTo((1 - p) ** 2 * plain.data[i]!, 5);
    });
  });

  it("weighs positives by alpha and negatives by 1 - alpha", () => {
    const y = focalLoss(zeros([2]), tensor([1, 0]), { gamma: 0, alpha: 0.25, ...none });
    expect(y.data[0]! / y.data[1]!).toBeCloseTo(1 / 3, 5);
  });
});

describe("penalties", () => {
  const model = new nn.Linear(2, 2);
  nn.init.constant(model.weight, -3);
  nn.init.constant(model.bias!, 1);

  it("add up over the parameters selected by name", () => {
    expect(sedge.l1Penalty(model).item()).toBe(14);
    expect(sedge.l2Penalty(model, { select: /weight/, weight: 0.5 }).item()).toBe(18);
    expect(sedge.l1Penalty(model, { select: (name) => name === "bias" }).item()).toBe(2);
  });

  it("push weights toward 0", () => {
    sedge.l1Penalty(model, { weight: 0.1 }).add(sedge.l2Penalty(model)).backward();
    for (const g of model.weight.grad!.data) expect(g).toBeCloseTo(-0.1 - 6, 5);
    for (const g of model.bias!.grad!.data) expect(g).toBeCloseTo(0.1 + 2, 5);
  });
});
