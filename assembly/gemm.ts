// Dense matrix product C = A * B (+ bias), any sizes, any transposes: the blocks, the 2x16 tile and its edges.
// Packing is gemm-pack.ts, products of one row and of a few are gemv.ts. Batches and shapes are the facade's affair.
//
// Every element is summed in one order, which depends on k alone: blocks of kBlock(k) products, each block a chain of
// additions from zero in the order of k, the blocks added up in order. Neither the path taken (tile, edge, one row, roles
// swapped) nor the place of an element in the matrix changes its bits, so m and n may be split over calls at will.
//
// Loops and block names after Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (2008):
// https://www.cs.utexas.edu/~flame/pubs/GotoTOMS_revision.pdf

import { kBlock, packPanels, packRows } from "./gemm-pack";
import { tiles } from "./gemm-tile";
import { gemv } from "./gemv";

/**
 * A block of A is MC x kBlock floats, 25 kB: a part of the L1 cache. 1024^3 in % of the peak: 92 with 16 rows, 90 with 32, 86 with
 * 64, whose rows of A and of C at a stride of 4 kB crowd one another out.
 */
const MC: usize = 16;
/** A packed block of B is kBlock x NC floats, 400 kB of the L2 cache; one panel of it, kBlock x 16, is 25 kB. 128 to 1024 are alike. */
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
/**
 * With so few rows packing a B by rows costs more than it saves: 4x256x256 93 % in place and 64 packed, 16x1024x256 82 and 92. Blocks
 * of B larger than this many floats are read row by row (gemv.ts): 8x1024x256 73 % and 52 in place, 8x512x256 75 and 88. So are those
 * for three rows, a quarter of whose tiles is wasted: 3x100x300 72 % and 52.
 */
const FEW_ROWS: usize = 8;
const FEW_ROWS_FLOATS: usize = 131072;
/**
 * Up to so many rows all panels of B are packed one by one, into the L1 cache, and A, if need be, once: 64x64x64 nt 88 and 90 %.
 * Then A takes the room that B leaves free.
 */
const ONE_PANEL_ROWS: usize = 64;

/** What m x n costs, in tiles: those of 2 x 16, those of 4 x 8 in a narrow last panel, and turning a B by columns around. */
function cost(m: usize, n: usize, turns: bool): usize {
  const narrow = (n & 15) - 1 < 8;
  return ((m + 1) >> 1) * ((n + 7) >> 4) + (narrow ? (m + 3) >> 2 : 0) + (turns ? (n + 15) >> 4 : 0);
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
  if (m > 1 && (n === 1 || cost(m, n, bCol !== 4) * 8 > cost(n, m, aRow !== 4) * 9)) {
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
  const kMax = kBlock(k);
  if (m === 1 || (m <= FEW_ROWS && bCol === 4 && k >= 32 && (m === 3 || n * kMax > FEW_ROWS_FLOATS))) {
    gemv(c, cRow, cCol, a, aRow, aCol, b, bRow, bCol, bias, biasRow, biasCol, scratch, m, n, k);
    return;
  }
  const panels = scratch + TILE_BYTES;
  const packsA = aCol !== 4 && aCol * kMax > IN_PLACE_BYTES;
  const packsB = bCol !== 4 || (m > FEW_ROWS && bRow * kMax > IN_PLACE_BYTES);
  const few = packsB && m <= ONE_PANEL_ROWS;
  const nMax: usize = few ? 16 : NC;
  const mMax: usize = few ? m : MC;
  const groups = panels + ((kMax * min(nMax, (n + 15) & ~15)) << 2) + PACK_SLACK_BYTES;
  for (let pc: usize = 0; pc < k; pc += kMax) {
    const kc = min(kMax, k - pc);
    for (let jc: usize = 0; jc < n; jc += nMax) {
      const nc = min(nMax, n - jc);
      const blockB = b + pc * bRow + jc * bCol;
      // A last panel of fewer than 16 columns is always packed: the tile reads 16.
      const inPlace: usize = packsB ? 0 : nc & ~15;
      if (inPlace < nc) packPanels(panels, blockB + inPlace * bCol, bRow, bCol, kc, nc - inPlace);
      for (let ic: usize = 0; ic < m; ic += mMax) {
        const mc = min(mMax, m - ic);
        let blockA = a + ic * aRow + pc * aCol;
        let rowA = aRow;
        let colA = aCol;
        let groupA = aRow << 2;
        if (packsA) {
          if (jc === 0 || !few) packRows(groups, blockA, aCol, mc, kc);
          blockA = groups;
          rowA = 4;
          colA = 16;
          groupA = kc << 4;
        }
        const to = c + ic * cRow + jc * cCol;
        const add = bias ? bias + ic * biasRow + jc * biasCol : 0;
        if (inPlace > 0) {
          tiles(
            to,
            cRow,
            cCol,
            blockA,
            rowA,
            colA,
            groupA,
            blockB,
            bRow,
            64,
            add,
            biasRow,
            biasCol,
            scratch,
            mc,
            inPlace,
            kc,
            pc === 0,
          );
        }
        if (inPlace < nc) {
          tiles(
            to + inPlace * cCol,
            cRow,
            cCol,
            blockA,
            rowA,
            colA,
            groupA,
            panels,
            64,
            kc << 6,
            bias ? add + inPlace * biasCol : 0,
            biasRow,
            biasCol,
            scratch,
            mc,
            nc - inPlace,
            kc,
            pc === 0,
          );
        }
      }
    }
  }
}
