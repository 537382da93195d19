// Gradient of the convolution for its input: the forward loops on dy with the weights flipped and their channels swapped. With a stride,
// the input pixels of one phase (residue modulo the stride) see only the taps of that phase: a pass of its own for each, so
// that no product with an inserted zero is ever made, which would cost time and turn an infinite weight into NaN.

import { columnsInputGrad, columnsScratch, prefersColumns } from "./conv-columns";
import { cellsBefore, Geometry, Grid, gridBytes, outputGrid, outputPlane, stripOf, vectors } from "./conv-geometry";
import { fillGrid, spread } from "./conv-pack";
import { biasBytes, convolve, listPixels, Pass, packGroup, panelBytes, pixelBytes, workBytes } from "./conv-pass";
import { colsOf, listPhase, rowsOf, tapsOf } from "./conv-phase";

/** Fewest pixels of a strip: enough that a block of weights fetched from L2 is used often. */
const STRIP_PIXELS: usize = 64;

/** Most rows and columns of a phase. */
function phaseRows(g: Geometry): usize {
  return (g.h + g.sh - 1) / g.sh;
}
function phaseCols(g: Geometry): usize {
  return (g.w + g.sw - 1) / g.sw;
}
function strips(g: Geometry): usize {
  return stripOf(g.n, phaseRows(g) * phaseCols(g), STRIP_PIXELS, (g.o * outputPlane(g)) << 2);
}
/** Bytes of a phase's result before it is spread over dx; none without a stride. */
function phaseBytes(g: Geometry): usize {
  return g.sh * g.sw === 1 ? 0 : vectors((strips(g) * g.cg * phaseRows(g) * phaseCols(g)) << 2);
}

/** Bytes of a group's panels in all phases. */
function allPanels(g: Geometry): usize {
  let bytes: usize = 0;
  for (let fy: usize = 0; fy < g.sh; fy++)
    for (let fx: usize = 0; fx < g.sw; fx++) {
      const count = g.og * tapsOf(fy, g.kh, g.dh, g.sh) * tapsOf(fx, g.kw, g.dw, g.sw);
      bytes += panelBytes(g.cg, count, rowsOf(fy, g) * colsOf(fx, g));
    }
  return bytes;
}
/** Bytes of scratch for `conv2dInputGrad`. */
export function conv2dInputGradScratch(geometry: usize): usize {
  const g = changetype<Geometry>(geometry);
  if (prefersColumns(g)) return columnsScratch(g);
  const phases = g.sh * g.sw;
  const strip = strips(g);
  const count = g.og * g.taps;
  return (
    vectors(offsetof<Grid>()) +
    phases * vectors(offsetof<Pass>()) +
    2 * vectors(count << 2) +
    phases * 16 +
    pixelBytes(strip * g.h * g.w) +
    g.groups * allPanels(g) +
    biasBytes(g.cg) +
    workBytes(phaseRows(g), g.reachW + cellsBefore(g.pw + g.w, 0, g.sw)) +
    phaseBytes(g) +
    gridBytes(strip, g.o, outputPlane(g))
  );
}

