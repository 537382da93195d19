// Rearrangements around the convolution loops: images into padded grids and back, weights into panels, channels into lanes and
// back. No arithmetic here but the bias; the shapes are conv-geometry.ts's.
import { Cells, Geometry, Grid } from "./conv-geometry";
import { Tile4x8 } from "./conv-tile";

/** d[i] = s[i * stride] for i < n, in each of `rows` rows, `dStep` and `sStep` bytes apart. */
export function copyRows(d: usize, s: usize, rows: usize, n: usize, dStep: usize, sStep: usize, stride: usize): void {
  // the last vector overlaps the one before: whole vectors, nothing written past n
  const last = (n - 4) << 2;
  for (; rows > 0; rows--, d += dStep, s += sStep) {
    if (stride > 2 || n < 4)
      for (let i: usize = 0; i < n; i++) store<f32>(d + (i << 2), load<f32>(s + ((i * stride) << 2)));
    else if (stride === 1) {
      for (let i: usize = 0; i < last; i += 16) v128.store(d + i, v128.load(s + i));
      v128.store(d + last, v128.load(s + last));
    } else {
      for (let i: usize = 0; i < last; i += 16)
        v128.store(d + i, v128.shuffle<f32>(v128.load(s + 2 * i), v128.load(s + 2 * i, 16), 0, 2, 4, 6));
      v128.store(d + last, v128.shuffle<f32>(v128.load(s + 2 * last), v128.load(s + 2 * last, 16), 0, 2, 4, 6));
    }
  }
}

/** Copies images `[channels][d][h][w]`, `step` bytes apart, into their grids, whose borders must be zero already. */
export function fillGrid(at: usize, x: usize, grid: Grid, images: usize, step: usize): void {
  const cells = changetype<Cells>(0);
  const sd = grid.sd;
  const sh = grid.sh;
  const sw = grid.sw;
  const w = grid.w;
  const h = grid.h;
  const d = grid.d;
  const width = grid.width;
  for (let fz: usize = 0; fz < grid.phasesD; fz++) {
    const z0 = cells.before(grid.front, fz, sd);
    const z1 = min(grid.depth, cells.before(grid.front + d, fz, sd));
    for (let fy: usize = 0; fy < grid.phasesH; fy++) {
      const y0 = cells.before(grid.top, fy, sh);
      const y1 = min(grid.rows, cells.before(grid.top + h, fy, sh));
      for (let fx: usize = 0; fx < grid.phasesW; fx++) {
        const x0 = cells.before(grid.left, fx, sw);
        const x1 = min(width, cells.before(grid.left + w, fx, sw));
        if (x1 <= x0) continue;
        const rows = y1 > y0 ? y1 - y0 : 0;
        const first = at + grid.phase(fz, fy, fx);
        for (let b: usize = 0; b < images; b++)
          for (let c: usize = 0; c < grid.channels; c++)
            for (let z = z0; z < z1; z++) {
              const to = first + (((b * grid.channels + c) * grid.plane) << 2) + grid.at(z, y0, x0);
              const row = (c * d + z * sd + fz - grid.front) * h + y0 * sh + fy - grid.top;
              const from = x + b * step + ((row * w + x0 * sw + fx - grid.left) << 2);
              // rows that are adjacent in both are one
              if (w === width && x1 - x0 === w && sh * sw === 1) copyRows(to, from, 1, rows * w, 0, 0, 1);
              else copyRows(to, from, rows, x1 - x0, width << 2, (sh * w) << 2, sw);
            }
      }
    }
  }
}

/** dx[n][c][pixels] = bias[c], or zeros where `bias` is 0. */
export function fillBias(dx: usize, bias: usize, g: Geometry): void {
  const planes = g.n * g.c;
  if (!bias) memory.fill(dx, 0, (planes * g.area) << 2);
  else
    for (let i: usize = 0; i < planes; i++) {
      const value = load<f32>(bias + ((i % g.c) << 2));
      for (const end = dx + (g.area << 2); dx < end; dx += 4) store<f32>(dx, value);
    }
}

/** x[i * stride] = s[i] for i < n. */
export function spreadRow(x: usize, s: usize, n: usize, stride: usize): void {
  for (let i: usize = 0; i < n; i++) store<f32>(x + ((i * stride) << 2), load<f32>(s + (i << 2)));
}

