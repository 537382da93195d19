// Dense matrix product C = A * B (+ bias), any sizes, any transposes: the blocks, the 2x16 tile and its edges.
// Packing is gemm-pack.ts, one-row products are gemv.ts. Batches and shapes are the facade's affair.
//
// Every element is summed in one order, which depends on k alone: blocks of kBlock(k) products, each block a chain of
// additions from zero in the order of k, the blocks added up in order. Neither the path taken (tile, edge, one row, roles
// swapped) nor the place of an element in the matrix changes its bits, so m and n may be split over calls at will.
//
// Loops and block names after Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (2008):
// https://www.cs.utexas.edu/~flame/pubs/GotoTOMS_revision.pdf

import { kBlock, packPanels, packRowPairs } from "./gemm-pack";
import { gemv } from "./gemv";

/**
 * A block of A is MC x kBlock floats, 24 kB: a part of the L1 cache. 1024^3 in % of the peak: 92 with 16 rows, 90 with 32, 86 with
 * 64, whose rows of A and of C at a stride of 4 kB crowd one another out.
 */
const MC: usize = 16;
/** A packed block of B is kBlock x NC floats, 384 kB of the L2 cache; one panel of it, kBlock x 16, is 24 kB. 128 to 1024 are alike. */
const NC: usize = 256;
/** A tile on its way to an edge of C: 2 x 16 floats. */
const TILE_BYTES: usize = 128;
/** What packPanels may write past its last panel: three lines. */
const PACK_SLACK_BYTES: usize = 192;
/**
 * A strided operand is read in place if a block of it spans at most this much, and packed if it spans more: in place 64x64x64 tn
 * went from 92 to 97 % of the peak; at a 4 kB stride a block's rows share a few L1 sets, and 1024^3 fell from 98 to 76 %.
 */
const IN_PLACE_BYTES: usize = 32768;
/** With so few rows packing B costs more than it saves: 4x256x256 93 % in place and 64 packed, 8x1024x256 even, 16x1024x256 82 and 92. */
const IN_PLACE_ROWS: usize = 8;

/**
 * The hot loop. An inlined method, because Binaryen inlines a function only while it has one caller, and V8 unrolls a loop only
 * if it is small for its nesting depth: on a Zen 5 the same loop ran at 75 % of the peak in its own function, at 95 inlined
 * (on a Sapphire Rapids at 90 and 95). test/gemm-speed.test.ts guards it.
 */
