// Products that are compositions of others: sums with batched products, bilinear forms, and products without a contraction.
// Plain products are gemm.ts.
import { tidy } from "../scope.ts";
import { broadcastShapes, checkOptions, normalizeAxis, readOptions, sameShape, show } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";
import { add, mul, sub } from "./binary.ts";
import { full } from "./create.ts";
import { einsum } from "./einsum.ts";
import { expectFloat } from "./internal/gemm.ts";
import { expectRank, mismatch, ranked } from "./internal/multiply.ts";
import { cat } from "./join.ts";
import { sum } from "./reduce.ts";
import { reshape } from "./shape.ts";
import { slice } from "./slice.ts";
import { outer } from "./tensordot.ts";
import { where } from "./ternary.ts";

/** Options of {@link baddbmm} and kin. */
export interface AddOptions {
  /** Factor of the product. Default 1. */
  alpha?: number | undefined;
  /** Factor of `input`; with 0 what is in it is ignored, infinities and NaN too. Default 1. */
  beta?: number | undefined;
}

function affine(op: string, input: Tensor, options: AddOptions | undefined, product: (op: string) => Tensor): Tensor {
  expectFloat(op, "input", input);
  const { alpha = 1, beta = 1 } = readOptions<AddOptions>(op, options, { alpha: 1, beta: 1 });
  return tidy(() => {
    const y = product(op);
    const lead = y.rank - input.rank;
    if (lead < 0 || input.shape.some((d, i) => d !== 1 && d !== y.shape[lead + i])) {
      throw mismatch(op, `input to broadcast to ${show(y.shape)}`, input);
    }
    const scaled = alpha === 1 ? y : mul(y, alpha);
    // nothing of its values is seen, but its gradient is 0
    if (beta === 0) return where(full([], 0, { dtype: "bool" }), input, scaled);
    return add(scaled, input, { alpha: beta });
  });
}

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
export function addmm(input: Tensor, a: Tensor, b: Tensor, options?: AddOptions): Tensor {
  return affine("addmm", input, options, (op) => ranked(op, a, b, 2, 2));
}

/**
 * `beta * input + alpha * (a * b)` for batches of matrices.
 *
 * @param input float32, of a shape that broadcasts to `[b, m, n]`.
 * @param a float32 of shape `[b, m, k]`.
 * @param b float32 of shape `[b, k, n]`.
 * @param options `alpha` and `beta`, both 1 by default.
 * @returns shape `[b, m, n]`.
 * @throws TypeError if an operand is not float32; RangeError if sizes do not match.
 * @see https://pytorch.org/docs/stable/generated/torch.baddbmm.html
 *
 * @example
 * ```ts
 * import { baddbmm, ones } from "sedge";
 * baddbmm(ones([1]), ones([1, 1, 2]), ones([1, 2, 2])).toArray(); // => [[[3,3]]]
 * ```
 */
export function baddbmm(input: Tensor, a: Tensor, b: Tensor, options?: AddOptions): Tensor {
  return affine("baddbmm", input, options, (op) => ranked(op, a, b, 3, 3));
}

/**
 * `beta * input + alpha * (sum of a[i] * b[i])` over a batch of matrices.
 *
 * @param input float32, of a shape that broadcasts to `[m, n]`.
 * @param a float32 of shape `[b, m, k]`.
 * @param b float32 of shape `[b, k, n]`.
 * @param options `alpha` and `beta`, both 1 by default.
 * @returns shape `[m, n]`.
 * @throws TypeError if an operand is not float32; RangeError if sizes do not match.
 * @see https://pytorch.org/docs/stable/generated/torch.addbmm.html
 *
 * @example
 * ```ts
 * import { addbmm, ones } from "sedge";
 * addbmm(ones([1]), ones([3, 1, 2]), ones([3, 2, 2])).toArray(); // => [[7,7]]
 * ```
 */
export function addbmm(input: Tensor, a: Tensor, b: Tensor, options?: AddOptions): Tensor {
  return affine("addbmm", input, options, (op) => sum(ranked(op, a, b, 3, 3), { axis: 0 }));
}

/**
 * `beta * input + alpha * (a * b)` for a matrix and a vector.
 *
 * @param input float32, of a shape that broadcasts to `[m]`.
 * @param a float32 of shape `[m, k]`.
 * @param b float32 of shape `[k]`.
 * @param options `alpha` and `beta`, both 1 by default.
 * @returns shape `[m]`.
 * @throws TypeError if an operand is not float32; RangeError if sizes do not match.
 * @see https://pytorch.org/docs/stable/generated/torch.addmv.html
 *
 * @example
 * ```ts
 * import { addmv, tensor } from "sedge";
 * addmv(tensor([1, 2]), tensor([[1, 2], [3, 4]]), tensor([1, 10])).toArray(); // => [22,45]
 * ```
 */
export function addmv(input: Tensor, a: Tensor, b: Tensor, options?: AddOptions): Tensor {
  return affine("addmv", input, options, (op) => ranked(op, a, b, 2, 1));
}

/**
 * `beta * input + alpha * outer(a, b)`.
 *
 * @param input float32, of a shape that broadcasts to `[m, n]`.
 * @param a float32 of shape `[m]`.
 * @param b float32 of shape `[n]`.
 * @param options `alpha` and `beta`, both 1 by default.
 * @returns shape `[m, n]`.
 * @throws TypeError if an operand is not float32; RangeError if one is no vector, or sizes do not match.
 * @see https://pytorch.org/docs/stable/generated/torch.addr.html
 *
 * @example
 * ```ts
 * import { addr, tensor } from "sedge";
 * addr(tensor([1]), tensor([1, 2]), tensor([3, 4]), { alpha: 2 }).toArray(); // => [[7,9],[13,17]]
 * ```
 */
