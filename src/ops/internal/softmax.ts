// The gradient of softmax and of its logarithm, for the ops of their names and for the cross-entropy, which has the softmax at
// hand.
import { type Backward, record } from "../../autograd.ts";
import { empty, type Tensor } from "../../tensor.ts";
import { k } from "../../wasm.ts";
import { mul, sub } from "../binary.ts";
import { sum } from "../reduce.ts";
import { exp } from "../unary.ts";
import type { Pass } from "./axes.ts";

/** Marks `y` as softmax or its logarithm of `x` along an axis. */
export function recordSoftmax(op: "softmax" | "logSoftmax", y: Tensor, x: Tensor, pass: Pass, axis = -1): Tensor {
  const back: Backward = (dy, [y]) => {
    const dx = empty(y.shape);
    (op === "softmax" ? k.softmaxGrad : k.logSoftmaxGrad)(dx.ptr, y.ptr, dy.ptr, ...pass);
    return [dx];
  };
  const total = (t: Tensor): Tensor => sum(t, { axis, keepDims: true });
  return record(op, y, [x], [y], back, (dy, [y]) => {
    if (op === "logSoftmax") return [sub(dy, mul(exp(y), total(dy)))];
    const weighted = mul(dy, y);
    return [sub(weighted, mul(y, total(weighted)))];
  });
}
