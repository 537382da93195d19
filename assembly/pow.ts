// pow and fmod of float32 vectors, computed in pairs of float64: float32 has too few digits for the logarithm of the
// one and the quotient of the other. Overflow and underflow happen of themselves when the pair is narrowed.
//
// The errors are in ULP, measured by test/math.test.ts.
import { Op2 } from "./map";
import { Exp2, Log2, Pairs } from "./pairs";

/** 2^29: products of smaller integers with a float32 are exact in float64 */
const EXACT_QUOTIENT: f32 = 536870912;

/** a^y of pairs, a >= 0. */
class Power {
  at(a: v128, y: v128): v128 {
    const log2 = changetype<Log2>(0).at(a, f64x2.sub(a, f64x2.splat(1)));
    return changetype<Exp2>(0).at(f64x2.mul(y, log2), f64x2.splat(0));
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
    const a = f32x4.abs(x);
    let p = pairs.narrow(power.at(pairs.low(a), pairs.low(y)), power.at(pairs.high(a), pairs.high(y)));
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
