// Sums in float64, two lanes a vector: of a row, for whoever needs one, and the steps of other sums.
import { Lanes, UNROLL, VECTOR } from "./lanes";

/** float32 to float64 and back, two lanes a vector. */
export class Wide {
  /** Two floats of memory. */
  @inline pair(x: usize): v128 {
    return f64x2.promote_low_f32x4(v128.load64_zero(x));
  }

  @inline low(v: v128): v128 {
    return f64x2.promote_low_f32x4(v);
  }

  @inline high(v: v128): v128 {
    return f64x2.promote_low_f32x4(changetype<Lanes>(0).swapHalves(v));
  }

  /** The sum of both lanes. */
  @inline sum(v: v128): f64 {
    return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
  }

  @inline narrow(low: v128, high: v128, divisor: v128): v128 {
    const a = f32x4.demote_f64x2_zero(f64x2.div(low, divisor));
    const b = f32x4.demote_f64x2_zero(f64x2.div(high, divisor));
    return v128.shuffle<f32>(a, b, 0, 1, 4, 5);
  }
}

/** Sum of a row, in float64 from the first value on: eight accumulators of two lanes. */
export function sumRow(x: usize, n: usize): f64 {
  const wide = changetype<Wide>(0);
  let a = f64x2.splat(0);
  if (n >= UNROLL) {
    let b = a;
    let c = a;
    let d = a;
    let e = a;
    let f = a;
    let g = a;
    let h = a;
    for (; n >= UNROLL; n -= UNROLL, x += 4 * VECTOR) {
      a = f64x2.add(a, wide.pair(x));
      b = f64x2.add(b, wide.pair(x + 8));
      c = f64x2.add(c, wide.pair(x + 16));
      d = f64x2.add(d, wide.pair(x + 24));
      e = f64x2.add(e, wide.pair(x + 32));
      f = f64x2.add(f, wide.pair(x + 40));
      g = f64x2.add(g, wide.pair(x + 48));
      h = f64x2.add(h, wide.pair(x + 56));
    }
    a = f64x2.add(f64x2.add(f64x2.add(a, b), f64x2.add(c, d)), f64x2.add(f64x2.add(e, f), f64x2.add(g, h)));
  }
  for (; n >= 2; n -= 2, x += 8) a = f64x2.add(a, wide.pair(x));
  const total = wide.sum(a);
  return n > 0 ? total + <f64>load<f32>(x) : total;
}
