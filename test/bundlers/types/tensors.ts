// What users rely on the types of tensors, ops and gradients to say. Compiled, never run: see published.test.ts.

import { expectTypeOf } from "expect-type";
import {
  type DType,
  grad,
  keep,
  type Nested,
  noGrad,
  type Scope,
  type Shape,
  Tensor,
  tensor,
  tidy,
  variable,
  zeros,
} from "sedge";

const x = zeros([2, 3]);

// tensors
expectTypeOf(x).toEqualTypeOf<Tensor>();
expectTypeOf(x.shape).toEqualTypeOf<Shape>();
expectTypeOf<Shape>().toEqualTypeOf<readonly number[]>();
expectTypeOf(x.dtype).toEqualTypeOf<"float32" | "int32" | "bool">();
expectTypeOf<DType>().toEqualTypeOf(x.dtype);
expectTypeOf(x.data).toEqualTypeOf<Float32Array | Int32Array | Uint8Array>();
expectTypeOf(x.item()).toBeNumber();
expectTypeOf(x.toArray()).toEqualTypeOf<Nested>();
expectTypeOf(x.grad).toEqualTypeOf<Tensor | null>();
expectTypeOf(x).toExtend<Disposable>();
// @ts-expect-error a shape is not to be changed
x.shape[0] = 3;
// @ts-expect-error nor is the kind
x.dtype = "int32";

// making them
zeros([2], { dtype: "bool", requiresGrad: false });
tensor(new Float64Array(4), { shape: [2, 2], dtype: "int32" });
variable([
  [1, 2],
  [3, 4],
] as const);
// @ts-expect-error no such kind
zeros([2], { dtype: "float64" });
// @ts-expect-error misspelt
zeros([2], { dType: "int32" });
// @ts-expect-error a shape is an array
zeros(2);
// @ts-expect-error text is no tensor
tensor("1 2 3");
// @ts-expect-error made by functions only
new Tensor([2]);

// methods
expectTypeOf(x.matmul(x).add(1).relu()).toEqualTypeOf<Tensor>();
expectTypeOf(x.sum({ axis: [0, 1], keepDims: true })).toEqualTypeOf<Tensor>();
expectTypeOf(x.mean()).toEqualTypeOf<Tensor>();
expectTypeOf(x.reshape).parameter(0).toEqualTypeOf<Shape>();
expectTypeOf(x.max()).toEqualTypeOf<Tensor>();
expectTypeOf(x.max({ axis: 1 }).indices).toEqualTypeOf<Tensor>();
expectTypeOf(x.topk(2)).toEqualTypeOf<{ values: Tensor; indices: Tensor }>();
expectTypeOf(x.maxPool2d(2, { returnIndices: true })).toEqualTypeOf<[Tensor, Tensor]>();
expectTypeOf(x.maxPool2d(2)).toEqualTypeOf<Tensor>();
expectTypeOf(x.unbind()).toEqualTypeOf<Tensor[]>();
expectTypeOf(x.backward()).toBeVoid();
// @ts-expect-error PyTorch's name of it
x.sum({ dim: 1 });
// @ts-expect-error misspelt
x.mean({ axis: 0, keepdims: true });
// @ts-expect-error not an op
x.reluu();
// @ts-expect-error a function of several tensors is no method
x.cat([x]);
// @ts-expect-error the second factor is missing
x.matmul();

// gradients
const w = variable([1, 2]);
expectTypeOf(grad(w.sum(), w)).toEqualTypeOf<Tensor>();
expectTypeOf(grad(w.sum(), [w, w])).toEqualTypeOf<Tensor[]>();
expectTypeOf(grad(w.sum(), w, { allowUnused: true })).toEqualTypeOf<Tensor | null>();
expectTypeOf(grad(w.sum(), [w], { allowUnused: true })).toEqualTypeOf<(Tensor | null)[]>();
expectTypeOf(noGrad(() => 1)).toBeNumber();
// @ts-expect-error misspelt
grad(w.sum(), w, { create_graph: true });

// memory
expectTypeOf(tidy(() => [x.add(1), "named"] as const)).toEqualTypeOf<readonly [Tensor, "named"]>();
expectTypeOf(tidy()).toEqualTypeOf<Scope>();
expectTypeOf(keep(x)).toEqualTypeOf<Tensor>();
export function inScope(): number {
  using scope = tidy();
  using y = x.mul(2);
  expectTypeOf(scope[Symbol.dispose]).toBeFunction();
  expectTypeOf(y).toEqualTypeOf<Tensor>();
  return y.sum().item();
}
