// Penalties on the size of weights, to be added to a loss.
import { add, mul } from "../ops/binary.ts";
import { sum } from "../ops/reduce.ts";
import { abs, square } from "../ops/unary.ts";
import { tidy } from "../scope.ts";
import { checkNumber, checkOptions, demand, describe } from "../shape.ts";
import { Tensor } from "../tensor.ts";

/** What has named parameters: a module, or names and tensors themselves. */
export type Penalised = { namedParameters(): [string, Tensor][] } | Iterable<readonly [string, Tensor]>;

/** Options of penalties. */
export interface PenaltyOptions {
  /** Factor of the penalty, at least 0 (default 1). */
  weight?: number | undefined;
  /** Which parameters count, by a test of their name, as `/weight$/` or `(name) => name.startsWith("encoder.")`. Default: all. */
  select?: RegExp | ((name: string) => boolean) | undefined;
}

/**
 * L1 penalty, `weight Σ|w|` over named parameters: added to a loss it drives weights to 0.
 *
 * @param model a module, or pairs of names and tensors.
 * @param options see {@link PenaltyOptions}.
 * @returns a scalar.
 * @throws TypeError if `model` has no named parameters; RangeError if none is selected or `weight` is negative.
 * @see https://en.wikipedia.org/wiki/Lasso_(statistics)
 *
 * @example
 * ```ts
 * import { l1Penalty, nn } from "sedge";
 * const layer = nn.init.constant(new nn.Linear(2, 3).weight, -0.5);
 * l1Penalty([["weight", layer]], { weight: 0.1 }).item().toFixed(3); // => "0.300"
 * ```
 */
export function l1Penalty(model: Penalised, options?: PenaltyOptions): Tensor {
  return penalty("l1Penalty", model, options, abs);
}

/**
 * L2 penalty, `weight Σw²` over named parameters; with plain gradient descent it acts as a weight decay of `2 weight`.
 *
 * @param model a module, or pairs of names and tensors.
 * @param options see {@link PenaltyOptions}.
 * @returns a scalar.
 * @throws TypeError if `model` has no named parameters; RangeError if none is selected or `weight` is negative.
 * @see https://en.wikipedia.org/wiki/Ridge_regression
 *
 * @example
 * ```ts
 * import { l2Penalty, nn } from "sedge";
 * const model = new nn.Linear(2, 3);
 * nn.init.constant(model.weight, 2);
 * l2Penalty(model, { select: /weight$/ }).item(); // => 24
 * ```
 */
export function l2Penalty(model: Penalised, options?: PenaltyOptions): Tensor {
  return penalty("l2Penalty", model, options, square);
}

function penalty(
  op: string,
  model: Penalised,
  options: PenaltyOptions | undefined,
  size: (w: Tensor) => Tensor,
): Tensor {
  checkOptions(op, options, ["weight", "select"]);
  const { weight = 1, select = () => true } = options ?? {};
  checkNumber(op, "weight", weight, 0);
  demand(
    typeof select === "function" || select instanceof RegExp,
    op,
    "select to be a regular expression or a function",
    select,
    TypeError,
  );
  const accepts = select instanceof RegExp ? (name: string) => name.search(select) >= 0 : select;
  const chosen = parametersOf(op, model).filter(([name]) => accepts(name));
  if (chosen.length === 0) throw new RangeError(`${op}: expected select to accept a parameter, got none`);
  return tidy(() =>
    mul(
      chosen.map(([, w]) => sum(size(w))).reduce((a, b) => add(a, b)),
      weight,
    ),
  );
}

function parametersOf(op: string, model: Penalised): readonly (readonly [string, Tensor])[] {
  const given: unknown = model;
  if (typeof given === "object" && given !== null) {
    if ("namedParameters" in given) return (model as { namedParameters(): [string, Tensor][] }).namedParameters();
    if (Symbol.iterator in given) {
      const pairs = [...(model as Iterable<unknown>)];
      if (pairs.every(isNamed)) return pairs;
    }
  }
  throw new TypeError(`${op}: expected model to be a module or pairs of names and tensors, got ${describe(given)}`);
}

const isNamed = (pair: unknown): pair is [string, Tensor] =>
  Array.isArray(pair) && typeof pair[0] === "string" && pair[1] instanceof Tensor;
