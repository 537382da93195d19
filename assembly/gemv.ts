// Products of one row, c = a * B (+ bias), for both storage orders of B, and of a few rows with a B by rows. A column is a row
// of the transpose: gemm.ts swaps the roles. Every element is summed in gemm.ts's order, so it has the same bits as in a larger
// product.

import { kBlock } from "./gemm-pack";

/** Columns summed at a time by rows of B: eight rows of 4 kB of sums stay in the L1 cache, and fit where gemm would pack B. */
const ROW_COLUMNS: usize = 1024;

/** Writes n sums to c: sum + bias in the first block of k, added to what is there in later ones. Strides in bytes. */
function store(c: usize, cCol: usize, sums: usize, bias: usize, biasCol: usize, n: usize, first: bool): void {
  if (cCol === 4 && (bias === 0 || biasCol === 4)) {
    for (; n >= 4; n -= 4, c += 16, sums += 16) {
      const sum = v128.load(sums);
      v128.store(c, !first ? f32x4.add(v128.load(c), sum) : bias ? f32x4.add(sum, v128.load(bias)) : sum);
      if (bias) bias += 16;
    }
  }
  for (; n !== 0; n--, c += cCol, sums += 4) {
    const sum = f32.load(sums);
    f32.store(c, !first ? f32.load(c) + sum : bias ? sum + f32.load(bias) : sum);
    if (bias) bias += biasCol;
  }
}

class Rows {
  /** Sums += a[8] * B: eight rows of B, so that a sum is loaded and stored once for eight products: 72 % of the peak, 63 for four. */
  @inline
  one8(sums: usize, end: usize, a: usize, aCol: usize, b: usize, bRow: usize): void {
    const a0 = v128.load_splat<f32>(a);
    a += aCol;
    const a1 = v128.load_splat<f32>(a);
    a += aCol;
    const a2 = v128.load_splat<f32>(a);
    a += aCol;
    const a3 = v128.load_splat<f32>(a);
    a += aCol;
    const a4 = v128.load_splat<f32>(a);
    a += aCol;
    const a5 = v128.load_splat<f32>(a);
    a += aCol;
    const a6 = v128.load_splat<f32>(a);
    a += aCol;
    const a7 = v128.load_splat<f32>(a);
    for (; sums < end; sums += 16, b += 16) {
      let at = b;
      let sum = f32x4.add(v128.load(sums), f32x4.mul(a0, v128.load(at)));
      at += bRow;
      sum = f32x4.add(sum, f32x4.mul(a1, v128.load(at)));
      at += bRow;
      sum = f32x4.add(sum, f32x4.mul(a2, v128.load(at)));
      at += bRow;
      sum = f32x4.add(sum, f32x4.mul(a3, v128.load(at)));
      at += bRow;
      sum = f32x4.add(sum, f32x4.mul(a4, v128.load(at)));
      at += bRow;
      sum = f32x4.add(sum, f32x4.mul(a5, v128.load(at)));
      at += bRow;
      sum = f32x4.add(sum, f32x4.mul(a6, v128.load(at)));
      at += bRow;
      v128.store(sums, f32x4.add(sum, f32x4.mul(a7, v128.load(at))));
    }
  }

  /** The same for one row of B. */
  @inline
  one(sums: usize, end: usize, a: usize, b: usize): void {
    const a0 = v128.load_splat<f32>(a);
    for (; sums < end; sums += 16, b += 16) v128.store(sums, f32x4.add(v128.load(sums), f32x4.mul(a0, v128.load(b))));
  }

  /** The same for two rows of A, `aRow` apart, and four of B. */
  @inline
  two4(sums: usize, end: usize, a: usize, aRow: usize, aCol: usize, b: usize, bRow: usize): void {
    const width = end - sums;
    const x0 = v128.load_splat<f32>(a);
    const y0 = v128.load_splat<f32>(a + aRow);
    a += aCol;
    const x1 = v128.load_splat<f32>(a);
    const y1 = v128.load_splat<f32>(a + aRow);
    a += aCol;
    const x2 = v128.load_splat<f32>(a);
    const y2 = v128.load_splat<f32>(a + aRow);
    a += aCol;
    const x3 = v128.load_splat<f32>(a);
    const y3 = v128.load_splat<f32>(a + aRow);
    for (; sums < end; sums += 16, b += 16) {
      let at = b;
      const next = sums + width;
      let w = v128.load(at);
      let sum = f32x4.add(v128.load(sums), f32x4.mul(x0, w));
      let sum2 = f32x4.add(v128.load(next), f32x4.mul(y0, w));
      at += bRow;
      w = v128.load(at);
      sum = f32x4.add(sum, f32x4.mul(x1, w));
      sum2 = f32x4.add(sum2, f32x4.mul(y1, w));
      at += bRow;
      w = v128.load(at);
      sum = f32x4.add(sum, f32x4.mul(x2, w));
      sum2 = f32x4.add(sum2, f32x4.mul(y2, w));
      at += bRow;
      w = v128.load(at);
      sum = f32x4.add(sum, f32x4.mul(x3, w));
      sum2 = f32x4.add(sum2, f32x4.mul(y3, w));
      v128.store(sums, sum);
      v128.store(next, sum2);
    }
  }
}

