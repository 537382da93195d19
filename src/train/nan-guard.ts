// Why a loss is not finite: the same forward again, under observation. That it is not, src/train/fit.ts notices.

import type { Storage } from "../memory.ts";
import type { Module } from "../nn/module.ts";
import { type OpObserver, observeOps } from "../observe.ts";
import { type RngState, setRngState } from "../random.ts";
import { tidy } from "../scope.ts";
import { demand } from "../shape.ts";
import { expectTensor, Tensor } from "../tensor.ts";
import { checkModel } from "./evaluate.ts";

const OUTGROWN = "values have outgrown float32: lower the learning rate, clip gradients, or normalise";

/** What to do, by the op that made the first value that is not finite. */
const CURES: readonly (readonly [ops: RegExp, cure: string])[] = [
  [
    /^(log|xlogy|div|reciprocal|rsqrt|pow|bin)/,
    "keep operands away from 0, and above it for a logarithm: add a small constant, or clamp",
  ],
  [/^(sqrt|a?(cos|sin)|atanh|remainder)/, "its input lies outside of where it is defined: clamp it"],
  [/^(exp|sinh)/, "it overflows beyond 88.7: use logsumexp or softmax, or bound its input"],
  [/./, OUTGROWN],
];
/** Operands smaller than this do not outgrow float32, whatever becomes of them: not their squares either, in any sum. */
const SMALL = 1e12;
/** What to do about an op that made the first value that is not finite. */
const cureOf = (op: string, inputs: readonly Tensor[]): string => {
  const cure = CURES.find(([ops]) => ops.test(op))![1];
  const small = inputs.length > 0 && inputs.every(({ data }) => data.every((v) => Math.abs(v) < SMALL));
  return small && cure === OUTGROWN
    ? "it divided by 0: no target counts, no spread, or a row is masked throughout"
    : cure;
};

const round = (v: number): string => {
  const short = Number(v.toPrecision(3));
  return Math.abs(v) < 1e6 ? `${short}` : short.toExponential();
};

/** How many values are not finite. */
function bad({ data }: Tensor): number {
  let n = 0;
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) n++;
  return n;
}

/** The values' range in words. */
function range(x: Tensor): string {
  let [low, high, nans] = [Infinity, -Infinity, 0];
  for (const v of x.data) {
    if (v < low) low = v;
    if (v > high) high = v;
    if (Number.isNaN(v)) nans++;
  }
  return `${round(low)} to ${round(high)}${nans > 0 ? ` and ${nans} NaN` : ""}`;
}

/** The rows of a batch that are not finite; undefined if all are. */
function badRows(name: string, x: unknown): string | undefined {
  if (!(x instanceof Tensor) || bad(x) === 0) return;
  const width = x.size / x.shape[0]!;
  const rows = new Set<number>();
  x.data.forEach((v, i) => {
    if (!Number.isFinite(v)) rows.add(Math.floor(i / width));
  });
  const list = [...rows].slice(0, 5).join(", ") + (rows.size > 5 ? ", ..." : "");
  return `the batch's ${name} is not finite in ${rows.size} of ${x.shape[0]} rows (${list}); mend or leave out these examples`;
}

/** The parameters that are not finite; undefined if all are. `first`: no step was before. */
function badWeights(model: Module, first = false): string | undefined {
  const names = model.namedParameters().filter(([, p]) => bad(p) > 0);
  if (names.length === 0) return;
  const list = names.slice(0, 3).map(([name, p]) => `${name}: ${bad(p)} of ${p.size}`);
  return (
    `weights were not finite already (${list.join(", ")}${names.length > 3 ? ", ..." : ""}); ` +
    (first
      ? "initialise or load them anew"
      : "the step before wrote them: its gradient was not finite (sqrt, norm, pow or log at 0: add a small constant), or the " +
        "learning rate is too high")
  );
}

/** Where a value first was not finite, what to do, and the op that made it NaN. */
type Origin = readonly [text: string, cure: string, nan: string | undefined];

