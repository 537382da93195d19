// Optimizers side by side: one network, one start, one order of the batches; each at the best of three learning rates.
// Plain gradient descent takes the whole data for each step, the others a batch.
import { join } from "node:path";
import { batches, crossEntropy, type Dataset, evaluate, nn, optim, seed, type Tensor } from "sedge";
import { loadIdxFolder } from "sedge/node";
import { glyphs } from "./support/glyphs.ts";
import { plot } from "./support/plot.ts";
import type { Result, Settings } from "./support/recipe.ts";
import { table } from "./support/table.ts";

export const about = "Thirteen optimizers on one task from one start, with their curves as a plot";

const BATCH = 100;
/** Points of a curve after its start. */
const POINTS = 20;

/** An optimizer for parameters at a learning rate, and the rates to try. */
type Contender = readonly [make: (params: Tensor[], lr: number) => optim.Optimizer, rates: readonly number[]];

const CONTENDERS: Readonly<Record<string, Contender>> = {
  gradientDescent: [(params, lr) => new optim.SGD(params, { lr }), [1, 0.3, 0.1]],
  sgd: [(params, lr) => new optim.SGD(params, { lr }), [1, 0.3, 0.1]],
  momentum: [(params, lr) => new optim.SGD(params, { lr, momentum: 0.9 }), [0.1, 0.03, 0.01]],
  nesterov: [(params, lr) => new optim.SGD(params, { lr, momentum: 0.9, nesterov: true }), [0.1, 0.03, 0.01]],
  adagrad: [(params, lr) => new optim.Adagrad(params, { lr }), [0.1, 0.03, 0.01]],
  adadelta: [(params, lr) => new optim.Adadelta(params, { lr }), [10, 3, 1]],
  rmsprop: [(params, lr) => new optim.RMSprop(params, { lr }), [0.03, 0.01, 0.003]],
  adam: [(params, lr) => new optim.Adam(params, { lr }), [0.03, 0.01, 0.003]],
  adamw: [(params, lr) => new optim.AdamW(params, { lr, weightDecay: 0.01 }), [0.03, 0.01, 0.003]],
  adamax: [(params, lr) => new optim.Adamax(params, { lr }), [0.03, 0.01, 0.003]],
  nadam: [(params, lr) => new optim.NAdam(params, { lr }), [0.03, 0.01, 0.003]],
  radam: [(params, lr) => new optim.RAdam(params, { lr }), [0.03, 0.01, 0.003]],
  lion: [(params, lr) => new optim.Lion(params, { lr }), [0.003, 0.001, 0.0003]],
};

/** The loss over all data, every few steps from step 0 on. */
type Curve = (readonly [step: number, loss: number])[];

function train([make]: Contender, lr: number, data: Dataset, batchSize: number, steps: number, from: number): Curve {
  seed(from); // the same weights at the start, the same order of the batches
  const model = new nn.Sequential(new nn.Flatten(), new nn.Linear(28 * 28, 64), new nn.ReLU(), new nn.Linear(64, 10));
  const optimizer = make(model.parameters(), lr);
  const loader = batches(data, { batchSize, shuffle: true });
  const curve: Curve = [];
  for (let step = 0; step <= steps; ) {
    for (const [x, y] of loader) {
      if (step % (steps / POINTS) === 0) curve.push([step, evaluate(model, data, { loss: crossEntropy }).loss]);
      if (step++ === steps) break;
      optimizer.zeroGrad();
      crossEntropy(model.call(x), y).backward();
      optimizer.step();
    }
  }
  return curve;
}

/** The loss at the end: batches make it swing, so of the last three points the mean. */
const last = (curve: Curve): number => curve.slice(-3).reduce((sum, [, loss]) => sum + loss / 3, 0);

/** The curve that ends lowest; one that diverged ends at NaN, which is never the lowest. */
const best = <T extends { curve: Curve }>(runs: readonly T[]): T =>
  runs.reduce((a, b) => (last(b.curve) < last(a.curve) || Number.isNaN(last(a.curve)) ? b : a));

export async function run({ data: folder, quick, seed: from, out }: Settings): Promise<Result> {
  const [examples, steps] = quick ? [200, 60] : [2000, 400];
  seed(from);
  const data = folder ? loadIdxFolder(join(folder, "fashion-mnist")).train.slice(0, examples) : glyphs(examples);
  console.log(`${examples} images, ${steps} steps; a batch has ${BATCH} images, for gradient descent all of them`);

  const results = Object.entries(CONTENDERS).map(([name, contender]) => {
    const batchSize = name === "gradientDescent" ? examples : BATCH;
    const runs = contender[1].map((lr) => ({ lr, curve: train(contender, lr, data, batchSize, steps, from) }));
    const { lr, curve } = best(runs);
    console.log(`${name}: loss ${last(curve).toFixed(4)} at learning rate ${lr}`);
    return { name, lr, curve };
  });

  // How soon each is where plain gradient descent ends.
  const goal = last(results[0]!.curve);
  const ranked = results
    .map((result) => ({ ...result, steps: result.curve.find(([, loss]) => loss <= goal)?.[0] }))
    .sort((a, b) => last(a.curve) - last(b.curve));
  const rows = ranked.map(({ name, lr, curve, steps }) => [name, `${lr}`, last(curve).toFixed(4), `${steps ?? ""}`]);
  console.log(`\n${table([["optimizer", "rate", "loss", `steps to ${goal.toFixed(4)}`], ...rows])}`);
  const path = join(out, "optimizers.svg");
  const title = `Training loss of ${examples} images`;
  plot(
    path,
    { title, x: "step", y: "loss", logY: true },
    results.map(({ name, curve }) => ({ name, points: curve })),
  );
  console.log(`curves: ${path}`);

  const starts = new Set(results.map(({ curve }) => curve[0]![1]));
  const figures: Record<string, number> = { distinctStarts: starts.size, startLoss: results[0]!.curve[0]![1] };
  for (const { name, curve, steps } of ranked) {
    figures[`${name}Loss`] = last(curve);
    if (steps !== undefined) figures[`${name}Steps`] = steps;
  }
  const [first] = ranked;
  return {
    summary: `${first!.name} came lowest, to ${last(first!.curve).toFixed(4)}; it was at gradient descent's ${goal.toFixed(4)} after ${first!.steps} of ${steps} steps`,
    figures,
  };
}
