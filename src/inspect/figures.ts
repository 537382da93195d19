// What a forward and a backward look like, layer by layer, in numbers. What they mean is src/inspect/findings.ts.
import type { Module } from "../nn/module.ts";
import { observeOps } from "../observe.ts";
import type { Shape } from "../shape.ts";
import { Tensor } from "../tensor.ts";

/** The figures of a layer, or of an activation that is a function within a module's forward. */
export interface LayerFigures {
  /** The layer's name, as `encoder.2`; that of the module around it for a function; `""` for the model itself. */
  readonly path: string;
  /** The layer's class, as `Linear`; with parentheses for a function, as `relu()`. */
  readonly kind: string;
  /** Shape of its result; null for a layer that was not called itself. */
  readonly shape: Shape | null;
  /** Smallest value of its result; this and the next ones are NaN where there is no result. */
  readonly min: number;
  /** Largest value of its result. */
  readonly max: number;
  /** Mean of its result. */
  readonly mean: number;
  /** Standard deviation of its result. */
  readonly std: number;
  /** Share of its result that is 0. */
  readonly zeros: number;
  /** Share of ReLU units that are 0 for every example of the batch; null for other layers. */
  readonly dead: number | null;
  /** Share of the result of a sigmoid, a tanh and kin that is near one of their bounds; null for other layers. */
  readonly saturated: number | null;
  /** Number of its own parameters that are trained. */
  readonly parameters: number;
  /** Euclidean norm of the gradients of its own parameters; null where there are none. */
  readonly gradientNorm: number | null;
  /** Euclidean norm of its own parameters; null where there are none. */
  readonly weightNorm: number | null;
  /** Norm of the gradients by that of the parameters, of those of two axes and more; null where there are none. */
  readonly gradientRatio: number | null;
  /** Norm of what a step of the optimizer changes by that of the parameters, likewise; null without an optimizer. */
  readonly updateRatio: number | null;
}

/** What findings need beside: root mean square of the gradients that are not 0, of parameters of two axes and more. */
export interface Figures extends LayerFigures {
  readonly gradientSize: number | null;
  readonly unused: readonly string[];
  readonly notFinite: readonly string[];
  /** Whether it gave the model's own result. */
  readonly isResult: boolean;
}

/** Bounds of the ops that saturate. */
const BOUNDS: Readonly<Record<string, readonly [low: number, high: number]>> = {
  sigmoid: [0, 1],
  hardsigmoid: [0, 1],
  tanh: [-1, 1],
  hardtanh: [-1, 1],
  softsign: [-1, 1],
};
const RECTIFIERS: readonly string[] = ["relu", "relu6"];

/** Share of the way between the bounds that counts as near one: |tanh| > 0.97, as in Karpathy's "makemore", part 3. */
const NEAR = 0.015;

type Values = Tensor["data"];

function spreadOf(data: Values): Pick<LayerFigures, "min" | "max" | "mean" | "std" | "zeros"> {
  let [min, max, sum, squares, zeros] = [Infinity, -Infinity, 0, 0, 0];
  for (let i = 0; i < data.length; i++) {
    const v = data[i]!;
    if (v < min) min = v;
    if (v > max) max = v;
    if (v === 0) zeros++;
    sum += v;
    squares += v * v;
  }
  const n = data.length;
  const mean = sum / n;
  return { min, max, mean, std: Math.sqrt(Math.max(0, squares / n - mean * mean)), zeros: zeros / n };
}

const NOTHING = { min: Number.NaN, max: Number.NaN, mean: Number.NaN, std: Number.NaN, zeros: Number.NaN };

/** Share of values near a bound. */
function saturatedShare(data: Values, [low, high]: readonly [number, number]): number {
  const edge = NEAR * (high - low);
  let n = 0;
  for (let i = 0; i < data.length; i++) if (data[i]! < low + edge || data[i]! > high - edge) n++;
  return n / data.length;
}

/** Share of units that are 0 throughout: channels where `axis` is 1, else features of the last axis. */
function deadShare({ data, shape }: Tensor, axis: number): number {
  const units = shape[axis] ?? 1;
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const alive = new Uint8Array(units);
  for (let i = 0; i < data.length; i++) if (data[i] !== 0) alive[Math.floor(i / inner) % units] = 1;
  return 1 - alive.reduce((a, b) => a + b, 0) / units;
}

/** The first tensor of a layer's result. */
function tensorIn(result: unknown): Tensor | undefined {
  if (result instanceof Tensor) return result;
  return Array.isArray(result) ? result.flat(2).find((t) => t instanceof Tensor) : undefined;
}

type Activation = Pick<LayerFigures, "path" | "kind" | "shape" | "dead" | "saturated"> & ReturnType<typeof spreadOf>;

/** A module at work: whether it has none within, what its activations showed, and how often each was a function. */
interface Place {
  readonly path: string;
  readonly leaf: boolean;
  found: Partial<Activation>;
  readonly counts: Record<string, number>;
}

/** What a forward showed: a row for each layer and activation, and which storage the model's result is in. */
export interface Seen {
  readonly rows: Map<string, Activation & { readonly storage: object }>;
  readonly value: Tensor;
  readonly result: object | undefined;
}

