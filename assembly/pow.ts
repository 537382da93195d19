// pow and fmod of float32 vectors, computed in pairs of float64: float32 has too few digits for the logarithm of the
// one and the quotient of the other. Overflow and underflow happen of themselves when the pair is narrowed.
//
// The errors are in ULP, measured by test/math.test.ts.
import { Op2 } from "./map";
import { Pairs } from "./pairs";

/** sqrt(1/2), the least significand of which the logarithm is taken, as float32 */
const SQRT_HALF: usize = memory.data<f32>([Mathf.SQRT1_2]);
/** 2^-126, the least normal float32 */
const MIN_NORMAL: usize = memory.data<f32>([1.1754943508222875e-38]);
/** 2^23 makes a subnormal normal */
const SUBNORMAL_SCALE: usize = memory.data<f32>([8388608]);
/** log2 of SUBNORMAL_SCALE */
const SUBNORMAL_EXPONENT: usize = memory.data<f32>([23]);
const ONE: usize = memory.data<f64>([1]);
/**
 * log2(m) / s = 2 / ln(2) Σ s^2i / (2i + 1) with s = (m - 1) / (m + 1), for i from 6 down to 0; the next term is
 * below 4e-12
 */
const LOG2_SERIES: usize = memory.data<f64>([
  0.22195308321368667, 0.2623081892525388, 0.3205988979753252, 0.41219858311113244, 0.5770780163555854,
  0.9617966939259756, 2.8853900817779268,
]);
/** 1.5 * 2^52: adding it to |x| < 2^51 rounds x to an integer, left in the low bits of the sum */
const ROUND: usize = memory.data<f64>([6755399441055744]);
/** ln(2) */
const LN2: usize = memory.data<f64>([Math.LN2]);
/** e^z = Σ z^i / i! for i from 9 down to 0; the next term is below 7e-12 for |z| <= ln(2) / 2 */
const EXP_SERIES: usize = memory.data<f64>([
  1.0 / 362880,
  1.0 / 40320,
  1.0 / 5040,
  1.0 / 720,
  1.0 / 120,
  1.0 / 24,
  1.0 / 6,
  0.5,
  1,
  1,
]);
/** Exponents of two beyond float32's on either side, within float64's */
const MAX_EXPONENT: usize = memory.data<f64>([200]);
const MIN_EXPONENT: usize = memory.data<f64>([-200]);
/** 2^29: products of smaller integers with a float32 are exact in float64 */
const EXACT_QUOTIENT: f32 = 536870912;

/** 2^(y (k + log2(m))) of a pair, for significands m from sqrt(1/2) to sqrt(2). */
class Power {
  at(m: v128, k: v128, y: v128): v128 {
    const pairs = changetype<Pairs>(0);
    const s = f64x2.div(f64x2.sub(m, pairs.at(ONE)), f64x2.add(m, pairs.at(ONE)));
    const log2 = f64x2.add(f64x2.mul(s, pairs.degree6(f64x2.mul(s, s), LOG2_SERIES)), k);
    const exponent = f64x2.mul(y, log2);
    // pmin and pmax with the operand first hand a NaN through
    const bounded = f64x2.pmax(f64x2.pmin(exponent, pairs.at(MAX_EXPONENT)), pairs.at(MIN_EXPONENT));
    const t = f64x2.add(bounded, pairs.at(ROUND));
    const z = f64x2.mul(f64x2.sub(bounded, f64x2.sub(t, pairs.at(ROUND))), pairs.at(LN2));
    const scale = i64x2.add(i64x2.shl(t, 52), pairs.at(ONE));
    return f64x2.mul(pairs.degree9(z, EXP_SERIES), scale);
  }
}

