// Exact resume: a run that goes on from a checkpoint gives the bits of one that was never stopped, from any step; a
// checkpoint that does not fit changes nothing. Killing real processes is resume-kill.test.ts.
import { describe, expect, it } from "vitest";
import {
  accuracy,
  type Callback,
  crossEntropy,
  Dataset,
  decodeSafetensors,
  earlyStopping,
  encodeSafetensors,
  type FitOptions,
  fit,
  getRngState,
  type History,
  memory,
  nn,
  optim,
  rand,
  randn,
  seed,
  type Tensor,
} from "../src/entry.ts";

seed(1);
const data = new Dataset(
  randn([22, 3]),
  Int32Array.from({ length: 22 }, (_, i) => i % 2),
);
const held = new Dataset(
  randn([9, 3]),
  Int32Array.from({ length: 9 }, (_, i) => i % 2),
);

type Make = (model: nn.Module) => { optimizer: FitOptions["optimizer"]; schedule?: FitOptions["schedule"] | undefined };
const adam: Make = (model) => {
  const optimizer = new optim.AdamW(
    [{ params: model.parameters().slice(0, 2) }, { params: model.parameters().slice(2), lr: 1e-3 }],
    { lr: 0.01, amsgrad: true },
  );
  return {
    optimizer,
    schedule: { scheduler: new optim.OneCycleLR(optimizer, 0.05, { totalSteps: 12 }), every: "step" },
  };
};
const OPTIMIZERS: Record<string, Make> = {
  "AdamW in groups, one cycle": adam,
  "SGD with momentum, reduced on plateaus": (model) => {
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9, nesterov: true });
    return { optimizer, schedule: new optim.ReduceLROnPlateau(optimizer, { patience: 0, threshold: 0.5 }) };
  },
  "RMSprop, warm-up and then cosine": (model) => {
    const optimizer = new optim.RMSprop(model.parameters(), { lr: 0.01, centered: true, momentum: 0.5 });
    const parts = [new optim.LinearLR(optimizer, { totalIters: 2 }), new optim.CosineAnnealingLR(optimizer, 10)];
    return { optimizer, schedule: new optim.SequentialLR(optimizer, parts, [2]) };
  },
  "Rprop, without a schedule": (model) => ({ optimizer: new optim.Rprop(model.parameters()) }),
};

/** Dropout and batch normalisation: random numbers and buffers are part of what a run is. */
const network = () =>
  new nn.Sequential(
    new nn.Linear(3, 6),
    new nn.BatchNorm1d(6),
    new nn.ReLU(),
    new nn.Dropout(0.3),
    new nn.Linear(6, 2),
  );

interface Ran {
  weights: number[][];
  history: History;
  next: number;
}

/** A run as a program does it, whole or from a checkpoint; another process would draw other numbers before it. */
async function run(
  make: Make,
  callbacks: Callback[] = [],
  resume?: Uint8Array,
  given: Partial<FitOptions> = {},
): Promise<Ran> {
  if (resume === undefined) seed(7);
  else rand([13]);
  const model = network();
  const options: FitOptions = {
    ...{ loss: crossEntropy, epochs: 4, batchSize: 4, accumulate: 2, validation: held, metrics: { accuracy } },
    ...make(model),
    augment: (x: Tensor) => x.add(rand(x.shape)),
    callbacks: [earlyStopping({ patience: 2, minDelta: 0.01 }), ...callbacks],
    resume,
    ...given,
  };
  const history = await fit(model, data, options);
  return { weights: Object.values(model.stateDict()).map((t) => [...t.data]), history, next: rand([1]).item() };
}

const comparable = ({ weights, history, next }: Ran) => ({
  ...{ weights, next, stopped: history.stopped },
  epochs: history.epochs.map(({ seconds, ...figures }) => figures),
});

