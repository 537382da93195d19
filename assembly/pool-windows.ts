// Pooling of windows of any size, stride, padding and dilation: a plane is copied into a padded grid (conv-geometry.ts) in which each
// place of four neighbouring windows is one vector, whatever the stride. Gradients are in pool-windows-grad.ts.
import { Geometry, Grid, gridBytes, inputGrid, inputPlane, listTaps, vectors } from "./conv-geometry";
import { fillGrid } from "./conv-pack";
import { Tail } from "./map";
import { Larger } from "./pool-quads";

/** What a window sees outside of the image when its largest is sought. */
export const PADDING: f32 = -Infinity;

/** Bytes of working memory. */
export function windowBytes(g: Geometry): usize {
  return (
    vectors(offsetof<Grid>()) + vectors(g.taps << 2) + vectors((g.ho * g.wo) << 2) + gridBytes(1, 1, inputPlane(g))
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
  for (let plane: usize = 0; plane < g.n; plane++) {
    fillGrid(cells, x, grid);
    for (let oy: usize = 0; oy < g.ho; oy++) {
      const row = cells + ((oy * grid.width) << 2);
      for (let ox: usize = 0; ox < g.wo; ox += 4) {
        let best = padding;
        for (let p = places; p < end; p += 4) {
          best = larger.of(best, v128.load(row + (ox << 2) + <usize>load<u32>(p)));
        }
        changetype<Tail>(0).store(y + (ox << 2), best, <i32>(g.wo - ox));
      }
      y += g.wo << 2;
    }
    x += (g.h * g.w) << 2;
  }
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
  for (let plane: usize = 0; plane < g.n; plane++) {
    fillGrid(cells, x, grid);
    let divisors = table;
    for (let oy: usize = 0; oy < g.ho; oy++) {
      const row = cells + ((oy * grid.width) << 2);
      for (let ox: usize = 0; ox < g.wo; ox += 4) {
        let sum = f32x4.splat(0);
        for (let p = places; p < end; p += 4) {
          sum = f32x4.add(sum, v128.load(row + (ox << 2) + <usize>load<u32>(p)));
        }
        changetype<Tail>(0).store(y + (ox << 2), f32x4.div(sum, v128.load(divisors + (ox << 2))), <i32>(g.wo - ox));
      }
      y += g.wo << 2;
      divisors += g.wo << 2;
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
