// Shapes of a convolution over three axes and of the grids its loops read from: pure arithmetic, no data. Fewer axes are three with
// sizes of 1. The loops are in conv-tile.ts and conv-pass.ts, the kernels in conv.ts and conv-grad.ts.

/** A convolution as the facade describes it: 22 counts in elements. Padding is that before the first plane, row and column. */
@unmanaged
export class Geometry {
  n!: usize;
  c!: usize;
  d!: usize;
  h!: usize;
  w!: usize;
  o!: usize;
  kd!: usize;
  kh!: usize;
  kw!: usize;
  sd!: usize;
  sh!: usize;
  sw!: usize;
  pd!: usize;
  ph!: usize;
  pw!: usize;
  dd!: usize;
  dh!: usize;
  dw!: usize;
  groups!: usize;
  od!: usize;
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
    return this.kd * this.kh * this.kw;
  }
  /** Pixels of a channel of the input, and of the output. */
  get area(): usize {
    return this.d * this.h * this.w;
  }
  get pixels(): usize {
    return this.od * this.ho * this.wo;
  }
  get phases(): usize {
    return this.sd * this.sh * this.sw;
  }
  /** How far the last tap reaches below the first one, in planes, rows and columns of the output. */
  get reachD(): usize {
    return ((this.kd - 1) * this.dd) / this.sd;
  }
  get reachH(): usize {
    return ((this.kh - 1) * this.dh) / this.sh;
  }
  get reachW(): usize {
    return ((this.kw - 1) * this.dw) / this.sw;
  }
}

/**
 * A zero-padded copy of an image, a block a channel. A strided convolution's planes, rows and columns are sorted by their residue
 * modulo the stride (their phase), `[phasesD][phasesH][phasesW][depth][rows][width]` a block, so that every stride reads neighbouring
 * pixels from neighbouring places and the loops know nothing of strides.
 */
@unmanaged
export class Grid {
  channels!: usize;
  /** Source size. */
  d!: usize;
  h!: usize;
  w!: usize;
  front!: usize;
  top!: usize;
  left!: usize;
  sd!: usize;
  sh!: usize;
  sw!: usize;
  phasesD!: usize;
  phasesH!: usize;
  phasesW!: usize;
  depth!: usize;
  rows!: usize;
  width!: usize;

  /** Floats from a channel to the next. */
  plane!: usize;

  /** Bytes of an image. */
  get image(): usize {
    return (this.channels * this.plane) << 2;
  }
  /** Byte offset of a cell within its phase. */
  at(z: usize, y: usize, x: usize): usize {
    return ((z * this.rows + y) * this.width + x) << 2;
  }
  /** Byte offset of the first cell of a phase. */
  phase(fz: usize, fy: usize, fx: usize): usize {
    return this.at(((fz * this.phasesH + fy) * this.phasesW + fx) * this.depth, 0, 0);
  }
  /** Byte offset of the cell that lies `z` planes, `y` rows and `x` columns after the padding's corner. */
  cell(z: usize, y: usize, x: usize): usize {
    const sd = this.sd;
    const sh = this.sh;
    const sw = this.sw;
    return this.phase(z % sd, y % sh, x % sw) + this.at(z / sd, y / sh, x / sw);
  }
}

/** How many cells of a phase lie before `edge`: the k >= 0 with k * stride + phase < edge. */
export function cellsBefore(edge: usize, phase: usize, stride: usize): usize {
  return changetype<Cells>(0).before(edge, phase, stride);
}
/** The same for loops over planes and taps. */
export class Cells {
  @inline before(edge: usize, phase: usize, stride: usize): usize {
    return edge > phase ? (edge - phase + stride - 1) / stride : 0;
  }
}

/** Floats of a plane of `cells`: an odd number of cache lines, as planes a power of two apart share too few sets of L1. */
export function planeOf(cells: usize): usize {
  return (((cells + 15) >> 4) | 1) << 4;
}
/** Bytes of a strip's grids, with room for the widest loop to read past the last cell. */
export function gridBytes(images: usize, channels: usize, plane: usize): usize {
  return vectors((images * channels * plane + 32) << 2);
}
/** Phases that some tap has. */
function phasesOf(stride: usize, k: usize, dilation: usize): usize {
  return min(stride, (k - 1) * dilation + 1);
}

