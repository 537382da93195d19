// Products of matrices and of batches of them: matmul, its special cases, and linear. addmm is addmm.ts; outer and tensordot
// are tensordot.ts. Transposes are flags to the kernel, so no gradient copies a transposed operand.
import { type Backward, record } from "../autograd.ts";
import { broadcastShapes, type Shape, sameShape, show, sizeOf } from "../shape.ts";
import { empty, type Tensor } from "../tensor.ts";
import { expectFloat, product, productGrad, products } from "./internal/gemm.ts";
import { sumTo } from "./internal/sums.ts";
import { transpose } from "./permute.ts";
import { reshape } from "./shape.ts";

/**
 * Matrix product. With two matrices `[m, k]` and `[k, n]` the result is `[m, n]`; further leading axes are batches and
 * broadcast. A vector on the left counts as a row, on the right as a column, and its axis is left out of the result;
 * two vectors give their dot product, a scalar.
 *
 * Each element is summed in the order of k in blocks of at most 384, whatever the other sizes.
 *
 * @param a float32 of shape `[..., m, k]` or `[k]`.
 * @param b float32 of shape `[..., k, n]` or `[k]`.
 * @returns shape `[..., m, n]`.
 * @throws TypeError if an operand is not float32; RangeError if an operand is a scalar, or sizes do not match.
 * @see https://pytorch.org/docs/stable/generated/torch.matmul.html
 *
 * @example
 * ```ts
 * import { matmul, tensor } from "sedge";
 * matmul(tensor([[1, 2], [3, 4]]), tensor([[1, 0], [0, 2]])).toArray(); // => [[1,4],[3,8]]
 * matmul(tensor([1, 2]), tensor([3, 4])).item(); // => 11
 * ```
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  expectFloat("matmul", "a", a);
  expectFloat("matmul", "b", b);
  if (a.rank === 0 || b.rank === 0) {
    const scalar = a.rank === 0 ? "a" : "b";
    throw new RangeError(`matmul: expected ${scalar} of at least 1 axis, got a scalar; use mul`);
  }
  return multiply("matmul", a, b);
}

/** The product of float32 operands of rank 1 or more, with its gradients. */
function multiply(op: string, a: Tensor, b: Tensor): Tensor {
  const k = a.shape[a.rank - 1]!;
  const m = a.rank === 1 ? 1 : a.shape[a.rank - 2]!;
  const n = b.rank === 1 ? 1 : b.shape[b.rank - 1]!;
  if (k !== b.shape[Math.max(0, b.rank - 2)]) {
    throw new RangeError(`${op}: expected inner sizes to match, got ${show(a.shape)} and ${show(b.shape)}`);
  }
  const [aBatch, bBatch] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const batch = broadcastBatches(op, a.shape, b.shape, aBatch, bBatch);
  const matrix = [...(a.rank === 1 ? [] : [m]), ...(b.rank === 1 ? [] : [n])];
  const y = empty([...batch, ...matrix]);
  const twice: Backward = (dy, [a, b], needs) => {
    // vectors as the matrices that they count as
    const [rows, columns] = [reshape(a, [...aBatch, m, k]), reshape(b, [...bBatch, k, n])];
    const d = reshape(dy, [...batch, m, n]);
    return [
      needs[0] ? reshape(sumTo(matmul(d, transpose(columns)), rows.shape), a.shape) : null,
      needs[1] ? reshape(sumTo(matmul(transpose(rows), d), columns.shape), b.shape) : null,
    ];
  };
  if (sizeOf(bBatch) === 1) {
    // One B for all of A's matrices: they are one tall matrix.
    const rows = m * sizeOf(aBatch);
    product(y.ptr, a.ptr, b.ptr, 0, { m: rows, n, k });
    const back: Backward = (dy, [a, b], needs) => productGrad(dy, a, b, needs, { m: rows, n, k });
    return record(op, y, [a, b], [a, b], back, twice);
  }
  const [aIndex, bIndex] = [indices(aBatch, batch), indices(bBatch, batch)];
  products(y.ptr, a.ptr, b.ptr, { m, n, k }, aIndex, bIndex);
  const back: Backward = (dy, [a, b], needs) => {
    const all = aIndex.map((_, i) => i);
    let da: Tensor | null = null;
    let db: Tensor | null = null;
    if (needs[0]) {
      const each = empty([...batch, ...a.shape.slice(-2)]);
      products(each.ptr, dy.ptr, b.ptr, { m, n: k, k: n, transB: true }, all, bIndex);
      da = sumTo(each, a.shape);
    }
    if (needs[1]) {
      const each = empty([...batch, ...b.shape.slice(-2)]);
      products(each.ptr, a.ptr, dy.ptr, { m: k, n, k: m, transA: true }, aIndex, all);
      db = sumTo(each, b.shape);
    }
    return [da, db];
  };
  return record(op, y, [a, b], [a, b], back, twice);
}

