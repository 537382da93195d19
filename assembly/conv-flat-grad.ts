// The weight gradient of a convolution with the pixels in lanes (conv-flat.ts has the other loops): for depthwise and other
// convolutions to few channels. One channel of dy against three taps of x at a time, down a column of 8 pixels; where the
// taps lie under each other in the grid, each row of x is loaded once for all three. Sums stay vectors until the end.
import { COL_BYTES, COLS, listRuns, ROWS, stepOf } from "./conv-flat";
import { Grid, Pass, vectors } from "./conv-geometry";
import { Lanes } from "./lanes";

/** Bytes of the sums of a triple of taps: 8 lanes each. */
const SUM_BYTES: usize = 3 * COL_BYTES;

/** The taps in triples, offsets in the grid and then the places of their weights; those of the first `rotating` lie under each other. */
@unmanaged
class Triples {
  rotating!: usize;
  count!: usize;
  taps!: usize;
  places!: usize;
}

/** 3 taps x 8 pixels. */
class Tile3x8 {
  /** Two of these are eight floats; where `masked`, only the lanes of the mask are others than zero, even of infinities. */
  @inline read(x: usize, masked: bool, mask: v128): v128 {
    return masked ? v128.and(v128.load(x), mask) : v128.load(x);
  }

  /**
   * sum[3][8] = from[3][8] + dy * x over `blocks` columns of `rows` rows of 8 pixels. Rows lie `yStep` and `step` bytes apart, taps 1 and 2 read `s1`
   * and `s2` bytes after the first; if `rotates`, these are 1 and 2 steps.
   */
  @inline add(
    sum: usize,
    from: usize,
    dy: usize,
    yStep: usize,
    x: usize,
    step: usize,
    s1: usize,
    s2: usize,
    rows: usize,
    blocks: usize,
    rotates: bool,
    masked: bool,
    m: v128,
    n: v128,
  ): void {
    let c0 = f32x4.splat(0);
    let c1 = c0;
    let d0 = c0;
    let d1 = c0;
    let e0 = c0;
    let e1 = c0;
    for (; blocks > 0; blocks--, dy += COL_BYTES, x += COL_BYTES) {
      let a0 = c0;
      let a1 = c0;
      let b0 = c0;
      let b1 = c0;
      if (rotates) {
        a0 = v128.load(x);
        a1 = v128.load(x, 16);
        b0 = v128.load(x + step);
        b1 = v128.load(x + step, 16);
      }
      let p = x;
      for (let q = dy, end = dy + rows * yStep; q < end; q += yStep, p += step) {
        const g0 = v128.load(q);
        const g1 = v128.load(q, 16);
        if (!rotates) {
          a0 = this.read(p, masked, m);
          a1 = this.read(p + 16, masked, n);
          b0 = this.read(p + s1, masked, m);
          b1 = this.read(p + s1 + 16, masked, n);
        }
        const f0 = this.read(p + s2, masked, m);
        const f1 = this.read(p + s2 + 16, masked, n);
        c0 = f32x4.add(c0, f32x4.mul(g0, a0));
        c1 = f32x4.add(c1, f32x4.mul(g1, a1));
        d0 = f32x4.add(d0, f32x4.mul(g0, b0));
        d1 = f32x4.add(d1, f32x4.mul(g1, b1));
        e0 = f32x4.add(e0, f32x4.mul(g0, f0));
        e1 = f32x4.add(e1, f32x4.mul(g1, f1));
        if (rotates) {
          a0 = b0;
          a1 = b1;
          b0 = f0;
          b1 = f1;
        }
      }
    }
    v128.store(sum, f32x4.add(v128.load(from), c0));
    v128.store(sum, f32x4.add(v128.load(from, 16), c1), 16);
    v128.store(sum, f32x4.add(v128.load(from, 32), d0), 32);
    v128.store(sum, f32x4.add(v128.load(from, 48), d1), 48);
    v128.store(sum, f32x4.add(v128.load(from, 64), e0), 64);
    v128.store(sum, f32x4.add(v128.load(from, 80), e1), 80);
  }
}

/**
 * Adds `blocks` columns to the sums of all triples of taps at x. Of a `rest` of a column some lanes of dy are zero and do not count: a NaN may
 * come from an infinity there, and then that triple is done again with a mask, which is slower. `before` keeps what was there.
 */
function addTriples(
  sum: usize,
  triples: Triples,
  dy: usize,
  yStep: usize,
  x: usize,
  step: usize,
  rows: usize,
  blocks: usize,
  rest: bool,
  before: usize,
  m: v128,
  n: v128,
): void {
  const tile = changetype<Tile3x8>(0);
  let tap = triples.taps;
  const turn = tap + (triples.rotating << 2);
  for (const end = tap + (triples.count << 2); tap < end; tap += 12, sum += SUM_BYTES) {
    const a = <usize>load<u32>(tap);
    const s1 = <usize>load<u32>(tap, 4) - a;
    const s2 = <usize>load<u32>(tap, 8) - a;
    const p = x + a;
    if (rest) for (let i: usize = 0; i < SUM_BYTES; i += 16) v128.store(before + i, v128.load(sum + i));
    if (tap < turn) tile.add(sum, sum, dy, yStep, p, step, s1, s2, rows, blocks, true, false, m, n);
    else tile.add(sum, sum, dy, yStep, p, step, s1, s2, rows, blocks, false, false, m, n);
    if (rest) {
      let all = v128.load(sum);
      for (let i: usize = 16; i < SUM_BYTES; i += 16) all = f32x4.add(all, v128.load(sum + i));
      if (v128.any_true(f32x4.ne(all, all)))
        tile.add(sum, before, dy, yStep, p, step, s1, s2, rows, blocks, false, true, m, n);
    }
  }
}

