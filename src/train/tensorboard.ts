// A run for TensorBoard, as a callback of fit(). Only Node and its like load this file, through src/node.ts;
// the files' format is src/io/summary-writer.ts.
import { SummaryWriter } from "../io/summary-writer.ts";
import { checkBoolean, checkInt, checkOptions, checkText } from "../shape.ts";
import type { Callback, Run } from "./history.ts";

/** Options of {@link tensorBoard}. */
export interface TensorBoardOptions {
  /** Batches from one `batch/loss` to the next; 0 writes none. Default: 1. */
  every?: number;
  /** Whether each epoch writes how every parameter's elements are distributed. Default: false. */
  histograms?: boolean;
}

/** What is worth reading of a run later: its options and its model, as Markdown. */
function about({ epochs, steps, optimizer, model }: Run): string {
  const { name, paramGroups } = optimizer as { name?: string; paramGroups?: readonly object[] };
  const settings = Object.entries({ epochs, "steps an epoch": steps, optimizer: name, ...paramGroups?.[0] });
  const rows = settings.filter(([, value]) => value !== undefined && typeof value !== "object");
  const table = ["| | |", "|---|---|", ...rows.map(([key, value]) => `| ${key} | ${String(value)} |`)];
  return `${table.join("\n")}\n\n${String(model).replace(/^/gm, "    ")}`;
}

/**
 * Writes a run of `fit` for TensorBoard (`tensorboard --logdir runs`): the loss and learning rate of batches under `batch/`,
 * the figures of each epoch's record under `epoch/`, and the run's options and model as text. A folder is a run: one
 * that is resumed goes on in the same folder, where it takes the place of what was written after its checkpoint.
 *
 * @param folder where the file goes; made if it is not there.
 * @param options.every batches from one `batch/loss` to the next; 0 writes none. Default: 1.
 * @param options.histograms whether each epoch writes the distribution of every parameter. Default: false.
 * @throws before the training: Error if the file cannot be made, with the system's error as its cause; TypeError for unknown options.
 * @see https://keras.io/api/callbacks/tensorboard/
 *
 * @example
 * ```ts
 * import { Dataset, fit, mse, nn, optim } from "sedge";
 * import { tensorBoard } from "sedge/node";
 * const data = new Dataset([[0], [1]], [[1], [3]]);
 * const model = new nn.Linear(1, 1);
 * const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
 * await fit(model, data, { loss: mse, optimizer, epochs: 3, callbacks: tensorBoard("runs/linear") });
 * ```
 */
export function tensorBoard(folder: string, options?: TensorBoardOptions): Callback {
  checkText("tensorBoard", "folder", folder);
  checkOptions("tensorBoard", options, ["every", "histograms"]);
  const { every = 1, histograms = false } = options ?? {};
  checkInt("tensorBoard", "every", every, 0);
  checkBoolean("tensorBoard", "histograms", histograms);
  let writer: SummaryWriter | null = null;
  const stepsBefore = (epoch: number, { steps }: Run): number => (epoch - 1) * steps;

  return {
    onTrainBegin(run) {
      const done = stepsBefore(run.epoch, run) + run.step;
      writer = new SummaryWriter(folder, done > 0 ? { purgeStep: done + 1 } : {});
      writer.addText("run", about(run), done);
    },
    onBatchEnd({ epoch, step, loss, lr }, run) {
      const total = stepsBefore(epoch, run) + step;
      if (every === 0 || total % every !== 0) return;
      writer?.addScalar("batch/loss", loss, total);
      if (lr !== undefined) writer?.addScalar("batch/lr", lr, total);
    },
    onEpochEnd({ epoch, ...figures }, run) {
      for (const [name, value] of Object.entries(figures)) {
        if (value !== undefined) writer?.addScalar(`epoch/${name}`, value, epoch);
      }
      if (!histograms) return;
      for (const [name, parameter] of run.model.namedParameters()) writer?.addHistogram(name, parameter, epoch);
    },
    onTrainEnd() {
      writer?.close();
      writer = null;
    },
  };
}
