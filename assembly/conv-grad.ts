// Gradient of the convolution for its weight: a product over pixels: dy's channels in lanes
// `[pixels][16]`, taps of x splatted from the padded grid in place, tiles of taps x channels. The input gradient is in conv-grad-input.ts.
import { endsFlat, FLAT_CHANNELS, flatStrip, isFlat } from "./conv-flat";
import { flatSumBytes, flatSums, foldSums, listTriples, restBytes, tripleBytes } from "./conv-flat-grad";
import { Geometry, Grid, gridBytes, inputGrid, inputPlane, listTaps, Pass, stripOf, vectors } from "./conv-geometry";
import { fillGrid, toLanes, toPlanes } from "./conv-pack";
import { listPixels, pixelBytes, ZEROS } from "./conv-pass";
import { isWeightProduct, weightProduct, weightProductScratch } from "./conv-pointwise";
import { Tile2x16, Tile4x8 } from "./conv-tile";

/** Most pixels of a block: 16 kB of dy in lanes stay in L1 while all taps pass over it. */
const BLOCK_PIXELS: usize = 256;
/** Bytes of a block of dy in lanes, and of the rows that its transposition overruns. */
const LANE_BYTES: usize = (BLOCK_PIXELS + 4) << 6;
/** Fewest pixels of a strip of images: each block of them costs a pass over all sums. */
const STRIP_PIXELS: usize = 192;
/** Channels of the next block of `left`; 1 means that the pixels are the lanes. */
function lanesOf(left: usize): usize {
  if (left <= FLAT_CHANNELS) return 1;
  return left > 8 ? 16 : 8;
}
/** Taps rounded up to whole tiles. */
function tiledTaps(g: Geometry): usize {
  return (g.cg * g.taps + 3) & ~3;
}
/** Bytes of a group's sums `[block of channels][taps][lanes]`. */
function sumBytes(g: Geometry): usize {
  const og = g.og;
  let bytes: usize = 0;
  for (let o: usize = 0; o < og; ) {
    const width = lanesOf(og - o);
    bytes += blockBytes(g, width);
    o += width;
  }
  return bytes;
}
/** Bytes of the sums of a block of so many lanes. */
function blockBytes(g: Geometry, width: usize): usize {
  return width === 1 ? flatSumBytes(g.cg * g.taps) : (tiledTaps(g) * width) << 2;
}
function strips(g: Geometry): usize {
  const bytes = (g.cg * inputPlane(g)) << 2;
  return isFlat(g.og, g.pixels) ? flatStrip(g.n, bytes) : stripOf(g.n, g.pixels, STRIP_PIXELS, bytes);
}

/** Bytes of scratch for `convWeightGrad`. */
export function convWeightGradScratch(geometry: usize): usize {
  const g = changetype<Geometry>(geometry);
  if (isWeightProduct(g)) return weightProductScratch(g);
  const strip = strips(g);
  return (
    vectors(offsetof<Grid>()) +
    vectors(offsetof<Pass>()) +
    (tiledTaps(g) << 2) +
    tripleBytes(g.cg * g.taps) +
    restBytes(g.ho) +
    pixelBytes(strip * g.pixels) +
    g.groups * sumBytes(g) +
    LANE_BYTES +
    gridBytes(strip, g.cg, inputPlane(g))
  );
}

