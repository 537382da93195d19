// Elementwise functions that are computed in pairs of float64 throughout: logarithms, hyperbolic functions and their
// inverses, the complementary error function, and tan and the inverse trigonometric functions of trig.ts. Those that
// training runs all the time (exp, log, tanh, erf) are in math.ts, in float32.
//
// The errors are in ULP, measured by test/math.test.ts.
import { Exp2, Log2, mapPairs, PairOp, Pairs } from "./pairs";
import { Acos, Asin, Atan, Sin, Tan } from "./trig";

const LOG2_E: usize = memory.data<f64>([Math.LOG2E]);
const LN2: usize = memory.data<f64>([Math.LN2]);
/** log10(2) */
const LOG10_2: usize = memory.data<f64>([0.3010299956639812]);
const HALF: usize = memory.data<f64>([0.5]);
const PI: usize = memory.data<f64>([Math.PI]);
/** erfc(x) e^(x²) is near 1 / x: it is fitted as t times a polynomial in t = ERFC_SCALE / (ERFC_SCALE + x). */
const ERFC_SCALE: usize = memory.data<f64>([3]);
/** Minimax fit to erfc(x) e^(x²) / t on 0 <= x <= 10.1, where erfc ends as float32; within 6e-9 */
const ERFC_FIT: usize = memory.data<f64>([
  0.05700775301885412, -0.29917390238851393, 0.5523162151024312, -0.4634317560481164, 0.42217178578137865,
  -0.012047217447848223, 0.19569531883592226, 0.170649246303399, 0.18878188891151748, 0.1880306695512313,
]);

/** (x - tanh(x)) / x³ in x², below SPLIT; the next term there is below 2e-10 of it */
const TANHSHRINK_SERIES: usize = memory.data<f64>([17.0 / 315, -2.0 / 15, 1.0 / 3]);
/** 2^-10 */
const TANHSHRINK_SPLIT: usize = memory.data<f64>([0.0009765625]);

/** What the functions share: e^x and logarithms of pairs. */
class Natural {
  /** e^x - less, where `less` is 0 or 1 */
  @inline exp(x: v128, less: f64): v128 {
    return changetype<Exp2>(0).at(f64x2.mul(x, changetype<Pairs>(0).at(LOG2_E)), f64x2.splat(less));
  }
  /** log(1 + x) */
  @inline log1p(x: v128): v128 {
    const log2 = changetype<Log2>(0).at(f64x2.add(x, f64x2.splat(1)), x);
    return f64x2.mul(log2, changetype<Pairs>(0).at(LN2));
  }
}

