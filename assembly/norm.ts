// Normalisation to mean 0 and variance 1, or to mean square 1, with weight and bias, and its gradient: the one pair of
// kernels behind layer, group, instance, batch and RMS norm. Running statistics are the facade's (src/ops/norm.ts).
//
// A row is what shares a mean and a variance: `runs` runs of `run` contiguous floats. How rows and runs lie, and which
// weight belongs to which, is a Layout; sums are in float64, or in float32 over at most BLOCK values.
import { Lanes, VECTOR } from "./lanes";
import { Tail } from "./map";
import { Row } from "./row";
import { sumRow } from "./wide";

/** Values summed in float32 before float64 takes over. */
const BLOCK: usize = 1024;
/** Rows of each kind whose gradients of weight and bias are added up before they join the total. */
const ROW_BLOCK: u32 = 64;

/** Where the mean and variance come from: the row's own, the variance about 0, or `stat` as it is, so constants. */
const CENTRED = 0;
const GIVEN = 2;

/** What the facade writes, integers of 32 bits; steps in floats. */
@unmanaged
class Layout {
  mode: u32;
  rows: u32;
  /** From a row to the next. */
  rowStep: u32;
  /** Runs of a row, floats of a run, and from a run to the next. */
  runs: u32;
  run: u32;
  runStep: u32;
  /** The first weight of row r is number r % period * perRow; each run's is `perRun` further. */
  period: u32;
  perRow: u32;
  perRun: u32;
  /** 1 if every float of a run has a weight of its own, 0 if one serves the run. */
  each: u32;
  /** How many weights there are. */
  weights: u32;
}

/** The statistics of a row, 16 bytes: mean = high + low, which keeps what float32 loses of a mean of 1e4; 1 / deviation. */
class Stat {
  @inline high(stat: usize): v128 {
    return v128.load32_splat(stat);
  }
  @inline low(stat: usize): v128 {
    return v128.load32_splat(stat + 4);
  }
  @inline scale(stat: usize): v128 {
    return v128.load32_splat(stat + 8);
  }
  @inline offset(x: usize, high: v128, low: v128): v128 {
    return f32x4.sub(f32x4.sub(v128.load(x), high), low);
  }
}

/** Sum of (x - mean)² over n values. */
function squares(x: usize, n: usize, stat: usize): f64 {
  const lanes = changetype<Lanes>(0);
  const s = changetype<Stat>(0);
  const high = s.high(stat);
  const low = s.low(stat);
  let total: f64 = 0;
  while (n > 0) {
    let left = min(n, BLOCK);
    n -= left;
    let a = f32x4.splat(0);
    let b = a;
    for (; left >= 8; left -= 8, x += 2 * VECTOR) {
      const d = s.offset(x, high, low);
      const e = s.offset(x + VECTOR, high, low);
      a = f32x4.add(a, f32x4.mul(d, d));
      b = f32x4.add(b, f32x4.mul(e, e));
    }
    for (; left > 0; x += VECTOR) {
      const d = s.offset(x, high, low);
      const count = min<usize>(left, 4);
      b = f32x4.add(b, v128.and(f32x4.mul(d, d), lanes.first(count)));
      left -= count;
    }
    total += <f64>lanes.sum(f32x4.add(a, b));
  }
  return total;
}

/** Fills in the statistics of one row: mean (high, low), 1 / deviation, variance. */
function moments(stat: usize, x: usize, l: Layout, eps: f32): void {
  const step = (<usize>l.runStep) << 2;
  const end = x + <usize>l.runs * step;
  const n = <f64>(l.runs * l.run);
  let sum: f64 = 0;
  if (l.mode === CENTRED) for (let at = x; at < end; at += step) sum += sumRow(at, l.run);
  const mean = sum / n;
  const high = <f32>mean;
  store<f32>(stat, high);
  store<f32>(stat, <f32>(mean - <f64>high), 4);
  sum = 0;
  for (let at = x; at < end; at += step) sum += squares(at, l.run, stat);
  const variance = <f32>(sum / n);
  store<f32>(stat, 1 / sqrt<f32>(variance + eps), 8);
  store<f32>(stat, variance, 12);
}

