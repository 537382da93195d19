// Which elements a reduction puts together, the slow way: the reference of the reductions' tests.
import { type Shape, show, sizeOf } from "../src/shape.ts";

/** For every element of the result, in row-major order, the flat indices of what it is made of. */
export function groups(shape: Shape, axes: readonly number[]): number[][] {
  const kept = shape.filter((_, i) => !axes.includes(i));
  const out: number[][] = Array.from({ length: sizeOf(kept) }, () => []);
  for (let flat = 0; flat < sizeOf(shape); flat++) {
    let rest = flat;
    const index = shape.map((_, i) => {
      const stride = sizeOf(shape.slice(i + 1));
      const at = Math.floor(rest / stride);
      rest %= stride;
      return at;
    });
    const to = index.filter((_, i) => !axes.includes(i)).reduce((n, at, i) => n * kept[i]! + at, 0);
    out[to]!.push(flat);
  }
  return out;
}

/** Every set of axes of a rank but the empty one, which means all. */
export function axisSets(rank: number): number[][] {
  return Array.from({ length: 2 ** rank - 1 }, (_, mask) =>
    Array.from({ length: rank }, (_, i) => i).filter((i) => ((mask + 1) >> i) & 1),
  );
}

/** Odd sizes, sizes 1 and 0, and ranks 0 to 4. */
export const SHAPES: readonly Shape[] = [
  [],
  [1],
  [7],
  [130],
  [3, 5],
  [5, 1],
  [70, 19],
  [2, 37, 3],
  [3, 1, 4],
  [2, 3, 4, 5],
  [3, 2, 1, 17],
  [4, 1, 3, 2],
];

/** Shapes of no elements. */
export const EMPTY: readonly Shape[] = [[0], [0, 3], [3, 0], [2, 0, 4], [0, 0]];

/** Shapes with their names, for a test of each. */
export const named = (shapes: readonly Shape[]): { shape: Shape; name: string }[] =>
  shapes.map((shape) => ({ shape, name: show(shape) }));
