// Products that are others in disguise: outer is a broadcast one, tensordot a matrix product of regrouped axes (gemm.ts).
import { tidy } from "../scope.ts";
import { checkInt, describe, normalizeAxis, refusal, type Shape, show } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { mul } from "./binary.ts";
import { contract } from "./internal/contract.ts";
import { expectFloat } from "./internal/gemm.ts";
import { expectRank, mismatch } from "./internal/multiply.ts";
import { reshape } from "./shape.ts";

/**
 * Every element of one vector times every element of the other.
 *
 * @param a shape `[m]`, any dtype.
 * @param b shape `[n]`.
 * @returns shape `[m, n]`, of the dtype that `mul` gives.
 * @throws RangeError if an operand is no vector.
 * @see https://pytorch.org/docs/stable/generated/torch.outer.html
 *
 * @example
 * ```ts
 * import { outer, tensor } from "sedge";
 * outer(tensor([1, 2]), tensor([3, 4, 5])).toArray(); // => [[3,4,5],[6,8,10]]
 * ```
 */
export function outer(a: Tensor, b: Tensor): Tensor {
  expectRank("outer", "a", a, 1);
  expectRank("outer", "b", b, 1);
  return tidy(() => mul(reshape(a, [a.size, 1]), b));
}

/**
 * Sum of products over pairs of axes: the result has the axes of `a` that are left, then those of `b`.
 *
 * @param a float32.
 * @param b float32.
 * @param dims how many axes to contract, the last of `a` with the first of `b`, by default 2; or two lists of equal length
 *   with the axes of `a` and those of `b`, negative ones counted from the end. Paired sizes are equal, or one of them is 1.
 * @throws TypeError if an operand is not float32; RangeError if axes are out of range or sizes do not match.
 * @see https://pytorch.org/docs/stable/generated/torch.tensordot.html
 *
 * @example
 * ```ts
 * import { ones, tensordot } from "sedge";
 * tensordot(ones([2, 3, 4]), ones([3, 4, 5])).shape; // => [2,5]
 * tensordot(ones([3, 2]), ones([4, 3]), [[0], [1]]).shape; // => [2,4]
 * ```
 */
export function tensordot(
  a: Tensor,
  b: Tensor,
  dims: number | readonly [readonly number[], readonly number[]] = 2,
): Tensor {
  expectFloat("tensordot", "a", a);
  expectFloat("tensordot", "b", b);
  const [axesA, axesB] = pairedAxes(a.shape, b.shape, dims);
  if (axesA.some((axis, i) => new Set([1, a.shape[axis], b.shape[axesB[i]!]]).size > 2)) {
    throw mismatch("tensordot", `contracted sizes to match over ${show(axesA)} and ${show(axesB)}`, a, b);
  }
  const left = a.shape.map((_, i) => `a${i}`);
  const right = b.shape.map((_, i) => (axesB.includes(i) ? left[axesA[axesB.indexOf(i)]!]! : `b${i}`));
  const isFree = (label: string): boolean => !left.includes(label) || !right.includes(label);
  return tidy(() => contract({ x: a, labels: left }, { x: b, labels: right }, isFree).x);
}

function pairedAxes(a: Shape, b: Shape, dims: unknown): [number[], number[]] {
  if (typeof dims === "number") {
    checkInt("tensordot", "dims", dims, 0, Math.min(a.length, b.length));
    return [Array.from({ length: dims }, (_, i) => a.length - dims + i), Array.from({ length: dims }, (_, i) => i)];
  }
  if (!Array.isArray(dims) || dims.length !== 2 || !dims.every(Array.isArray)) {
    throw refusal("tensordot", "dims to be a number or two lists of axes", dims, TypeError);
  }
  const [axesA, axesB] = dims as [unknown[], unknown[]];
  if (axesA.length !== axesB.length) {
    throw new RangeError(
      `tensordot: expected as many axes of a as of b, got ${describe(axesA)} and ${describe(axesB)}`,
    );
  }
  const paired = [distinct("a", a, axesA), distinct("b", b, axesB)] as const;
  return [...paired];
}

function distinct(name: string, shape: Shape, axes: readonly unknown[]): number[] {
  const list = axes.map((axis) => normalizeAxis("tensordot", axis, shape.length, `axis of ${name}`));
  if (new Set(list).size !== list.length) {
    throw refusal("tensordot", `distinct axes of ${name}`, list);
  }
  return list;
}
