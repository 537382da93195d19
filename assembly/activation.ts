// Activations and their gradients, elementwise: relu, leakyRelu, elu, tanh, sigmoid, gelu, silu, mish, hardswish, softplus,
// clamp. Softmax, which sums, is in softmax.ts; activations that are made of other ops are in src/ops alone.
import { each1s, each2, map1, map1s, map2, map2s, mapNear, Op1, Op2, Op3, Op4 } from "./map";
import { Constants, Exp, ExpBelow, Gate, Log1p, NearExpm1, Sigmoid, Tanh } from "./math";

/**
 * Φ(x), the normal distribution function, within 1.5e-7: a table of Rise. With an erf that is right to its last digit
 * GELU takes 1.5 instead of 0.9 ns. The fit reaches to 5.44, but is cut off before its rounding falls below 0 and gives
 * GELU the other sign.
 */
const CDF: usize = memory.data<f32>([
  5.26754188, -5.26754188, 0.06758218258619308, 0.000500607421, 0.000761638745, 0.00409411779, 0.00985512417,
  0.0199477952, 0.0321060382, 0.0481943414, -0.00017502984, -0.000528434408, -0.00210471055, -0.00643658591,
  -0.0145106278, -0.0258504469, -0.039047841, -0.0648615211, 0.129967302,
]);
/** Φ(x) + x φ(x), GELU's slope, within 7e-7 */
const GELU_SLOPE: usize = memory.data<f32>([
  5.56, -5.56, 0.06469644606113434, 0.0141127789, 0.00412211893, 0.0525242127, 0.0615997165, 0.0736405104, 0.0580371469,
  0.0525266826, -0.00587405963, -0.00699905725, -0.0301321931, -0.0548848547, -0.0725730732, -0.0666311085,
  -0.0520305112, -0.0648526996, 0.127342448,
]);
/** 2 sqrt(2/π): gelu's tanh(u / 2) is written as 2 sigmoid(u) - 1 */
const GELU_SCALE: usize = memory.data<f32>([1.5957691216057308]);
/** 0.044715 GELU_SCALE; the number is the paper's, https://arxiv.org/abs/1606.08415 */
const GELU_CUBIC: usize = memory.data<f32>([0.07135481627260025]);
/** 3 GELU_CUBIC */
const GELU_CUBIC_GRAD: usize = memory.data<f32>([0.21406444881780076]);
/** Beyond, both sigmoid(u) (1 - sigmoid(u)) and the normal density are 0 as float32, whatever multiplies them. */
const FLAT: usize = memory.data<f32>([30]);
/** e^-30 - 1 is -1 as float32, and e^88 is near the end of float32. */
const ELU_MIN: usize = memory.data<f32>([-30]);
const ELU_MAX: usize = memory.data<f32>([88]);
/** Beyond, mish(x) = x and its slope is 1: e^43 has a square, but no fourth power. */
const MISH_MAX: usize = memory.data<f32>([43]);
const SIXTH: usize = memory.data<f32>([1.0 / 6]);
const THIRD: usize = memory.data<f32>([1.0 / 3]);

/**
 * What rises from exactly 0 at -c to exactly 1 at c, and is 1/2 + x P(x²): by a minimax fit to P, in v = 2x² / d² - 1 for a
 * d of c or above. A table has c, -c, 2 / d², and the coefficients: of v¹⁴ to v² by twos, of v¹⁵ to v³, of v, of 1.
 */
class Rise {
  @inline at(x: v128, table: usize): v128 {
    const c = changetype<Constants>(0);
    const near = f32x4.pmax(f32x4.pmin(x, c.at(table)), c.at(table + 4));
    const v = f32x4.sub(f32x4.mul(f32x4.mul(near, near), c.at(table + 8)), f32x4.splat(1));
    const v2 = f32x4.mul(v, v);
    // even and odd powers apart: one chain of all takes 1.15 instead of 0.9 ns, but its last steps keep digits
    const odd = c.steps(c.step(c.step(c.at(table + 40), v2, table + 44), v2, table + 48), v2, table + 52);
    const even = c.steps(c.step(c.step(c.at(table + 12), v2, table + 16), v2, table + 20), v2, table + 24);
    const high = f32x4.add(f32x4.mul(odd, v), even);
    const p = c.step(c.step(high, v, table + 68), v, table + 72);
    return f32x4.add(f32x4.mul(p, near), f32x4.splat(0.5));
  }
}

