// Packing for gemm.ts: blocks of its operands rewritten in the order in which the 2x16 tile reads them.
// No copy of a whole transposed operand is ever made: both storage orders are packed from where they are.

/**
 * Longest chain of additions. Every block of k reads and writes all of C once more, so longer is faster, until a panel of B
 * (kBlock x 16 floats, 25 kB) no longer fits a 32 kB L1 cache: 1024^3 at 91 % of the peak with 256, 92 with 384, 94 with 512. 784,
 * the pixels of a digit, are two blocks, at 90 %; with 384 they were three, at 87.
 */
const KC: usize = 400;
/** Length of the blocks that k is cut into: as few as KC allows, of equal length, a multiple of 4. Depends on k only. */
export function kBlock(k: usize): usize {
  const blocks = (k + KC - 1) / KC;
  return ((k + blocks - 1) / blocks + 3) & ~3;
}

/** The inner loops, methods so that they are inlined into the panel loops. */
class Pack {
  /** Lanes below `cols` kept: columns that do not exist become 0, not denormal leftovers that would slow the tile down. */
  @inline
  mask(cols: usize): v128 {
    return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(<i32>cols));
  }

  /** 16 columns of a row-major block: kc lines of 64 bytes. */
  @inline
  rows16(to: usize, b: usize, bRow: usize, kc: usize): void {
    for (const end = to + (kc << 6); to < end; to += 64, b += bRow) {
      v128.store(to, v128.load(b));
      v128.store(to, v128.load(b, 16), 16);
      v128.store(to, v128.load(b, 32), 32);
      v128.store(to, v128.load(b, 48), 48);
    }
  }

  /** Up to 4 columns of a row-major block. */
  @inline
  rows4(to: usize, b: usize, bRow: usize, kc: usize, cols: usize): void {
    const mask = this.mask(cols);
    for (const end = to + (kc << 6); to < end; to += 64, b += bRow) v128.store(to, v128.and(v128.load(b), mask));
  }

  /**
   * Up to 4 columns of a block stored by columns, by 4x4 transposes; the last one may write 3 lines past kc. In the place of
   * columns that do not exist goes the first.
   */
  @inline
  columns4(to: usize, b: usize, bCol: usize, kc: usize, cols: usize): void {
    let b1 = cols > 1 ? b + bCol : b;
    let b2 = cols > 2 ? b1 + bCol : b;
    let b3 = cols > 3 ? b2 + bCol : b;
    for (const end = to + (kc << 6); to < end; to += 256) {
      const x0 = v128.load(b);
      const x1 = v128.load(b1);
      const x2 = v128.load(b2);
      const x3 = v128.load(b3);
      const low01 = v128.shuffle<f32>(x0, x1, 0, 4, 1, 5);
      const low23 = v128.shuffle<f32>(x2, x3, 0, 4, 1, 5);
      const high01 = v128.shuffle<f32>(x0, x1, 2, 6, 3, 7);
      const high23 = v128.shuffle<f32>(x2, x3, 2, 6, 3, 7);
      v128.store(to, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
      v128.store(to, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7), 64);
      v128.store(to, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5), 128);
      v128.store(to, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7), 192);
      b += 16;
      b1 += 16;
      b2 += 16;
      b3 += 16;
    }
  }

  @inline
  zero4(to: usize, kc: usize): void {
    for (const end = to + (kc << 6); to < end; to += 64) v128.store(to, f32x4.splat(0));
  }
}

/**
 * Packs kc x nc of B into panels of 16 columns, each kc lines of 64 bytes, the last filled up with zeros.
 * Strides in bytes; one of bRow, bCol is 4. Writes up to 192 bytes past the last panel.
 */
export function packPanels(to: usize, b: usize, bRow: usize, bCol: usize, kc: usize, nc: usize): void {
  const pack = changetype<Pack>(0);
  for (let j: usize = 0; j < nc; j += 16, to += kc << 6) {
    const panel = b + j * bCol;
    if (bCol === 4 && j + 16 <= nc) {
      pack.rows16(to, panel, bRow, kc);
      continue;
    }
    for (let group: usize = 0; group < 16; group += 4) {
      const at = to + (group << 2);
      const from = panel + group * bCol;
      if (j + group >= nc) pack.zero4(at, kc);
      else if (bCol === 4) pack.rows4(at, from, bRow, kc, min<usize>(4, nc - j - group));
      else pack.columns4(at, from, bCol, kc, min<usize>(4, nc - j - group));
    }
  }
}

/**
 * Packs mc x kc of an A stored by columns (`aCol` bytes apart) into groups of four rows, each kc times four floats. Sixteen rows
 * at a time, which are whole lines of A: 512^3 tn 90 % of the peak, 88 four rows at a time. What a last group lacks of rows is
 * filled with what follows in memory; nothing reads that.
 */
export function packRows(to: usize, a: usize, aCol: usize, mc: usize, kc: usize): void {
  const group = kc << 4;
  for (; mc >= 16; mc -= 16, a += 64, to += group << 2) {
    let from = a;
    let to1 = to + group;
    let to2 = to1 + group;
    let to3 = to2 + group;
    for (let at = to, end = to1; at < end; at += 16, to1 += 16, to2 += 16, to3 += 16, from += aCol) {
      v128.store(at, v128.load(from));
      v128.store(to1, v128.load(from, 16));
      v128.store(to2, v128.load(from, 32));
      v128.store(to3, v128.load(from, 48));
    }
  }
  for (; <isize>mc > 0; mc -= 4, a += 16, to += group) {
    let from = a;
    for (let at = to, end = to + group; at < end; at += 16, from += aCol) v128.store(at, v128.load(from));
  }
}
