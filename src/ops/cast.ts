// Conversion between the kinds of elements. The kernels are assembly/cast.ts.
import { record } from "../autograd.ts";
import { refusal, stridesOf } from "../shape.ts";
import { BYTES, type DType, empty, expectTensor, type Tensor } from "../tensor.ts";
import { k } from "../wasm.ts";
import { copyStrided } from "./internal/copy.ts";

/**
 * A copy with elements of another kind, or of the same.
 *
 * float32 to int32 cuts the fraction off; what is beyond 32 bits becomes the nearest int32 and NaN 0, where PyTorch
 * leaves both undefined. int32 to float32 rounds to 24 bits. To bool everything but zero is true, NaN too; from bool
 * come 0 and 1. A gradient flows from float32 to float32 only.
 *
 * @param x any shape and dtype.
 * @param dtype the kind of the result: "float32", "int32" or "bool".
 * @throws TypeError for another dtype.
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.to.html
 *
 * @example
 * ```ts
 * import { cast, tensor } from "sedge";
 * cast(tensor([-1.7, 0, 2.5]), "int32").toArray(); // => [-1,0,2]
 * cast(tensor([-1.7, 0, 2.5]), "bool").toArray(); // => [true,false,true]
 * cast(tensor([true, false]), "float32").toArray(); // => [1,0]
 * ```
 */
export function cast(x: Tensor, dtype: DType): Tensor {
  expectTensor("cast", "x", x);
  if (!Object.hasOwn(BYTES, dtype)) {
    throw refusal("cast", `dtype to be one of ${Object.keys(BYTES).join(", ")}`, dtype, TypeError);
  }
  const y = empty(x.shape, dtype);
  convert(y, x);
  const back = (dy: Tensor): [Tensor] => [dy];
  return record("cast", y, dtype === "float32" ? [x] : [], [], back, back);
}

function convert(y: Tensor, x: Tensor): void {
  const whole = { offset: 0, strides: stridesOf(x.shape) };
  if (x.dtype === y.dtype) copyStrided(y, whole, x, whole, x.shape);
  else if (x.dtype === "float32") (y.dtype === "int32" ? k.floatToInt : k.floatToBool)(y.ptr, x.ptr, x.size);
  else if (x.dtype === "int32") (y.dtype === "float32" ? k.intToFloat : k.intToBool)(y.ptr, x.ptr, x.size);
  else (y.dtype === "float32" ? k.boolToFloat : k.boolToInt)(y.ptr, x.ptr, x.size);
}
