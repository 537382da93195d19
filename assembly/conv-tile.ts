// The inner loops of convolution: what runs a billion times. They know a base address, a table of byte offsets from it and a
// packed panel; whether the table lists taps (forward) or pixels (weight gradient) is the caller's affair. All are @inline methods:
// V8 unrolls them only when they are part of the caller's loop (75 % of the peak as functions, 90 % inlined).

/** 2 rows, splatted in place, x 16 lanes of the panel `[terms][16]`. */
export class Tile2x16 {
  /**
   * c[2][16] = from + sum over the table's terms. Row 0 reads x[table[i]], row 1 reads `apart` bytes further; `step` is the
   * bytes between the rows of `from`: 64 to add to c itself, 0 for one bias for both.
   */
  @inline add(
    c: usize,
    from: usize,
    step: usize,
    x: usize,
    apart: usize,
    table: usize,
    end: usize,
    panel: usize,
  ): void {
    let c0 = f32x4.splat(0);
    let c1 = c0;
    let c2 = c0;
    let c3 = c0;
    let d0 = c0;
    let d1 = c0;
    let d2 = c0;
    let d3 = c0;
    while (table < end) {
      const p = x + <usize>load<u32>(table);
      const a = v128.load_splat<f32>(p);
      const e = v128.load_splat<f32>(p + apart);
      let b = v128.load(panel);
      c0 = f32x4.add(c0, f32x4.mul(a, b));
      d0 = f32x4.add(d0, f32x4.mul(e, b));
      b = v128.load(panel, 16);
      c1 = f32x4.add(c1, f32x4.mul(a, b));
      d1 = f32x4.add(d1, f32x4.mul(e, b));
      b = v128.load(panel, 32);
      c2 = f32x4.add(c2, f32x4.mul(a, b));
      d2 = f32x4.add(d2, f32x4.mul(e, b));
      b = v128.load(panel, 48);
      c3 = f32x4.add(c3, f32x4.mul(a, b));
      d3 = f32x4.add(d3, f32x4.mul(e, b));
      table += 4;
      panel += 64;
    }
    v128.store(c, f32x4.add(v128.load(from), c0));
    v128.store(c, f32x4.add(v128.load(from, 16), c1), 16);
    v128.store(c, f32x4.add(v128.load(from, 32), c2), 32);
    v128.store(c, f32x4.add(v128.load(from, 48), c3), 48);
    from += step;
    v128.store(c, f32x4.add(v128.load(from), d0), 64);
    v128.store(c, f32x4.add(v128.load(from, 16), d1), 80);
    v128.store(c, f32x4.add(v128.load(from, 32), d2), 96);
    v128.store(c, f32x4.add(v128.load(from, 48), d3), 112);
  }
}

/** 4 rows, splatted in place, x 8 lanes of the panel `[terms][8]`. */
export class Tile4x8 {
  /** As `Tile2x16.add`, for c[4][8] and rows `s1`, `s2` and `s3` bytes after the first. */
  @inline add(
    c: usize,
    from: usize,
    step: usize,
    x: usize,
    s1: usize,
    s2: usize,
    s3: usize,
    table: usize,
    end: usize,
    panel: usize,
  ): void {
    let c0 = f32x4.splat(0);
    let c1 = c0;
    let d0 = c0;
    let d1 = c0;
    let e0 = c0;
    let e1 = c0;
    let f0 = c0;
    let f1 = c0;
    while (table < end) {
      const p = x + <usize>load<u32>(table);
      const b = v128.load(panel);
      const g = v128.load(panel, 16);
      let a = v128.load_splat<f32>(p);
      c0 = f32x4.add(c0, f32x4.mul(a, b));
      c1 = f32x4.add(c1, f32x4.mul(a, g));
      a = v128.load_splat<f32>(p + s1);
      d0 = f32x4.add(d0, f32x4.mul(a, b));
      d1 = f32x4.add(d1, f32x4.mul(a, g));
      a = v128.load_splat<f32>(p + s2);
      e0 = f32x4.add(e0, f32x4.mul(a, b));
      e1 = f32x4.add(e1, f32x4.mul(a, g));
      a = v128.load_splat<f32>(p + s3);
      f0 = f32x4.add(f0, f32x4.mul(a, b));
      f1 = f32x4.add(f1, f32x4.mul(a, g));
      table += 4;
      panel += 32;
    }
    v128.store(c, f32x4.add(v128.load(from), c0));
    v128.store(c, f32x4.add(v128.load(from, 16), c1), 16);
    from += step;
    v128.store(c, f32x4.add(v128.load(from), d0), 32);
    v128.store(c, f32x4.add(v128.load(from, 16), d1), 48);
    from += step;
    v128.store(c, f32x4.add(v128.load(from), e0), 64);
    v128.store(c, f32x4.add(v128.load(from, 16), e1), 80);
    from += step;
    v128.store(c, f32x4.add(v128.load(from), f0), 96);
    v128.store(c, f32x4.add(v128.load(from, 16), f1), 112);
  }

