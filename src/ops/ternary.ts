// Elementwise choice and mixture of three operands: where, lerp, addcmul, addcdiv. Kernels: assembly/binary.ts.
import { type Backward, record, type Saved } from "../autograd.ts";
import { checkNumber, checkOptions } from "../shape.ts";
import { empty, expectTensor, type Tensor } from "../tensor.ts";
import { k } from "../wasm.ts";
import { add, div, mul, sub } from "./binary.ts";
import { cast } from "./cast.ts";
import { broadcast } from "./internal/broadcast.ts";
import { composed } from "./internal/composed.ts";
import { setAll } from "./internal/copy.ts";
import {
  apply3,
  commonType,
  converted,
  expectOperand,
  expectPair,
  type Operand,
  shapeOf,
  unbroadcast,
} from "./internal/operands.ts";

/**
 * Elementwise choice: `a` where `condition` is true, else `b`.
 *
 * @param condition bool, of a shape that broadcasts with the others'.
 * @param a tensor or number.
 * @param b tensor or number.
 * @returns the common shape of all three, the common kind of `a` and `b`.
 * @throws TypeError if `condition` is not bool; RangeError if the shapes do not broadcast together.
 * @see https://pytorch.org/docs/stable/generated/torch.where.html
 *
 * @example
 * ```ts
 * import { tensor, where } from "sedge";
 * where(tensor([true, false]), tensor([1, 2]), 0).toArray(); // => [1,0]
 * ```
 */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  expectTensor("where", "condition", condition, "bool");
  expectPair("where", a, b);
  const dtype = commonType(a, b);
  // the kernel chooses among elements of four bytes: booleans pass through it as int32
  const wide = dtype === "bool" ? "int32" : dtype;
  return converted(condition, "int32", (mask) =>
    converted(a, wide, (x) =>
      converted(b, wide, (z) => {
        const chosen = apply3("where", k.where, mask, x, z, wide);
        const y = dtype === "bool" ? cast(chosen, dtype) : chosen;
        if (y !== chosen) chosen.dispose();
        const shapes = [x.shape, z.shape];
        return record("where", y, [x, z], [condition], unbroadcast(shapes, choose), unbroadcast(shapes, chooseAgain));
      }),
    ),
  );
}

function choose(dy: Tensor, [condition]: Saved, needs: readonly boolean[]): (Tensor | null)[] {
  const mask = cast(condition, "int32");
  const zero = empty([]);
  setAll(zero, 0);
  const part = (a: Tensor, b: Tensor): Tensor => apply3("where", k.where, mask, a, b, "float32");
  return [needs[0] ? part(dy, zero) : null, needs[1] ? part(zero, dy) : null];
}

const chooseAgain: Backward = (dy, [condition]) => [where(condition, dy, 0), where(condition, 0, dy)];

/**
 * Linear interpolation `a + weight (b - a)`, float32; exactly `b` at weight 1.
 *
 * @param a tensor or number.
 * @param b tensor or number, of a shape that broadcasts with the others'.
 * @param weight tensor or number; beyond 0 and 1 it extrapolates.
 * @throws RangeError if the shapes do not broadcast together.
 * @see https://pytorch.org/docs/stable/generated/torch.lerp.html
 *
 * @example
 * ```ts
 * import { lerp, tensor } from "sedge";
 * lerp(tensor([0, 10]), tensor([4, 20]), 0.25).toArray(); // => [1,12.5]
 * ```
 */
export function lerp(a: Operand, b: Operand, weight: Operand): Tensor {
  expectPair("lerp", a, b);
  expectOperand("lerp", "weight", weight);
  return converted(a, "float32", (x) =>
    converted(b, "float32", (z) =>
      converted(weight, "float32", (w) => {
        const y = apply3("lerp", k.lerp, x, z, w, "float32");
        const back = unbroadcast([x.shape, z.shape, w.shape], mixture);
        return record("lerp", y, [x, z, w], [x, z, w], back, back);
      }),
    ),
  );
}

function mixture(dy: Tensor, [a, b, weight]: Saved, needs: readonly boolean[]): (Tensor | null)[] {
  return [
    needs[0] ? mul(dy, sub(1, weight)) : null,
    needs[1] ? mul(dy, weight) : null,
    needs[2] ? mul(dy, sub(b, a)) : null,
  ];
}

/** Options of {@link addcmul} and {@link addcdiv}. */
export interface ValueOptions {
  /** Factor of the product or quotient (default 1). */
  value?: number;
}

/**
 * Elementwise `x + value a b`.
 *
 * @param x tensor or number.
 * @param a tensor or number, of a shape that broadcasts with the others'.
 * @param b tensor or number.
 * @param options `value` (default 1).
 * @throws RangeError if the shapes do not broadcast together.
 * @see https://pytorch.org/docs/stable/generated/torch.addcmul.html
 *
 * @example
 * ```ts
 * import { addcmul, tensor } from "sedge";
 * addcmul(tensor([1, 1]), tensor([2, 3]), tensor([4, 5]), { value: 0.5 }).toArray(); // => [5,8.5]
 * ```
 */
export function addcmul(x: Operand, a: Operand, b: Operand, options: ValueOptions = {}): Tensor {
  const value = checkTerm("addcmul", x, a, b, options);
  return composed("addcmul", () => add(x, mul(a, b), { alpha: value }));
}

/**
 * Elementwise `x + value a / b`.
 *
 * @param x tensor or number.
 * @param a tensor or number, of a shape that broadcasts with the others'.
 * @param b tensor or number.
 * @param options `value` (default 1).
 * @throws RangeError if the shapes do not broadcast together.
 * @see https://pytorch.org/docs/stable/generated/torch.addcdiv.html
 *
 * @example
 * ```ts
 * import { addcdiv, tensor } from "sedge";
 * addcdiv(tensor([1, 1]), tensor([2, 3]), tensor([4, 2])).toArray(); // => [1.5,2.5]
 * ```
 */
export function addcdiv(x: Operand, a: Operand, b: Operand, options: ValueOptions = {}): Tensor {
  const value = checkTerm("addcdiv", x, a, b, options);
  return composed("addcdiv", () => add(x, div(a, b), { alpha: value }));
}

/** Refuses bad operands by their own names, before the parts are computed; returns the factor. */
function checkTerm(op: string, x: Operand, a: Operand, b: Operand, options: ValueOptions): number {
  expectOperand(op, "x", x);
  expectPair(op, a, b);
  checkOptions(op, options, ["value"]);
  broadcast(op, ...[x, a, b].map(shapeOf));
  return checkNumber(op, "value", options.value ?? 1);
}
