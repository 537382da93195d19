// fit and evaluate: the same bits as a loop written by hand, flat memory, modes, callbacks, seeds, and every refusal.
import { beforeEach, describe, expect, it } from "vitest";
import {
  accuracy,
  batches,
  type Callback,
  crossEntropy,
  Dataset,
  type EpochRecord,
  evaluate,
  type FitOptions,
  fit,
  memory,
  mse,
  nn,
  optim,
  seed,
  type Tensor,
  tensor,
} from "../src/entry.ts";

/** Two classes on a plane, told apart by whether the coordinates' product is positive. */
function quadrants(n: number): Dataset {
  const x = Float32Array.from({ length: 2 * n }, (_, i) => ((i * 37) % 101) / 50 - 1);
  const y = Int32Array.from({ length: n }, (_, i) => Number(x[2 * i]! * x[2 * i + 1]! > 0));
  return new Dataset(tensor(x, { shape: [n, 2] }), y);
}
const data = quadrants(50);
const held = quadrants(23);

const network = () => new nn.Sequential(new nn.Linear(2, 8), new nn.ReLU(), new nn.Dropout(0.2), new nn.Linear(8, 2));
const weights = (model: nn.Module): number[][] => Object.values(model.stateDict()).map((t) => [...t.data]);

/** A seeded model and the options to train it with. */
function setUp(options: Partial<FitOptions> = {}): [ReturnType<typeof network>, FitOptions] {
  seed(3);
  const model = network();
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
  return [model, { loss: crossEntropy, optimizer, epochs: 3, batchSize: 8, ...options }];
}

describe("fit", () => {
  it("gives the history and the weights of a loop written by hand, to the bit", async () => {
    const [model, options] = setUp({ metrics: { accuracy }, validation: held });
    const { epochs } = await fit(model, data, options);

    const [own] = setUp();
    const optimizer = new optim.Adam(own.parameters(), { lr: 0.01 });
    const loader = batches(data, { batchSize: 8, shuffle: true });
    const written: Omit<EpochRecord, "seconds" | "lr">[] = [];
    for (let epoch = 1; epoch <= 3; epoch++) {
      own.train();
      let [loss, right] = [0, 0];
      for (const [x, y] of loader) {
        optimizer.zeroGrad();
        const logits = own.call(x);
        const value = crossEntropy(logits, y);
        value.backward();
        optimizer.step();
        loss += value.item() * y.size;
        right += accuracy(logits, y) * y.size;
      }
      own.eval();
      let [valLoss, valRight] = [0, 0];
      for (const [x, y] of batches(held, { batchSize: 256 })) {
        const logits = own.call(x);
        valLoss += crossEntropy(logits, y).item() * y.size;
        valRight += accuracy(logits, y) * y.size;
      }
      written.push({
        loss: loss / data.length,
        accuracy: right / data.length,
        valLoss: valLoss / held.length,
        valAccuracy: valRight / held.length,
        epoch,
      });
    }
    expect(epochs.map(({ seconds, lr, ...record }) => record)).toEqual(written);
    expect(weights(model)).toEqual(weights(own));
  });

  it("learns", async () => {
    const [model, options] = setUp({ epochs: 60 });
    const { epochs } = await fit(model, data, options);
    expect(epochs.at(-1)!.loss).toBeLessThan(0.6 * epochs[0]!.loss);
  });

  it("repeats itself from a seed, and goes on with the stream without one", async () => {
    const run = async (options: Partial<FitOptions>) => {
      const [model, whole] = setUp(options);
      seed(99);
      await fit(model, data, whole);
      return weights(model);
    };
    expect(await run({ seed: 5 })).toEqual(await run({ seed: 5 }));
    expect(await run({ seed: 5 })).not.toEqual(await run({ seed: 6 }));
    expect(await run({})).toEqual(await run({ seed: 99 }));
  });

  it("shuffles unless told not to", async () => {
    const first = async (shuffle?: boolean) => {
      const [model, options] = setUp({ epochs: 1, ...(shuffle !== undefined && { shuffle }) });
      let targets: number[] = [];
      const loss = (p: Tensor, y: Tensor) => {
        targets = [...targets, ...y.data];
        return crossEntropy(p, y);
      };
      await fit(model, data, { ...options, loss });
      return targets;
    };
    expect(await first(false)).toEqual([...data.y.data]);
    expect(await first()).toEqual(await first(true));
    expect(await first()).not.toEqual(await first(false));
  });

  it("leaves memory flat from the tenth step on, and nothing behind but what the optimizer remembers", async () => {
    const [model, options] = setUp({ epochs: 5, metrics: { accuracy }, validation: held });
    const optimizer = new optim.Adam(model.parameters());
    const seen: number[] = [];
    const watch: Callback = {
      onBatchEnd: () => seen.push(memory().bytes),
      onEpochEnd: () => seen.push(memory().tensors),
    };
    await fit(model, data, { ...options, optimizer, callbacks: watch });
    const perEpoch = 8;
    for (const at of [10, 11, 12, 17]) expect(seen[at + perEpoch]).toBe(seen[at]);
    expect(seen[4 * perEpoch - 1]).toBe(seen[2 * perEpoch - 1]);
    const before = memory();
    await fit(model, data, { ...options, optimizer });
    expect([memory().bytes, memory().tensors]).toEqual([before.bytes, before.tensors]);
  });

  it.each<[string, (model: ReturnType<typeof network>, options: FitOptions, watch: () => void) => unknown]>([
    [
      "fit",
      (model, options, watch) => fit(model, data, { ...options, epochs: 1429, callbacks: { onBatchEnd: watch } }),
    ],
    [
      "a loop over batches without tidy",
      (model, { optimizer }, watch) => {
        const loader = batches(data, { batchSize: 8, shuffle: true });
        for (let epoch = 0; epoch < 1429; epoch++) {
          for (const [x, y] of loader) {
            optimizer.zeroGrad();
            crossEntropy(model.call(x), y).backward();
            optimizer.step();
            watch();
          }
        }
      },
    ],
  ])(
    "%s takes 10,000 steps in the memory of the tenth, at its peak too",
    async (_, train) => {
      const [model, options] = setUp();
      let steps = 0;
      let peak = 0;
      await train(model, options, () => {
        steps++;
        if (steps === 17) peak = memory({ resetPeak: true }).bytes;
        if (steps === 27) peak = memory().peakBytes;
      });
      expect(steps).toBeGreaterThan(10_000);
      expect(memory().peakBytes).toBe(peak);
    },
    120_000,
  );

  it("puts every module back into its own mode, also after an error", async () => {
    const [model, options] = setUp({ validation: held });
    model.eval();
    const dropout = model.children()[2]!;
    dropout.training = true;
    const modes = () => model.modules().map((module) => module.training);
    const before = modes();
    await fit(model, data, options);
    expect(modes()).toEqual(before);
    const fail = () => {
      expect(modes()).toEqual([true, true, true, true, true]);
      throw new Error("mine");
    };
    await expect(fit(model, data, { ...options, callbacks: { onBatchEnd: fail } })).rejects.toThrow("mine");
    expect(modes()).toEqual(before);
  });

  it("takes metrics that give tensors", async () => {
    const [model, options] = setUp({ epochs: 1, metrics: { mean: (p) => p.mean() } });
    expect((await fit(model, data, options)).epochs[0]!.mean).toBeTypeOf("number");
  });

  it("puts the layer's path before a model's error", async () => {
    const [, options] = setUp();
    const wrong = new nn.Sequential(new nn.Linear(3, 2));
    options.optimizer = new optim.Adam(wrong.parameters());
    await expect(fit(wrong, data, options)).rejects.toThrow(/^0: /);
  });
});

