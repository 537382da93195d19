// The main job, `npm start`: trains the default model on drawings that it makes itself, or on a folder of IDX files,
// and shows what came of it. The model is examples/cnn.ts, the drawings examples/support/glyphs.ts, the tables report.ts beside it.
import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { cnn } from "../examples/cnn.ts";
import { GLYPHS, glyphs } from "../examples/support/glyphs.ts";
import { classTable, picture, sideBySide } from "../examples/support/report.ts";
import {
  accuracy,
  argmax,
  crossEntropy,
  type Dataset,
  fit,
  metrics,
  type nn,
  optim,
  predict,
  seed,
} from "../src/entry.ts";
import { load, loadIdxFolder, progressBar, save } from "../src/node.ts";
import { ArgumentError, readArguments, USAGE } from "./start-arguments.ts";

/** Pixels a side that the model's two poolings, of two pixels each, need. */
const SMALLEST = 4;
/** Examples in a step. */
const BATCH = 64;
/** Learning rate at the first step; it falls to 0 at the last, along a straight line. */
const LEARNING_RATE = 3e-3;

/** What to train on. */
interface Job {
  readonly name: string;
  readonly train: Dataset;
  readonly test: Dataset;
  readonly classes: readonly string[];
}

function prepare(folder: string | undefined): Job {
  if (folder === undefined) return { name: "glyphs", train: glyphs(10_000), test: glyphs(2_000), classes: GLYPHS };
  const { train, test, classes } = loadIdxFolder(folder);
  const size = train.x.shape.slice(2);
  if (Math.min(...size) < SMALLEST) {
    throw new RangeError(`expected images of at least ${SMALLEST} pixels a side, got ${size.join(" x ")}`);
  }
  return {
    name: basename(resolve(folder)),
    train,
    test,
    classes: Array.from({ length: classes }, (_, c) => String(c)),
  };
}

/** Trains in place; returns the wall time in seconds. */
async function train(model: nn.Sequential, { train, test }: Job, epochs: number): Promise<number> {
  const optimizer = new optim.AdamW(model.parameters(), { lr: LEARNING_RATE });
  const steps = epochs * Math.ceil(train.length / BATCH);
  const scheduler = new optim.PolynomialLR(optimizer, { totalIters: steps });
  const { seconds } = await fit(model, train, {
    loss: crossEntropy,
    optimizer,
    epochs,
    batchSize: BATCH,
    validation: test,
    metrics: { accuracy },
    schedule: { scheduler, every: "step" },
    callbacks: progressBar(),
  });
  return seconds;
}

/** The hash of all weights, bit by bit, in the order of their names in the model. */
function hashOf(model: nn.Module): string {
  const hash = createHash("sha256");
  for (const { data } of Object.values(model.stateDict())) {
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest("hex");
}

/** Pictures shown at the end: some that the model gets right, and as many that it gets wrong, if there are. */
const SHOWN = 4;

function showPredictions({ test, classes }: Job, chosen: readonly number[]): string {
  const [, , height, width] = test.x.shape as [number, number, number, number];
  const truth = test.y.data;
  const right = chosen.map((_, i) => i).filter((i) => chosen[i] === truth[i]);
  const wrong = chosen.map((_, i) => i).filter((i) => chosen[i] !== truth[i]);
  const shown = [...wrong.slice(0, SHOWN / 2), ...right].slice(0, SHOWN);
  const pixels = test.x.data;
  const pictures = shown.map((i) => {
    const is = classes[truth[i]!]!;
    const title = chosen[i] === truth[i] ? is : `${classes[chosen[i]!]}, but is ${is}`;
    return { title, lines: picture(pixels.subarray(i * height * width, (i + 1) * height * width), height, width) };
  });
  return [pictures.slice(0, 2), pictures.slice(2)]
    .filter((row) => row.length > 0)
    .map(sideBySide)
    .join("\n\n");
}

async function main(job: Job, epochs: number): Promise<void> {
  const { name, test, classes } = job;
  const [, , height, width] = job.train.x.shape as [number, number, number, number];
  const model = cnn(height, width, classes.length);
  const size = model.parameters().reduce((sum, p) => sum + p.size, 0);
  console.log(`${name}: ${job.train.length} images to train on, ${test.length} to test, ${classes.length} classes`);
  console.log(`a convolutional network of ${size} parameters, ${epochs} epochs\n`);
  const seconds = await train(model, job, epochs);

  const path = join("models", `${name}.safetensors`);
  mkdirSync("models", { recursive: true });
  save(path, model, { metadata: { data: name, epochs: String(epochs) } });
  const loaded = cnn(height, width, classes.length);
  loaded.loadStateDict(load(path));
  const [expected, found] = [predict(model, test), predict(loaded, test)];
  const scores = expected.data;
  if (found.data.some((score, i) => !Object.is(score, scores[i]))) {
    throw new Error(`start: expected the model loaded from ${path} to predict the same, got other scores`);
  }

  const chosen = [...argmax(found, { axis: 1 }).data];
  const confusion = new metrics.ConfusionMatrix({ names: classes });
  confusion.update(found, test.y);
  console.log(`\n${classTable(confusion.matrix, classes)}\n\n${showPredictions(job, chosen)}\n`);
  console.log(`saved ${path}; loaded into a new model it predicts the same, bit for bit`);
  console.log(`weights sha256 ${hashOf(loaded)}`);
  console.log(`training took ${seconds.toFixed(1)} s`);
  console.log(`test accuracy ${(100 * confusion.compute()).toFixed(2)} %`);
}

/** What the arguments ask for; null, with the reason told, where that cannot be had. */
function begin(args: readonly string[]): [Job, number] | null {
  try {
    const options = readArguments(args);
    seed(options.seed);
    return [prepare(options.data), options.epochs ?? (options.data === undefined ? 8 : 5)];
  } catch (error) {
    const usage = error instanceof ArgumentError ? `\n${USAGE}` : "";
    console.error(`start: ${(error as Error).message}${usage}`);
    process.exitCode = 1;
    return null;
  }
}

const begun = begin(process.argv.slice(2));
if (begun !== null) await main(...begun);
