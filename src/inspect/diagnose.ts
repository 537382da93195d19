// diagnose(): one forward, one backward and one step on trial, told layer by layer and in words. The figures are
// src/inspect/figures.ts, what they mean src/inspect/findings.ts.
import { type Batch, batches } from "../data/batches.ts";
import type { Dataset } from "../data/dataset.ts";
import { grad } from "../grad.ts";
import type { Layer } from "../nn/module.ts";
import { getRngState, setRngState } from "../random.ts";
import { tidy } from "../scope.ts";
import { checkOptions, demand, show } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import type { Loss } from "../train/evaluate.ts";
import { explainNonFinite } from "../train/nan-guard.ts";
import { type Figures, figuresOf, type LayerFigures, observeForward, type Weight } from "./figures.ts";
import { type Finding, findingsOf, nameOf } from "./findings.ts";
import { type AnyOptimizer, checkModule, checkOptimizer, lossOf, preserving } from "./preserve.ts";
import { textTable, wrapped } from "./text.ts";

/** Options of {@link diagnose}. */
export interface DiagnoseOptions {
  /** Whose step is tried, to judge the learning rate. Default: none, and nothing is said of it. */
  optimizer?: AnyOptimizer;
  /** Examples taken of a Dataset, from its beginning. Default: 64. */
  batchSize?: number;
}

/** What {@link diagnose} found. */
export class Diagnosis {
  /** The figures of each layer, in the order of the forward. */
  readonly layers: readonly LayerFigures[];
  /** What looks wrong, the gravest first; empty if nothing does. */
  readonly findings: readonly Finding[];
  /** The batch's loss. */
  readonly loss: number;

  /** @internal Use `diagnose()`. */
  constructor(layers: readonly LayerFigures[], findings: readonly Finding[], loss: number) {
    this.layers = layers;
    this.findings = findings;
    this.loss = loss;
  }

  /** Tables of the layers' results and of their weights, and the findings below them. */
  toString(): string {
    const trained = this.layers.filter(({ parameters }) => parameters > 0);
    const tables = `${tableOf(RESULTS, this.layers)}\n\n${tableOf(WEIGHTS, trained)}`;
    return `${tables}\n\nloss ${figure(this.loss)}\n${textOf(this.findings)}`;
  }

