// A training run: one optimizer step after another, and all that a checkpoint must hold to go on from any of them.
// What a run may be told is src/train/options.ts; the public function is src/train/fit.ts.
import { noGrad } from "../autograd.ts";
import { backward } from "../backward.ts";
import type { Layer } from "../nn/module.ts";
import type { StateDict } from "../nn/state.ts";
import { mul } from "../ops/binary.ts";
import { getRngState, type RngState, setRngState } from "../random.ts";
import { isThenable, tidy } from "../scope.ts";
import { demand } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";
import { decode, encode, type State } from "./checkpoint.ts";
import { evaluate, lossOf } from "./evaluate.ts";
import type { Callback, EpochRecord, History, Run, Steps } from "./history.ts";
import { Measures } from "./measures.ts";
import { nonFinite } from "./nan-guard.ts";
import { type Plan, type TOLD, validationName } from "./options.ts";

/** How long a run goes on before it lets the event loop turn, in ms. */
const TURN = 40;

/** Lets the event loop turn: signals, timers, a page's events. Pages hold timers back; Vercel's edge has nothing else. */
const pause = (): Promise<void> =>
  new Promise((done) => {
    if (typeof setImmediate === "function") return setImmediate(done);
    if (typeof MessageChannel !== "function") return setTimeout(done);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => done(port1.close());
    port2.postMessage(null);
  });

/** A run at work; what its callbacks see of it is {@link Run}. */
export class Training implements Run {
  readonly model: Layer;
  readonly optimizer: Steps;
  readonly epochs: number;
  readonly steps: number;
  epoch = 1;
  step = 0;
  private readonly plan: Plan;
  private readonly records: EpochRecord[] = [];
  private measures: Measures;
  stopped: string | null = null;
  private order: Tensor | null = null;
  private orderState: RngState | null = null;
  /** Learning rate of the last step. */
  private lr: number | undefined;
  /** The model's buffers, looked for once a pass: to find them in each step made steps of a small model a fifth longer. */
  private buffers: readonly Tensor[] = [];
  /** When the event loop has turned: epochs may be shorter than {@link TURN}. */
  private turned = 0;

  constructor(plan: Plan) {
    this.plan = plan;
    this.model = plan.model;
    this.optimizer = plan.optimizer;
    this.epochs = plan.epochs;
    this.steps = Math.ceil(plan.loader.length / plan.accumulate);
    this.measures = this.blank();
  }

  stop(reason: string): void {
    this.stopped ??= String(reason);
  }

  checkpoint(): Uint8Array {
    const { optimizer, schedule, callbacks } = this.plan;
    return encode(this.model.stateDict(), {
      settings: this.settings(),
      epoch: this.epoch,
      step: this.step,
      rng: getRngState(),
      order: this.orderState,
      measures: this.measures.stateDict(),
      epochs: this.records,
      optimizer: optimizer.stateDict?.() ?? null,
      schedule: schedule?.scheduler.stateDict() ?? null,
      callbacks: remembering(callbacks).map((c) => c.stateDict!()),
    });
  }

  private settings(): Record<string, unknown> {
    const { examples, batchSize, accumulate, loader, schedule, callbacks, metrics, optimizer } = this.plan;
    return {
      examples,
      batchSize,
      accumulate,
      shuffle: loader.shuffle,
      optimizer: (optimizer as { name?: string }).name ?? null,
      schedule: schedule?.every ?? null,
      metrics: metrics.map(([name]) => name).join(", "),
      callbacks: remembering(callbacks).length,
    };
  }

  /** Goes on from a checkpoint. One that does not fit leaves everything as it was. */
  private restore(bytes: Uint8Array): void {
    const op = "fit: resume";
    decode(op, bytes, (weights, state) => {
      for (const [name, now] of Object.entries(this.settings())) {
        demand(state.settings[name] === now, op, `${name} as in the checkpoint, ${state.settings[name]}`, now);
      }
      const before = this.checkpoint();
      try {
        this.take(weights, state);
      } catch (error) {
        decode(op, before, (own, now) => this.take(own, now));
        throw new RangeError(`${op}: expected a checkpoint of this run: ${(error as Error).message}`, { cause: error });
      }
    });
  }

