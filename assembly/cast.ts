// Conversions between the kinds of elements. float32 to int32 cuts the fraction off and saturates (NaN gives 0); to
// bool everything but zero is true, NaN included.
import { test2 } from "./broadcast";
import { map1, Op1, Op2, Tail } from "./map";

class ToInt extends Op1 {
  @inline at(x: v128): v128 {
    return i32x4.trunc_sat_f32x4_s(x);
  }
}
class ToFloat extends Op1 {
  @inline at(x: v128): v128 {
    return f32x4.convert_i32x4_s(x);
  }
}
class NonZero extends Op2 {
  @inline at(x: v128, _: v128): v128 {
    return f32x4.ne(x, f32x4.splat(0));
  }
}
class NonZeroInt extends Op2 {
  @inline at(x: v128, _: v128): v128 {
    return i32x4.ne(x, i32x4.splat(0));
  }
}

/** int32 of float32 */
export function floatToInt(y: usize, x: usize, n: i32): void {
  map1<ToInt>(y, x, n);
}
/** float32 of int32, rounded to the nearest */
export function intToFloat(y: usize, x: usize, n: i32): void {
  map1<ToFloat>(y, x, n);
}
/** bool of float32 */
export function floatToBool(y: usize, x: usize, n: i32): void {
  test2<NonZero>(y, x, x, n, 0);
}
/** bool of int32 */
export function intToBool(y: usize, x: usize, n: i32): void {
  test2<NonZeroInt>(y, x, x, n, 0);
}
/** int32 of bool, four bytes a turn */
export function boolToInt(y: usize, x: usize, n: i32): void {
  for (; n > 0; n -= 4, x += 4, y += 16) {
    const wide = i16x8.extend_low_i8x16_u(v128.load_zero<u32>(x));
    changetype<Tail>(0).store(y, i32x4.extend_low_i16x8_u(wide), n);
  }
}
/** float32 of bool, as {@link boolToInt} */
export function boolToFloat(y: usize, x: usize, n: i32): void {
  boolToInt(y, x, n);
  map1<ToFloat>(y, y, n);
}