/** Runs `forward` and follows what is not finite in its result back to the op that it came from. */
function origin(model: Module, forward: () => Tensor): string | undefined {
  const origins = new Map<Storage, Origin>();
  const layers: string[] = [];
  const composed: string[] = [];
  const see: OpObserver = (op, y, inputs) => {
    if (y === null) return void composed.push(op);
    if (composed.at(-1) === op && inputs.length === 0) composed.pop();
    const count = bad(y);
    if (count === 0) return;
    const isNaN = y.data.some(Number.isNaN);
    const source = [y, ...inputs].find((x) => origins.has(x.storage!) && bad(x) > 0);
    const [text, cure, nan] = (source && origins.get(source.storage!)) ?? [
      `first in ${[op, ...composed.slice(0, 1)].join(" within ")}, ${layers.at(-1) ?? "in the loss function"} ` +
        `(values of its input: ${inputs.map(range).join(", ") || "none"}; ${count} of ${y.size} results not finite)`,
      cureOf(op, inputs),
      isNaN ? "" : undefined,
    ];
    origins.set(y.storage!, [text, cure, nan ?? (isNaN ? `, NaN from ${op} on` : undefined)]);
  };
  const hooks = model.namedModules().flatMap(([path, module]) => [
    module.registerForwardPreHook(() => {
      layers.push(`in ${path && `layer ${path}, `}${module.constructor.name}`);
    }),
    module.registerForwardHook(() => void layers.pop()),
  ]);
  const buffers = model.buffers().map((b) => [b, b.data.slice()] as const);
  try {
    return tidy(() => {
      const value = observeOps(see, forward);
      expectTensor("explainNonFinite", "the result of forward", value);
      if (bad(value) === 0) return;
      const [text, cure, nan = ""] = origins.get(value.storage!) ?? ["no op made it", "look at what it was made of"];
      return `${text}${nan}; ${cure}`;
    });
  } finally {
    for (const hook of hooks) hook.remove();
    for (const [b, data] of buffers) b.data.set(data);
  }
}

/**
 * Why a loss is NaN or infinite: the parameters that are not finite, or the layer and op that made the first such value
 * on the way to it, with the range of its operands and the usual cure. `fit` says the same when it stops.
 *
 * Buffers are put back afterwards. Dropout draws anew, unless `forward` first sets the random state.
 *
 * @param model whose layers are to be named.
 * @param forward computes the loss, or whatever is not finite, with `model`.
 * @returns the reason in words; undefined if the result is finite.
 * @throws TypeError if `model` is no module or `forward` no function; what `forward` throws.
 *
 * @example
 * ```ts
 * import { explainNonFinite, nn, tensor } from "sedge";
 * const model = new nn.Sequential(new nn.ReLU());
 * const x = tensor([-1, 2]);
 * explainNonFinite(model, () => model.call(x).add(1).log().sum()); // => undefined
 * explainNonFinite(model, () => model.call(x).log().sum())?.startsWith("first in log, in the loss function"); // => true
 * ```
 */
export function explainNonFinite(model: Module, forward: () => Tensor): string | undefined {
  checkModel("explainNonFinite", model);
  demand(typeof forward === "function", "explainNonFinite", "forward to be a function", forward, TypeError);
  const found = origin(model, forward);
  return found && (badWeights(model) ?? found);
}

/**
 * The error of a run whose loss is not finite, before anything is made of it: weights are those of before the batch.
 * `state` is the random state that the batch's forward began with.
 */
export function nonFinite(
  model: Module & { forward(x: Tensor): Tensor },
  loss: (prediction: Tensor, target: Tensor) => Tensor,
  x: Tensor,
  y: Tensor,
  value: number,
  { epoch, step, state }: { epoch: number; step: number; state: RngState },
): Error {
  setRngState(state);
  const reason =
    badRows("x", x) ??
    badRows("y", y) ??
    badWeights(model, epoch === 1 && step === 1) ??
    origin(model, () => loss(model.call(x), y)) ??
    "the same step repeated gave a finite one: something in it is not drawn from the seeded stream";
  return new Error(`fit: the loss became ${value} at epoch ${epoch}, step ${step}: ${reason}`);
}
