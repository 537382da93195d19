// What fit() may be told, checked and made ready for the run. The run itself is src/train/run.ts.
import { type Batches, batches } from "../data/batches.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Layer } from "../nn/module.ts";
import { tensor } from "../ops/create.ts";
import { clipGradNorm, clipGradValue } from "../optim/clip.ts";
import type { LRScheduler } from "../optim/scheduler.ts";
import { keep } from "../scope.ts";
import { checkInt, checkNumber, checkOptions, demand, isBytes, readOptions } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { checkData, checkModel, type Loss } from "./evaluate.ts";
import type { Callback, Steps } from "./history.ts";
import { checkMetrics, type Metrics, type NamedMetric } from "./measures.ts";

/** What is looked at of an `AbortSignal`, which not every runtime's types have. */
interface Signal {
  readonly aborted: boolean;
  readonly reason?: unknown;
}

/** A schedule with when it steps, and by what. */
export interface ScheduleOptions {
  scheduler: LRScheduler;
  /** Whether it steps after every optimizer step or every epoch. Default: `"epoch"`. */
  every?: "step" | "epoch";
  /** What `ReduceLROnPlateau` is given: a name of the epoch's record. Default: `"valLoss"`, or `"loss"` without validation. */
  monitor?: string;
}

/** Options of {@link fit}. */
export interface FitOptions {
  /** What is to become small, averaged over the batch, such as `crossEntropy`. */
  loss: Loss;
  /** What changes the weights, made over the model's parameters. */
  optimizer: Steps;
  /** Passes over the data, at least 1. */
  epochs: number;
  /** Examples in a batch. Default: 32. */
  batchSize?: number | undefined;
  /** Whether each epoch draws a new order from the seeded stream. Default: true. */
  shuffle?: boolean | undefined;
  /** Data to measure on after each epoch. Default: none. */
  validation?: Dataset | undefined;
  /** Further figures by name, such as `{ accuracy, f1: new metrics.F1() }`. Default: none. */
  metrics?: Metrics | undefined;
  /** Who is told of the run as it goes. Default: nobody. */
  callbacks?: Callback | readonly Callback[] | undefined;
  /** Changes the learning rate. Default: it stays. */
  schedule?: LRScheduler | ScheduleOptions | undefined;
  /** Bounds the gradients before each step: their norm taken together, or `{ norm, value }`. Default: no bound. */
  clip?: number | { norm?: number; value?: number } | undefined;
  /** Batches whose gradients make one step, as if they were one batch. Default: 1. */
  accumulate?: number | undefined;
  /** A weight for each class, given to the loss as `{ weight }`; `"balanced"`: inverse to its share of the targets. Default: none. */
  classWeights?: "balanced" | readonly number[] | undefined;
  /** Changes the examples of every training batch, as the image transforms of `sedge/data` do. Default: nothing. */
  augment?: ((x: Tensor) => Tensor) | undefined;
  /** Sets the seed before the first draw. Default: the stream goes on from where it stands. */
  seed?: number | undefined;
  /** An `AbortSignal`: ends the run before the next step when aborted. Default: none. */
  signal?: Signal | undefined;
  /** A checkpoint to go on from, as `run.checkpoint()` gave it; undefined begins anew. */
  resume?: Uint8Array | undefined;
}

/** The options with what follows from them. */
export interface Plan {
  readonly model: Layer;
  readonly loss: Loss;
  readonly optimizer: Steps;
  readonly epochs: number;
  readonly batchSize: number;
  readonly loader: Batches;
  readonly examples: number;
  readonly validation: Dataset | undefined;
  readonly metrics: readonly NamedMetric[];
  readonly callbacks: readonly Callback[];
  readonly schedule: Required<ScheduleOptions> | null;
  readonly clip: () => void;
  readonly accumulate: number;
  /** The third argument of the loss; its tensor is the run's to release. */
  readonly weights: readonly [{ weight: Tensor }] | readonly [];
  readonly augment: ((x: Tensor) => Tensor) | undefined;
  readonly signal: Signal | undefined;
}

const OP = "fit";
const OPTIONS: readonly (keyof FitOptions)[] = [
  "loss",
  "optimizer",
  "epochs",
  "batchSize",
  "shuffle",
  "validation",
  "metrics",
  "callbacks",
  "schedule",
  "clip",
  "accumulate",
  "classWeights",
  "augment",
  "seed",
  "signal",
  "resume",
];

/** The functions of a callback that a run calls. */
export const TOLD = ["onTrainBegin", "onBatchEnd", "onEpochEnd", "onSave", "onTrainEnd"] as const;

