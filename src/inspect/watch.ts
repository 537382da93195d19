// watch(): the figures of diagnose() every so many steps of a run, and a warning for each finding. What they mean is
// src/inspect/findings.ts.
import { noGrad } from "../autograd.ts";
import type { HookHandle } from "../nn/hooks.ts";
import type { Layer } from "../nn/module.ts";
import { getRngState, setRngState } from "../random.ts";
import { keep, tidy } from "../scope.ts";
import { checkInt, checkOptions, demand } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import type { BatchRecord, Callback, Run } from "../train/history.ts";
import { publicFigures, stdOf } from "./diagnose.ts";
import { figuresOf, type LayerFigures, observeForward, type Weight } from "./figures.ts";
import { type Finding, findingsOf } from "./findings.ts";
import { wrapped } from "./text.ts";

/** Options of {@link watch}. */
export interface WatchOptions {
  /** Steps from one look to the next; the first is at the first step. Default: 100. */
  every?: number;
  /** Is told of a finding in words, once for each kind. Default: `console.warn`. */
  warn?: (message: string, finding: Finding) => void;
}

/** What {@link watch} saw at a step. */
export interface WatchRecord {
  /** Counted from 1. */
  readonly epoch: number;
  /** Counted from 1 in each epoch. */
  readonly step: number;
  /** The figures of each layer, in the order of the forward. */
  readonly layers: readonly LayerFigures[];
  /** What looked wrong, the gravest first. */
  readonly findings: readonly Finding[];
}

/** The callback that {@link watch} makes. */
export interface Watch extends Callback {
  /** What was seen, a record for each look. */
  readonly history: readonly WatchRecord[];
}

/** A step at which the watch looks: its last batch, and the parameters of before it. */
interface Look {
  x: Tensor;
  readonly before: ReadonlyMap<Tensor, Tensor["data"]>;
}

/**
 * A callback for `fit` that looks at activations, gradients and updates as {@link diagnose} does, every so many steps of
 * the run itself, and warns once of each kind of finding. The updates are those that the optimizer made; the
 * activations come from one more forward on the step's batch. The run is the same to the bit as without it.
 *
 * @param options `every` (default 100) steps; `warn` (default `console.warn`).
 * @returns a callback, whose `history` holds what was seen.
 * @throws TypeError or RangeError for options that make no sense.
 * @see https://docs.wandb.ai/ref/python/watch
 *
 * @example
 * ```ts
 * import { Dataset, fit, mse, nn, optim, randn } from "sedge";
 * import { watch } from "sedge/inspect";
 * const data = new Dataset(randn([128, 4]), randn([128, 1]));
 * const model = new nn.Sequential(new nn.Linear(4, 8), new nn.Tanh(), new nn.Linear(8, 1));
 * const optimizer = new optim.SGD(model.parameters(), { lr: 1e-9 });
 * const warnings: string[] = [];
 * const watched = watch({ every: 10, warn: (message) => warnings.push(message) });
 * await fit(model, data, { loss: mse, optimizer, epochs: 5, callbacks: watched });
 * watched.history.length; // => 2
 * warnings.length; // => 1
 * warnings[0]?.slice(0, 47); // => "epoch 1, step 1: the learning rate is too low: "
 * ```
 */
export function watch(options: WatchOptions = {}): Watch {
  checkOptions("watch", options, ["every", "warn"]);
  const { every = 100, warn = (message: string) => console.warn(message) } = options;
  checkInt("watch", "every", every, 1);
  demand(typeof warn === "function", "watch", "warn to be a function", warn, TypeError);
  const history: WatchRecord[] = [];
  const warned = new Set<string>();
  let hook: HookHandle | undefined;
  const saved = new Map<Tensor, Tensor["data"]>();
  let look: Look | null = null;
  let steps = 0;
  let looking = false;

  /** Before each forward of the run: keeps the batch of a step at which to look, and what its step will change. */
  const note = (model: Layer, [x]: readonly unknown[]): void => {
    if (steps % every !== 0 || looking || !model.training || !(x instanceof Tensor)) return;
    if (look === null) for (const [, p] of trained(model)) remember(p);
    look?.x.dispose();
    look = { x: keep(x.detach()), before: saved };
  };
  /** Into the same memory each time: fresh copies of all parameters would keep the collector busy. */
  const remember = (p: Tensor): void => {
    const copy = saved.get(p);
    if (copy === undefined) saved.set(p, p.data.slice());
    else copy.set(p.data);
  };
  const forget = (): void => {
    look?.x.dispose();
    look = null;
  };

  return {
    history,
    onTrainBegin({ model }: Run) {
      hook?.remove();
      hook = model.registerForwardPreHook(note);
      steps = 0;
      warned.clear();
    },
    onBatchEnd({ epoch, step, loss }: BatchRecord, { model }: Run) {
      steps++;
      if (look === null) return;
      looking = true;
      try {
        const record = { epoch, step, ...figuresAt(model, look, loss) };
        history.push(record);
        for (const finding of record.findings) {
          if (warned.has(finding.kind)) continue;
          warned.add(finding.kind);
          const text = wrapped(`epoch ${epoch}, step ${step}: ${finding.text}`);
          warn(`${text}\n${wrapped(`  cure: ${finding.cure}`)}`, finding);
        }
      } finally {
        looking = false;
        forget();
      }
    },
    onTrainEnd() {
      hook?.remove();
      forget();
      saved.clear();
    },
  };
}

const trained = (model: Layer): [string, Tensor][] => model.namedParameters().filter(([, p]) => p.requiresGrad);

/** The figures of a step that is done: its gradients are still there, its forward is repeated. */
function figuresAt(model: Layer, { x, before }: Look, loss: number): Pick<WatchRecord, "layers" | "findings"> {
  const buffers = model.buffers().map((b) => [b, b.data.slice()] as const);
  const random = getRngState();
  try {
    return tidy(() => {
      const seen = noGrad(() => observeForward(model, () => model.call(x)));
      // after the forward: memory may grow in it, which detaches views
      const weights = trained(model).map(([name, p]): Weight => {
        return { name, rank: p.rank, values: p.data, gradient: p.grad?.data ?? null, before: before.get(p) ?? null };
      });
      const rows = figuresOf(model, seen, weights);
      const circumstances = {
        examples: x.shape[0] ?? 1,
        inputStd: stdOf(x),
        loss,
        lossAfter: null,
        promised: 0,
        reason: undefined,
      };
      return { layers: rows.map(publicFigures), findings: findingsOf(rows, circumstances) };
    });
  } finally {
    for (const [b, data] of buffers) b.data.set(data);
    setRngState(random);
  }
}
