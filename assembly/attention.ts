// Scaled dot-product attention of one head, fused: y = softmax(scale q k' + mask) v, and its gradients. The matrix of weights
// is never whole in memory: blocks of BK keys, and within them of rows of queries, are multiplied, turned into weights and
// used up. Forward, each block of keys rescales what the earlier ones have summed up (online softmax: Milakov and
// Gimelshein, 2018; Dao et al., "FlashAttention", 2022); backward, the weights are computed again from each row's maximum
// and sum, and dropout draws its mask again. Heads, batches and their broadcasting are the facade's affair.
//
// Blocks depend on the sizes alone, and so do the bits. The tile and its loops are gemm-tile.ts.
import { accumulate, scale as scaleTo } from "./elementwise";
import { packPanels } from "./gemm-pack";
import { tiles } from "./gemm-tile";
import { ExpBelow } from "./math";
import { join } from "./philox";
import { dropout } from "./random";
import { Row } from "./softmax-lines";

/** Keys of a block, forward and backward. src/ops/attention.ts knows them too. */
const BK: usize = 256;
const BK_GRAD: usize = 128;
/** Rows of queries of a block: few, so that a causal mask spares much; more would not be faster (measured). */
const BQ: usize = 16;
const BQ_GRAD: usize = 32;
/** Room for a tile at an edge, what packPanels may write past its last panel, and a piece of random words, in bytes. */
const EDGE_BYTES: usize = 128;
const SLACK_BYTES: usize = 192;

/** What all heads of a call share; written by src/ops/attention.ts as 32-bit integers in this order. */
@unmanaged
class Geometry {
  /** Queries, keys, and the sizes of a key and of a value. */
  m: i32;
  n: i32;
  d: i32;
  e: i32;
  /** Whether query i sees no key after i. */
  causal: i32;
  /** Elements from a row of the mask to the next, or 0 for one row for all. */
  maskRow: i32;
  /** Weights whose 24-bit draw is below are dropped; with 0 nothing is drawn. */
  threshold: i32;
  key0: i32;
  key1: i32;
  counter0: i32;
  counter1: i32;
}

class Head {
  /** How many of the keys [j0, j0 + nk) row i sees. */
  seen(g: Geometry, i: usize, j0: usize, nk: usize): usize {
    return g.causal ? min(nk, i + 1 - j0) : nk;
  }

  /** Zeros from weight `from` to `to`, a few: memory.fill takes 20 ns even for none (measured). */
  clear(s: usize, from: usize, to: usize): void {
    for (; from < to; from++) store<f32>(s + (from << 2), 0);
  }

  /** y = x with dropout: n weights, from key j0 on, of a row counted over all heads. */
  drop(g: Geometry, y: usize, x: usize, words: usize, row: usize, j0: usize, n: usize, keep: f32): void {
    const counter = join(g.counter0, g.counter1) + <u64>row * <u64>((g.n + 3) >> 2) + (<u64>j0 >> 2);
    dropout(y, words, x, <i32>n, g.threshold, keep, g.key0, g.key1, <i32>counter, <i32>(counter >> 32));
  }
}

/**
 * C (m x n) = or += A (m x kc) * B (kc x n): C's rows and A's rows or columns so many bytes apart (`aCol` 4: rows), B packed in
 * panels of `lines` lines.
 */
function multiply(
  c: usize,
  cRow: usize,
  a: usize,
  aRow: usize,
  aCol: usize,
  b: usize,
  lines: usize,
  edge: usize,
  m: usize,
  n: usize,
  kc: usize,
  first: bool,
): void {
  tiles(c, cRow, 4, a, aRow, aCol, aRow << 2, b, 64, lines << 6, 0, 0, 0, edge, m, n, kc, first);
}

/** Sizes rounded up to whole panels. */
function whole(n: usize): usize {
  return (n + 15) & ~15;
}

/**
 * y (m x e), and for the gradient `stats` (2 x m): each row's greatest score and one divided by the sum of its exponentials.
 * q (m x d), k (n x d), v (n x e); y must be zeros; mask is an address or 0; `row` is the number of the first row among those
 * of all heads. A row without a key that it may see stays zero.
 */
