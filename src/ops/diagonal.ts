// Diagonals: read off matrices, and laid into zeros. Triangles are triangle.ts.
import { checkInt, checkShape, normalizeAxis, refusal, type Shape, stridesOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { begin } from "./internal/arguments.ts";
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

/**
 * The layout of a diagonal within a tensor of the shape that `shapeFor` gives for the two axes, its own axis last, and
 * its sizes; `added` axes more than x has; `first` and `second` are the default axes.
 */
function layoutOf(
  op: string,
  x: Tensor,
  added: number,
  options: DiagonalOptions,
  first: number,
  second: number,
  shapeFor: (axes: readonly number[], offset: number) => Shape,
): { shape: Shape; sizes: Shape; layout: Layout } {
  const { offset, axis1, axis2 } = begin(op, x, options, { offset: 0, axis1: first, axis2: second });
  const rank = x.rank + added;
  checkInt(op, "offset", offset);
  const [row, column] = [normalizeAxis(op, axis1, rank, "axis1"), normalizeAxis(op, axis2, rank, "axis2")];
  if (row === column || rank < 2) throw refusal(op, "axis1 and axis2 to differ", [axis1, axis2]);
  const shape = checkShape(op, shapeFor([row, column], offset));
  const strides = stridesOf(shape);
  const length = Math.max(0, Math.min(shape[row]! + Math.min(offset, 0), shape[column]! - Math.max(offset, 0)));
  const isOther = (_: number, i: number): boolean => i !== row && i !== column;
  const start = Math.abs(offset) * strides[offset < 0 ? row : column]!;
  const layout = { offset: start, strides: [...strides.filter(isOther), strides[row]! + strides[column]!] };
  return { shape, sizes: [...shape.filter(isOther), length], layout };
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
  const { sizes, layout } = layoutOf(op, x, 0, options, 0, 1, () => x.shape);
  return transfer(op, x, sizes, { sizes, from: layout });
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
  const op = "diagEmbed";
  const { shape, sizes, layout } = layoutOf(op, x, 1, options, -2, -1, (axes, offset) => {
    const others = x.shape.slice(0, -1);
    const side = x.shape.at(-1)! + Math.abs(offset);
    return Array.from({ length: x.rank + 1 }, (_, i) => (axes.includes(i) ? side : others.shift()!));
  });
  return transfer(op, x, shape, { sizes, to: layout });
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
  const { diagonal: offset } = begin(op, x, options, { diagonal: 0 });
  if (x.rank < 1 || x.rank > 2) throw refusal(op, "x of one or two axes", x.shape);
  return (x.rank === 1 ? diagEmbed : diagonal)(x, { offset });
}
