// The lower and upper triangles of matrices.

import { recordLinear } from "../autograd.ts";
import { checkInt, checkOptions, refusal, sizeOf } from "../shape.ts";
import { BYTES, empty, expectTensor, type Tensor } from "../tensor.ts";
import { k } from "../wasm.ts";

function triangle(op: string, x: Tensor, options: { diagonal?: number }, lower: boolean): Tensor {
  expectTensor(op, "x", x);
  checkOptions(op, options, ["diagonal"]);
  const diagonal = checkInt(op, "diagonal", options.diagonal ?? 0, -(2 ** 31), 2 ** 31 - 1);
  if (x.rank < 2) throw refusal(op, "x of at least two axes", x.shape);
  return cut(op, x, diagonal, lower);
}

function cut(op: string, x: Tensor, diagonal: number, lower: boolean): Tensor {
  const y = empty(x.shape, x.dtype);
  const [rows, cols] = x.shape.slice(-2) as [number, number];
  const batch = sizeOf(x.shape.slice(0, -2));
  k.triangle(y.ptr, x.ptr, batch, rows, cols, diagonal, lower, BYTES[x.dtype]);
  return recordLinear(op, y, x, (dy) => cut(op, dy, diagonal, lower));
}

/**
 * The lower triangle of the last two axes: elements with column - row at most `diagonal`, zeros elsewhere.
 *
 * @param x `[..., rows, columns]`, any dtype.
 * @param options `diagonal` (default 0, the main one; positive ones lie above).
 * @throws RangeError if `x` has fewer than two axes.
 * @see https://pytorch.org/docs/stable/generated/torch.tril.html
 *
 * @example
 * ```ts
 * import { ones, tril } from "sedge";
 * tril(ones([2, 3])).toArray(); // => [[1,0,0],[1,1,0]]
 * ```
 */
export function tril(x: Tensor, options: { diagonal?: number } = {}): Tensor {
  return triangle("tril", x, options, true);
}

/**
 * The upper triangle of the last two axes: elements with column - row at least `diagonal`, zeros elsewhere.
 *
 * @param x `[..., rows, columns]`, any dtype.
 * @param options `diagonal` (default 0, the main one; positive ones lie above).
 * @throws RangeError if `x` has fewer than two axes.
 * @see https://pytorch.org/docs/stable/generated/torch.triu.html
 *
 * @example
 * ```ts
 * import { ones, triu } from "sedge";
 * triu(ones([2, 3]), { diagonal: 1 }).toArray(); // => [[0,1,1],[0,0,1]]
 * ```
 */
export function triu(x: Tensor, options: { diagonal?: number } = {}): Tensor {
  return triangle("triu", x, options, false);
}
