// What a training run reports: its records, and who listens to them. What is measured is src/train/measures.ts. The run is src/train/run.ts.
import type { Layer } from "../nn/module.ts";
import type { Tensor } from "../tensor.ts";

/** Averages by name: `loss`, and every metric by its own. */
export type Averages = Readonly<Record<string, number>>;

/** A figure of merit: from predictions [B, ...] and targets [B, ...] to an average over the batch. */
export type Metric = (prediction: Tensor, target: Tensor) => number | Tensor;

/** What became of a step. */
export interface BatchRecord {
  /** Counted from 1. */
  readonly epoch: number;
  /** Counted from 1 in each epoch. */
  readonly step: number;
  /** The step's own loss. */
  readonly loss: number;
  /** The epoch's averages so far: the loss and the metrics that are functions. */
  readonly averages: Averages;
  /** Learning rate of the step, where the optimizer tells it. */
  readonly lr?: number | undefined;
}

/** What became of an epoch. Metrics stand under their names; those of the validation under `val` + name. */
export interface EpochRecord {
  /** Counted from 1. */
  readonly epoch: number;
  /** Wall time, validation included. */
  readonly seconds: number;
  /** Average over the epoch's examples, while the weights were changing. */
  readonly loss: number;
  /** Average over the validation data, at the epoch's end. */
  readonly valLoss?: number;
  /** Learning rate of the last step, where the optimizer tells it. */
  readonly lr?: number;
  readonly [metric: string]: number | undefined;
}

/** What became of a run. */
export interface History {
  /** A record for each whole epoch; with `resume`, those before it too. */
  readonly epochs: readonly EpochRecord[];
  /** Wall time, validation included, since the run began or went on. */
  readonly seconds: number;
  /** Why it ended before the last epoch; null if it did not. */
  readonly stopped: string | null;
  /** What was thrown, if it failed; then `stopped` is its message. */
  readonly error?: unknown;
}

/** What changes the weights in `fit`: one of `optim`, or whatever steps as they do. */
export interface Steps {
  zeroGrad(): void;
  step(): unknown;
  readonly lr?: number;
  /** Without both of these, a checkpoint says nothing of the optimizer. */
  stateDict?(): unknown;
  loadStateDict?(state: never): void;
}

/** A run of `fit`, as its callbacks see it. */
export interface Run {
  readonly model: Layer;
  readonly optimizer: Steps;
  /** Passes over the data in all. */
  readonly epochs: number;
  /** Optimizer steps in a pass. */
  readonly steps: number;
  /** The pass at work, counted from 1; between passes the next. */
  readonly epoch: number;
  /** Steps of this pass that are done. */
  readonly step: number;
  /** Why it ends after this step; null as long as it does not. */
  readonly stopped: string | null;
  /** Ends the run after this step, before the next; `reason` becomes the history's `stopped`. */
  stop(reason: string): void;
  /**
   * The whole state of the run as the bytes of a safetensors file: weights and buffers under `model.` + name, the
   * optimizer's state, schedule, callbacks, random numbers, the place in the data. `fit` with `resume` goes on from it to
   * the bit.
   */
  checkpoint(): Uint8Array;
}

/**
 * Functions that a run calls as it goes; each is optional, and is waited for if it gives a promise. Tensors made in them
 * are released when they return, those of asynchronous ones at the first `await`; `keep()` what must last.
 */
export interface Callback {
  /** Before the first step, also of a run that is resumed. */
  onTrainBegin?(run: Run): unknown;
  /** After every optimizer step; the gradients are still there. */
  onBatchEnd?(batch: BatchRecord, run: Run): unknown;
  /** After an epoch and its validation. */
  onEpochEnd?(epoch: EpochRecord, run: Run): unknown;
  /** After all callbacks have been told of a step or an epoch: the place to save `run.checkpoint()`. */
  onSave?(run: Run): unknown;
  /** After the last epoch, and also when the run is stopped or ends by an error. */
  onTrainEnd?(history: History, run: Run): unknown;
  /** What it remembers, for `run.checkpoint()`: plain values, lists and objects of them and of tensors. */
  stateDict?(): unknown;
  /** Goes on from what `stateDict` gave. The tensors are released afterwards: copy them. */
  loadStateDict?(state: unknown): void;
}
