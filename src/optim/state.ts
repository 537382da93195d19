// Saving and loading of what optimizers remember. Everything is checked before anything is changed.
import { checkInt, checkOptions, describe, sameShape, show } from "../shape.ts";
import { expectTensor, Tensor } from "../tensor.ts";

/** A parameter group at work: all options, each of which may be changed between steps. */
export type ParamGroup<Options> = Options & { readonly params: readonly Tensor[] };

/** What is remembered of one parameter from step to step. */
export type ParamState = { [name: string]: Tensor | number | null };

/** A group's options, and the numbers of its parameters. */
export type SavedGroup = { params: number[] } & Record<string, unknown>;

/** What an optimizer saves: by the parameter's number what is remembered of it, and the groups. */
export interface OptimizerStateDict {
  state: Record<number, Record<string, Tensor | number>>;
  paramGroups: SavedGroup[];
}

/** What loading must know of the optimizer. */
interface Rules<Options, State> {
  readonly options: readonly string[];
  check(options: Options): void;
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
        (entry): entry is [string, Tensor | number] => entry[1] !== null,
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
    if (beyond !== undefined)
      throw new RangeError(`${op}: expected states of ${number} parameters, got state[${beyond}]`);
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
  if (typeof dict?.state !== "object" || dict.state === null || !Array.isArray(dict.paramGroups)) {
    throw new TypeError(`${op}: expected an object { state, paramGroups }, got ${describe(dict)}`);
  }
  if (dict.paramGroups.length !== groups.length) {
    throw new RangeError(`${op}: expected ${groups.length} parameter groups, got ${dict.paramGroups.length}`);
  }
  return dict.paramGroups.map((saved, g) => {
    const { params, ...own } = groups[g]!;
    const { params: numbers, ...options } = saved ?? {};
    if (numbers?.length !== params.length) {
      throw new RangeError(
        `${op}: expected ${params.length} parameters in group ${g}, got ${numbers?.length ?? "none"}`,
      );
    }
    checkOptions(op, options, rules.options);
    const whole = { ...own, ...options } as unknown as Options;
    rules.check(whole);
    return whole;
  });
}

/** Copies what was saved into a blank state, which says what there must be. */
function restore<State extends ParamState>(where: string, from: Record<string, Tensor | number>, blank: State): State {
  try {
    checkOptions(where, from, Object.keys(blank));
    const filled: ParamState = blank;
    for (const [name, value] of Object.entries(blank)) {
      const given = from[name];
      if (value instanceof Tensor) {
        expectTensor(where, name, given, "float32");
        if (!sameShape(given.shape, value.shape)) {
          throw new RangeError(`${where}: expected ${name} of shape ${show(value.shape)}, got ${show(given.shape)}`);
        }
        value.data.set(given.data);
      } else if (value !== null) {
        filled[name] = checkInt(where, name, given, 0);
      }
    }
    return blank;
  } catch (error) {
    discard(new Map([[blank, blank]]));
    throw error;
  }
}

function discard(states: Map<unknown, ParamState>): void {
  for (const state of states.values()) {
    for (const value of Object.values(state)) if (value instanceof Tensor) value.dispose();
  }
  states.clear();
}
