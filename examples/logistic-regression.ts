// Logistic regression: one weighted sum of features, and a yes or a no with a probability.
import { join } from "node:path";
import { bceWithLogits, evaluate, fit, metrics, nn, optim, predict, randn, seed, type Tensor, tidy } from "sedge";
import { label, standardize, Table, TableEncoder, trainTestSplit } from "sedge/data";
import { progressBar, readCsv } from "sedge/node";
import type { Result, Settings } from "./support/recipe.ts";
import { table } from "./support/table.ts";

export const about = "Malignant or benign cells, or two made clouds, by a weighted sum of measurements";

/** What was measured of a cell's nucleus: each as a mean over the cells, its error, and the mean of the three worst. */
const MEASURES =
  "radius,texture,perimeter,area,smoothness,compactness,concavity,concavePoints,symmetry,fractalDimension".split(",");

/** 569 samples of breast tissue: B is benign, M malignant. */
function cells(folder: string): Table {
  const measures = ["", "Error", "Worst"].flatMap((kind) => MEASURES.map((name) => name + kind));
  const all = readCsv(join(folder, "tabular/wdbc.data"), { columns: ["id", "kind", ...measures] });
  return all.select(["kind", ...measures]);
}

/** Two clouds of points, of deviation 1, whose centres lie sqrt(8) apart. */
function clouds(rows: number): Table {
  const kind = Array.from({ length: rows }, (_, i) => (i % 2 === 0 ? "left" : "right"));
  const draw = (): number[] => [...tidy(() => randn([rows])).data].map((v, i) => v + (i % 2 === 0 ? -1 : 1));
  return new Table({ kind, x: draw(), y: draw() });
}

/** A score [N] for rows [N, features]: the logarithm of the odds for the second class. */
const model = (features: number): nn.Sequential =>
  new nn.Sequential(new nn.Linear(features, 1), new nn.Flatten({ startAxis: 0 }));

const loss = (scores: Tensor, y: Tensor): Tensor => bceWithLogits(scores, y.cast("float32"));

export async function run({ data: folder, quick, seed: from }: Settings): Promise<Result> {
  seed(from);
  const all = folder ? cells(folder) : clouds(quick ? 600 : 2000);
  const split = trainTestSplit(all, { test: 0.3, stratify: "kind" });
  const encoder = new TableEncoder({ features: standardize(), target: { kind: label() } }).fit(split.train);
  const [train, test] = [encoder.transform(split.train), encoder.transform(split.test)];
  const [no, yes] = encoder.classes;
  console.log(
    `${train.length} rows to learn from, ${test.length} to test on: ${no} or ${yes}, by ${train.x.shape[1]} columns`,
  );

  const net = model(train.x.shape[1]!);
  const optimizer = new optim.AdamW(net.parameters(), { lr: 0.01, weightDecay: 0.1 });
  await fit(net, train, { loss, optimizer, epochs: quick ? 20 : 60, callbacks: progressBar() });

  const measured = evaluate(net, test, {
    loss,
    metrics: {
      accuracy: new metrics.Accuracy(),
      precision: new metrics.Precision(),
      recall: new metrics.Recall(),
      f1: new metrics.F1(),
      rocAuc: new metrics.RocAuc(),
    },
  });
  // What speaks most for the second class, and most against it.
  const weights = [...net.parameters()[0]!.data].map((weight, i) => ({ weight, name: encoder.featureNames[i]! }));
  const heaviest = weights.sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight)).slice(0, 5);
  console.log(
    `\n${table([["column", `weight for ${yes}`], ...heaviest.map(({ name, weight }) => [name, weight.toFixed(3)])])}`,
  );
  // How many of each kind were taken for which.
  const counts = [0, 0, 0, 0];
  const scores = predict(net, test);
  scores.data.forEach((score, i) => {
    counts[2 * test.y.data[i]! + Number(score > 0)]!++;
  });
  const rows = [no, yes].map((name, i) => [`${name}`, `${counts[2 * i]}`, `${counts[2 * i + 1]}`]);
  console.log(`\n${table([["is", `said ${no}`, `said ${yes}`], ...rows])}\n`);

  const { loss: testLoss, accuracy, precision, recall, f1, rocAuc } = measured;
  const figures = { testLoss, accuracy, precision, recall, f1, rocAuc };
  const shares = Object.entries({ accuracy, precision, recall, F1: f1, "ROC-AUC": rocAuc });
  return { summary: `test ${shares.map(([name, v]) => `${name} ${v.toFixed(4)}`).join(", ")}`, figures };
}
