// What a training run reports: its records, who listens to them, and averages over batches. The run is src/train/fit.ts.
import type { Tensor } from "../tensor.ts";

/** Averages by name: `loss`, and every metric by its own. */
export type Averages = Readonly<Record<string, number>>;

/** A figure of merit: from predictions [B, ...] and targets [B, ...] to an average over the batch. */
export type Metric = (prediction: Tensor, target: Tensor) => number | Tensor;

/** What became of a batch. */
export interface BatchRecord {
  /** Counted from 1. */
  readonly epoch: number;
  /** Counted from 1 in each epoch. */
  readonly step: number;
  /** The batch's own loss. */
  readonly loss: number;
  /** The epoch's averages so far. */
  readonly averages: Averages;
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
  readonly [metric: string]: number | undefined;
}

/** What became of a run. */
export interface History {
  readonly epochs: readonly EpochRecord[];
  /** Wall time, validation included. */
  readonly seconds: number;
}

/** Functions that a run calls as it goes; each is optional. */
export interface Callback {
  /** Before the first step; `steps` is the number of batches in an epoch. */
  onTrainBegin?(run: { readonly epochs: number; readonly steps: number }): void;
  /** After every optimizer step. */
  onBatchEnd?(batch: BatchRecord): void;
  /** After an epoch and its validation. */
  onEpochEnd?(epoch: EpochRecord): void;
  /** After the last epoch, and also when the run ends by an error. */
  onTrainEnd?(history: History): void;
}

/** Averages of several figures over batches, each weighted by its number of examples. */
export class RunningAverages {
  private readonly names: readonly string[];
  private readonly sums: number[];
  private count = 0;

  constructor(names: readonly string[]) {
    this.names = names;
    this.sums = names.map(() => 0);
  }

  /** Takes a batch's averages, in the order of the names. */
  add(examples: number, values: readonly number[]): void {
    this.count += examples;
    for (let i = 0; i < values.length; i++) this.sums[i]! += values[i]! * examples;
  }

  /** The averages so far, under their names. */
  values(): Averages {
    return Object.fromEntries(this.names.map((name, i) => [name, this.sums[i]! / this.count]));
  }
}
