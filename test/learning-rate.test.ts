// findLearningRate: the rates, where it stops, what it suggests, that nothing is changed, and its plot.
import { beforeEach, describe, expect, it } from "vitest";
import { Dataset, getRngState, memory, mse, nn, optim, randn, seed, Tensor } from "../src/entry.ts";
import { LearningRates } from "../src/inspect/learning-rate.ts";
import { findLearningRate } from "../src/inspect.ts";

beforeEach(() => seed(1));

/** A linear map to learn, with a sound network for it. */
function setUp() {
  const x = randn([256, 4]);
  const data = new Dataset(x, x.sum({ axis: 1, keepDims: true }));
  const model = new nn.Sequential(
    new nn.Linear(4, 16),
    new nn.BatchNorm1d(16),
    new nn.Tanh(),
    new nn.Dropout(0.1),
    new nn.Linear(16, 1),
  );
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.003 });
  return { model, data, optimizer };
}

describe("findLearningRate", () => {
  it("goes exponentially from the first rate to the last, through the data as often as it takes", () => {
    const { model, data, optimizer } = setUp();
    const found = findLearningRate(model, data, { loss: mse, optimizer, from: 1e-5, to: 1e-1, steps: 21 });
    expect(found.learningRates).toHaveLength(21);
    expect(found.losses).toHaveLength(21);
    expect(found.learningRates[0]).toBeCloseTo(1e-5, 12);
    expect(found.learningRates[10]).toBeCloseTo(1e-3, 10);
    expect(found.learningRates[20]).toBeCloseTo(1e-1, 8);
    expect(found.diverged).toBe(false);
  });

  it("stops when the loss diverges, and suggests a rate that trains", () => {
    const { model, data, optimizer } = setUp();
    const plain = new optim.SGD(model.parameters(), { lr: 0.1 });
    const { diverged, learningRates, suggestion } = findLearningRate(model, data, {
      loss: mse,
      optimizer: plain,
      to: 1e4,
    });
    expect(diverged).toBe(true);
    expect(learningRates.at(-1)).toBeLessThan(1e3);
    expect(suggestion).toBeGreaterThan(1e-3);
    expect(suggestion).toBeLessThan(1);
    optimizer.paramGroups[0]!.lr = findLearningRate(model, data, { loss: mse, optimizer }).suggestion!;
    const lossNow = (): number => mse(model.call(data.x), data.y).item();
    const before = lossNow();
    for (let i = 0; i < 30; i++) {
      optimizer.zeroGrad();
      mse(model.call(data.x), data.y).backward();
      optimizer.step();
    }
    expect(lossNow()).toBeLessThan(before / 4);
  });

  it("is the same with the same seed", () => {
    const runs = [1, 2].map(() => {
      seed(3);
      const { model, data, optimizer } = setUp();
      return findLearningRate(model, data, { loss: mse, optimizer }).losses;
    });
    expect(runs[0]).toEqual(runs[1]);
  });

  it("suggests nothing where the loss does not fall", () => {
    const { model, data, optimizer } = setUp();
    const options = { loss: mse, optimizer, from: 1e-9, to: 1e-8, steps: 20, batchSize: 256 };
    const found = findLearningRate(model, data, options);
    expect(found.suggestion).toBeNull();
    expect(String(found)).toMatch(/\nthe loss falls at none of these rates$/);
  });

  it("leaves weights, gradients, buffers, modes, optimizer, random state and memory as they were", () => {
    const { model, data, optimizer } = setUp();
    mse(model.call(data.x), data.y).backward();
    optimizer.step();
    model.eval();
    const state = () => ({
      values: Object.values(model.stateDict()).map((t) => [...t.data]),
      gradients: model.parameters().map((p) => p.grad && [...p.grad.data]),
      modes: model.modules().map((m) => m.training),
      optimizer: JSON.stringify(optimizer.stateDict(), (_, v) => (v instanceof Tensor ? [...v.data] : v)),
      random: getRngState(),
      tensors: memory().tensors,
    });
    const before = state();
    findLearningRate(model, data, { loss: mse, optimizer });
    expect(state()).toEqual(before);
    const failing = (): Tensor => {
      throw new Error("own");
    };
    expect(() => findLearningRate(model, data, { loss: failing, optimizer })).toThrow("own");
    expect(state()).toEqual(before);
  });

  it("ends where the loss is no number any more", () => {
    const { model, data, optimizer } = setUp();
    let calls = 0;
    const loss = (p: Tensor, t: Tensor): Tensor => (++calls > 12 ? mse(p, t).mul(NaN) : mse(p, t));
    const { losses, diverged } = findLearningRate(model, data, { loss, optimizer });
    expect([losses.length, diverged]).toEqual([12, true]);
  });

  it.each<[string, object, RegExp]>([
    ["no loss", { loss: 1 }, /findLearningRate: expected loss to be a function, got 1/],
    ["no optimizer", { optimizer: {} }, /findLearningRate: expected optimizer to be one of optim/],
    ["a rate of 0", { from: 0 }, /findLearningRate: expected from above 0, got 0/],
    ["no end", { to: Infinity }, /findLearningRate: expected a finite to above from, 1e-7, got Infinity/],
    [
      "a loss that is no tensor",
      { loss: () => 3 },
      /findLearningRate: expected what the loss gives to be a tensor, got 3/,
    ],
    [
      "an optimizer of another model",
      { optimizer: new optim.SGD(new nn.Linear(1, 1).parameters(), { lr: 1 }) },
      /findLearningRate: expected optimizer to be of this model's parameters/,
    ],
    ["rates that do not grow", { from: 1, to: 1 }, /findLearningRate: expected a finite to above from, 1, got 1/],
    ["too few steps", { steps: 9 }, /findLearningRate: expected steps at least 10, got 9/],
    ["an unknown option", { lr: 1 }, /findLearningRate: unknown option "lr"/],
  ])("refuses %s", (_, options, message) => {
    const { model, data, optimizer } = setUp();
    expect(() => findLearningRate(model, data, { loss: mse, optimizer, ...options } as never)).toThrow(message);
  });
});

describe("the plot", () => {
  it("fits 80 columns, with the range of the losses and of the rates", () => {
    const rates = Array.from({ length: 300 }, (_, i) => 10 ** (i / 50 - 5));
    const losses = rates.map((lr) => Math.abs(Math.log10(lr) + 2) + 1);
    const lines = String(new LearningRates(rates, losses, 300, false)).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines[1]).toMatch(/^ +3\.900 \|\*\*.*\*$/);
    expect(lines[15]).toMatch(/^ +1\.\d+ \| +\*+$/);
    expect(lines[17]).toMatch(/^ +0\.000010 +9\.5$/);
    expect(lines[18]).toMatch(/^suggestion: /);
  });
});
