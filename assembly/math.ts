// Functions of float32 vectors, four values at a time: exp, log, log1p, tanh, sigmoid, erf. Those which compute in
// pairs of float64 are in trig.ts (sin, cos, atan2) and pow.ts (pow, fmod). The loops over arrays are not here: see
// map.ts.
//
// Above each stands its largest error in units in the last place (ULP), as test/math.test.ts measures it against
// float64 on a dense sample of all float32 values. Only deterministic instructions: the same bits on every engine.
//
// Constants are in memory, one broadcast load each: written as f32x4.splat(c), V8 rebuilds the vector in several
// instructions at every use (exp: 0.75 instead of 0.57 ns a value).
import { NearOp, Op1 } from "./map";

const ONE: usize = memory.data<f32>([1]);
const TWO: usize = memory.data<f32>([2]);
const INFINITE: usize = memory.data<f32>([Infinity]);
/** All bits set: or-ed onto anything it gives a NaN. */
const NOT_A_NUMBER: usize = memory.data<u32>([0xffffffff]);
/** -0: the bit of the sign */
const SIGN: usize = memory.data<f32>([-0.0]);
/** All bits but that of the sign. f32x4.abs and neg make such masks anew at each use, in three instructions. */
const MAGNITUDE: usize = memory.data<u32>([0x7fffffff]);

/** 1.5 * 2^23: adding it to |x| < 2^22 rounds x to an integer, left in the low bits of the sum */
const ROUND: usize = memory.data<f32>([12582912]);
/** ROUND, and 127 more: the low bits of the sum are the exponent field of 2^n */
const ROUND_BIASED: usize = memory.data<f32>([12583039]);
/** log2(e) */
const LOG2_E: usize = memory.data<f32>([Mathf.LOG2E]);
/** 355 / 512: the first ten bits of ln(2), so that its product with an exponent is exact */
const LN2_HIGH: usize = memory.data<f32>([0.693359375]);
/** ln(2) - 355 / 512 */
const LN2_LOW: usize = memory.data<f32>([-2.1219444005469057e-4]);
/** Minimax fit to (e^r - 1 - r) / r² on |r| <= ln(2) / 2, highest degree first; near 1/720, 1/120, 1/24, 1/6, 1/2 */
const EXP_FIT: usize = memory.data<f32>([1.390246e-3, 8.373672e-3, 4.1668735e-2, 1.6666476e-1, 4.999999e-1]);
/** e^89 > 2^128: the argument where exp has overflowed */
const EXP_MAX: usize = memory.data<f32>([89]);
/** e^-104 < 2^-150, half the least subnormal: the argument where exp has underflowed to 0 */
const EXP_MIN: usize = memory.data<f32>([-104]);

/** Between this and its negative, e^x and its exponent are those of normal numbers. */
const EXP_NEAR: usize = memory.data<f32>([87]);
/** Below -126.5 ln(2) = -87.7 the exponent field is 0, and so is the result. */
const EXP_FLAT: usize = memory.data<f32>([-88]);

/** 1 - tanh(10) < 2^-25: beyond, tanh is 1 */
const TANH_MAX: usize = memory.data<f32>([10]);
const MINUS_TWO: usize = memory.data<f32>([-2]);

/** sqrt(1/2), the least significand that log takes */
const SQRT_HALF: usize = memory.data<f32>([Mathf.SQRT1_2]);
/** 2^-126, the least normal number */
const MIN_NORMAL: usize = memory.data<f32>([1.1754943508222875e-38]);
/** 2^23 makes a subnormal normal */
const SUBNORMAL_SCALE: usize = memory.data<f32>([8388608]);
/** What the bits of normal numbers are at most, as integers with those of infinity added; all others are above. */
const LOG_NEAR: usize = memory.data<u32>([0xfeffffff]);
/** log2 of SUBNORMAL_SCALE */
const SUBNORMAL_EXPONENT: usize = memory.data<f32>([23]);
const HALF: usize = memory.data<f32>([0.5]);
/**
 * Fit to (log(1 + f) - f + f² / 2) / f³ on sqrt(1/2) <= 1 + f < sqrt(2): logf of Cephes,
 * https://www.netlib.org/cephes/
 */