function broadcastBatches(op: string, a: Shape, b: Shape, aBatch: Shape, bBatch: Shape): number[] {
  try {
    return broadcastShapes(op, aBatch, bBatch);
  } catch (cause) {
    const got = `got ${show(a)} and ${show(b)}`;
    throw new RangeError(`${op}: expected batch axes that broadcast together, ${got}`, { cause });
  }
}

/** For each matrix of the batch, in order, the number of the operand's matrix that belongs to it. */
function indices(operand: Shape, batch: Shape): number[] {
  const list = new Array<number>(sizeOf(batch)).fill(0);
  let stride = 1;
  let inner = 1;
  for (let axis = 1; axis <= operand.length; axis++) {
    const own = operand[operand.length - axis]!;
    const size = batch[batch.length - axis]!;
    if (own !== 1) for (let i = 0; i < list.length; i++) list[i]! += (Math.floor(i / inner) % size) * stride;
    stride *= own;
    inner *= size;
  }
  return list;
}

/**
 * Products of a batch of matrices, one by one; unlike `matmul` it broadcasts nothing.
 *
 * @param a float32 of shape `[b, m, k]`.
 * @param b float32 of shape `[b, k, n]`.
 * @returns shape `[b, m, n]`.
 * @throws TypeError if an operand is not float32; RangeError if shapes are not of rank 3 or do not match.
 * @see https://pytorch.org/docs/stable/generated/torch.bmm.html
 *
 * @example
 * ```ts
 * import { bmm, tensor } from "sedge";
 * bmm(tensor([[[1, 2]], [[3, 4]]]), tensor([[[1], [1]], [[2], [0]]])).toArray(); // => [[[3]],[[6]]]
 * ```
 */
export function bmm(a: Tensor, b: Tensor): Tensor {
  expectRank("bmm", "a", a, 3);
  expectRank("bmm", "b", b, 3);
  if (a.shape[0] !== b.shape[0]) {
    const got = `got ${show(a.shape)} and ${show(b.shape)}`;
    throw new RangeError(`bmm: expected equal batch sizes, ${got}; matmul broadcasts`);
  }
  return multiply("bmm", a, b);
}

/**
 * Product of a matrix and a vector.
 *
 * @param a float32 of shape `[m, k]`.
 * @param b float32 of shape `[k]`.
 * @returns shape `[m]`.
 * @throws TypeError if an operand is not float32; RangeError if shapes do not match.
 * @see https://pytorch.org/docs/stable/generated/torch.mv.html
 *
 * @example
 * ```ts
 * import { mv, tensor } from "sedge";
 * mv(tensor([[1, 2], [3, 4]]), tensor([1, 10])).toArray(); // => [21,43]
 * ```
 */
export function mv(a: Tensor, b: Tensor): Tensor {
  expectRank("mv", "a", a, 2);
  expectRank("mv", "b", b, 1);
  return multiply("mv", a, b);
}

