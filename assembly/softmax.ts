// Softmax, log-softmax and logsumexp over the middle of [outer, reduce, inner], and their gradients. inner = 1 makes them
// functions of contiguous rows; otherwise four neighbouring columns take part at once. Cross-entropy is cross-entropy.ts.
import { amax } from "./extrema";
import { VECTOR } from "./lanes";
import { Tail } from "./map";
import { ExpBelow, Log } from "./math";
import { COLUMN_BLOCK, Columns, Row } from "./softmax-lines";
import { sumRow } from "./wide";

/**
 * Softmax, or its logarithm, of 16 neighbouring columns: whole cache lines, of which a power-of-two stride lets the first
 * level keep few: 1.0 instead of 1.6 ns a value for 21 rows 16 kB apart. In the order of Columns, so that a column's bits
 * do not depend on its neighbours. Inlined into both callers: 1.3 instead of 1.7 ns for the logarithm (measured).
 */
class Columns16 {
  @inline of(y: usize, x: usize, rows: usize, stride: usize, log: bool): void {
    const exp = changetype<ExpBelow>(0);
    const size = rows * stride;
    let m0 = v128.load(x);
    let m1 = v128.load(x, 16);
    let m2 = v128.load(x, 32);
    let m3 = v128.load(x, 48);
    for (let r = stride; r < size; r += stride) {
      m0 = f32x4.pmax(m0, v128.load(x + r));
      m1 = f32x4.pmax(m1, v128.load(x + r, 16));
      m2 = f32x4.pmax(m2, v128.load(x + r, 32));
      m3 = f32x4.pmax(m3, v128.load(x + r, 48));
    }
    const zero = f32x4.splat(0);
    let t0 = zero;
    let t1 = zero;
    let t2 = zero;
    let t3 = zero;
    for (let r: usize = 0; r < size; ) {
      const end = min(r + COLUMN_BLOCK * stride, size);
      let s0 = zero;
      let s1 = zero;
      let s2 = zero;
      let s3 = zero;
      for (; r < end; r += stride) {
        const e0 = exp.at(f32x4.sub(v128.load(x + r), m0));
        const e1 = exp.at(f32x4.sub(v128.load(x + r, 16), m1));
        const e2 = exp.at(f32x4.sub(v128.load(x + r, 32), m2));
        const e3 = exp.at(f32x4.sub(v128.load(x + r, 48), m3));
        s0 = f32x4.add(s0, e0);
        s1 = f32x4.add(s1, e1);
        s2 = f32x4.add(s2, e2);
        s3 = f32x4.add(s3, e3);
        if (!log) {
          v128.store(y + r, e0);
          v128.store(y + r, e1, 16);
          v128.store(y + r, e2, 32);
          v128.store(y + r, e3, 48);
        }
      }
      t0 = f32x4.add(t0, s0);
      t1 = f32x4.add(t1, s1);
      t2 = f32x4.add(t2, s2);
      t3 = f32x4.add(t3, s3);
    }
    if (log) {
      const ln = changetype<Log>(0);
      t0 = ln.at(t0);
      t1 = ln.at(t1);
      t2 = ln.at(t2);
      t3 = ln.at(t3);
      for (let r: usize = 0; r < size; r += stride) {
        v128.store(y + r, f32x4.sub(f32x4.sub(v128.load(x + r), m0), t0));
        v128.store(y + r, f32x4.sub(f32x4.sub(v128.load(x + r, 16), m1), t1), 16);
        v128.store(y + r, f32x4.sub(f32x4.sub(v128.load(x + r, 32), m2), t2), 32);
        v128.store(y + r, f32x4.sub(f32x4.sub(v128.load(x + r, 48), m3), t3), 48);
      }
      return;
    }
    const one = f32x4.splat(1);
    t0 = f32x4.div(one, t0);
    t1 = f32x4.div(one, t1);
    t2 = f32x4.div(one, t2);
    t3 = f32x4.div(one, t3);
    for (let r: usize = 0; r < size; r += stride) {
      v128.store(y + r, f32x4.mul(v128.load(y + r), t0));
      v128.store(y + r, f32x4.mul(v128.load(y + r, 16), t1), 16);
      v128.store(y + r, f32x4.mul(v128.load(y + r, 32), t2), 32);
      v128.store(y + r, f32x4.mul(v128.load(y + r, 48), t3), 48);
    }
  }
}

/** y = e^(x - max) / sum of e^(x - max) */
export function softmax(y: usize, x: usize, outer: usize, reduce: usize, inner: usize): void {
  const stride = inner << 2;
  if (reduce === 0 || outer === 0) return;
  if (inner === 1) {
    softmaxRows(y, x, outer, reduce);
    return;
  }
  for (; outer > 0; outer--, x += reduce * stride, y += reduce * stride) {
    let at: usize = 0;
    for (; at + 4 * VECTOR <= stride; at += 4 * VECTOR)
      changetype<Columns16>(0).of(y + at, x + at, reduce, stride, false);
    for (; at < stride; at += VECTOR) softmaxColumns4(y + at, x + at, reduce, stride, <i32>((stride - at) >> 2));
  }
}

