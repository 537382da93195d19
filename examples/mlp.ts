// A network for tables: columns of numbers and words, with gaps, to classes. The encodings are fitted on the training
// rows alone, saved in the model's file, and read again from there.
import { join } from "node:path";
import {
  crossEntropy,
  earlyStopping,
  evaluate,
  fit,
  metrics,
  nn,
  optim,
  predict,
  rand,
  randn,
  seed,
  tidy,
} from "sedge";
import { type Encodings, label, oneHot, standardize, Table, TableEncoder, trainTestSplit } from "sedge/data";
import { load, loadMetadata, readCsv, save } from "sedge/node";
import type { Result, Settings } from "./support/recipe.ts";
import { table } from "./support/table.ts";

export const about = "Kinds of flowers and fates on the Titanic, or arms of a made spiral, by a small network";

/** A table, the column to predict, and how its other columns become numbers. */
interface Task {
  readonly name: string;
  readonly rows: Table;
  readonly target: string;
  readonly features: Encodings;
}

function iris(folder: string): Task {
  const columns = ["sepalLength", "sepalWidth", "petalLength", "petalWidth", "kind"];
  const rows = readCsv(join(folder, "tabular/iris.csv"), { columns });
  const features = Object.fromEntries(columns.slice(0, 4).map((name) => [name, standardize()]));
  return { name: "iris", rows, target: "kind", features };
}

/** Passengers: a fifth of the ages is missing, and two of the ports. Names, tickets and cabins are left out. */
function titanic(folder: string): Task {
  const number = standardize({ missing: "median" });
  return {
    name: "titanic",
    rows: readCsv(join(folder, "tabular/titanic-train.csv")),
    target: "Survived",
    features: {
      Pclass: oneHot(),
      Sex: oneHot(),
      Age: number,
      SibSp: number,
      Parch: number,
      Fare: number,
      Embarked: oneHot({ missing: "mostFrequent" }),
    },
  };
}

/** Three arms of a spiral, red, green and blue, with one in ten of the x missing. */
function spiral(rows: number): Task {
  const arms = ["red", "green", "blue"];
  const [place, noise, gap] = tidy(() =>
    [rand([rows]), randn([rows, 2]), rand([rows])].map(({ data }) => data.slice()),
  );
  const third = Math.sqrt(0.75); // the sine of a third of a turn
  const points = Array.from({ length: rows }, (_, i) => {
    let [x, y] = [1, 0];
    for (let arm = 0; arm < i % 3; arm++) [x, y] = [-x / 2 - y * third, x * third - y / 2];
    // Half a turn outwards: each step goes at right angles to where the point is, and a little outwards.
    for (let step = Math.floor(60 * place![i]!); step > 0; step--) [x, y] = [x * 1.02 - y * 0.06, y * 1.02 + x * 0.06];
    return [x + 0.1 * noise![2 * i]!, y + 0.1 * noise![2 * i + 1]!].map((v) => Math.round(v * 1000) / 1000);
  });
  return {
    name: "spiral",
    rows: new Table({
      x: points.map(([x], i) => (gap![i]! < 0.1 ? null : x!)),
      y: points.map(([, y]) => y!),
      arm: points.map((_, i) => arms[i % 3]!),
    }),
    target: "arm",
    features: { x: standardize({ missing: "mean" }), y: standardize() },
  };
}

const network = (features: number, classes: number): nn.Sequential =>
  new nn.Sequential(
    new nn.Linear(features, 32),
    new nn.ReLU(),
    new nn.Linear(32, 32),
    new nn.ReLU(),
    new nn.Dropout(0.1),
    new nn.Linear(32, classes),
  );

async function learn(task: Task, epochs: number, out: string): Promise<Record<string, number>> {
  const { name, rows, target, features } = task;
  console.log(`\n${name}: ${rows.length} rows, ${target} by ${Object.keys(features).join(", ")}`);
  const split = trainTestSplit(rows, { validation: 0.15, test: 0.2, stratify: target });
  const encoder = new TableEncoder({ features, target: { [target]: label() } }).fit(split.train);
  const [train, validation, test] = [split.train, split.validation, split.test].map((part) => encoder.transform(part));
  const model = network(encoder.featureNames.length, encoder.classes.length);
  const history = await fit(model, train!, {
    loss: crossEntropy,
    optimizer: new optim.AdamW(model.parameters(), { lr: 3e-3 }),
    epochs,
    batchSize: 16,
    validation: validation!,
    callbacks: earlyStopping({ patience: 20 }),
  });
  console.log(`${history.epochs.length} epochs${history.stopped ? `; ${history.stopped}` : ""}`);

  // Weights and encodings in one file; what is read from it works on rows of the table as they are.
  const path = join(out, `${name}.safetensors`);
  save(path, model, { metadata: { encoder: JSON.stringify(encoder) } });
  const again = TableEncoder.fromJSON(loadMetadata(path).encoder!);
  const loaded = network(again.featureNames.length, again.classes.length);
  loaded.loadStateDict(load(path));
  const scores = predict(loaded, again.features(split.test));
  const same = predict(model, test!).data.every((score, i) => score === scores.data[i]);
  const said = again.labels(scores.argmax({ axis: 1 }));
  const columns = [...Object.keys(features), target];
  const shown = [0, 1, 2, 3].map((i) => [
    ...columns.map((column) => `${split.test.row(i)[column] ?? "-"}`),
    `${said[i]}`,
  ]);
  console.log(`${table([[...columns, "predicted"], ...shown])}\nmodel and encodings: ${path}`);

  const figures = { accuracy: new metrics.Accuracy(), f1: new metrics.F1({ average: "macro" }) };
  const { accuracy, f1 } = evaluate(loaded, test!, { loss: crossEntropy, metrics: figures });
  return { [`${name}Accuracy`]: accuracy, [`${name}F1`]: f1, [`${name}Reloaded`]: Number(same) };
}

export async function run({ data: folder, quick, seed: from, out }: Settings): Promise<Result> {
  seed(from);
  const tasks = folder ? [iris(folder), titanic(folder)] : [spiral(quick ? 600 : 3000)];
  const figures: Record<string, number> = {};
  for (const task of tasks) Object.assign(figures, await learn(task, quick ? 40 : 200, out));
  const parts = tasks.map(({ name }) => `${name} ${(100 * figures[`${name}Accuracy`]!).toFixed(1)} %`);
  return { summary: `test accuracy: ${parts.join(", ")}`, figures };
}
