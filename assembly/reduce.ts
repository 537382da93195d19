// Sums over the middle of [outer, reduce, inner], and their gradient. inner = 1 makes them sums of contiguous rows.
// Products and logic are prod.ts, maxima and minima extrema.ts, logsumexp softmax.ts.
//
// The order of a float sum depends on `reduce` only, so splitting outer or inner over threads changes no bit. Rows are summed
// in float32 by eights, columns in float32 by blocks of rows, these sums in float64. Rows in float64 throughout, as means under
// variances are, took 2.5 times as long: what that adds is seen only where terms cancel that are 10^7 times their sum.

import { Fold, fold, foldStrip, LINE, LINE_BYTES } from "./fold";
import { UNROLL, VECTOR } from "./lanes";
import { Tail } from "./map";
import { sumRow, Wide } from "./wide";

/** Values of a column summed in float32 before float64 takes over. */
const COLUMN_BLOCK: usize = 64;
/** Bytes of a row that stream by at a time: each float has a float64 in LINE. */
const STRIP: usize = LINE_BYTES / 2;

/** y[o, i] = (sum over r of x[o, r, i]) / divisor; 0 / divisor for reduce = 0. */
export function sum(y: usize, x: usize, outer: usize, reduce: usize, inner: usize, divisor: f32): void {
  if (inner === 1) {
    for (const end = y + (outer << 2); y < end; y += 4, x += reduce << 2) {
      store<f32>(y, <f32>(total(x, reduce) / <f64>divisor));
    }
    return;
  }
  const stride = inner << 2;
  for (; outer > 0; outer--, x += reduce * stride) {
    const whole = stride & ~63;
    let at: usize = 0;
    for (; at < whole; at += STRIP) sumStrip(y + at, x + at, reduce, stride, min(whole - at, STRIP), divisor);
    for (at = whole; at < stride; at += VECTOR) {
      sumColumns4(y + at, x + at, reduce, stride, divisor, <i32>((stride - at) >> 2));
    }
    y += stride;
  }
}

/** Sum of a row: eight vectors at a time in float32, the sums of these and what is left in float64. */
function total(x: usize, n: usize): f64 {
  const wide = changetype<Wide>(0);
  let low = f64x2.splat(0);
  let high = low;
  for (; n >= 2 * UNROLL; n -= 2 * UNROLL, x += 8 * VECTOR) {
    const a = f32x4.add(v128.load(x), v128.load(x, 16));
    const b = f32x4.add(v128.load(x, 32), v128.load(x, 48));
    const c = f32x4.add(v128.load(x, 64), v128.load(x, 80));
    const d = f32x4.add(v128.load(x, 96), v128.load(x, 112));
    const v = f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
    low = f64x2.add(low, wide.low(v));
    high = f64x2.add(high, wide.high(v));
  }
  return wide.sum(f64x2.add(low, high)) + sumRow(x, n);
}

/**
 * Sums of the columns of `width` bytes, a multiple of 64: four rows stream by at a time, as in fold.ts. The sums of a block are
 * in y; of several blocks, the sums so far in LINE.
 */
function sumStrip(y: usize, x: usize, rows: usize, stride: usize, width: usize, divisor: f32): void {
  const wide = changetype<Wide>(0);
  const by = f64x2.splat(<f64>divisor);
  const isOne = rows <= COLUMN_BLOCK;
  if (!isOne) memory.fill(LINE, 0, 2 * width);
  for (let more = true; more; x += COLUMN_BLOCK * stride, rows -= COLUMN_BLOCK) {
    more = rows > COLUMN_BLOCK;
    foldStrip<Sum>(y, x, more ? COLUMN_BLOCK : rows, stride, width);
    if (isOne && divisor === 1) return;
    let total = LINE;
    for (let i: usize = 0; i < width; i += VECTOR, total += 2 * VECTOR) {
      const v = v128.load(y + i);
      let low = wide.low(v);
      let high = wide.high(v);
      if (!isOne) {
        low = f64x2.add(v128.load(total), low);
        high = f64x2.add(v128.load(total, 16), high);
      }
      if (more) {
        v128.store(total, low);
        v128.store(total, high, 16);
      } else v128.store(y + i, wide.narrow(low, high, by));
    }
  }
}

/** Sums of up to four neighbouring columns, in the same order. */
function sumColumns4(y: usize, x: usize, rows: usize, stride: usize, divisor: f32, count: i32): void {
  const wide = changetype<Wide>(0);
  let low = f64x2.splat(0);
  let high = low;
  while (rows > 0) {
    const block = min<usize>(rows, COLUMN_BLOCK);
    let a = f32x4.splat(0);
    for (const end = x + block * stride; x < end; x += stride) a = f32x4.add(a, v128.load(x));
    low = f64x2.add(low, wide.low(a));
    high = f64x2.add(high, wide.high(a));
    rows -= block;
  }
  changetype<Tail>(0).store(y, wide.narrow(low, high, f64x2.splat(<f64>divisor)), count);
}

class Sum extends Fold {
  @inline identity(): v128 {
    return f32x4.splat(0);
  }
  @inline at(a: v128, x: v128): v128 {
    return f32x4.add(a, x);
  }
}
class SumInt extends Fold {
  @inline identity(): v128 {
    return i32x4.splat(0);
  }
  @inline at(a: v128, x: v128): v128 {
    return i32x4.add(a, x);
  }
}

/** y[o, i] = sum over r of x[o, r, i], of int32, modulo 2^32 */
export function sumInt(y: usize, x: usize, outer: usize, reduce: usize, inner: usize): void {
  fold<SumInt>(y, x, outer, reduce, inner);
}

/** Floats that are written before the rest is copied from them: they fit the first-level cache. */
const SEED: usize = 2048;

/** dx[o, r, i] = dy[o, i] * scale: the gradient of a sum, and of a mean with scale = 1 / reduce. */
export function sumGrad(dx: usize, dy: usize, outer: usize, reduce: usize, inner: usize, scale: f32): void {
  const factor = f32x4.splat(scale);
  if (inner === 1) {
    for (; outer > 0; outer--, dx += reduce << 2, dy += 4) fill(dx, load<f32>(dy) * scale, reduce);
    return;
  }
  const n = reduce * inner;
  if (n === 0) return;
  for (; outer > 0; outer--, dx += n << 2, dy += inner << 2) {
    for (let i: usize = 0; i < inner; i += 4) {
      const at = i << 2;
      changetype<Tail>(0).store(dx + at, f32x4.mul(v128.load(dy + at), factor), <i32>(inner - i));
    }
    // The rest by doubling what is there, for short rows are many.
    let block = inner;
    for (let done = inner; done < n; done += block) {
      if (done <= SEED) block = done;
      block = min(block, n - done);
      memory.copy(dx + (done << 2), dx, block << 2);
    }
  }
}

function fill(y: usize, value: f32, n: usize): void {
  const v = f32x4.splat(value);
  for (; n >= UNROLL; n -= UNROLL, y += 4 * VECTOR) {
    v128.store(y, v);
    v128.store(y, v, 16);
    v128.store(y, v, 32);
    v128.store(y, v, 48);
  }
  for (; n > 4; n -= 4, y += VECTOR) v128.store(y, v);
  if (n > 0) changetype<Tail>(0).store(y, v, <i32>n);
}
