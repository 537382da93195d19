// Transfer learning: what a network learned on half of the classes serves on the other half, of which there is little data.
// Yosinski et al., "How transferable are features in deep neural networks?", 2014.
import {
  accuracy,
  crossEntropy,
  Dataset,
  evaluate,
  fit,
  indexSelect,
  nn,
  optim,
  seed,
  type Tensor,
  tensor,
  tidy,
} from "sedge";
import { images } from "./support/images.ts";
import type { Result, Settings } from "./support/recipe.ts";
import { table } from "./support/table.ts";

export const about = "Transfer learning: convolutions trained on half of the classes serve the other half";

/** Classes in each half, and examples of each in the second half's training data. */
const [HALF, FEW] = [5, 10];
/** Seeds that the figures are means over. */
const RUNS = 3;

const head = (): nn.Sequential =>
  new nn.Sequential(new nn.Linear(32 * 7 * 7, 48), new nn.ReLU(), new nn.Linear(48, HALF));

/** Convolutions that see, and a head that decides. */
class Classifier extends nn.Module {
  features = new nn.Sequential(
    new nn.Conv2d(1, 16, 3, { padding: 1 }),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Conv2d(16, 32, 3, { padding: 1 }),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Flatten(),
  );
  head = head();
  forward(x: Tensor): Tensor {
    return this.head.call(this.features.call(x));
  }
}

/** The examples of five classes from `first` on, at most `most` of each, with labels from 0 to 4. */
function half({ x, y }: Dataset, first: number, most = Number.POSITIVE_INFINITY): Dataset {
  const counts = new Array<number>(HALF).fill(0);
  const rows = Array.from(y.data, (label) => label - first).flatMap((label, row) =>
    label >= 0 && label < HALF && counts[label]!++ < most ? [row] : [],
  );
  return tidy(() => {
    const chosen = tensor(Int32Array.from(rows));
    return new Dataset(indexSelect(x, chosen), indexSelect(y, chosen).sub(first));
  });
}

/** Three ways to learn the second half, each with the same examples and steps; `trained` knows the first half. */
const WAYS = {
  "from scratch": () => {
    const model = new Classifier();
    return { model, optimizer: new optim.AdamW(model.parameters(), { lr: 3e-3 }) };
  },
  "new head": (trained: Classifier) => {
    const model = withNewHead(trained).freeze("features.*");
    return { model, optimizer: new optim.AdamW(model.head.parameters(), { lr: 3e-3 }) };
  },
  "fine-tuned": (trained: Classifier) => {
    const model = withNewHead(trained);
    const groups = model.parameterGroups([{ match: "features.*", lr: 3e-4 }, {}]); // the rest at the rate below
    return { model, optimizer: new optim.AdamW(groups, { lr: 3e-3 }) };
  },
};

/** A copy of the convolutions under a head that knows nothing. */
function withNewHead(trained: Classifier): Classifier {
  const model = new Classifier();
  model.features.loadStateDict(trained.features.stateDict());
  return model;
}

export async function run(settings: Settings): Promise<Result> {
  const { data, quick } = settings;
  const names = Object.keys(WAYS) as (keyof typeof WAYS)[];
  const accuracies = names.map(() => 0);
  const runs = quick ? 1 : RUNS;
  for (let i = 0; i < runs; i++) {
    seed(settings.seed + i);
    const { train, test } = images(settings, quick ? { train: 2000, test: 1000 } : { train: 6000, test: 4000 });
    const first = half(train, 0);
    const trained = new Classifier();
    const optimizer = new optim.AdamW(trained.parameters(), { lr: 3e-3 });
    const epochs = data === undefined ? 6 : 2;
    const known = await fit(trained, first, {
      loss: crossEntropy,
      optimizer,
      epochs,
      batchSize: 64,
      metrics: { accuracy },
    });
    console.log(`${first.length} images of the first half: accuracy ${known.epochs.at(-1)!.accuracy!.toFixed(3)}`);

    const [few, testing] = [half(train, HALF, FEW), half(test, HALF)];
    for (const [n, name] of names.entries()) {
      const { model, optimizer } = WAYS[name](trained);
      // The rates and the number of steps were chosen on training images that are not among the few, for each way apart.
      await fit(model, few, { loss: crossEntropy, optimizer, epochs: 60, batchSize: 25 });
      const right = evaluate(model, testing, { loss: crossEntropy, metrics: { accuracy } }).accuracy!;
      console.log(`  ${few.length} of the second, ${name}: test accuracy ${right.toFixed(3)}`);
      accuracies[n]! += right / runs;
      model.dispose();
    }
    for (const dataset of [train, test, first, few, testing]) dataset.dispose();
  }
  const [scratch, newHead, fineTuned] = accuracies as [number, number, number];
  console.log(
    `\n${table([["way", "mean test accuracy"], ...names.map((name, n) => [name, accuracies[n]!.toFixed(4)])])}`,
  );
  const percent = (x: number): string => `${(100 * x).toFixed(1)} %`;
  return {
    summary: `test accuracy from ${FEW} examples a class: new head ${percent(newHead)}, fine-tuned ${percent(fineTuned)}, from scratch ${percent(scratch)}`,
    figures: { scratch, newHead, fineTuned },
  };
}
