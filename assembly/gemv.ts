// One-row products c = a * B (+ bias), for both storage orders of B. A column product is one too, of the transpose: gemm.ts
// swaps the roles. Every element is summed in gemm.ts's order, so it has the same bits as in a larger product.

import { kBlock } from "./gemm-pack";

/** Columns summed at a time by rows of B: 4 kB of sums stay in the L1 cache, and fit where gemm would pack B. */
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

class Gemv {
  /** sums[nc] = a[kc] * B by rows: four rows a pass, so that a sum is loaded and stored once for four products. */
  @inline
  rows(sums: usize, a: usize, aCol: usize, b: usize, bRow: usize, nc: usize, kc: usize): void {
    const width = ((nc + 3) & ~3) << 2;
    memory.fill(sums, 0, width);
    const end = sums + width;
    for (; kc >= 4; kc -= 4, a += aCol << 2, b += bRow << 2) {
      const a0 = v128.load_splat<f32>(a);
      const a1 = v128.load_splat<f32>(a + aCol);
      const a2 = v128.load_splat<f32>(a + aCol * 2);
      const a3 = v128.load_splat<f32>(a + aCol * 3);
      let b0 = b;
      let b1 = b0 + bRow;
      let b2 = b1 + bRow;
      let b3 = b2 + bRow;
      for (let at = sums; at < end; at += 16, b0 += 16, b1 += 16, b2 += 16, b3 += 16) {
        let sum = f32x4.add(v128.load(at), f32x4.mul(a0, v128.load(b0)));
        sum = f32x4.add(sum, f32x4.mul(a1, v128.load(b1)));
        sum = f32x4.add(sum, f32x4.mul(a2, v128.load(b2)));
        v128.store(at, f32x4.add(sum, f32x4.mul(a3, v128.load(b3))));
      }
    }
    for (; kc !== 0; kc--, a += aCol, b += bRow) {
      const a0 = v128.load_splat<f32>(a);
      let b0 = b;
      for (let at = sums; at < end; at += 16, b0 += 16) {
        v128.store(at, f32x4.add(v128.load(at), f32x4.mul(a0, v128.load(b0))));
      }
    }
  }

  /** Four sums with B by columns: 4 x 4 transposes in registers turn four chains along k into the lanes of one. */
  @inline
  columns(sums: usize, a: usize, aCol: usize, b: usize, bCol: usize, cols: usize, kc: usize): void {
    let b1 = cols > 1 ? b + bCol : b;
    let b2 = cols > 2 ? b1 + bCol : b;
    let b3 = cols > 3 ? b2 + bCol : b;
    let sum = f32x4.splat(0);
    for (; kc !== 0; b += 16, b1 += 16, b2 += 16, b3 += 16) {
      const x0 = v128.load(b);
      const x1 = v128.load(b1);
      const x2 = v128.load(b2);
      const x3 = v128.load(b3);
      const low01 = v128.shuffle<f32>(x0, x1, 0, 4, 1, 5);
      const low23 = v128.shuffle<f32>(x2, x3, 0, 4, 1, 5);
      const high01 = v128.shuffle<f32>(x0, x1, 2, 6, 3, 7);
      const high23 = v128.shuffle<f32>(x2, x3, 2, 6, 3, 7);
      sum = f32x4.add(sum, f32x4.mul(v128.load_splat<f32>(a), v128.shuffle<f32>(low01, low23, 0, 1, 4, 5)));
      a += aCol;
      if (--kc === 0) break;
      sum = f32x4.add(sum, f32x4.mul(v128.load_splat<f32>(a), v128.shuffle<f32>(low01, low23, 2, 3, 6, 7)));
      a += aCol;
      if (--kc === 0) break;
      sum = f32x4.add(sum, f32x4.mul(v128.load_splat<f32>(a), v128.shuffle<f32>(high01, high23, 0, 1, 4, 5)));
      a += aCol;
      if (--kc === 0) break;
      sum = f32x4.add(sum, f32x4.mul(v128.load_splat<f32>(a), v128.shuffle<f32>(high01, high23, 2, 3, 6, 7)));
      a += aCol;
      kc--;
    }
    v128.store(sums, sum);
  }
}

/** c (n) = a (k) * B (k x n) + bias. Strides in bytes; one of bRow, bCol is 4. */
export function gemv(
  c: usize,
  cCol: usize,
  a: usize,
  aCol: usize,
  b: usize,
  bRow: usize,
  bCol: usize,
  bias: usize,
  biasCol: usize,
  scratch: usize,
  n: usize,
  k: usize,
): void {
  const gemv = changetype<Gemv>(0);
  const kc = kBlock(k);
  const step: usize = bCol === 4 ? ROW_COLUMNS : 4;
  for (let j: usize = 0; j < n; j += step) {
    const nc = min(step, n - j);
    for (let p: usize = 0; p < k; p += kc) {
      const block = b + p * bRow + j * bCol;
      const length = min(kc, k - p);
      if (bCol === 4) gemv.rows(scratch, a + p * aCol, aCol, block, bRow, nc, length);
      else gemv.columns(scratch, a + p * aCol, aCol, block, bCol, nc, length);
      store(c + j * cCol, cCol, scratch, bias ? bias + j * biasCol : 0, biasCol, nc, p === 0);
    }
  }
}
