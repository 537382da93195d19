// Pooling of quads: 2x2 windows side by side, at least four in a row, four at a time. The last four of a row overlap those before.
// What lies outside the quads (an odd last row or column) is not touched. Other windows are pool-windows.ts's.

/** The larger of two vectors, and NaN where either is. */
export class Larger {
  @inline of(a: v128, b: v128): v128 {
    return v128.or(f32x4.pmax(a, b), f32x4.ne(b, b)); // pmax keeps a NaN of its first operand only
  }
}

/** y[planes][ho][wo] = the largest of each quad of x[planes][h][w]; NaN if one is. */
export function maxQuads(y: usize, x: usize, planes: usize, h: usize, w: usize, ho: usize, wo: usize): void {
  const larger = changetype<Larger>(0);
  const row = w << 2;
  for (let plane: usize = 0; plane < planes; plane++) {
    let r = x;
    for (let oy: usize = 0; oy < ho; oy++) {
      for (let i: usize = 0; i < wo; i += 4) {
        if (i + 4 > wo) i = wo - 4; // the last four again, with the same values
        const s = r + (i << 3);
        const t = s + row;
        const a = larger.of(v128.load(s), v128.load(t));
        const b = larger.of(v128.load(s, 16), v128.load(t, 16));
        const even = v128.shuffle<f32>(a, b, 0, 2, 4, 6);
        const odd = v128.shuffle<f32>(a, b, 1, 3, 5, 7);
        v128.store(y + (i << 2), larger.of(even, odd));
      }
      y += wo << 2;
      r += row << 1;
    }
    x += row * h;
  }
}

/** Each dy goes to its quad's largest element, the first of equal ones or the last NaN; the quad's others become 0. */
export function maxQuadsGrad(
  dx: usize,
  dy: usize,
  x: usize,
  planes: usize,
  h: usize,
  w: usize,
  ho: usize,
  wo: usize,
): void {
  const larger = changetype<Larger>(0);
  const row = w << 2;
  for (let plane: usize = 0; plane < planes; plane++) {
    let r = x;
    let d = dx;
    for (let oy: usize = 0; oy < ho; oy++) {
      for (let i: usize = 0; i < wo; i += 4) {
        if (i + 4 > wo) i = wo - 4;
        const s = r + (i << 3);
        const t = s + row;
        let a = v128.load(s);
        let b = v128.load(s, 16);
        const x0 = v128.shuffle<f32>(a, b, 0, 2, 4, 6);
        const x1 = v128.shuffle<f32>(a, b, 1, 3, 5, 7);
        a = v128.load(t);
        b = v128.load(t, 16);
        const x2 = v128.shuffle<f32>(a, b, 0, 2, 4, 6);
        const x3 = v128.shuffle<f32>(a, b, 1, 3, 5, 7);
        // in row order, a later element wins if it is larger or NaN
        let best = larger.of(x0, x1);
        const win1 = v128.or(f32x4.gt(x1, x0), f32x4.ne(x1, x1));
        const win2 = v128.or(f32x4.gt(x2, best), f32x4.ne(x2, x2));
        best = larger.of(best, x2);
        const win3 = v128.or(f32x4.gt(x3, best), f32x4.ne(x3, x3));
        let g = v128.load(dy + (i << 2));
        const g3 = v128.and(g, win3);
        g = v128.andnot(g, win3);
        const g2 = v128.and(g, win2);
        g = v128.andnot(g, win2);
        const g1 = v128.and(g, win1);
        const g0 = v128.andnot(g, win1);
        const to = d + (i << 3);
        v128.store(to, v128.shuffle<f32>(g0, g1, 0, 4, 1, 5));
        v128.store(to, v128.shuffle<f32>(g0, g1, 2, 6, 3, 7), 16);
        v128.store(to + row, v128.shuffle<f32>(g2, g3, 0, 4, 1, 5));
        v128.store(to + row, v128.shuffle<f32>(g2, g3, 2, 6, 3, 7), 16);
      }
      dy += wo << 2;
      r += row << 1;
      d += row << 1;
    }
    x += row * h;
    dx += row * h;
  }
}

/** y[planes][ho][wo] = scale * the sum of each quad of x[planes][h][w]. */
export function meanQuads(
  y: usize,
  x: usize,
  planes: usize,
  h: usize,
  w: usize,
  ho: usize,
  wo: usize,
  scale: f32,
): void {
  const row = w << 2;
  const factor = f32x4.splat(scale);
  for (let plane: usize = 0; plane < planes; plane++) {
    let r = x;
    for (let oy: usize = 0; oy < ho; oy++) {
      for (let i: usize = 0; i < wo; i += 4) {
        if (i + 4 > wo) i = wo - 4;
        const s = r + (i << 3);
        const t = s + row;
        let a = v128.load(s);
        let b = v128.load(s, 16);
        let sum = f32x4.add(v128.shuffle<f32>(a, b, 0, 2, 4, 6), v128.shuffle<f32>(a, b, 1, 3, 5, 7));
        a = v128.load(t);
        b = v128.load(t, 16);
        sum = f32x4.add(sum, v128.shuffle<f32>(a, b, 0, 2, 4, 6));
        sum = f32x4.add(sum, v128.shuffle<f32>(a, b, 1, 3, 5, 7));
        v128.store(y + (i << 2), f32x4.mul(sum, factor));
      }
      y += wo << 2;
      r += row << 1;
    }
    x += row * h;
  }
}

/** Every element of a quad becomes scale * dy. */
export function meanQuadsGrad(
  dx: usize,
  dy: usize,
  planes: usize,
  h: usize,
  w: usize,
  ho: usize,
  wo: usize,
  scale: f32,
): void {
  const row = w << 2;
  const factor = f32x4.splat(scale);
  for (let plane: usize = 0; plane < planes; plane++) {
    let d = dx;
    for (let oy: usize = 0; oy < ho; oy++) {
      for (let i: usize = 0; i < wo; i += 4) {
        if (i + 4 > wo) i = wo - 4;
        const g = f32x4.mul(v128.load(dy + (i << 2)), factor);
        const to = d + (i << 3);
        const low = v128.shuffle<f32>(g, g, 0, 0, 1, 1);
        const high = v128.shuffle<f32>(g, g, 2, 2, 3, 3);
        v128.store(to, low);
        v128.store(to, high, 16);
        v128.store(to + row, low);
        v128.store(to + row, high, 16);
      }
      dy += wo << 2;
      d += row << 1;
    }
    dx += row * h;
  }
}
