// Sums of squares over the middle of [outer, reduce, inner], about the mean or about 0: variance, standard deviation and the
// Euclidean norm. In float64 throughout, in two looks at the data where the mean counts, so that values around 1e4 lose
// nothing. Sums are reduce.ts.
import { VECTOR } from "./lanes";
import { Tail } from "./map";
import { sumRow, Wide } from "./wide";

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
      const square = squaresRow(x, reduce, centered ? sumRow(x, reduce) / <f64>reduce : 0) / divisor;
      store<f32>(y, <f32>(root ? sqrt(square) : square));
      continue;
    }
    for (let i: usize = 0; i < inner; i += 8) {
      squaresColumns(y + (i << 2), x + (i << 2), reduce, stride, <i32>(inner - i), divisor, centered, root);
    }
  }
}

function squaresRow(x: usize, n: usize, mean: f64): f64 {
  const wide = changetype<Wide>(0);
  const m = f64x2.splat(mean);
  let a = f64x2.splat(0);
  let b = a;
  let c = a;
  let d = a;
  for (; n >= 8; n -= 8, x += 2 * VECTOR) {
    const p = f64x2.sub(wide.pair(x), m);
    const q = f64x2.sub(wide.pair(x + 8), m);
    const r = f64x2.sub(wide.pair(x + 16), m);
    const s = f64x2.sub(wide.pair(x + 24), m);
    a = f64x2.add(a, f64x2.mul(p, p));
    b = f64x2.add(b, f64x2.mul(q, q));
    c = f64x2.add(c, f64x2.mul(r, r));
    d = f64x2.add(d, f64x2.mul(s, s));
  }
  a = f64x2.add(f64x2.add(a, b), f64x2.add(c, d));
  let total = f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
  for (; n > 0; n--, x += 4) {
    const p = <f64>load<f32>(x) - mean;
    total += p * p;
  }
  return total;
}

/** Up to eight neighbouring columns: half a cache line, four chains of additions. */
function squaresColumns(
  y: usize,
  x: usize,
  rows: usize,
  stride: usize,
  count: i32,
  divisor: f64,
  centered: bool,
  root: bool,
): void {
  const wide = changetype<Wide>(0);
  // with four columns or fewer the second vector is the first again, which may be read
  const second: usize = count > 4 ? VECTOR : 0;
  const end = x + rows * stride;
  let m0 = f64x2.splat(0);
  let m1 = m0;
  let m2 = m0;
  let m3 = m0;
  let a = m0;
  let b = m0;
  let c = m0;
  let d = m0;
  if (centered) {
    for (let at = x; at < end; at += stride) {
      const v = v128.load(at);
      const w = v128.load(at + second);
      m0 = f64x2.add(m0, wide.low(v));
      m1 = f64x2.add(m1, wide.high(v));
      m2 = f64x2.add(m2, wide.low(w));
      m3 = f64x2.add(m3, wide.high(w));
    }
    const n = f64x2.splat(<f64>rows);
    m0 = f64x2.div(m0, n);
    m1 = f64x2.div(m1, n);
    m2 = f64x2.div(m2, n);
    m3 = f64x2.div(m3, n);
  }
  for (; x < end; x += stride) {
    const v = v128.load(x);
    const w = v128.load(x + second);
    const p = f64x2.sub(wide.low(v), m0);
    const q = f64x2.sub(wide.high(v), m1);
    const r = f64x2.sub(wide.low(w), m2);
    const s = f64x2.sub(wide.high(w), m3);
    a = f64x2.add(a, f64x2.mul(p, p));
    b = f64x2.add(b, f64x2.mul(q, q));
    c = f64x2.add(c, f64x2.mul(r, r));
    d = f64x2.add(d, f64x2.mul(s, s));
  }
  let by = f64x2.splat(divisor);
  if (root) {
    a = f64x2.sqrt(f64x2.div(a, by));
    b = f64x2.sqrt(f64x2.div(b, by));
    c = f64x2.sqrt(f64x2.div(c, by));
    d = f64x2.sqrt(f64x2.div(d, by));
    by = f64x2.splat(1);
  }
  changetype<Tail>(0).store(y, wide.narrow(a, b, by), count);
  if (count > 4) changetype<Tail>(0).store(y + VECTOR, wide.narrow(c, d, by), count - 4);
}
