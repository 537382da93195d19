// What fit may be told beside loss, optimizer and epochs: schedules, clipping, accumulation, class weights, augmentation,
// signals, early stopping. The loop itself is fit.test.ts; going on from a checkpoint resume.test.ts.
import { describe, expect, it, vi } from "vitest";
import {
  batches,
  type Callback,
  crossEntropy,
  Dataset,
  type EpochRecord,
  earlyStopping,
  type FitOptions,
  fit,
  memory,
  mse,
  nn,
  optim,
  predict,
  rand,
  seed,
  type Tensor,
  tensor,
} from "../src/entry.ts";

const N = 22;
const data = new Dataset(
  Array.from({ length: N }, (_, i) => [Math.sin(i), Math.cos(3 * i)]),
  Int32Array.from({ length: N }, (_, i) => Number(i % 4 === 0)),
);
const weights = (model: nn.Module): number[][] => Object.values(model.stateDict()).map((t) => [...t.data]);

function setUp(options: Partial<FitOptions> = {}): [nn.Sequential, FitOptions & { optimizer: optim.SGD }] {
  seed(3);
  const model = new nn.Sequential(new nn.Linear(2, 5), new nn.Tanh(), new nn.Linear(5, 2));
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  return [model, { loss: crossEntropy, epochs: 4, batchSize: 8, ...options, optimizer }];
}

describe("a schedule", () => {
  it("steps after every epoch, and the record holds the rate of the epoch", async () => {
    const [model, options] = setUp();
    const schedule = new optim.StepLR(options.optimizer, 1, { gamma: 0.5 });
    const { epochs } = await fit(model, data, { ...options, schedule });
    expect(epochs.map((e) => e.lr)).toEqual([0.1, 0.05, 0.025, 0.0125]);
    expect(options.optimizer.lr).toBe(0.00625);
  });

  it("leaves in the records the rate of the step itself, not of the next", async () => {
    const [model, options] = setUp({ epochs: 1, batchSize: 11 });
    const rates: (number | undefined)[] = [];
    const { epochs } = await fit(model, data, {
      ...options,
      schedule: { scheduler: new optim.ExponentialLR(options.optimizer, 0.5), every: "step" },
      callbacks: { onBatchEnd: ({ lr }) => rates.push(lr) },
    });
    expect(rates).toEqual([0.1, 0.05]);
    expect(epochs[0]!.lr).toBe(0.05);
  });

  it("steps after every step where it is told to", async () => {
    const [model, options] = setUp({ epochs: 2, accumulate: 2 });
    const scheduler = new optim.ExponentialLR(options.optimizer, 0.5);
    await fit(model, data, { ...options, schedule: { scheduler, every: "step" } });
    expect(scheduler.lastEpoch).toBe(4); // 3 batches, two in a step
  });

  it("hears of the validation's loss, or of the figure that it is told to watch", async () => {
    const seen: unknown[] = [];
    class Listening extends optim.ReduceLROnPlateau {
      override step(metric?: number): void {
        seen.push(metric);
        super.step(metric);
      }
    }
    for (const monitor of [undefined, "loss"]) {
      const [model, options] = setUp({ epochs: 2, validation: data });
      const scheduler = new Listening(options.optimizer);
      const schedule = monitor === undefined ? scheduler : { scheduler, monitor };
      const { epochs } = await fit(model, data, { ...options, schedule });
      expect(seen.splice(0)).toEqual(epochs.map((e) => e[monitor ?? "valLoss"]));
    }
  });
});

describe("clipping", () => {
  const norms = (model: nn.Module): number[] => model.parameters().map((p) => Math.hypot(...p.grad!.data));

  it("bounds the norm of all gradients together, or each value", async () => {
    const seen: number[] = [];
    const look: Callback = { onBatchEnd: (_, run) => seen.push(Math.hypot(...norms(run.model))) };
    for (const clip of [1e-3, { norm: 1e-3 }]) {
      const [model, options] = setUp({ clip, callbacks: look });
      await fit(model, data, options);
    }
    expect(Math.max(...seen)).toBeLessThan(1.001e-3);
    const [model, options] = setUp({ clip: { value: 1e-4 } });
    await fit(model, data, options);
    expect(Math.max(...model.parameters().flatMap((p) => [...p.grad!.data].map(Math.abs)))).toBeCloseTo(1e-4, 8);
  });
});

