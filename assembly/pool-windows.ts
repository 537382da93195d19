// Pooling of windows of any size, stride, padding and dilation: a plane is copied into a padded grid (conv-geometry.ts) in which each
// place of four neighbouring windows is one vector, whatever the stride. Gradients are in pool-windows-grad.ts.
import { Geometry, Grid, gridBytes, inputGrid, inputPlane, listTaps, vectors } from "./conv-geometry";
import { fillGrid } from "./conv-pack";
import { Tail } from "./map";
import { Larger } from "./pool-quads";

/** What a window sees outside of the image when its largest is sought. */
export const PADDING: f32 = -Infinity;

/** The number of no pixel. */
const NONE: i32 = i32.MIN_VALUE;

/** Bytes of working memory. */
export function windowBytes(g: Geometry): usize {
  return (
    vectors(offsetof<Grid>()) + 2 * vectors(g.taps << 2) + vectors((g.ho * g.wo) << 2) + gridBytes(1, 1, inputPlane(g))
  );
}

/** y[n][ho][wo] = the largest of each window of x[n][h][w]. */
export function maxWindows(y: usize, x: usize, g: Geometry, scratch: usize): void {
  const larger = changetype<Larger>(0);
  const grid = changetype<Grid>(scratch);
  const places = scratch + vectors(offsetof<Grid>());
  const end = places + (g.taps << 2);
  const cells = places + vectors(g.taps << 2);
  inputGrid(grid, g);
  listTaps(places, grid, g);
  const padding = f32x4.splat(PADDING);
  for (let i: usize = 0, bytes = gridBytes(1, 1, grid.plane); i < bytes; i += 16) v128.store(cells + i, padding);
  const wo = g.wo;
  for (let plane: usize = 0; plane < g.n; plane++) {
    fillGrid(cells, x, grid, 1, 0);
    for (let oy: usize = 0; oy < g.ho; oy++) {
      const row = cells + ((oy * grid.width) << 2);
      for (let ox: usize = 0; ox < wo; ox += 4) {
        let best = padding;
        for (let p = places; p < end; p += 4) {
          best = larger.of(best, v128.load(row + (ox << 2) + <usize>load<u32>(p)));
        }
        changetype<Tail>(0).store(y + (ox << 2), best, <i32>(wo - ox));
      }
      y += wo << 2;
    }
    x += (g.h * g.w) << 2;
  }
}

/**
 * As `maxWindows`, and index[n][ho][wo] = the number in its plane of the pixel that each is: the first of equal ones, but the last NaN;
 * -1 for a window that sees no pixel.
 */
export function maxWindowsIndex(y: usize, index: usize, x: usize, g: Geometry, scratch: usize): void {
  const grid = changetype<Grid>(scratch);
  const places = scratch + vectors(offsetof<Grid>());
  const end = places + (g.taps << 2);
  const table = vectors(g.taps << 2);
  const numbers = places + table;
  const cells = numbers + table;
  inputGrid(grid, g);
  listTaps(places, grid, g);
  for (let ky: usize = 0, to = numbers; ky < g.kh; ky++)
    for (let kx: usize = 0; kx < g.kw; kx++, to += 4) store<u32>(to, <u32>(ky * g.dh * g.w + kx * g.dw));
  const padding = f32x4.splat(PADDING);
  const none = i32x4.splat(NONE);
  const step = <i32>g.sw;
  const lanes = i32x4.mul(i32x4(0, 1, 2, 3), i32x4.splat(step));
  for (let i: usize = 0, bytes = gridBytes(1, 1, grid.plane); i < bytes; i += 16) v128.store(cells + i, padding);
  const wo = g.wo;
  for (let plane: usize = 0; plane < g.n; plane++) {
    fillGrid(cells, x, grid, 1, 0);
    for (let oy: usize = 0; oy < g.ho; oy++) {
      const row = cells + ((oy * grid.width) << 2);
      const first = <i32>((oy * g.sh - g.ph) * g.w - g.pw);
      for (let ox: usize = 0; ox < wo; ox += 4) {
        let best = padding;
        let winner = none;
        for (let p = places; p < end; p += 4) {
          const v = v128.load(row + (ox << 2) + <usize>load<u32>(p));
          const wins = v128.or(f32x4.gt(v, best), f32x4.ne(v, v));
          best = v128.bitselect(v, best, wins);
          winner = v128.bitselect(v128.load_splat<u32>(p + table), winner, wins);
        }
        const n = <i32>(wo - ox);
        const at = i32x4.add(winner, i32x4.add(lanes, i32x4.splat(first + <i32>ox * step)));
        changetype<Tail>(0).store(y + (ox << 2), best, n);
        changetype<Tail>(0).store(index + (ox << 2), at, n);
        // a window of nothing but -inf has no winner yet: its first pixel
        const lost = i32x4.bitmask(i32x4.eq(winner, none));
        if (lost)
          for (let i = 0; i < min(4, n); i++)
            if ((lost >> i) & 1) store<i32>(index + ((ox + i) << 2), firstInside(oy, ox + i, g));
      }
      y += wo << 2;
      index += wo << 2;
    }
    x += (g.h * g.w) << 2;
  }
}

