// Products, any and all over the middle of [outer, reduce, inner].
import { Fold, fold } from "./fold";

class Product extends Fold {
  @inline identity(): v128 {
    return f32x4.splat(1);
  }
  @inline at(a: v128, x: v128): v128 {
    return f32x4.mul(a, x);
  }
}

class ProductInt extends Fold {
  @inline identity(): v128 {
    return i32x4.splat(1);
  }
  @inline at(a: v128, x: v128): v128 {
    return i32x4.mul(a, x);
  }
}

/** y[o, i] = product over r of x[o, r, i] */
export function prod(y: usize, x: usize, outer: usize, reduce: usize, inner: usize): void {
  fold<Product>(y, x, outer, reduce, inner);
}

/** The same of int32, modulo 2^32 */
export function prodInt(y: usize, x: usize, outer: usize, reduce: usize, inner: usize): void {
  fold<ProductInt>(y, x, outer, reduce, inner);
}

/**
 * The gradient of a running product, where dy has x's shape: dx[o, r, i] = sum over t >= r of dy[o, t, i] times the product
 * of x[o, s, i] over s <= t, s != r. Of a whole product unless `running`: dy[o, i] stands for the last t, all others being 0.
 * No division by x, which may be zero.
 */
export function prodGrad(
  dx: usize,
  x: usize,
  dy: usize,
  outer: usize,
  reduce: usize,
  inner: usize,
  running: bool,
): void {
  const stride = inner << 2;
  const line = reduce * stride;
  for (; outer > 0; outer--, dx += line, x += line, dy += running ? line : stride) {
    for (let i: usize = 0; i < stride; i += 4) {
      // Products of what comes before on the way there, times products of what comes after on the way back.
      let before: f32 = 1;
      let at = i;
      for (let r: usize = 0; r < reduce; r++, at += stride) {
        store<f32>(dx + at, before);
        before *= load<f32>(x + at);
      }
      let after: f32 = running ? 0 : load<f32>(dy + i);
      for (let r: usize = 0; r < reduce; r++) {
        at -= stride;
        if (running) after += load<f32>(dy + at);
        store<f32>(dx + at, load<f32>(dx + at) * after);
        after *= load<f32>(x + at);
      }
    }
  }
}

/** y[o, i] = 1 if any x[o, r, i] is 1, else 0; booleans of one byte. */
export function any(y: usize, x: usize, outer: usize, reduce: usize, inner: usize): void {
  for (; outer > 0; outer--, y += inner, x += reduce * inner) seek(y, x, reduce, inner, 1);
}

/** y[o, i] = 1 if all x[o, r, i] are 1, else 0; booleans of one byte. */
export function all(y: usize, x: usize, outer: usize, reduce: usize, inner: usize): void {
  for (; outer > 0; outer--, y += inner, x += reduce * inner) seek(y, x, reduce, inner, 0);
}

/** y[i] = `wanted` if x[r, i] is it for some r, else the other. */
function seek(y: usize, x: usize, reduce: usize, inner: usize, wanted: u8): void {
  if (inner === 1) {
    store<u8>(y, <u8>holds(x, reduce, wanted) ^ wanted ^ 1);
    return;
  }
  memory.fill(y, wanted ^ 1, inner);
  for (const end = x + reduce * inner; x < end; x += inner) {
    for (let i: usize = 0; i < inner; i++) if (load<u8>(x + i) === wanted) store<u8>(y + i, wanted);
  }
}

/** Whether one of n bytes is `wanted`, sixteen at a time. */
function holds(x: usize, n: usize, wanted: u8): bool {
  const all = i8x16.splat(wanted);
  for (; n >= 16; n -= 16, x += 16) if (v128.any_true(i8x16.eq(v128.load(x), all))) return true;
  for (; n > 0; n--, x++) if (load<u8>(x) === wanted) return true;
  return false;
}
