// One pass of the forward loops over a strip of images: pixels by a table, taps by a table, and the choice among three loops by shape.
// The forward convolution is one pass; its input gradient is one pass for each phase of the stride. Packing is in conv-pack.ts, the loop
// for few channels in conv-flat.ts.
import { endsFlat, FLAT_CHANNELS, flat, isFlat, listRuns, stepOf } from "./conv-flat";
import { Grid, Pass, vectors } from "./conv-geometry";
import { packPanel, toLanes, toPlanes } from "./conv-pack";
import { Tile2x16, Tile4x8 } from "./conv-tile";

/** Pixels of a block of the 2x16 loop: its sums `[pixels][16]` and one block of the panel stay in L1. */
const PIXELS: usize = 128;
/** Terms of a block of the 2x16 loop: 16 kB of panel. */
const TERMS: usize = 256;
/** From this many terms on the 2x16 loop wins (measured on Zen 5: behind at 288, ahead at 576; level on Sapphire Rapids). */
const WIDE_TERMS: usize = 320;
/** What a sum starts from; never written. */
export const ZEROS = memory.data(64, 16);
/** Lanes of the next block of `left` channels: 16 or 8 channels, or 1, which means that the pixels are the lanes. */
function lanesOf(left: usize, count: usize, pixels: usize): usize {
  if (pixels < 4) return 16;
  if (left <= FLAT_CHANNELS) return 1;
  return left > 8 && count >= WIDE_TERMS ? 16 : 8;
}

/** Bytes of a group's panels. */
export function panelBytes(channels: usize, count: usize, pixels: usize): usize {
  let lanes: usize = 0;
  for (let o: usize = 0; o < channels; ) {
    const width = lanesOf(channels - o, count, pixels);
    lanes += width;
    o += width;
  }
  // 3 rows more: channels become lanes four terms at a time
  return vectors((lanes * count) << 2) + 192;
}
/** Bytes of a group's biases, with zeros for the lanes past the last. */
export function biasBytes(channels: usize): usize {
  return vectors((channels + 16) << 2);
}
/** Bytes of the strip's table of pixels, its last entry repeated. */
export function pixelBytes(pixels: usize): usize {
  return vectors((pixels + 4) << 2);
}
/** Bytes of the table of `count` terms, and of what `listRuns` makes of it. */
export function termBytes(count: usize): usize {
  return 4 * vectors(count << 2);
}
/** Bytes that `convolve` needs to work in. */
export const WORK_BYTES: usize = PIXELS << 6;

/** Writes the pass's table of pixels. */
export function listPixels(pass: Pass, grid: Grid, images: usize): void {
  let at = pass.pixels;
  let p: usize = 0;
  for (let b: usize = 0; b < images; b++)
    for (let z: usize = 0; z < pass.depth; z++)
      for (let y: usize = 0; y < pass.rows; y++) {
        p = b * grid.image + pass.start + grid.at(z, y, 0);
        for (let x: usize = 0; x < pass.cols; x++, p += 4, at += 4) store<u32>(at, <u32>p);
      }
  for (let i: usize = 0; i < 4; i++, at += 4) store<u32>(at, <u32>(p - 4));
}

/** Lists the pass's pixels in a strip of images, and the runs of its terms, where loops for `channels` need them; `span` and `offsets` are as `listRuns` has them. */
export function listPass(pass: Pass, grid: Grid, images: usize, offsets: usize, span: usize, channels: usize): void {
  const count = pass.count;
  if (!isFlat(channels, pass.size)) listPixels(pass, grid, images);
  pass.order = pass.terms + vectors(count << 2);
  pass.runs = pass.order + vectors(count << 2);
  if (endsFlat(channels))
    pass.runsEnd = listRuns(pass.runs, pass.order, pass.terms, offsets, count, span, stepOf(pass.rows, grid));
}

/**
 * Packs a group's weights, `step` bytes from a channel to the next. `offsets` lists in bytes where a term's first weight lies; 0 if a
 * channel's terms are adjacent.
 */
export function packGroup(pass: Pass, panel: usize, w: usize, offsets: usize, step: usize, channels: usize): void {
  const count = pass.count;
  for (let o: usize = 0; o < channels; ) {
    const width = lanesOf(channels - o, count, pass.size);
    const lanes = min(width, channels - o);
    const order = width === 1 ? pass.order : offsets;
    if (order) packPanel(panel, w + o * step, order, count, step, lanes, width);
    else toLanes(panel, w + o * step, step, count, lanes, width);
    panel += (width * count) << 2;
    o += width;
  }
}

