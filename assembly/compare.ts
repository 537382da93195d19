// Comparisons and logic, whose results are bool, broadcast as in binary.ts. `gt` and `ge` are `lt` and `le` with
// their operands exchanged; isnan and kin are comparisons too.
import { test2 } from "./broadcast";
import { Op2 } from "./map";

class Eq extends Op2 {
  @inline at(a: v128, b: v128): v128 {
    return f32x4.eq(a, b);
  }
}
class EqInt extends Op2 {
  @inline at(a: v128, b: v128): v128 {
    return i32x4.eq(a, b);
  }
}
class Ne extends Op2 {
  @inline at(a: v128, b: v128): v128 {
    return f32x4.ne(a, b);
  }
}
class NeInt extends Op2 {
  @inline at(a: v128, b: v128): v128 {
    return i32x4.ne(a, b);
  }
}
class Lt extends Op2 {
  @inline at(a: v128, b: v128): v128 {
    return f32x4.lt(a, b);
  }
}
class LtInt extends Op2 {
  @inline at(a: v128, b: v128): v128 {
    return i32x4.lt_s(a, b);
  }
}
class Le extends Op2 {
  @inline at(a: v128, b: v128): v128 {
    return f32x4.le(a, b);
  }
}
class LeInt extends Op2 {
  @inline at(a: v128, b: v128): v128 {
    return i32x4.le_s(a, b);
  }
}
class And extends Op2 {
  @inline at(a: v128, b: v128): v128 {
    return i32x4.neg(v128.and(a, b));
  }
}
class Or extends Op2 {
  @inline at(a: v128, b: v128): v128 {
    return i32x4.neg(v128.or(a, b));
  }
}
class IsInf extends Op2 {
  @inline at(x: v128, _: v128): v128 {
    return f32x4.eq(f32x4.abs(x), f32x4.splat(Infinity));
  }
}
class IsFinite extends Op2 {
  @inline at(x: v128, _: v128): v128 {
    return f32x4.lt(f32x4.abs(x), f32x4.splat(Infinity));
  }
}

/** y = a == b */
export function eq(y: usize, a: usize, b: usize, n: i32, layout: usize): void {
  test2<Eq>(y, a, b, n, layout);
}
export function eqInt(y: usize, a: usize, b: usize, n: i32, layout: usize): void {
  test2<EqInt>(y, a, b, n, layout);
}
/** y = a != b, true where either is NaN */
export function ne(y: usize, a: usize, b: usize, n: i32, layout: usize): void {
  test2<Ne>(y, a, b, n, layout);
}
export function neInt(y: usize, a: usize, b: usize, n: i32, layout: usize): void {
  test2<NeInt>(y, a, b, n, layout);
}
/** y = a < b */
export function lt(y: usize, a: usize, b: usize, n: i32, layout: usize): void {
  test2<Lt>(y, a, b, n, layout);
}
export function ltInt(y: usize, a: usize, b: usize, n: i32, layout: usize): void {
  test2<LtInt>(y, a, b, n, layout);
}
/** y = a <= b */
export function le(y: usize, a: usize, b: usize, n: i32, layout: usize): void {
  test2<Le>(y, a, b, n, layout);
}
export function leInt(y: usize, a: usize, b: usize, n: i32, layout: usize): void {
  test2<LeInt>(y, a, b, n, layout);
}
/** y = a and b, of int32 that are 0 or 1; exclusive or is neInt of them */
export function logicalAnd(y: usize, a: usize, b: usize, n: i32, layout: usize): void {
  test2<And>(y, a, b, n, layout);
}
/** y = a or b, of int32 that are 0 or 1 */
export function logicalOr(y: usize, a: usize, b: usize, n: i32, layout: usize): void {
  test2<Or>(y, a, b, n, layout);
}
/** y = |x| == inf */
export function isinf(y: usize, x: usize, n: i32): void {
  test2<IsInf>(y, x, x, n, 0);
}
/** y = x is neither infinite nor NaN */
export function isfinite(y: usize, x: usize, n: i32): void {
  test2<IsFinite>(y, x, x, n, 0);
}