const LOG_FIT: usize = memory.data<f32>([
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
]);

/** 475 / 512: below it erf is fitted, above it its complement */
const ERF_SPLIT: usize = memory.data<f32>([0.927734375]);
/** erf(4) = 1 - 1.5e-8, nearer to 1 than the next float32 */
const ERF_MAX: usize = memory.data<f32>([4]);
/** Fit to erf(x) / x - 1 for 0 <= x < ERF_SPLIT, in x²: N. Juffa, https://stackoverflow.com/a/35148199 */
const ERF_FIT: usize = memory.data<f32>([
  -5.96761703e-4, 4.99119423e-3, -2.67681349e-2, 1.12819925e-1, -3.76125336e-1, 1.28379166e-1,
]);
/** Fit to log(1 - erf(x)) / x + 1 on ERF_SPLIT <= x <= ERF_MAX: the same source */
const ERFC_FIT: usize = memory.data<f32>([
  -1.7285347e-5, 3.83197126e-4, -3.88396438e-3, 2.42546219e-2, -1.06777877e-1, -6.34846687e-1, -1.28717512e-1,
]);

/** A constant in all lanes, and Horner's rule on constants, highest degree first. */
export class Constants {
  @inline at(address: usize): v128 {
    return v128.load_splat<u32>(address);
  }
  @inline step(p: v128, x: v128, address: usize): v128 {
    return f32x4.add(f32x4.mul(p, x), v128.load_splat<u32>(address));
  }
  /** Four more steps. */
  @inline steps(p: v128, x: v128, at: usize): v128 {
    return this.step(this.step(this.step(this.step(p, x, at), x, at + 4), x, at + 8), x, at + 12);
  }
}

/** x = n ln(2) + r with |r| <= ln(2) / 2 (Cody and Waite), and e^r - 1: what exp, tanh, sigmoid and erf share. */
class Reduced {
  /** n in its low nine bits, above what `round` has there */
  @inline exponent(x: v128, round: usize): v128 {
    const c = changetype<Constants>(0);
    return f32x4.add(f32x4.mul(x, c.at(LOG2_E)), c.at(round));
  }
  /** e^r - 1, of x and its exponent. The fit in two parts, since a chain of all its terms is 5 to 14 % slower. */
  @inline expm1(x: v128, t: v128, round: usize): v128 {
    const c = changetype<Constants>(0);
    const n = f32x4.sub(t, c.at(round));
    const r = f32x4.sub(f32x4.sub(x, f32x4.mul(n, c.at(LN2_HIGH))), f32x4.mul(n, c.at(LN2_LOW)));
    const square = f32x4.mul(r, r);
    const high = c.step(c.step(c.at(EXP_FIT), r, EXP_FIT + 4), r, EXP_FIT + 8);
    const p = f32x4.add(f32x4.mul(high, square), c.step(c.at(EXP_FIT + 12), r, EXP_FIT + 16));
    return f32x4.add(f32x4.mul(p, square), r);
  }
}

/** e^x. 1.2 ULP. */
export class Exp extends NearOp {
  @inline key(x: v128): v128 {
    return v128.and(x, changetype<Constants>(0).at(MAGNITUDE));
  }
  @inline limit(): v128 {
    return changetype<Constants>(0).at(EXP_NEAR);
  }
  @inline near(x: v128): v128 {
    const reduced = changetype<Reduced>(0);
    const t = reduced.exponent(x, ROUND);
    const p = f32x4.add(reduced.expm1(x, t, ROUND), changetype<Constants>(0).at(ONE));
    return i32x4.add(p, i32x4.shl(t, 23));
  }
  at(x: v128): v128 {
    const c = changetype<Constants>(0);
    const reduced = changetype<Reduced>(0);
    // pmin and pmax with x first hand a NaN through, in one instruction each
    const bounded = f32x4.pmax(f32x4.pmin(x, c.at(EXP_MAX)), c.at(EXP_MIN));
    const t = reduced.exponent(bounded, ROUND);
    const p = f32x4.add(reduced.expm1(bounded, t, ROUND), c.at(ONE));
    // 2^n in two factors, since n is from -150 to 128; a shift by 23 keeps only the nine bits of t that are n.
    const half = i32x4.shr_s(t, 1);
    const rest = i32x4.sub(t, half);
    const scaled = f32x4.mul(p, i32x4.add(i32x4.shl(half, 23), c.at(ONE)));
    return f32x4.mul(scaled, i32x4.add(i32x4.shl(rest, 23), c.at(ONE)));
  }
}

