// Whole-array helpers: fill, accumulate, scale. The elementwise functions are in unary.ts, activation.ts, binary.ts,
// compare.ts and cast.ts; the loops in map.ts and broadcast.ts; the mathematics of one vector in math.ts, trig.ts and
// pow.ts.
import { map1s, map2, Op2, Op3 } from "./map";

class Second extends Op3 {
  @inline at(_x: v128, s: v128, _t: v128): v128 {
    return s;
  }
}
class Sum extends Op2 {
  @inline at(a: v128, b: v128): v128 {
    return f32x4.add(a, b);
  }
}
class Product extends Op3 {
  @inline at(x: v128, s: v128, _t: v128): v128 {
    return f32x4.mul(x, s);
  }
}

/** y[0..n) = value; y may be a slice */
export function fill(y: usize, n: i32, value: f32): void {
  map1s<Second>(y, y, n, value);
}

/** y += x, the sum of gradients that meet at one tensor; y may be a slice */
export function accumulate(y: usize, x: usize, n: i32): void {
  map2<Sum>(y, y, x, n);
}

/** y = factor x; y may be a slice, and x itself */
export function scale(y: usize, x: usize, n: i32, factor: f32): void {
  map1s<Product>(y, x, n, factor);
}