/** y[channels][pixels] of each image, planes `yPlane` and images `yImage` bytes apart, from the grids of a strip at x. */
export function convolve(
  y: usize,
  yPlane: usize,
  yImage: usize,
  x: usize,
  grid: Grid,
  pass: Pass,
  panel: usize,
  bias: usize,
  work: usize,
  images: usize,
  channels: usize,
): void {
  const pixels = pass.size;
  for (let o: usize = 0; o < channels; ) {
    const width = lanesOf(channels - o, pass.count, pixels);
    const lanes = min(width, channels - o);
    if (width === 16) wide(y, yPlane, yImage, x, pass, panel, bias, work, images, lanes);
    else if (width === 8) narrow(y, yPlane, yImage, x, pass, panel, bias, work, images, lanes);
    else flat(y, yImage, x, grid, pass, panel, bias, work, images);
    panel += (width * pass.count) << 2;
    bias += width << 2;
    y += width * yPlane;
    o += width;
  }
}

/** 2 pixels x 16 channels at a time: the sums of a block of pixels, channels in lanes, then transposed to the planes. */
function wide(
  y: usize,
  yPlane: usize,
  yImage: usize,
  x: usize,
  pass: Pass,
  panel: usize,
  bias: usize,
  work: usize,
  images: usize,
  lanes: usize,
): void {
  const tile = changetype<Tile2x16>(0);
  const pixels = pass.size;
  const all = images * pixels;
  for (let from: usize = 0; from < all; from += PIXELS) {
    const to = min(all, from + PIXELS);
    const tableEnd = pass.pixels + (to << 2);
    for (let k: usize = 0; k < max<usize>(1, pass.count); k += TERMS) {
      const terms = pass.terms + (k << 2);
      const end = pass.terms + (min(pass.count, k + TERMS) << 2);
      const block = panel + (k << 6);
      // the first block starts from zeros, the others from the sums so far
      const first = k === 0;
      let c = work;
      for (let p = pass.pixels + (from << 2); p < tableEnd; p += 8) {
        const a = <usize>load<u32>(p);
        const b = <usize>load<u32>(p, 4);
        tile.add(c, first ? ZEROS : c, first ? 0 : 64, x + a, b - a, terms, end, block);
        c += 128;
      }
    }
    // a block may span images, whose planes lie apart
    for (let i = from; i < to; ) {
      const b = i / pixels;
      const next = min(to, (b + 1) * pixels);
      toPlanes(y + b * yImage + ((i - b * pixels) << 2), yPlane, bias, work + ((i - from) << 6), 64, next - i, lanes);
      i = next;
    }
  }
}

/** 4 pixels x 8 channels at a time, straight to the planes where the pixels are neighbours. */
function narrow(
  y: usize,
  yPlane: usize,
  yImage: usize,
  x: usize,
  pass: Pass,
  panel: usize,
  bias: usize,
  work: usize,
  images: usize,
  lanes: usize,
): void {
  const tile = changetype<Tile4x8>(0);
  const pixels = pass.size;
  const terms = pass.terms;
  const end = terms + (pass.count << 2);
  for (let b: usize = 0; b < images; b++) {
    const table = pass.pixels + ((b * pixels) << 2);
    for (let i: usize = 0; i < pixels; i += 4) {
      if (i + 4 > pixels) i = pixels - 4; // the last four again, with the same values
      const p = table + (i << 2);
      const p0 = <usize>load<u32>(p);
      const p3 = <usize>load<u32>(p, 12);
      const to = y + b * yImage + (i << 2);
      if (p3 - p0 === 12 && lanes === 8) tile.planes(to, yPlane, bias, x + p0, terms, end, panel);
      else {
        const p1 = <usize>load<u32>(p, 4);
        const p2 = <usize>load<u32>(p, 8);
        tile.add(work, ZEROS, 0, x + p0, p1 - p0, p2 - p0, p3 - p0, terms, end, panel);
        toPlanes(to, yPlane, bias, work, 32, 4, lanes);
      }
    }
  }
}
