// addmm: a matrix product scaled and added to something that broadcasts. Plain products are gemm.ts.
import { type Backward, noGrad, record } from "../autograd.ts";
import { checkNumber, checkOptions, type Shape, show } from "../shape.ts";
import { empty, type Tensor } from "../tensor.ts";
import { add, mul } from "./binary.ts";
import { matmul } from "./gemm.ts";
import { expectFloat, product, productGrad } from "./internal/gemm.ts";
import { sumTo } from "./internal/sums.ts";
import { transpose } from "./permute.ts";

/**
 * `beta * input + alpha * (a * b)` for matrices a and b. With `beta` 0 what is in `input` is ignored, infinities and
 * NaN too.
 *
 * @param input float32, of a shape that broadcasts to `[m, n]`.
 * @param a float32 of shape `[m, k]`.
 * @param b float32 of shape `[k, n]`.
 * @param options `alpha` and `beta`, both 1 by default.
 * @returns shape `[m, n]`.
 * @throws TypeError if an operand is not float32; RangeError if sizes do not match.
 * @see https://pytorch.org/docs/stable/generated/torch.addmm.html
 *
 * @example
 * ```ts
 * import { addmm, tensor } from "sedge";
 * addmm(tensor([1, 2]), tensor([[1, 2]]), tensor([[1, 0], [0, 1]]), { alpha: 10 }).toArray(); // => [[11,22]]
 * ```
 */
export function addmm(
  input: Tensor,
  a: Tensor,
  b: Tensor,
  options?: { alpha?: number | undefined; beta?: number | undefined },
): Tensor {
  checkOptions("addmm", options, ["alpha", "beta"]);
  const alpha = checkNumber("addmm", "alpha", options?.alpha ?? 1);
  const beta = checkNumber("addmm", "beta", options?.beta ?? 1);
  for (const [name, x] of [
    ["input", input],
    ["a", a],
    ["b", b],
  ] as const)
    expectFloat("addmm", name, x);
  const [m, k, n] = [a.shape[0]!, a.shape[1]!, b.shape[1]!];
  if (a.rank !== 2 || b.rank !== 2 || k !== b.shape[0]) {
    throw new RangeError(`addmm: expected a [m, k] and b [k, n], got ${show(a.shape)} and ${show(b.shape)}`);
  }
  const inputShape = input.shape;
  if (!broadcastsTo(inputShape, [m, n])) {
    throw new RangeError(`addmm: expected input to broadcast to ${show([m, n])}, got ${show(inputShape)}`);
  }
  const y = affine(input, a, b, alpha, beta);
  const by =
    (products: (dy: Tensor, a: Tensor, b: Tensor, needs: readonly boolean[]) => (Tensor | null)[]): Backward =>
    (dy, [a, b], needs) => {
      const scaled = alpha === 1 ? dy : mul(dy, alpha);
      const dInput = needs[0] ? sumTo(beta === 1 ? dy : mul(dy, beta), inputShape) : null;
      return [dInput, ...products(scaled, a, b, needs.slice(1))];
    };
  return record(
    "addmm",
    y,
    [input, a, b],
    [a, b],
    by((dy, a, b, needs) => productGrad(dy, a, b, needs, { m, n, k })),
    by((dy, a, b) => [matmul(dy, transpose(b)), matmul(transpose(a), dy)]),
  );
}

/** The value of addmm. The plain case adds a row inside the kernel. */
function affine(input: Tensor, a: Tensor, b: Tensor, alpha: number, beta: number): Tensor {
  const sizes = { m: a.shape[0]!, n: b.shape[1]!, k: a.shape[1]! };
  const asRow = alpha === 1 && beta === 1 && input.size === sizes.n && input.shape[input.rank - 1] === sizes.n;
  const y = empty([sizes.m, sizes.n]);
  product(y.ptr, a.ptr, b.ptr, asRow ? input.ptr : 0, sizes);
  if (asRow) return y;
  return noGrad(() => {
    const scaled = alpha === 1 ? y : mul(y, alpha);
    if (beta === 0) return scaled;
    const shift = beta === 1 ? input : mul(input, beta);
    const sum = add(scaled, shift);
    y.dispose();
    if (scaled !== y) scaled.dispose();
    if (shift !== input) shift.dispose();
    return sum;
  });
}

/** Whether `shape` broadcasts to `target` without changing it. */
function broadcastsTo(shape: Shape, target: Shape): boolean {
  const lead = target.length - shape.length;
  return lead >= 0 && shape.every((d, i) => d === 1 || d === target[lead + i]);
}