/** Bytes of a channel's sums over `count` taps. */
export function flatSumBytes(count: usize): usize {
  return (count + 2) * COL_BYTES;
}
/** Bytes of a column of dy, and of sums before it. */
export function restBytes(rows: usize): usize {
  return rows * COL_BYTES + SUM_BYTES;
}
/** Bytes of the tables of `count` taps: triples with a last one filled up, and runs. */
export function tripleBytes(count: usize): usize {
  return vectors(offsetof<Triples>()) + 5 * vectors((count + 2) << 2);
}

/** Arranges `count` taps of an image of `rows` rows in triples: all that lie under each other, then the others. */
export function listTriples(at: usize, taps: usize, grid: Grid, rows: usize, count: usize, span: usize): void {
  const triples = changetype<Triples>(at);
  const table = vectors((count + 2) << 2);
  let tap = at + vectors(offsetof<Triples>());
  let place = tap + table;
  const order = place + table;
  const runs = order + table;
  triples.taps = tap;
  triples.places = place;
  const step = stepOf(rows, grid);
  const end = listRuns(runs, order, taps, 0, count, span, step);
  for (let rest = 0; rest < 2; rest++) {
    let from = order;
    for (let run = runs; run < end; run += 8) {
      const length = <usize>load<u32>(run, 4) >> 2;
      const whole = length - (length % 3);
      for (let i = rest ? whole : 0, last = rest ? length : whole; i < last; i++, tap += 4, place += 4) {
        store<u32>(tap, <u32>(<usize>load<u32>(run) + i * step));
        store<u32>(place, load<u32>(from + (i << 2)));
      }
      from += length << 2;
    }
    if (!rest) triples.rotating = (tap - triples.taps) >> 2;
  }
  // idle taps of the last triple are the one before again, with the same sum
  for (triples.count = count; triples.count % 3; triples.count++, tap += 4, place += 4) {
    store<u32>(tap, load<u32>(tap - 4));
    store<u32>(place, load<u32>(place - 4));
  }
}

/** sum[taps][8] += x * dy of one channel, a plane of an image at a time: it is summed by itself, so that rounding errors stay small. */
export function flatSums(
  sum: usize,
  dy: usize,
  yImage: usize,
  x: usize,
  grid: Grid,
  pass: Pass,
  tables: usize,
  images: usize,
  rest: usize,
): void {
  const lanes = changetype<Lanes>(0);
  const triples = changetype<Triples>(tables);
  const cols = pass.cols;
  // a line is one column of all its eights, and each of its rows a plane
  const line = pass.rows < ROWS;
  const yStep = line ? COL_BYTES : cols << 2;
  const step = stepOf(pass.rows, grid);
  const planes = line ? pass.rows : 1;
  const rows = line ? cols / COLS : pass.rows;
  const blocks: usize = line ? 1 : cols / COLS;
  const restRows: usize = line ? 1 : rows;
  // the lanes of the last eight columns that come after the blocks
  const tail = cols % COLS;
  const m = v128.not(lanes.first(min(COLS - tail, 4)));
  const n = v128.not(lanes.first(max(COLS - tail, 4) - 4));
  const back = (cols << 2) - COL_BYTES;
  for (let b: usize = 0; b < images; b++)
    for (let z: usize = 0; z < pass.depth; z++)
      for (let plane: usize = 0; plane < planes; plane++) {
        const d = dy + b * yImage + (((z * pass.rows + plane) * cols) << 2);
        const p = x + b * grid.image + grid.at(z, plane, 0);
        if (tail)
          for (let r: usize = 0, q = d + back; r < restRows; r++, q += yStep) {
            v128.store(rest + r * COL_BYTES, v128.and(v128.load(q), m));
            v128.store(rest + r * COL_BYTES, v128.and(v128.load(q, 16), n), 16);
          }
        if (cols >= COLS) addTriples(sum, triples, d, yStep, p, step, rows, blocks, false, 0, m, n);
        if (tail)
          addTriples(
            sum,
            triples,
            rest,
            COL_BYTES,
            p + back,
            step,
            restRows,
            1,
            true,
            rest + restRows * COL_BYTES,
            m,
            n,
          );
      }
}

/** dweight[taps] from their sums. */
export function foldSums(dweight: usize, sum: usize, tables: usize): void {
  const triples = changetype<Triples>(tables);
  for (let i: usize = 0; i < triples.count; i++, sum += COL_BYTES)
    store<f32>(
      dweight + <usize>load<u32>(triples.places + (i << 2)),
      changetype<Lanes>(0).sum(f32x4.add(v128.load(sum), v128.load(sum, 16))),
    );
}