class Tile2x16 {
  /**
   * Adds one block of products: C (rows x cols of 2 x 16) = or += A (2 x kc) * B (kc x 16). All strides in bytes; `first` writes
   * sum + bias, later blocks add to what is there. `edge` is room for a tile that does not fit C whole.
   */
  @inline
  run(
    c: usize,
    cRow: usize,
    cCol: usize,
    a: usize,
    aRow: usize,
    aCol: usize,
    b: usize,
    bRow: usize,
    bias: usize,
    biasRow: usize,
    biasCol: usize,
    edge: usize,
    rows: usize,
    cols: usize,
    kc: usize,
    first: bool,
  ): void {
    let c0 = f32x4.splat(0);
    let c1 = c0;
    let c2 = c0;
    let c3 = c0;
    let d0 = c0;
    let d1 = c0;
    let d2 = c0;
    let d3 = c0;
    let a1 = a + aRow;
    for (let p = kc; p !== 0; p--) {
      const x = v128.load_splat<f32>(a);
      const y = v128.load_splat<f32>(a1);
      let w = v128.load(b);
      c0 = f32x4.add(c0, f32x4.mul(x, w));
      d0 = f32x4.add(d0, f32x4.mul(y, w));
      w = v128.load(b, 16);
      c1 = f32x4.add(c1, f32x4.mul(x, w));
      d1 = f32x4.add(d1, f32x4.mul(y, w));
      w = v128.load(b, 32);
      c2 = f32x4.add(c2, f32x4.mul(x, w));
      d2 = f32x4.add(d2, f32x4.mul(y, w));
      w = v128.load(b, 48);
      c3 = f32x4.add(c3, f32x4.mul(x, w));
      d3 = f32x4.add(d3, f32x4.mul(y, w));
      a += aCol;
      a1 += aCol;
      b += bRow;
    }
    if (rows === 2 && cols === 16 && cCol === 4) {
      const d = c + cRow;
      if (!first) {
        c0 = f32x4.add(v128.load(c), c0);
        c1 = f32x4.add(v128.load(c, 16), c1);
        c2 = f32x4.add(v128.load(c, 32), c2);
        c3 = f32x4.add(v128.load(c, 48), c3);
        d0 = f32x4.add(v128.load(d), d0);
        d1 = f32x4.add(v128.load(d, 16), d1);
        d2 = f32x4.add(v128.load(d, 32), d2);
        d3 = f32x4.add(v128.load(d, 48), d3);
      } else if (bias) {
        c0 = f32x4.add(c0, v128.load(bias));
        c1 = f32x4.add(c1, v128.load(bias, 16));
        c2 = f32x4.add(c2, v128.load(bias, 32));
        c3 = f32x4.add(c3, v128.load(bias, 48));
        d0 = f32x4.add(d0, v128.load(bias));
        d1 = f32x4.add(d1, v128.load(bias, 16));
        d2 = f32x4.add(d2, v128.load(bias, 32));
        d3 = f32x4.add(d3, v128.load(bias, 48));
      }
      v128.store(c, c0);
      v128.store(c, c1, 16);
      v128.store(c, c2, 32);
      v128.store(c, c3, 48);
      v128.store(d, d0);
      v128.store(d, d1, 16);
      v128.store(d, d2, 32);
      v128.store(d, d3, 48);
    } else {
      v128.store(edge, c0);
      v128.store(edge, c1, 16);
      v128.store(edge, c2, 32);
      v128.store(edge, c3, 48);
      v128.store(edge, d0, 64);
      v128.store(edge, d1, 80);
      v128.store(edge, d2, 96);
      v128.store(edge, d3, 112);
      storeEdge(c, cRow, cCol, edge, bias, biasRow, biasCol, rows, cols, first);
    }
  }
}

/** Writes rows x cols of a 2 x 16 tile, exactly, through any strides. */
function storeEdge(
  c: usize,
  cRow: usize,
  cCol: usize,
  tile: usize,
  bias: usize,
  biasRow: usize,
  biasCol: usize,
  rows: usize,
  cols: usize,
  first: bool,
): void {
  for (let i: usize = 0; i < rows; i++) {
    let to = c + i * cRow;
    let from = tile + i * 64;
    let add = bias + i * biasRow;
    for (const end = from + cols * 4; from < end; from += 4, to += cCol, add += biasCol) {
      const sum = f32.load(from);
      f32.store(to, !first ? f32.load(to) + sum : bias ? sum + f32.load(add) : sum);
    }
  }
}

/** Tiles that m x n takes. */
function tiles(m: usize, n: usize): usize {
  return ((m + 1) >> 1) * ((n + 15) >> 4);
}

/** C = bias, or zero: what a product over k = 0 is. */
function fill(c: usize, ldc: usize, bias: usize, m: usize, n: usize): void {
  for (let i: usize = 0; i < m; i++) {
    for (let j: usize = 0; j < n; j++) f32.store(c + ((i * ldc + j) << 2), bias ? f32.load(bias + (j << 2)) : 0);
  }
}

/**
 * C (m x n) = A (m x k) * B (k x n) + bias (n).
 * `bias` may be 0 for none. Strides are in elements: C is row-major with rows `ldc` apart; A's element (i, p) is at
 * a + i * aRow + p * aCol, B's (p, j) at b + p * bRow + j * bCol; one of each pair is 1, which makes every transpose.
 * `scratch` holds gemmScratch(m, n, k) bytes (src/ops/internal/gemm.ts). C overlaps nothing else.
 */
