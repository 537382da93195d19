// Folds over the middle of [outer, reduce, inner] by one associative operation: the loops alone. The operations are in the
// families that use them. Float sums, which need blocks to stay exact, have loops of their own in reduce.ts.
import { Lanes, UNROLL, VECTOR } from "./lanes";
import { Tail } from "./map";

/** An operation and what it leaves unchanged. */
export abstract class Fold {
  abstract identity(): v128;
  abstract at(a: v128, x: v128): v128;
}

/** y[o, i] = fold over r of x[o, r, i], elements of four bytes; the identity for reduce = 0. */
export function fold<F extends Fold>(y: usize, x: usize, outer: usize, reduce: usize, inner: usize): void {
  if (inner === 1) {
    for (; outer > 0; outer--, y += 4, x += reduce << 2) foldRow<F>(y, x, reduce);
    return;
  }
  const stride = inner << 2;
  for (; outer > 0; outer--, x += reduce * stride, y += stride) {
    let i: usize = 0;
    for (; i + UNROLL <= inner; i += UNROLL) foldColumns16<F>(y + (i << 2), x + (i << 2), reduce, stride);
    for (; i < inner; i += 4) foldColumns4<F>(y + (i << 2), x + (i << 2), reduce, stride, <i32>(inner - i));
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

function foldColumns16<F extends Fold>(y: usize, x: usize, rows: usize, stride: usize): void {
  const op = changetype<F>(0);
  let a = op.identity();
  let b = a;
  let c = a;
  let d = a;
  for (const end = x + rows * stride; x < end; x += stride) {
    a = op.at(a, v128.load(x));
    b = op.at(b, v128.load(x, 16));
    c = op.at(c, v128.load(x, 32));
    d = op.at(d, v128.load(x, 48));
  }
  v128.store(y, a);
  v128.store(y, b, 16);
  v128.store(y, c, 32);
  v128.store(y, d, 48);
}

function foldColumns4<F extends Fold>(y: usize, x: usize, rows: usize, stride: usize, count: i32): void {
  const op = changetype<F>(0);
  let a = op.identity();
  for (const end = x + rows * stride; x < end; x += stride) a = op.at(a, v128.load(x));
  changetype<Tail>(0).store(y, a, count);
}