describe("accumulation", () => {
  it("gives the weights of batches that many times as large, with a smaller last one too", async () => {
    const train = async (options: Partial<FitOptions>) => {
      const [model, whole] = setUp(options);
      const { epochs } = await fit(model, data, whole);
      return [...weights(model).flat(), ...epochs.map((e) => e.loss)];
    };
    const [parts, whole] = [await train({ batchSize: 4, accumulate: 3 }), await train({ batchSize: 12 })];
    expect(parts).toHaveLength(whole.length);
    parts.forEach((v, i) => {
      expect(v).toBeCloseTo(whole[i]!, 5);
    });
  });

  it("counts optimizer steps", async () => {
    const steps: string[] = [];
    const note: Callback = {
      onTrainBegin: (run) => steps.push(`of ${run.steps}`),
      onBatchEnd: ({ epoch, step }) => steps.push(`${epoch}.${step}`),
    };
    const [model, options] = setUp({ epochs: 1, batchSize: 4, accumulate: 4, callbacks: note });
    await fit(model, data, options);
    expect(steps).toEqual(["of 2", "1.1", "1.2"]);
  });
});

describe("class weights", () => {
  it("are handed to the loss; balanced ones are those of scikit-learn", async () => {
    const given: (number[] | undefined)[] = [];
    const loss = (p: Tensor, y: Tensor, options?: { weight?: Tensor }) => {
      given.push(options?.weight && [...options.weight.data]);
      return crossEntropy(p, y, options);
    };
    for (const classWeights of ["balanced", [1, 3]] as const) {
      const [model, options] = setUp({ loss, classWeights, epochs: 1, batchSize: N });
      const before = memory().tensors;
      await fit(model, data, options);
      for (const p of model.parameters()) p.zeroGrad();
      expect(memory().tensors).toBe(before);
    }
    const share = (count: number) => Math.fround(N / (2 * count));
    expect(given).toEqual([
      [share(16), share(6)],
      [1, 3],
    ]);
  });
});

describe("augmentation", () => {
  it("changes what the model sees in training, not in validation, and records nothing", async () => {
    const seen: number[] = [];
    class Look extends nn.Module {
      layer = new nn.Linear(2, 2);
      forward(x: Tensor): Tensor {
        seen.push(x.data[0]!);
        expect(x.requiresGrad).toBe(false);
        return this.layer.call(x);
      }
    }
    const [, options] = setUp({ epochs: 1, batchSize: N, validation: data, shuffle: false });
    const model = new Look();
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    await fit(model, data, { ...options, optimizer, augment: (x) => x.add(100) });
    expect(seen).toEqual([100, 0]);
  });
});