  /** What Node's and Deno's consoles show. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/**
 * Looks into a model by one forward and one backward on a batch, in training mode, and says what is wrong with the
 * activations, the gradients and, with an optimizer, the learning rate. Weights, gradients, buffers, modes, the optimizer
 * and the random state are as before at the end.
 *
 * @param model takes examples [B, ...] to predictions.
 * @param data a batch `[x, y]`, at least 16 examples to judge dead units by; or a Dataset, whose first examples are taken.
 * @param loss as for `fit`.
 * @param options `optimizer` (default none); `batchSize` (default 64), of a Dataset.
 * @returns figures by layer and findings; its `toString()` is a table with the findings in words.
 * @throws TypeError for what is no model, batch or loss; what the model or the loss throws.
 * @see Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.
 * @see https://cs231n.github.io/neural-networks-3/#baby
 *
 * @example
 * ```ts
 * import { mse, nn, randn, seed } from "sedge";
 * import { diagnose } from "sedge/inspect";
 * seed(1);
 * const model = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 1));
 * nn.init.constant((model.children()[0] as nn.Linear).bias!, -10);
 * const { findings } = diagnose(model, [randn([32, 4]), randn([32, 1])], mse);
 * findings[0]?.kind; // => "dead"
 * findings[0]?.text; // => "units that are 0 for every example of the batch: 1 (100 %)"
 * ```
 */
export function diagnose(model: Layer, data: Batch | Dataset, loss: Loss, options: DiagnoseOptions = {}): Diagnosis {
  checkModule("diagnose", model);
  demand(typeof loss === "function", "diagnose", "loss to be a function", loss, TypeError);
  checkOptions("diagnose", options, ["optimizer", "batchSize"]);
  const { optimizer, batchSize = 64 } = options;
  if (optimizer !== undefined) checkOptimizer("diagnose", optimizer, model);
  const isBatch = Array.isArray(data) && data.length === 2 && data.every((t) => t instanceof Tensor);
  if (isBatch) return ofBatch(model, data, loss, optimizer);
  demand(!Array.isArray(data), "diagnose", "data to be a batch [x, y] of tensors, or a Dataset", data, TypeError);
  for (const batch of batches(data, { batchSize })) return ofBatch(model, batch, loss, optimizer);
  throw new RangeError("diagnose: expected a Dataset with examples, got an empty one");
}

function ofBatch(model: Layer, [x, y]: Batch, loss: Loss, optimizer: AnyOptimizer | undefined): Diagnosis {
  return preserving(model, optimizer, () =>
    tidy(() => {
      const random = getRngState();
      const again = (): Tensor => {
        setRngState(random);
        return loss(model.call(x), y);
      };
      const seen = observeForward(model, again);
      const value = lossOf("diagnose", seen.value);
      const params = model.namedParameters().filter(([, p]) => p.requiresGrad);
      demand(params.length > 0, "diagnose", "a model with parameters that are trained", "one without");
      const gradients = grad(
        seen.value,
        params.map(([, p]) => p),
        { allowUnused: true },
      ) as (Tensor | null)[];
      const weights = params.map(([name, p], i): Weight => {
        const gradient = gradients[i]?.data.slice() ?? null;
        return { name, rank: p.rank, values: p.data.slice(), gradient, before: null };
      });
      let lossAfter: number | null = null;
      let stepped: readonly Weight[] = weights;
      if (optimizer !== undefined && Number.isFinite(value)) {
        for (const [i, [, p]] of params.entries()) setGradient(p, gradients[i] ?? null);
        optimizer.step();
        stepped = weights.map((w, i) => ({ ...w, before: w.values, values: params[i]![1].data.slice() }));
        lossAfter = again().item();
      }
      const rows: Figures[] = figuresOf(model, seen, stepped);
      const reason = Number.isFinite(value) ? undefined : explainNonFinite(model, again);
      const [examples, promised] = [x.shape[0] ?? 1, promiseOf(stepped)];
      const circumstances = { examples, inputStd: stdOf(x), loss: value, lossAfter, promised, reason };
      return new Diagnosis(rows.map(publicFigures), findingsOf(rows, circumstances), value);
    }),
  );
}

/** By how much a step would lower the loss if that went on as steeply as it begins. */
function promiseOf(weights: readonly Weight[]): number {
  let sum = 0;
  for (const { values, gradient, before } of weights)
    if (before !== null) {
      gradient?.forEach((g, i) => {
        sum += g * (before[i]! - values[i]!);
      });
    }
  return sum;
}

/** Makes it what a backward would leave, in place where there is one already: somebody may hold it. */
function setGradient(p: Tensor, gradient: Tensor | null): void {
  if (p.grad === null) p.grad = gradient;
  else if (gradient === null) p.grad.data.fill(0);
  else p.grad.data.set(gradient.data);
}

/** Standard deviation of a model's input; 1 for what is no number, as indices. */
export function stdOf({ data, dtype, size }: Tensor): number {
  if (dtype !== "float32") return 1;
  let [sum, squares] = [0, 0];
  for (let i = 0; i < size; i++) {
    sum += data[i]!;
    squares += data[i]! * data[i]!;
  }
  return Math.sqrt(Math.max(0, squares / size - (sum / size) * (sum / size)));
}

/** Without what only the findings need. */
export const publicFigures = ({ gradientSize, unused, notFinite, isResult, ...row }: Figures): LayerFigures => row;

const figure = (v: number | null): string => (v === null || Number.isNaN(v) ? "" : `${Number(v.toPrecision(3))}`);
const percent = (share: number | null): string =>
  share === null || Number.isNaN(share) ? "" : `${(100 * share).toFixed(0)} %`;

type Column = readonly [head: string, cell: (row: LayerFigures) => string];

/** What the layers gave; what was done to their weights. Two tables: one would be wider than terminals are. */
const RESULTS: readonly Column[] = [
  ["layer", nameOf],
  ["kind", ({ kind }) => kind],
  ["result", ({ shape }) => (shape === null ? "" : show(shape))],
  ["min", ({ min }) => figure(min)],
  ["max", ({ max }) => figure(max)],
  ["mean", ({ mean }) => figure(mean)],
  ["std", ({ std }) => figure(std)],
  ["zeros", ({ zeros }) => percent(zeros)],
  ["dead", ({ dead }) => percent(dead)],
  ["saturated", ({ saturated }) => percent(saturated)],
];
const WEIGHTS: readonly Column[] = [
  ["layer", nameOf],
  ["parameters", ({ parameters }) => `${parameters}`],
  ["|gradient|", ({ gradientNorm }) => figure(gradientNorm)],
  ["|weights|", ({ weightNorm }) => figure(weightNorm)],
  ["gradient/weights", ({ gradientRatio }) => figure(gradientRatio)],
  ["update/weights", ({ updateRatio }) => figure(updateRatio)],
];

/** A table, without columns that are empty throughout. */
function tableOf(all: readonly Column[], rows: readonly LayerFigures[]): string {
  const columns = all.filter(([, cell]) => rows.some((row) => cell(row) !== ""));
  return textTable([columns.map(([head]) => head), ...rows.map((row) => columns.map(([, cell]) => cell(row)))]);
}

/** The findings in words. */
const textOf = (findings: readonly Finding[]): string =>
  findings.length === 0
    ? "nothing looks wrong"
    : findings.map(({ text, cure }) => `${wrapped(`- ${text}`)}\n${wrapped(`  cure: ${cure}`)}`).join("\n");
