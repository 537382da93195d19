// Gradients of the pooling of pool-windows.ts. Each element of dx gathers from the windows that see it, so that neighbours are vectors and
// nothing is added in memory: dy lies in a grid with a margin of zeros, as for the input gradient of a convolution.
import {
  cellsBefore,
  Geometry,
  Grid,
  gridBytes,
  inputGrid,
  inputPlane,
  listTaps,
  outputGrid,
  outputPlane,
  vectors,
} from "./conv-geometry";
import { fillGrid } from "./conv-pack";
import { colsOf, listPhase, rowsOf } from "./conv-phase";
import { Tail } from "./map";
import { listDivisors, PADDING } from "./pool-windows";

/** Bytes of working memory. */
export function windowGradBytes(g: Geometry): usize {
  return (
    2 * vectors(offsetof<Grid>()) +
    3 * vectors(g.taps << 2) +
    vectors((g.sh * g.sw) << 2) +
    vectors((g.ho * g.wo) << 2) +
    gridBytes(1, 1, inputPlane(g)) +
    2 * gridBytes(1, 1, outputPlane(g))
  );
}

/** dx[n][h][w]: each dy goes to the place of its window's largest value. */
export function maxWindowsGrad(dx: usize, dy: usize, x: usize, g: Geometry, scratch: usize): void {
  const grid = changetype<Grid>(scratch);
  const dyGrid = changetype<Grid>(scratch + vectors(offsetof<Grid>()));
  const places = scratch + 2 * vectors(offsetof<Grid>());
  const offsets = places + vectors(g.taps << 2);
  const taps = offsets + vectors(g.taps << 2);
  const ends = taps + vectors(g.taps << 2);
  const cells = ends + vectors((g.sh * g.sw) << 2);
  inputGrid(grid, g);
  outputGrid(dyGrid, g);
  const dys = cells + gridBytes(1, 1, grid.plane);
  const winners = dys + gridBytes(1, 1, dyGrid.plane);
  const padding = f32x4.splat(PADDING);
  for (let i: usize = 0, bytes = gridBytes(1, 1, grid.plane); i < bytes; i += 16) v128.store(cells + i, padding);
  memory.fill(dys, 0, gridBytes(1, 1, dyGrid.plane));
  listTaps(places, grid, g);
  listPhases(offsets, taps, ends, dyGrid, g);
  for (let plane: usize = 0; plane < g.n; plane++) {
    fillGrid(cells, x, grid);
    fillGrid(dys, dy, dyGrid);
    listWinners(winners, dyGrid, cells, grid, places, g);
    let first = offsets;
    for (let fy: usize = 0; fy < g.sh; fy++)
      for (let fx: usize = 0; fx < g.sw; fx++) {
        const end = <usize>load<u32>(ends + ((fy * g.sw + fx) << 2));
        const y0 = cellsBefore(g.ph, fy, g.sh);
        const x0 = cellsBefore(g.pw, fx, g.sw);
        const rows = rowsOf(fy, g);
        const cols = colsOf(fx, g);
        for (let r: usize = 0; r < rows; r++) {
          const cell = ((y0 + r) * dyGrid.width + x0) << 2;
          const to = dx + ((((y0 + r) * g.sh + fy - g.ph) * g.w + x0 * g.sw + fx - g.pw) << 2);
          for (let c: usize = 0; c < cols; c += 4) {
            let sum = f32x4.splat(0);
            const at = cell + (c << 2);
            for (let p = first, t = taps + (first - offsets); p < end; p += 4, t += 4) {
              const from = at + <usize>load<u32>(p);
              const won = i32x4.eq(v128.load(winners + from), v128.load_splat<u32>(t));
              sum = f32x4.add(sum, v128.and(v128.load(dys + from), won));
            }
            spreadLanes(to + ((c * g.sw) << 2), sum, cols - c, g.sw);
          }
        }
        first = end;
      }
    x += (g.h * g.w) << 2;
    dx += (g.h * g.w) << 2;
    dy += (g.ho * g.wo) << 2;
  }
}

/** Lists the taps of all phases in turn, and where each phase's end. */
function listPhases(offsets: usize, taps: usize, ends: usize, grid: Grid, g: Geometry): void {
  for (let fy: usize = 0; fy < g.sh; fy++)
    for (let fx: usize = 0; fx < g.sw; fx++) {
      const bytes = listPhase(offsets, taps, fy, fx, grid, g) << 2;
      offsets += bytes;
      taps += bytes;
      store<u32>(ends, <u32>offsets);
      ends += 4;
    }
}

/**
 * Writes in the place of each window in dy's grid which of its taps is the largest, as `listPhase` names it: four times its number; -1
 * in the margins. The first of equal ones wins, but the last NaN.
 */