describe("a run ends early", () => {
  it("before the next step once its signal is aborted, and says why", async () => {
    const controller = new AbortController();
    let steps = 0;
    const callbacks: Callback = {
      onBatchEnd: () => {
        if (++steps === 5) controller.abort(new Error("enough"));
      },
    };
    const [model, options] = setUp({ callbacks, signal: controller.signal });
    const { epochs, stopped } = await fit(model, data, options);
    expect([steps, epochs.length, stopped]).toEqual([5, 1, "aborted: enough"]);
    const before = weights(model);
    expect((await fit(model, data, options)).epochs).toEqual([]);
    expect(weights(model)).toEqual(before);
  });

  it.each([
    ["Node", []],
    ["a page", ["setImmediate"]],
    ["an edge runtime with timers only", ["setImmediate", "MessageChannel"]],
  ])("by timers too, for the event loop turns during a run: in %s", async (_, absent) => {
    for (const name of absent) vi.stubGlobal(name, undefined);
    try {
      let ticks = 0;
      const timer = setInterval(() => ticks++, 1);
      const [model, options] = setUp({ epochs: 1e9, signal: AbortSignal.timeout(500) });
      const { stopped, seconds } = await fit(model, data, options);
      clearInterval(timer);
      expect(stopped).toMatch(/^aborted: /);
      expect(seconds).toBeLessThan(60);
      expect(ticks).toBeGreaterThanOrEqual(5); // though each epoch is shorter than a turn
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it("but not at its very last step, after which nothing was left to do", async () => {
    const callbacks: Callback = { onEpochEnd: ({ epoch }, run) => (epoch === 4 ? run.stop("too late") : null) };
    const [model, options] = setUp({ callbacks });
    const { epochs, stopped } = await fit(model, data, options);
    expect([epochs.length, stopped]).toEqual([4, null]);
  });

  it("when a callback says so, after the step; the modes are as before", async () => {
    const callbacks: Callback = { onBatchEnd: (_, run) => run.stop("mine") };
    const [model, options] = setUp({ callbacks });
    model.eval();
    const { stopped, epochs } = await fit(model, data, options);
    expect([stopped, epochs.length, model.training]).toEqual(["mine", 0, false]);
  });

  it("waits for callbacks that give promises", async () => {
    const told: string[] = [];
    const callbacks: Callback = {
      onEpochEnd: async ({ epoch }) => {
        await new Promise((done) => setTimeout(done, 5));
        told.push(`epoch ${epoch}`);
      },
      onTrainEnd: () => told.push("end"),
    };
    const [model, options] = setUp({ epochs: 2, callbacks });
    await fit(model, data, options);
    expect(told).toEqual(["epoch 1", "epoch 2", "end"]);
  });
});

describe("earlyStopping", () => {
  /** A run whose validation loss is what the list says. */
  async function stoppedBy(losses: number[], options: Parameters<typeof earlyStopping>[0], extra: Callback[] = []) {
    const model = new nn.Linear(1, 1, { bias: false });
    let epoch = 0;
    const count: Callback = { onBatchEnd: () => void epoch++ };
    const step = () => model.weight.assign(tensor([[epoch]])); // the weight tells the epoch that it is of, from 0
    const optimizer = { zeroGrad() {}, step };
    const loss = (p: Tensor) => (p.requiresGrad ? p.mean() : tensor(losses[epoch - 1]!).mean());
    const one = new Dataset([[1]], [[1]]);
    const callbacks = [count, earlyStopping(options), ...extra];
    const history = await fit(model, one, { loss, optimizer, epochs: losses.length, validation: one, callbacks });
    return { epochs: history.epochs.length, stopped: history.stopped, weight: model.weight.item() };
  }

  it("ends the run after epochs without improvement, and gives back the best weights", async () => {
    const found = await stoppedBy([5, 3, 4, 3, 2.5, 9, 9, 9, 1], { patience: 3 });
    expect(found).toEqual({ epochs: 8, stopped: "earlyStopping: no better valLoss for 3 epochs", weight: 4 });
  });

  it("gives them back at the end of a whole run too, and not when told not to, nor when stopped by others", async () => {
    expect(await stoppedBy([5, 1, 4], {})).toEqual({ epochs: 3, stopped: null, weight: 1 });
    expect((await stoppedBy([5, 1, 4], { restoreBest: false })).weight).toBe(2);
    const other: Callback = { onEpochEnd: ({ epoch }, run) => (epoch === 3 ? run.stop("other") : null) };
    expect((await stoppedBy([5, 1, 4, 4], {}, [other])).weight).toBe(2);
  });

  it("counts only improvements above minDelta, never NaN, and more where more is better", async () => {
    expect((await stoppedBy([5, 4.9, 4.8, 4.7], { minDelta: 0.5, patience: 2 })).epochs).toBe(3);
    expect((await stoppedBy([5, Number.NaN, Number.NaN, 1], { patience: 2 })).epochs).toBe(3);
    expect((await stoppedBy([5, 6, 7, 8], { mode: "max", patience: 1 })).epochs).toBe(4);
    expect((await stoppedBy([5, 6, 7, 8], { patience: 1 })).epochs).toBe(2);
  });

  it("begins anew with every run, and leaves no tensors", async () => {
    const [model, options] = setUp({ epochs: 3, validation: data, callbacks: earlyStopping({ patience: 1 }) });
    const first = await fit(model, data, options);
    const before = memory().tensors;
    const second = await fit(model, data, options);
    expect(second.epochs.length).toBeGreaterThanOrEqual(1);
    expect(second.epochs[0]!.valLoss).not.toBe(first.epochs[0]!.valLoss);
    expect(memory().tensors).toBe(before);
  });

  it("names what the records have, where it is to watch something else", async () => {
    const [model, options] = setUp({ callbacks: earlyStopping({ monitor: "valAccuracy" }) });
    await expect(fit(model, data, options)).rejects.toThrow(
      'earlyStopping: expected monitor to be one of loss, lr, got "valAccuracy"',
    );
    expect(() => earlyStopping({ patience: 0 })).toThrow("earlyStopping: expected patience at least 1, got 0");
    expect(() => earlyStopping({ mode: "less" as never })).toThrow("earlyStopping: expected mode to be");
  });
});

describe("parts of a model in evaluation mode", () => {
  it("stay so in a model that trains; a model in evaluation mode trains as a whole", async () => {
    const modes: boolean[][] = [];
    const look: Callback = { onBatchEnd: (_, run) => modes.push(run.model.modules().map((m) => m.training)) };
    const [model, options] = setUp({ epochs: 1, batchSize: N, callbacks: look });
    model.children()[0]!.eval();
    await fit(model, data, options);
    model.eval();
    await fit(model, data, options);
    expect(modes).toEqual([
      [true, false, true, true],
      [true, true, true, true],
    ]);
    expect(model.training).toBe(false);
  });
});

describe("predict", () => {
  it("gives what the model gives for all at once, in evaluation mode and without a graph", () => {
    seed(1);
    const model = new nn.Sequential(new nn.Linear(2, 4), new nn.Dropout(0.5), new nn.BatchNorm1d(4));
    const before = memory().tensors;
    const parts = predict(model, data, { batchSize: 5 });
    expect([memory().tensors - before, parts.requiresGrad, model.training]).toEqual([1, false, true]);
    const whole = predict(model, data.x);
    expect(parts.toArray()).toEqual(whole.toArray());
    expect(whole.toArray()).toEqual(model.eval().call(data.x).toArray());
  });

  it("refuses what gives no tensor, and no examples", () => {
    expect(() => predict(new nn.LSTM(2, 3) as never, rand([2, 2]))).toThrow(
      "predict: expected the model to give a tensor",
    );
    expect(() => predict(new nn.Linear(2, 2), rand([0, 2]))).toThrow("predict: expected data to have examples");
    expect(() => predict(new nn.Linear(2, 2), [[1, 2]] as never)).toThrow(
      "predict: expected data to be a tensor or a Dataset",
    );
  });
});

describe("fit refuses", () => {
  it.each<[string, Record<string, unknown>, string]>([
    ["a schedule by name", { schedule: "cosine" }, 'fit: expected schedule to be a scheduler of optim, got "cosine"'],
    [
      "a schedule that steps now and then",
      { schedule: { scheduler: { step() {} }, every: "week" } },
      "fit: expected schedule.every to be",
    ],
    [
      "a schedule that watches what is not there",
      { schedule: { scheduler: { step() {} }, monitor: "valLoss" } },
      'fit: expected schedule.monitor to be one of loss, got "valLoss"',
    ],
    ["clipping below 0", { clip: -1 }, "fit: expected clip above 0, got -1"],
    [
      "clipping of something else",
      { clip: { max: 1 } },
      'fit: clip: unknown option "max"; expected one of norm, value',
    ],
    ["no batches in a step", { accumulate: 0 }, "fit: expected accumulate at least 1, got 0"],
    [
      "class weights by name",
      { classWeights: "even" },
      'fit: expected classWeights to be "balanced" or a number for each class, got "even"',
    ],
    ["weights below 0", { classWeights: [1, -1] }, "fit: expected classWeights[1] at least 0, got -1"],
    ["class weights for a loss without classes", { classWeights: [1, 1], loss: mse }, 'mse: unknown option "weight"'],
    ["an augmentation by name", { augment: "flip" }, 'fit: expected augment to be a function, got "flip"'],
    ["a signal that is none", { signal: 3 }, "fit: expected signal to be an AbortSignal, got 3"],
    ["a path to resume from", { resume: "last.safetensors" }, "fit: expected resume to be the bytes of a checkpoint"],
  ])("%s", async (_, wrong, message) => {
    const [model, options] = setUp();
    const before = weights(model);
    await expect(fit(model, data, { ...options, ...wrong } as FitOptions)).rejects.toThrow(message);
    expect(weights(model)).toEqual(before);
  });

  it("a loss that is not finite, with the weights of before that step", async () => {
    const [model, options] = setUp();
    let calls = 0;
    const loss = (p: Tensor, y: Tensor) => (++calls >= 3 ? p.sub(1e4).log().mean() : crossEntropy(p, y));
    let last: number[][] = [];
    const history: { stopped: string | null; epochs: EpochRecord[] }[] = [];
    const callbacks: Callback = {
      onBatchEnd: (_, run) => {
        last = weights(run.model);
      },
      onTrainEnd: ({ stopped, epochs }) => history.push({ stopped, epochs: [...epochs] }),
    };
    await expect(fit(model, data, { ...options, loss, callbacks })).rejects.toThrow(
      /^fit: the loss became NaN at epoch 1, step 3: first in log/,
    );
    expect(weights(model)).toEqual(last);
    expect(history[0]!.stopped).toMatch(/^fit: the loss became NaN/);
  });
});

it("own loops stay as short as in PyTorch: the same weights as fit's", async () => {
  const [model, options] = setUp({ clip: 0.5 });
  await fit(model, data, options);
  const [own, { optimizer }] = setUp();
  const loader = batches(data, { batchSize: 8, shuffle: true });
  for (let epoch = 0; epoch < 4; epoch++) {
    for (const [x, y] of loader) {
      optimizer.zeroGrad();
      crossEntropy(own.call(x), y).backward();
      optim.clipGradNorm(own.parameters(), 0.5);
      optimizer.step();
    }
  }
  expect(weights(own)).toEqual(weights(model));
});
