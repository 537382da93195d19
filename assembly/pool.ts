// Max and average pooling with their gradients, over any number of planes. Windows of 2x2 side by side have loops of their own in
// pool-quads.ts, all others are pool-windows.ts's and pool-windows-grad.ts's. `geometry` points to the 16 counts of conv-geometry.ts: `n` planes of one channel;
// the facade guarantees that every window begins inside the image or its padding.
import { Geometry } from "./conv-geometry";
import { maxQuads, maxQuadsGrad, meanQuads, meanQuadsGrad } from "./pool-quads";
import { maxWindows, meanWindows, windowBytes } from "./pool-windows";
import { maxWindowsGrad, meanWindowsGrad, windowGradBytes } from "./pool-windows-grad";

/** Whether the windows are 2x2, side by side, whole, and enough for vectors. */
function quads(g: Geometry): bool {
  const square = g.kh === 2 && g.kw === 2 && g.sh === 2 && g.sw === 2 && g.dh === 1 && g.dw === 1;
  return square && g.ph === 0 && g.pw === 0 && g.ho << 1 <= g.h && g.wo << 1 <= g.w && g.wo >= 4;
}
/** Zeros dx where the quads leave out an odd last row or column. */
function clearOdd(dx: usize, g: Geometry): void {
  if (g.ho << 1 !== g.h || g.wo << 1 !== g.w) memory.fill(dx, 0, (g.n * g.h * g.w) << 2);
}

/** Bytes of scratch for `maxPool2d` and `avgPool2d`, and for their gradients. */
export function poolScratch(geometry: usize): usize {
  const g = changetype<Geometry>(geometry);
  return quads(g) ? 0 : windowBytes(g);
}
export function poolGradScratch(geometry: usize): usize {
  const g = changetype<Geometry>(geometry);
  return quads(g) ? 0 : windowGradBytes(g);
}

/** y[n][ho][wo] = the largest of each window of x[n][h][w]; a NaN counts as largest, padding as -inf. */
export function maxPool2d(y: usize, x: usize, geometry: usize, scratch: usize): void {
  const g = changetype<Geometry>(geometry);
  if (quads(g)) maxQuads(y, x, g.n, g.h, g.w, g.ho, g.wo);
  else maxWindows(y, x, g, scratch);
}

/** dx[n][h][w]: each dy goes to the place of its window's largest value: the first of equal ones, but the last NaN. */
export function maxPool2dGrad(dx: usize, dy: usize, x: usize, geometry: usize, scratch: usize): void {
  const g = changetype<Geometry>(geometry);
  if (quads(g)) {
    clearOdd(dx, g);
    maxQuadsGrad(dx, dy, x, g.n, g.h, g.w, g.ho, g.wo);
  } else maxWindowsGrad(dx, dy, x, g, scratch);
}

/**
 * y[n][ho][wo] = the mean of each window of x[n][h][w]. The sum is divided by `divisor`, or if that is 0 by the number of places of
 * the window: those in the padding too if `countPadding` is 1, but none past it.
 */
export function avgPool2d(y: usize, x: usize, geometry: usize, scratch: usize, countPadding: i32, divisor: f32): void {
  const g = changetype<Geometry>(geometry);
  if (quads(g)) meanQuads(y, x, g.n, g.h, g.w, g.ho, g.wo, <f32>1 / (divisor === 0 ? 4 : divisor));
  else meanWindows(y, x, g, scratch, countPadding, divisor);
}

/** dx[n][h][w]: each dy, divided as its mean was, goes to every element of its window. */
export function avgPool2dGrad(
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
