// Folds over the middle of [outer, reduce, inner] by one associative operation: the loops alone. The operations are in the
// families that use them. Float sums, which need blocks to stay exact, have loops of their own in reduce.ts.
import { Lanes, UNROLL, VECTOR } from "./lanes";
import { Tail } from "./map";

/** An operation and what it leaves unchanged. */
export abstract class Fold {
  abstract identity(): v128;
  abstract at(a: v128, x: v128): v128;
}

/** Bytes of a row that stream by at a time: results that stay in the first-level cache meanwhile. */
const STRIP: usize = 16384;

/** Working memory, and its bytes. */
export const LINE: usize = memory.data(17408, 64);
export const LINE_BYTES: usize = 8192;

/** y[o, i] = fold over r of x[o, r, i], elements of four bytes; the identity for reduce = 0. */
export function fold<F extends Fold>(y: usize, x: usize, outer: usize, reduce: usize, inner: usize): void {
  if (inner === 1) {
    for (; outer > 0; outer--, y += 4, x += reduce << 2) foldRow<F>(y, x, reduce);
    return;
  }
  const stride = inner << 2;
  for (; outer > 0; outer--, x += reduce * stride, y += stride) {
    const whole = stride & ~63;
    let at: usize = 0;
    for (; at < whole; at += STRIP) foldStrip<F>(y + at, x + at, reduce, stride, min(whole - at, STRIP));
    for (at = whole; at < stride; at += VECTOR) {
      foldColumns4<F>(y + at, x + at, reduce, stride, <i32>((stride - at) >> 2));
    }
  }
}

/** Four accumulators over a contiguous row. */
function foldRow<F extends Fold>(y: usize, x: usize, n: usize): void {
  const op = changetype<F>(0);
  const lanes = changetype<Lanes>(0);
  const identity = op.identity();
  let a = identity;
  if (n >= UNROLL) {
    let b = identity;
    let c = identity;
    let d = identity;
    for (; n >= UNROLL; n -= UNROLL, x += 4 * VECTOR) {
      a = op.at(a, v128.load(x));
      b = op.at(b, v128.load(x, 16));
      c = op.at(c, v128.load(x, 32));
      d = op.at(d, v128.load(x, 48));
    }
    a = op.at(op.at(a, b), op.at(c, d));
  }
  for (; n >= 4; n -= 4, x += VECTOR) a = op.at(a, v128.load(x));
  if (n > 0) a = op.at(a, v128.bitselect(v128.load(x), identity, lanes.first(n)));
  a = op.at(a, lanes.swapHalves(a));
  v128.store_lane<f32>(y, op.at(a, lanes.swapPairs(a)), 0);
}

/**
 * Columns of `width` bytes, a multiple of 64, folded into y: four rows stream by at a time, whatever their stride. A sweep down
 * 16 columns in registers instead took 2.5 times as long on rows of 4 kB, whose lines share one set of the cache.
 */
export function foldStrip<F extends Fold>(y: usize, x: usize, rows: usize, stride: usize, width: usize): void {
  const op = changetype<F>(0);
  for (let i: usize = 0; i < width; i += VECTOR) v128.store(y + i, op.identity());
  for (; rows >= 4; rows -= 4, x += 4 * stride) {
    const x1 = x + stride;
    const x2 = x1 + stride;
    const x3 = x2 + stride;
    for (let i: usize = 0; i < width; i += VECTOR) {
      const two = op.at(op.at(v128.load(y + i), v128.load(x + i)), v128.load(x1 + i));
      v128.store(y + i, op.at(op.at(two, v128.load(x2 + i)), v128.load(x3 + i)));
    }
  }
  for (; rows > 0; rows--, x += stride) {
    for (let i: usize = 0; i < width; i += VECTOR) v128.store(y + i, op.at(v128.load(y + i), v128.load(x + i)));
  }
}

function foldColumns4<F extends Fold>(y: usize, x: usize, rows: usize, stride: usize, count: i32): void {
  const op = changetype<F>(0);
  let a = op.identity();
  for (const end = x + rows * stride; x < end; x += stride) a = op.at(a, v128.load(x));
  changetype<Tail>(0).store(y, a, count);
}
