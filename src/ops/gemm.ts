// Products of matrices and of batches of them: matmul, its special cases, and linear. addmm is addmm.ts; outer and tensordot
// are tensordot.ts. Transposes are flags to the kernel, so no gradient copies a transposed operand.
import { refusal, show, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { expectShape } from "./internal/arguments.ts";
import { expectFloat } from "./internal/gemm.ts";
import { affine, expectRank, multiply, ranked } from "./internal/multiply.ts";

/**
 * Matrix product. With two matrices `[m, k]` and `[k, n]` the result is `[m, n]`; further leading axes are batches and
 * broadcast. A vector on the left counts as a row, on the right as a column, and its axis is left out of the result;
 * two vectors give their dot product, a scalar.
 *
 * Each element is summed in the order of k in blocks of at most 400, whatever the other sizes.
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
  return ranked("bmm", a, b, 3, 3);
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
  return ranked("mv", a, b, 2, 1);
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
  return ranked("dot", a, b, 1, 1);
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
  expectRank("linear", "weight", weight, 1, 2);
  const k = weight.shape[weight.rank - 1]!;
  if (x.rank === 0 || x.shape[x.rank - 1] !== k) {
    throw refusal("linear", `x of shape [..., ${k}] for weight ${show(weight.shape)}`, x.shape);
  }
  const outShape = weight.shape.slice(0, -1);
  const shape = x.shape.slice(0, -1);
  const m = sizeOf(shape);
  if (bias !== undefined && bias !== null) {
    expectFloat("linear", "bias", bias);
    expectShape("linear", "bias", bias, outShape);
  }
  if (outShape.length > 0) shape.push(outShape[0]!);
  return affine("linear", x, weight, bias ?? null, shape, { m, n: sizeOf(outShape), k, transB: true });
}