  /** c[8] += the sums of a single row. */
  @inline addOne(c: usize, x: usize, table: usize, end: usize, panel: usize): void {
    let c0 = f32x4.splat(0);
    let c1 = c0;
    for (; table < end; table += 4, panel += 32) {
      const a = v128.load_splat<f32>(x + <usize>load<u32>(table));
      c0 = f32x4.add(c0, f32x4.mul(a, v128.load(panel)));
      c1 = f32x4.add(c1, f32x4.mul(a, v128.load(panel, 16)));
    }
    v128.store(c, f32x4.add(v128.load(c), c0));
    v128.store(c, f32x4.add(v128.load(c, 16), c1), 16);
  }

  /** Four neighbouring pixels at x, stored as four floats in each of the 8 planes at y: the tile is transposed in registers. */
  @inline planes(y: usize, plane: usize, bias: usize, x: usize, table: usize, end: usize, panel: usize): void {
    let c0 = f32x4.splat(0);
    let c1 = c0;
    let d0 = c0;
    let d1 = c0;
    let e0 = c0;
    let e1 = c0;
    let f0 = c0;
    let f1 = c0;
    while (table < end) {
      const p = x + <usize>load<u32>(table);
      const b = v128.load(panel);
      const g = v128.load(panel, 16);
      let a = v128.load_splat<f32>(p);
      c0 = f32x4.add(c0, f32x4.mul(a, b));
      c1 = f32x4.add(c1, f32x4.mul(a, g));
      a = v128.load_splat<f32>(p, 4);
      d0 = f32x4.add(d0, f32x4.mul(a, b));
      d1 = f32x4.add(d1, f32x4.mul(a, g));
      a = v128.load_splat<f32>(p, 8);
      e0 = f32x4.add(e0, f32x4.mul(a, b));
      e1 = f32x4.add(e1, f32x4.mul(a, g));
      a = v128.load_splat<f32>(p, 12);
      f0 = f32x4.add(f0, f32x4.mul(a, b));
      f1 = f32x4.add(f1, f32x4.mul(a, g));
      table += 4;
      panel += 32;
    }
    this.transposed(y, plane, bias, c0, d0, e0, f0);
    this.transposed(y + 4 * plane, plane, bias + 16, c1, d1, e1, f1);
  }

  /** Stores the transpose of four rows of four, plus a bias a column of them, to four planes. */
  @inline transposed(y: usize, plane: usize, bias: usize, a: v128, b: v128, c: v128, d: v128): void {
    const s = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
    const t = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
    const u = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
    const v = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
    v128.store(y, f32x4.add(v128.load_splat<f32>(bias), v128.shuffle<f32>(s, t, 0, 1, 4, 5)));
    y += plane;
    v128.store(y, f32x4.add(v128.load_splat<f32>(bias, 4), v128.shuffle<f32>(s, t, 2, 3, 6, 7)));
    y += plane;
    v128.store(y, f32x4.add(v128.load_splat<f32>(bias, 8), v128.shuffle<f32>(u, v, 0, 1, 4, 5)));
    y += plane;
    v128.store(y, f32x4.add(v128.load_splat<f32>(bias, 12), v128.shuffle<f32>(u, v, 2, 3, 6, 7)));
  }
}
