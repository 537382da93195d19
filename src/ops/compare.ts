// Comparisons, logic and tests of single values: tensors of bool. No gradient flows through them. Kernels:
// assembly/compare.ts.
import { label } from "../observe.ts";
import { empty, expectTensor, type Tensor } from "../tensor.ts";
import { k } from "../wasm.ts";
import { apply2, commonType, converted, expectPair, type Kernel2, type Operand } from "./internal/operands.ts";
import type { Kernel1 } from "./internal/unary.ts";

/**
 * Elementwise `a === b`; NaN equals nothing.
 *
 * @param a tensor or number.
 * @param b tensor or number, of a shape that broadcasts with `a`'s.
 * @returns bool, of the common shape. int32 is compared with float32 as float32.
 * @throws RangeError if the shapes do not broadcast together.
 * @see https://pytorch.org/docs/stable/generated/torch.eq.html
 *
 * @example
 * ```ts
 * import { eq, tensor } from "sedge";
 * eq(tensor([1, 2, 3]), 2).toArray(); // => [false,true,false]
 * ```
 */
export function eq(a: Operand, b: Operand): Tensor {
  return compare("eq", k.eq, k.eqInt, a, b);
}

/**
 * Elementwise `a !== b`; true where either is NaN.
 *
 * @param a tensor or number.
 * @param b tensor or number, of a shape that broadcasts with `a`'s.
 * @returns bool, of the common shape. int32 is compared with float32 as float32.
 * @throws RangeError if the shapes do not broadcast together.
 * @see https://pytorch.org/docs/stable/generated/torch.ne.html
 *
 * @example
 * ```ts
 * import { ne, tensor } from "sedge";
 * ne(tensor([1, 2, 3]), 2).toArray(); // => [true,false,true]
 * ```
 */
export function ne(a: Operand, b: Operand): Tensor {
  return compare("ne", k.ne, k.neInt, a, b);
}

/**
 * Elementwise `a < b`.
 *
 * @param a tensor or number.
 * @param b tensor or number, of a shape that broadcasts with `a`'s.
 * @returns bool, of the common shape. int32 is compared with float32 as float32.
 * @throws RangeError if the shapes do not broadcast together.
 * @see https://pytorch.org/docs/stable/generated/torch.lt.html
 *
 * @example
 * ```ts
 * import { lt, tensor } from "sedge";
 * lt(tensor([1, 2, 3]), 2).toArray(); // => [true,false,false]
 * ```
 */
export function lt(a: Operand, b: Operand): Tensor {
  return compare("lt", k.lt, k.ltInt, a, b);
}

/**
 * Elementwise `a <= b`.
 *
 * @param a tensor or number.
 * @param b tensor or number, of a shape that broadcasts with `a`'s.
 * @returns bool, of the common shape. int32 is compared with float32 as float32.
 * @throws RangeError if the shapes do not broadcast together.
 * @see https://pytorch.org/docs/stable/generated/torch.le.html
 *
 * @example
 * ```ts
 * import { le, tensor } from "sedge";
 * le(tensor([1, 2, 3]), 2).toArray(); // => [true,true,false]
 * ```
 */
export function le(a: Operand, b: Operand): Tensor {
  return compare("le", k.le, k.leInt, a, b);
}

/**
 * Elementwise `a > b`.
 *
 * @param a tensor or number.
 * @param b tensor or number, of a shape that broadcasts with `a`'s.
 * @returns bool, of the common shape. int32 is compared with float32 as float32.
 * @throws RangeError if the shapes do not broadcast together.
 * @see https://pytorch.org/docs/stable/generated/torch.gt.html
 *
 * @example
 * ```ts
 * import { gt, tensor } from "sedge";
 * gt(tensor([1, 2, 3]), 2).toArray(); // => [false,false,true]
 * ```
 */
export function gt(a: Operand, b: Operand): Tensor {
  return compare("gt", k.lt, k.ltInt, a, b, true);
}

/**
 * Elementwise `a >= b`.
 *
 * @param a tensor or number.
 * @param b tensor or number, of a shape that broadcasts with `a`'s.
 * @returns bool, of the common shape. int32 is compared with float32 as float32.
 * @throws RangeError if the shapes do not broadcast together.
 * @see https://pytorch.org/docs/stable/generated/torch.ge.html
 *
 * @example
 * ```ts
 * import { ge, tensor } from "sedge";
 * ge(tensor([1, 2, 3]), 2).toArray(); // => [false,true,true]
 * ```
 */
export function ge(a: Operand, b: Operand): Tensor {
  return compare("ge", k.le, k.leInt, a, b, true);
}

function compare(op: string, float: Kernel2, int: Kernel2, a: Operand, b: Operand, exchange = false): Tensor {
  expectPair(op, a, b);
  const dtype = commonType(a, b, "int32");
  const kernel = dtype === "int32" ? int : float;
  const y = converted(a, dtype, (x) =>
    converted(b, dtype, (z) => (exchange ? apply2(op, kernel, z, x, "bool") : apply2(op, kernel, x, z, "bool"))),
  );
  return label(op, y);
}

