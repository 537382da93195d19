// A run's progress in the terminal, as a callback of fit(). Only Node and its like load this file, through src/node.ts.
import cliProgress from "cli-progress";
import { checkInt, checkOptions, describe } from "../shape.ts";
import type { BatchRecord, Callback } from "./history.ts";

/** Where progress is shown: `process.stdout` and its like; in words of our own, for programs without the types of Node. */
export interface ProgressStream {
  write(text: string): unknown;
  /** Whether it is a terminal, in which a line can be drawn over. */
  readonly isTTY?: boolean;
  /** Its width in characters. Default: 80. */
  readonly columns?: number;
}

/** Options of {@link progressBar}. */
export interface ProgressOptions {
  /** Epochs from one line to the next; the last epoch has one always. Default: 1. */
  every?: number;
  /** Where to show it. Default: `process.stdout`. */
  stream?: ProgressStream;
}

/** Characters of the bar itself: with a loss and a metric beside it, a line fits a terminal of 80 columns. */
const BAR_CHARACTERS = 10;
/** Where a stream does not say how wide it is. */
const COLUMNS = 80;
/** Time without a line before the bar comes, in ms: one of a shorter life would only flicker. */
const DELAY = 200;

/** A loss or metric in few characters: four decimals, or an exponent where these would show nothing. */
function figure(value: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential(2) : value.toFixed(4);
}

function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const [size, unit] = seconds < 3600 ? [1, "min"] : [60, "h"];
  const small = Math.floor(seconds / size);
  return `${Math.floor(small / 60)}:${String(small % 60).padStart(2, "0")} ${unit}`;
}

const figures = (values: Readonly<Record<string, number | undefined>>): string[] =>
  Object.entries(values).map(([name, value]) => `${name} ${figure(value!)}`);

const joined = (parts: readonly string[]): string => parts.join("  ");

/** Those of the parts that fit into a line, in their order; `important` lists indices, what matters most first. */
function fitting(parts: readonly string[], important: readonly number[], columns: number): string {
  let chosen: number[] = [];
  const line = (indices: readonly number[]): string => joined(parts.filter((_, i) => indices.includes(i)));
  // one column stays free: a terminal may wrap a line that is full
  for (const i of important) if (line([...chosen, i]).length < columns) chosen = [...chosen, i];
  return line(chosen);
}

/**
 * Shows a run of `fit` in the terminal: a bar with the epoch's averages so far, steps a second, and the time that is
 * left of the whole run, as much of it as has room; then one line for each epoch, with the learning rate once it has
 * changed. Where there is no terminal, only the lines.
 *
 * @param options.every epochs from one line to the next, which the bar then spans; the last epoch has a line always. Default: 1.
 * @param options.stream where to show it. Default: `process.stdout`.
 * @throws TypeError or RangeError for options that make no sense.
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
export function progressBar(options?: ProgressOptions): Callback {
  checkOptions("progressBar", options, ["every", "stream"]);
  const { every = 1, stream = process.stdout } = options ?? {};
  checkInt("progressBar", "every", every, 1);
  if (typeof stream?.write !== "function") {
    throw new TypeError(`progressBar: expected stream to be a writable stream, got ${describe(stream)}`);
  }
  let run = { epochs: 0, steps: 0 };
  let start = 0;
  let quietSince = 0;
  /** Steps of the run that were done before it began, as when it is resumed. */
  let before: number | null = null;
  let last: BatchRecord | null = null;
  /** What the latest line would be, until it is written. */
  let pending = "";
  let firstRate: number | undefined;
  let rateChanged = false;
  let waiting: NodeJS.Immediate | undefined;

  const bar = new cliProgress.SingleBar({
    stream: stream as NodeJS.WritableStream,
    format: (settings, { progress }) => {
      const { epoch, step, averages } = last!;
      const seconds = (performance.now() - start) / 1000;
      const done = (epoch - 1) * run.steps + step;
      const rate = (done - before!) / seconds;
      const left = `${duration((run.epochs * run.steps - done) / rate)} left`;
      const drawn = cliProgress.Format.BarFormat(progress, settings);
      const shown = figures(averages);
      const parts = [
        `epoch ${epoch}/${run.epochs}`,
        drawn,
        ...shown,
        `${rate.toFixed(rate < 10 ? 1 : 0)} steps/s`,
        left,
      ];
      const [title, graph, loss, speed, time] = [0, 1, 2, parts.length - 2, parts.length - 1];
      const metrics = shown.slice(1).map((_, i) => loss + 1 + i);
      return fitting(parts, [title, loss, time, graph, ...metrics, speed], stream.columns || COLUMNS);
    },
    barsize: BAR_CHARACTERS,
    barCompleteChar: "\u2588",
    barIncompleteChar: "\u2591",
    clearOnComplete: true,
    gracefulExit: false, // its listener for Ctrl-C would keep the program from ending; ours is `interrupt`
    linewrap: true,
    noTTYOutput: false,
  });

  /** On Ctrl-C the bar goes away, and the program ends as it would without us, unless others listen too. */
  const interrupt = (): void => {
    bar.stop();
    stream.write("\n"); // after the terminal's ^C
    if (process.listenerCount("SIGINT") === 0) process.kill(process.pid, "SIGINT");
  };
  const write = (): void => {
    bar.stop();
    stream.write(pending);
    pending = "";
    quietSince = performance.now();
  };

  return {
    onTrainBegin(begun) {
      run = begun;
      start = performance.now();
      quietSince = start;
      before = null;
      firstRate = undefined;
      rateChanged = false;
      // Only once the event loop turns: in a loop that never lets it, a listener would never run, and only keep Ctrl-C
      // from ending the program. Before all others, to see whether there are any: those heard once leave when they hear.
      if (stream.isTTY) waiting = setImmediate(() => process.prependOnceListener("SIGINT", interrupt));
    },
    onBatchEnd(batch) {
      last = batch;
      const { epoch, step } = batch;
      before ??= (epoch - 1) * run.steps + step - 1;
      const sinceLine = (epoch - 1) % every;
      const value = sinceLine * run.steps + step;
      if (bar.isActive) bar.update(value);
      else if (performance.now() - quietSince > DELAY) {
        bar.start(Math.min(every, run.epochs - (epoch - 1 - sinceLine)) * run.steps, value);
      }
    },
    onEpochEnd({ epoch, seconds, lr, ...rest }) {
      firstRate ??= lr;
      rateChanged ||= lr !== firstRate;
      const parts = [`${epoch}/${run.epochs}`, ...figures(rest)];
      const time = duration(seconds);
      const lines = [...(rateChanged ? [[...parts, ...figures({ lr }), time]] : []), [...parts, time], parts].map(
        joined,
      );
      const columns = stream.isTTY ? stream.columns || COLUMNS : Infinity;
      // figures are never left out: a line of them that is too long wraps once, and stays
      pending = `${lines.find((line) => line.length < columns) ?? joined(parts)}\n`;
      if (epoch % every === 0) write();
    },
    onTrainEnd() {
      write(); // what is left of a bar or a line
      if (waiting) clearImmediate(waiting);
      process.removeListener("SIGINT", interrupt);
    },
  };
}