/** The grid of a group of x's channels: what the taps of all outputs can reach, and only the phases that some tap has. */
export function inputGrid(grid: Grid, g: Geometry): void {
  grid.channels = g.cg;
  grid.d = g.d;
  grid.h = g.h;
  grid.w = g.w;
  grid.front = g.pd;
  grid.top = g.ph;
  grid.left = g.pw;
  grid.sd = g.sd;
  grid.sh = g.sh;
  grid.sw = g.sw;
  grid.phasesD = phasesOf(g.sd, g.kd, g.dd);
  grid.phasesH = phasesOf(g.sh, g.kh, g.dh);
  grid.phasesW = phasesOf(g.sw, g.kw, g.dw);
  grid.depth = g.od + g.reachD;
  grid.rows = g.ho + g.reachH;
  grid.width = g.wo + g.reachW;
  grid.plane = inputPlane(g);
}
/** Floats of a channel of x's grid. */
export function inputPlane(g: Geometry): usize {
  const phases = phasesOf(g.sd, g.kd, g.dd) * phasesOf(g.sh, g.kh, g.dh) * phasesOf(g.sw, g.kw, g.dw);
  return planeOf(phases * (g.od + g.reachD) * (g.ho + g.reachH) * (g.wo + g.reachW));
}

/** The grid of a group of dy's channels as they are, without a border. */
export function outputCells(grid: Grid, g: Geometry): void {
  grid.channels = g.og;
  grid.d = grid.depth = g.od;
  grid.h = grid.rows = g.ho;
  grid.w = grid.width = g.wo;
  grid.front = grid.top = grid.left = 0;
  grid.sd = grid.sh = grid.sw = 1;
  grid.phasesD = grid.phasesH = grid.phasesW = 1;
  grid.plane = planeOf(g.pixels);
}

/** The grid of dy from which the input gradient reads: a margin of the taps' reach before, and as far after as x goes. */
export function outputGrid(grid: Grid, g: Geometry): void {
  outputCells(grid, g);
  grid.front = g.reachD;
  grid.top = g.reachH;
  grid.left = g.reachW;
  grid.depth = g.reachD + cellsBefore(g.pd + g.d, 0, g.sd);
  grid.rows = g.reachH + cellsBefore(g.ph + g.h, 0, g.sh);
  grid.width = g.reachW + cellsBefore(g.pw + g.w, 0, g.sw);
  grid.plane = planeOf(grid.depth * grid.rows * grid.width);
}
/** Floats of a channel of dy's grid. */
export function outputPlane(g: Geometry): usize {
  const depth = g.reachD + cellsBefore(g.pd + g.d, 0, g.sd);
  const rows = g.reachH + cellsBefore(g.ph + g.h, 0, g.sh);
  return planeOf(depth * rows * (g.reachW + cellsBefore(g.pw + g.w, 0, g.sw)));
}

/** Writes the byte offset of every tap `[cg][kd][kh][kw]` in x's grid. */
export function listTaps(table: usize, grid: Grid, g: Geometry): void {
  const cg = g.cg;
  for (let c: usize = 0; c < cg; c++)
    for (let kz: usize = 0; kz < g.kd; kz++)
      for (let ky: usize = 0; ky < g.kh; ky++)
        for (let kx: usize = 0; kx < g.kw; kx++, table += 4)
          store<u32>(table, <u32>(((c * grid.plane) << 2) + grid.cell(kz * g.dd, ky * g.dh, kx * g.dw)));
}

/** Where a pass finds its pixels and taps in the grid, and its weights. Pointers but for counts; offsets in the tables are in bytes. */
@unmanaged
export class Pass {
  /** Pixels of an image: `depth` x `rows` x `cols` cells of the grid, the first at `start` bytes. */
  depth!: usize;
  rows!: usize;
  cols!: usize;
  start!: usize;
  /** Table of the strip's pixels, ending with one repeated. */
  pixels!: usize;
  /** Products summed in each output value, and the table of where they read. */
  count!: usize;
  terms!: usize;
  /** For the loops with pixels in lanes (conv-flat.ts): the terms by runs, and the byte offsets of the weights in their order. */
  runs!: usize;
  runsEnd!: usize;
  order!: usize;
  /** Panels of all groups, and the bytes of one group's. */
  panels!: usize;
  groupBytes!: usize;

  /** Pixels of an image. */
  get size(): usize {
    return this.depth * this.rows * this.cols;
  }
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
