// Checks of gradients against differences of values, for ops and layers of one's own and for the library's tests.
import { backward } from "../backward.ts";
import { grad } from "../grad.ts";
import { mul } from "../ops/binary.ts";
import { tensor, variable } from "../ops/create.ts";
import { sum } from "../ops/reduce.ts";
import { tidy } from "../scope.ts";
import { demand, readOptions, type Shape, show, sizeOf } from "../shape.ts";
import { Tensor } from "../tensor.ts";

/** Options of {@link gradcheck}. Values are float32, so that steps and tolerances are wider than PyTorch's. */
export interface GradcheckOptions {
  /** Half of the distance over which differences are taken (default 0.01). */
  eps?: number;
  /** Absolute tolerance (default 0.001). */
  atol?: number;
  /** Tolerance relative to the largest entry of an input's gradient (default 0.01). */
  rtol?: number;
  /** Throw where a gradient is wrong (default true); otherwise the answer is false. */
  raiseException?: boolean;
}

const DEFAULTS = { eps: 1e-2, atol: 1e-3, rtol: 1e-2, raiseException: true };

/**
 * Compares the gradients of `fn` with central differences of its values, entry by entry. The results are weighted by
 * fixed numbers of mixed sign, so that errors do not cancel. The inputs are copied, not changed.
 *
 * @param fn a function of tensors to a float32 tensor, or an array of them; the same values each time it is called.
 * @param inputs float32 tensors are checked, others passed as they are. Keep them away from kinks.
 * @param options see {@link GradcheckOptions}.
 * @returns true, or false if a gradient is wrong and `raiseException` is false.
 * @throws Error that names the input and the entry whose gradient is wrong; TypeError for what is no function or tensor.
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.gradcheck.gradcheck.html
 *
 * @example
 * ```ts
 * import { tanh, tensor } from "sedge";
 * import { gradcheck } from "sedge/inspect";
 * gradcheck((x) => tanh(x).square(), [tensor([0.5, -1])]); // => true
 * gradcheck((x) => x.detach().mul(x), [tensor([2])], { raiseException: false }); // => false
 * ```
 */
export function gradcheck(
  fn: (...inputs: Tensor[]) => Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  options: GradcheckOptions = {},
): boolean {
  return check("gradcheck", fn, inputs, options);
}

/**
 * As {@link gradcheck}, for the gradients of gradients: differentiates what `grad` gives with `createGraph`.
 *
 * @param fn a function of tensors to a float32 tensor, or an array of them.
 * @param inputs float32 tensors are checked, others passed as they are.
 * @param options see {@link GradcheckOptions}.
 * @returns true, or false if a gradient is wrong and `raiseException` is false.
 * @throws Error that names the entry whose gradient is wrong, or the op that has no second order.
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.gradcheck.gradgradcheck.html
 *
 * @example
 * ```ts
 * import { tensor } from "sedge";
 * import { gradgradcheck } from "sedge/inspect";
 * gradgradcheck((x) => x.exp().mul(x), [tensor([0.5, -1])]); // => true
 * ```
 */
export function gradgradcheck(
  fn: (...inputs: Tensor[]) => Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  options: GradcheckOptions = {},
): boolean {
  demand(typeof fn === "function", "gradgradcheck", "a function", fn, TypeError);
  const gradients = (given: Tensor[], createGraph: boolean): Tensor[] => {
    const floats = given.filter((x) => x.dtype === "float32");
    const loss = listOf("gradgradcheck", fn(...given)).map((y, i) => sum(mul(y, weights(y.shape, i + 7))));
    const found = grad(loss, floats, { createGraph, allowUnused: true });
    return found.filter((g) => g !== null);
  };
  return check(
    "gradgradcheck",
    (...given) => gradients(given, true),
    inputs,
    options,
    (given, { atol, rtol }) => {
      const [plain, recorded] = [gradients(given, false), gradients(given, true)];
      const wrong = plain.findIndex((g, i) => {
        return indexOfWrong(recorded[i]!.data, Float64Array.from(g.data), atol, rtol) >= 0;
      });
      return wrong < 0 ? null : `inputs[${wrong}]: expected the same gradient with createGraph and without, got two`;
    },
  );
}

