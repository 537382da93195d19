// Max and average pooling with their gradients, over any number of planes. Windows of 2x2 side by side have loops of their own in
// pool-quads.ts, all others are pool-windows.ts's and pool-windows-grad.ts's. `geometry` points to the 22 counts of conv-geometry.ts: `n` planes of one channel
// and no depth; the facade guarantees that every window begins inside the image or its padding.
import { Geometry } from "./conv-geometry";
import { maxQuads, maxQuadsGrad, meanQuads, meanQuadsGrad } from "./pool-quads";
import { maxWindows, maxWindowsIndex, meanWindows, windowBytes } from "./pool-windows";
import { meanGradBytes, meanWindowsGrad } from "./pool-windows-grad";

/** Whether the windows are 2x2, side by side, whole, and enough for vectors. */
function quads(g: Geometry): bool {
  const square = g.kh === 2 && g.kw === 2 && g.sh === 2 && g.sw === 2 && g.dh === 1 && g.dw === 1;
  return square && g.ph === 0 && g.pw === 0 && g.ho << 1 <= g.h && g.wo << 1 <= g.w && g.wo >= 4;
}
/** Whether `maxPoolQuadsGrad` does for these windows: the others need the maxima's indices. */
export function poolsQuads(geometry: usize): bool {
  return quads(changetype<Geometry>(geometry));
}
/** Zeros dx where the quads leave out an odd last row or column. */
function clearOdd(dx: usize, g: Geometry): void {
  if (g.ho << 1 !== g.h || g.wo << 1 !== g.w) memory.fill(dx, 0, (g.n * g.h * g.w) << 2);
}

/** Bytes of scratch for the pools here, and for the gradient of averages. */
export function poolScratch(geometry: usize): usize {
  return windowBytes(changetype<Geometry>(geometry));
}
export function avgPoolGradScratch(geometry: usize): usize {
  return meanGradBytes(changetype<Geometry>(geometry));
}

/** y[n][ho][wo] = the largest of each window of x[n][h][w]; a NaN counts as largest, padding as -inf. `index`: see `maxWindowsIndex`, or 0. */
export function maxPool(y: usize, index: usize, x: usize, geometry: usize, scratch: usize): void {
  const g = changetype<Geometry>(geometry);
  if (index) maxWindowsIndex(y, index, x, g, scratch);
  else if (quads(g)) maxQuads(y, x, g.n, g.h, g.w, g.ho, g.wo);
  else maxWindows(y, x, g, scratch);
}

/** dx[n][h][w]: each dy goes to the place of its window's largest value: the first of equal ones, but the last NaN. */
export function maxPoolQuadsGrad(dx: usize, dy: usize, x: usize, geometry: usize): void {
  const g = changetype<Geometry>(geometry);
  clearOdd(dx, g);
  maxQuadsGrad(dx, dy, x, g.n, g.h, g.w, g.ho, g.wo);
}

/**
 * y[n][ho][wo] = the mean of each window of x[n][h][w]. The sum is divided by `divisor`, or if that is 0 by the number of places of
 * the window: those in the padding too if `countPadding` is 1, but none past it.
 */
export function avgPool(y: usize, x: usize, geometry: usize, scratch: usize, countPadding: i32, divisor: f32): void {
  const g = changetype<Geometry>(geometry);
  if (quads(g)) meanQuads(y, x, g.n, g.h, g.w, g.ho, g.wo, <f32>1 / (divisor === 0 ? 4 : divisor));
  else meanWindows(y, x, g, scratch, countPadding, divisor);
}

/** dx[n][h][w]: each dy, divided as its mean was, goes to every element of its window. */
export function avgPoolGrad(
  dx: usize,
  dy: usize,
  geometry: usize,
  scratch: usize,
  countPadding: i32,
  divisor: f32,
): void {
  const g = changetype<Geometry>(geometry);
  if (quads(g)) {
    clearOdd(dx, g);
    meanQuadsGrad(dx, dy, g.n, g.h, g.w, g.ho, g.wo, <f32>1 / (divisor === 0 ? 4 : divisor));
  } else meanWindowsGrad(dx, dy, g, scratch, countPadding, divisor);
}
