// Shapes of a two-dimensional convolution and of the grids its loops read from: pure arithmetic, no data. The loops are in
// conv-tile.ts and conv-pass.ts, the kernels in conv.ts and conv-grad.ts.

/** A convolution as the facade describes it: 16 counts in elements. Padding is that before the first row and column. */
@unmanaged
export class Geometry {
  n!: usize;
  c!: usize;
  h!: usize;
  w!: usize;
  o!: usize;
  kh!: usize;
  kw!: usize;
  sh!: usize;
  sw!: usize;
  ph!: usize;
  pw!: usize;
  dh!: usize;
  dw!: usize;
  groups!: usize;
  ho!: usize;
  wo!: usize;

  /** Input channels of a group. */
  get cg(): usize {
    return this.c / this.groups;
  }
  /** Output channels of a group. */
  get og(): usize {
    return this.o / this.groups;
  }
  get taps(): usize {
    return this.kh * this.kw;
  }
  /** How far the last tap reaches below the first one, in rows of the output. */
  get reachH(): usize {
    return ((this.kh - 1) * this.dh) / this.sh;
  }
  get reachW(): usize {
    return ((this.kw - 1) * this.dw) / this.sw;
  }
}

/**
 * A zero-padded copy of an image, a plane a channel. A strided convolution's rows and columns are sorted by their residue modulo
 * the stride (their phase), `[phasesH][phasesW][rows][width]` a plane, so that every stride reads neighbouring pixels from
 * neighbouring places and the loops know nothing of strides.
 */
@unmanaged
export class Grid {
  channels!: usize;
  /** Source size. */
  h!: usize;
  w!: usize;
  top!: usize;
  left!: usize;
  sh!: usize;
  sw!: usize;
  phasesH!: usize;
  phasesW!: usize;
  rows!: usize;
  width!: usize;

  /** Floats from a channel to the next. */
  plane!: usize;

  /** Bytes of an image. */
  get image(): usize {
    return (this.channels * this.plane) << 2;
  }
  /** Byte offset of the cell that lies `y` rows and `x` columns after the padding's corner. */
  cell(y: usize, x: usize): usize {
    const phase = (y % this.sh) * this.phasesW + (x % this.sw);
    return ((phase * this.rows + y / this.sh) * this.width + x / this.sw) << 2;
  }
}

/** How many cells of a phase lie before `edge`: the k >= 0 with k * stride + phase < edge. */
export function cellsBefore(edge: usize, phase: usize, stride: usize): usize {
  return edge > phase ? (edge - phase + stride - 1) / stride : 0;
}

/** Floats of a plane of `cells`: an odd number of cache lines, as planes a power of two apart share too few sets of L1. */
export function planeOf(cells: usize): usize {
  return (((cells + 15) >> 4) | 1) << 4;
}
/** Bytes of a strip's grids, with room for the widest loop to read past the last cell. */
export function gridBytes(images: usize, channels: usize, plane: usize): usize {
  return vectors((images * channels * plane + 32) << 2);
}
/** Floats of a plane of x's grid. */
export function inputPlane(g: Geometry): usize {
  const phases = min(g.sh, (g.kh - 1) * g.dh + 1) * min(g.sw, (g.kw - 1) * g.dw + 1);
  return planeOf(phases * (g.ho + g.reachH) * (g.wo + g.reachW));
}
/** Floats of a plane of dy's grid. */
export function outputPlane(g: Geometry): usize {
  return planeOf((g.reachH + cellsBefore(g.ph + g.h, 0, g.sh)) * (g.reachW + cellsBefore(g.pw + g.w, 0, g.sw)));
}

/** The grid of x: what the taps of all outputs can reach, and only the phases that some tap has. */
export function inputGrid(grid: Grid, g: Geometry): void {
  grid.channels = g.c;
  grid.h = g.h;
  grid.w = g.w;
  grid.top = g.ph;
  grid.left = g.pw;
  grid.sh = g.sh;
  grid.sw = g.sw;
  grid.phasesH = min(g.sh, (g.kh - 1) * g.dh + 1);
  grid.phasesW = min(g.sw, (g.kw - 1) * g.dw + 1);
  grid.rows = g.ho + g.reachH;
  grid.width = g.wo + g.reachW;
  grid.plane = inputPlane(g);
}

/** The grid of dy as it is, without a border. */
export function outputCells(grid: Grid, g: Geometry): void {
  grid.channels = g.o;
  grid.h = grid.rows = g.ho;
  grid.w = grid.width = g.wo;
  grid.top = grid.left = 0;
  grid.sh = grid.sw = 1;
  grid.phasesH = grid.phasesW = 1;
  grid.plane = planeOf(g.ho * g.wo);
}

/** The grid of dy from which the input gradient reads: a margin of the taps' reach before, and as far after as x goes. */
export function outputGrid(grid: Grid, g: Geometry): void {
  outputCells(grid, g);
  grid.top = g.reachH;
  grid.left = g.reachW;
  grid.rows = g.reachH + cellsBefore(g.ph + g.h, 0, g.sh);
  grid.width = g.reachW + cellsBefore(g.pw + g.w, 0, g.sw);
  grid.plane = outputPlane(g);
}

/** Writes the byte offset of every tap `[cg][kh][kw]` in x's grid. */
export function listTaps(table: usize, grid: Grid, g: Geometry): void {
  const cg = g.cg;
  for (let c: usize = 0; c < cg; c++)
    for (let ky: usize = 0; ky < g.kh; ky++)
      for (let kx: usize = 0; kx < g.kw; kx++, table += 4)
        store<u32>(table, <u32>(((c * grid.plane) << 2) + grid.cell(ky * g.dh, kx * g.dw)));
}

/** Most bytes of grids that are filled ahead of the loops that read them: they should stay in L2. */
const STRIP_BYTES: usize = 1 << 20;

/**
 * How many of `n` images are handled together, so that a loop over pixels has at least `atLeast` of them while their grids of
 * `bytes` each stay small. Sizes alone decide it.
 */
export function stripOf(n: usize, pixels: usize, atLeast: usize, bytes: usize): usize {
  if (pixels === 0) return 1;
  const wanted = min((atLeast + pixels - 1) / pixels, STRIP_BYTES / max<usize>(1, bytes));
  return max<usize>(1, min(n, wanted));
}

/** Rounded up to a whole number of vectors. */
export function vectors(bytes: usize): usize {
  return (bytes + 15) & ~15;
}