describe("a run that goes on from a checkpoint equals one that was never stopped:", () => {
  it.each(Object.keys(OPTIMIZERS))("%s, from every step", async (name) => {
    const make = OPTIMIZERS[name]!;
    const saved: Uint8Array[] = [];
    const keepAll: Callback = {
      onTrainBegin: (r) => saved.push(r.checkpoint()),
      onSave: (r) => saved.push(r.checkpoint()),
    };
    const whole = await run(make, [keepAll]);
    expect(saved.length).toBeGreaterThan(6); // the beginning, and three steps an epoch
    for (const bytes of saved) expect(comparable(await run(make, [], bytes))).toEqual(comparable(whole));
  });

  it("stopped by a signal at any step, and gone on", async () => {
    const whole = comparable(await run(adam));
    for (let at = 1; at <= 8; at++) {
      const controller = new AbortController();
      let steps = 0;
      let bytes: Uint8Array | undefined;
      const stop: Callback = {
        onBatchEnd: () => (++steps === at ? controller.abort() : null),
        onTrainEnd: (history, r) => {
          expect(history.stopped).toMatch(/^aborted/);
          bytes = r.checkpoint();
        },
      };
      const broken = await run(adam, [stop], undefined, { signal: controller.signal });
      if (broken.history.stopped === null) break; // it was the last step
      expect(comparable(await run(adam, [], bytes))).toEqual(whole);
    }
  });

  it("with more epochs than it was to have", async () => {
    const saved: Uint8Array[] = [];
    const constant: Make = (model) => ({ optimizer: new optim.Adam(model.parameters()) });
    await run(constant, [{ onSave: (r) => saved.push(r.checkpoint()) }], undefined, { epochs: 2 });
    expect(comparable(await run(constant, [], saved.at(-1)))).toEqual(comparable(await run(constant)));
  });
});

describe("a checkpoint", () => {
  const take = async (): Promise<Uint8Array> => {
    let bytes: Uint8Array | undefined;
    await run(adam, [
      {
        onBatchEnd: ({ epoch, step }, r) => {
          if (epoch === 2 && step === 2) bytes = r.checkpoint();
        },
      },
    ]);
    return bytes!;
  };

  it("is a safetensors file with the weights under their names", async () => {
    const tensors = decodeSafetensors(await take());
    expect(Object.keys(tensors)).toContain("model.0.weight");
    expect(Object.keys(tensors)).toContain("model.1.running_mean");
    expect(Object.keys(tensors).some((name) => name.startsWith("run.optimizer.state.0."))).toBe(true);
  });

  it.each<[string, (bytes: Uint8Array) => [Uint8Array, Partial<FitOptions>, nn.Sequential?], RegExp]>([
    ["other batches", (b) => [b, { batchSize: 8 }], /^fit: resume: expected batchSize as in the checkpoint, 4, got 8/],
    ["no schedule", (b) => [b, { schedule: undefined }], /expected schedule as in the checkpoint, step, got null/],
    ["other callbacks", (b) => [b, { callbacks: [] }], /expected callbacks as in the checkpoint, 1, got 0/],
    ["other metrics", (b) => [b, { metrics: {} }], /expected metrics as in the checkpoint, accuracy, got ""/],
    [
      "another model",
      (b) => [b, {}, new nn.Sequential(new nn.Linear(3, 5), new nn.Linear(5, 2))],
      /^fit: resume: expected a checkpoint of this run: loadStateDict: expected /,
    ],
    [
      "weights of other shapes",
      (b) => [
        b,
        {},
        new nn.Sequential(
          new nn.Linear(3, 7),
          new nn.BatchNorm1d(7),
          new nn.ReLU(),
          new nn.Dropout(0.3),
          new nn.Linear(7, 2),
        ),
      ],
      /0\.weight of shape \[7, 3\], got \[6, 3\]/,
    ],
    [
      "weights alone",
      () => [encodeSafetensors(network().stateDict()), {}],
      /expected a checkpoint of a run, got "a file of tensors alone"/,
    ],
    [
      "half of the file",
      (b) => [b.slice(0, b.length / 2), {}],
      /^safetensorsMetadata: fit: resume: |^decodeSafetensors: fit: resume: /,
    ],
  ])("of %s is refused, and nothing is changed", async (_, change, message) => {
    const [resume, given, other] = change(await take());
    seed(11);
    const model = other ?? network();
    const made = adam(model);
    const before = JSON.stringify([
      Object.values(model.stateDict()).map((t) => [...t.data]),
      made.optimizer.stateDict!(),
    ]);
    const [tensors, stream] = [memory().tensors, getRngState()];
    const options = {
      loss: crossEntropy,
      epochs: 4,
      batchSize: 4,
      accumulate: 2,
      metrics: { accuracy },
      ...made,
      callbacks: earlyStopping(),
      resume,
      ...given,
    };
    await expect(fit(model, data, options)).rejects.toThrow(message);
    expect(
      JSON.stringify([Object.values(model.stateDict()).map((t) => [...t.data]), made.optimizer.stateDict!()]),
    ).toBe(before);
    expect(getRngState()).toEqual(stream);
    expect(memory().tensors).toBe(tensors);
  });
});