/** The number of the first pixel that a window sees; -1 if it sees none. */
function firstInside(oy: usize, ox: usize, g: Geometry): i32 {
  for (let ky: usize = 0; ky < g.kh; ky++)
    for (let kx: usize = 0; kx < g.kw; kx++) {
      // rows and columns before the image wrap around and are too large, too
      const y = oy * g.sh + ky * g.dh - g.ph;
      const x = ox * g.sw + kx * g.dw - g.pw;
      if (y < g.h && x < g.w) return <i32>(y * g.w + x);
    }
  return -1;
}

/** y[n][ho][wo] = the mean of each window of x[n][h][w]. */
export function meanWindows(y: usize, x: usize, g: Geometry, scratch: usize, countPadding: i32, divisor: f32): void {
  const grid = changetype<Grid>(scratch);
  const places = scratch + vectors(offsetof<Grid>());
  const end = places + (g.taps << 2);
  const table = places + vectors(g.taps << 2);
  const cells = table + vectors((g.ho * g.wo) << 2);
  inputGrid(grid, g);
  listTaps(places, grid, g);
  memory.fill(cells, 0, gridBytes(1, 1, grid.plane));
  listDivisors(table, g, countPadding, divisor);
  const wo = g.wo;
  for (let plane: usize = 0; plane < g.n; plane++) {
    fillGrid(cells, x, grid, 1, 0);
    let divisors = table;
    for (let oy: usize = 0; oy < g.ho; oy++) {
      const row = cells + ((oy * grid.width) << 2);
      for (let ox: usize = 0; ox < wo; ox += 4) {
        let sum = f32x4.splat(0);
        for (let p = places; p < end; p += 4) {
          sum = f32x4.add(sum, v128.load(row + (ox << 2) + <usize>load<u32>(p)));
        }
        changetype<Tail>(0).store(y + (ox << 2), f32x4.div(sum, v128.load(divisors + (ox << 2))), <i32>(wo - ox));
      }
      y += wo << 2;
      divisors += wo << 2;
    }
    x += (g.h * g.w) << 2;
  }
}

/** By what each window's sum is divided; a window that ceil mode lets reach past the padding counts none of what lies there. */
export function listDivisors(table: usize, g: Geometry, countPadding: i32, divisor: f32): void {
  for (let oy: usize = 0; oy < g.ho; oy++)
    for (let ox: usize = 0; ox < g.wo; ox++, table += 4) {
      // in rows and columns of the padded image
      let top = oy * g.sh;
      let left = ox * g.sw;
      let bottom = min(top + g.kh, g.h + 2 * g.ph);
      let right = min(left + g.kw, g.w + 2 * g.pw);
      if (!countPadding) {
        top = max(top, g.ph);
        left = max(left, g.pw);
        bottom = min(bottom, g.h + g.ph);
        right = min(right, g.w + g.pw);
      }
      store<f32>(table, divisor === 0 ? <f32>((bottom - top) * (right - left)) : divisor);
    }
}