/** Bytes from a vector of weights to the next: those of a run that has one weight stand in `slot`, four times. */
class Weights {
  @inline at(slot: usize, weights: usize, each: bool): usize {
    if (each) return weights;
    v128.store(slot, v128.load32_splat(weights));
    return slot;
  }
}

/**
 * y = (x - mean) / sqrt(variance + eps) * weight + bias; `stat` (rows, 4) gets, or with mode GIVEN has, the mean in two
 * parts, 1 / sqrt(variance + eps), and the variance. `work` is 64 bytes.
 */
export function norm(
  y: usize,
  stat: usize,
  x: usize,
  weight: usize,
  bias: usize,
  work: usize,
  layout: usize,
  eps: f32,
): void {
  const l = changetype<Layout>(layout);
  const each = l.each !== 0;
  const step: usize = each ? VECTOR : 0;
  for (let r: u32 = 0; r < l.rows; r++, stat += 16) {
    let at: usize = (<usize>(r * l.rowStep)) << 2;
    if (l.mode !== GIVEN) moments(stat, x + at, l, eps);
    let i: usize = ((r % l.period) * l.perRow) << 2;
    for (let s = l.runs; s > 0; s--, at += l.runStep << 2, i += l.perRun << 2) {
      const w = changetype<Weights>(0).at(work, weight + i, each);
      const b = changetype<Weights>(0).at(work + VECTOR, bias + i, each);
      scaleRun(y + at, x + at, stat, w, b, step, l.run);
    }
  }
}

function scaleRun(y: usize, x: usize, stat: usize, w: usize, b: usize, step: usize, n: usize): void {
  const s = changetype<Stat>(0);
  const high = s.high(stat);
  const low = s.low(stat);
  const scale = s.scale(stat);
  for (; n > 0; y += VECTOR, x += VECTOR, w += step, b += step) {
    const h = f32x4.mul(s.offset(x, high, low), scale);
    const v = f32x4.add(f32x4.mul(h, v128.load(w)), v128.load(b));
    if (n < 4) {
      changetype<Tail>(0).store(y, v, <i32>n);
      return;
    }
    v128.store(y, v);
    n -= 4;
  }
}

/**
 * Gradients from dy. With h = (x - mean) / deviation and k = dy weight: dx = (k - mean of k - h mean of k h) / deviation
 * (without the first mean for mode 1, without both for GIVEN), dw = sum of dy h, db = sum of dy. `work` is 64 bytes and
 * two lists of as many floats as there are weights, each rounded up by a vector.
 */