  private take(weights: StateDict, state: State): void {
    const { optimizer, schedule, callbacks, loader } = this.plan;
    this.model.loadStateDict(weights);
    if (state.optimizer !== null) optimizer.loadStateDict?.(state.optimizer as never);
    schedule?.scheduler.loadStateDict(state.schedule as Record<string, unknown>);
    remembering(callbacks).forEach((c, i) => {
      c.loadStateDict?.(state.callbacks[i]);
    });
    this.epoch = state.epoch;
    this.step = state.step;
    this.records.splice(0, this.records.length, ...state.epochs);
    this.measures.loadStateDict(state.measures);
    this.order?.dispose();
    this.order = null;
    this.orderState = state.order;
    if (state.order !== null) {
      setRngState(state.order);
      this.order = loader.order();
    }
    setRngState(state.rng);
  }

  /** From here to the end. */
  async go(resume: Uint8Array | undefined): Promise<History> {
    const { model } = this;
    const start = performance.now();
    this.turned = start;
    const modes = model.modules().map((module) => [module, module.training] as const);
    let failure: { error: unknown } | null = null;
    try {
      if (resume !== undefined) this.restore(resume);
      await this.tell("onTrainBegin", this);
      while (this.epoch <= this.epochs && !this.ended()) await this.pass();
    } catch (error) {
      failure = { error };
    }
    for (const [module, mode] of modes) module.training = mode;
    this.order?.dispose();
    for (const { weight } of this.plan.weights) weight.dispose();
    const seconds = secondsSince(start);
    const early = this.epoch <= this.epochs ? this.stopped : null; // a stop at the last step stops nothing
    const stopped = failure ? String((failure.error as Error)?.message ?? failure.error) : early;
    const history: History = { epochs: this.records, seconds, stopped, ...failure };
    for (const callback of this.plan.callbacks) {
      try {
        await call(callback, "onTrainEnd", history, this);
      } catch (error) {
        failure ??= { error }; // the others must hear too: they let go of files and listeners
      }
    }
    if (failure) throw failure.error;
    return history;
  }

  private ended(): boolean {
    const { signal } = this.plan;
    if (signal?.aborted) this.stop(`aborted: ${(signal.reason as Error)?.message ?? signal.reason}`);
    return this.stopped !== null;
  }

  /** What is left of an epoch, or as much of it as there is time for. */
  private async pass(): Promise<void> {
    const { loader, schedule, validation, metrics, loss, callbacks } = this.plan;
    const began = performance.now();
    if (this.order === null) {
      this.orderState = getRngState();
      this.order = loader.order();
    }
    this.buffers = this.model.buffers();
    const watched = callbacks.some((c) => c.onBatchEnd ?? c.onSave);
    while (this.step < this.steps) {
      const value = this.update();
      this.step++;
      if (schedule?.every === "step") stepBy(schedule, value);
      const last = this.step === this.steps;
      if (watched) {
        const { epoch, step, lr } = this;
        await this.tell("onBatchEnd", { epoch, step, loss: value, averages: this.measures.averages(), lr }, this);
      }
      if (performance.now() - this.turned > TURN) {
        await pause();
        this.turned = performance.now();
      }
      if (last) break;
      let ended: boolean;
      do {
        ended = this.ended();
        if (watched) await this.tell("onSave", this);
      } while (ended !== this.ended()); // ended while it was saved: once more, for those who save only then
      if (ended) return;
    }
    const { lr = this.optimizer.lr } = this;
    const figures = { ...this.measures.values() } as Record<string, number>;
    if (validation) {
      const measured = evaluate(this.model, validation, { loss, metrics: Object.fromEntries(metrics) });
      for (const [name, v] of Object.entries(measured)) figures[validationName(name)] = v;
    }
    if (typeof lr === "number") figures.lr = lr;
    const record = { ...figures, epoch: this.epoch, seconds: secondsSince(began) } as EpochRecord;
    this.records.push(record);
    if (schedule?.every === "epoch") stepBy(schedule, record[schedule.monitor]!);
    this.order.dispose();
    this.order = null;
    this.orderState = null;
    this.measures = this.blank();
    this.step = 0;
    this.epoch++;
    await this.tell("onEpochEnd", record, this);
    await this.tell("onSave", this);
  }

