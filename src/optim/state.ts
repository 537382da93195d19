// Saving and loading of what optimizers remember. Everything is checked before anything is changed.
import { checkInt, checkNumber, checkOptions, demand, sameShape, show } from "../shape.ts";
import { expectTensor, Tensor, unscoped } from "../tensor.ts";

/** A parameter group at work: all options, each of which may be changed between steps. */
export type ParamGroup<Options> = Options & {
  readonly params: readonly Tensor[];
  /** The learning rate that schedules start from; the first of them sets it. */
  initialLr?: number;
};

/** A value remembered from step to step; a list holds tensors of the shape of the tensor named before it. */
export type StateValue = Tensor | number | (Tensor | number)[];

/** What is remembered of one parameter from step to step. */
export type ParamState = { [name: string]: StateValue | null };

/** A group's options, and the numbers of its parameters. */
export type SavedGroup = { params: number[] } & Record<string, unknown>;

/** What an optimizer saves: by the parameter's number what is remembered of it, and the groups. */
export interface OptimizerStateDict {
  state: Record<number, Record<string, StateValue>>;
  paramGroups: SavedGroup[];
}

/** What loading must know of the optimizer. */
interface Rules<Options, State> {
  read(given: Partial<Options>, defaults: Options): Options;
  blank(p: Tensor, options: Options): State;
}

/** The dict of the groups and states at hand. */
export function saveState<Options>(
  groups: readonly ParamGroup<Options>[],
  state: ReadonlyMap<Tensor, ParamState>,
): OptimizerStateDict {
  const dict: OptimizerStateDict = { state: {}, paramGroups: [] };
  let count = 0;
  for (const { params, ...options } of groups) {
    const numbers = params.map((p) => {
      const number = count++;
      const kept = Object.entries(state.get(p) ?? {}).filter(
        (entry): entry is [string, StateValue] => entry[1] !== null,
      );
      if (kept.length > 0) dict.state[number] = Object.fromEntries(kept);
      return number;
    });
    dict.paramGroups.push({ ...options, params: numbers });
  }
  return dict;
}

/** Replaces options and states by those of `dict`. Throws before the first change, or not at all. */
export function loadState<Options extends object, State extends ParamState>(
  op: string,
  dict: OptimizerStateDict,
  groups: readonly ParamGroup<Options>[],
  state: Map<Tensor, State>,
  rules: Rules<Options, State>,
): void {
  const saved = checkGroups(op, dict, groups, rules);
  const loaded = new Map<Tensor, State>();
  try {
    let number = 0;
    groups.forEach((group, g) => {
      for (const p of group.params) {
        const from = dict.state[number++];
        if (from !== undefined) loaded.set(p, restore(`${op}: state[${number - 1}]`, from, rules.blank(p, saved[g]!)));
      }
    });
    const beyond = Object.keys(dict.state).find((key) => !(Number(key) >= 0 && Number(key) < number));
    demand(beyond === undefined, op, `states of ${number} parameters`, beyond);
  } catch (error) {
    discard(loaded);
    throw error;
  }
  groups.forEach((group, g) => {
    Object.assign(group, saved[g]);
  });
  discard(state);
  for (const [p, s] of loaded) state.set(p, s);
}

/** The saved options of each group, in range. */
function checkGroups<Options extends object, State>(
  op: string,
  dict: OptimizerStateDict,
  groups: readonly ParamGroup<Options>[],
  rules: Rules<Options, State>,
): Options[] {
  const isDict = typeof dict?.state === "object" && dict.state !== null && Array.isArray(dict.paramGroups);
  demand(isDict, op, "an object { state, paramGroups }", dict, TypeError);
  const { length } = groups;
  demand(dict.paramGroups.length === length, op, `${length} parameter groups`, dict.paramGroups.length);
  return dict.paramGroups.map((saved, g) => {
    const { params, ...own } = groups[g]!;
    const { params: numbers, ...options } = saved ?? {};
    demand(numbers?.length === params.length, op, `${params.length} parameters in group ${g}`, numbers?.length);
    const { initialLr = own.initialLr, ...rest } = options as { initialLr?: number };
    const { initialLr: _, ...ours } = own;
    const whole = rules.read(rest as Partial<Options>, ours as unknown as Options);
    return initialLr === undefined ? whole : { ...whole, initialLr: checkNumber(op, "initialLr", initialLr, 0) };
  });
}

function copy(where: string, name: string, given: unknown, to: Tensor): void {
  expectTensor(where, name, given, "float32");
  demand(sameShape(given.shape, to.shape), where, `${name} of shape ${show(to.shape)}`, given.shape);
  to.data.set(given.data);
}

/** Copies what was saved into a blank state, which says what there must be. */
function restore<State extends ParamState>(where: string, from: Record<string, StateValue>, blank: State): State {
  try {
    checkOptions(where, from, Object.keys(blank));
    const filled: ParamState = blank;
    let last = {} as Tensor;
    for (const [name, value] of Object.entries(blank)) {
      const given = from[name];
      if (value instanceof Tensor) {
        copy(where, name, given, value);
        last = value;
      } else if (Array.isArray(value)) {
        demand(Array.isArray(given), where, `${name} to be a list`, given, TypeError);
        given.forEach((item, i) => {
          const place = `${name}[${i}]`;
          if (typeof item === "number") value.push(item);
          else copy(where, place, item, value[value.push(zerosFor(last)) - 1]! as Tensor);
        });
      } else if (value !== null) {
        filled[name] = name === "step" ? checkInt(where, name, given, 0) : checkNumber(where, name, given);
      }
    }
    return blank;
  } catch (error) {
    discard(new Map([[blank, blank]]));
    throw error;
  }
}

function discard(states: Map<unknown, ParamState>): void {
  for (const state of states.values()) for (const value of tensorsOf(state)) value.dispose();
  states.clear();
}

/** The tensors of a state. */
export const tensorsOf = (state: ParamState): Tensor[] =>
  Object.values(state)
    .flat()
    .filter((value) => value instanceof Tensor);

/** A tensor of a parameter's shape and of one value, by default 0, under no scope: what optimizers remember moments in. */
export function zerosFor(p: Pick<Tensor, "shape">, value = 0): Tensor {
  const t = unscoped(p.shape, "float32");
  t.origin = "optimizer state";
  t.data.fill(value);
  t.leave();
  return t;
}
