// Elementwise functions of two and three operands, broadcast, float32 and int32 (a name in -Int); and gradients that
// are more than these functions of dy. Comparisons are in compare.ts, the loops in broadcast.ts, pow and atan2 in
// pow.ts and trig.ts.
//
// `layout` is what src/ops/internal/broadcast.ts makes; 0 where every operand has the result's shape.
import { broadcast2, broadcast3 } from "./broadcast";
import { map1s, Op2, Op3 } from "./map";
import { Pairs } from "./pairs";
import { Fmod, Pow } from "./pow";
import { Atan2 } from "./trig";

class Add extends Op2 {
  @inline at(a: v128, b: v128): v128 {
    return f32x4.add(a, b);
  }
}
class AddInt extends Op2 {
  @inline at(a: v128, b: v128): v128 {
    return i32x4.add(a, b);
  }
}
class Sub extends Op2 {
  @inline at(a: v128, b: v128): v128 {
    return f32x4.sub(a, b);
  }
}
class SubInt extends Op2 {
  @inline at(a: v128, b: v128): v128 {
    return i32x4.sub(a, b);
  }
}
class Mul extends Op2 {
  @inline at(a: v128, b: v128): v128 {
    return f32x4.mul(a, b);
  }
}
class MulInt extends Op2 {
  @inline at(a: v128, b: v128): v128 {
    return i32x4.mul(a, b);
  }
}
class Div extends Op2 {
  @inline at(a: v128, b: v128): v128 {
    return f32x4.div(a, b);
  }
}
class Maximum extends Op2 {
  @inline at(a: v128, b: v128): v128 {
    return f32x4.max(a, b);
  }
}
class MaximumInt extends Op2 {
  @inline at(a: v128, b: v128): v128 {
    return i32x4.max_s(a, b);
  }
}
class Minimum extends Op2 {
  @inline at(a: v128, b: v128): v128 {
    return f32x4.min(a, b);
  }
}
class MinimumInt extends Op2 {
  @inline at(a: v128, b: v128): v128 {
    return i32x4.min_s(a, b);
  }
}
class MaximumGrad extends Op3 {
  @inline at(dy: v128, a: v128, b: v128): v128 {
    const shared = v128.bitselect(f32x4.mul(dy, f32x4.splat(0.5)), dy, f32x4.eq(a, b));
    return v128.andnot(shared, f32x4.lt(a, b));
  }
}
class Remainder extends Op2 {
  at(a: v128, b: v128): v128 {
    const r = changetype<Fmod>(0).at(a, b);
    const mixed = i32x4.shr_s(v128.xor(r, b), 31);
    const shift = v128.and(mixed, f32x4.ne(r, f32x4.splat(0)));
    return v128.bitselect(f32x4.add(r, b), r, shift);
  }
}
class FmodInt extends Op2 {
  at(a: v128, b: v128): v128 {
    // the facade refuses a zero divisor; lanes past the end may hold one, which must not trap
    const d = v128.or(b, v128.and(i32x4.eq(b, i32x4.splat(0)), i32x4.splat(1)));
    let y = i32x4.splat(i32x4.extract_lane(a, 0) % i32x4.extract_lane(d, 0));
    y = i32x4.replace_lane(y, 1, i32x4.extract_lane(a, 1) % i32x4.extract_lane(d, 1));
    y = i32x4.replace_lane(y, 2, i32x4.extract_lane(a, 2) % i32x4.extract_lane(d, 2));
    return i32x4.replace_lane(y, 3, i32x4.extract_lane(a, 3) % i32x4.extract_lane(d, 3));
  }
}
class RemainderInt extends Op2 {
  at(a: v128, b: v128): v128 {
    const r = changetype<FmodInt>(0).at(a, b);
    const mixed = i32x4.shr_s(v128.xor(r, b), 31);
    const shift = v128.and(mixed, i32x4.ne(r, i32x4.splat(0)));
    return i32x4.add(r, v128.and(b, shift));
  }
}
/** The largest integer that is not above a / b, found in float64: exact. */
class FloorDiv extends Op2 {
  at(a: v128, b: v128): v128 {
    const pairs = changetype<Pairs>(0);
    return pairs.narrow(this.pair(pairs.low(a), pairs.low(b)), this.pair(pairs.high(a), pairs.high(b)));
  }
  pair(a: v128, b: v128): v128 {
    // an infinite divisor is as any very large one; an infinite dividend has no floor
    const bound = f64x2.splat(1e300);
    const divisor = f64x2.pmax(f64x2.pmin(b, bound), f64x2.neg(bound));
    return f64x2.add(f64x2.floor(f64x2.div(a, divisor)), f64x2.mul(a, f64x2.splat(0)));
  }
}
/** a / b cut toward zero, found in float64: exact. */
class TruncDiv extends Op2 {
  at(a: v128, b: v128): v128 {
    const pairs = changetype<Pairs>(0);
    const low = f64x2.trunc(f64x2.div(pairs.low(a), pairs.low(b)));
    return pairs.narrow(low, f64x2.trunc(f64x2.div(pairs.high(a), pairs.high(b))));
  }
}
/** Quotients of int32, found in float64: exact, and no division by zero traps. */
class IntQuotient {
  low(a: v128, b: v128): v128 {
    return f64x2.div(f64x2.convert_low_i32x4_s(a), f64x2.convert_low_i32x4_s(b));
  }
  high(a: v128, b: v128): v128 {
    return this.low(v128.shuffle<u64>(a, a, 1, 1), v128.shuffle<u64>(b, b, 1, 1));
  }
  narrow(low: v128, high: v128): v128 {
    return v128.shuffle<u64>(i32x4.trunc_sat_f64x2_s_zero(low), i32x4.trunc_sat_f64x2_s_zero(high), 0, 2);
  }
}
class FloorDivInt extends Op2 {
  at(a: v128, b: v128): v128 {
    const quotient = changetype<IntQuotient>(0);
    return quotient.narrow(f64x2.floor(quotient.low(a, b)), f64x2.floor(quotient.high(a, b)));
  }
}
class TruncDivInt extends Op2 {
  at(a: v128, b: v128): v128 {
    const quotient = changetype<IntQuotient>(0);
    return quotient.narrow(quotient.low(a, b), quotient.high(a, b));
  }
}
/** sqrt(a² + b²): in float64 no square overflows. An infinity wins over NaN. */
class Hypot extends Op2 {
  at(a: v128, b: v128): v128 {
    const pairs = changetype<Pairs>(0);
    const length = pairs.narrow(this.pair(pairs.low(a), pairs.low(b)), this.pair(pairs.high(a), pairs.high(b)));
    const infinity = f32x4.splat(Infinity);
    const infinite = v128.or(f32x4.eq(f32x4.abs(a), infinity), f32x4.eq(f32x4.abs(b), infinity));
    return v128.bitselect(infinity, length, infinite);
  }
  pair(a: v128, b: v128): v128 {
    return f64x2.sqrt(f64x2.add(f64x2.mul(a, a), f64x2.mul(b, b)));
  }
}
class Copysign extends Op2 {
  @inline at(a: v128, b: v128): v128 {
    return v128.or(f32x4.abs(a), v128.and(v128.and(b, f32x4.eq(b, b)), f32x4.splat(-0.0)));
  }
}
class PowScalar extends Op3 {
  @inline at(x: v128, exponent: v128, _: v128): v128 {
    return changetype<Pow>(0).at(x, exponent);
  }
}
class PowInt extends Op2 {
  at(base: v128, exponent: v128): v128 {
    const one = i32x4.splat(1);
    let y = one;
    let square = base;
    for (let rest = v128.and(exponent, i32x4.splat(i32.MAX_VALUE)); v128.any_true(rest); rest = i32x4.shr_u(rest, 1)) {
      y = i32x4.mul(y, v128.bitselect(square, one, i32x4.neg(v128.and(rest, one))));
      square = i32x4.mul(square, square);
    }
    // 1 / base^|exponent| cut to an integer: ±1 for a base of ±1, else 0
    const odd = i32x4.neg(v128.and(exponent, one));
    const unit = v128.bitselect(base, one, odd);
    const inverse = v128.and(unit, i32x4.eq(i32x4.abs(base), one));
    return v128.bitselect(inverse, y, i32x4.shr_s(exponent, 31));
  }
}
class Where extends Op3 {
  @inline at(condition: v128, a: v128, b: v128): v128 {
    return v128.bitselect(a, b, i32x4.ne(condition, i32x4.splat(0)));
  }
}
class Lerp extends Op3 {
  @inline at(a: v128, b: v128, weight: v128): v128 {
    const one = f32x4.splat(1);
    const difference = f32x4.sub(b, a);
    const fromA = f32x4.add(a, f32x4.mul(weight, difference));
    const fromB = f32x4.sub(b, f32x4.mul(difference, f32x4.sub(one, weight)));
    return v128.bitselect(fromA, fromB, f32x4.lt(f32x4.abs(weight), f32x4.splat(0.5)));
  }
}

