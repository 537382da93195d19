// A run's progress in the terminal, as a callback of fit(). Only Node and its like load this file, through src/node.ts.
import cliProgress from "cli-progress";
import { checkOptions, describe } from "../shape.ts";
import type { BatchRecord, Callback, EpochRecord } from "./history.ts";

/** Where progress is shown: `process.stdout` and its like. */
export interface ProgressStream extends NodeJS.WritableStream {
  /** Whether it is a terminal, in which a line can be drawn over. */
  readonly isTTY?: boolean;
}

/** Characters of the bar itself: with a loss and a metric beside it, a line fits a terminal of 80 columns. */
const BAR_CHARACTERS = 10;

/** A loss or metric in few characters: four decimals, or an exponent where these would show nothing. */
function figure(value: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential(2) : value.toFixed(4);
}

function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")} min`;
}

const figures = (values: Readonly<Record<string, number | undefined>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${figure(value!)}`)
    .join("  ");

/** `3/12  loss 0.0831  accuracy 0.9741  valLoss 0.0712  2.1 s`: with one metric more, 80 columns still hold it. */
function summary({ epoch, seconds, lr, ...rest }: EpochRecord, epochs: number): string {
  return `${epoch}/${epochs}  ${figures(rest)}  ${duration(seconds)}\n`;
}

/**
 * Shows a run of `fit` in the terminal: a bar with the epoch's averages so far, steps a second, and the time that is
 * left of the whole run; then one line for each epoch. Where there is no terminal, only the line for each epoch.
 *
 * @param options.stream where to show it. Default: `process.stdout`.
 * @throws TypeError for an unknown option.
 * @see https://github.com/npkgz/cli-progress
 *
 * @example
 * ```ts
 * import { crossEntropy, Dataset, fit, nn, optim } from "sedge";
 * import { progressBar } from "sedge/node";
 * const data = new Dataset([[0, 1], [1, 0]], Int32Array.of(1, 0));
 * const model = new nn.Linear(2, 2);
 * const optimizer = new optim.Adam(model.parameters());
 * await fit(model, data, { loss: crossEntropy, optimizer, epochs: 3, callbacks: progressBar() });
 * ```
 */
export function progressBar(options?: { stream?: ProgressStream }): Callback {
  checkOptions("progressBar", options, ["stream"]);
  const stream = options?.stream ?? process.stdout;
  if (typeof stream.write !== "function") {
    throw new TypeError(`progressBar: expected stream to be a writable stream, got ${describe(stream)}`);
  }
  let run = { epochs: 0, steps: 0 };
  let start = 0;
  let last: BatchRecord | null = null;

  const line = ({ epoch, step, averages }: BatchRecord): string => {
    const seconds = (performance.now() - start) / 1000;
    const done = (epoch - 1) * run.steps + step;
    const left = (seconds / done) * (run.epochs * run.steps - done);
    return `${figures(averages)}  ${(done / seconds).toFixed(0)} steps/s  ${duration(left)} left`;
  };
  const bar = new cliProgress.SingleBar({
    stream,
    format: (settings, { progress }) => {
      const drawn = cliProgress.Format.BarFormat(progress, settings);
      const title = `epoch ${last?.epoch ?? 1}/${run.epochs} ${drawn}`;
      return last === null ? title : `${title}  ${line(last)}`;
    },
    barsize: BAR_CHARACTERS,
    barCompleteChar: "\u2588",
    barIncompleteChar: "\u2591",
    clearOnComplete: true,
    // Nothing to put right on Ctrl-C: a listener for it would never run during a synchronous loop, and so would keep
    // the program from ending; and a terminal left without line wrapping would stay so.
    gracefulExit: false,
    linewrap: true,
    noTTYOutput: false,
  });

  return {
    onTrainBegin(begun) {
      run = begun;
      start = performance.now();
    },
    onBatchEnd(batch) {
      last = batch;
      if (batch.step === 1) bar.start(run.steps, 0);
      bar.update(batch.step);
    },
    onEpochEnd(epoch) {
      bar.stop();
      stream.write(summary(epoch, run.epochs));
    },
    onTrainEnd() {
      bar.stop(); // still there if the epoch ended by an error
    },
  };
}