/**
 * Dot product of two vectors of one length.
 *
 * @param a float32 of shape `[k]`.
 * @param b float32 of shape `[k]`.
 * @returns a scalar.
 * @throws TypeError if an operand is not float32; RangeError if shapes do not match.
 * @see https://pytorch.org/docs/stable/generated/torch.dot.html
 *
 * @example
 * ```ts
 * import { dot, tensor } from "sedge";
 * dot(tensor([1, 2]), tensor([3, 4])).item(); // => 11
 * ```
 */
export function dot(a: Tensor, b: Tensor): Tensor {
  expectRank("dot", "a", a, 1);
  expectRank("dot", "b", b, 1);
  return multiply("dot", a, b);
}

function expectRank(op: string, name: string, x: Tensor, rank: number): void {
  expectFloat(op, name, x);
  if (x.rank !== rank) throw new RangeError(`${op}: expected ${name} of rank ${rank}, got shape ${show(x.shape)}`);
}

/**
 * Affine map `x * weight' + bias` of the last axis: what `nn.Linear` computes.
 *
 * @param x float32 of shape `[..., in]`.
 * @param weight float32 of shape `[out, in]`, or `[in]` for a result without a last axis.
 * @param bias float32 of shape `[out]` (a scalar with a weight of shape `[in]`); none by default.
 * @returns shape `[..., out]`.
 * @throws TypeError if an operand is not float32; RangeError if sizes do not match.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.linear.html
 *
 * @example
 * ```ts
 * import { linear, tensor } from "sedge";
 * linear(tensor([[1, 2]]), tensor([[1, 0], [1, 1], [0, 3]]), tensor([10, 20, 30])).toArray(); // => [[11,23,36]]
 * ```
 */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor | null): Tensor {
  expectFloat("linear", "x", x);
  expectFloat("linear", "weight", weight);
  if (weight.rank !== 1 && weight.rank !== 2) {
    throw new RangeError(`linear: expected weight of rank 1 or 2, got shape ${show(weight.shape)}`);
  }
  const k = weight.shape[weight.rank - 1]!;
  if (x.rank === 0 || x.shape[x.rank - 1] !== k) {
    throw new RangeError(
      `linear: expected x of shape [..., ${k}] for weight ${show(weight.shape)}, got ${show(x.shape)}`,
    );
  }
  const outShape = weight.shape.slice(0, -1);
  const n = sizeOf(outShape);
  const lead = x.shape.slice(0, -1);
  const m = sizeOf(lead);
  if (bias !== undefined && bias !== null) {
    expectFloat("linear", "bias", bias);
    if (!sameShape(bias.shape, outShape)) {
      throw new RangeError(`linear: expected bias of shape ${show(outShape)}, got ${show(bias.shape)}`);
    }
  }
  const y = empty(lead.concat(outShape));
  product(y.ptr, x.ptr, weight.ptr, bias?.ptr ?? 0, { m, n, k, transB: true });
  const back: Backward = (dy, [x, weight], needs) => {
    let dx: Tensor | null = null;
    let dw: Tensor | null = null;
    if (needs[0]) {
      dx = empty(x.shape);
      product(dx.ptr, dy.ptr, weight.ptr, 0, { m, n: k, k: n });
    }
    if (needs[1]) {
      dw = empty(weight.shape);
      product(dw.ptr, dy.ptr, x.ptr, 0, { m: n, n: k, k: m, transA: true });
    }
    return needs.length === 2 ? [dx, dw] : [dx, dw, needs[2] ? sumTo(dy, outShape) : null];
  };
  const twice: Backward = (dy, [x, weight], needs) => {
    const d = reshape(dy, [m, n]);
    const dx = reshape(matmul(d, reshape(weight, [n, k])), x.shape);
    const dw = reshape(matmul(transpose(d), reshape(x, [m, k])), weight.shape);
    return needs.length === 2 ? [dx, dw] : [dx, dw, sumTo(dy, outShape)];
  };
  return record("linear", y, bias ? [x, weight, bias] : [x, weight], [x, weight], back, twice);
}
