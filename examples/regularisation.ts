// Regularisation side by side: a network with far more weights than it has images to learn overfits. What helps?
import { join } from "node:path";
import {
  accuracy,
  crossEntropy,
  type Dataset,
  earlyStopping,
  evaluate,
  fit,
  nn,
  optim,
  seed,
  type Tensor,
} from "sedge";
import { loadIdxFolder } from "sedge/node";
import { glyphs } from "./support/glyphs.ts";
import { plot } from "./support/plot.ts";
import type { Result, Settings } from "./support/recipe.ts";
import { table } from "./support/table.ts";

export const about = "An overfitting network with L1, L2, dropout, batch norm, early stopping, and none of them";

/** What is changed against training without a cure. */
interface Cure {
  /** Weight of the sum of the weights' sizes in the loss. */
  readonly l1?: number;
  /** Weight of half the sum of their squares. */
  readonly l2?: number;
  /** Share of units that are silent in a step. */
  readonly dropout?: number;
  readonly batchNorm?: boolean;
  /** Epochs without a better validation loss after which to stop. */
  readonly patience?: number;
}

/** Strengths by which the loss on validation images gains, with many epochs and in a quick run; not tuned further. */
const CURES: Readonly<Record<string, Cure>> = {
  none: {},
  l1: { l1: 3e-4 },
  l2: { l2: 1e-2 },
  dropout: { dropout: 0.5 },
  batchNorm: { batchNorm: true },
  earlyStopping: { patience: 5 },
};

const WIDTH = 256;

function network({ dropout, batchNorm }: Cure): nn.Sequential {
  const hidden = (from: number): nn.Layer[] => [
    new nn.Linear(from, WIDTH),
    ...(batchNorm ? [new nn.BatchNorm1d(WIDTH)] : []),
    new nn.ReLU(),
    ...(dropout ? [new nn.Dropout(dropout)] : []),
  ];
  return new nn.Sequential(new nn.Flatten(), ...hidden(28 * 28), ...hidden(WIDTH), new nn.Linear(WIDTH, 10));
}

/** Images to learn from, to stop and to choose by, and to judge by. */
type Data = Readonly<Record<"train" | "validation" | "test", Dataset>>;

function load(folder: string | undefined, quick: boolean): Data {
  const [train, others] = quick ? [150, 200] : [1000, 3000];
  if (!folder) {
    const all = glyphs(train + 2 * others);
    return {
      train: all.slice(0, train),
      validation: all.slice(train, train + others),
      test: all.slice(train + others),
    };
  }
  const { train: most, test } = loadIdxFolder(join(folder, "fashion-mnist"));
  return { train: most.slice(0, train), validation: most.slice(-others), test: test.slice(0, others) };
}

/** Losses after each epoch, without what a cure adds to them; and at the end, of the weights that training gives back. */
interface Run {
  readonly name: string;
  readonly train: number[];
  readonly test: number[];
  readonly loss: number;
  readonly share: number;
}

async function train(name: string, cure: Cure, { train, validation, test }: Data, epochs: number): Promise<Run> {
  const model = network(cure);
  const weights = model.parameters().filter((p) => p.rank > 1);
  const penalty = (): Tensor => weights.map((w) => w.abs().sum()).reduce((a, b) => a.add(b));
  const measure = (data: Dataset) => evaluate(model, data, { loss: crossEntropy, metrics: { accuracy } });
  const curves = { train: [] as number[], test: [] as number[] };
  const onEpochEnd = (): void => {
    curves.train.push(measure(train).loss);
    curves.test.push(measure(test).loss);
  };
  const { epochs: records } = await fit(model, train, {
    loss: (scores, y) => (cure.l1 ? crossEntropy(scores, y).add(penalty().mul(cure.l1)) : crossEntropy(scores, y)),
    optimizer: new optim.Adam(model.parameters(), { lr: 1e-3, weightDecay: cure.l2 ?? 0 }),
    epochs,
    batchSize: 50,
    validation,
    callbacks: [{ onEpochEnd }, ...(cure.patience ? [earlyStopping({ patience: cure.patience })] : [])],
  });
  const { loss, accuracy: share } = measure(test);
  console.log(`${name}: ${records.length} epochs, test loss ${loss.toFixed(3)}`);
  return { name, ...curves, loss, share };
}

export async function run({ data: folder, quick, seed: from, out }: Settings): Promise<Result> {
  seed(from);
  const data = load(folder, quick);
  console.log(`${data.train.length} images to learn from, ${data.test.length} to test on`);
  const runs: Run[] = [];
  for (const [name, cure] of Object.entries(CURES)) {
    seed(from + 1); // every network begins with the same numbers
    runs.push(await train(name, cure, data, quick ? 24 : 60));
  }

  const rows = runs.map(({ name, train, loss, share }) =>
    [name, train.length, train.at(-1)!.toFixed(3), loss.toFixed(3), (100 * share).toFixed(1)].map(String),
  );
  console.log(`\n${table([["cure", "epochs", "last train loss", "test loss", "test accuracy %"], ...rows])}`);
  const path = join(out, "regularisation.svg");
  const points = (losses: number[]) => losses.map((loss, i) => [i + 1, loss] as const);
  plot(path, { title: "Loss on test images, and dotted on training images", x: "epoch", y: "loss" }, [
    ...runs.map(({ name, test }) => ({ name, points: points(test) })),
    ...runs.map(({ name, train }) => ({ name, points: points(train), dotted: true })),
  ]);
  console.log(`curves: ${path}`);

  const figures: Record<string, number> = {};
  for (const { name, loss, share } of runs) {
    figures[`${name}TestLoss`] = loss;
    figures[`${name}TestAccuracy`] = share;
  }
  const [none, ...cures] = runs.map(({ name, loss }) => ({ loss, text: `${name} ${loss.toFixed(3)}` }));
  const helped = cures.filter(({ loss }) => loss < none!.loss).map(({ text }) => text);
  return { summary: `test loss with ${none!.text}; lower with ${helped.join(", ")}`, figures };
}