/** Runs `forward` and notes the results of the layers, those without layers in them, and of activations. */
export function observeForward(model: Module, forward: () => Tensor): Seen {
  const rows: Seen["rows"] = new Map();
  const around: Place[] = [];
  let result: object | undefined;
  let channels = false;
  const row = (path: string, kind: string, y: Tensor, found: Partial<Activation>, key: string): void => {
    if (y.dtype !== "float32" || y.size === 0) return;
    const storage = y.storage!;
    const { shape, data } = y;
    rows.set(key, { dead: null, saturated: null, ...found, path, kind, shape, ...spreadOf(data), storage });
  };
  const outermost: Place = { path: "", leaf: false, found: {}, counts: {} };
  const hooks = model.namedModules().flatMap(([path, module]) => {
    const leaf = module.children().length === 0;
    const listed = leaf || [...module.fields()].some(([, field]) => field instanceof Tensor && field.requiresGrad);
    const kind = module.constructor.name;
    return [
      module.registerForwardPreHook(() => void around.push({ path, leaf, found: {}, counts: {} })),
      module.registerForwardHook((_, __, output) => {
        const { found } = around.pop()!;
        const y = tensorIn(output);
        if (/Conv|Pool|BatchNorm/.test(kind)) channels = true;
        else if (/Linear|Embedding|LayerNorm/.test(kind)) channels = false;
        if (y !== undefined && listed) row(path, kind, y, found, path);
        if (module === model) result = y?.storage ?? undefined;
      }),
    ];
  });
  try {
    const value = observeOps((op, y) => {
      if (y === null || y.dtype !== "float32") return;
      const bounds = BOUNDS[op];
      const isRectifier = RECTIFIERS.includes(op);
      if (bounds === undefined && !isRectifier) return;
      const place = around.at(-1) ?? outermost;
      const found: Partial<Activation> = isRectifier
        ? { dead: deadShare(y, y.rank > 3 || (y.rank === 3 && channels) ? 1 : Math.max(0, y.rank - 1)) }
        : { saturated: saturatedShare(y.data, bounds!) };
      if (place.leaf) {
        place.found = found;
        return;
      }
      const count = (place.counts[op] ?? 0) + 1;
      place.counts[op] = count;
      row(place.path, `${op}()`, y, found, `${place.path} ${op} ${count}`);
    }, forward);
    return { rows, value, result };
  } finally {
    for (const hook of hooks) hook.remove();
  }
}

/** A parameter with its gradient, and what it was before the last step. */
export interface Weight {
  readonly name: string;
  readonly values: Values;
  readonly rank: number;
  readonly gradient: Values | null;
  readonly before: Values | null;
}

/** Sums of squares over a parameter, in one pass: a large one is as much to read as a whole step's batch. */
function sumsOf({ values, gradient, before }: Weight) {
  let [own, slope, change, used] = [0, 0, 0, 0];
  const from = before ?? values;
  for (let i = 0; i < values.length; i++) {
    const v = from[i]!;
    const moved = values[i]! - v;
    own += v * v;
    change += moved * moved;
  }
  for (let i = 0; i < (gradient?.length ?? 0); i++) {
    const g = gradient![i]!;
    slope += g * g;
    if (g !== 0) used++;
  }
  return { own, slope, change, used };
}

/** The figures of a layer's own parameters. */
function weightFigures(weights: readonly Weight[]) {
  const sums = weights.map((weight) => ({ ...weight, ...sumsOf(weight) }));
  // biases and gains begin at 0 or 1: their ratios say nothing
  const matrices = sums.filter(({ rank }) => rank > 1);
  const total = (list: typeof sums, name: "own" | "slope" | "change" | "used"): number =>
    list.reduce((sum, one) => sum + one[name], 0);
  const ratio = (name: "slope" | "change"): number =>
    Math.sqrt(total(matrices, name)) / Math.max(Math.sqrt(total(matrices, "own")), Number.MIN_VALUE);
  const some = matrices.length > 0;
  return {
    parameters: weights.reduce((n, { values }) => n + values.length, 0),
    gradientNorm: Math.sqrt(total(sums, "slope")),
    weightNorm: Math.sqrt(total(sums, "own")),
    gradientRatio: some ? ratio("slope") : null,
    updateRatio: matrices.some(({ before }) => before !== null) ? ratio("change") : null,
    gradientSize: some ? Math.sqrt(total(matrices, "slope") / Math.max(1, total(matrices, "used"))) : null,
    unused: sums.filter(({ gradient }) => gradient === null).map(({ name }) => name),
    notFinite: sums.filter(({ slope }) => !Number.isFinite(slope)).map(({ name }) => name),
  };
}

const WITHOUT = {
  ...{ parameters: 0, gradientNorm: null, weightNorm: null, gradientRatio: null, updateRatio: null },
  ...{ gradientSize: null, unused: [], notFinite: [] },
};

/** Puts both together: the rows in the order of the forward, then layers with parameters that were not called. */
export function figuresOf(model: Module, { rows, result }: Omit<Seen, "value">, weights: readonly Weight[]): Figures[] {
  const kinds = new Map(model.namedModules().map(([path, module]) => [path, module.constructor.name]));
  const owned = new Map<string, Weight[]>();
  for (const weight of weights) {
    let path = weight.name;
    while (path !== "" && !kinds.has(path)) path = path.slice(0, Math.max(0, path.lastIndexOf(".")));
    owned.set(path, [...(owned.get(path) ?? []), weight]);
  }
  const figures: Figures[] = [];
  for (const [key, { storage, ...row }] of rows) {
    const own = owned.get(key);
    owned.delete(key);
    figures.push({ ...WITHOUT, ...(own && weightFigures(own)), ...row, isResult: storage === result });
  }
  for (const [path, own] of owned) {
    const row = { path, kind: kinds.get(path) ?? "", shape: null, ...NOTHING, dead: null, saturated: null };
    figures.push({ ...weightFigures(own), ...row, isResult: false });
  }
  return figures;
}