/**
 * e^x for x < 89, as it is within other functions: 1.2 ULP, 0 below -87.7, where it would be subnormal, infinite above
 * 88.3. Without Exp's care, softmax takes 0.95 instead of 1.2 ns a value (measured).
 */
export class ExpBelow extends Op1 {
  @inline at(x: v128): v128 {
    const c = changetype<Constants>(0);
    const reduced = changetype<Reduced>(0);
    const bounded = f32x4.pmax(x, c.at(EXP_FLAT)); // hands a NaN through
    const t = reduced.exponent(bounded, ROUND_BIASED);
    const p = f32x4.add(reduced.expm1(bounded, t, ROUND_BIASED), c.at(ONE));
    return f32x4.mul(p, i32x4.shl(t, 23));
  }
}

/** e^y - 1 for y from -30 to 88, within 1.2 ULP below 0: what tanh and elu are made of. */
export class NearExpm1 extends Op1 {
  @inline at(y: v128): v128 {
    const reduced = changetype<Reduced>(0);
    const one = changetype<Constants>(0).at(ONE);
    const t = reduced.exponent(y, ROUND);
    const power = i32x4.add(i32x4.shl(t, 23), one);
    return f32x4.add(f32x4.mul(power, reduced.expm1(y, t, ROUND)), f32x4.sub(power, one));
  }
}

/** Hyperbolic tangent. 2.5 ULP. tanh|x| = -m / (m + 2), m = e^(-2|x|) - 1. */
export class Tanh extends Op1 {
  @inline at(x: v128): v128 {
    const c = changetype<Constants>(0);
    const sign = v128.and(x, c.at(SIGN));
    const a = f32x4.pmin(v128.xor(x, sign), c.at(TANH_MAX));
    const m = changetype<NearExpm1>(0).at(f32x4.mul(a, c.at(MINUS_TWO)));
    const ratio = f32x4.div(m, f32x4.add(m, c.at(TWO)));
    return v128.or(v128.and(ratio, c.at(MAGNITUDE)), sign);
  }
}

/** 1 / (1 + e^-x). 2.5 ULP. */
export class Sigmoid extends NearOp {
  @inline key(x: v128): v128 {
    return changetype<Exp>(0).key(x);
  }
  @inline limit(): v128 {
    return changetype<Exp>(0).limit();
  }
  @inline near(x: v128): v128 {
    const c = changetype<Constants>(0);
    const e = changetype<Exp>(0).near(v128.xor(x, c.at(SIGN)));
    return f32x4.div(c.at(ONE), f32x4.add(c.at(ONE), e));
  }
  /** Beyond, it is 1, or e^x */
  at(x: v128): v128 {
    const far = changetype<Exp>(0).at(f32x4.pmin(x, f32x4.splat(0)));
    return v128.bitselect(far, this.near(x), i32x4.gt_s(this.key(x), this.limit()));
  }
}

/** The same within other functions: 0 below -88.3, where it would be subnormal. */
export class Gate extends Op1 {
  @inline at(x: v128): v128 {
    const c = changetype<Constants>(0);
    const e = changetype<ExpBelow>(0).at(f32x4.pmin(v128.xor(x, c.at(SIGN)), c.at(EXP_MAX)));
    return f32x4.div(c.at(ONE), f32x4.add(c.at(ONE), e));
  }
}

