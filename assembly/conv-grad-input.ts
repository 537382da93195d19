// Gradient of the convolution for its input: the forward loops on dy with the weights flipped and their channels swapped. With a stride,
// the input pixels of one phase (residue modulo the stride) see only the taps of that phase: a pass of its own for each, so
// that no product with an inserted zero is ever made, which would cost time and turn an infinite weight into NaN.

import { columnsInputGrad, columnsScratch, prefersColumns } from "./conv-columns";
import { flatStrip, isFlat } from "./conv-flat";
import {
  cellsBefore,
  Geometry,
  Grid,
  gridBytes,
  outputGrid,
  outputPlane,
  Pass,
  stripOf,
  vectors,
} from "./conv-geometry";
import { fillBias, fillGrid, spreadRow, weaveRow } from "./conv-pack";
import { biasBytes, convolve, listPass, packGroup, panelBytes, pixelBytes, termBytes, WORK_BYTES } from "./conv-pass";
import { listPhase, spanOf, tapsOf } from "./conv-phase";
import { isProduct, product, productScratch } from "./conv-pointwise";

/** Fewest pixels of a strip: enough that a block of weights fetched from L2 is used often. */
const STRIP_PIXELS: usize = 64;

/** Most pixels on an axis of a phase. */
function phaseSpan(size: usize, stride: usize): usize {
  return (size + stride - 1) / stride;
}
/** Most pixels of a phase. */
function phasePixels(g: Geometry): usize {
  return phaseSpan(g.d, g.sd) * phaseSpan(g.h, g.sh) * phaseSpan(g.w, g.sw);
}
function strips(g: Geometry): usize {
  const bytes = (g.og * outputPlane(g)) << 2;
  const pixels = phasePixels(g);
  return isFlat(g.cg, pixels) ? flatStrip(g.n, bytes) : stripOf(g.n, pixels, STRIP_PIXELS, bytes);
}
/** Bytes of a phase's result before it is spread over dx; none without a stride. */
function phaseBytes(g: Geometry): usize {
  return g.phases === 1 ? 0 : vectors((strips(g) * g.cg * phasePixels(g)) << 2);
}
/** Results that are spread together: the two of a stride of 2 write whole vectors of dx. */
function wovenPhases(g: Geometry): usize {
  return g.sw === 2 ? 2 : 1;
}

/** Bytes of a group's panels in all phases. */
function allPanels(g: Geometry): usize {
  let bytes: usize = 0;
  for (let fz: usize = 0; fz < g.sd; fz++)
    for (let fy: usize = 0; fy < g.sh; fy++)
      for (let fx: usize = 0; fx < g.sw; fx++) {
        const taps = tapsOf(fz, g.kd, g.dd, g.sd) * tapsOf(fy, g.kh, g.dh, g.sh) * tapsOf(fx, g.kw, g.dw, g.sw);
        const pixels = spanOf(fz, g.d, g.pd, g.sd) * spanOf(fy, g.h, g.ph, g.sh) * spanOf(fx, g.w, g.pw, g.sw);
        bytes += panelBytes(g.cg, g.og * taps, pixels);
      }
  return bytes;
}
/** Bytes of scratch for `convInputGrad`. */
export function convInputGradScratch(geometry: usize): usize {
  const g = changetype<Geometry>(geometry);
  if (isProduct(g)) return productScratch(g);
  if (prefersColumns(g)) return columnsScratch(g);
  const phases = g.phases;
  const strip = strips(g);
  const count = g.og * g.taps;
  return (
    vectors(offsetof<Grid>()) +
    phases * vectors(offsetof<Pass>()) +
    vectors(count << 2) +
    termBytes(count) +
    phases * 80 + // each phase's tables are rounded up
    pixelBytes(strip * g.area) +
    g.groups * (allPanels(g) + biasBytes(g.cg)) +
    WORK_BYTES +
    wovenPhases(g) * phaseBytes(g) +
    gridBytes(strip, g.og, outputPlane(g))
  );
}

/**
 * dx[n][c][d][h][w] = bias[c] + sum over o and the taps of dy[n][o][pixels] * weight[o][c / groups][taps]; `bias` may be 0. With a bias it
 * is the transposed convolution.
 */
