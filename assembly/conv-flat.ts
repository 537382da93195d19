// Convolution with the pixels in lanes: for depthwise and other convolutions to one to four channels, in whose tiles of channels half
// of the lanes or more would idle. One channel at a time, 3 rows x 8 pixels of it; terms are read by runs that lie under each other in the grid, so
// that each row of a run is loaded once for three rows of results. The weight gradient of such layers is conv-flat-grad.ts.
import { Grid, Pass } from "./conv-geometry";
import { copyRows } from "./conv-pack";

/** To at most this many channels the pixels are the lanes: half of 8 channel lanes would idle. */
export const FLAT_CHANNELS: usize = 4;
/** Pixels of a tile's row, and its bytes. */
export const COLS: usize = 8;
export const COL_BYTES: usize = COLS << 2;
/** Rows of a tile. An image of fewer is a line to it, whose next 8 pixels are the next row. */
export const ROWS: usize = 3;

/** 3 rows x 8 neighbouring pixels. */
class Tile3x8 {
  /**
   * y[3][8] = bias + sum over the terms of weight * x[3][8]. A run is the place of its first term and the bytes of its weights; each
   * further term reads `step` bytes after the one before, as does each further row of the tile: a row moves up by one a term.
   */
  @inline rows(
    y: usize,
    yStep: usize,
    bias: usize,
    x: usize,
    step: usize,
    runs: usize,
    end: usize,
    weight: usize,
  ): void {
    let c0 = v128.load_splat<f32>(bias);
    let c1 = c0;
    let d0 = c0;
    let d1 = c0;
    let e0 = c0;
    let e1 = c0;
    for (; runs < end; runs += 8) {
      let p = x + <usize>load<u32>(runs);
      const last = weight + <usize>load<u32>(runs, 4);
      let r0 = v128.load(p);
      let r1 = v128.load(p, 16);
      p += step;
      let s0 = v128.load(p);
      let s1 = v128.load(p, 16);
      for (; weight < last; weight += 4) {
        p += step;
        const w = v128.load_splat<f32>(weight);
        const t0 = v128.load(p);
        const t1 = v128.load(p, 16);
        c0 = f32x4.add(c0, f32x4.mul(w, r0));
        c1 = f32x4.add(c1, f32x4.mul(w, r1));
        d0 = f32x4.add(d0, f32x4.mul(w, s0));
        d1 = f32x4.add(d1, f32x4.mul(w, s1));
        e0 = f32x4.add(e0, f32x4.mul(w, t0));
        e1 = f32x4.add(e1, f32x4.mul(w, t1));
        r0 = s0;
        r1 = s1;
        s0 = t0;
        s1 = t1;
      }
    }
    v128.store(y, c0);
    v128.store(y, c1, 16);
    y += yStep;
    v128.store(y, d0);
    v128.store(y, d1, 16);
    y += yStep;
    v128.store(y, e0);
    v128.store(y, e1, 16);
  }
}

/** Most bytes of grids that are filled at a time, where they alone are worked on: a part of L1. */
const STRIP_BYTES: usize = 1 << 14;

/** Whether all of `channels` are taken one at a time. */
export function isFlat(channels: usize, pixels: usize): bool {
  return channels - 1 < FLAT_CHANNELS && pixels >= 4;
}
/** How many of `n` images are then handled together, of a grid of `bytes` each. */
export function flatStrip(n: usize, bytes: usize): usize {
  return max<usize>(1, min(n, STRIP_BYTES / max<usize>(1, bytes)));
}

/** Whether the last of `channels` are taken one at a time, if images are not tiny. */
export function endsFlat(channels: usize): bool {
  return (channels & 7) - 1 < FLAT_CHANNELS;
}

/** Bytes from a row of a tile to the next in a grid, of an image of `rows` rows. */
export function stepOf(rows: usize, grid: Grid): usize {
  return rows < ROWS ? COL_BYTES : grid.width << 2;
}

/**
 * How many places after a term the one stands that reads `step` bytes further: everywhere as many, fewer than none where offsets fall;
 * 0 if there is no such term. To look for each term among all others took ten times as long as a long kernel's convolution.
 */
function hopOf(terms: usize, span: usize, step: usize): usize {
  const first = load<u32>(terms);
  for (let k: usize = 1; k < span; k++) {
    const offset = load<u32>(terms + (k << 2));
    if (offset === first + <u32>step) return k;
    if (offset === first - <u32>step) return -k;
  }
  return 0;
}
/** Whether there is a term `k`, and it reads at `offset`. */
function readsAt(terms: usize, span: usize, k: usize, offset: u32): bool {
  return k < span && load<u32>(terms + (k << 2)) === offset;
}