describe("callbacks", () => {
  const told: string[] = [];
  beforeEach(() => {
    told.length = 0;
  });
  const listener: Callback = {
    onTrainBegin: ({ epochs, steps }) => told.push(`begin ${epochs} ${steps}`),
    onBatchEnd: ({ epoch, step }) => told.push(`${epoch}.${step}`),
    onEpochEnd: ({ epoch }) => told.push(`epoch ${epoch}`),
    onTrainEnd: ({ epochs }) => told.push(`end ${epochs.length}`),
  };

  it("are told of the run in order, one after the other", async () => {
    const [model, options] = setUp({ epochs: 2, batchSize: 25 });
    await fit(model, data, { ...options, callbacks: [listener, { onTrainEnd: () => told.push("second") }] });
    expect(told).toEqual(["begin 2 2", "1.1", "1.2", "epoch 1", "2.1", "2.2", "epoch 2", "end 2", "second"]);
  });

  it("see a batch's own loss and the averages so far, weighted by size", async () => {
    const [model, options] = setUp({ epochs: 1, batchSize: 40 });
    const seen: { loss: number; averages: Readonly<Record<string, number>> }[] = [];
    await fit(model, data, { ...options, callbacks: { onBatchEnd: (batch) => seen.push(batch) } });
    const [first, second] = seen as [(typeof seen)[0], (typeof seen)[0]];
    expect(first.averages).toEqual({ loss: first.loss });
    expect(second.averages.loss).toBe((first.loss * 40 + second.loss * 10) / 50);
  });

  it("hear of the end when the run fails", async () => {
    const [model, options] = setUp();
    const fail = () => {
      throw new Error("mine");
    };
    await expect(fit(model, data, { ...options, callbacks: [listener, { onEpochEnd: fail }] })).rejects.toThrow("mine");
    expect(told.at(-1)).toBe("end 1");
  });
});