class Relu extends Op1 {
  @inline at(x: v128): v128 {
    return f32x4.pmax(x, f32x4.splat(0));
  }
}
class ReluGrad extends Op2 {
  @inline at(dy: v128, x: v128): v128 {
    return v128.andnot(dy, f32x4.le(x, f32x4.splat(0)));
  }
}
class LeakyRelu extends Op3 {
  @inline at(x: v128, slope: v128, _: v128): v128 {
    return v128.bitselect(x, f32x4.mul(x, slope), f32x4.gt(x, f32x4.splat(0)));
  }
}
class LeakyReluGrad extends Op4 {
  @inline at(dy: v128, x: v128, slope: v128, _: v128): v128 {
    return v128.bitselect(dy, f32x4.mul(dy, slope), f32x4.gt(x, f32x4.splat(0)));
  }
}
class TanhGrad extends Op2 {
  @inline at(dy: v128, y: v128): v128 {
    return f32x4.mul(dy, f32x4.sub(f32x4.splat(1), f32x4.mul(y, y)));
  }
}
class SigmoidGrad extends Op2 {
  @inline at(dy: v128, y: v128): v128 {
    return f32x4.mul(dy, f32x4.mul(y, f32x4.sub(f32x4.splat(1), y)));
  }
}
class Gelu extends Op1 {
  @inline at(x: v128): v128 {
    return f32x4.mul(x, changetype<Rise>(0).at(x, CDF));
  }
}
class GeluGrad extends Op2 {
  @inline at(dy: v128, x: v128): v128 {
    const slope = changetype<Rise>(0).at(x, GELU_SLOPE);
    return f32x4.mul(dy, f32x4.add(slope, f32x4.sub(x, x))); // NaN where x is infinite, as in PyTorch
  }
}
class GeluTanh extends Op1 {
  @inline at(x: v128): v128 {
    const cubic = f32x4.mul(f32x4.mul(x, x), v128.load_splat<u32>(GELU_CUBIC));
    const u = f32x4.mul(x, f32x4.add(cubic, v128.load_splat<u32>(GELU_SCALE)));
    return f32x4.mul(x, changetype<Gate>(0).at(u));
  }
}
class GeluTanhGrad extends Op2 {
  @inline at(dy: v128, x: v128): v128 {
    const flat = v128.load_splat<u32>(FLAT);
    const near = f32x4.pmax(f32x4.pmin(x, flat), f32x4.neg(flat));
    const square = f32x4.mul(near, near);
    const scale = v128.load_splat<u32>(GELU_SCALE);
    const u = f32x4.mul(near, f32x4.add(f32x4.mul(square, v128.load_splat<u32>(GELU_CUBIC)), scale));
    const du = f32x4.add(f32x4.mul(square, v128.load_splat<u32>(GELU_CUBIC_GRAD)), scale);
    const s = changetype<Gate>(0).at(u);
    const ds = f32x4.mul(s, f32x4.sub(f32x4.splat(1), s));
    // x, not near: infinity times 0 is NaN, as in PyTorch
    return f32x4.mul(dy, f32x4.add(s, f32x4.mul(x, f32x4.mul(du, ds))));
  }
}
class Silu extends Op1 {
  @inline at(x: v128): v128 {
    return f32x4.mul(x, changetype<Gate>(0).at(x));
  }
}
class SiluGrad extends Op2 {
  @inline at(dy: v128, x: v128): v128 {
    const s = changetype<Gate>(0).at(x);
    const rest = f32x4.sub(f32x4.splat(1), s);
    return f32x4.mul(dy, f32x4.mul(s, f32x4.add(f32x4.mul(x, rest), f32x4.splat(1))));
  }
}
class Elu extends Op3 {
  at(x: v128, alpha: v128, inner: v128): v128 {
    const z = f32x4.mul(x, inner);
    const near = f32x4.pmin(f32x4.pmax(z, v128.load_splat<u32>(ELU_MIN)), v128.load_splat<u32>(ELU_MAX));
    const below = f32x4.mul(changetype<NearExpm1>(0).at(near), alpha);
    return v128.bitselect(x, below, f32x4.gt(x, f32x4.splat(0)));
  }
}
class EluGrad extends Op4 {
  at(dy: v128, x: v128, alpha: v128, inner: v128): v128 {
    const z = f32x4.pmin(f32x4.mul(x, inner), f32x4.splat(89)); // above 0 for celu's negative alpha
    const slope = f32x4.mul(changetype<ExpBelow>(0).at(z), f32x4.mul(alpha, inner));
    return v128.bitselect(dy, f32x4.mul(dy, slope), f32x4.gt(x, f32x4.splat(0)));
  }
}
class Mish extends Op1 {
  at(x: v128): v128 {
    // tanh(log(1 + e)) = n / (n + 2) with n = e (e + 2)
    const two = f32x4.splat(2);
    const e = changetype<ExpBelow>(0).at(f32x4.pmin(x, v128.load_splat<u32>(MISH_MAX)));
    const n = f32x4.mul(e, f32x4.add(e, two));
    return f32x4.mul(x, f32x4.div(n, f32x4.add(n, two)));
  }
}
class MishGrad extends Op2 {
  at(dy: v128, x: v128): v128 {
    // n / (n + 2) + x 4 e (1 + e) / (n + 2)²
    const two = f32x4.splat(2);
    const e = changetype<ExpBelow>(0).at(f32x4.pmin(x, v128.load_splat<u32>(MISH_MAX)));
    const n = f32x4.mul(e, f32x4.add(e, two));
    const m = f32x4.add(n, two);
    const bend = f32x4.div(f32x4.mul(f32x4.splat(4), f32x4.add(f32x4.mul(e, e), e)), f32x4.mul(m, m));
    return f32x4.mul(dy, f32x4.add(f32x4.div(n, m), f32x4.mul(x, bend)));
  }
}
class Hardswish extends Op1 {
  @inline at(x: v128): v128 {
    const gate = f32x4.pmin(f32x4.pmax(f32x4.add(x, f32x4.splat(3)), f32x4.splat(0)), f32x4.splat(6));
    return f32x4.mul(x, f32x4.mul(gate, v128.load_splat<u32>(SIXTH)));
  }
}
class HardswishGrad extends Op2 {
  @inline at(dy: v128, x: v128): v128 {
    const slope = f32x4.add(f32x4.mul(x, v128.load_splat<u32>(THIRD)), f32x4.splat(0.5));
    const inside = v128.bitselect(dy, f32x4.mul(dy, slope), f32x4.ge(x, f32x4.splat(3)));
    return v128.andnot(inside, f32x4.lt(x, f32x4.splat(-3)));
  }
}
class Softplus extends Op3 {
  @inline at(x: v128, beta: v128, threshold: v128): v128 {
    const z = f32x4.mul(x, beta);
    const e = changetype<Exp>(0).at(f32x4.neg(f32x4.abs(z)));
    const y = f32x4.add(f32x4.pmax(z, f32x4.splat(0)), changetype<Log1p>(0).at(e));
    return v128.bitselect(x, f32x4.div(y, beta), f32x4.gt(z, threshold));
  }
}
class SoftplusGrad extends Op4 {
  @inline at(dy: v128, x: v128, beta: v128, threshold: v128): v128 {
    const z = f32x4.mul(x, beta);
    return v128.bitselect(dy, f32x4.mul(dy, changetype<Gate>(0).at(z)), f32x4.gt(z, threshold));
  }
}
class Clamp extends Op3 {
  @inline at(x: v128, low: v128, high: v128): v128 {
    // with x first, pmax and pmin hand a NaN through
    return f32x4.pmin(f32x4.pmax(x, low), high);
  }
}
class ClampGrad extends Op4 {
  @inline at(dy: v128, x: v128, low: v128, high: v128): v128 {
    return v128.and(dy, v128.and(f32x4.ge(x, low), f32x4.le(x, high)));
  }
}

