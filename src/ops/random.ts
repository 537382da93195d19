// Ops that draw from the seeded stream. Tensors of random numbers are made in create.ts, the draws in
// internal/random.ts.
import { record } from "../autograd.ts";
import { checkBoolean, checkNumber, checkOptions } from "../shape.ts";
import { empty, expectTensor, type Tensor, view } from "../tensor.ts";
import { k } from "../wasm.ts";
import { reserveFor, words } from "./internal/random.ts";

/** Steps of the draw that decides over an element: its upper 24 bits. */
const DRAWS = 2 ** 24;

/**
 * Sets elements to 0 with probability `p` and scales the others by 1 / (1 - p), so that the expectation stays. The
 * mask comes from the stream that `seed` sets; the gradient draws the same mask again, so none is kept.
 *
 * @param x float32, any shape.
 * @param options `p` (default 0.5) in [0, 1]; `training` (default true): false hands `x` on unchanged, as a view.
 * @throws TypeError if `x` is not float32; RangeError if `p` is out of range.
 * @see Srivastava et al., "Dropout", 2014; https://pytorch.org/docs/stable/generated/torch.nn.functional.dropout.html
 *
 * @example
 * ```ts
 * import { dropout, ones } from "sedge";
 * dropout(ones([3]), { p: 1 }).toArray(); // => [0,0,0]
 * dropout(ones([3]), { training: false }).toArray(); // => [1,1,1]
 * ```
 */
export function dropout(x: Tensor, options: { p?: number; training?: boolean } = {}): Tensor {
  const op = "dropout";
  expectTensor(op, "x", x, "float32");
  checkOptions(op, options, ["p", "training"]);
  const { p = 0.5, training = true } = options;
  checkNumber(op, "p", p, 0, 1);
  checkBoolean(op, "training", training);
  if (!training || p === 0) return record(op, view(x, x.shape), [x], [], (dy) => [dy]);
  const draw = reserveFor(x.size);
  const threshold = Math.ceil(p * DRAWS);
  // With p = 1 nothing is kept, so that the scale does not matter but must be finite.
  const scale = p === 1 ? 1 : 1 / (1 - p);
  const y = empty(x.shape);
  k.dropout(y.ptr, words(), x.ptr, x.size, threshold, scale, ...draw);
  return record(op, y, [x], [], (dy) => {
    const dx = empty(dy.shape);
    k.dropout(dx.ptr, words(), dy.ptr, dy.size, threshold, scale, ...draw);
    return [dx];
  });
}