export function attention(
  y: usize,
  stats: usize,
  q: usize,
  k: usize,
  v: usize,
  mask: usize,
  geometry: usize,
  scratch: usize,
  row: usize,
  scale: f32,
  keep: f32,
): void {
  const g = changetype<Geometry>(geometry);
  const line = changetype<Row>(0);
  const head = changetype<Head>(0);
  const m = <usize>g.m;
  const n = <usize>g.n;
  const d = <usize>g.d;
  const e = <usize>g.e;
  const sums = stats + (m << 2);
  const width = BK << 2;
  const scores = scratch + EDGE_BYTES;
  const words = scores + BQ * width;
  const keys = words + width + EDGE_BYTES;
  const values = keys + BK * (d << 2) + SLACK_BYTES;
  for (let j0: usize = 0; j0 < n; j0 += BK) {
    const nk = min(BK, n - j0);
    packPanels(keys, k + j0 * (d << 2), 4, d << 2, d, nk);
    line.scale(keys, whole(nk) * d, scale);
    packPanels(values, v + j0 * (e << 2), e << 2, 4, nk, e);
    for (let i0: usize = g.causal ? j0 : 0; i0 < m; i0 += BQ) {
      const rows = min(BQ, m - i0);
      const some = head.seen(g, i0 + rows - 1, j0, nk);
      multiply(scores, width, q + i0 * (d << 2), d << 2, 4, keys, d, scratch, rows, whole(some), d, true);
      for (let r: usize = 0; r < rows; r++) {
        const i = i0 + r;
        const s = scores + r * width;
        const count = head.seen(g, i, j0, nk);
        if (mask) accumulate(s, mask + ((i * g.maskRow + j0) << 2), <i32>count);
        const before = j0 > 0 ? load<f32>(stats + (i << 2)) : -Infinity;
        const most = max(before, line.max(s, count));
        // Where all is masked, 0 in the place of -inf makes the weights 0 rather than NaN.
        const from: f32 = most === -Infinity ? 0 : most;
        const sum = line.exp(s, s, count, from);
        head.clear(s, count, some);
        if (j0 > 0) {
          const factor = f32x4.extract_lane(changetype<ExpBelow>(0).at(f32x4.splat(before - from)), 0);
          if (factor !== 1) scaleTo(y + i * (e << 2), y + i * (e << 2), <i32>e, factor);
          store<f32>(sums + (i << 2), load<f32>(sums + (i << 2)) * factor + sum);
        } else store<f32>(sums + (i << 2), sum);
        store<f32>(stats + (i << 2), most);
        if (g.threshold) head.drop(g, s, s, words, row + i, j0, count, keep);
      }
      multiply(y + i0 * (e << 2), e << 2, scores, width, 4, values, nk, scratch, rows, e, some, false);
    }
  }
  // Without keys there is nothing to divide.
  for (let i: usize = n > 0 ? 0 : m; i < m; i++, stats += 4, y += e << 2) {
    const sum = load<f32>(stats + (m << 2));
    const inverse: f32 = sum === 0 ? 0 : 1 / sum;
    store<f32>(stats + (m << 2), inverse);
    if (load<f32>(stats) === -Infinity) store<f32>(stats, 0);
    scaleTo(y, y, <i32>e, inverse);
  }
}

/**
 * dq (m x d), dk (n x d), dv (n x e), all zeros before; dmask, an address or 0, is added to. y and stats as `attention` left
 * them. With P the weights: dv = P' dy, dS = P (dy v' - rows of dy y), dq = scale dS k, dk = scale dS' q.
 */
