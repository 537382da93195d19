// Ops that write to a tensor, or make one like it. The others that make tensors take none: src/ops/create.ts.
import { checkOptions, refusal, show } from "../shape.ts";
import { expectTensor, Tensor, viewOf } from "../tensor.ts";
import { live } from "../wasm.ts";
import { type CreateOptions, full, ones, type TensorLike, zeros } from "./create.ts";
import { type RandomOptions, rand, randn } from "./create-random.ts";
import { toElements } from "./internal/values.ts";

/**
 * Overwrites the elements of `target`, in place: for variables, buffers and data; nothing is recorded. A later
 * `backward` through a graph that saved the old elements throws.
 *
 * @param target a leaf tensor.
 * @param source a tensor or values of the same shape; converted to the target's dtype as by `tensor`.
 * @returns `target`.
 * @throws TypeError if `target` is a result of recorded ops; RangeError if the shapes differ.
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.copy_.html
 *
 * @example
 * ```ts
 * import { variable } from "sedge";
 * variable([1, 2]).assign([3, 4]).toArray(); // => [3,4]
 * ```
 */
export function assign(target: Tensor, source: Tensor | TensorLike): Tensor {
  expectTensor("assign", "target", target);
  if (!target.isLeaf) {
    throw new TypeError(`assign: expected a leaf, got a result of ${target.origin}; use detach() or a new tensor`);
  }
  const isTensor = source instanceof Tensor;
  if (isTensor) expectTensor("assign", "source", source);
  const { ptr, size, dtype } = target;
  const from = isTensor && source.dtype === dtype ? source.ptr : 0;
  const found = from > 0 ? null : toElements("assign", isTensor ? source.data : source, dtype);
  const { shape } = isTensor ? source : found!;
  if (show(shape) !== show(target.shape)) {
    throw refusal("assign", `source of shape ${show(target.shape)}`, shape);
  }
  const storage = target.storage!;
  const write = (): void => {
    viewOf(dtype, ptr, size).set(found === null ? viewOf(dtype, from, size) : found.data);
    storage.version++;
  };
  live(write, found?.data);
  return target;
}

/**
 * Zeros of another tensor's shape and dtype.
 *
 * @param x gives the shape and, unless `dtype` says otherwise, the dtype. @param options `dtype`, `requiresGrad` (default false).
 * @see https://pytorch.org/docs/stable/generated/torch.zeros_like.html
 *
 * @example
 * ```ts
 * import { ones, zerosLike } from "sedge";
 * zerosLike(ones([2])).toArray(); // => [0,0]
 * ```
 */
export function zerosLike(x: Tensor, options: CreateOptions = {}): Tensor {
  expectTensor("zerosLike", "x", x);
  checkOptions("zerosLike", options, ["dtype", "requiresGrad"]);
  return zeros(x.shape, { dtype: x.dtype, ...options });
}

/**
 * Ones of another tensor's shape and dtype.
 *
 * @param x gives the shape and, unless `dtype` says otherwise, the dtype. @param options `dtype`, `requiresGrad` (default false).
 * @see https://pytorch.org/docs/stable/generated/torch.ones_like.html
 *
 * @example
 * ```ts
 * import { onesLike, zeros } from "sedge";
 * onesLike(zeros([2])).toArray(); // => [1,1]
 * ```
 */
export function onesLike(x: Tensor, options: CreateOptions = {}): Tensor {
  expectTensor("onesLike", "x", x);
  checkOptions("onesLike", options, ["dtype", "requiresGrad"]);
  return ones(x.shape, { dtype: x.dtype, ...options });
}

/**
 * A tensor of another's shape and dtype with every element `value`.
 *
 * @param x gives the shape and, unless `dtype` says otherwise, the dtype. @param options `dtype`, `requiresGrad` (default false).
 * @throws RangeError for a value that the dtype cannot hold.
 * @see https://pytorch.org/docs/stable/generated/torch.full_like.html
 *
 * @example
 * ```ts
 * import { fullLike, zeros } from "sedge";
 * fullLike(zeros([2]), 7).toArray(); // => [7,7]
 * ```
 */
export function fullLike(x: Tensor, value: number | boolean, options: CreateOptions = {}): Tensor {
  expectTensor("fullLike", "x", x);
  checkOptions("fullLike", options, ["dtype", "requiresGrad"]);
  return full(x.shape, value, { dtype: x.dtype, ...options });
}

/**
 * Uniform random float32 values of another tensor's shape, as by `rand`.
 *
 * @param x gives the shape. @param options `requiresGrad` (default false).
 * @see https://pytorch.org/docs/stable/generated/torch.rand_like.html
 *
 * @example
 * ```ts
 * import { randLike, zeros } from "sedge";
 * randLike(zeros([2, 3])).shape; // => [2,3]
 * ```
 */
export function randLike(x: Tensor, options?: RandomOptions): Tensor {
  expectTensor("randLike", "x", x);
  checkOptions("randLike", options, ["requiresGrad"]);
  return rand(x.shape, options);
}

/**
 * Normal random float32 values of another tensor's shape, as by `randn`: the noise of a diffusion or an autoencoder.
 *
 * @param x gives the shape. @param options `requiresGrad` (default false).
 * @see https://pytorch.org/docs/stable/generated/torch.randn_like.html
 *
 * @example
 * ```ts
 * import { randnLike, zeros } from "sedge";
 * randnLike(zeros([2, 3])).shape; // => [2,3]
 * ```
 */
export function randnLike(x: Tensor, options?: RandomOptions): Tensor {
  expectTensor("randnLike", "x", x);
  checkOptions("randnLike", options, ["requiresGrad"]);
  return randn(x.shape, options);
}
