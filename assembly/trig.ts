// sin, cos, tan, atan2 and the inverse functions made of it, of float32 vectors, computed in pairs of float64, where float32 has too few digits. With 53 bits
// plain power series, whose coefficients are formulas, give results that are rounded almost correctly.
//
// The errors are in ULP, measured by test/math.test.ts.
import { Op2 } from "./map";
import { PairOp, Pairs } from "./pairs";

/** 1.5 * 2^52: adding it to |x| < 2^51 rounds x to an integer, left in the low bits of the sum */
const ROUND: usize = memory.data<f64>([6755399441055744]);

/** 2 / π */
const TWO_OVER_PI: usize = memory.data<f64>([0.6366197723675814]);
/** The first 33 bits of π / 2, so that its product with an integer below 2^20 is exact */
const HALF_PI_HIGH: usize = memory.data<f64>([1.5707963267341256]);
/** π / 2 - HALF_PI_HIGH */
const HALF_PI_LOW: usize = memory.data<f64>([6.077100506506192e-11]);
/** 2^20 π / 2: below, the two parts of π / 2 suffice */
const REDUCIBLE: usize = memory.data<f64>([1647099]);
/** sin(r) / r = Σ (-r²)^i / (2i + 1)! for i from 6 down to 0; the next term is below 3e-14 for |r| <= π / 4 */
const SIN_SERIES: usize = memory.data<f64>([
  1.0 / 6227020800,
  -1.0 / 39916800,
  1.0 / 362880,
  -1.0 / 5040,
  1.0 / 120,
  -1.0 / 6,
  1,
]);
/** cos(r) = Σ (-r²)^i / (2i)! for i from 6 down to 0; the next term is below 4e-13 for |r| <= π / 4 */
const COS_SERIES: usize = memory.data<f64>([
  1.0 / 479001600,
  -1.0 / 3628800,
  1.0 / 40320,
  -1.0 / 720,
  1.0 / 24,
  -1.0 / 2,
  1,
]);
/** 32 zero bits, then the first 224 binary digits of 2 / π after the point */
const TWO_OVER_PI_DIGITS: usize = memory.data<u32>([
  0, 0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab,
]);
/** π / 2 * 2^-62: a quarter turn over the unit of `Reduction.turns` */
const TURN_UNIT: f64 = 3.4061215800865545e-19;

/** tan(π / 8) */
const TAN_EIGHTH_PI: usize = memory.data<f64>([0.41421356237309503]);
const QUARTER_PI: usize = memory.data<f64>([0.7853981633974483]);
const HALF_PI: usize = memory.data<f64>([1.5707963267948966]);
const PI: usize = memory.data<f64>([Math.PI]);
/** Stand for infinity and zero in the quotient of atan2: further apart than any two float32 values */
const INFINITE: usize = memory.data<f64>([1e300]);
const TINY: usize = memory.data<f64>([1e-300]);
/** atan(u) / u = Σ (-u²)^i / (2i + 1) for i from 12 down to 0; the next term is below 4e-12 for |u| <= tan(π / 8) */
const ATAN_SERIES: usize = memory.data<f64>([
  1.0 / 25,
  -1.0 / 23,
  1.0 / 21,
  -1.0 / 19,
  1.0 / 17,
  -1.0 / 15,
  1.0 / 13,
  -1.0 / 11,
  1.0 / 9,
  -1.0 / 7,
  1.0 / 5,
  -1.0 / 3,
  1,
]);

/** The reduction of arguments too large for two parts of π / 2 (Payne and Hanek, 1983). */
class Reduction {
  /** x in quarter turns, modulo 4, as a fraction of 2^62: the product with just those digits of 2 / π that matter. */
  turns(x: f64): i64 {
    const bits = reinterpret<u32>(<f32>Math.abs(x));
    const significand = <u64>((bits & 0x7fffff) | 0x800000);
    // |x| = significand * 2^(biased - 150); the first digit that matters has the weight 2
    const position = max<u32>(bits >> 23, 120) - 120;
    const at = TWO_OVER_PI_DIGITS + ((position >> 5) << 2);
    const shift = <u64>(position & 31);
    const high = ((<u64>load<u32>(at)) << 32) | <u64>load<u32>(at, 4);
    const low = ((<u64>load<u32>(at, 8)) << 32) | <u64>load<u32>(at, 12);
    const digits = (high << shift) | ((low >> 1) >> (63 - shift));
    const next = (low << shift) >> 32;
    const product = <i64>(significand * digits + ((significand * next) >> 32));
    return x < 0 ? -product : product;
  }
  @inline angle(turns: i64): f64 {
    const nearest = (turns + (1 << 61)) & (3 << 62);
    return <f64>(turns - nearest) * TURN_UNIT;
  }
  @inline quarters(turns: i64): i64 {
    return (turns + (1 << 61)) >> 62;
  }
}

