// Clipping of gradients, in place, between backward and step.
import { noGrad } from "../autograd.ts";
import { pow } from "../numbers.ts";
import { assign } from "../ops/assign.ts";
import { maximum, minimum, mul } from "../ops/binary.ts";
import { vectorNorm } from "../ops/vector-norm.ts";
import { tidy } from "../scope.ts";
import { checkNumber, demand, readOptions } from "../shape.ts";
import { expectTensor, Tensor } from "../tensor.ts";
import { live } from "../wasm.ts";

/** Options of {@link clipGradNorm}. */
export interface ClipOptions {
  /** The norm's order, above 0; Infinity takes the largest. Default 2. */
  normType?: number;
  /** Whether to throw if the norm is infinite or NaN. Default false: then all gradients become 0 or NaN. */
  errorIfNonfinite?: boolean;
}

/**
 * Scales all gradients by one factor, in place, if their norm taken together is above `maxNorm`:
 * `min(1, maxNorm / (norm + 1e-6))`. Parameters without a gradient are left out.
 *
 * @param parameters `model.parameters()`, or one tensor.
 * @param maxNorm at least 0.
 * @param options see {@link ClipOptions}.
 * @returns the norm before, summed in float64 in a fixed order.
 * @throws TypeError or RangeError for arguments out of range; RangeError with `errorIfNonfinite`.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html
 * @see Pascanu et al., "On the difficulty of training recurrent neural networks", 2013.
 *
 * @example
 * ```ts
 * import { optim, variable } from "sedge";
 * const w = variable([3, 4]);
 * w.mul(w).sum().div(2).backward();
 * optim.clipGradNorm(w, 1); // => 5
 * w.grad!.data[0]!.toFixed(4); // => "0.6000"
 * ```
 */
export function clipGradNorm(parameters: Tensor | Iterable<Tensor>, maxNorm: number, options?: ClipOptions): number {
  const op = "clipGradNorm";
  const { normType, errorIfNonfinite } = readOptions(op, options, { normType: 2, errorIfNonfinite: false });
  checkNumber(op, "maxNorm", maxNorm, 0);
  demand(normType > 0, op, "normType above 0", normType);
  const list = listOf(parameters);
  return live(() => {
    const grads = gradients(op, list);
    const norm = tidy(() => normOf(grads, normType));
    demand(!errorIfNonfinite || Number.isFinite(norm), op, "gradients of a finite norm", norm);
    const factor = maxNorm / (norm + 1e-6);
    if (!(factor >= 1)) rewrite(grads, (g) => mul(g, factor));
    return norm;
  }, [maxNorm, normType]);
}

/**
 * Cuts every gradient off at ± `clipValue`, in place; NaN stays.
 *
 * @param parameters `model.parameters()`, or one tensor.
 * @param clipValue at least 0.
 * @throws TypeError or RangeError for arguments out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_value_.html
 *
 * @example
 * ```ts
 * import { optim, variable } from "sedge";
 * const w = variable([3, -4, 0.25]);
 * w.mul(w).sum().backward();
 * optim.clipGradValue(w, 1);
 * w.grad!.toArray(); // => [1,-1,0.5]
 * ```
 */
export function clipGradValue(parameters: Tensor | Iterable<Tensor>, clipValue: number): void {
  checkNumber("clipGradValue", "clipValue", clipValue, 0);
  rewrite(gradients("clipGradValue", listOf(parameters)), (g) => minimum(maximum(g, -clipValue), clipValue));
}

const listOf = (parameters: Tensor | Iterable<Tensor>): Tensor[] =>
  parameters instanceof Tensor || !parameters?.[Symbol.iterator] ? [parameters as Tensor] : [...parameters];

function gradients(op: string, list: readonly Tensor[]): Tensor[] {
  return list.flatMap((p, i) => {
    expectTensor(op, `parameters[${i}]`, p);
    return p.grad === null || p.size === 0 ? [] : [p.grad];
  });
}

const rewrite = (grads: readonly Tensor[], fn: (g: Tensor) => Tensor): void =>
  noGrad(() => {
    for (const g of grads) tidy(() => assign(g, fn(g)));
  });

/** Of all of them as one vector: the norm of their norms. */
function normOf(grads: readonly Tensor[], p: number): number {
  const norms = grads.map((g) => vectorNorm(g, { p }).item());
  if (p === Infinity) return Math.max(0, ...norms);
  return p === 2
    ? Math.sqrt(norms.reduce((s, n) => s + n * n, 0))
    : pow(
        norms.reduce((s, n) => s + pow(n, p), 0),
        1 / p,
      );
}
