// Drawings of ten glyphs, 28 x 28 pixels of gray, made from strokes: the data that the default model learns.
// Every number comes from the library's seeded stream, and only + - * / and square roots are applied to it, which are
// exact to the bit by the ECMAScript standard, unlike Math.sin and kin: one seed gives the same pixels everywhere.
import { Dataset, rand, tidy, zeros } from "sedge";

/** Names of the classes; the label is the place in this list. Neighbours are the pairs that are easily confused. */
export const GLYPHS = [
  "circle",
  "gap",
  "square",
  "triangle",
  "plus",
  "cross",
  "zigzag",
  "wave",
  "arrow",
  "fork",
] as const;

/** Pixels to a side. */
export const SIDE = 28;

/** A point of a drawing: x to the right, y down, within -1 to 1. */
type Point = readonly [x: number, y: number];
/** Points joined by straight strokes. */
type Line = readonly Point[];

/** Points `from` to `to` of sixteen around a circle; point 0 lies to the right, point 4 below. */
function arc(centre: Point, radius: number, from: number, to: number): Line {
  // The sixteenth turn, by half-angle formulas from cos(45 degrees).
  const cos = Math.sqrt(2 + Math.sqrt(2)) / 2;
  const sin = Math.sqrt(2 - Math.sqrt(2)) / 2;
  const points: Point[] = [];
  let [x, y] = [1, 0];
  for (let i = 0; i <= to; i++) {
    if (i >= from) points.push([centre[0] + radius * x, centre[1] + radius * y]);
    [x, y] = [x * cos - y * sin, x * sin + y * cos];
  }
  return points;
}

/** The rising half of the wave; the falling one is the same, turned by half a circle. */
const CREST = arc([-0.45, 0], 0.45, 8, 16);

const STROKES: Record<(typeof GLYPHS)[number], readonly Line[]> = {
  circle: [arc([0, 0], 0.85, 0, 16)],
  gap: [arc([0, 0], 0.85, 1, 15)],
  square: [
    [
      [-0.75, -0.75],
      [0.75, -0.75],
      [0.75, 0.75],
      [-0.75, 0.75],
      [-0.75, -0.75],
    ],
  ],
  triangle: [
    [
      [0, -0.9],
      [0.85, 0.7],
      [-0.85, 0.7],
      [0, -0.9],
    ],
  ],
  plus: [
    [
      [0, -0.9],
      [0, 0.9],
    ],
    [
      [-0.9, 0],
      [0.9, 0],
    ],
  ],
  cross: [
    [
      [-0.65, -0.65],
      [0.65, 0.65],
    ],
    [
      [-0.65, 0.65],
      [0.65, -0.65],
    ],
  ],
  zigzag: [
    [
      [-0.9, 0],
      [-0.45, -0.5],
      [0.45, 0.5],
      [0.9, 0],
    ],
  ],
  wave: [[...CREST, ...CREST.map(([x, y]): Point => [-x, -y]).reverse()]],
  arrow: [
    [
      [0, 0.9],
      [0, -0.9],
    ],
    [
      [-0.6, -0.2],
      [0, -0.9],
      [0.6, -0.2],
    ],
  ],
  fork: [
    [
      [0, 0.9],
      [0, 0.1],
    ],
    [
      [-0.6, -0.85],
      [0, 0.1],
      [0.6, -0.85],
    ],
  ],
};

/** Uniform numbers in [0, 1), one after the other. */
type Random = () => number;

/** A uniform number between `low` and `high`. */
const between = (random: Random, low: number, high: number): number => low + (high - low) * random();

/** How far a stroke's points stray from the drawing, in its own units. */
const WOBBLE = 0.07;
/** tan of half the largest rotation, 20 degrees. */
const MAX_HALF_TURN = 0.1763;

/** The strokes in pixels: each point strays, then all are scaled, rotated and shifted together. */
function place(lines: readonly Line[], random: Random): Line[] {
  // cos and sin of a rotation from the tangent of its half.
  const t = between(random, -MAX_HALF_TURN, MAX_HALF_TURN);
  const cos = (1 - t * t) / (1 + t * t);
  const sin = (2 * t) / (1 + t * t);
  const size = between(random, 6.5, 10.5);
  const [width, height] = [size * between(random, 0.8, 1), size * between(random, 0.8, 1)];
  const [left, top] = [SIDE / 2 + between(random, -3, 3), SIDE / 2 + between(random, -3, 3)];
  return lines.map((line) =>
    line.map(([px, py]): Point => {
      const x = (px + between(random, -WOBBLE, WOBBLE)) * width;
      const y = (py + between(random, -WOBBLE, WOBBLE)) * height;
      return [left + x * cos - y * sin, top + x * sin + y * cos];
    }),
  );
}

/** Square of the distance from (x, y) to the stroke from a to b. */
function distance2(x: number, y: number, [ax, ay]: Point, [bx, by]: Point): number {
  const [dx, dy] = [bx - ax, by - ay];
  const along = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy);
  const at = Math.min(Math.max(along, 0), 1);
  const [ex, ey] = [x - ax - at * dx, y - ay - at * dy];
  return ex * ex + ey * ey;
}

/** Draws a glyph on `pixels` [SIDE * SIDE], gray from 0 to 1 in steps of 1/255, as scanned drawings have it. */
function draw(lines: readonly Line[], random: Random, pixels: Float32Array): void {
  const placed = place(lines, random);
  const half = between(random, 0.6, 1.7); // of the stroke's thickness
  const ink = between(random, 0.55, 1);
  const noise = between(random, 0.05, 0.35);
  for (let i = 0; i < pixels.length; i++) {
    const [x, y] = [(i % SIDE) + 0.5, Math.floor(i / SIDE) + 0.5];
    let nearest = Infinity;
    for (const line of placed) {
      for (let p = 1; p < line.length; p++) nearest = Math.min(nearest, distance2(x, y, line[p - 1]!, line[p]!));
    }
    // Anti-aliased: the edge fades over one pixel.
    const cover = Math.min(Math.max(half + 0.5 - Math.sqrt(nearest), 0), 1);
    const gray = ink * cover + noise * (random() - 0.5);
    pixels[i] = Math.round(255 * Math.min(Math.max(gray, 0), 1)) / 255;
  }
}

/** Most draws of one image: its place and look, two for each point, one for each pixel. */
const MOST_DRAWS = 16 + 2 * 18 + SIDE * SIDE;

/**
 * A dataset of `count` drawings, as many of each class as of any other.
 * Images are float32 [count, 1, 28, 28] from 0 to 1, labels int32 [count]. Draws from the library's seeded stream.
 */
export function glyphs(count: number): Dataset {
  return tidy(() => {
    const images = zeros([count, 1, SIDE, SIDE]);
    const labels = Int32Array.from({ length: count }, (_, i) => i % GLYPHS.length);
    for (let i = 0; i < count; i++) {
      tidy(() => {
        const uniform = rand([MOST_DRAWS]).data.slice();
        let next = 0;
        const pixels = (images.data as Float32Array).subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE);
        draw(STROKES[GLYPHS[labels[i]!]!], () => uniform[next++]!, pixels);
      });
    }
    return new Dataset(images, labels);
  });
}
