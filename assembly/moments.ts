// Sums of squares over the middle of [outer, reduce, inner], about the mean or about 0: variance, standard deviation and the
// Euclidean norm. Sums are reduce.ts.
//
// In float64 throughout, so that values around 1e4 lose nothing, and in one look at the data: with d = x - x[0],
// Σ (x - mean)² = Σ d² - (Σ d)² / n. As x[0] is one of the values, (Σ d)² / n is at most n times the result: its rounding stays
// below float32's for any n that fits in memory.
import { LINE, LINE_BYTES } from "./fold";
import { VECTOR } from "./lanes";
import { Tail } from "./map";
import { Wide } from "./wide";

/** Bytes of a row that stream by at a time: each float has two float64 in LINE. */
const STRIP: usize = LINE_BYTES / 4;
/** Rows that a column is taken down at a time. */
const SWEEP: usize = 8;

/**
 * y[o, i] = (sum over r of (x[o, r, i] - m)²) / divisor, its square root if `root`. m is the mean if `centered`, else 0.
 */
export function squares(
  y: usize,
  x: usize,
  outer: usize,
  reduce: usize,
  inner: usize,
  divisor: f64,
  centered: bool,
  root: bool,
): void {
  const stride = inner << 2;
  for (; outer > 0; outer--, x += reduce * stride, y += stride) {
    if (inner === 1) {
      const square = squaresRow(x, reduce, centered) / divisor;
      store<f32>(y, <f32>(root ? sqrt(square) : square));
      continue;
    }
    for (let at: usize = 0; at < stride; at += STRIP) {
      squaresStrip(y + at, x + at, reduce, stride, min(stride - at, STRIP), divisor, centered, root);
    }
  }
}

function squaresRow(x: usize, n: usize, centered: bool): f64 {
  const wide = changetype<Wide>(0);
  const first = centered && n > 0 ? <f64>load<f32>(x) : 0;
  const origin = f64x2.splat(first);
  const count = <f64>max<usize>(n, 1);
  let a = f64x2.splat(0);
  let b = a;
  let c = a;
  let d = a;
  let a2 = a;
  let b2 = a;
  let c2 = a;
  let d2 = a;
  for (; n >= 8; n -= 8, x += 2 * VECTOR) {
    const p = f64x2.sub(wide.pair(x), origin);
    const q = f64x2.sub(wide.pair(x + 8), origin);
    const r = f64x2.sub(wide.pair(x + 16), origin);
    const s = f64x2.sub(wide.pair(x + 24), origin);
    a = f64x2.add(a, p);
    b = f64x2.add(b, q);
    c = f64x2.add(c, r);
    d = f64x2.add(d, s);
    a2 = f64x2.add(a2, f64x2.mul(p, p));
    b2 = f64x2.add(b2, f64x2.mul(q, q));
    c2 = f64x2.add(c2, f64x2.mul(r, r));
    d2 = f64x2.add(d2, f64x2.mul(s, s));
  }
  let sum = wide.sum(f64x2.add(f64x2.add(a, b), f64x2.add(c, d)));
  let total = wide.sum(f64x2.add(f64x2.add(a2, b2), f64x2.add(c2, d2)));
  for (; n > 0; n--, x += 4) {
    const p = <f64>load<f32>(x) - first;
    sum += p;
    total += p * p;
  }
  return centered ? max<f64>(total - (sum * sum) / count, 0) : total;
}

/** Columns of `width` bytes, some rows at a time; Σ d and Σ d² so far are in LINE. */
function squaresStrip(
  y: usize,
  x: usize,
  rows: usize,
  stride: usize,
  width: usize,
  divisor: f64,
  centered: bool,
  root: bool,
): void {
  const wide = changetype<Wide>(0);
  const zero = f64x2.splat(0);
  const count = f64x2.splat(<f64>rows);
  const by = f64x2.splat(divisor);
  const origin = x;
  memory.fill(LINE, 0, LINE_BYTES);
  while (rows > 0) {
    const block = min(rows, SWEEP);
    for (let i: usize = 0; i < width; i += VECTOR) {
      const line = LINE + 4 * i;
      let first = zero;
      if (centered) first = v128.load(origin + i);
      const low = wide.low(first);
      const high = wide.high(first);
      let a = v128.load(line);
      let b = v128.load(line, 16);
      let a2 = v128.load(line, 32);
      let b2 = v128.load(line, 48);
      let at = x + i;
      for (const end = at + block * stride; at < end; at += stride) {
        const v = v128.load(at);
        const p = f64x2.sub(wide.low(v), low);
        const q = f64x2.sub(wide.high(v), high);
        a = f64x2.add(a, p);
        b = f64x2.add(b, q);
        a2 = f64x2.add(a2, f64x2.mul(p, p));
        b2 = f64x2.add(b2, f64x2.mul(q, q));
      }
      v128.store(line, a);
      v128.store(line, b, 16);
      v128.store(line, a2, 32);
      v128.store(line, b2, 48);
    }
    x += block * stride;
    rows -= block;
  }
  for (let i: usize = 0; i < width; i += VECTOR) {
    const line = LINE + 4 * i;
    let a2 = v128.load(line, 32);
    let b2 = v128.load(line, 48);
    if (centered) {
      const a = v128.load(line);
      const b = v128.load(line, 16);
      a2 = f64x2.pmax(f64x2.sub(a2, f64x2.div(f64x2.mul(a, a), count)), zero);
      b2 = f64x2.pmax(f64x2.sub(b2, f64x2.div(f64x2.mul(b, b), count)), zero);
    }
    a2 = f64x2.div(a2, by);
    b2 = f64x2.div(b2, by);
    if (root) {
      a2 = f64x2.sqrt(a2);
      b2 = f64x2.sqrt(b2);
    }
    changetype<Tail>(0).store(y + i, wide.narrow(a2, b2, f64x2.splat(1)), <i32>((width - i) >> 2));
  }
}