/** sums (m rows of `width` bytes) = A (m x kc) * B by rows. */
function rows(
  sums: usize,
  width: usize,
  a: usize,
  aRow: usize,
  aCol: usize,
  b: usize,
  bRow: usize,
  m: usize,
  kc: usize,
): void {
  const loop = changetype<Rows>(0);
  memory.fill(sums, 0, m * width);
  for (let by: usize = 8; kc !== 0; kc -= by, a += aCol * by, b += bRow * by) {
    if (kc < 8) by = 1;
    let to = sums;
    let i: usize = 0;
    if (by !== 1) {
      for (; i + 2 <= m; i += 2, to += width << 1) {
        const row = a + i * aRow;
        loop.two4(to, to + width, row, aRow, aCol, b, bRow);
        loop.two4(to, to + width, row + (aCol << 2), aRow, aCol, b + (bRow << 2), bRow);
      }
    }
    for (; i < m; i++, to += width) {
      if (by === 1) loop.one(to, to + width, a + i * aRow, b);
      else loop.one8(to, to + width, a + i * aRow, aCol, b, bRow);
    }
  }
}

class Columns {
  /**
   * The next products, 4 or `steps` of them, of four columns added to their sums: a 4 x 4 transpose of the products turns chains
   * along k into lanes.
   */
  @inline
  four(sum: v128, x: v128, b: usize, bCol: usize, steps: usize): v128 {
    const x0 = f32x4.mul(x, v128.load(b));
    b += bCol;
    const x1 = f32x4.mul(x, v128.load(b));
    b += bCol;
    const x2 = f32x4.mul(x, v128.load(b));
    b += bCol;
    const x3 = f32x4.mul(x, v128.load(b));
    const low01 = v128.shuffle<f32>(x0, x1, 0, 4, 1, 5);
    const low23 = v128.shuffle<f32>(x2, x3, 0, 4, 1, 5);
    const high01 = v128.shuffle<f32>(x0, x1, 2, 6, 3, 7);
    const high23 = v128.shuffle<f32>(x2, x3, 2, 6, 3, 7);
    sum = f32x4.add(sum, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
    if (steps > 1) sum = f32x4.add(sum, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
    if (steps > 2) sum = f32x4.add(sum, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
    if (steps > 3) sum = f32x4.add(sum, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
    return sum;
  }
}

/**
 * sums = a[kc], contiguous, * B by columns: four columns, and four more, `next` columns after the first. Two chains hide the
 * latency of additions, 41 % of the peak; shuffles are the limit, 50. Four chains read 16 columns at a time, which at a stride
 * of 4 kB share one set of the L1 cache: 24 %.
 */
function columns(sums: usize, a: usize, b: usize, bCol: usize, next: usize, kc: usize): void {
  const loop = changetype<Columns>(0);
  let other = b + next * bCol;
  let s0 = f32x4.splat(0);
  let s1 = s0;
  for (; kc >= 4; kc -= 4, a += 16, b += 16, other += 16) {
    const x = v128.load(a);
    s0 = loop.four(s0, x, b, bCol, 4);
    s1 = loop.four(s1, x, other, bCol, 4);
  }
  if (kc) {
    const x = v128.load(a);
    s0 = loop.four(s0, x, b, bCol, kc);
    s1 = loop.four(s1, x, other, bCol, kc);
  }
  v128.store(sums, s0);
  v128.store(sums + (next << 2), s1);
}

/**
 * C (m x n) = A (m x k) * B (k x n) + bias, for one row of A or, with B by rows, for a few. Strides in bytes; one of bRow, bCol
 * is 4.
 */
export function gemv(
  c: usize,
  cRow: usize,
  cCol: usize,
  a: usize,
  aRow: usize,
  aCol: usize,
  b: usize,
  bRow: usize,
  bCol: usize,
  bias: usize,
  biasRow: usize,
  biasCol: usize,
  scratch: usize,
  m: usize,
  n: usize,
  k: usize,
): void {
  const kMax = kBlock(k);
  // Fewer than four columns are done one by one, as four times the same.
  const few = n < 4;
  const step: usize = bCol === 4 ? ROW_COLUMNS : few ? 1 : 8;
  const line = scratch + 32;
  for (let p: usize = 0; p < k; p += kMax) {
    const kc = min(kMax, k - p);
    let row = a + p * aCol;
    if (bCol !== 4 && aCol !== 4) {
      for (let i: usize = 0; i < kc; i++, row += aCol) f32.store(line + (i << 2), f32.load(row));
      row = line;
    }
    for (let j: usize = 0; j < n; j += step) {
      const nc = min(step, n - j);
      const width = ((nc + 3) & ~3) << 2;
      let sums = scratch;
      const block = b + p * bRow;
      if (bCol === 4) rows(sums, width, row, aRow, aCol, block + (j << 2), bRow, m, kc);
      else if (few) columns(sums, row, block + j * bCol, 0, 0, kc);
      else {
        // The last columns are taken together with some of those before, which are not stored again.
        const from = min(j, max<isize>(0, n - 8));
        columns(sums, row, block + from * bCol, bCol, min<usize>(4, n - 4), kc);
        sums += (j - from) << 2;
      }
      for (let i: usize = 0; i < m; i++, sums += width) {
        const add = bias ? bias + i * biasRow + j * biasCol : 0;
        store(c + i * cRow + j * cCol, cCol, sums, add, biasCol, nc, p === 0);
      }
    }
  }
}