/** x[2 i] = a[i] and x[2 i + 1] = b[i] for i < n. */
export function weaveRow(x: usize, a: usize, b: usize, n: usize): void {
  if (n < 4) {
    spreadRow(x, a, n, 2);
    spreadRow(x + 4, b, n, 2);
    return;
  }
  for (let i: usize = 0; i < n; i += 4) {
    if (i + 4 > n) i = n - 4;
    const s = v128.load(a + (i << 2));
    const t = v128.load(b + (i << 2));
    const to = x + (i << 3);
    v128.store(to, v128.shuffle<f32>(s, t, 0, 4, 1, 5));
    v128.store(to, v128.shuffle<f32>(s, t, 2, 6, 3, 7), 16);
  }
}

/** A panel `[terms][width]` of `lanes` <= width weights a term; `terms` lists their byte offsets, `step` is the bytes between lanes. */
export function packPanel(
  panel: usize,
  w: usize,
  terms: usize,
  count: usize,
  step: usize,
  lanes: usize,
  width: usize,
): void {
  for (let k: usize = 0; k < count; ) {
    const first = <usize>load<u32>(terms + (k << 2));
    let s = w + first;
    // taps that lie side by side are transposed, which takes half the time
    let run: usize = 1;
    while (k + run < count && <usize>load<u32>(terms + ((k + run) << 2)) === first + (run << 2)) run++;
    if (run > 1 && width > 1) toLanes(panel, s, step, run, lanes, width);
    else {
      run = 1;
      for (let j: usize = 0; j < lanes; j++, s += step) store<f32>(panel + (j << 2), load<f32>(s));
      for (let j = lanes; j < width; j++) store<f32>(panel + (j << 2), 0);
    }
    panel += (width * run) << 2;
    k += run;
  }
}

/** y planes of `plane` bytes: the transpose of s `[n][stride bytes]`, plus a bias a channel; exactly n floats in each of `channels`. */
export function toPlanes(
  y: usize,
  plane: usize,
  bias: usize,
  s: usize,
  stride: usize,
  n: usize,
  channels: usize,
): void {
  const tile = changetype<Tile4x8>(0);
  let c: usize = 0;
  // a cache line of each plane at a time
  if (n >= 4)
    for (let from: usize = 0; from < n; from += 16)
      for (c = 0; c + 4 <= channels; c += 4)
        for (let i = from, end = min(n, from + 16); i < end; i += 4) {
          if (i + 4 > n) i = n - 4;
          const p = s + i * stride + (c << 2);
          tile.transposed(
            y + c * plane + (i << 2),
            plane,
            bias + (c << 2),
            v128.load(p),
            v128.load(p + stride),
            v128.load(p + 2 * stride),
            v128.load(p + 3 * stride),
          );
        }
  for (; c < channels; c++) {
    const b = load<f32>(bias + (c << 2));
    for (let i: usize = 0; i < n; i++) store<f32>(y + c * plane + (i << 2), b + load<f32>(s + i * stride + (c << 2)));
  }
}

/**
 * d `[n][width]` from planes of `plane` bytes: channels become lanes, `width` a multiple of 4. Lanes past `channels` repeat the last
 * one, so that nothing is read past the planes; up to 3 rows past n are overwritten.
 */
export function toLanes(d: usize, x: usize, plane: usize, n: usize, channels: usize, width: usize): void {
  const row = width << 2;
  const last = channels - 1;
  // a few cache lines of each plane at a time
  for (let from: usize = 0; from < n; from += 64)
    for (let c: usize = 0; c < width; c += 4) {
      let p0 = x + min(c, last) * plane + (from << 2);
      let p1 = x + min(c + 1, last) * plane + (from << 2);
      let p2 = x + min(c + 2, last) * plane + (from << 2);
      let p3 = x + min(c + 3, last) * plane + (from << 2);
      let to = d + from * row + (c << 2);
      for (let i = from, end = min(n, from + 64); i < end; i += 4) {
        const a = v128.load(p0);
        const b = v128.load(p1);
        const e = v128.load(p2);
        const f = v128.load(p3);
        const s = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
        const t = v128.shuffle<f32>(e, f, 0, 4, 1, 5);
        const u = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
        const v = v128.shuffle<f32>(e, f, 2, 6, 3, 7);
        v128.store(to, v128.shuffle<f32>(s, t, 0, 1, 4, 5));
        v128.store(to + row, v128.shuffle<f32>(s, t, 2, 3, 6, 7));
        v128.store(to + 2 * row, v128.shuffle<f32>(u, v, 0, 1, 4, 5));
        v128.store(to + 3 * row, v128.shuffle<f32>(u, v, 2, 3, 6, 7));
        to += 4 * row;
        p0 += 16;
        p1 += 16;
        p2 += 16;
        p3 += 16;
      }
    }
}
