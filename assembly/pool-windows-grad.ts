// Gradient of the averages of pool-windows.ts. Each element of dx gathers from the windows that see it, so that neighbours are vectors and
// nothing is added in memory: dy lies in a grid with a margin of zeros, as for the input gradient of a convolution. The gradient
// of maxima follows their indices (max-unpool.ts).
import { cellsBefore, Geometry, Grid, gridBytes, outputGrid, outputPlane, vectors } from "./conv-geometry";
import { listPhase, spanOf } from "./conv-phase";
import { Tail } from "./map";
import { listDivisors } from "./pool-windows";

/** Bytes of working memory. */
export function meanGradBytes(g: Geometry): usize {
  return (
    vectors(offsetof<Grid>()) +
    2 * vectors(g.taps << 2) +
    vectors((g.sh * g.sw) << 2) +
    vectors((g.ho * g.wo) << 2) +
    gridBytes(1, 1, outputPlane(g))
  );
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
  const taps = offsets + vectors(g.taps << 2); // which nobody reads: a mean has no weights
  const ends = taps + vectors(g.taps << 2);
  const divisors = ends + vectors((g.sh * g.sw) << 2);
  const dys = divisors + vectors((g.ho * g.wo) << 2);
  outputGrid(dyGrid, g);
  memory.fill(dys, 0, gridBytes(1, 1, dyGrid.plane));
  let listed = offsets;
  for (let fy: usize = 0; fy < g.sh; fy++)
    for (let fx: usize = 0; fx < g.sw; fx++) {
      listed += listPhase(listed, taps, 0, fy, fx, dyGrid, g) << 2;
      store<u32>(ends + ((fy * g.sw + fx) << 2), <u32>listed);
    }
  listDivisors(divisors, g, countPadding, divisor);
  const shareRows = min(g.ho, dyGrid.rows - g.reachH);
  const shareCols = min(g.wo, dyGrid.width - g.reachW);
  const sw = g.sw;
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
      for (let fx: usize = 0; fx < sw; fx++) {
        const end = <usize>load<u32>(ends + ((fy * sw + fx) << 2));
        const y0 = cellsBefore(g.ph, fy, g.sh);
        const x0 = cellsBefore(g.pw, fx, sw);
        const rows = spanOf(fy, g.h, g.ph, g.sh);
        const cols = spanOf(fx, g.w, g.pw, sw);
        for (let r: usize = 0; r < rows; r++) {
          const cell = dys + (((y0 + r) * dyGrid.width + x0) << 2);
          const to = dx + ((((y0 + r) * g.sh + fy - g.ph) * g.w + x0 * sw + fx - g.pw) << 2);
          for (let c: usize = 0; c < cols; c += 4) {
            let sum = f32x4.splat(0);
            for (let p = first; p < end; p += 4) sum = f32x4.add(sum, v128.load(cell + (c << 2) + <usize>load<u32>(p)));
            spreadLanes(to + ((c * sw) << 2), sum, cols - c, sw);
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