/** dweight[o][c / groups][taps] = sum over n and the pixels of dy[n][o][pixels] * x[n][c][d][h][w]. */
export function convWeightGrad(dweight: usize, dy: usize, x: usize, geometry: usize, scratch: usize): void {
  const g = changetype<Geometry>(geometry);
  if (isWeightProduct(g)) {
    weightProduct(dweight, dy, x, g, scratch);
    return;
  }
  const cg = g.cg;
  const og = g.og;
  const pixels = g.pixels;
  const strip = strips(g);
  const count = cg * g.taps;
  const tiled = tiledTaps(g);

  const grid = changetype<Grid>(scratch);
  scratch += vectors(offsetof<Grid>());
  const pass = changetype<Pass>(scratch);
  scratch += vectors(offsetof<Pass>());
  const taps = scratch;
  scratch += tiled << 2;
  const triples = scratch;
  scratch += tripleBytes(count);
  const rest = scratch;
  scratch += restBytes(g.ho);
  pass.pixels = scratch;
  scratch += pixelBytes(strip * pixels);
  const sums = scratch;
  const lanes = sums + g.groups * sumBytes(g);
  const grids = lanes + LANE_BYTES;

  inputGrid(grid, g);
  memory.fill(grids, 0, gridBytes(strip, cg, grid.plane));
  memory.fill(sums, 0, g.groups * sumBytes(g));
  pass.depth = g.od;
  pass.rows = g.ho;
  pass.cols = g.wo;
  pass.start = 0;
  if (!isFlat(og, pixels)) listPixels(pass, grid, strip);
  listTaps(taps, grid, g);
  // the last tile's idle rows repeat a tap, their sums are dropped
  for (let k = count; k < tiled; k++) store<u32>(taps + (k << 2), load<u32>(taps + ((k - 1) << 2)));

  if (endsFlat(og)) listTriples(triples, taps, grid, g.ho, count, g.taps);

  const xGroup = (cg * g.area) << 2;
  const yImage = (g.o * pixels) << 2;
  for (let n: usize = 0; n < g.n; n += strip) {
    const images = min(strip, g.n - n);
    for (let group: usize = 0; group < g.groups; group++) {
      // a group's grids at a time: of a depthwise convolution they stay in L1
      fillGrid(grids, x + (n * g.groups + group) * xGroup, grid, images, g.groups * xGroup);
      let sum = sums + group * sumBytes(g);
      for (let o: usize = 0; o < og; ) {
        const width = lanesOf(og - o);
        const dys = dy + n * yImage + (((group * og + o) * pixels) << 2);
        if (width === 1) flatSums(sum, dys, yImage, grids, grid, pass, triples, images, rest);
        else {
          const all = images * pixels;
          const block = blockOf(all);
          for (let from: usize = 0; from < all; from += block) {
            const to = min(all, from + block);
            // a block may span images, whose planes lie apart
            for (let i = from; i < to; ) {
              const b = i / pixels;
              const next = min(to, (b + 1) * pixels);
              const at = dys + b * yImage + ((i - b * pixels) << 2);
              toLanes(lanes + (((i - from) * width) << 2), at, pixels << 2, next - i, min(width, og - o), width);
              i = next;
            }
            const table = pass.pixels + (from << 2);
            const end = pass.pixels + (to << 2);
            if (width === 16) wideSums(sum, lanes, grids, table, end, taps, count);
            else narrowSums(sum, lanes, grids, table, end, taps, count);
          }
        }
        sum += blockBytes(g, width);
        o += width;
      }
    }
  }
  for (let group: usize = 0; group < g.groups; group++) {
    let sum = sums + group * sumBytes(g);
    for (let o: usize = 0; o < og; ) {
      const width = lanesOf(og - o);
      const to = dweight + (((group * og + o) * count) << 2);
      if (width === 1) foldSums(to, sum, triples);
      else toPlanes(to, count << 2, ZEROS, sum, width << 2, count, min(width, og - o));
      sum += blockBytes(g, width);
      o += width;
    }
  }
}

/** Pixels of a block when `all` are divided evenly. */
function blockOf(all: usize): usize {
  const blocks = max<usize>(1, (all + BLOCK_PIXELS - 1) / BLOCK_PIXELS);
  return (all + blocks - 1) / blocks;
}

/** sum[taps][16] += x * dy over a block's pixels, 2 taps at a time: the block is summed by itself, so that rounding errors stay small. */
function wideSums(sum: usize, lanes: usize, x: usize, table: usize, end: usize, taps: usize, count: usize): void {
  const tile = changetype<Tile2x16>(0);
  for (const last = taps + (count << 2); taps < last; taps += 8, sum += 128) {
    const a = <usize>load<u32>(taps);
    const b = <usize>load<u32>(taps, 4);
    tile.add(sum, sum, 64, x + a, b - a, table, end, lanes);
  }
}

/** sum[taps][8] += x * dy over a block's pixels, 4 taps at a time, and one that is left by itself: 1->8 5x5 has 25. */
function narrowSums(sum: usize, lanes: usize, x: usize, table: usize, end: usize, taps: usize, count: usize): void {
  const tile = changetype<Tile4x8>(0);
  const last = taps + (count << 2);
  for (; taps + 4 < last; taps += 16, sum += 128) {
    const a = <usize>load<u32>(taps);
    const s1 = <usize>load<u32>(taps, 4) - a;
    const s2 = <usize>load<u32>(taps, 8) - a;
    const s3 = <usize>load<u32>(taps, 12) - a;
    tile.add(sum, sum, 32, x + a, s1, s2, s3, table, end, lanes);
  }
  if (taps < last) tile.addOne(sum, x + <usize>load<u32>(taps), table, end, lanes);
}
