// What goes wrong around fit: callbacks that fail, stop late or leave a mode behind, parts that do not belong together, losses
// that give no number, batches that are not finite. What fit refuses by its options is fit.test.ts and fit-options.test.ts.
import { describe, expect, it } from "vitest";
import {
  accuracy,
  type Callback,
  crossEntropy,
  Dataset,
  earlyStopping,
  evaluate,
  type FitOptions,
  fit,
  memory,
  nn,
  optim,
  type Run,
  randn,
  seed,
  type Tensor,
  tensor,
} from "../src/entry.ts";
import { checkpoint } from "../src/node.ts";

seed(1);
const x = randn([22, 3]);
const y = Int32Array.from({ length: 22 }, (_, i) => i % 2);
const data = new Dataset(x, y);

/** Two epochs of three steps. */
function setUp(given: object = {}): [nn.Sequential, FitOptions] {
  seed(3);
  const model = new nn.Sequential(new nn.Linear(3, 6), new nn.BatchNorm1d(6), new nn.Dropout(0.3), new nn.Linear(6, 2));
  const optimizer = new optim.Adam(model.parameters());
  return [model, { loss: crossEntropy, optimizer, epochs: 2, batchSize: 8, ...given }];
}
const train = (given: object) => {
  const [model, options] = setUp(given);
  return fit(model, data, options);
};
const values = (model: nn.Module): number[][] => Object.values(model.stateDict()).map((t) => [...t.data]);

describe("callbacks", () => {
  it("hear of the end even if one of them fails there", async () => {
    const told: string[] = [];
    const fail: Callback = {
      onTrainEnd() {
        throw new Error("mine");
      },
    };
    await expect(train({ callbacks: [fail, { onTrainEnd: () => told.push("end") }] })).rejects.toThrow("mine");
    expect(told).toEqual(["end"]);
  });

  it("are waited for if they give what has a then, be it a Promise or not", async () => {
    let done = false;
    const later = {
      // biome-ignore lint/suspicious/noThenProperty: what is tested
      then(resolve: () => void) {
        setTimeout(() => {
          done = true;
          resolve();
        }, 5);
      },
    };
    await train({ callbacks: { onTrainEnd: () => later } });
    expect(done).toBe(true);
  });

  it("may leave the model in evaluation mode: it trains all the same", async () => {
    const [plain, options] = setUp();
    await fit(plain, data, options);
    const [model, others] = setUp({ callbacks: { onEpochEnd: (_: unknown, run: Run) => run.model.eval() } });
    await fit(model, data, others);
    expect(values(model)).toEqual(values(plain));
  });

  it("may stop the run while it is saved: no further step, and all may save its last state", async () => {
    const seen: string[] = [];
    const callbacks: Callback[] = [
      { onSave: (run) => seen.push(`${run.step} ${run.stopped}`) },
      { onSave: (run) => run.stop("mine") },
    ];
    expect((await train({ callbacks })).stopped).toBe("mine");
    expect(seen).toEqual(["1 null", "1 mine"]);
  });

  it("are refused if what is to be called is no function", async () => {
    await expect(train({ callbacks: { onEpochEnd: 3 } })).rejects.toThrow(
      "fit: expected onEpochEnd to be a function, got 3",
    );
  });

  it("are refused in a checkpoint if they remember what it cannot hold", async () => {
    for (const state of [new Map(), new Float32Array(2), 3n, () => 3]) {
      const callbacks = { stateDict: () => ({ state }), onSave: (run: Run) => run.checkpoint() };
      await expect(train({ callbacks })).rejects.toThrow(
        /^checkpoint: expected run\.callbacks\.0\.state to be plain values/,
      );
    }
  });
});

