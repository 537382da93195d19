// Convolution and pooling over three axes written down as their definitions, in double precision: the reference of the tests over
// one and three axes. Fewer axes are three with sizes of 1.
import { sizeOf } from "../src/shape.ts";

export type Sizes = readonly [number, number, number];
export type Values = ArrayLike<number>;

/** Windows over three axes: `out` of them, the first beginning `before` places before the input. */
export interface Windows {
  size: Sizes;
  kernel: Sizes;
  stride: Sizes;
  before: Sizes;
  dilation: Sizes;
  out: Sizes;
}

/** Calls `fn` with every index below the sizes, in row-major order, and its number. */
export function each(sizes: Sizes, fn: (at: [number, number, number], i: number) => void): void {
  let i = 0;
  for (let z = 0; z < sizes[0]; z++)
    for (let y = 0; y < sizes[1]; y++) for (let x = 0; x < sizes[2]; x++) fn([z, y, x], i++);
}

/** The numbers of the places that a window sees, with the numbers of the taps that see them, in row-major order. */
export function seen({ size, kernel, stride, before, dilation }: Windows, at: Sizes): [place: number, tap: number][] {
  const found: [number, number][] = [];
  each(kernel, (tap, i) => {
    const p = tap.map((k, a) => at[a]! * stride[a]! + k * dilation[a]! - before[a]!) as [number, number, number];
    if (p.every((v, a) => v >= 0 && v < size[a]!)) found.push([(p[0] * size[1] + p[1]) * size[2] + p[2], i]);
  });
  return found;
}

/** A convolution's output without a bias, and for a cotangent dy of it the gradients of input and weight. */
export function naiveConvolution(
  w: Windows,
  { n, c, o, groups }: { n: number; c: number; o: number; groups: number },
  x: Values,
  weight: Values,
  dy: Values,
) {
  const [area, pixels, taps] = [sizeOf(w.size), sizeOf(w.out), sizeOf(w.kernel)];
  const [cg, og] = [c / groups, o / groups];
  const y = new Float64Array(n * o * pixels);
  const dx = new Float64Array(n * c * area);
  const dweight = new Float64Array(o * cg * taps);
  each(w.out, (at, pixel) => {
    const places = seen(w, at);
    for (let b = 0; b < n; b++)
      for (let j = 0; j < o; j++)
        for (let i = 0; i < cg; i++)
          for (const [place, tap] of places) {
            const xAt = (b * c + Math.floor(j / og) * cg + i) * area + place;
            const wAt = (j * cg + i) * taps + tap;
            const yAt = (b * o + j) * pixels + pixel;
            y[yAt]! += x[xAt]! * weight[wAt]!;
            dx[xAt]! += dy[yAt]! * weight[wAt]!;
            dweight[wAt]! += dy[yAt]! * x[xAt]!;
          }
  });
  return { y, dx, dweight };
}

/** The number of the largest of some places, the first of equal ones but the last NaN; -1 of none. */
export function largest(values: Values, places: readonly number[]): number {
  let best = -1;
  for (const i of places) if (best < 0 || values[i]! > values[best]! || Number.isNaN(values[i]!)) best = i;
  return best;
}

/** The largest error relative to the largest value (1 at least). */
export function errorOf(got: Values, want: Values): number {
  if (got.length !== want.length) return Infinity;
  let [error, most] = [0, 1];
  for (let i = 0; i < want.length; i++) {
    const e = got[i] === want[i] || (Number.isNaN(got[i]) && Number.isNaN(want[i])) ? 0 : Math.abs(got[i]! - want[i]!);
    if (Number.isNaN(e)) return Infinity;
    error = Math.max(error, e);
    if (Number.isFinite(want[i])) most = Math.max(most, Math.abs(want[i]!));
  }
  return error / most;
}
