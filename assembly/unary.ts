// Elementwise functions of one operand: signs, powers, exp and log, sin and cos, erf. Their gradients are made of them. Rounding is in round.ts, activations in activation.ts, comparisons in compare.ts; the functions themselves in
// math.ts and trig.ts.
import { map1, mapNear, Op1 } from "./map";
import { Erf, Exp, Log } from "./math";
import { mapPairs } from "./pairs";
import { Cos, Sin } from "./trig";

class Neg extends Op1 {
  @inline at(x: v128): v128 {
    return f32x4.neg(x);
  }
}
class NegInt extends Op1 {
  @inline at(x: v128): v128 {
    return i32x4.neg(x);
  }
}
class Abs extends Op1 {
  @inline at(x: v128): v128 {
    return f32x4.abs(x);
  }
}
class AbsInt extends Op1 {
  @inline at(x: v128): v128 {
    return i32x4.abs(x);
  }
}
class Sign extends Op1 {
  @inline at(x: v128): v128 {
    const unit = v128.or(v128.and(x, f32x4.splat(-0.0)), f32x4.splat(1));
    return v128.and(unit, f32x4.gt(f32x4.abs(x), f32x4.splat(0)));
  }
}
class SignInt extends Op1 {
  @inline at(x: v128): v128 {
    return v128.or(i32x4.shr_s(x, 31), i32x4.shr_u(i32x4.neg(x), 31));
  }
}
class Sqrt extends Op1 {
  @inline at(x: v128): v128 {
    return f32x4.sqrt(x);
  }
}
class Rsqrt extends Op1 {
  @inline at(x: v128): v128 {
    return f32x4.div(f32x4.splat(1), f32x4.sqrt(x));
  }
}
class Reciprocal extends Op1 {
  @inline at(x: v128): v128 {
    return f32x4.div(f32x4.splat(1), x);
  }
}
/** y = -x */
export function neg(y: usize, x: usize, n: i32): void {
  map1<Neg>(y, x, n);
}
/** y = -x, int32, where -(-2^31) wraps around to itself */
export function negInt(y: usize, x: usize, n: i32): void {
  map1<NegInt>(y, x, n);
}
/** y = |x| */
export function abs(y: usize, x: usize, n: i32): void {
  map1<Abs>(y, x, n);
}
/** y = |x|, int32 */
export function absInt(y: usize, x: usize, n: i32): void {
  map1<AbsInt>(y, x, n);
}
/** y = -1, 0 or 1; 0 for NaN */
export function sign(y: usize, x: usize, n: i32): void {
  map1<Sign>(y, x, n);
}
/** y = -1, 0 or 1, int32 */
export function signInt(y: usize, x: usize, n: i32): void {
  map1<SignInt>(y, x, n);
}
/** y = e^x */
export function exp(y: usize, x: usize, n: i32): void {
  mapNear<Exp>(y, x, n);
}
/** y = ln(x) */
export function log(y: usize, x: usize, n: i32): void {
  mapNear<Log>(y, x, n);
}
/** y = sqrt(x) */
export function sqrt(y: usize, x: usize, n: i32): void {
  map1<Sqrt>(y, x, n);
}
/** y = 1 / sqrt(x) */
export function rsqrt(y: usize, x: usize, n: i32): void {
  map1<Rsqrt>(y, x, n);
}
/** y = 1 / x */
export function reciprocal(y: usize, x: usize, n: i32): void {
  map1<Reciprocal>(y, x, n);
}
/** y = sin(x) */
export function sin(y: usize, x: usize, n: i32): void {
  mapPairs<Sin>(y, x, n);
}
/** y = cos(x) */
export function cos(y: usize, x: usize, n: i32): void {
  mapPairs<Cos>(y, x, n);
}
/** y = erf(x) */
export function erf(y: usize, x: usize, n: i32): void {
  map1<Erf>(y, x, n);
}