/** dx[n][c][h][w] = sum over o and the taps of dy[n][o][ho][wo] * weight[o][c / groups][kh][kw]. */
export function conv2dInputGrad(dx: usize, dy: usize, weight: usize, geometry: usize, scratch: usize): void {
  const g = changetype<Geometry>(geometry);
  if (prefersColumns(g)) {
    columnsInputGrad(dx, dy, weight, g, scratch);
    return;
  }
  const phases = g.sh * g.sw;
  const strip = strips(g);
  const cg = g.cg;
  const og = g.og;
  const count = og * g.taps;
  const passBytes = vectors(offsetof<Pass>());

  const grid = changetype<Grid>(scratch);
  scratch += vectors(offsetof<Grid>());
  const passes = scratch;
  scratch += phases * passBytes;
  let weights = scratch;
  scratch += vectors(count << 2);
  let terms = scratch;
  scratch += vectors(count << 2);
  let pixels = scratch;
  scratch += phases * 16 + pixelBytes(strip * g.h * g.w);
  let panels = scratch;
  scratch += g.groups * allPanels(g);
  const zeros = scratch;
  scratch += biasBytes(cg);
  const work = scratch;
  scratch += workBytes(phaseRows(g), g.reachW + cellsBefore(g.pw + g.w, 0, g.sw));
  const phaseSum = scratch;
  const grids = phaseSum + phaseBytes(g);

  outputGrid(grid, g);
  memory.fill(grids, 0, gridBytes(strip, g.o, grid.plane));
  memory.fill(zeros, 0, biasBytes(cg));

  // tables and panels of every phase
  for (let fy: usize = 0; fy < g.sh; fy++)
    for (let fx: usize = 0; fx < g.sw; fx++) {
      const pass = changetype<Pass>(passes + (fy * g.sw + fx) * passBytes);
      pass.rows = rowsOf(fy, g);
      pass.cols = colsOf(fx, g);
      pass.start = (cellsBefore(g.ph, fy, g.sh) * grid.width + cellsBefore(g.pw, fx, g.sw)) << 2;
      pass.pixels = pixels;
      pass.terms = terms;
      pass.panels = panels;
      pass.count = listPhase(terms, weights, fy, fx, grid, g);
      pass.groupBytes = panelBytes(cg, pass.count, pass.rows * pass.cols);
      if (pass.rows === 0 || pass.cols === 0) continue;
      listPixels(pass, grid, strip);
      for (let group: usize = 0; group < g.groups; group++) {
        const w = weight + ((group * cg * count) << 2);
        packGroup(pass, panels + group * pass.groupBytes, w, weights, g.taps << 2, cg);
      }
      pixels += ((strip * pass.rows * pass.cols) << 2) + 16;
      terms += pass.count << 2;
      weights += pass.count << 2;
      panels += g.groups * pass.groupBytes;
    }

  const xPlane = (g.h * g.w) << 2;
  const xImage = g.c * xPlane;
  const yImage = (g.o * g.ho * g.wo) << 2;
  for (let n: usize = 0; n < g.n; n += strip) {
    const images = min(strip, g.n - n);
    for (let b: usize = 0; b < images; b++) fillGrid(grids + b * grid.image, dy + (n + b) * yImage, grid);
    for (let phase: usize = 0; phase < phases; phase++) {
      const pass = changetype<Pass>(passes + phase * passBytes);
      if (pass.rows === 0 || pass.cols === 0) continue;
      for (let group: usize = 0; group < g.groups; group++) {
        const to = dx + n * xImage + group * cg * xPlane;
        const from = grids + ((group * og * grid.plane) << 2);
        const panel = pass.panels + group * pass.groupBytes;
        if (phases === 1) convolve(to, xPlane, xImage, from, grid, pass, panel, zeros, work, images, cg);
        else {
          const plane = (pass.rows * pass.cols) << 2;
          convolve(phaseSum, plane, cg * plane, from, grid, pass, panel, zeros, work, images, cg);
          spreadPhase(to, phaseSum, phase / g.sw, phase % g.sw, pass, g, images);
        }
      }
    }
  }
}

/** Puts a phase's planes `[images][cg][rows][cols]` in their places in dx. */
function spreadPhase(dx: usize, s: usize, fy: usize, fx: usize, pass: Pass, g: Geometry, images: usize): void {
  const cg = g.cg;
  const y0 = cellsBefore(g.ph, fy, g.sh) * g.sh + fy - g.ph;
  const x0 = cellsBefore(g.pw, fx, g.sw) * g.sw + fx - g.pw;
  for (let b: usize = 0; b < images; b++)
    for (let c: usize = 0; c < cg; c++) {
      spread(dx + ((((b * g.c + c) * g.h + y0) * g.w + x0) << 2), s, pass.rows, pass.cols, g.w, g.sh, g.sw);
      s += (pass.rows * pass.cols) << 2;
    }
}