/** sin(x + quarters π / 2) of a pair. */
class Sine {
  at(x: v128, quarters: i64): v128 {
    const pairs = changetype<Pairs>(0);
    let t = f64x2.add(f64x2.mul(x, pairs.at(TWO_OVER_PI)), pairs.at(ROUND));
    const n = f64x2.sub(t, pairs.at(ROUND));
    let r = f64x2.sub(f64x2.sub(x, f64x2.mul(n, pairs.at(HALF_PI_HIGH))), f64x2.mul(n, pairs.at(HALF_PI_LOW)));
    const large = f64x2.gt(f64x2.abs(x), pairs.at(REDUCIBLE));
    if (v128.any_true(large)) {
      const reduction = changetype<Reduction>(0);
      const turns0 = reduction.turns(f64x2.extract_lane(x, 0));
      const turns1 = reduction.turns(f64x2.extract_lane(x, 1));
      const angles = f64x2.replace_lane(f64x2.splat(reduction.angle(turns0)), 1, reduction.angle(turns1));
      const whole = i64x2.replace_lane(i64x2.splat(reduction.quarters(turns0)), 1, reduction.quarters(turns1));
      // x - x makes NaN of infinity
      r = v128.bitselect(f64x2.add(angles, f64x2.sub(x, x)), r, large);
      t = v128.bitselect(whole, t, large);
    }
    const r2 = f64x2.mul(r, r);
    const sin = f64x2.mul(pairs.degree6(r2, SIN_SERIES), r);
    const cos = pairs.degree6(r2, COS_SERIES);
    const quadrant = i64x2.add(t, i64x2.splat(quarters));
    const even = i64x2.eq(i64x2.shl(quadrant, 63), i64x2.splat(0));
    const y = v128.bitselect(sin, cos, even);
    return v128.xor(y, i64x2.shl(i64x2.shr_u(quadrant, 1), 63));
  }
}

/** sin(x). 0.51 ULP, of any argument. */
export class Sin extends PairOp {
  at(x: v128): v128 {
    return changetype<Sine>(0).at(x, 0);
  }
}

/** cos(x). 0.51 ULP, of any argument. */
export class Cos extends PairOp {
  at(x: v128): v128 {
    return changetype<Sine>(0).at(x, 1);
  }
}

/** The angle of a pair of points (x, y), within ±π. */
class Angle {
  at(y: v128, x: v128): v128 {
    const pairs = changetype<Pairs>(0);
    // pmin with the operand first hands a NaN through
    const ay = f64x2.pmin(f64x2.abs(y), pairs.at(INFINITE));
    const ax = f64x2.pmin(f64x2.abs(x), pairs.at(INFINITE));
    const steep = f64x2.gt(ay, ax);
    const opposite = v128.bitselect(ax, ay, steep);
    const adjacent = f64x2.add(v128.bitselect(ay, ax, steep), pairs.at(TINY));
    // atan(t) = π / 4 + atan((t - 1) / (t + 1)) keeps the argument of the series within tan(π / 8)
    const wide = f64x2.gt(opposite, f64x2.mul(adjacent, pairs.at(TAN_EIGHTH_PI)));
    const u = f64x2.div(f64x2.sub(opposite, v128.and(adjacent, wide)), f64x2.add(adjacent, v128.and(opposite, wide)));
    const atan = f64x2.mul(u, pairs.degree12(f64x2.mul(u, u), ATAN_SERIES));
    const octant = f64x2.add(atan, v128.and(pairs.at(QUARTER_PI), wide));
    const quadrant = v128.bitselect(f64x2.sub(pairs.at(HALF_PI), octant), octant, steep);
    const left = i64x2.lt_s(x, i64x2.splat(0));
    const angle = v128.bitselect(f64x2.sub(pairs.at(PI), quadrant), quadrant, left);
    return v128.bitselect(y, angle, i64x2.splat(i64.MIN_VALUE));
  }
}

/** The angle of the point (x, y): C's atan2(y, x) with its signs of zero and infinities. 0.51 ULP. */
export class Atan2 extends Op2 {
  at(y: v128, x: v128): v128 {
    const pairs = changetype<Pairs>(0);
    const angle = changetype<Angle>(0);
    return pairs.narrow(angle.at(pairs.low(y), pairs.low(x)), angle.at(pairs.high(y), pairs.high(x)));
  }
}

/** tan(x). 0.51 ULP, of any argument. */
export class Tan extends PairOp {
  at(x: v128): v128 {
    const sine = changetype<Sine>(0);
    return f64x2.div(sine.at(x, 0), sine.at(x, 1));
  }
}

/** The angle whose tangent is x. 0.51 ULP. */
export class Atan extends PairOp {
  at(x: v128): v128 {
    return changetype<Angle>(0).at(x, f64x2.splat(1));
  }
}

/** sqrt(1 - x²), NaN beyond ±1: cosine of the angle whose sine is x, and the other way round. */
class Cofunction {
  at(x: v128): v128 {
    const one = f64x2.splat(1);
    return f64x2.sqrt(f64x2.mul(f64x2.sub(one, x), f64x2.add(one, x)));
  }
}

/** The angle whose sine is x. 0.51 ULP. */
export class Asin extends PairOp {
  at(x: v128): v128 {
    return changetype<Angle>(0).at(x, changetype<Cofunction>(0).at(x));
  }
}

/** The angle whose cosine is x. 0.51 ULP. */
export class Acos extends PairOp {
  at(x: v128): v128 {
    return changetype<Angle>(0).at(changetype<Cofunction>(0).at(x), x);
  }
}
