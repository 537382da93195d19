// What all schedules of the learning rate share: stepping, resuming, the groups they change. Which rate comes next is
// schedules.ts, schedules-cosine.ts, schedules-cyclic.ts; those made of others, or led by a metric, schedules-combined.ts.
import { checkInt, checkOptions, demand, readOptions } from "../shape.ts";
import { live } from "../wasm.ts";

/** A parameter group as schedules see it. */
export interface ScheduledGroup {
  lr: number;
  initialLr?: number;
  momentum?: number;
  betas?: readonly [number, number];
}

/** What schedules change: any optimizer. */
export interface Scheduled {
  readonly paramGroups: readonly ScheduledGroup[];
}

/** What a schedule saves: its options and where it stands, by name. */
export type SchedulerStateDict = Record<string, unknown>;

/**
 * The base of all schedules. Making one sets the first rate; each `step()`, called after the optimizer's steps of an epoch
 * (or after every batch, where steps are meant), sets the next. A class of your own defines `next`; the
 * options that it hands to `super` become its properties.
 *
 * @see https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate
 *
 * @example
 * ```ts
 * import { optim, variable } from "sedge";
 * class Halving extends optim.LRScheduler {
 *   protected next(lr: number) {
 *     return this.lastEpoch === 0 ? lr : lr / 2;
 *   }
 * }
 * const optimizer = new optim.SGD([variable([1])], { lr: 1 });
 * const schedule = new Halving(optimizer);
 * for (let epoch = 0; epoch < 3; epoch++) schedule.step();
 * [optimizer.lr, schedule.getLastLr()]; // => [0.125,[0.125]]
 * ```
 */
export abstract class LRScheduler {
  /** How often `step` was called. */
  lastEpoch = 0;
  /** The rates of the groups that the schedule starts from: those of before the first schedule. */
  readonly baseLrs: readonly number[];
  /** @internal */
  readonly optimizer: Scheduled;
  private lastLr: readonly number[] = [];

  /**
   * @param optimizer whose rates it sets.
   * @param given options. @param defaults all options, whose kinds they must have. @param least which of them are integers,
   * and at least what.
   */
  constructor(optimizer: Scheduled, given: object = {}, defaults: object = given, least: Record<string, number> = {}) {
    const { name } = new.target;
    const groups = optimizer?.paramGroups;
    demand(Array.isArray(groups), name, "optimizer to be one of optim", optimizer, TypeError);
    this.optimizer = optimizer;
    const { step } = this;
    this.step = (...given: []) => live(() => step.apply(this, given), given); // a captured step takes it along
    Object.assign(this, readOptions(name, given, defaults));
    for (const key in least) checkInt(name, key, Reflect.get(this, key), least[key]);
    this.prepare();
    this.baseLrs = groups.map((group) => {
      group.initialLr ??= group.lr;
      return group.initialLr;
    });
    this.begin();
  }

  /** Further checks of the options, and what follows from them; before the first rates are looked at. */
  protected prepare(): void {}

  /** Throws a RangeError, or what `kind` is, unless `ok`. */
  protected demand(ok: boolean, expected: string, value: unknown, kind = RangeError): void {
    demand(ok, this.constructor.name, expected, value, kind);
  }

  /** Makes an option a list with one value for each group, all alike if it is no list. */
  protected perGroup(key: string, kind = "number"): void {
    const value: unknown = Reflect.get(this, key);
    const { paramGroups } = this.optimizer;
    const list = Array.isArray(value) ? value : paramGroups.map(() => value);
    this.demand(list.length === paramGroups.length, `${paramGroups.length} values of ${key}`, value);
    for (const v of list) this.demand(typeof v === kind && !Number.isNaN(v), `${key} to be a ${kind}`, v, TypeError);
    Reflect.set(this, key, list);
  }

  /** Refuses an option's value that is not among those allowed. */
  protected oneOf(key: string, ...allowed: string[]): void {
    const value = Reflect.get(this, key) as string;
    this.demand(allowed.includes(value), `${key} to be one of ${allowed.join(", ")}`, value);
  }

  /** @internal Sets the first rates, from the present ones: another schedule may have set them. */
  begin(): void {
    this.lastEpoch = 0;
    this.apply();
  }

  /** Sets the next rates. */
  step(): void {
    this.lastEpoch++;
    this.apply();
  }

  /** Begins again from the base rates: what `SequentialLR` does when a schedule's turn comes. */
  restart(): void {
    this.optimizer.paramGroups.forEach((group, i) => {
      group.lr = this.baseLrs[i] ?? group.lr;
    });
    this.begin();
  }

  protected apply(): void {
    const { paramGroups } = this.optimizer;
    this.baseLrs.forEach((base, i) => {
      const group = paramGroups[i]!;
      group.lr = this.next(group.lr, base, i, group);
    });
    this.note();
  }

  /** Remembers the rates that have been set. */
  protected note(): void {
    this.lastLr = this.optimizer.paramGroups.map((group) => group.lr);
  }

  /** The rate of group `i` at `lastEpoch`, from its present and its first rate. */
  protected abstract next(lr: number, base: number, i: number, group: ScheduledGroup): number;

  /** The rates of all groups that the last step set. */
  getLastLr(): readonly number[] {
    return this.lastLr;
  }

  /**
   * Goes on where `dict` was saved. The groups keep their rates until the next step: load the optimizer's dict too.
   * @throws TypeError for names that this schedule does not save, RangeError where one is missing.
   */
  loadStateDict(dict: SchedulerStateDict): void {
    const op = `${this.constructor.name}.loadStateDict`;
    const names = Object.keys(this.stateDict());
    checkOptions(op, dict, names);
    for (const name of names) demand(name in (dict ?? {}), op, `a state with ${name}`, Object.keys(dict ?? {}));
    for (const key in dict) {
      const now = Reflect.get(this, key);
      const value = dict[key];
      if (isSchedules(now)) for (const [i, s] of now.entries()) s.loadStateDict((value as SchedulerStateDict[])[i]!);
      else Reflect.set(this, key, value);
    }
  }

  /** Everything but the optimizer and functions. The rates themselves are in the optimizer's own dict: save both. */
  stateDict(): SchedulerStateDict {
    const dict: SchedulerStateDict = {};
    for (const [key, value] of Object.entries(this)) {
      const kind = typeof (Array.isArray(value) ? value[0] : value);
      if (key !== "optimizer" && kind !== "function")
        dict[key] = isSchedules(value) ? value.map((s) => s.stateDict()) : value;
    }
    return dict;
  }
}

const isSchedules = (value: unknown): value is LRScheduler[] => Array.isArray(value) && value[0] instanceof LRScheduler;
