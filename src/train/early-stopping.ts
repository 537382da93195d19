// A callback of fit() that ends a run which no longer improves. What callbacks are told is src/train/history.ts.

import type { StateDict } from "../nn/state.ts";
import { clone } from "../ops/permute.ts";
import { keep } from "../scope.ts";
import { checkInt, demand, readOptions } from "../shape.ts";
import type { Callback, Run } from "./history.ts";
import { Monitor, type MonitorOptions } from "./monitor.ts";

/** Options of {@link earlyStopping}. */
export interface EarlyStoppingOptions extends MonitorOptions {
  /** Epochs without improvement after which the run ends, at least 1. Default: 3. */
  patience?: number;
  /** Whether the model gets back the weights of its best epoch at the end. Default: true. */
  restoreBest?: boolean;
}

/**
 * Ends a run of `fit` that has not improved for some epochs, and gives the model back its best weights. They come back
 * too when the run reaches its last epoch; not when it is stopped otherwise, so that it can be resumed.
 *
 * @param options `monitor`, `patience` (default 3), `minDelta` (default 0), `mode` (default `"auto"`), `restoreBest` (default true).
 * @throws TypeError or RangeError for options out of range; during the run for a monitor that the records lack.
 * @see https://keras.io/api/callbacks/early_stopping/
 *
 * @example
 * ```ts
 * import { Dataset, earlyStopping, fit, mse, nn, optim } from "sedge";
 * const data = new Dataset([[0], [1], [2], [3]], [[1], [3], [5], [7]]);
 * const model = new nn.Linear(1, 1);
 * const optimizer = new optim.SGD(model.parameters(), { lr: 0 });
 * const callbacks = earlyStopping({ monitor: "loss", patience: 2 });
 * const { epochs, stopped } = await fit(model, data, { loss: mse, optimizer, epochs: 100, shuffle: false, callbacks });
 * epochs.length; // => 3
 * stopped; // => "earlyStopping: no better loss for 2 epochs"
 * ```
 */
export function earlyStopping(options?: EarlyStoppingOptions): Callback {
  const op = "earlyStopping";
  const { patience, restoreBest, ...rest } = readOptions(op, options, {
    monitor: undefined as string | undefined,
    mode: "auto",
    minDelta: 0,
    patience: 3,
    restoreBest: true,
  } satisfies EarlyStoppingOptions as Required<EarlyStoppingOptions>);
  checkInt(op, "patience", patience, 1);
  const monitor = new Monitor(op, rest);
  let waited = 0;
  let weights: StateDict = {};
  let ended = false;
  const hold = (from: StateDict): void => {
    for (const t of Object.values(weights)) t.dispose();
    weights = Object.fromEntries(Object.entries(from).map(([name, t]) => [name, keep(clone(t))]));
  };
  /** Ends the run if it has waited long enough; also one that goes on from where that was so. */
  const stopIfDue = (run: Run): void => {
    ended = waited >= patience;
    if (ended) run.stop(`${op}: no better ${monitor.name} for ${patience} epochs`);
  };
  return {
    onTrainBegin(run) {
      if (run.epoch === 1 && run.step === 0) {
        monitor.best = null;
        waited = 0;
      }
      stopIfDue(run);
    },
    onEpochEnd(record, run) {
      if (monitor.improves(record)) {
        waited = 0;
        if (restoreBest) hold(run.model.stateDict());
      } else waited++;
      stopIfDue(run);
    },
    onTrainEnd({ stopped }, { model }) {
      if (!ended && stopped !== null) return; // it may go on from a checkpoint
      if (restoreBest && monitor.best !== null) model.loadStateDict(weights);
      hold({});
    },
    stateDict: () => ({ best: monitor.best, name: monitor.name, waited, weights }),
    loadStateDict(state) {
      const from = state as { best: number | null; name: string; waited: number; weights: StateDict };
      demand(from?.weights !== undefined, op, "its own state; callbacks in the order of before", state);
      monitor.best = from.best;
      monitor.name = from.name;
      waited = from.waited;
      hold(from.weights);
    },
  };
}