describe("a checkpoint is refused by", () => {
  it.each<[string, () => object, () => object, RegExp]>([
    ["another optimizer", () => ({}), () => ({}), /expected optimizer as in the checkpoint, Adam, got "AdamW"/],
    [
      "callbacks in another order",
      () => ({ callbacks: [checkpoint("unused"), earlyStopping()].map(quiet) }),
      () => ({ callbacks: [earlyStopping(), checkpoint("unused")].map(quiet) }),
      /earlyStopping: expected its own state; callbacks in the order of before/,
    ],
  ])("%s", async (name, before, after, message) => {
    let resume: Uint8Array | undefined;
    const [first, options] = setUp(before());
    const save: Callback = { onSave: (run) => (resume = run.checkpoint()) };
    await fit(first, data, { ...options, callbacks: [options.callbacks ?? [], save].flat() });
    const [model, others] = setUp({ ...after(), resume });
    if (name === "another optimizer") others.optimizer = new optim.AdamW(model.parameters());
    await expect(fit(model, data, others)).rejects.toThrow(message);
  });

  it("another schedule, also one that knows all that it says", () => {
    const { optimizer } = setUp()[1] as unknown as { optimizer: optim.Adam };
    const saved = new optim.ExponentialLR(optimizer, 0.5).stateDict();
    expect(() => new optim.StepLR(optimizer, 1).loadStateDict(saved)).toThrow(
      /^StepLR\.loadStateDict: expected a state with stepSize, got \[/,
    );
  });
});

/** A callback without what it does to files and signals. */
const quiet = ({ stateDict, loadStateDict }: Callback): Callback => ({ stateDict, loadStateDict }) as Callback;

describe("fit says plainly that", () => {
  it.each<[string, object, string]>([
    ["a loss gives no tensor", { loss: () => 3 }, "fit: expected what the loss gives to be a tensor, got 3"],
    [
      "a loss is not averaged",
      { loss: (p: Tensor) => p.sum({ axis: 1 }) },
      "fit: expected the loss to give one number, as an average, got [8]",
    ],
    [
      "an augmentation gives nothing",
      { augment: () => {} },
      "fit: expected what augment gives to be a tensor, got undefined",
    ],
    [
      "the optimizer is of another model",
      { optimizer: new optim.Adam(new nn.Linear(3, 2).parameters()) },
      "fit: expected optimizer to be of this model's parameters",
    ],
    [
      "the schedule is of another optimizer",
      { schedule: new optim.StepLR(new optim.Adam(new nn.Linear(3, 2).parameters()), 1) },
      "fit: expected schedule to be of this optimizer",
    ],
    ["a metric has no name", { metrics: { "": accuracy } }, 'fit: expected another name for a metric, got ""'],
    [
      "two figures have one name",
      { metrics: { accuracy, valAccuracy: accuracy }, validation: data },
      'fit: expected figures of different names, got "valAccuracy"',
    ],
    ["clipping at 0 would stop all learning", { clip: { value: 0 } }, "fit: expected clip.value above 0, got 0"],
  ])("%s", async (_, given, message) => {
    await expect(train(given)).rejects.toThrow(message);
  });

  it("L-BFGS needs a loop of its own", async () => {
    const [model, options] = setUp();
    const optimizer = new optim.LBFGS(model.parameters()) as never;
    await expect(fit(model, data, { ...options, optimizer })).rejects.toThrow(/^LBFGS: .* write a loop of your own/);
  });

  it("also evaluate, of a loss without a tensor", () => {
    expect(() => evaluate(setUp()[0], data, { loss: (() => 3) as never })).toThrow(
      "evaluate: expected what the loss gives to be a tensor, got 3",
    );
  });
});

it("an optimizer of the loss's own parameters may train beside a model that is frozen", async () => {
  const scale = tensor([1], { requiresGrad: true });
  const [model, options] = setUp({ optimizer: new optim.SGD([scale], { lr: 0.1 }) });
  for (const p of model.parameters()) p.requiresGrad = false;
  await fit(model, data, { ...options, loss: (p, t) => crossEntropy(p.mul(scale), t) });
  expect(scale.item()).not.toBe(1);
});

it("a refused seed leaves no class weights behind", async () => {
  const [model, options] = setUp({ classWeights: "balanced", seed: -1 });
  const before = memory().tensors;
  await expect(fit(model, data, options)).rejects.toThrow(RangeError);
  expect(memory().tensors).toBe(before);
});

it("a batch that is not finite leaves the running statistics of batch normalisation as they were", async () => {
  const rows = x.data.slice();
  rows[3 * 17] = Number.NaN; // in the third batch
  const bad = new Dataset(tensor(rows, { shape: [22, 3] }), y);
  for (const accumulate of [1, 2]) {
    let before: number[][] = [];
    const callbacks: Callback = {
      onBatchEnd: (_, { model }) => {
        before = values(model);
      },
    };
    const [model, options] = setUp({ shuffle: false, accumulate, callbacks });
    await expect(fit(model, bad, options)).rejects.toThrow(/the batch's x is not finite in 1 of 6 rows \(1\)/);
    expect(values(model)).toEqual(before);
  }
});
