// Rearrangements around the convolution loops: images into padded grids and back, weights into panels, channels into lanes and
// back. No arithmetic here but the bias; the shapes are conv-geometry.ts's.
import { Cells, Grid } from "./conv-geometry";
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

/** Copies an image `[channels][d][h][w]` into its grid, whose borders must be zero already. */
export function fillGrid(at: usize, x: usize, grid: Grid): void {
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
        const phase = at + grid.phase(fz, fy, fx);
        for (let c: usize = 0; c < grid.channels; c++)
          for (let z = z0; z < z1; z++) {
            const to = phase + ((c * grid.plane) << 2) + grid.at(z, y0, x0);
            const row = (c * d + z * sd + fz - grid.front) * h + y0 * sh + fy - grid.top;
            const from = x + ((row * w + x0 * sw + fx - grid.left) << 2);
            copyRows(to, from, y1 > y0 ? y1 - y0 : 0, x1 - x0, width << 2, (sh * w) << 2, sw);
          }
      }
    }
  }
}

/** x[i * stride] = s[i] in both directions: a phase's plane `[rows][cols]` into rows `row` floats apart. */
export function spread(x: usize, s: usize, rows: usize, cols: usize, row: usize, sh: usize, sw: usize): void {
  for (let r: usize = 0; r < rows; r++) {
    const d = x + ((r * sh * row) << 2);
    for (let i: usize = 0; i < cols; i++) store<f32>(d + ((i * sw) << 2), load<f32>(s + (i << 2)));
    s += cols << 2;
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
  for (let k: usize = 0; k < count; k++) {
    let s = w + <usize>load<u32>(terms + (k << 2));
    for (let j: usize = 0; j < lanes; j++, s += step) store<f32>(panel + (j << 2), load<f32>(s));
    for (let j = lanes; j < width; j++) store<f32>(panel + (j << 2), 0);
    panel += width << 2;
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
  if (n >= 4) {
    for (; c + 4 <= channels; c += 4)
      for (let i: usize = 0; i < n; i += 4) {
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
  for (let c: usize = 0; c < width; c += 4) {
    const last = channels - 1;
    let p0 = x + min(c, last) * plane;
    let p1 = x + min(c + 1, last) * plane;
    let p2 = x + min(c + 2, last) * plane;
    let p3 = x + min(c + 3, last) * plane;
    let to = d + (c << 2);
    for (let i: usize = 0; i < n; i += 4) {
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
