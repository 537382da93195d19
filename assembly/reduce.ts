// Sums over the middle of [outer, reduce, inner], and their gradient. inner = 1 makes them sums of contiguous rows.
// Products and logic are prod.ts, maxima and minima extrema.ts, logsumexp softmax.ts.
//
// The order of a float sum depends on `reduce` only, so splitting outer or inner over threads changes no bit. Rows are summed
// in float64 throughout: 7 values a ns in cache, where float32 lanes gave 14, but sums whose terms cancel stay exact. Columns
// are summed in float32 within a block, in float64 over the blocks.

import { Fold, fold } from "./fold";
import { UNROLL, VECTOR } from "./lanes";
import { Tail } from "./map";
import { sumRow, Wide } from "./wide";

/** Values of a column summed in float32 before float64 takes over. */
const COLUMN_BLOCK: usize = 64;

/** y[o, i] = (sum over r of x[o, r, i]) / divisor; 0 / divisor for reduce = 0. */
export function sum(y: usize, x: usize, outer: usize, reduce: usize, inner: usize, divisor: f32): void {
  if (inner === 1) {
    for (const end = y + (outer << 2); y < end; y += 4, x += reduce << 2) {
      store<f32>(y, <f32>(sumRow(x, reduce) / <f64>divisor));
    }
    return;
  }
  const stride = inner << 2;
  for (; outer > 0; outer--, x += reduce * stride) {
    let left = inner;
    let column = x;
    for (; left >= UNROLL; left -= UNROLL, column += 4 * VECTOR, y += 4 * VECTOR) {
      sumColumns16(y, column, reduce, stride, divisor);
    }
    for (; left > 0; ) {
      const count = min<usize>(left, 4);
      sumColumns4(y, column, reduce, stride, divisor, count);
      left -= count;
      column += VECTOR;
      y += count << 2;
    }
  }
}

/** Sums of 16 neighbouring columns: whole cache lines, four chains of additions. */
function sumColumns16(y: usize, x: usize, rows: usize, stride: usize, divisor: f32): void {
  const wide = changetype<Wide>(0);
  const zero = f64x2.splat(0);
  let a0 = zero;
  let a1 = zero;
  let b0 = zero;
  let b1 = zero;
  let c0 = zero;
  let c1 = zero;
  let d0 = zero;
  let d1 = zero;
  while (rows > 0) {
    const block = min<usize>(rows, COLUMN_BLOCK);
    let a = zero;
    let b = zero;
    let c = zero;
    let d = zero;
    for (const end = x + block * stride; x < end; x += stride) {
      a = f32x4.add(a, v128.load(x));
      b = f32x4.add(b, v128.load(x, 16));
      c = f32x4.add(c, v128.load(x, 32));
      d = f32x4.add(d, v128.load(x, 48));
    }
    a0 = f64x2.add(a0, wide.low(a));
    a1 = f64x2.add(a1, wide.high(a));
    b0 = f64x2.add(b0, wide.low(b));
    b1 = f64x2.add(b1, wide.high(b));
    c0 = f64x2.add(c0, wide.low(c));
    c1 = f64x2.add(c1, wide.high(c));
    d0 = f64x2.add(d0, wide.low(d));
    d1 = f64x2.add(d1, wide.high(d));
    rows -= block;
  }
  const by = f64x2.splat(<f64>divisor);
  v128.store(y, wide.narrow(a0, a1, by));
  v128.store(y, wide.narrow(b0, b1, by), 16);
  v128.store(y, wide.narrow(c0, c1, by), 32);
  v128.store(y, wide.narrow(d0, d1, by), 48);
}

/** Sums of up to four neighbouring columns, in the same order. */
function sumColumns4(y: usize, x: usize, rows: usize, stride: usize, divisor: f32, count: usize): void {
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
  changetype<Tail>(0).store(y, wide.narrow(low, high, f64x2.splat(<f64>divisor)), <i32>count);
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