/** y = max(x, 0) */
export function relu(y: usize, x: usize, n: i32): void {
  map1<Relu>(y, x, n);
}
/** dx = 0 where x <= 0, else dy: also where x is NaN */
export function reluGrad(dx: usize, dy: usize, x: usize, n: i32): void {
  map2<ReluGrad>(dx, dy, x, n);
}
/** y = x where x > 0, else slope x */
export function leakyRelu(y: usize, x: usize, n: i32, slope: f32): void {
  map1s<LeakyRelu>(y, x, n, slope);
}
/** dx = dy where x > 0, else slope dy */
export function leakyReluGrad(dx: usize, dy: usize, x: usize, n: i32, slope: f32): void {
  map2s<LeakyReluGrad>(dx, dy, x, n, slope);
}
/** y = tanh(x) */
export function tanh(y: usize, x: usize, n: i32): void {
  map1<Tanh>(y, x, n);
}
/** dx = dy (1 - y²) */
export function tanhGrad(dx: usize, dy: usize, y: usize, n: i32): void {
  map2<TanhGrad>(dx, dy, y, n);
}
/** y = 1 / (1 + e^-x) */
export function sigmoid(y: usize, x: usize, n: i32): void {
  mapNear<Sigmoid>(y, x, n);
}
/** dx = dy y (1 - y) */
export function sigmoidGrad(dx: usize, dy: usize, y: usize, n: i32): void {
  map2<SigmoidGrad>(dx, dy, y, n);
}
/** y = x Φ(x), Φ the normal distribution function */
export function gelu(y: usize, x: usize, n: i32): void {
  map1<Gelu>(y, x, n);
}
/** dx = dy (Φ(x) + x φ(x)) */
export function geluGrad(dx: usize, dy: usize, x: usize, n: i32): void {
  map2<GeluGrad>(dx, dy, x, n);
}
/** y = x σ(u), u = 2 sqrt(2/π) (x + 0.044715 x³) */
export function geluTanh(y: usize, x: usize, n: i32): void {
  map1<GeluTanh>(y, x, n);
}
/** dx = dy (σ(u) + x u' σ(u) (1 - σ(u))) */
export function geluTanhGrad(dx: usize, dy: usize, x: usize, n: i32): void {
  each2<GeluTanhGrad>(dx, dy, x, n);
}
/** y = x σ(x) */
export function silu(y: usize, x: usize, n: i32): void {
  map1<Silu>(y, x, n);
}
/** dx = dy σ(x) (1 + x (1 - σ(x))) */
export function siluGrad(dx: usize, dy: usize, x: usize, n: i32): void {
  each2<SiluGrad>(dx, dy, x, n);
}
/** y = x where x > 0, else alpha (e^(inner x) - 1) */
export function elu(y: usize, x: usize, n: i32, alpha: f32, inner: f32): void {
  map1s<Elu>(y, x, n, alpha, inner);
}
/** dx = dy where x > 0, else dy alpha inner e^(inner x) */
export function eluGrad(dx: usize, dy: usize, x: usize, n: i32, alpha: f32, inner: f32): void {
  map2s<EluGrad>(dx, dy, x, n, alpha, inner);
}
/** y = x tanh(log(1 + e^x)) */
export function mish(y: usize, x: usize, n: i32): void {
  map1<Mish>(y, x, n);
}
/** dx = dy times mish's slope */
export function mishGrad(dx: usize, dy: usize, x: usize, n: i32): void {
  each2<MishGrad>(dx, dy, x, n);
}
/** y = x min(max(x + 3, 0), 6) / 6 */
export function hardswish(y: usize, x: usize, n: i32): void {
  map1<Hardswish>(y, x, n);
}
/** dx = 0 where x < -3, dy where x >= 3, else dy (x / 3 + 1/2) */
export function hardswishGrad(dx: usize, dy: usize, x: usize, n: i32): void {
  each2<HardswishGrad>(dx, dy, x, n);
}
/** y = log(1 + e^(beta x)) / beta; x where beta x > threshold */
export function softplus(y: usize, x: usize, n: i32, beta: f32, threshold: f32): void {
  each1s<Softplus>(y, x, n, beta, threshold);
}
/** dx = dy σ(beta x); dy where beta x > threshold */
export function softplusGrad(dx: usize, dy: usize, x: usize, n: i32, beta: f32, threshold: f32): void {
  map2s<SoftplusGrad>(dx, dy, x, n, beta, threshold);
}
/** y = min(max(x, low), high), NaN where x is */
export function clamp(y: usize, x: usize, n: i32, low: f32, high: f32): void {
  map1s<Clamp>(y, x, n, low, high);
}
/** dx = dy within the bounds or on them; 0 elsewhere, and where x is NaN */
export function clampGrad(dx: usize, dy: usize, x: usize, n: i32, low: f32, high: f32): void {
  map2s<ClampGrad>(dx, dy, x, n, low, high);
}