function check(
  op: string,
  fn: (...inputs: Tensor[]) => Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  options: GradcheckOptions,
  before: (inputs: Tensor[], tolerance: Tolerance) => string | null = () => null,
): boolean {
  demand(typeof fn === "function", op, "a function", fn, TypeError);
  demand(Array.isArray(inputs), op, "inputs to be an array", inputs, TypeError);
  for (const [i, x] of inputs.entries()) demand(x instanceof Tensor, op, `inputs[${i}] to be a tensor`, x, TypeError);
  const { raiseException, ...tolerance } = readOptions(op, options, DEFAULTS);
  const copies = inputs.map((x) => (x.dtype === "float32" ? variable(x.data.slice(), { shape: x.shape }) : x));
  try {
    const wrong = tidy(() => before(copies, tolerance)) ?? firstWrong(op, fn, copies, tolerance);
    if (wrong !== null && raiseException) throw new Error(`${op}: ${wrong}`);
    return wrong === null;
  } finally {
    for (const [i, x] of copies.entries()) if (x !== inputs[i]) x.dispose();
  }
}

type Tolerance = Pick<typeof DEFAULTS, "eps" | "atol" | "rtol">;

/** What is wrong first, in words; null if nothing is. */
function firstWrong(
  op: string,
  fn: (...inputs: Tensor[]) => Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  { eps, atol, rtol }: Tolerance,
): string | null {
  tidy(() => {
    for (const [i, y] of listOf(op, fn(...inputs)).entries()) {
      if (y.requiresGrad) backward(y, { gradient: weights(y.shape, i + 1), retainGraph: true });
    }
  });
  for (const [at, x] of inputs.entries()) {
    if (x.dtype !== "float32") continue;
    const got = x.grad === null ? new Float32Array(x.size) : x.grad.data.slice();
    const want = differences(op, fn, inputs, x, eps);
    const wrong = indexOfWrong(got, want, atol, rtol);
    if (wrong < 0) continue;
    return (
      `inputs[${at}], element ${show(indexOf(wrong, x.shape))}: expected the gradient ` +
      `${want[wrong]!.toPrecision(6)} that differences give, got ${got[wrong]!.toPrecision(6)}`
    );
  }
  return null;
}

/** The gradient of the weighted sum of the results with respect to x, by central differences. */
function differences(
  op: string,
  fn: (...inputs: Tensor[]) => Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  x: Tensor,
  eps: number,
): Float64Array {
  const valueAt = (i: number, v: number): number => {
    const before = x.data[i]!;
    x.data[i] = v;
    try {
      return tidy(() => listOf(op, fn(...inputs)).reduce((total, y, i) => total + weighted(y, i + 1), 0));
    } finally {
      x.data[i] = before;
    }
  };
  return Float64Array.from({ length: x.size }, (_, i) => {
    const v = x.data[i]!;
    const [low, high] = [Math.fround(v - eps), Math.fround(v + eps)];
    return (valueAt(i, high) - valueAt(i, low)) / (high - low);
  });
}

/** The first entry that is further off than `atol` and `rtol` of the largest allow; -1 if none is. */
function indexOfWrong(got: ArrayLike<number>, want: Float64Array, atol: number, rtol: number): number {
  const allowed = atol + rtol * want.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  return want.findIndex((v, i) => !(Math.abs(got[i]! - v) <= allowed));
}

function listOf(op: string, result: Tensor | readonly Tensor[]): readonly Tensor[] {
  const list = result instanceof Tensor ? [result] : result;
  demand(Array.isArray(list), op, "fn to return tensors", result, TypeError);
  for (const y of list) {
    demand(y instanceof Tensor, op, "fn to return tensors", y, TypeError);
    demand(y.dtype === "float32", op, "fn to return float32 tensors", y.dtype, TypeError);
  }
  return list;
}

function weighted(y: Tensor, seed: number): number {
  const [w, { data }] = [weightValues(y.size, seed), y];
  let total = 0;
  for (let i = 0; i < data.length; i++) total += data[i]! * w[i]!;
  return total;
}

const weights = (shape: Shape, seed: number): Tensor => tensor(weightValues(sizeOf(shape), seed), { shape });

/** Numbers in [-1, 1) by multiples of the golden ratio: fixed, of mixed sign, no two alike. */
function weightValues(n: number, seed: number): Float32Array {
  const GOLDEN = 0.6180339887498949;
  return Float32Array.from({ length: n }, (_, i) => (((i + 1) * seed * GOLDEN + seed * 0.37) % 1) * 2 - 1);
}

function indexOf(at: number, shape: Shape): number[] {
  const index: number[] = [];
  for (let axis = shape.length - 1, rest = at; axis >= 0; axis--) {
    index.unshift(rest % shape[axis]!);
    rest = Math.floor(rest / shape[axis]!);
  }
  return index;
}
