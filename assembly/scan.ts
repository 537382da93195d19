// Running sums, products and extrema along the middle of [outer, reduce, inner]. Each line is walked in order, floats in
// float64, as in PyTorch. The gradient of a running product is prodGrad in prod.ts.
import { VECTOR } from "./lanes";
import { Wide } from "./wide";

class Sum<A> {
  @inline at(a: A, x: A): A {
    return a + x;
  }
  @inline pair(a: v128, x: v128): v128 {
    return f64x2.add(a, x);
  }
}
class Product<A> {
  @inline at(a: A, x: A): A {
    return a * x;
  }
  @inline pair(a: v128, x: v128): v128 {
    return f64x2.mul(a, x);
  }
}

function scan<T, A, Op>(
  y: usize,
  x: usize,
  outer: usize,
  reduce: usize,
  inner: usize,
  start: A,
  reverse: bool = false,
): void {
  const stride = inner << 2;
  const line = reduce * stride;
  const first = reverse ? line - stride : 0;
  const step = reverse ? -stride : stride;
  for (; outer > 0; outer--, x += line, y += line) {
    let i: usize = 0;
    if (isFloat<T>()) {
      for (; i + 2 * VECTOR <= stride; i += 2 * VECTOR) {
        columns8<Op>(y + first + i, x + first + i, reduce, step, f64x2.splat(<f64>start));
      }
    }
    for (; i < stride; i += 4) {
      let a = start;
      let at = first + i;
      for (let r: usize = 0; r < reduce; r++, at += step) {
        a = changetype<Op>(0).at(a, <A>load<T>(x + at));
        store<T>(y + at, <T>a);
      }
    }
  }
}

/** Eight neighbouring columns: a column at a time would fetch each cache line sixteen times. */
function columns8<Op>(y: usize, x: usize, rows: usize, step: usize, start: v128): void {
  const wide = changetype<Wide>(0);
  const op = changetype<Op>(0);
  const one = f64x2.splat(1);
  let a = start;
  let b = start;
  let c = start;
  let d = start;
  for (; rows > 0; rows--, x += step, y += step) {
    const v = v128.load(x);
    const w = v128.load(x, 16);
    a = op.pair(a, wide.low(v));
    b = op.pair(b, wide.high(v));
    c = op.pair(c, wide.low(w));
    d = op.pair(d, wide.high(w));
    v128.store(y, wide.narrow(a, b, one));
    v128.store(y, wide.narrow(c, d, one), 16);
  }
}

/** y[o, r, i] = sum of x[o, s, i] over s <= r; over s >= r if `reverse`, which is the gradient */
export function cumsum(y: usize, x: usize, outer: usize, reduce: usize, inner: usize, reverse: bool): void {
  scan<f32, f64, Sum<f64>>(y, x, outer, reduce, inner, 0, reverse);
}
/** The same forwards of int32, modulo 2^32 */
export function cumsumInt(y: usize, x: usize, outer: usize, reduce: usize, inner: usize): void {
  scan<i32, i32, Sum<i32>>(y, x, outer, reduce, inner, 0);
}
/** y[o, r, i] = product of x[o, s, i] over s <= r */
export function cumprod(y: usize, x: usize, outer: usize, reduce: usize, inner: usize): void {
  scan<f32, f64, Product<f64>>(y, x, outer, reduce, inner, 1);
}
/** The same of int32, modulo 2^32 */
export function cumprodInt(y: usize, x: usize, outer: usize, reduce: usize, inner: usize): void {
  scan<i32, i32, Product<i32>>(y, x, outer, reduce, inner, 1);
}

function places<T>(y: usize, x: usize, outer: usize, reduce: usize, inner: usize, largest: bool): void {
  const stride = inner << 2;
  for (; outer > 0; outer--, x += reduce * stride, y += reduce * stride) {
    for (let i: usize = 0; i < stride; i += 4) {
      let best = load<T>(x + i);
      let place = 0;
      let at = i;
      for (let r: usize = 0; r < reduce; r++, at += stride) {
        const v = load<T>(x + at);
        // a NaN stays, and gives way to a later one only
        if (F32.isNaN(<f32>v) || (largest ? v >= best : v <= best)) {
          best = v;
          place = <i32>r;
        }
        store<i32>(y + at, place);
      }
    }
  }
}

/** y[o, r, i] = the last s <= r where x[o, s, i] is the largest so far, or the smallest; a NaN is both. int32. */
export function cumArg(y: usize, x: usize, outer: usize, reduce: usize, inner: usize, largest: bool): void {
  places<f32>(y, x, outer, reduce, inner, largest);
}
/** The same of int32 */
export function cumArgInt(y: usize, x: usize, outer: usize, reduce: usize, inner: usize, largest: bool): void {
  places<i32>(y, x, outer, reduce, inner, largest);
}