  /** One step of the optimizer over as many batches as make one; returns their loss. */
  private update(): number {
    const { model, loss, optimizer, loader, batchSize, accumulate, examples, augment, weights, clip } = this.plan;
    const first = this.step * accumulate;
    const end = Math.min(first + accumulate, loader.length);
    const count = Math.min(end * batchSize, examples) - first * batchSize;
    let total = 0;
    if (!model.training) model.train(); // as it came, or as a callback left it
    const buffers = this.buffers.map((b) => [b, b.data.slice()] as const);
    optimizer.zeroGrad();
    for (let turn = first; turn < end; turn++) {
      tidy(() => {
        const [given, y] = loader.take(this.order!, turn);
        const x = augment === undefined ? given : noGrad(() => augment(given));
        expectTensor("fit", "what augment gives", x);
        const state = getRngState();
        const both = (p: Tensor): [Tensor, Tensor] => [p, (loss as WeightedLoss)(p, y, ...weights)];
        const [prediction, value] = tidy(() => both(model.call(x))); // the rest goes, but for what backward needs
        const figure = lossOf("fit", value);
        if (!Number.isFinite(figure)) {
          for (const [b, data] of buffers) b.data.set(data);
          const where = { epoch: this.epoch, step: this.step + 1, state };
          throw nonFinite(model, (p, t) => (loss as WeightedLoss)(p, t, ...weights), x, y, figure, where);
        }
        const n = y.shape[0]!;
        backward(n === count ? value : mul(value, n / count));
        total += n === count ? figure : (figure * n) / count;
        this.measures.add(n, figure, prediction, y);
      });
    }
    clip();
    this.lr = optimizer.lr;
    optimizer.step();
    return total;
  }

  private blank(): Measures {
    return new Measures(this.plan.metrics);
  }

  /** Calls a function of all callbacks, one after the other. */
  private async tell<K extends Told>(name: K, ...args: Parameters<NonNullable<Callback[K]>>): Promise<void> {
    for (const callback of this.plan.callbacks) await call(callback, name, ...args);
  }
}

/** Calls a function of a callback, if it has it, in a scope until it returns; waits for what it promises. */
async function call<K extends Told>(
  callback: Callback,
  name: K,
  ...args: Parameters<NonNullable<Callback[K]>>
): Promise<void> {
  const fn = callback[name] as ((...args: unknown[]) => unknown) | undefined;
  if (fn === undefined) return;
  const scope = tidy();
  let result: unknown;
  try {
    result = fn.apply(callback, args);
  } finally {
    scope.close();
  }
  if (isThenable(result)) await result;
}

/** A loss that takes class weights: an optional argument more than others. */
type WeightedLoss = (prediction: Tensor, target: Tensor, options?: { weight: Tensor }) => Tensor;

type Told = (typeof TOLD)[number];

/** Callbacks whose state belongs into a checkpoint. */
const remembering = (callbacks: readonly Callback[]): Callback[] => callbacks.filter((c) => c.stateDict !== undefined);

/** Schedules but `ReduceLROnPlateau` take no notice of the value. */
const stepBy = ({ scheduler }: { scheduler: { step(value?: number): void } }, value: number): void =>
  scheduler.step(value);

const secondsSince = (start: number): number => (performance.now() - start) / 1000;