describe("evaluate", () => {
  it("averages over all examples whatever the batch size, without dropout, and changes nothing", async () => {
    const [model] = setUp();
    const before = [weights(model), memory().bytes, model.training];
    const whole = evaluate(model, held, { loss: crossEntropy, metrics: { accuracy } });
    const parts = evaluate(model, held, { loss: crossEntropy, metrics: { accuracy }, batchSize: 10 });
    expect(Object.keys(whole)).toEqual(["loss", "accuracy"]);
    expect(parts.loss).toBeCloseTo(whole.loss!, 6);
    expect(parts.accuracy).toBeCloseTo(whole.accuracy!, 10);
    expect([weights(model), memory().bytes, model.training]).toEqual(before);
  });

  it("records nothing for gradients", async () => {
    const [model] = setUp();
    evaluate(model, held, {
      loss: (p, y) => {
        expect(p.requiresGrad).toBe(false);
        return crossEntropy(p, y);
      },
    });
    expect.assertions(1);
  });

  it("refuses a loss or a metric that is no function, names in use, and unknown options", async () => {
    const [model] = setUp();
    // @ts-expect-error no function
    expect(() => evaluate(model, held, {})).toThrow(
      new TypeError("evaluate: expected loss to be a function, got undefined"),
    );
    expect(() => evaluate(model, held, { loss: mse, metrics: { loss: accuracy } })).toThrow(
      new RangeError('evaluate: expected another name for a metric, got "loss"'),
    );
    // @ts-expect-error no function
    expect(() => evaluate(model, held, { loss: mse, metrics: { accuracy: 1 } })).toThrow(
      new TypeError('evaluate: expected metric "accuracy" to be a function or a streaming metric, got 1'),
    );
    // @ts-expect-error unknown
    expect(() => evaluate(model, held, { loss: mse, metric: {} })).toThrow(/^evaluate: unknown option "metric"/);
  });
});

describe("fit refuses", () => {
  it.each<[string, Record<string, unknown>, Error]>([
    ["no epochs", { epochs: 0 }, new RangeError("fit: expected epochs at least 1, got 0")],
    [
      "epochs that are no number",
      { epochs: Number.NaN },
      new TypeError("fit: expected epochs to be an integer, got NaN"),
    ],
    ["a batch size of 0", { batchSize: 0 }, new RangeError("batches: expected batchSize at least 1, got 0")],
    ["a loss by name", { loss: "mse" }, new TypeError('fit: expected loss to be a function, got "mse"')],
    [
      "an optimizer by name",
      { optimizer: "adam" },
      new TypeError('fit: expected optimizer to be one of optim, got "adam"'),
    ],
    [
      "an optimizer that cannot clear gradients",
      { optimizer: { step() {} } },
      new TypeError("fit: expected optimizer to be one of optim, got an object"),
    ],
    [
      "a callback of null",
      { callbacks: [null] },
      new TypeError("fit: expected callbacks to be objects of functions, got null"),
    ],
    [
      "a function as a callback",
      { callbacks: () => undefined },
      new TypeError("fit: expected callbacks to be objects of functions, got a function"),
    ],
    [
      "metrics in a list",
      { metrics: accuracy },
      new TypeError("fit: expected metrics to be functions by name, as { accuracy }, got a function"),
    ],
    ["a seed that is none", { seed: -1 }, new RangeError("fit: expected seed from 0 to 9007199254740991, got -1")],
    [
      "an unknown option",
      { epoch: 3 },
      new TypeError(
        'fit: unknown option "epoch"; expected one of loss, optimizer, epochs, batchSize, shuffle, validation, metrics, callbacks, schedule, clip, accumulate, classWeights, augment, seed, signal, resume',
      ),
    ],
  ])("%s", async (_, wrong, error) => {
    const [model, options] = setUp();
    const before = weights(model);
    await expect(fit(model, data, { ...options, ...wrong } as FitOptions)).rejects.toThrow(error);
    expect(weights(model)).toEqual(before);
  });

  it("a model that is no module", async () => {
    const [, options] = setUp();
    const identity = ((x: Tensor) => x) as never;
    await expect(fit(identity, data, options)).rejects.toThrow("fit: expected model to be a Module, got a function");
    expect(() => evaluate(identity, data, options)).toThrow("evaluate: unknown option");
    expect(() => evaluate(identity, data, { loss: mse })).toThrow("evaluate: expected model to be a Module");
  });

  it("labels out of range, before the first step", async () => {
    const [model, options] = setUp();
    const before = weights(model);
    await expect(fit(model, new Dataset([[1, 2]], Int32Array.of(2)), options)).rejects.toThrow(RangeError);
    expect(weights(model)).toEqual(before);
  });
});
