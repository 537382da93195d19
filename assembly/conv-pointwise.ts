// Convolutions of 1x1 without stride or padding: for each image a product of matrices, whose planes lie as the tiles of
// gemm-tile.ts want them. Other shapes are conv-pass.ts's and conv-grad.ts's. In % of the peak, there and here: 64->128 on 16x16 forward
// 82 and 89, input gradient 80 and 87, weight gradient 85 and 92; 32->32 on 32x32 71 and 76, 72 and 79, 75 and 86.
import { Geometry, vectors } from "./conv-geometry";
import { kBlock, packPanels, packRows } from "./gemm-pack";
import { tiles } from "./gemm-tile";

/** Room for a tile on its way to an edge. */
const TILE_BYTES: usize = 128;
/** Columns packed at a time: 16 leave the prefetcher too little of a row (64->128 on 16x16 alike, 256->256 on 32x32 86 and 89 %). */
const COLUMNS: usize = 64;

/** Whether `n` columns fill panels of 16 well: 10x10 pixels gain 7 %, 7x7 lose 15. */
function fills(n: usize): bool {
  return ((n + 15) & ~15) * 5 <= n * 6;
}
/** A few channels are better off with the pixels in lanes. Without an image a weight gradient would stay unwritten. */
function isPointwise(g: Geometry): bool {
  return (
    g.taps * g.phases === 1 && g.pd + g.ph + g.pw === 0 && g.pixels === g.area && min(g.n, 1) * min(g.cg, g.og) > 3
  );
}
/** Whether forward and input gradient are made here. */
export function isProduct(g: Geometry): bool {
  return isPointwise(g) && fills(g.pixels);
}
/** Whether the weight gradient is. */
export function isWeightProduct(g: Geometry): bool {
  return isPointwise(g) && fills(g.cg);
}

/** Bytes for panels of `columns` columns over `k`, and what packing overruns. */
function panelBytes(k: usize, columns: usize): usize {
  return kBlock(k) * (columns << 2) + 192;
}
/** Bytes of scratch for `product`. */
export function productScratch(g: Geometry): usize {
  const biases = max(g.c, g.o) << 6;
  return TILE_BYTES + panelBytes(max(g.cg, g.og), COLUMNS) + biases + vectors((g.groups * (g.cg + 3) * g.og) << 2);
}
/** Bytes of scratch for `weightProduct`. */
export function weightProductScratch(g: Geometry): usize {
  return TILE_BYTES + panelBytes(g.pixels, 16);
}

/** y = bias + weight * x or, `transposed`, bias + weight' * x, with dy for x; `bias` may be 0. */
export function product(
  y: usize,
  x: usize,
  weight: usize,
  bias: usize,
  g: Geometry,
  transposed: bool,
  scratch: usize,
): void {
  const groups = g.groups;
  const m = transposed ? g.cg : g.og;
  const k = transposed ? g.og : g.cg;
  const panels = scratch + TILE_BYTES;
  const biases = panels + panelBytes(max(m, k), COLUMNS);
  // the tile reads rows of 16 biases
  if (bias)
    for (let i: usize = 0, n = groups * m; i < n; i++)
      for (let lane: usize = 0; lane < 16; lane++)
        store<f32>(biases + (i << 6) + (lane << 2), load<f32>(bias + (i << 2)));
  let row = k << 2;
  let col: usize = 4;
  let group = m * row;
  if (transposed) {
    const packed = biases + ((groups * max(m, k)) << 6);
    const size = ((m + 3) & ~3) * row;
    for (let i: usize = 0; i < groups; i++) packRows(packed + i * size, weight + i * group, m << 2, m, k);
    weight = packed;
    row = 4;
    col = 16;
    group = size;
  }

  const plane = g.pixels << 2;
  const block = kBlock(k);
  for (let i: usize = 0, n = g.n * groups; i < n; i++) {
    const a = weight + (i % groups) * group;
    const start = bias ? biases + (((i % groups) * m) << 6) : 0;
    for (let from: usize = 0; from < g.pixels; from += COLUMNS) {
      const columns = min(COLUMNS, g.pixels - from);
      for (let p: usize = 0; p < k; p += block) {
        const kc = min(block, k - p);
        packPanels(panels, x + p * plane + (from << 2), plane, 4, kc, columns);
        let panel = panels;
        for (let j: usize = 0; j < columns; j += 16, panel += kc << 6)
          tiles(
            y + ((from + j) << 2),
            plane,
            4,
            a + p * col,
            row,
            col,
            k << 4,
            panel,
            64,
            0,
            start,
            64,
            4,
            scratch,
            m,
            min<usize>(16, columns - j),
            kc,
            p === 0,
          );
      }
    }
    x += k * plane;
    y += m * plane;
  }
}

/** dweight = sum over the images of dy * x'. */
export function weightProduct(dweight: usize, dy: usize, x: usize, g: Geometry, scratch: usize): void {
  const groups = g.groups;
  const og = g.og;
  const cg = g.cg;
  const plane = g.pixels << 2;
  const block = kBlock(g.pixels);
  const panel = scratch + TILE_BYTES;
  for (let i: usize = 0, n = g.n * groups; i < n; i++) {
    const to = dweight + (((i % groups) * og * cg) << 2);
    for (let p: usize = 0; p < g.pixels; p += block) {
      const kc = min(block, g.pixels - p);
      const a = dy + (p << 2);
      const first = i < groups && p === 0;
      for (let c: usize = 0; c < cg; c += 16) {
        const cols = min<usize>(16, cg - c);
        packPanels(panel, x + c * plane + (p << 2), 4, plane, kc, cols);
        tiles(to + (c << 2), cg << 2, 4, a, plane, 4, plane << 2, panel, 64, 0, 0, 0, 0, scratch, og, cols, kc, first);
      }
    }
    x += cg * plane;
    dy += og * plane;
  }
}