/** A row is divided by its sum after the exponentials of the next, which need not wait for that sum: 0.72 instead of 0.75 ns. */
function softmaxRows(y: usize, x: usize, rows: usize, n: usize): void {
  const row = changetype<Row>(0);
  const size = n << 2;
  let total = row.exp(y, x, n, row.max(x, n));
  for (; rows > 1; rows--, y += size) {
    x += size;
    const next = row.exp(y + size, x, n, row.max(x, n));
    row.scale(y, n, 1 / total);
    total = next;
  }
  row.scale(y, n, 1 / total);
}

function softmaxColumns4(y: usize, x: usize, rows: usize, stride: usize, count: i32): void {
  const columns = changetype<Columns>(0);
  const total = columns.exp(y, x, rows, stride, columns.max(x, rows, stride), count);
  const factor = f32x4.div(f32x4.splat(1), total);
  for (const end = y + rows * stride; y < end; y += stride) {
    columns.store(y, f32x4.mul(v128.load(y), factor), count);
  }
}

/** dx = y * (dy - sum of y * dy) */
export function softmaxGrad(dx: usize, y: usize, dy: usize, outer: usize, reduce: usize, inner: usize): void {
  const stride = inner << 2;
  const size = reduce * stride;
  for (; outer > 0; outer--, dx += size, y += size, dy += size) {
    if (inner === 1) {
      softmaxGradRow(dx, y, dy, reduce);
      continue;
    }
    for (let at: usize = 0; at < stride; at += VECTOR) {
      softmaxGradColumns4(dx + at, y + at, dy + at, reduce, stride, <i32>((stride - at) >> 2));
    }
  }
}

function softmaxGradRow(dx: usize, y: usize, dy: usize, n: usize): void {
  const s = f32x4.splat(changetype<Row>(0).dot(y, dy, n));
  for (; n >= 4; n -= 4, dx += VECTOR, y += VECTOR, dy += VECTOR) {
    v128.store(dx, f32x4.mul(v128.load(y), f32x4.sub(v128.load(dy), s)));
  }
  if (n > 0) changetype<Tail>(0).store(dx, f32x4.mul(v128.load(y), f32x4.sub(v128.load(dy), s)), <i32>n);
}

function softmaxGradColumns4(dx: usize, y: usize, dy: usize, rows: usize, stride: usize, count: i32): void {
  const size = rows * stride;
  let s = f32x4.splat(0);
  for (let at: usize = 0; at < size; at += stride) s = f32x4.add(s, f32x4.mul(v128.load(y + at), v128.load(dy + at)));
  for (let at: usize = 0; at < size; at += stride) {
    const v = f32x4.mul(v128.load(y + at), f32x4.sub(v128.load(dy + at), s));
    changetype<Columns>(0).store(dx + at, v, count);
  }
}

/** y = (x - max) - log(sum of e^(x - max)) */
export function logSoftmax(y: usize, x: usize, outer: usize, reduce: usize, inner: usize): void {
  const stride = inner << 2;
  if (reduce === 0) return;
  for (; outer > 0; outer--, x += reduce * stride, y += reduce * stride) {
    if (inner === 1) {
      logSoftmaxRow(y, x, reduce);
      continue;
    }
    let at: usize = 0;
    for (; at + 4 * VECTOR <= stride; at += 4 * VECTOR)
      changetype<Columns16>(0).of(y + at, x + at, reduce, stride, true);
    for (; at < stride; at += VECTOR) logSoftmaxColumns4(y + at, x + at, reduce, stride, <i32>((stride - at) >> 2));
  }
}

function logSoftmaxRow(y: usize, x: usize, n: usize): void {
  const row = changetype<Row>(0);
  const max = row.max(x, n);
  const log = f32x4.splat(row.log(row.sumExp(x, n, max)));
  const m = f32x4.splat(max);
  for (; n >= 4; n -= 4, y += VECTOR, x += VECTOR) v128.store(y, f32x4.sub(f32x4.sub(v128.load(x), m), log));
  if (n > 0) changetype<Tail>(0).store(y, f32x4.sub(f32x4.sub(v128.load(x), m), log), <i32>n);
}

function logSoftmaxColumns4(y: usize, x: usize, rows: usize, stride: usize, count: i32): void {
  const columns = changetype<Columns>(0);
  const max = columns.max(x, rows, stride);
  const log = changetype<Log>(0).at(columns.sumExp(x, rows, stride, max));
  for (const end = x + rows * stride; x < end; x += stride, y += stride) {
    columns.store(y, f32x4.sub(f32x4.sub(v128.load(x), max), log), count);
  }
}