/** sin(πx) / (πx), and 1 at 0. Within 6e-8: x less the nearest even number is exact. */
class Sinc extends PairOp {
  at(x: v128): v128 {
    const pi = changetype<Pairs>(0).at(PI);
    const turn = f64x2.mul(f64x2.nearest(f64x2.mul(x, changetype<Pairs>(0).at(HALF))), f64x2.splat(2));
    const sine = changetype<Sin>(0).at(f64x2.mul(f64x2.sub(x, turn), pi));
    const quotient = f64x2.div(sine, f64x2.mul(x, pi));
    return v128.bitselect(f64x2.splat(1), quotient, f64x2.eq(x, f64x2.splat(0)));
  }
}
/** e^x - 1. 0.51 ULP. */
class Expm1 extends PairOp {
  at(x: v128): v128 {
    return changetype<Pairs>(0).signed(changetype<Natural>(0).exp(x, 1), x);
  }
}
/** log(1 + x). 0.51 ULP. */
class Log1p extends PairOp {
  at(x: v128): v128 {
    return changetype<Pairs>(0).signed(changetype<Natural>(0).log1p(x), x);
  }
}
/** log2(x). 0.51 ULP; exact of powers of two. */
class LogOf2 extends PairOp {
  at(x: v128): v128 {
    return changetype<Log2>(0).at(x, f64x2.sub(x, f64x2.splat(1)));
  }
}
/** log10(x). 0.51 ULP; exact of powers of ten. */
class LogOf10 extends PairOp {
  at(x: v128): v128 {
    return f64x2.mul(changetype<LogOf2>(0).at(x), changetype<Pairs>(0).at(LOG10_2));
  }
}
/** sinh(x) = (m + m / (m + 1)) / 2, m = e^|x| - 1. 0.51 ULP. */
class Sinh extends PairOp {
  at(x: v128): v128 {
    const pairs = changetype<Pairs>(0);
    const m = changetype<Natural>(0).exp(f64x2.abs(x), 1);
    const twice = f64x2.add(m, f64x2.div(m, f64x2.add(m, f64x2.splat(1))));
    return pairs.signed(f64x2.mul(twice, pairs.at(HALF)), x);
  }
}
/** cosh(x). 0.51 ULP. */
class Cosh extends PairOp {
  at(x: v128): v128 {
    const e = changetype<Natural>(0).exp(f64x2.abs(x), 0);
    return f64x2.mul(f64x2.add(e, f64x2.div(f64x2.splat(1), e)), changetype<Pairs>(0).at(HALF));
  }
}
/** asinh(x) = log(1 + a + a / (1/a + sqrt(1 + 1/a²))), a = |x|, with x's sign. 0.51 ULP. */
class Asinh extends PairOp {
  at(x: v128): v128 {
    const one = f64x2.splat(1);
    const a = f64x2.abs(x);
    const r = f64x2.div(one, a);
    const root = f64x2.sqrt(f64x2.add(one, f64x2.mul(r, r)));
    const sum = f64x2.add(a, f64x2.div(a, f64x2.add(r, root)));
    return changetype<Pairs>(0).signed(changetype<Natural>(0).log1p(sum), x);
  }
}
/** acosh(x) = log(1 + f + sqrt(f) sqrt(f + 2)), f = x - 1. 0.51 ULP. */
class Acosh extends PairOp {
  at(x: v128): v128 {
    const f = f64x2.sub(x, f64x2.splat(1));
    const root = f64x2.mul(f64x2.sqrt(f), f64x2.sqrt(f64x2.add(f, f64x2.splat(2))));
    return changetype<Natural>(0).log1p(f64x2.add(f, root));
  }
}
/** atanh(x) = log(1 + 2x / (1 - x)) / 2. 0.51 ULP. */
class Atanh extends PairOp {
  at(x: v128): v128 {
    const pairs = changetype<Pairs>(0);
    const ratio = f64x2.div(f64x2.add(x, x), f64x2.sub(f64x2.splat(1), x));
    return pairs.signed(f64x2.mul(changetype<Natural>(0).log1p(ratio), pairs.at(HALF)), x);
  }
}
/** x - tanh(x). 0.51 ULP. tanh(x) = m / (m + 2), m = e^2x - 1; near 0 by the series x³/3 - 2x⁵/15. */
class Tanhshrink extends PairOp {
  at(x: v128): v128 {
    const pairs = changetype<Pairs>(0);
    const m = changetype<Natural>(0).exp(f64x2.add(x, x), 1);
    const far = f64x2.sub(x, f64x2.div(m, f64x2.add(m, f64x2.splat(2))));
    const square = f64x2.mul(x, x);
    const series = pairs.step(
      pairs.step(pairs.at(TANHSHRINK_SERIES), square, TANHSHRINK_SERIES + 8),
      square,
      TANHSHRINK_SERIES + 16,
    );
    const near = f64x2.mul(f64x2.mul(x, square), series);
    return v128.bitselect(near, far, f64x2.lt(square, pairs.at(TANHSHRINK_SPLIT)));
  }
}
/** x / (1 + |x|). 0.51 ULP. */
class Softsign extends PairOp {
  at(x: v128): v128 {
    return f64x2.div(x, f64x2.add(f64x2.abs(x), f64x2.splat(1)));
  }
}
/** log(x / (1 - x)). 0.51 ULP. */
class Logit extends PairOp {
  at(x: v128): v128 {
    const rest = f64x2.sub(f64x2.splat(1), x);
    const log2 = changetype<Log2>(0).at(f64x2.div(x, rest), f64x2.div(f64x2.sub(x, rest), rest));
    return f64x2.mul(log2, changetype<Pairs>(0).at(LN2));
  }
}
/** 1 - erf(x). 0.6 ULP. */
class Erfc extends PairOp {
  at(x: v128): v128 {
    const pairs = changetype<Pairs>(0);
    const a = f64x2.abs(x);
    const t = f64x2.div(pairs.at(ERFC_SCALE), f64x2.add(pairs.at(ERFC_SCALE), a));
    const bell = changetype<Natural>(0).exp(f64x2.neg(f64x2.mul(a, a)), 0);
    const tail = f64x2.mul(bell, f64x2.mul(t, pairs.degree9(t, ERFC_FIT)));
    return v128.bitselect(f64x2.sub(f64x2.splat(2), tail), tail, f64x2.lt(x, f64x2.splat(0)));
  }
}

