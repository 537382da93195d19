// Chooses parameters by their names: patterns, and groups with options of their own for optimizers. Knows no modules.
import { demand, describe, fault } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { shorten } from "./state.ts";

/**
 * Which parameters are meant: a name in which `*` stands for any text, as `"features.*"`; a regular expression, found
 * anywhere in the name; or a function.
 */
export type Match = string | RegExp | ((name: string, parameter: Tensor) => boolean);

/** A group for an optimizer: the parameters that `match` means, or without it all the rest, and options of their own. */
export interface GroupRule {
  match?: Match | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: each optimizer knows its options, and checks them
  [option: string]: any;
}

/** The same, with the parameters themselves. */
export interface ParameterGroup {
  params: Tensor[];
  // biome-ignore lint/suspicious/noExplicitAny: as above
  [option: string]: any;
}

type Named = readonly (readonly [name: string, parameter: Tensor])[];

/** Those that are meant. Text and a regular expression must mean at least one. */
export function selected(op: string, parameters: Named, match: Match): Named {
  const kind = match instanceof RegExp ? "regexp" : typeof match;
  const ok = kind === "string" || kind === "regexp" || kind === "function";
  demand(ok, op, 'a name as "features.*", a regular expression, or a function of name and parameter', match, TypeError);
  if (typeof match === "function") return parameters.filter(([name, t]) => match(name, t));
  const escaped = String(match).replace(/[.+?^${}()|[\]\\]/g, "\\$&");
  const pattern = match instanceof RegExp ? match : RegExp(`^${escaped.replaceAll("*", ".*")}$`, "s");
  const found = parameters.filter(([name]) => name.search(pattern) >= 0); // test() would go on from a last place
  if (found.length > 0) return found;
  const names = parameters.map(([name]) => name);
  const hint = names.some((name) => name.startsWith(`${match}.`)) ? `; "${match}.*" means all within` : "";
  throw fault(
    op,
    `a pattern that fits some of ${shorten(names, ", ") || "no names"}`,
    `${typeof match === "string" ? describe(match) : match}${hint}`,
  );
}

/** Groups of parameters, each in the first whose rule means it. */
export function grouped(parameters: Named, rules: readonly GroupRule[]): ParameterGroup[] {
  const op = "parameterGroups";
  demand(Array.isArray(rules) && rules.length > 0, op, "a list of groups { match, ... }", rules, TypeError);
  let left = parameters;
  const groups = rules.map((rule, i) => {
    const isGroup = typeof rule === "object" && rule !== null && !("params" in rule);
    demand(isGroup, op, `group ${i} to be an object { match, ... }`, rule, TypeError);
    const { match, ...options } = rule;
    const own = match === undefined ? parameters : selected(op, parameters, match);
    const params = left.filter((entry) => own.includes(entry));
    left = left.filter((entry) => !own.includes(entry));
    return { ...options, params: params.map(([, t]) => t) };
  });
  const names = left.filter(([, t]) => t.requiresGrad).map(([name]) => name);
  demand(names.length === 0, op, "a group for every parameter that is trained; the last may go without match", names);
  return groups;
}
