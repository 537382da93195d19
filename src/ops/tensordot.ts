// Products that are others in disguise: outer is a broadcast one, tensordot a matrix product of regrouped axes (gemm.ts).
import { tidy } from "../scope.ts";
import { checkInt, describe, normalizeAxis, type Shape, show, sizeOf } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";
import { mul } from "./binary.ts";
import { matmul } from "./gemm.ts";
import { expectFloat } from "./internal/gemm.ts";
import { permute } from "./permute.ts";
import { sum } from "./reduce.ts";
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
  for (const [name, x] of [
    ["a", a],
    ["b", b],
  ] as const) {
    expectTensor("outer", name, x);
    if (x.rank !== 1) throw new RangeError(`outer: expected ${name} of rank 1, got shape ${show(x.shape)}`);
  }
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
  return tidy(() => contract(a, b, axesA, axesB));
}

function contract(a: Tensor, b: Tensor, axesA: readonly number[], axesB: readonly number[]): Tensor {
  // Where one of a pair has size 1 it broadcasts, so the other is summed first, as in PyTorch.
  const left = sumWhere(a, axesA, (i) => b.shape[axesB[i]!] === 1);
  const right = sumWhere(b, axesB, (i) => a.shape[axesA[i]!] === 1);
  const sizes = axesA.map((axis) => left.shape[axis]!);
  if (axesB.some((axis, i) => right.shape[axis] !== sizes[i])) {
    const got = `got ${show(a.shape)} over ${show(axesA)} and ${show(b.shape)} over ${show(axesB)}`;
    throw new RangeError(`tensordot: expected contracted sizes to match, ${got}`);
  }
  const freeA = others(a.rank, axesA);
  const freeB = others(b.rank, axesB);
  const outer = [...freeA.map((axis) => a.shape[axis]!), ...freeB.map((axis) => b.shape[axis]!)];
  const k = sizeOf(sizes);
  const rows = reshape(inOrder(left, [...freeA, ...axesA]), [sizeOf(freeA.map((axis) => a.shape[axis]!)), k]);
  const columns = reshape(inOrder(right, [...axesB, ...freeB]), [k, sizeOf(freeB.map((axis) => b.shape[axis]!))]);
  return reshape(matmul(rows, columns), outer);
}

function pairedAxes(a: Shape, b: Shape, dims: unknown): [number[], number[]] {
  if (typeof dims === "number") {
    checkInt("tensordot", "dims", dims, 0, Math.min(a.length, b.length));
    return [Array.from({ length: dims }, (_, i) => a.length - dims + i), Array.from({ length: dims }, (_, i) => i)];
  }
  if (!Array.isArray(dims) || dims.length !== 2 || !dims.every(Array.isArray)) {
    throw new TypeError(`tensordot: expected dims to be a number or two lists of axes, got ${describe(dims)}`);
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
    throw new RangeError(`tensordot: expected distinct axes of ${name}, got ${show(list)}`);
  }
  return list;
}

const others = (rank: number, axes: readonly number[]): number[] =>
  Array.from({ length: rank }, (_, i) => i).filter((i) => !axes.includes(i));

function sumWhere(x: Tensor, axes: readonly number[], partnerIsOne: (i: number) => boolean): Tensor {
  const axis = axes.filter((at, i) => partnerIsOne(i) && x.shape[at] !== 1);
  return axis.length === 0 ? x : sum(x, { axis, keepDims: true });
}

function inOrder(x: Tensor, axes: readonly number[]): Tensor {
  return axes.every((axis, i) => axis === i) ? x : permute(x, axes);
}
