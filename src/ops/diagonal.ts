// Diagonals: read off matrices, and laid into zeros. Triangles are triangle.ts.
import { checkInt, checkOptions, checkShape, normalizeAxis, type Shape, show, stridesOf } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";
import type { Layout } from "./internal/copy.ts";
import { transfer } from "./internal/transfer.ts";

/** Options of {@link diagonal} and {@link diagEmbed}. */
export interface DiagonalOptions {
  /** How far above the main diagonal; below it if negative (default 0). */
  offset?: number;
  /** Axis of the rows. */
  axis1?: number;
  /** Axis of the columns. */
  axis2?: number;
}

/** Options read, with both axes counted from the front. */
function readDiagonal(op: string, rank: number, options: DiagonalOptions, first: number, second: number) {
  checkOptions(op, options, ["offset", "axis1", "axis2"]);
  const offset = checkInt(op, "offset", options.offset ?? 0);
  const axis1 = normalizeAxis(op, options.axis1 ?? first, rank, "axis1");
  const axis2 = normalizeAxis(op, options.axis2 ?? second, rank, "axis2");
  if (axis1 === axis2) throw new RangeError(`${op}: expected axis1 and axis2 to differ, got ${axis1} for both`);
  return { offset, axis1, axis2 };
}

/** The layout of a diagonal within `shape`, its axis last, and what it has of sizes. */
function along(shape: Shape, { offset, axis1, axis2 }: ReturnType<typeof readDiagonal>): [Shape, Layout] {
  const [rows, columns] = [shape[axis1]!, shape[axis2]!];
  const length = Math.max(0, Math.min(rows + Math.min(offset, 0), columns - Math.max(offset, 0)));
  const strides = stridesOf(shape);
  const others = shape.map((_, i) => i).filter((i) => i !== axis1 && i !== axis2);
  const start = offset < 0 ? -offset * strides[axis1]! : offset * strides[axis2]!;
  return [
    [...others.map((i) => shape[i]!), length],
    { offset: start, strides: [...others.map((i) => strides[i]!), strides[axis1]! + strides[axis2]!] },
  ];
}

/**
 * The diagonals of matrices, as a new last axis. A copy.
 *
 * @param x at least two axes, any dtype.
 * @param options `offset` (default 0), `axis1` (default 0), `axis2` (default 1); see {@link DiagonalOptions}.
 * @returns the other axes, then the diagonal; empty if `offset` lies outside.
 * @throws RangeError for fewer than two axes, axes out of range or the same twice.
 * @see https://pytorch.org/docs/stable/generated/torch.diagonal.html
 *
 * @example
 * ```ts
 * import { diagonal, tensor } from "sedge";
 * diagonal(tensor([[1, 2, 3], [4, 5, 6]])).toArray(); // => [1,5]
 * diagonal(tensor([[1, 2, 3], [4, 5, 6]]), { offset: 1 }).toArray(); // => [2,6]
 * ```
 */
export function diagonal(x: Tensor, options: DiagonalOptions = {}): Tensor {
  const op = "diagonal";
  expectTensor(op, "x", x);
  if (x.rank < 2) throw new RangeError(`${op}: expected x of at least two axes, got ${show(x.shape)}`);
  const [sizes, from] = along(x.shape, readDiagonal(op, x.rank, options, 0, 1));
  return transfer(op, x, sizes, { sizes, from });
}

/**
 * Matrices of zeros with the last axis of `x` on the diagonal.
 *
 * @param x at least one axis, any dtype.
 * @param options `offset` (default 0), `axis1` (default -2), `axis2` (default -1), axes of the result; see
 *   {@link DiagonalOptions}.
 * @returns one axis more than `x`; the matrices are square, |offset| larger than the diagonal.
 * @throws RangeError for a scalar, axes out of range or the same twice.
 * @see https://pytorch.org/docs/stable/generated/torch.diag_embed.html
 *
 * @example
 * ```ts
 * import { diagEmbed, tensor } from "sedge";
 * diagEmbed(tensor([1, 2])).toArray(); // => [[1,0],[0,2]]
 * ```
 */
export function diagEmbed(x: Tensor, options: DiagonalOptions = {}): Tensor {
  return embedded("diagEmbed", x, options);
}

function embedded(op: string, x: Tensor, options: DiagonalOptions): Tensor {
  expectTensor(op, "x", x);
  if (x.rank < 1) throw new RangeError(`${op}: expected x of at least one axis, got a scalar`);
  const diagonals = readDiagonal(op, x.rank + 1, options, -2, -1);
  const { offset, axis1, axis2 } = diagonals;
  const others = x.shape.slice(0, -1);
  const side = x.shape.at(-1)! + Math.abs(offset);
  const shape = Array.from({ length: x.rank + 1 }, (_, i) => (i === axis1 || i === axis2 ? side : others.shift()!));
  checkShape(op, shape);
  const [sizes, to] = along(shape, diagonals);
  return transfer(op, x, shape, { sizes, to });
}

/**
 * The diagonal of a matrix, or a matrix of zeros with the list on its diagonal.
 *
 * @param x one or two axes, any dtype.
 * @param options `diagonal`: how far above the main one; below it if negative (default 0).
 * @throws RangeError for another number of axes.
 * @see https://pytorch.org/docs/stable/generated/torch.diag.html
 *
 * @example
 * ```ts
 * import { diag, tensor } from "sedge";
 * diag(tensor([1, 2])).toArray(); // => [[1,0],[0,2]]
 * diag(tensor([[1, 2], [3, 4]])).toArray(); // => [1,4]
 * ```
 */
export function diag(x: Tensor, options: { diagonal?: number } = {}): Tensor {
  const op = "diag";
  expectTensor(op, "x", x);
  checkOptions(op, options, ["diagonal"]);
  const offset = checkInt(op, "diagonal", options.diagonal ?? 0);
  if (x.rank === 1) return embedded(op, x, { offset });
  if (x.rank !== 2) throw new RangeError(`${op}: expected x of one or two axes, got ${show(x.shape)}`);
  return diagonal(x, { offset });
}
