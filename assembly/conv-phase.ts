// The phases of a strided window: pixels of x of one residue modulo the stride, which are read by the same taps only. Counting and
// listing for gradients with respect to x, of convolution (conv-grad-input.ts) and of pooling (pool-windows-grad.ts).
import { cellsBefore, Geometry, Grid } from "./conv-geometry";

/** How many of `k` taps, `dilation` apart, belong to a phase. */
export function tapsOf(phase: usize, k: usize, dilation: usize, stride: usize): usize {
  let n: usize = 0;
  for (let i: usize = 0; i < k; i++) if ((i * dilation) % stride === phase) n++;
  return n;
}
/** How many pixels of an axis of x are in a phase. */
export function spanOf(phase: usize, size: usize, padding: usize, stride: usize): usize {
  return cellsBefore(padding + size, phase, stride) - cellsBefore(padding, phase, stride);
}

/** Lists the taps of a phase: where they read in dy's grid, and where their weights lie; returns how many. */
export function listPhase(
  terms: usize,
  weights: usize,
  fz: usize,
  fy: usize,
  fx: usize,
  grid: Grid,
  g: Geometry,
): usize {
  const first = terms;
  const og = g.og;
  const taps = g.taps;
  for (let o: usize = 0; o < og; o++)
    for (let kz: usize = 0; kz < g.kd; kz++) {
      if ((kz * g.dd) % g.sd !== fz) continue;
      for (let ky: usize = 0; ky < g.kh; ky++) {
        if ((ky * g.dh) % g.sh !== fy) continue;
        for (let kx: usize = 0; kx < g.kw; kx++) {
          if ((kx * g.dw) % g.sw !== fx) continue;
          const cell = grid.at(
            g.reachD - (kz * g.dd) / g.sd,
            g.reachH - (ky * g.dh) / g.sh,
            g.reachW - (kx * g.dw) / g.sw,
          );
          store<u32>(terms, <u32>(((o * grid.plane) << 2) + cell));
          store<u32>(weights, <u32>((o * g.cg * taps + (kz * g.kh + ky) * g.kw + kx) << 2));
          terms += 4;
          weights += 4;
        }
      }
    }
  return (terms - first) >> 2;
}