export function normGrad(
  dx: usize,
  dw: usize,
  db: usize,
  dy: usize,
  x: usize,
  stat: usize,
  weight: usize,
  work: usize,
  layout: usize,
): void {
  const l = changetype<Layout>(layout);
  const each = l.each !== 0;
  const step: usize = each ? VECTOR : 0;
  const n = <f64>(l.runs * l.run);
  const list = (<usize>l.weights) << 2;
  const partW = work + 4 * VECTOR;
  const partB = partW + list + VECTOR;
  memory.fill(dw, 0, list);
  memory.fill(db, 0, list);
  memory.fill(partW, 0, 2 * (list + VECTOR));
  for (let r: u32 = 0; r < l.rows; stat += 16) {
    const first: usize = (<usize>(r * l.rowStep)) << 2;
    const begin: usize = ((r % l.period) * l.perRow) << 2;
    let at = first;
    let i = begin;
    let k: f64 = 0;
    let kh: f64 = 0;
    v128.store(work, i64x2.splat(0));
    for (let s = l.runs; s > 0; s--, at += l.runStep << 2, i += l.perRun << 2) {
      let w: f64 = 1;
      sums(work, partW + i, partB + i, dy + at, x + at, stat, weight + i, each, l.run);
      if (!each) {
        // the sums go on over runs of one weight
        if (l.perRun === 0 && s > 1) continue;
        w = <f64>load<f32>(weight + i);
        store<f32>(partB + i, load<f32>(partB + i) + <f32>load<f64>(work));
        store<f32>(partW + i, load<f32>(partW + i) + <f32>load<f64>(work, 8));
      }
      k += w * load<f64>(work);
      kh += w * load<f64>(work, 8);
      v128.store(work, i64x2.splat(0));
    }
    if (++r % (ROW_BLOCK * l.period) === 0 || r === l.rows) {
      changetype<Row>(0).add(dw, partW, l.weights);
      changetype<Row>(0).add(db, partB, l.weights);
      memory.fill(partW, 0, 2 * (list + VECTOR));
    }
    const meanK: f32 = l.mode === CENTRED ? <f32>(k / n) : 0;
    const meanKh: f32 = l.mode === GIVEN ? 0 : <f32>(kh / n);
    at = first;
    i = begin;
    for (let s = l.runs; s > 0; s--, at += l.runStep << 2, i += l.perRun << 2) {
      const w = changetype<Weights>(0).at(work, weight + i, each);
      gradRun(dx + at, dy + at, x + at, stat, w, step, meanK, meanKh, l.run);
    }
  }
}

/**
 * Adds the sums of k = dy w and of k h over a run to the two of `total`. With `each`, dy h is added to dw and dy to db;
 * else k is dy alone.
 */
function sums(
  total: usize,
  dw: usize,
  db: usize,
  dy: usize,
  x: usize,
  stat: usize,
  weight: usize,
  each: bool,
  n: usize,
): void {
  const lanes = changetype<Lanes>(0);
  const s = changetype<Stat>(0);
  const high = s.high(stat);
  const low = s.low(stat);
  const scale = s.scale(stat);
  let mask = lanes.first(4);
  while (n > 0) {
    let left = min(n, BLOCK);
    n -= left;
    let a = f32x4.splat(0);
    let b = a;
    for (; left > 0; x += VECTOR, dy += VECTOR) {
      if (left < 4) mask = lanes.first(left);
      let k = v128.and(v128.load(dy), mask);
      let kh = f32x4.mul(k, v128.and(f32x4.mul(s.offset(x, high, low), scale), mask));
      if (each) {
        v128.store(dw, f32x4.add(v128.load(dw), kh));
        v128.store(db, f32x4.add(v128.load(db), k));
        const w = v128.and(v128.load(weight), mask);
        k = f32x4.mul(k, w);
        kh = f32x4.mul(kh, w);
        dw += VECTOR;
        db += VECTOR;
        weight += VECTOR;
      }
      a = f32x4.add(a, k);
      b = f32x4.add(b, kh);
      left -= min<usize>(left, 4);
    }
    store<f64>(total, load<f64>(total) + <f64>lanes.sum(a));
    store<f64>(total, load<f64>(total, 8) + <f64>lanes.sum(b), 8);
  }
}

function gradRun(
  dx: usize,
  dy: usize,
  x: usize,
  stat: usize,
  w: usize,
  step: usize,
  meanK: f32,
  meanKh: f32,
  n: usize,
): void {
  const s = changetype<Stat>(0);
  const high = s.high(stat);
  const low = s.low(stat);
  const scale = s.scale(stat);
  const a = f32x4.splat(meanK);
  const b = f32x4.splat(meanKh);
  for (; n > 0; dx += VECTOR, dy += VECTOR, x += VECTOR, w += step) {
    const h = f32x4.mul(s.offset(x, high, low), scale);
    const k = f32x4.sub(f32x4.mul(v128.load(dy), v128.load(w)), a);
    const v = f32x4.mul(f32x4.sub(k, f32x4.mul(h, b)), scale);
    if (n < 4) {
      changetype<Tail>(0).store(dx, v, <i32>n);
      return;
    }
    v128.store(dx, v);
    n -= 4;
  }
}