export function addr(input: Tensor, a: Tensor, b: Tensor, options?: AddOptions): Tensor {
  return affine("addr", input, options, () => outer(a, b));
}

/**
 * A bilinear form for each output: `y[o] = a' weight[o] b + bias[o]`, along the last axes.
 *
 * @param a float32 of shape `[..., in1]`.
 * @param b float32 of shape `[..., in2]`, with the same leading axes.
 * @param weight float32 of shape `[out, in1, in2]`.
 * @param bias float32 of shape `[out]`; none by default.
 * @returns shape `[..., out]`.
 * @throws TypeError if an operand is not float32; RangeError if sizes do not match.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.bilinear.html
 *
 * @example
 * ```ts
 * import { bilinear, tensor } from "sedge";
 * bilinear(tensor([[1, 2]]), tensor([[3, 4]]), tensor([[[1, 0], [0, 1]]])).toArray(); // => [[11]]
 * ```
 */
export function bilinear(a: Tensor, b: Tensor, weight: Tensor, bias?: Tensor | null): Tensor {
  const op = "bilinear";
  for (const [name, x] of Object.entries({ a, b, weight })) expectFloat(op, name, x);
  if (bias) expectFloat(op, "bias", bias);
  const [out, in1, in2] = weight.shape as [number, number, number];
  const fits = [a, b].every((x, i) => sameShape(x.shape, [...a.shape.slice(0, -1), i === 0 ? in1 : in2]));
  if (weight.rank !== 3 || a.rank === 0 || !fits || (bias && !sameShape(bias.shape, [out]))) {
    const wanted = "a [..., in1], b [..., in2], weight [out, in1, in2] and bias [out]";
    throw mismatch(op, wanted, a, b, weight, ...(bias ? [bias] : []));
  }
  return tidy(() => {
    const y = einsum("...i,oij,...j->...o", a, weight, b);
    return bias ? add(y, bias) : y;
  });
}

/**
 * Every element of `a` times all of `b`, put together as blocks.
 *
 * @param a any dtype, of at most 4 axes.
 * @param b any dtype, of at most 4 axes; the operand with fewer counts as having further axes of size 1 in front.
 * @returns along each axis the product of the operands' sizes; of the dtype that `mul` gives.
 * @throws RangeError for operands of more axes.
 * @see https://pytorch.org/docs/stable/generated/torch.kron.html
 *
 * @example
 * ```ts
 * import { kron, tensor } from "sedge";
 * kron(tensor([1, 10]), tensor([1, 2, 3])).toArray(); // => [1,2,3,10,20,30]
 * ```
 */
export function kron(a: Tensor, b: Tensor): Tensor {
  expectTensor("kron", "a", a);
  expectTensor("kron", "b", b);
  const rank = Math.max(a.rank, b.rank);
  if (rank > 4) throw mismatch("kron", "a and b of at most 4 axes", a, b);
  const sizes = ({ shape }: Tensor): number[] => [...new Array<number>(rank - shape.length).fill(1), ...shape];
  const [m, n] = [sizes(a), sizes(b)];
  const interleaved = (x: Tensor, own: number[], place: number): Tensor =>
    reshape(
      x,
      own.flatMap((size) => (place === 0 ? [size, 1] : [1, size])),
    );
  return tidy(() =>
    reshape(
      mul(interleaved(a, m, 0), interleaved(b, n, 1)),
      m.map((size, i) => size * n[i]!),
    ),
  );
}

/**
 * Sum of the diagonal of a matrix.
 *
 * @param x shape `[m, n]`, any dtype.
 * @returns a scalar, of the dtype that `sum` gives.
 * @throws RangeError if `x` is no matrix.
 * @see https://pytorch.org/docs/stable/generated/torch.trace.html
 *
 * @example
 * ```ts
 * import { tensor, trace } from "sedge";
 * trace(tensor([[1, 2], [3, 4]])).item(); // => 5
 * ```
 */
export function trace(x: Tensor): Tensor {
  expectRank("trace", "x", x, 2);
  const [m, n] = x.shape as [number, number];
  return tidy(() => sum(slice(reshape(x, [x.size]), { step: n + 1, stop: Math.min(m, n) * (n + 1) })));
}

/**
 * Cross products of vectors in space, along an axis of size 3.
 *
 * @param a any dtype, of a shape that broadcasts with `b`'s.
 * @param b any dtype.
 * @param options `axis`: default the first of size 3.
 * @returns the common shape, of the dtype that `mul` gives.
 * @throws RangeError if there is no such axis, or the shapes do not broadcast together.
 * @see https://pytorch.org/docs/stable/generated/torch.cross.html
 *
 * @example
 * ```ts
 * import { cross, tensor } from "sedge";
 * cross(tensor([1, 0, 0]), tensor([0, 1, 0])).toArray(); // => [0,0,1]
 * ```
 */
export function cross(a: Tensor, b: Tensor, options?: { axis?: number | undefined }): Tensor {
  const op = "cross";
  expectTensor(op, "a", a);
  expectTensor(op, "b", b);
  checkOptions(op, options, ["axis"]);
  const shape = broadcastShapes(op, a.shape, b.shape);
  const axis = normalizeAxis(op, options?.axis ?? shape.indexOf(3), shape.length);
  // as counted from the end it is the same axis of both
  const back = axis - shape.length;
  if ([a, b].some((x) => x.shape.at(back) !== 3)) throw mismatch(op, `axis ${axis} of size 3`, a, b);
  const turned = (x: Tensor, by: number): Tensor =>
    cat([slice(x, { axis: back, start: by }), slice(x, { axis: back, stop: by })], { axis: back });
  return tidy(() => sub(mul(turned(a, 1), turned(b, 2)), mul(turned(a, 2), turned(b, 1))));
}