/** dx = dy - e^y * sum of dy */
export function logSoftmaxGrad(dx: usize, y: usize, dy: usize, outer: usize, reduce: usize, inner: usize): void {
  const stride = inner << 2;
  const size = reduce * stride;
  for (; outer > 0; outer--, dx += size, y += size, dy += size) {
    if (inner === 1) {
      logSoftmaxGradRow(dx, y, dy, reduce);
      continue;
    }
    for (let at: usize = 0; at < stride; at += VECTOR) {
      logSoftmaxGradColumns4(dx + at, y + at, dy + at, reduce, stride, <i32>((stride - at) >> 2));
    }
  }
}

function logSoftmaxGradRow(dx: usize, y: usize, dy: usize, n: usize): void {
  const exp = changetype<ExpBelow>(0);
  const s = f32x4.splat(<f32>sumRow(dy, n));
  for (; n >= 4; n -= 4, dx += VECTOR, y += VECTOR, dy += VECTOR) {
    v128.store(dx, f32x4.sub(v128.load(dy), f32x4.mul(exp.at(v128.load(y)), s)));
  }
  if (n > 0) {
    changetype<Tail>(0).store(dx, f32x4.sub(v128.load(dy), f32x4.mul(exp.at(v128.load(y)), s)), <i32>n);
  }
}

function logSoftmaxGradColumns4(dx: usize, y: usize, dy: usize, rows: usize, stride: usize, count: i32): void {
  const size = rows * stride;
  let s = f32x4.splat(0);
  for (let at: usize = 0; at < size; at += stride) s = f32x4.add(s, v128.load(dy + at));
  for (let at: usize = 0; at < size; at += stride) {
    const v = f32x4.sub(v128.load(dy + at), f32x4.mul(changetype<ExpBelow>(0).at(v128.load(y + at)), s));
    changetype<Columns>(0).store(dx + at, v, count);
  }
}

/** y[o, i] = log(sum over r of e^x[o, r, i]); an infinite maximum is the result; -inf for reduce = 0. */
export function logsumexp(y: usize, x: usize, outer: usize, reduce: usize, inner: usize): void {
  // The maxima first, into y: NaN where one is NaN.
  amax(y, x, outer, reduce, inner);
  const stride = inner << 2;
  for (; outer > 0; outer--, x += reduce * stride, y += stride) {
    if (inner === 1) {
      const row = changetype<Row>(0);
      const max = load<f32>(y);
      if (abs(max) !== Infinity) store<f32>(y, max + row.log(row.sumExp(x, reduce, max)));
      continue;
    }
    for (let at: usize = 0; at < stride; at += VECTOR) {
      const max = v128.load(y + at);
      const log = changetype<Log>(0).at(changetype<Columns>(0).sumExp(x + at, reduce, stride, max));
      const infinite = f32x4.eq(f32x4.abs(max), f32x4.splat(Infinity));
      const v = v128.bitselect(max, f32x4.add(max, log), infinite);
      changetype<Columns>(0).store(y + at, v, <i32>((stride - at) >> 2));
    }
  }
}

/** dx = dy * e^(x - y) */
export function logsumexpGrad(
  dx: usize,
  y: usize,
  x: usize,
  dy: usize,
  outer: usize,
  reduce: usize,
  inner: usize,
): void {
  const stride = inner << 2;
  const size = reduce * stride;
  for (; outer > 0; outer--, dx += size, x += size, y += stride, dy += stride) {
    if (inner === 1) {
      logsumexpGradRow(dx, x, v128.load_splat<f32>(y), v128.load_splat<f32>(dy), reduce);
      continue;
    }
    for (let at: usize = 0; at < stride; at += VECTOR) {
      const a = v128.load(y + at);
      const b = v128.load(dy + at);
      for (let r: usize = 0; r < size; r += stride) {
        const e = changetype<ExpBelow>(0).at(f32x4.sub(v128.load(x + r + at), a));
        changetype<Columns>(0).store(dx + r + at, f32x4.mul(b, e), <i32>((stride - at) >> 2));
      }
    }
  }
}

function logsumexpGradRow(dx: usize, x: usize, y: v128, dy: v128, n: usize): void {
  const exp = changetype<ExpBelow>(0);
  for (; n >= 4; n -= 4, dx += VECTOR, x += VECTOR) {
    v128.store(dx, f32x4.mul(dy, exp.at(f32x4.sub(v128.load(x), y))));
  }
  if (n > 0) changetype<Tail>(0).store(dx, f32x4.mul(dy, exp.at(f32x4.sub(v128.load(x), y))), <i32>n);
}
