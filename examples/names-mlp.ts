// Names, letter by letter: an MLP sees the last three letters and gives the odds of the next. Parts 2 and 3 of makemore.
import { crossEntropy, Dataset, evaluate, indexSelect, nn, noGrad, optim, randint, seed, tensor, tidy } from "sedge";
import { drawLetter, letters, loadNames } from "./support/names.ts";
import type { Result, Settings } from "./support/recipe.ts";

export const about =
  "An MLP learns to make up names from their last three letters, without and with batch normalisation";

const CONTEXT = 3;
const EMBEDDING = 10;
const HIDDEN = 200;
const BATCH = 32;

/** Every letter of every name, and the end, with the three letters before: x int32 [N, 3], y int32 [N]. */
function examples(names: readonly string[]): Dataset {
  const x: number[] = [];
  const y: number[] = [];
  for (const name of names) {
    let context = new Array<number>(CONTEXT).fill(0);
    for (const next of letters.encode(`${name}.`)) {
      x.push(...context);
      y.push(next);
      context = [...context.slice(1), next];
    }
  }
  return new Dataset(tensor(Int32Array.from(x), { shape: [y.length, CONTEXT] }), Int32Array.from(y));
}

/** Part 2: every weight starts from the normal distribution, far too large: the first losses are above 20. */
function plain(): nn.Sequential {
  const table = new nn.Embedding(letters.size, EMBEDDING);
  const hidden = new nn.Linear(CONTEXT * EMBEDDING, HIDDEN);
  const output = new nn.Linear(HIDDEN, letters.size);
  for (const weight of [...hidden.parameters(), ...output.parameters()]) nn.init.normal(weight);
  return new nn.Sequential(table, new nn.Flatten(), hidden, new nn.Tanh(), output);
}

/** Part 3: weights that keep tanh out of saturation and the first guesses even, and a layer that sees to it from then on. */
function normalised(): nn.Sequential {
  const table = new nn.Embedding(letters.size, EMBEDDING);
  const hidden = new nn.Linear(CONTEXT * EMBEDDING, HIDDEN, { bias: false }); // the norm brings its own
  const norm = new nn.BatchNorm1d(HIDDEN, { momentum: 0.001 }); // small batches: slow averages
  const output = new nn.Linear(HIDDEN, letters.size);
  nn.init.normal(hidden.weight, { std: 5 / 3 / Math.sqrt(CONTEXT * EMBEDDING) });
  nn.init.normal(output.weight, { std: 0.01 });
  nn.init.zeros(output.bias!);
  return new nn.Sequential(table, new nn.Flatten(), hidden, norm, new nn.Tanh(), output);
}

/** Plain SGD on random batches, ten times slower in the second half. */
function train(model: nn.Sequential, data: Dataset, steps: number): void {
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const shown = steps / 10;
  let sum = 0;
  for (let step = 1; step <= steps; step++) {
    tidy(() => {
      const rows = randint(0, data.length, [BATCH]);
      const loss = crossEntropy(model.call(indexSelect(data.x, rows)), indexSelect(data.y, rows));
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      sum += loss.item();
    });
    if (step === steps / 2) optimizer.lr = 0.01;
    if (step % shown !== 0) continue;
    console.log(`  step ${String(step).padStart(6)}  loss ${(sum / shown).toFixed(4)}`);
    sum = 0;
  }
}

/** A new name: letter after letter, until the model draws the end. */
function sample(model: nn.Sequential): string {
  const ids = new Array<number>(CONTEXT).fill(0);
  do {
    const context = ids.slice(-CONTEXT);
    ids.push(tidy(() => drawLetter(noGrad(() => model.call(tensor([context], { dtype: "int32" }))))));
  } while (ids.at(-1) !== 0);
  return letters.decode(ids).replaceAll(".", "");
}

export async function run({ data, quick, seed: from }: Settings): Promise<Result> {
  seed(from);
  const names = loadNames(data);
  const [training, dev, test] = [names.train, names.dev, names.test].map(examples) as [Dataset, Dataset, Dataset];
  console.log(`${training.length} letters of ${names.train.length} names to learn from`);
  const steps = quick ? 5000 : 200_000;
  const figures: Record<string, number> = {};
  for (const [kind, make] of Object.entries({ plain, normalised })) {
    console.log(`${kind}:`);
    const model = make();
    const start = performance.now();
    train(model, training, steps);
    const microseconds = (1000 * (performance.now() - start)) / steps;
    model.eval();
    for (const [part, set] of Object.entries({ Train: training, Dev: dev, Test: test })) {
      figures[`${kind}${part}`] = evaluate(model, set, { loss: crossEntropy, batchSize: 2000 }).loss!;
    }
    const losses = ["Train", "Dev", "Test"].map((part) => `${part.toLowerCase()} ${figures[kind + part]!.toFixed(4)}`);
    console.log(`  ${losses.join(", ")}; ${microseconds.toFixed(1)} µs a step`);
    console.log(`  new names: ${Array.from({ length: 12 }, () => sample(model)).join(", ")}`);
    model.dispose();
  }
  const { plainDev, normalisedDev } = figures;
  return {
    summary: `loss a letter on the development names ${plainDev!.toFixed(3)}, with batch norm ${normalisedDev!.toFixed(3)}`,
    figures,
  };
}