/** y = a + b */
export function add(y: usize, a: usize, b: usize, n: i32, layout: usize): void {
  broadcast2<Add>(y, a, b, n, layout);
}
export function addInt(y: usize, a: usize, b: usize, n: i32, layout: usize): void {
  broadcast2<AddInt>(y, a, b, n, layout);
}
/** y = a - b */
export function sub(y: usize, a: usize, b: usize, n: i32, layout: usize): void {
  broadcast2<Sub>(y, a, b, n, layout);
}
export function subInt(y: usize, a: usize, b: usize, n: i32, layout: usize): void {
  broadcast2<SubInt>(y, a, b, n, layout);
}
/** y = a b */
export function mul(y: usize, a: usize, b: usize, n: i32, layout: usize): void {
  broadcast2<Mul>(y, a, b, n, layout);
}
export function mulInt(y: usize, a: usize, b: usize, n: i32, layout: usize): void {
  broadcast2<MulInt>(y, a, b, n, layout);
}
/** y = a / b */
export function div(y: usize, a: usize, b: usize, n: i32, layout: usize): void {
  broadcast2<Div>(y, a, b, n, layout);
}
/** y = max(a, b), NaN where either is */
export function maximum(y: usize, a: usize, b: usize, n: i32, layout: usize): void {
  broadcast2<Maximum>(y, a, b, n, layout);
}
export function maximumInt(y: usize, a: usize, b: usize, n: i32, layout: usize): void {
  broadcast2<MaximumInt>(y, a, b, n, layout);
}
/** y = min(a, b), NaN where either is */
export function minimum(y: usize, a: usize, b: usize, n: i32, layout: usize): void {
  broadcast2<Minimum>(y, a, b, n, layout);
}
export function minimumInt(y: usize, a: usize, b: usize, n: i32, layout: usize): void {
  broadcast2<MinimumInt>(y, a, b, n, layout);
}
/** da = dy where a > b, dy / 2 where they are equal, 0 where a < b, dy where one is NaN */
export function maximumGrad(da: usize, dy: usize, a: usize, b: usize, n: i32, layout: usize): void {
  broadcast3<MaximumGrad>(da, dy, a, b, n, layout);
}
/** y = a^b */
export function pow(y: usize, a: usize, b: usize, n: i32, layout: usize): void {
  broadcast2<Pow>(y, a, b, n, layout);
}
/** y = x^exponent, the exponent a number */
export function powScalar(y: usize, x: usize, n: i32, exponent: f32): void {
  map1s<PowScalar>(y, x, n, exponent);
}
/** y = a^b modulo 2^32 */
export function powInt(y: usize, a: usize, b: usize, n: i32, layout: usize): void {
  broadcast2<PowInt>(y, a, b, n, layout);
}
/** y = the angle of (b, a) */
export function atan2(y: usize, a: usize, b: usize, n: i32, layout: usize): void {
  broadcast2<Atan2>(y, a, b, n, layout);
}
/** y = a - trunc(a / b) b, of a's sign */
export function fmod(y: usize, a: usize, b: usize, n: i32, layout: usize): void {
  broadcast2<Fmod>(y, a, b, n, layout);
}
export function fmodInt(y: usize, a: usize, b: usize, n: i32, layout: usize): void {
  broadcast2<FmodInt>(y, a, b, n, layout);
}
/** y = a - floor(a / b) b, of b's sign */
export function remainder(y: usize, a: usize, b: usize, n: i32, layout: usize): void {
  broadcast2<Remainder>(y, a, b, n, layout);
}
export function remainderInt(y: usize, a: usize, b: usize, n: i32, layout: usize): void {
  broadcast2<RemainderInt>(y, a, b, n, layout);
}
/** y = floor(a / b) */
export function floorDiv(y: usize, a: usize, b: usize, n: i32, layout: usize): void {
  broadcast2<FloorDiv>(y, a, b, n, layout);
}
export function floorDivInt(y: usize, a: usize, b: usize, n: i32, layout: usize): void {
  broadcast2<FloorDivInt>(y, a, b, n, layout);
}
/** y = a / b, cut toward zero */
export function truncDiv(y: usize, a: usize, b: usize, n: i32, layout: usize): void {
  broadcast2<TruncDiv>(y, a, b, n, layout);
}
export function truncDivInt(y: usize, a: usize, b: usize, n: i32, layout: usize): void {
  broadcast2<TruncDivInt>(y, a, b, n, layout);
}
/** y = sqrt(a² + b²) */
export function hypot(y: usize, a: usize, b: usize, n: i32, layout: usize): void {
  broadcast2<Hypot>(y, a, b, n, layout);
}
/** y = |a| with the sign of b; + where b is NaN, since CPUs give computed ones different signs */
export function copysign(y: usize, a: usize, b: usize, n: i32, layout: usize): void {
  broadcast2<Copysign>(y, a, b, n, layout);
}
/** y = condition ? a : b, of any elements of four bytes */
export function where(y: usize, condition: usize, a: usize, b: usize, n: i32, layout: usize): void {
  broadcast3<Where>(y, condition, a, b, n, layout);
}
/** y = a + weight (b - a), from the nearer end, so that a weight of 1 gives b */
export function lerp(y: usize, a: usize, b: usize, weight: usize, n: i32, layout: usize): void {
  broadcast3<Lerp>(y, a, b, weight, n, layout);
}
