// Another way to the convolution's input gradient, for outputs much smaller than the input (a kernel as large as the image, a large one
// without padding), where most taps of most input pixels lie outside dy: for each tap the products of weights and dy's pixels, added
// to where the tap reads x. The products of a few channels at a time stay in L1 or L2. Which way is taken is decided here, too.
import { Cells, Geometry, Grid, gridBytes, outputCells, Pass, planeOf, stripOf, vectors } from "./conv-geometry";
import { fillBias, fillGrid } from "./conv-pack";
import { biasBytes, convolve, listPass, packGroup, panelBytes, pixelBytes, termBytes, WORK_BYTES } from "./conv-pass";

/** Fewest pixels of a strip. */
const STRIP_PIXELS: usize = 64;
/** Fewest columns (channels x taps) made at a time: enough lanes that few idle. */
const COLUMNS: usize = 64;
/** Most bytes of an image's columns. */
const MAX_BYTES: usize = 1 << 20;

/** Channels whose columns are made together. */
function channelsOf(g: Geometry): usize {
  return min(g.cg, (COLUMNS + g.taps - 1) / g.taps);
}
/** Bytes of an image's columns. */
function columnBytes(g: Geometry): usize {
  return (channelsOf(g) * g.taps * g.ho * g.wo) << 2;
}
function strips(g: Geometry): usize {
  return stripOf(g.n, g.ho * g.wo, STRIP_PIXELS, max((g.og * planeOf(g.ho * g.wo)) << 2, columnBytes(g)));
}

/**
 * Whether the passes over x's pixels would multiply mostly zeros: they make a product for each pixel of x and tap of its phase, the
 * columns one for each pixel of dy and tap, and then an addition. (Measured: 20->50 5x5 on 12x12, 37 % of the peak by passes and 71 % by
 * columns; 16->120 5x5 on 5x5, 4 % and 31 %.)
 */
export function prefersColumns(g: Geometry): bool {
  if (g.d * g.kd * g.od !== 1 || g.pd > 0) return false; // several planes: slower at worst
  const passes = <f64>g.h * <f64>g.w;
  const columns = <f64>(g.ho * g.wo) * <f64>(g.sh * g.sw);
  const bytes = <f64>(channelsOf(g) * g.taps) * <f64>(g.ho * g.wo) * 4;
  return passes > 2 * columns && bytes <= <f64>MAX_BYTES;
}

/** Bytes of scratch for `columnsInputGrad`. */
export function columnsScratch(g: Geometry): usize {
  const strip = strips(g);
  const pixels = g.ho * g.wo;
  return (
    vectors(offsetof<Grid>()) +
    vectors(offsetof<Pass>()) +
    vectors(g.og << 2) +
    termBytes(g.og) +
    pixelBytes(strip * pixels) +
    panelBytes(channelsOf(g) * g.taps, g.og, pixels) +
    biasBytes(channelsOf(g) * g.taps) +
    WORK_BYTES +
    vectors(strip * columnBytes(g)) +
    gridBytes(strip, g.og, planeOf(pixels))
  );
}

/** dx[n][c][h][w] = bias[c] + sum over o and the taps of dy[n][o][ho][wo] * weight[o][c / groups][kh][kw]; `bias` may be 0. */
export function columnsInputGrad(dx: usize, dy: usize, weight: usize, bias: usize, g: Geometry, scratch: usize): void {
  const cg = g.cg;
  const og = g.og;
  const taps = g.taps;
  const pixels = g.ho * g.wo;
  const strip = strips(g);
  const together = channelsOf(g);

  const grid = changetype<Grid>(scratch);
  scratch += vectors(offsetof<Grid>());
  const pass = changetype<Pass>(scratch);
  scratch += vectors(offsetof<Pass>());
  const weights = scratch;
  scratch += vectors(og << 2);
  pass.terms = scratch;
  scratch += termBytes(og);
  pass.pixels = scratch;
  scratch += pixelBytes(strip * pixels);
  pass.panels = scratch;
  scratch += panelBytes(together * taps, og, pixels);
  const zeros = scratch;
  scratch += biasBytes(together * taps);
  const work = scratch;
  scratch += WORK_BYTES;
  const columns = scratch;
  const grids = columns + vectors(strip * columnBytes(g));

  outputCells(grid, g);
  memory.fill(grids, 0, gridBytes(strip, og, grid.plane));
  memory.fill(zeros, 0, biasBytes(together * taps));
  fillBias(dx, bias, g);
  pass.depth = 1;
  pass.rows = g.ho;
  pass.cols = g.wo;
  pass.start = 0;
  pass.count = og;
  for (let o: usize = 0; o < og; o++) {
    store<u32>(pass.terms + (o << 2), <u32>((o * grid.plane) << 2));
    store<u32>(weights + (o << 2), <u32>((o * cg * taps) << 2));
  }
  listPass(pass, grid, strip, weights, 1, 9); // 8 channels and one more take all loops

  const xPlane = (g.h * g.w) << 2;
  const yGroup = (og * pixels) << 2;
  for (let n: usize = 0; n < g.n; n += strip) {
    const images = min(strip, g.n - n);
    for (let group: usize = 0; group < g.groups; group++) {
      fillGrid(grids, dy + (n * g.groups + group) * yGroup, grid, images, g.groups * yGroup);
      for (let c: usize = 0; c < cg; c += together) {
        const channels = min(together, cg - c);
        const image = (channels * taps * pixels) << 2;
        const w = weight + (((group * og * cg + c) * taps) << 2);
        packGroup(pass, pass.panels, w, weights, 4, channels * taps);
        convolve(columns, pixels << 2, image, grids, grid, pass, pass.panels, zeros, work, images, channels * taps);
        for (let b: usize = 0; b < images; b++)
          addColumns(dx + ((n + b) * g.c + group * cg + c) * xPlane, columns + b * image, channels, g);
      }
    }
  }
}

/** Adds columns `[channels][kh][kw][ho][wo]` to the pixels of dx that their taps read. */
function addColumns(dx: usize, s: usize, channels: usize, g: Geometry): void {
  const cells = changetype<Cells>(0);
  const wo = g.wo;
  const w = g.w;
  const sh = g.sh;
  const sw = g.sw;
  for (let c: usize = 0; c < channels; c++) {
    for (let ky: usize = 0; ky < g.kh; ky++) {
      // the outputs whose tap lies inside x: 0 <= y * sh + ky * dh - ph < h, and so for columns
      const y0 = cells.before(g.ph, ky * g.dh, sh);
      const y1 = min(g.ho, cells.before(g.ph + g.h, ky * g.dh, sh));
      for (let kx: usize = 0; kx < g.kw; kx++) {
        const x0 = cells.before(g.pw, kx * g.dw, sw);
        const x1 = min(wo, cells.before(g.pw + w, kx * g.dw, sw));
        for (let y = y0; y < y1; y++) {
          const d = dx + (((y * sh + ky * g.dh - g.ph) * w + kx * g.dw - g.pw) << 2);
          const row = s + ((y * wo) << 2);
          let x = x0;
          if (sw === 1)
            for (; x + 4 <= x1; x += 4) {
              const at = d + (x << 2);
              v128.store(at, f32x4.add(v128.load(at), v128.load(row + (x << 2))));
            }
          for (; x < x1; x++) {
            const at = d + ((x * sw) << 2);
            store<f32>(at, load<f32>(at) + load<f32>(row + (x << 2)));
          }
        }
        s += (g.ho * wo) << 2;
      }
    }
    dx += (g.h * w) << 2;
  }
}
