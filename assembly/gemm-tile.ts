// The tiles of matrix products, their edges, and the loops over the tiles of one block: what gemm.ts and attention.ts share.
// Blocks, packing and sizes are theirs.

/**
 * The hot loop. An inlined method, because Binaryen inlines a function only while it has one caller, and V8 unrolls a loop only
 * if it is small for its nesting depth: on a Zen 5 the same loop ran at 75 % of the peak in its own function, at 95 inlined
 * (on a Sapphire Rapids at 90 and 95). test/gemm-speed.test.ts guards it. Both rows of A go by one pointer: 1.15 times as fast in
 * Firefox as with one for each, alike in the other engines.
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
    for (let p = kc; p !== 0; p--) {
      const x = v128.load_splat<f32>(a);
      const y = v128.load_splat<f32>(a + aRow);
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
        const e = bias + biasRow;
        d0 = f32x4.add(d0, v128.load(e));
        d1 = f32x4.add(d1, v128.load(e, 16));
        d2 = f32x4.add(d2, v128.load(e, 32));
        d3 = f32x4.add(d3, v128.load(e, 48));
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
      storeEdge(c, cRow, cCol, edge, 64, bias, biasRow, biasCol, rows, cols, first);
    }
  }
}

/**
 * The same for the first eight columns of a last panel that has no more: 4 x 8 sums, left at `edge`. Not half of the work is for
 * nothing then: 99x101x103 86 % of the peak, 80 by the wide tile alone; 1024x8x1024 81 and 63.
 */
class Tile4x8 {
  @inline
  run(edge: usize, a: usize, a1: usize, a2: usize, a3: usize, aCol: usize, b: usize, bRow: usize, kc: usize): void {
    let c0 = f32x4.splat(0);
    let c1 = c0;
    let d0 = c0;
    let d1 = c0;
    let e0 = c0;
    let e1 = c0;
    let f0 = c0;
    let f1 = c0;
    for (let p = kc; p !== 0; p--) {
      const v = v128.load(b);
      const w = v128.load(b, 16);
      let x = v128.load_splat<f32>(a);
      c0 = f32x4.add(c0, f32x4.mul(x, v));
      c1 = f32x4.add(c1, f32x4.mul(x, w));
      x = v128.load_splat<f32>(a1);
      d0 = f32x4.add(d0, f32x4.mul(x, v));
      d1 = f32x4.add(d1, f32x4.mul(x, w));
      x = v128.load_splat<f32>(a2);
      e0 = f32x4.add(e0, f32x4.mul(x, v));
      e1 = f32x4.add(e1, f32x4.mul(x, w));
      x = v128.load_splat<f32>(a3);
      f0 = f32x4.add(f0, f32x4.mul(x, v));
      f1 = f32x4.add(f1, f32x4.mul(x, w));
      a += aCol;
      a1 += aCol;
      a2 += aCol;
      a3 += aCol;
      b += bRow;
    }
    v128.store(edge, c0);
    v128.store(edge, c1, 16);
    v128.store(edge, d0, 32);
    v128.store(edge, d1, 48);
    v128.store(edge, e0, 64);
    v128.store(edge, e1, 80);
    v128.store(edge, f0, 96);
    v128.store(edge, f1, 112);
  }
}

/** Writes rows x cols of a tile, whose rows are `tileRow` bytes apart, exactly, through any strides. */
function storeEdge(
  c: usize,
  cRow: usize,
  cCol: usize,
  tile: usize,
  tileRow: usize,
  bias: usize,
  biasRow: usize,
  biasCol: usize,
  rows: usize,
  cols: usize,
  first: bool,
): void {
  for (let i: usize = 0; i < rows; i++) {
    let to = c + i * cRow;
    let from = tile + i * tileRow;
    let add = bias + i * biasRow;
    for (const end = from + cols * 4; from < end; from += 4, to += cCol, add += biasCol) {
      const sum = f32.load(from);
      f32.store(to, !first ? f32.load(to) + sum : bias ? sum + f32.load(add) : sum);
    }
  }
}

/**
 * One block of products, all tiles: C (m x n) = or += A (m x kc) * B (kc x n). B lies in panels of 16 columns, `bPanel` bytes
 * apart, whole also where n ends within the last; all strides in bytes, `aGroup` from four rows of A to the next. `bias`
 * may be 0 for none; `edge` is room for a tile, 128 bytes.
 */
export function tiles(
  c: usize,
  cRow: usize,
  cCol: usize,
  a: usize,
  aRow: usize,
  aCol: usize,
  aGroup: usize,
  b: usize,
  bRow: usize,
  bPanel: usize,
  bias: usize,
  biasRow: usize,
  biasCol: usize,
  edge: usize,
  m: usize,
  n: usize,
  kc: usize,
  first: bool,
): void {
  for (let j: usize = 0; j < n; j += 16, b += bPanel) {
    const cols = min<usize>(16, n - j);
    let to = c + j * cCol;
    let from = a;
    let pair = aRow << 1;
    let add = bias ? bias + j * biasCol : 0;
    if (cols <= 8) {
      for (let i: usize = 0; i < m; i += 4) {
        const rows = min<usize>(4, m - i);
        const last = from + (rows - 1) * aRow;
        changetype<Tile4x8>(0).run(
          edge,
          from,
          min(from + aRow, last),
          min(from + 2 * aRow, last),
          last,
          aCol,
          b,
          bRow,
          kc,
        );
        storeEdge(to, cRow, cCol, edge, 32, add, biasRow, biasCol, rows, cols, first);
        to += cRow << 2;
        from += aGroup;
        if (bias) add += biasRow << 2;
      }
      continue;
    }
    for (let i: usize = 0; i < m; i += 2) {
      const rows = min<usize>(2, m - i);
      // A lone last row is computed twice and stored once.
      const second: usize = rows === 2 ? aRow : 0;
      changetype<Tile2x16>(0).run(
        to,
        cRow,
        cCol,
        from,
        second,
        aCol,
        b,
        bRow,
        add,
        biasRow,
        biasCol,
        edge,
        rows,
        cols,
        kc,
        first,
      );
      to += cRow << 1;
      from += pair;
      pair = aGroup - pair;
      if (bias) add += biasRow << 1;
    }
  }
}