/** Checks everything before anything is changed. */
export function plan(model: Layer, data: Dataset, options: FitOptions): Plan {
  checkOptions(OP, options, OPTIONS);
  const { loss, optimizer, epochs, batchSize = 32, shuffle = true, validation, accumulate = 1 } = options ?? {};
  const { augment, signal, resume, seed } = options ?? {};
  const metrics = checkMetrics(OP, loss, options?.metrics);
  checkInt(OP, "epochs", epochs, 1);
  checkInt(OP, "accumulate", accumulate, 1);
  checkModel(OP, model);
  checkData(OP, "data", data);
  if (validation !== undefined) checkData(OP, "validation", validation);
  const steps = typeof optimizer?.step === "function" && typeof optimizer.zeroGrad === "function";
  demand(steps, OP, "optimizer to be one of optim", optimizer, TypeError);
  const own = new Set(model.parameters().filter((p) => p.requiresGrad));
  const { paramGroups } = optimizer as { paramGroups?: readonly { params?: readonly Tensor[] }[] };
  const isOurs = paramGroups?.some(({ params }) => params?.some((p) => own.has(p))) ?? true;
  demand(isOurs || own.size === 0, OP, "optimizer to be of this model's parameters", "of another's");
  const isFunction = augment === undefined || typeof augment === "function";
  demand(isFunction, OP, "augment to be a function", augment, TypeError);
  const isSignal = signal === undefined || typeof signal?.aborted === "boolean";
  demand(isSignal, OP, "signal to be an AbortSignal", signal, TypeError);
  const resumes = resume === undefined || isBytes(resume);
  demand(resumes, OP, "resume to be the bytes of a checkpoint", resume, TypeError);
  const callbacks = [options.callbacks ?? []].flat();
  for (const c of callbacks) {
    demand(typeof c === "object" && c !== null, OP, "callbacks to be objects of functions", c, TypeError);
    for (const name of [...TOLD, "stateDict", "loadStateDict"] as const)
      demand(["function", "undefined"].includes(typeof c[name]), OP, `${name} to be a function`, c[name], TypeError);
  }
  if (seed !== undefined) checkInt(OP, "seed", seed, 0, Number.MAX_SAFE_INTEGER);
  const names = ["loss", ...metrics.map(([name]) => name)];
  const recorded = validation === undefined ? names : [...names, ...names.map(validationName)];
  const twice = recorded.find((name, i) => recorded.indexOf(name) < i);
  demand(twice === undefined, OP, "figures of different names", twice);
  return {
    ...{ model, loss, optimizer, epochs, batchSize, validation, metrics, callbacks, accumulate, augment, signal },
    loader: batches(data, { batchSize, shuffle }),
    examples: data.length,
    schedule: readSchedule(options.schedule, optimizer, recorded),
    clip: readClip(model, options.clip),
    weights: readWeights(data, options.classWeights),
  };
}

/** What a record calls a figure of the validation: `loss` is `valLoss`. */
export const validationName = (name: string): string => `val${name[0]!.toUpperCase()}${name.slice(1)}`;

function readSchedule(
  given: FitOptions["schedule"],
  optimizer: Steps,
  names: readonly string[],
): Required<ScheduleOptions> | null {
  if (given === undefined) return null;
  const whole = typeof given === "object" && given !== null && "scheduler" in given;
  const standard = names.includes("valLoss") ? "valLoss" : "loss";
  const defaults = { scheduler: undefined as never, every: "epoch", monitor: standard } as Required<ScheduleOptions>;
  const options = readOptions(`${OP}: schedule`, whole ? given : { scheduler: given as LRScheduler }, defaults);
  const { scheduler, every, monitor } = options;
  demand(typeof scheduler?.step === "function", OP, "schedule to be a scheduler of optim", given, TypeError);
  const isOurs = [undefined, optimizer].includes(scheduler.optimizer as never);
  demand(isOurs, OP, "schedule to be of this optimizer", "of another");
  demand(every === "step" || every === "epoch", OP, 'schedule.every to be "step" or "epoch"', every);
  demand(names.includes(monitor), OP, `schedule.monitor to be one of ${names.join(", ")}`, monitor);
  return options;
}

function readClip(model: Layer, given: FitOptions["clip"]): () => void {
  if (given === undefined) return () => {};
  const whole = typeof given === "object" && given !== null;
  if (whole) checkOptions(`${OP}: clip`, given, ["norm", "value"]);
  const { norm, value }: { norm?: number; value?: number } = whole ? given : { norm: given };
  for (const [name, bound] of Object.entries({ norm, value })) {
    const called = whole ? `clip.${name}` : "clip";
    if (bound !== undefined) demand(checkNumber(OP, called, bound) > 0, OP, `${called} above 0`, bound);
  }
  return () => {
    if (value !== undefined) clipGradValue(model.parameters(), value);
    if (norm !== undefined) clipGradNorm(model.parameters(), norm);
  };
}

function readWeights({ y, length }: Dataset, given: FitOptions["classWeights"]): Plan["weights"] {
  if (given === undefined) return [];
  let weights = given as readonly number[];
  if (given === "balanced") {
    demand(y.dtype === "int32", OP, "int32 targets for balanced classWeights", y.dtype, TypeError);
    const counts: number[] = [];
    for (const label of y.data) {
      checkInt(OP, "targets for balanced classWeights", label, 0);
      counts[label] = (counts[label] ?? 0) + 1;
    }
    // as scikit-learn: examples / (classes * examples of the class); a class without any needs no weight
    weights = Array.from(counts, (count) => (count ? length / (counts.length * count) : 0));
  }
  demand(Array.isArray(weights), OP, 'classWeights to be "balanced" or a number for each class', given, TypeError);
  for (const [i, w] of weights.entries()) checkNumber(OP, `classWeights[${i}]`, w, 0);
  return [{ weight: keep(tensor([...weights])) }];
}