/** Natural logarithm. 0.83 ULP. x = 2^k (1 + f). log(0) = -inf, log(x < 0) = NaN. */
export class Log extends NearOp {
  @inline key(x: v128): v128 {
    return i32x4.add(x, changetype<Constants>(0).at(INFINITE));
  }
  @inline limit(): v128 {
    return changetype<Constants>(0).at(LOG_NEAR);
  }
  @inline near(x: v128): v128 {
    return this.normal(x, f32x4.splat(0));
  }
  /** log(2^-less x), where x is normal */
  @inline normal(x: v128, less: v128): v128 {
    const c = changetype<Constants>(0);
    const exponent = i32x4.shr_s(i32x4.sub(x, c.at(SQRT_HALF)), 23);
    const f = f32x4.sub(i32x4.sub(x, i32x4.shl(exponent, 23)), c.at(ONE));
    const k = f32x4.sub(f32x4.convert_i32x4_s(exponent), less);
    const f2 = f32x4.mul(f, f);
    let p = c.steps(c.steps(c.at(LOG_FIT), f, LOG_FIT + 4), f, LOG_FIT + 20);
    p = f32x4.add(f32x4.mul(f32x4.mul(p, f), f2), f32x4.mul(k, c.at(LN2_LOW)));
    p = f32x4.sub(p, f32x4.mul(f2, c.at(HALF)));
    return f32x4.add(f32x4.add(f, p), f32x4.mul(k, c.at(LN2_HIGH)));
  }
  at(x: v128): v128 {
    const c = changetype<Constants>(0);
    const subnormal = f32x4.lt(x, c.at(MIN_NORMAL));
    const normal = v128.bitselect(f32x4.mul(x, c.at(SUBNORMAL_SCALE)), x, subnormal);
    const y = this.normal(normal, v128.and(subnormal, c.at(SUBNORMAL_EXPONENT)));
    // so far log(inf) is 128 ln(2), log(0) is -150 ln(2)
    const infinite = v128.and(f32x4.eq(x, c.at(INFINITE)), c.at(INFINITE));
    const zero = v128.and(f32x4.eq(x, f32x4.splat(0)), c.at(INFINITE));
    const domain = f32x4.ge(x, f32x4.splat(0));
    return v128.or(f32x4.sub(f32x4.add(y, infinite), zero), v128.andnot(c.at(NOT_A_NUMBER), domain));
  }
}

/** log(1 + x) for 0 <= x <= 1. 1.2 ULP. The digits of x that 1 + x drops come back as a first-order term. */
export class Log1p extends Op1 {
  @inline at(x: v128): v128 {
    const one = changetype<Constants>(0).at(ONE);
    const sum = f32x4.add(x, one);
    const lost = f32x4.sub(x, f32x4.sub(sum, one));
    return f32x4.add(changetype<Log>(0).near(sum), f32x4.div(lost, sum));
  }
}

/** The error function. 1.3 ULP. */
export class Erf extends Op1 {
  @inline at(x: v128): v128 {
    const c = changetype<Constants>(0);
    const sign = v128.and(x, c.at(SIGN));
    const a = f32x4.pmin(v128.xor(x, sign), c.at(ERF_MAX));
    const a2 = f32x4.mul(a, a);
    // 1 - e^(a q(a) - a); the upper four coefficients in pairs, for a shorter chain
    const high = c.step(c.at(ERFC_FIT), a, ERFC_FIT + 4);
    const low = c.step(c.at(ERFC_FIT + 8), a, ERFC_FIT + 12);
    let q = f32x4.add(f32x4.mul(high, a2), low);
    q = c.step(c.step(c.step(q, a, ERFC_FIT + 16), a, ERFC_FIT + 20), a, ERFC_FIT + 24);
    const y = f32x4.sub(f32x4.mul(q, a), a);
    const far = f32x4.sub(c.at(ONE), changetype<Exp>(0).near(y));
    const p = c.step(c.steps(c.at(ERF_FIT), a2, ERF_FIT + 4), a2, ERF_FIT + 20);
    const near = f32x4.add(f32x4.mul(p, a), a);
    return v128.or(v128.bitselect(far, near, f32x4.gt(a, c.at(ERF_SPLIT))), sign);
  }
}
