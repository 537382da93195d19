// The convolution kernel: any stride, padding, dilation and groups, without an im2col buffer. A strip of images is copied into padded
// grids (conv-pack.ts), then read in place by the loops of conv-pass.ts. Gradients are in conv-grad.ts.
import { flatStrip, isFlat } from "./conv-flat";
import { Geometry, Grid, gridBytes, inputGrid, inputPlane, listTaps, Pass, stripOf, vectors } from "./conv-geometry";
import { fillGrid } from "./conv-pack";
import { biasBytes, convolve, listPass, packGroup, panelBytes, pixelBytes, termBytes, WORK_BYTES } from "./conv-pass";
import { isProduct, product, productScratch } from "./conv-pointwise";

/** Fewest pixels of a strip: enough that a block of weights fetched from L2 is used often. */
const STRIP_PIXELS: usize = 64;

function strips(g: Geometry): usize {
  const bytes = (g.cg * inputPlane(g)) << 2;
  return isFlat(g.og, g.pixels) ? flatStrip(g.n, bytes) : stripOf(g.n, g.pixels, STRIP_PIXELS, bytes);
}

/** Bytes of scratch for `conv`; `geometry` points to the 22 counts of conv-geometry.ts. */
export function convScratch(geometry: usize): usize {
  const g = changetype<Geometry>(geometry);
  if (isProduct(g)) return productScratch(g);
  const strip = strips(g);
  const count = g.cg * g.taps;
  return (
    vectors(offsetof<Grid>()) +
    vectors(offsetof<Pass>()) +
    termBytes(count) +
    pixelBytes(strip * g.pixels) +
    g.groups * (panelBytes(g.og, count, g.pixels) + biasBytes(g.og)) +
    WORK_BYTES +
    gridBytes(strip, g.cg, inputPlane(g))
  );
}

/** y[n][o][pixels] = bias[o] + sum of weight[o][c / groups][taps] * x[n][c][d][h][w]; `bias` may be 0. */
export function conv(y: usize, x: usize, weight: usize, bias: usize, geometry: usize, scratch: usize): void {
  const g = changetype<Geometry>(geometry);
  if (isProduct(g)) {
    product(y, x, weight, bias, g, false, scratch);
    return;
  }
  const strip = strips(g);
  const cg = g.cg;
  const og = g.og;
  const pixels = g.pixels;
  const count = cg * g.taps;

  const grid = changetype<Grid>(scratch);
  scratch += vectors(offsetof<Grid>());
  const pass = changetype<Pass>(scratch);
  scratch += vectors(offsetof<Pass>());
  pass.terms = scratch;
  scratch += termBytes(count);
  pass.pixels = scratch;
  scratch += pixelBytes(strip * pixels);
  pass.panels = scratch;
  pass.groupBytes = panelBytes(og, count, pixels);
  const biases = scratch + g.groups * pass.groupBytes;
  const work = biases + g.groups * biasBytes(og);
  const grids = work + WORK_BYTES;

  inputGrid(grid, g);
  memory.fill(grids, 0, gridBytes(strip, cg, grid.plane));
  pass.depth = g.od;
  pass.rows = g.ho;
  pass.cols = g.wo;
  pass.start = 0;
  pass.count = count;
  listTaps(pass.terms, grid, g);
  listPass(pass, grid, strip, 0, g.taps, og);

  memory.fill(biases, 0, g.groups * biasBytes(og));
  for (let group: usize = 0; group < g.groups; group++) {
    const w = weight + ((group * og * count) << 2);
    packGroup(pass, pass.panels + group * pass.groupBytes, w, 0, count << 2, og);
    if (bias) memory.copy(biases + group * biasBytes(og), bias + ((group * og) << 2), og << 2);
  }

  const xGroup = (cg * g.area) << 2;
  const yImage = (g.o * pixels) << 2;
  for (let n: usize = 0; n < g.n; n += strip) {
    const images = min(strip, g.n - n);
    for (let group: usize = 0; group < g.groups; group++) {
      // a group's grids at a time: of a depthwise convolution they stay in L1
      fillGrid(grids, x + (n * g.groups + group) * xGroup, grid, images, g.groups * xGroup);
      convolve(
        y + n * yImage + ((group * og * pixels) << 2),
        pixels << 2,
        yImage,
        grids,
        grid,
        pass,
        pass.panels + group * pass.groupBytes,
        biases + group * biasBytes(og),
        work,
        images,
        og,
      );
    }
  }
}
