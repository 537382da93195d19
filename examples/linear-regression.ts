// Linear regression: a weighted sum of features, learned by gradient descent in batches, and by L-BFGS on all data at once;
// against the least squares solution in closed form.
import { join } from "node:path";
import { type Dataset, fit, metrics, mse, nn, noGrad, optim, randn, seed, tensor, tidy } from "sedge";
import { standardize, Table, TableEncoder, trainTestSplit } from "sedge/data";
import { progressBar, readCsv } from "sedge/node";
import type { Result, Settings } from "./support/recipe.ts";
import { table } from "./support/table.ts";

export const about = "House prices, or a made plane, by a linear model, against least squares in closed form";

/** The made data: price = 3 size - 2 age + distance / 2 + 5, and noise of deviation 1. */
const PLANE = { size: 3, age: -2, distance: 0.5 };

function made(rows: number): Table {
  const draw = (): number[] => [...tidy(() => randn([rows])).data];
  const features = Object.entries(PLANE).map(([name, weight]) => ({ name, weight, values: draw() }));
  const price = draw().map((noise, i) =>
    features.reduce((sum, { weight, values }) => sum + weight * values[i]!, 5 + noise),
  );
  return new Table({ ...Object.fromEntries(features.map(({ name, values }) => [name, values])), price });
}

/** Blocks of houses in California, 1990, with gaps in one column; the text column is left out. */
function california(folder: string): Table {
  const all = readCsv(join(folder, "tabular/california_housing.csv"));
  return all.select(all.columns.filter((name) => all.type(name) === "number"));
}

/** The weights, and the offset last, that make the squared error least: X'X w = X'y, solved by elimination in float64. */
function leastSquares({ x, y }: Dataset): number[] {
  const rows = (x.toArray() as number[][]).map((row, i) => [...row, 1, y.data[i]!]);
  const n = x.shape[1]! + 1;
  // The normal equations, and their right side as the last column.
  const a = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n + 1 }, (_, j) => rows.reduce((sum, row) => sum + row[i]! * row[j]!, 0)),
  );
  for (let k = 0; k < n; k++) {
    // X'X is positive definite: its pivots need no exchange.
    for (let i = 0; i < n; i++) {
      if (i === k) continue;
      const factor = a[i]![k]! / a[k]![k]!;
      for (let j = k; j <= n; j++) a[i]![j]! -= factor * a[k]![j]!;
    }
  }
  return a.map((row, i) => row[n]! / row[i]!);
}

const linear = (features: number): nn.Linear => new nn.Linear(features, 1);
const weightsOf = (model: nn.Linear): number[] => [...model.weight.data, ...model.bias!.data];

/** By batches, the learning rate falling to 0 so that the last steps do not swing about the minimum. */
async function bySgd(data: Dataset, epochs: number): Promise<nn.Linear> {
  const model = linear(data.x.shape[1]!);
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.05 });
  const schedule = new optim.CosineAnnealingLR(optimizer, epochs);
  await fit(model, data, { loss: mse, optimizer, epochs, batchSize: 64, schedule, callbacks: progressBar() });
  return model;
}

/** On all data at once: a few steps of a method that learns the curvature as it goes. */
function byLbfgs({ x, y }: Dataset, steps: number): nn.Linear {
  const model = linear(x.shape[1]!);
  const optimizer = new optim.LBFGS(model.parameters(), { lineSearchFn: "strongWolfe" });
  for (let step = 0; step < steps; step++) {
    tidy(() =>
      optimizer.step(() => {
        optimizer.zeroGrad();
        const loss = mse(model.call(x), y);
        loss.backward();
        return loss;
      }),
    );
  }
  return model;
}

/** Root of the mean squared error in the target's own unit, and the share of its variance that is explained. */
function measure(weights: readonly number[], { x, y }: Dataset, encoder: TableEncoder): { rmse: number; r2: number } {
  const [error, r2] = [new metrics.MeanSquaredError(), new metrics.R2()];
  noGrad(() =>
    tidy(() => {
      const prediction = x.matmul(tensor(weights.slice(0, -1)).unsqueeze(1)).add(weights.at(-1)!);
      error.update(encoder.inverse(prediction), encoder.inverse(y));
      r2.update(prediction, y);
    }),
  );
  return { rmse: Math.sqrt(error.compute()), r2: r2.compute() };
}

export async function run({ data: folder, quick, seed: from }: Settings): Promise<Result> {
  seed(from);
  const all = folder ? california(folder) : made(quick ? 2000 : 10_000);
  const split = trainTestSplit(all, { test: 0.2 });
  const target = all.columns.at(-1)!;
  const encoding = standardize({ missing: "median" });
  const encoder = new TableEncoder({ features: encoding, target: { [target]: encoding } }).fit(split.train);
  const [train, test] = [encoder.transform(split.train), encoder.transform(split.test)];
  console.log(`${train.length} rows to learn from, ${test.length} to test on; the target is ${target}`);

  const sgd = weightsOf(await bySgd(train, quick ? 10 : 30));
  const lbfgs = weightsOf(byLbfgs(train, 5));
  const closed = leastSquares(train);
  const rows = [...encoder.featureNames, "offset"].map((name, i) => [
    name,
    ...[sgd, lbfgs, closed].map((w) => w[i]!.toFixed(4)),
  ]);
  console.log(`weights of the standardised columns\n${table([["column", "SGD", "L-BFGS", "closed form"], ...rows])}`);

  const { rmse, r2 } = measure(sgd, test, encoder);
  const exact = measure(closed, test, encoder);
  const largest = Math.max(...closed.map(Math.abs));
  const gap = (weights: number[]): number => Math.max(...weights.map((w, i) => Math.abs(w - closed[i]!))) / largest;
  const figures = {
    rmse,
    r2,
    closedRmse: exact.rmse,
    closedR2: exact.r2,
    weightGap: gap(sgd),
    lbfgsWeightGap: gap(lbfgs),
  };
  const summary =
    `test RMSE ${rmse.toPrecision(5)}, R2 ${r2.toFixed(4)}; in closed form ${exact.rmse.toPrecision(5)}, ${exact.r2.toFixed(4)}; ` +
    `the weights are within ${(100 * figures.weightGap).toFixed(2)} % of its, those of L-BFGS within ${(100 * figures.lbfgsWeightGap).toFixed(4)} %`;
  return { summary, figures };
}