export function convInputGrad(dx: usize, dy: usize, weight: usize, bias: usize, geometry: usize, scratch: usize): void {
  const g = changetype<Geometry>(geometry);
  if (isProduct(g)) {
    product(dx, dy, weight, bias, g, true, scratch);
    return;
  }
  if (prefersColumns(g)) {
    columnsInputGrad(dx, dy, weight, bias, g, scratch);
    return;
  }
  const phases = g.phases;
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
  scratch += termBytes(count) + phases * 64;
  let pixels = scratch;
  scratch += phases * 16 + pixelBytes(strip * g.area);
  let panels = scratch;
  scratch += g.groups * allPanels(g);
  const biases = scratch;
  scratch += g.groups * biasBytes(cg);
  const work = scratch;
  scratch += WORK_BYTES;
  const phaseSum = scratch;
  const grids = phaseSum + wovenPhases(g) * phaseBytes(g);

  outputGrid(grid, g);
  memory.fill(grids, 0, gridBytes(strip, og, grid.plane));
  memory.fill(biases, 0, g.groups * biasBytes(cg));
  if (bias)
    for (let group: usize = 0; group < g.groups; group++)
      memory.copy(biases + group * biasBytes(cg), bias + ((group * cg) << 2), cg << 2);

  // tables and panels of every phase
  let idle = false; // whether no tap reads some phase
  let at = passes;
  for (let fz: usize = 0; fz < g.sd; fz++)
    for (let fy: usize = 0; fy < g.sh; fy++)
      for (let fx: usize = 0; fx < g.sw; fx++, at += passBytes) {
        const pass = changetype<Pass>(at);
        pass.depth = spanOf(fz, g.d, g.pd, g.sd);
        pass.rows = spanOf(fy, g.h, g.ph, g.sh);
        pass.cols = spanOf(fx, g.w, g.pw, g.sw);
        pass.start = grid.at(cellsBefore(g.pd, fz, g.sd), cellsBefore(g.ph, fy, g.sh), cellsBefore(g.pw, fx, g.sw));
        pass.pixels = pixels;
        pass.terms = terms;
        pass.panels = panels;
        pass.count = listPhase(terms, weights, fz, fy, fx, grid, g);
        if (pass.count === 0) idle = true;
        pass.groupBytes = panelBytes(cg, pass.count, pass.size);
        if (pass.size === 0) continue;
        listPass(pass, grid, strip, weights, pass.count / max<usize>(1, og), cg);
        for (let group: usize = 0; group < g.groups; group++) {
          const w = weight + ((group * cg * count) << 2);
          packGroup(pass, panels + group * pass.groupBytes, w, weights, g.taps << 2, cg);
        }
        pixels += ((strip * pass.size) << 2) + 16;
        terms += termBytes(pass.count);
        weights += pass.count << 2;
        panels += g.groups * pass.groupBytes;
      }

  const woven = g.sw === 2 && !idle;
  if (idle) fillBias(dx, bias, g);
  const xPlane = g.area << 2;
  const xImage = g.c * xPlane;
  const yGroup = (og * g.pixels) << 2;
  for (let n: usize = 0; n < g.n; n += strip) {
    const images = min(strip, g.n - n);
    for (let group: usize = 0; group < g.groups; group++) {
      fillGrid(grids, dy + (n * g.groups + group) * yGroup, grid, images, g.groups * yGroup);
      const to = dx + n * xImage + group * cg * xPlane;
      const start = biases + group * biasBytes(cg);
      for (let phase: usize = 0; phase < phases; phase++) {
        const pass = changetype<Pass>(passes + phase * passBytes);
        const panel = pass.panels + group * pass.groupBytes;
        if (phases === 1) {
          convolve(to, xPlane, xImage, grids, grid, pass, panel, start, work, images, cg);
          continue;
        }
        const plane = pass.size << 2;
        const sum = phaseSum + (woven ? (phase & 1) * phaseBytes(g) : 0);
        if (plane * pass.count > 0) convolve(sum, plane, cg * plane, grids, grid, pass, panel, start, work, images, cg);
        if (woven ? phase & 1 : pass.count) spreadPhase(to, phaseSum, phase, pass, g, images, woven);
      }
    }
  }
}

/** Where a phase begins on an axis of x. */
function firstOf(phase: usize, padding: usize, stride: usize): usize {
  return cellsBefore(padding, phase, stride) * stride + phase - padding;
}

/** Puts a phase's planes `[images][cg][depth][rows][cols]` in their places in dx, or, `woven`, those of it and of the phase before. */
function spreadPhase(dx: usize, s: usize, phase: usize, pass: Pass, g: Geometry, images: usize, woven: bool): void {
  const z0 = firstOf(phase / (g.sh * g.sw), g.pd, g.sd);
  const y0 = firstOf((phase / g.sw) % g.sh, g.ph, g.sh);
  const x0: usize = woven ? 0 : firstOf(phase % g.sw, g.pw, g.sw);
  let cols = pass.cols;
  // of two phases the one that has column 0 goes first
  let odd = s + phaseBytes(g);
  if (woven) {
    cols = (g.w + 1) >> 1;
    if (g.pw & 1) {
      const swap = s;
      s = odd;
      odd = swap;
    }
  }
  for (let b: usize = 0; b < images; b++)
    for (let c: usize = 0; c < g.cg; c++)
      for (let z: usize = 0; z < pass.depth; z++)
        for (let y: usize = 0; y < pass.rows; y++, s += cols << 2) {
          const row = (((b * g.c + c) * g.d + z0 + z * g.sd) * g.h + y0 + y * g.sh) * g.w;
          const to = dx + ((row + x0) << 2);
          if (!woven) spreadRow(to, s, cols, g.sw);
          else {
            const pairs = g.w >> 1;
            weaveRow(to, s, odd, pairs);
            odd += pairs << 2;
            if (g.w & 1) store<f32>(to + (pairs << 3), load<f32>(s + (pairs << 2)));
          }
        }
}