export function attentionGrad(
  dq: usize,
  dk: usize,
  dv: usize,
  dmask: usize,
  y: usize,
  stats: usize,
  q: usize,
  k: usize,
  v: usize,
  mask: usize,
  dy: usize,
  geometry: usize,
  scratch: usize,
  row: usize,
  scale: f32,
  keep: f32,
): void {
  const g = changetype<Geometry>(geometry);
  const line = changetype<Row>(0);
  const head = changetype<Head>(0);
  const m = <usize>g.m;
  const n = <usize>g.n;
  const d = <usize>g.d;
  const e = <usize>g.e;
  const width = BK_GRAD << 2;
  const lineD = d << 2;
  const lineE = e << 2;
  const weights = scratch + EDGE_BYTES;
  const ds = weights + BQ_GRAD * width;
  const words = ds + BQ_GRAD * width;
  const factors = words + width + EDGE_BYTES;
  const ones = factors + width;
  const keysT = ones + width;
  const valuesT = keysT + BK_GRAD * lineD + SLACK_BYTES;
  const keys = valuesT + BK_GRAD * lineE + SLACK_BYTES;
  const queries = keys + BK_GRAD * (whole(d) << 2) + SLACK_BYTES;
  const outputs = queries + BQ_GRAD * (whole(d) << 2) + SLACK_BYTES;
  const deltas = outputs + BQ_GRAD * (whole(e) << 2) + SLACK_BYTES;
  // Rows of dy y are sums of P (dy v') too. Where a row's weights are there all at once, these are taken: they cancel exactly
  // where one key has all the weight.
  const direct = (g.causal ? min(n, m) : n) <= BK_GRAD && g.threshold === 0;
  for (let i: usize = 0; i < m && !direct; i++) {
    store<f32>(deltas + (i << 2), line.dot(dy + i * lineE, y + i * lineE, e));
  }
  for (let j: usize = 0; j < BK_GRAD; j++) store<f32>(ones + (j << 2), 1);
  for (let j0: usize = 0; j0 < n; j0 += BK_GRAD) {
    const nk = min(BK_GRAD, n - j0);
    const keys0 = k + j0 * lineD;
    packPanels(keysT, keys0, 4, lineD, d, nk);
    line.scale(keysT, whole(nk) * d, scale);
    packPanels(valuesT, v + j0 * lineE, 4, lineE, e, nk);
    packPanels(keys, keys0, lineD, 4, nk, d);
    line.scale(keys, whole(d) * nk, scale);
    for (let i0: usize = g.causal ? j0 : 0; i0 < m; i0 += BQ_GRAD) {
      const rows = min(BQ_GRAD, m - i0);
      const some = head.seen(g, i0 + rows - 1, j0, nk);
      const q0 = q + i0 * lineD;
      const dy0 = dy + i0 * lineE;
      multiply(weights, width, q0, lineD, 4, keysT, d, scratch, rows, whole(some), d, true);
      multiply(ds, width, dy0, lineE, 4, valuesT, e, scratch, rows, whole(some), e, true);
      for (let r: usize = 0; r < rows; r++) {
        const i = i0 + r;
        const p = weights + r * width;
        const dp = ds + r * width;
        const count = head.seen(g, i, j0, nk);
        const toMask = (i * g.maskRow + j0) << 2;
        if (mask) accumulate(p, mask + toMask, <i32>count);
        line.exp(p, p, count, load<f32>(stats + (i << 2)));
        let f = ones;
        if (g.threshold) {
          f = factors;
          head.drop(g, f, ones, words, row + i, j0, count, keep);
        }
        const one = load<f32>(stats + ((m + i) << 2));
        const inverse = f32x4.splat(one);
        const delta = f32x4.splat(direct ? line.dot(p, dp, count) * one : load<f32>(deltas + (i << 2)));
        for (let at: usize = 0; at < count << 2; at += 16) {
          const weight = f32x4.mul(v128.load(p + at), inverse);
          const kept = v128.load(f + at);
          v128.store(p + at, f32x4.mul(weight, kept));
          v128.store(dp + at, f32x4.mul(weight, f32x4.sub(f32x4.mul(v128.load(dp + at), kept), delta)));
        }
        head.clear(p, count, some);
        head.clear(dp, count, some);
        if (dmask) accumulate(dmask + toMask, dp, <i32>count);
      }
      packPanels(outputs, dy0, lineE, 4, rows, e);
      packPanels(queries, q0, lineD, 4, rows, d);
      multiply(dv + j0 * lineE, lineE, weights, 4, width, outputs, rows, scratch, some, e, rows, false);
      multiply(dk + j0 * lineD, lineD, ds, 4, width, queries, rows, scratch, some, d, rows, false);
      multiply(dq + i0 * lineD, lineD, ds, width, 4, keys, nk, scratch, rows, d, some, false);
    }
  }
  line.scale(dk, n * d, scale);
}
