// Rounding of float32 to integers, elementwise.
import { map1, Op1 } from "./map";

class Floor extends Op1 {
  @inline at(x: v128): v128 {
    return f32x4.floor(x);
  }
}
class Ceil extends Op1 {
  @inline at(x: v128): v128 {
    return f32x4.ceil(x);
  }
}
class Round extends Op1 {
  @inline at(x: v128): v128 {
    return f32x4.nearest(x);
  }
}
class Trunc extends Op1 {
  @inline at(x: v128): v128 {
    return f32x4.trunc(x);
  }
}

/** y = the largest integer <= x */
export function floor(y: usize, x: usize, n: i32): void {
  map1<Floor>(y, x, n);
}
/** y = the least integer >= x */
export function ceil(y: usize, x: usize, n: i32): void {
  map1<Ceil>(y, x, n);
}
/** y = the nearest integer, halves to the even one */
export function round(y: usize, x: usize, n: i32): void {
  map1<Round>(y, x, n);
}
/** y = x without its fraction */
export function trunc(y: usize, x: usize, n: i32): void {
  map1<Trunc>(y, x, n);
}
