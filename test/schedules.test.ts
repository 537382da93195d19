// Schedules: shapes of the rate over time, groups, combining and resuming. PyTorch's numbers are the reference vectors'.
import "../src/entry.ts";
import { describe, expect, it } from "vitest";
import { variable } from "../src/ops/create.ts";
import * as optim from "../src/optim.ts";

const sgd = (...lrs: number[]): optim.SGD =>
  new optim.SGD(
    lrs.map((lr) => ({ params: [variable([1])], lr })),
    { momentum: 0.9 },
  );

/** The rates of the first group at 0 to n steps, in a notation short enough to compare. */
function rates(optimizer: optim.SGD, schedule: optim.LRScheduler, n: number): number[] {
  const round = (x: number): number => Number(x.toPrecision(6));
  const list = [round(optimizer.lr)];
  for (let t = 0; t < n; t++) {
    schedule.step();
    list.push(round(optimizer.lr));
  }
  return list;
}

/** Every schedule, made for an optimizer of two groups. */
const SCHEDULES: Record<string, (o: optim.Scheduled) => optim.LRScheduler> = {
  StepLR: (o) => new optim.StepLR(o, 3),
  MultiStepLR: (o) => new optim.MultiStepLR(o, [2, 5, 5]),
  ExponentialLR: (o) => new optim.ExponentialLR(o, 0.9),
  ConstantLR: (o) => new optim.ConstantLR(o),
  LinearLR: (o) => new optim.LinearLR(o),
  PolynomialLR: (o) => new optim.PolynomialLR(o, { totalIters: 7, power: 0.5 }),
  LambdaLR: (o) => new optim.LambdaLR(o, [(t) => 1 / (1 + t), (t) => 0.5 ** t]),
  MultiplicativeLR: (o) => new optim.MultiplicativeLR(o, (t) => (t % 2 === 0 ? 0.5 : 1)),
  CosineAnnealingLR: (o) => new optim.CosineAnnealingLR(o, 4, { etaMin: 0.01 }),
  CosineAnnealingWarmRestarts: (o) => new optim.CosineAnnealingWarmRestarts(o, 2, { tMult: 2 }),
  WarmupCosineLR: (o) => new optim.WarmupCosineLR(o, 9, { warmupSteps: 3 }),
  OneCycleLR: (o) => new optim.OneCycleLR(o, [1, 2], { totalSteps: 12, threePhase: true }),
  CyclicLR: (o) => new optim.CyclicLR(o, 0.1, 1, { stepSizeUp: 3, stepSizeDown: 2, mode: "triangular2" }),
  SequentialLR: (o) =>
    new optim.SequentialLR(o, [new optim.LinearLR(o, { totalIters: 3 }), new optim.CosineAnnealingLR(o, 6)], [3]),
  ChainedScheduler: (o) => new optim.ChainedScheduler([new optim.ConstantLR(o), new optim.ExponentialLR(o, 0.9)]),
};

describe("every schedule", () => {
  const rows = Object.entries(SCHEDULES);

  it.each(rows)("%s goes on to the same bits after it and its optimizer were saved as JSON and loaded", (_, make) => {
    const a = sgd(0.5, 0.25);
    const first = make(a);
    for (let t = 0; t < 4; t++) first.step();
    const b = sgd(0.5, 0.25);
    const second = make(b);
    b.loadStateDict(JSON.parse(JSON.stringify(a.stateDict())));
    second.loadStateDict(JSON.parse(JSON.stringify(first.stateDict())));
    expect(second.getLastLr()).toEqual(first.getLastLr());
    for (let t = 0; t < 6; t++) {
      first.step();
      second.step();
      expect(b.paramGroups.map(({ lr, momentum }) => [lr, momentum])).toEqual(
        a.paramGroups.map(({ lr, momentum }) => [lr, momentum]),
      );
    }
    expect(second.stateDict()).toEqual(first.stateDict());
  });

  it.each(rows)("%s tells the rates that it has set, which are finite and not below 0", (_, make) => {
    const optimizer = sgd(0.5, 0.25);
    const schedule = make(optimizer);
    for (let t = 0; t < 12; t++) {
      expect(schedule.getLastLr()).toEqual(optimizer.paramGroups.map((g) => g.lr));
      expect(schedule.getLastLr().every((lr) => lr >= 0 && Number.isFinite(lr))).toBe(true);
      schedule.step();
    }
  });

  it.each(rows)("%s refuses to load what it does not save", (_, make) => {
    const schedule = make(sgd(0.5, 0.25));
    expect(() => schedule.loadStateDict({ epoch: 3 })).toThrow(/loadStateDict: unknown option "epoch"/);
  });
});