/** x^y: C's pow with all its special cases. 0.51 ULP. */
export class Pow extends Op2 {
  at(x: v128, y: v128): v128 {
    const pairs = changetype<Pairs>(0);
    const power = changetype<Power>(0);
    const zero = f32x4.splat(0);
    const one = f32x4.splat(1);
    const infinity = f32x4.splat(Infinity);
    // |x| = m 2^k, as in math.ts' Log
    const a = f32x4.abs(x);
    const subnormal = f32x4.lt(a, v128.load_splat<u32>(MIN_NORMAL));
    const normal = v128.bitselect(f32x4.mul(a, v128.load_splat<u32>(SUBNORMAL_SCALE)), a, subnormal);
    const exponent = i32x4.shr_s(i32x4.sub(normal, v128.load_splat<u32>(SQRT_HALF)), 23);
    const m = i32x4.sub(normal, i32x4.shl(exponent, 23));
    let k = f32x4.convert_i32x4_s(exponent);
    k = f32x4.sub(k, v128.and(subnormal, v128.load_splat<u32>(SUBNORMAL_EXPONENT)));
    k = v128.bitselect(f32x4.neg(infinity), k, f32x4.eq(a, zero));
    k = v128.bitselect(k, a, f32x4.lt(a, infinity));
    let p = pairs.narrow(
      power.at(pairs.low(m), pairs.low(k), pairs.low(y)),
      power.at(pairs.high(m), pairs.high(k), pairs.high(y)),
    );
    // 1^y = x^0 = 1 even of NaN, and (-1)^±inf = 1
    const unity = v128.and(f32x4.eq(a, one), f32x4.eq(f32x4.abs(y), infinity));
    p = v128.bitselect(one, p, v128.or(unity, v128.or(f32x4.eq(y, zero), f32x4.eq(x, one))));
    // of a negative x: NaN if y is no integer, negative if it is odd
    const half = f32x4.mul(y, f32x4.splat(0.5));
    const fractional = f32x4.ne(y, f32x4.trunc(y));
    const odd = v128.andnot(f32x4.ne(half, f32x4.trunc(half)), fractional);
    const sign = v128.and(v128.and(x, odd), f32x4.splat(-0.0));
    const nowhere = v128.and(v128.and(fractional, f32x4.lt(x, zero)), f32x4.lt(a, infinity));
    return v128.or(v128.xor(p, sign), nowhere);
  }
}

/** a - trunc(a / b) b of a pair whose quotients are below EXACT_QUOTIENT: then every step is exact. */
class Rest {
  @inline at(a: v128, b: v128): v128 {
    return f64x2.sub(a, f64x2.mul(f64x2.trunc(f64x2.div(a, b)), b));
  }
}

/** The same of one number and any other, bit by bit: AssemblyScript's own `%`. */
class RestOfOne {
  at(a: v128, b: v128): v128 {
    let y = f32x4.splat(f32x4.extract_lane(a, 0) % f32x4.extract_lane(b, 0));
    y = f32x4.replace_lane(y, 1, f32x4.extract_lane(a, 1) % f32x4.extract_lane(b, 1));
    y = f32x4.replace_lane(y, 2, f32x4.extract_lane(a, 2) % f32x4.extract_lane(b, 2));
    return f32x4.replace_lane(y, 3, f32x4.extract_lane(a, 3) % f32x4.extract_lane(b, 3));
  }
}

/** a - trunc(a / b) b with the sign of a: C's fmod. Exact. */
export class Fmod extends Op2 {
  at(a: v128, b: v128): v128 {
    const pairs = changetype<Pairs>(0);
    const rest = changetype<Rest>(0);
    const bound = f32x4.abs(b);
    const small = f32x4.lt(f32x4.abs(a), f32x4.mul(bound, f32x4.splat(EXACT_QUOTIENT)));
    const simple = v128.and(small, f32x4.lt(bound, f32x4.splat(Infinity)));
    if (!i32x4.all_true(simple)) return changetype<RestOfOne>(0).at(a, b);
    const y = pairs.narrow(rest.at(pairs.low(a), pairs.low(b)), rest.at(pairs.high(a), pairs.high(b)));
    return v128.or(y, v128.and(a, f32x4.splat(-0.0)));
  }
}