export function gemm(
  c: usize,
  a: usize,
  b: usize,
  bias: usize,
  scratch: usize,
  m: usize,
  n: usize,
  k: usize,
  ldc: usize,
  aRow: usize,
  aCol: usize,
  bRow: usize,
  bCol: usize,
): void {
  if (k === 0) {
    fill(c, ldc, bias, m, n);
    return;
  }
  let cRow = ldc << 2;
  let cCol: usize = 4;
  let biasRow: usize = 0;
  let biasCol: usize = 4;
  aRow <<= 2;
  aCol <<= 2;
  bRow <<= 2;
  bCol <<= 2;
  // A narrow product wastes most of a 16-wide tile; its transpose, C' = B' * A', sums the same products in the same order.
  // The transpose is stored float by float, hence the margin.
  if (m > 1 && (n === 1 || tiles(m, n) * 4 > tiles(n, m) * 5)) {
    let swap = a;
    a = b;
    b = swap;
    swap = aRow;
    aRow = bCol;
    bCol = swap;
    swap = aCol;
    aCol = bRow;
    bRow = swap;
    swap = m;
    m = n;
    n = swap;
    cCol = cRow;
    cRow = 4;
    biasRow = 4;
    biasCol = 0;
  }
  if (m === 1) {
    gemv(c, cCol, a, aCol, b, bRow, bCol, bias, biasCol, scratch, n, k);
    return;
  }
  const kMax = kBlock(k);
  const panels = scratch + TILE_BYTES;
  const pairs = panels + ((kMax * min(NC, (n + 15) & ~15)) << 2) + PACK_SLACK_BYTES;
  const packsA = aCol !== 4 && aCol * kMax > IN_PLACE_BYTES;
  const packsB = bCol !== 4 || (m > IN_PLACE_ROWS && bRow * kMax > IN_PLACE_BYTES);
  for (let jc: usize = 0; jc < n; jc += NC) {
    const nc = min(NC, n - jc);
    for (let pc: usize = 0; pc < k; pc += kMax) {
      const kc = min(kMax, k - pc);
      const blockB = b + pc * bRow + jc * bCol;
      // A last panel of fewer than 16 columns is always packed: the tile reads 16.
      const inPlace: usize = packsB ? 0 : nc & ~15;
      if (inPlace < nc) packPanels(panels, blockB + inPlace * bCol, bRow, bCol, kc, nc - inPlace);
      for (let ic: usize = 0; ic < m; ic += MC) {
        const mc = min(MC, m - ic);
        let blockA = a + ic * aRow + pc * aCol;
        let rowA = aRow;
        let colA = aCol;
        let pairA = aRow << 1;
        if (packsA) {
          packRowPairs(pairs, blockA, aCol, mc, kc);
          blockA = pairs;
          rowA = 4;
          colA = 8;
          pairA = kc << 3;
        }
        for (let j: usize = 0; j < nc; j += 16) {
          const cols = min<usize>(16, nc - j);
          const packed = j >= inPlace;
          const panel = packed ? panels + (((j - inPlace) * kc) << 2) : blockB + (j << 2);
          const rowB: usize = packed ? 64 : bRow;
          let to = c + ic * cRow + (jc + j) * cCol;
          let from = blockA;
          let add = bias ? bias + ic * biasRow + (jc + j) * biasCol : 0;
          for (let i: usize = 0; i < mc; i += 2) {
            const rows = min<usize>(2, mc - i);
            // A lone last row is computed twice and stored once.
            const second: usize = rows === 2 ? rowA : 0;
            changetype<Tile2x16>(0).run(
              to,
              cRow,
              cCol,
              from,
              second,
              colA,
              panel,
              rowB,
              add,
              biasRow,
              biasCol,
              scratch,
              rows,
              cols,
              kc,
              pc === 0,
            );
            to += cRow << 1;
            from += pairA;
            if (bias) add += biasRow << 1;
          }
        }
      }
    }
  }
}