/**
 * Writes the runs of `count` terms, for terms and rows `step` bytes apart, and returns their end; `order` gets the byte offsets of the
 * weights in the order of the runs. Each channel has `span` terms at the same places; `offsets` lists where their weights lie,
 * 0 if they are adjacent.
 */
export function listRuns(
  runs: usize,
  order: usize,
  terms: usize,
  offsets: usize,
  count: usize,
  span: usize,
  step: usize,
): usize {
  let end = runs;
  let at = order;
  span = min(span, count);
  const hop = hopOf(terms, span, step);
  for (let k: usize = 0; k < span; k++) {
    const first = load<u32>(terms + (k << 2));
    if (readsAt(terms, span, k - hop, first - <u32>step)) continue; // in the run of the one above
    store<u32>(end, first);
    const from = at;
    let next = first;
    for (let i = k; readsAt(terms, span, i, next); i += hop, next += <u32>step, at += 4) {
      const shift = i << 2;
      store<u32>(at, offsets ? load<u32>(offsets + shift) : <u32>shift);
    }
    store<u32>(end, <u32>(at - from), 4);
    end += 8;
  }
  // the other channels' alike
  const bytes = end - runs;
  for (let k = span; k < count; k += span) {
    const shift = k << 2;
    const place = load<u32>(terms + shift) - load<u32>(terms);
    const weight = offsets ? load<u32>(offsets + shift) - load<u32>(offsets) : <u32>shift;
    for (let r = runs, next = end + bytes; end < next; r += 8, end += 8) {
      store<u32>(end, load<u32>(r) + place);
      store<u32>(end, load<u32>(r, 4), 4);
    }
    for (let j: usize = 0; j < span; j++, at += 4) store<u32>(at, load<u32>(order + (j << 2)) + weight);
  }
  return end;
}

/** Rows x columns of a channel, `high` x `wide` at a time; rows lie `yStep` and `step` bytes apart. */
function fill(
  y: usize,
  yStep: usize,
  x: usize,
  step: usize,
  rows: usize,
  cols: usize,
  high: usize,
  wide: usize,
  bias: usize,
  runs: usize,
  end: usize,
  panel: usize,
): void {
  const tile = changetype<Tile3x8>(0);
  for (let r: usize = 0; r < rows; r += high) {
    if (r + high > rows) r = rows - high; // the last ones again, with the same values; columns alike
    for (let c: usize = 0; c < cols; c += wide) {
      if (c + wide > cols) c = cols - wide;
      tile.rows(y + r * yStep + (c << 2), yStep, bias, x + r * step + (c << 2), step, runs, end, panel);
    }
  }
}

/** A channel's plane of each image, images `yImage` bytes apart, from the grids of a strip at x; `work` holds a tile. */
export function flat(
  y: usize,
  yImage: usize,
  x: usize,
  grid: Grid,
  pass: Pass,
  panel: usize,
  bias: usize,
  work: usize,
  images: usize,
): void {
  const rows = pass.rows;
  const cols = pass.cols;
  const runs = pass.runs;
  const end = pass.runsEnd;
  const line = rows < ROWS;
  const high: usize = line ? 1 : ROWS;
  const wide = line ? ROWS * COLS : COLS;
  const step = stepOf(rows, grid);
  for (let b: usize = 0; b < images; b++)
    for (let z: usize = 0; z < pass.depth; z++) {
      const from = x + b * grid.image + pass.start + grid.at(z, 0, 0);
      const to = y + b * yImage + ((z * rows * cols) << 2);
      if (cols >= wide && !line) fill(to, cols << 2, from, step, rows, cols, high, wide, bias, runs, end, panel);
      else
        for (let r: usize = 0; r < rows; r += high) {
          if (r + high > rows) r = rows - high;
          const at = to + ((r * cols) << 2);
          const p = from + grid.at(0, r, 0);
          if (cols >= wide) fill(at, COL_BYTES, p, step, 1, cols, 1, wide, bias, runs, end, panel);
          else {
            // a tile is wider than the image
            fill(work, COL_BYTES, p, step, high, wide, high, wide, bias, runs, end, panel);
            copyRows(at, work, high, cols, cols << 2, wide << 2, 1);
          }
        }
    }
}