function listWinners(winners: usize, dyGrid: Grid, cells: usize, grid: Grid, places: usize, g: Geometry): void {
  memory.fill(winners, 0xff, gridBytes(1, 1, dyGrid.plane));
  const end = places + (g.taps << 2);
  const rows = min(g.ho, dyGrid.rows - g.reachH);
  const cols = min(g.wo, dyGrid.width - g.reachW);
  for (let oy: usize = 0; oy < rows; oy++) {
    const row = cells + ((oy * grid.width) << 2);
    const to = winners + (((oy + g.reachH) * dyGrid.width + g.reachW) << 2);
    for (let ox: usize = 0; ox < cols; ox += 4) {
      let best = f32x4.splat(PADDING);
      let winner = i32x4.splat(-1);
      let tap = i32x4.splat(0);
      for (let p = places; p < end; p += 4) {
        const v = v128.load(row + (ox << 2) + <usize>load<u32>(p));
        const wins = v128.or(f32x4.gt(v, best), f32x4.ne(v, v));
        best = v128.bitselect(v, best, wins);
        winner = v128.bitselect(tap, winner, wins);
        tap = i32x4.add(tap, i32x4.splat(4));
      }
      changetype<Tail>(0).store(to + (ox << 2), winner, <i32>(cols - ox));
      // a window of nothing but -inf has no winner yet: its first place inside the image
      if (i32x4.bitmask(winner))
        for (let i = ox; i < min(ox + 4, cols); i++)
          if (load<i32>(to + (i << 2)) < 0) store<i32>(to + (i << 2), firstInside(oy, i, g));
    }
  }
}

/** Four times the number of the window's first tap inside the image; -1 if there is none. */
function firstInside(oy: usize, ox: usize, g: Geometry): i32 {
  for (let ky: usize = 0; ky < g.kh; ky++)
    for (let kx: usize = 0; kx < g.kw; kx++) {
      // rows and columns before the image wrap around and are too large, too
      const y = oy * g.sh + ky * g.dh - g.ph;
      const x = ox * g.sw + kx * g.dw - g.pw;
      if (y < g.h && x < g.w) return <i32>((ky * g.kw + kx) << 2);
    }
  return -1;
}

/** dx[n][h][w]: each dy, divided as its mean was, goes to every element of its window. */
export function meanWindowsGrad(
  dx: usize,
  dy: usize,
  g: Geometry,
  scratch: usize,
  countPadding: i32,
  divisor: f32,
): void {
  const dyGrid = changetype<Grid>(scratch);
  const offsets = scratch + vectors(offsetof<Grid>());
  const taps = offsets + vectors(g.taps << 2);
  const ends = taps + vectors(g.taps << 2);
  const divisors = ends + vectors((g.sh * g.sw) << 2);
  const dys = divisors + vectors((g.ho * g.wo) << 2);
  outputGrid(dyGrid, g);
  memory.fill(dys, 0, gridBytes(1, 1, dyGrid.plane));
  listPhases(offsets, taps, ends, dyGrid, g);
  listDivisors(divisors, g, countPadding, divisor);
  const shareRows = min(g.ho, dyGrid.rows - g.reachH);
  const shareCols = min(g.wo, dyGrid.width - g.reachW);
  for (let plane: usize = 0; plane < g.n; plane++) {
    for (let oy: usize = 0; oy < shareRows; oy++) {
      const to = dys + (((oy + g.reachH) * dyGrid.width + g.reachW) << 2);
      const from = (oy * g.wo) << 2;
      for (let ox: usize = 0; ox < shareCols; ox += 4) {
        const at = from + (ox << 2);
        changetype<Tail>(0).store(
          to + (ox << 2),
          f32x4.div(v128.load(dy + at), v128.load(divisors + at)),
          <i32>(shareCols - ox),
        );
      }
    }
    let first = offsets;
    for (let fy: usize = 0; fy < g.sh; fy++)
      for (let fx: usize = 0; fx < g.sw; fx++) {
        const end = <usize>load<u32>(ends + ((fy * g.sw + fx) << 2));
        const y0 = cellsBefore(g.ph, fy, g.sh);
        const x0 = cellsBefore(g.pw, fx, g.sw);
        const rows = rowsOf(fy, g);
        const cols = colsOf(fx, g);
        for (let r: usize = 0; r < rows; r++) {
          const cell = dys + (((y0 + r) * dyGrid.width + x0) << 2);
          const to = dx + ((((y0 + r) * g.sh + fy - g.ph) * g.w + x0 * g.sw + fx - g.pw) << 2);
          for (let c: usize = 0; c < cols; c += 4) {
            let sum = f32x4.splat(0);
            for (let p = first; p < end; p += 4) sum = f32x4.add(sum, v128.load(cell + (c << 2) + <usize>load<u32>(p)));
            spreadLanes(to + ((c * g.sw) << 2), sum, cols - c, g.sw);
          }
        }
        first = end;
      }
    dx += (g.h * g.w) << 2;
    dy += (g.ho * g.wo) << 2;
  }
}

/** Stores the first n lanes, `stride` floats apart. */
function spreadLanes(to: usize, v: v128, n: usize, stride: usize): void {
  if (stride === 1) {
    changetype<Tail>(0).store(to, v, <i32>n);
    return;
  }
  const step = stride << 2;
  store<f32>(to, f32x4.extract_lane(v, 0));
  if (n > 1) store<f32>(to + step, f32x4.extract_lane(v, 1));
  if (n > 2) store<f32>(to + 2 * step, f32x4.extract_lane(v, 2));
  if (n > 3) store<f32>(to + 3 * step, f32x4.extract_lane(v, 3));
}