describe("the rate", () => {
  it("falls by steps", () => {
    const o = sgd(1);
    expect(rates(o, new optim.StepLR(o, 2, { gamma: 0.5 }), 5)).toEqual([1, 1, 0.5, 0.5, 0.25, 0.25]);
    const p = sgd(1);
    expect(rates(p, new optim.MultiStepLR(p, [1, 3, 3], { gamma: 0.5 }), 4)).toEqual([1, 0.5, 0.5, 0.125, 0.125]);
  });

  it("goes on from one that was changed in between, where the formula is recursive", () => {
    const o = sgd(1);
    const schedule = new optim.ExponentialLR(o, 0.5);
    schedule.step();
    o.lr = 8;
    schedule.step();
    expect(o.lr).toBe(4);
  });

  it("warms up, falls along a cosine and stays", () => {
    const o = sgd(4);
    const schedule = new optim.WarmupCosineLR(o, 7, { warmupSteps: 3, etaMin: 1 });
    expect(rates(o, schedule, 9)).toEqual([1, 2, 3, 4, 3.56066, 2.5, 1.43934, 1, 1, 1]);
    const p = sgd(4);
    expect(rates(p, new optim.WarmupCosineLR(p, 2, { warmupSteps: 2 }), 3)).toEqual([1.33333, 2.66667, 0, 0]);
  });

  it("restarts within an epoch too", () => {
    const o = sgd(1);
    const schedule = new optim.CosineAnnealingWarmRestarts(o, 2);
    schedule.step(0.5);
    expect(o.lr).toBeCloseTo((1 + Math.SQRT1_2) / 2, 14);
    schedule.step(2);
    expect(o.lr).toBe(1);
  });

  it("cycles by a function of one's own", () => {
    const o = sgd(1);
    const scaleFn = (x: number): number => x;
    const byCycle = new optim.CyclicLR(o, 0, 1, { stepSizeUp: 1, scaleFn });
    expect(rates(o, byCycle, 5)).toEqual([0, 1, 0, 2, 0, 3]);
    const p = sgd(1);
    const byStep = new optim.CyclicLR(p, 0, 1, { stepSizeUp: 1, scaleFn, scaleMode: "iterations" });
    expect(rates(p, byStep, 5)).toEqual([0, 1, 0, 3, 0, 5]);
  });

  it("is that of each group, and of Adam's first beta, in one cycle", () => {
    const o = new optim.Adam([{ params: [variable([1])] }, { params: [variable([1])] }], { betas: [0.9, 0.99] });
    const schedule = new optim.OneCycleLR(o, [1, 10], { totalSteps: 10, divFactor: 10, baseMomentum: [0.8, 0.7] });
    expect(o.paramGroups.map((g) => [Number(g.lr.toFixed(9)), g.betas])).toEqual([
      [0.1, [0.95, 0.99]],
      [1, [0.95, 0.99]],
    ]);
    schedule.step();
    schedule.step();
    expect(o.paramGroups.map((g) => [g.lr, g.betas[0]])).toEqual([
      [1, 0.8],
      [10, 0.7],
    ]);
  });

  it("falls when a metric stays, not in cooldown, and not below its least", () => {
    const o = sgd(1);
    const schedule = new optim.ReduceLROnPlateau(o, { factor: 0.5, patience: 0, cooldown: 1, minLr: 0.2 });
    const seen = [3, 3, 3, 3, 2, 2, 2, 2, 2].map((loss) => {
      schedule.step(loss);
      return o.lr;
    });
    expect(seen).toEqual([1, 0.5, 0.5, 0.25, 0.25, 0.2, 0.2, 0.2, 0.2]);
    schedule.step(Number.NaN); // no improvement, as in PyTorch
    expect(o.lr).toBe(0.2);
  });

  it("resumes with the best value of a metric", () => {
    const make = (): [optim.SGD, optim.ReduceLROnPlateau] => {
      const o = sgd(1);
      return [o, new optim.ReduceLROnPlateau(o, { mode: "max", patience: 1 })];
    };
    const [a, first] = make();
    first.step(5);
    first.step(4);
    const [b, second] = make();
    second.loadStateDict(JSON.parse(JSON.stringify(first.stateDict())));
    first.step(4);
    second.step(4);
    expect([a.lr, b.lr]).toEqual([0.1, 0.1]);
  });

  it("starts anew with each part of a sequence, and from what others set in a chain", () => {
    const o = sgd(1);
    const parts = [new optim.ConstantLR(o, { factor: 0.5, totalIters: 9 }), new optim.ExponentialLR(o, 0.5)];
    expect(rates(o, new optim.SequentialLR(o, parts, [2]), 4)).toEqual([0.5, 0.5, 1, 0.5, 0.25]);
    const p = sgd(1);
    const nested = new optim.SequentialLR(
      p,
      [
        new optim.ChainedScheduler([new optim.ConstantLR(p, { factor: 0.5 }), new optim.ExponentialLR(p, 0.5)]),
        new optim.ExponentialLR(p, 0.1),
      ],
      [2],
    );
    expect(rates(p, nested, 3)).toEqual([0.5, 0.25, 1, 0.1]);
  });

  it("ends where one cycle ends", () => {
    const o = sgd(1);
    const schedule = new optim.OneCycleLR(o, 1, { epochs: 2, stepsPerEpoch: 2 });
    for (let t = 0; t < 4; t++) schedule.step();
    expect(() => schedule.step()).toThrow("OneCycleLR: expected at most 4 steps, got 5");
  });
});
