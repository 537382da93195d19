// A callback of fit() that keeps checkpoints in a folder, and reads the last one back. What is in a checkpoint is
// src/train/checkpoint.ts. Only Node and its like load this file, through src/node.ts.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkInt, checkText, demand, readOptions } from "../shape.ts";
import type { Callback, Run } from "../train/history.ts";
import { Monitor, type MonitorOptions } from "../train/monitor.ts";
import { writeWhole } from "./files.ts";

/** Options of {@link checkpoint}. */
export interface CheckpointOptions extends MonitorOptions {
  /** Writes `last.safetensors` also after every so many optimizer steps. Default: after epochs only. */
  everySteps?: number | undefined;
  /** Keeps `epoch-0010.safetensors` and so on, every so many epochs. Default: none. */
  keepEvery?: number | undefined;
  /** Whether SIGINT (Ctrl-C) ends the run after the step at work, with a last checkpoint; a second one ends the program. Default: true. */
  interrupt?: boolean;
}

const LAST = "last.safetensors";

/**
 * Keeps checkpoints of a run of `fit` in a folder: `last.safetensors`, from which `fit` goes on to the bit, and
 * `best.safetensors`, of the epoch with the best validation loss. Each file appears whole or not at all, so that a kill at
 * any time leaves the one before.
 *
 * The weights in them stand under `model.` + name: `model.loadStateDict(load("run/best.safetensors"), { prefix: "model." })`.
 *
 * @param folder where to; made if it is not there. @param options see {@link CheckpointOptions}.
 * @throws TypeError or RangeError for options out of range; during the run an Error if a file cannot be written: the run
 * then ends, with the weights in the model and the files of before in the folder.
 * @see https://keras.io/api/callbacks/model_checkpoint/
 *
 * @example
 * ```ts
 * import { Dataset, fit, mse, nn, optim } from "sedge";
 * import { checkpoint, lastCheckpoint } from "sedge/node";
 * const data = new Dataset([[0], [1], [2], [3]], [[1], [3], [5], [7]]);
 * const train = (epochs: number) => {
 *   const model = new nn.Linear(1, 1);
 *   const optimizer = new optim.Adam(model.parameters());
 *   const callbacks = checkpoint("run");
 *   return fit(model, data, { loss: mse, optimizer, epochs, callbacks, resume: lastCheckpoint("run") });
 * };
 * await train(2); // or killed on the way
 * const { epochs } = await train(5); // goes on with the third
 * epochs.length; // => 5
 * ```
 */
export function checkpoint(folder: string, options?: CheckpointOptions): Callback {
  const op = "checkpoint";
  checkText(op, "folder", folder);
  const { everySteps, keepEvery, interrupt, ...rest } = readOptions(op, options, {
    monitor: undefined,
    mode: "auto",
    minDelta: 0,
    everySteps: undefined,
    keepEvery: undefined,
    interrupt: true,
  } as Required<CheckpointOptions>);
  if (everySteps !== undefined) checkInt(op, "everySteps", everySteps, 1);
  if (keepEvery !== undefined) checkInt(op, "keepEvery", keepEvery, 1);
  const monitor = new Monitor(op, rest);
  const write = (run: Run, ...names: string[]): void => {
    const bytes = run.checkpoint();
    for (const name of names) writeWhole(op, join(folder, name), bytes);
  };
  let names: string[] = [];
  let heard: (() => void) | null = null;
  return {
    onTrainBegin(run) {
      if (run.epoch === 1 && run.step === 0) monitor.best = null;
      mkdirSync(folder, { recursive: true });
      if (!interrupt) return;
      heard = () => run.stop("SIGINT");
      process.once("SIGINT", heard);
    },
    onEpochEnd(record) {
      names = [LAST];
      if (monitor.improves(record)) names.push("best.safetensors");
      if (keepEvery !== undefined && record.epoch % keepEvery === 0)
        names.push(`epoch-${String(record.epoch).padStart(4, "0")}.safetensors`);
    },
    onSave(run) {
      const due = run.stopped !== null || (everySteps !== undefined && run.step % everySteps === 0);
      if (names.length === 0 && due) names = [LAST];
      if (names.length > 0) write(run, ...names);
      names = [];
    },
    onTrainEnd() {
      if (heard !== null) process.off("SIGINT", heard);
      heard = null;
    },
    stateDict: () => ({ best: monitor.best }),
    loadStateDict(state) {
      const { best } = (state ?? {}) as { best?: number | null };
      demand(best !== undefined, op, "its own state; callbacks in the order of before", state);
      monitor.best = best;
    },
  };
}

/**
 * The bytes of the last checkpoint in a folder, for `fit`'s `resume`; undefined if there is none yet.
 *
 * @throws Error if there is one that cannot be read.
 *
 * @example
 * ```ts
 * import { lastCheckpoint } from "sedge/node";
 * lastCheckpoint("no-run-yet"); // => undefined
 * ```
 */
export function lastCheckpoint(folder: string): Uint8Array | undefined {
  checkText("lastCheckpoint", "folder", folder);
  const path = join(folder, LAST);
  return existsSync(path) ? readFileSync(path) : undefined;
}
