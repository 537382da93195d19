// Float32 vectors widened to pairs of float64 and back, with power series, logarithms and powers of two there: what
// trig.ts, pow.ts and transcendental.ts compute with. With 53 bits no step needs care for its last digits.
import { Tail } from "./map";

const ONE: usize = memory.data<f64>([1]);
/** All bits but the sign */
const MAGNITUDE: i64 = i64.MAX_VALUE;
/** sqrt(1/2), the least significand of which the logarithm is taken */
const SQRT_HALF: usize = memory.data<f64>([Math.SQRT1_2]);
/** The bits of 1024 in the exponent's place: an exponent plus this is positive */
const EXPONENT_BIAS: i64 = 1024 << 52;
/** The bits of 2^52: or-ed onto an integer below, they make the number 2^52 + the integer */
const INTEGER: usize = memory.data<f64>([4503599627370496]);
/** 2^52 + 1024 */
const INTEGER_BIAS: usize = memory.data<f64>([4503599627371520]);
/**
 * log2(1 + f) / s = 2 / ln(2) Σ s^2i / (2i + 1) with s = f / (2 + f), for i from 6 down to 0; the next term is below
 * 4e-12
 */
const LOG2_SERIES: usize = memory.data<f64>([
  0.22195308321368667, 0.2623081892525388, 0.3205988979753252, 0.41219858311113244, 0.5770780163555854,
  0.9617966939259756, 2.8853900817779268,
]);
/** 1.5 * 2^52: adding it to |x| < 2^51 rounds x to an integer, left in the low bits of the sum */
const ROUND: usize = memory.data<f64>([6755399441055744]);
/** ln(2) */
const LN2: usize = memory.data<f64>([Math.LN2]);
/** (e^z - 1) / z = Σ z^i / (i + 1)! for i from 9 down to 0; the next term is below 3e-13 for |z| <= ln(2) / 2 */
const EXPM1_SERIES: usize = memory.data<f64>([
  1.0 / 3628800,
  1.0 / 362880,
  1.0 / 40320,
  1.0 / 5040,
  1.0 / 720,
  1.0 / 120,
  1.0 / 24,
  1.0 / 6,
  0.5,
  1,
]);
/** Exponents of two beyond float32's on either side, within float64's */
const MAX_EXPONENT: usize = memory.data<f64>([200]);
const MIN_EXPONENT: usize = memory.data<f64>([-200]);

export class Pairs {
  /** The constant at an address, in both lanes */
  @inline at(address: usize): v128 {
    return v128.load_splat<u64>(address);
  }
  @inline low(x: v128): v128 {
    return f64x2.promote_low_f32x4(x);
  }
  @inline high(x: v128): v128 {
    return f64x2.promote_low_f32x4(v128.shuffle<u64>(x, x, 1, 1));
  }
  @inline narrow(low: v128, high: v128): v128 {
    return v128.shuffle<u64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
  }
  /** y with the sign of x */
  @inline signed(y: v128, x: v128): v128 {
    return v128.bitselect(y, x, i64x2.splat(MAGNITUDE));
  }
  /** One step of Horner's rule */
  @inline step(p: v128, x: v128, coefficient: usize): v128 {
    return f64x2.add(f64x2.mul(p, x), v128.load_splat<u64>(coefficient));
  }
  @inline steps3(p: v128, x: v128, at: usize): v128 {
    return this.step(this.step(this.step(p, x, at), x, at + 8), x, at + 16);
  }
  /** Polynomials with their coefficients at an address, highest degree first */
  @inline degree3(x: v128, at: usize): v128 {
    return this.steps3(this.at(at), x, at + 8);
  }
  @inline degree6(x: v128, at: usize): v128 {
    return this.steps3(this.degree3(x, at), x, at + 32);
  }
  @inline degree9(x: v128, at: usize): v128 {
    return this.steps3(this.degree6(x, at), x, at + 56);
  }
  @inline degree12(x: v128, at: usize): v128 {
    return this.steps3(this.degree9(x, at), x, at + 80);
  }
}

/** log2(u), with the sign, infinities and NaN of a logarithm. */
export class Log2 {
  /** f is u - 1: where u is near 1 it may have digits that u has lost. */
  at(u: v128, f: v128): v128 {
    const pairs = changetype<Pairs>(0);
    // u = 2^k m with m from sqrt(1/2) to sqrt(2)
    const biased = i64x2.add(i64x2.sub(u, pairs.at(SQRT_HALF)), i64x2.splat(EXPONENT_BIAS));
    const exponent = i64x2.shr_u(biased, 52);
    const k = f64x2.sub(v128.or(exponent, pairs.at(INTEGER)), pairs.at(INTEGER_BIAS));
    const m = i64x2.add(i64x2.sub(u, i64x2.shl(exponent, 52)), i64x2.splat(EXPONENT_BIAS));
    const rest = v128.bitselect(f, f64x2.sub(m, pairs.at(ONE)), f64x2.eq(k, f64x2.splat(0)));
    const s = f64x2.div(rest, f64x2.add(rest, f64x2.splat(2)));
    const log2 = f64x2.add(f64x2.mul(s, pairs.degree6(f64x2.mul(s, s), LOG2_SERIES)), k);
    // -inf of 0, inf of inf, else NaN
    const special = f64x2.sub(f64x2.sqrt(u), f64x2.div(pairs.at(ONE), f64x2.abs(u)));
    const usual = v128.and(f64x2.gt(u, f64x2.splat(0)), f64x2.lt(u, f64x2.splat(Infinity)));
    return v128.bitselect(log2, special, usual);
  }
}

/** 2^t - less, where `less` is 0, or 1 with no digit lost near t = 0. Beyond ±200, as if there. */
export class Exp2 {
  at(t: v128, less: v128): v128 {
    const pairs = changetype<Pairs>(0);
    // pmin and pmax with the operand first hand a NaN through
    const bounded = f64x2.pmax(f64x2.pmin(t, pairs.at(MAX_EXPONENT)), pairs.at(MIN_EXPONENT));
    const n = f64x2.add(bounded, pairs.at(ROUND));
    const z = f64x2.mul(f64x2.sub(bounded, f64x2.sub(n, pairs.at(ROUND))), pairs.at(LN2));
    const scale = i64x2.add(i64x2.shl(n, 52), pairs.at(ONE));
    const expm1 = f64x2.mul(z, pairs.degree9(z, EXPM1_SERIES));
    return f64x2.add(f64x2.mul(expm1, scale), f64x2.sub(scale, less));
  }
}

/** A function of a pair. */
export abstract class PairOp {
  abstract at(x: v128): v128;
}

/** y[i] = Op(x[i]), computed in pairs */
export function mapPairs<Op extends PairOp>(y: usize, x: usize, n: i32): void {
  const pairs = changetype<Pairs>(0);
  const op = changetype<Op>(0);
  for (; n > 0; n -= 4, x += 16, y += 16) {
    const v = v128.load(x);
    changetype<Tail>(0).store(y, pairs.narrow(op.at(pairs.low(v)), op.at(pairs.high(v))), n);
  }
}