/** y = e^x - 1 */
export function expm1(y: usize, x: usize, n: i32): void {
  mapPairs<Expm1>(y, x, n);
}
/** y = log(1 + x) */
export function log1p(y: usize, x: usize, n: i32): void {
  mapPairs<Log1p>(y, x, n);
}
/** y = log2(x) */
export function log2(y: usize, x: usize, n: i32): void {
  mapPairs<LogOf2>(y, x, n);
}
/** y = log10(x) */
export function log10(y: usize, x: usize, n: i32): void {
  mapPairs<LogOf10>(y, x, n);
}
/** y = sinh(x) */
export function sinh(y: usize, x: usize, n: i32): void {
  mapPairs<Sinh>(y, x, n);
}
/** y = cosh(x) */
export function cosh(y: usize, x: usize, n: i32): void {
  mapPairs<Cosh>(y, x, n);
}
/** y = asinh(x) */
export function asinh(y: usize, x: usize, n: i32): void {
  mapPairs<Asinh>(y, x, n);
}
/** y = acosh(x) */
export function acosh(y: usize, x: usize, n: i32): void {
  mapPairs<Acosh>(y, x, n);
}
/** y = atanh(x) */
export function atanh(y: usize, x: usize, n: i32): void {
  mapPairs<Atanh>(y, x, n);
}
/** y = log(x / (1 - x)) */
export function logit(y: usize, x: usize, n: i32): void {
  mapPairs<Logit>(y, x, n);
}
/** y = x - tanh(x) */
export function tanhshrink(y: usize, x: usize, n: i32): void {
  mapPairs<Tanhshrink>(y, x, n);
}
/** y = x / (1 + |x|) */
export function softsign(y: usize, x: usize, n: i32): void {
  mapPairs<Softsign>(y, x, n);
}
/** y = 1 - erf(x) */
export function erfc(y: usize, x: usize, n: i32): void {
  mapPairs<Erfc>(y, x, n);
}
/** y = sin(πx) / (πx) */
export function sinc(y: usize, x: usize, n: i32): void {
  mapPairs<Sinc>(y, x, n);
}
/** y = tan(x) */
export function tan(y: usize, x: usize, n: i32): void {
  mapPairs<Tan>(y, x, n);
}
/** y = asin(x) */
export function asin(y: usize, x: usize, n: i32): void {
  mapPairs<Asin>(y, x, n);
}
/** y = acos(x) */
export function acos(y: usize, x: usize, n: i32): void {
  mapPairs<Acos>(y, x, n);
}
/** y = atan(x) */
export function atan(y: usize, x: usize, n: i32): void {
  mapPairs<Atan>(y, x, n);
}