/**
 * Elementwise `a and b` of truth values: everything but zero is true, NaN too.
 *
 * @param a tensor or number.
 * @param b tensor or number, of a shape that broadcasts with `a`'s.
 * @returns bool, of the common shape.
 * @throws RangeError if the shapes do not broadcast together.
 * @see https://pytorch.org/docs/stable/generated/torch.logical_and.html
 *
 * @example
 * ```ts
 * import { logicalAnd, tensor } from "sedge";
 * logicalAnd(tensor([true, true, false]), tensor([true, false, false])).toArray(); // => [true,false,false]
 * ```
 */
export function logicalAnd(a: Operand, b: Operand): Tensor {
  return combine("logicalAnd", k.logicalAnd, a, b);
}

/**
 * Elementwise `a or b` of truth values: everything but zero is true, NaN too.
 *
 * @param a tensor or number.
 * @param b tensor or number, of a shape that broadcasts with `a`'s.
 * @returns bool, of the common shape.
 * @throws RangeError if the shapes do not broadcast together.
 * @see https://pytorch.org/docs/stable/generated/torch.logical_or.html
 *
 * @example
 * ```ts
 * import { logicalOr, tensor } from "sedge";
 * logicalOr(tensor([true, true, false]), tensor([true, false, false])).toArray(); // => [true,true,false]
 * ```
 */
export function logicalOr(a: Operand, b: Operand): Tensor {
  return combine("logicalOr", k.logicalOr, a, b);
}

/**
 * Elementwise `a exclusive or b` of truth values: everything but zero is true, NaN too.
 *
 * @param a tensor or number.
 * @param b tensor or number, of a shape that broadcasts with `a`'s.
 * @returns bool, of the common shape.
 * @throws RangeError if the shapes do not broadcast together.
 * @see https://pytorch.org/docs/stable/generated/torch.logical_xor.html
 *
 * @example
 * ```ts
 * import { logicalXor, tensor } from "sedge";
 * logicalXor(tensor([true, true, false]), tensor([true, false, false])).toArray(); // => [false,true,false]
 * ```
 */
export function logicalXor(a: Operand, b: Operand): Tensor {
  return combine("logicalXor", k.neInt, a, b);
}

/** The kernels take truth values as int32, 0 or 1. */
function combine(op: string, kernel: Kernel2, a: Operand, b: Operand): Tensor {
  expectPair(op, a, b);
  const y = withTruth(a, (x) => withTruth(b, (z) => apply2(op, kernel, x, z, "bool")));
  return label(op, y);
}

function withTruth(x: Operand, fn: (truth: Tensor) => Tensor): Tensor {
  if (typeof x === "number") return converted(x !== 0 ? 1 : 0, "int32", fn);
  return converted(x, "bool", (bool) => converted(bool, "int32", fn));
}

/**
 * Elementwise negation: true where `x` is zero or false.
 *
 * @param x any shape and dtype.
 * @returns bool, of `x`'s shape.
 * @see https://pytorch.org/docs/stable/generated/torch.logical_not.html
 *
 * @example
 * ```ts
 * import { logicalNot, tensor } from "sedge";
 * logicalNot(tensor([0, 2])).toArray(); // => [true,false]
 * ```
 */
export function logicalNot(x: Tensor): Tensor {
  expectTensor("logicalNot", "x", x);
  return compare("logicalNot", k.eq, k.eqInt, x, 0);
}

/**
 * Elementwise test: whether it is NaN. int32 and bool are always finite.
 *
 * @param x any shape and dtype.
 * @returns bool, of `x`'s shape.
 * @see https://pytorch.org/docs/stable/generated/torch.isnan.html
 *
 * @example
 * ```ts
 * import { isnan, tensor } from "sedge";
 * isnan(tensor([1, NaN, -Infinity])).toArray(); // => [false,true,false]
 * ```
 */
export function isnan(x: Tensor): Tensor {
  return classify("isnan", x, (y, x, n) => k.ne(y, x, x, n, 0));
}

/**
 * Elementwise test: whether it is an infinity of either sign. int32 and bool are always finite.
 *
 * @param x any shape and dtype.
 * @returns bool, of `x`'s shape.
 * @see https://pytorch.org/docs/stable/generated/torch.isinf.html
 *
 * @example
 * ```ts
 * import { isinf, tensor } from "sedge";
 * isinf(tensor([1, NaN, -Infinity])).toArray(); // => [false,false,true]
 * ```
 */
export function isinf(x: Tensor): Tensor {
  return classify("isinf", x, k.isinf);
}

/**
 * Elementwise test: whether it is neither infinite nor NaN. int32 and bool are always finite.
 *
 * @param x any shape and dtype.
 * @returns bool, of `x`'s shape.
 * @see https://pytorch.org/docs/stable/generated/torch.isfinite.html
 *
 * @example
 * ```ts
 * import { isfinite, tensor } from "sedge";
 * isfinite(tensor([1, NaN, -Infinity])).toArray(); // => [true,false,false]
 * ```
 */
export function isfinite(x: Tensor): Tensor {
  return classify("isfinite", x, k.isfinite);
}

function classify(op: string, x: Tensor, kernel: Kernel1): Tensor {
  expectTensor(op, "x", x);
  return converted(x, "float32", (x) => {
    const y = empty(x.shape, "bool");
    kernel(y.ptr, x.ptr, y.size);
    return label(op, y);
  });
}
