// Random affine maps of images: what torchvision calls RandomAffine. Transforms that move whole rows are src/data/images.ts.
import { tensor } from "../ops/create.ts";
import { affineGrid, gridSample } from "../ops/grid.ts";
import { cos, sin } from "../ops/unary.ts";
import { checkNumber, checkOptions, demand } from "../shape.ts";
import { draws, numbers, range, type Transform, transform } from "./transform.ts";

/** Options of {@link randomAffine}. */
export interface RandomAffineOptions {
  /** Degrees of the turn, clockwise: a range, or d for -d to d. Default: 0. */
  degrees?: number | readonly [low: number, high: number];
  /** Furthest moves, as shares of the width and of the height. Default: none. */
  translate?: readonly [x: number, y: number];
  /** A range of the sizes. Default: 1. */
  scale?: readonly [low: number, high: number];
  /** Degrees of the shear along x: a range, or d for -d to d, below 90. Default: 0. */
  shear?: number | readonly [low: number, high: number];
}

/**
 * Turns, moves, scales and shears each image about its centre by amounts of its own. Pixels are interpolated linearly
 * (torchvision takes the nearest unless told otherwise), and zeros lie outside.
 *
 * @param options `degrees`, `translate`, `scale`, `shear`: see {@link RandomAffineOptions}.
 * @see https://pytorch.org/vision/stable/generated/torchvision.transforms.v2.RandomAffine.html
 *
 * @example
 * ```ts
 * import { rand } from "sedge";
 * import { randomAffine } from "sedge/data";
 * const augment = randomAffine({ degrees: 10, translate: [0.1, 0.1], scale: [0.9, 1.1] });
 * augment(rand([8, 1, 28, 28])).shape; // => [8,1,28,28]
 * ```
 */
export function randomAffine(options: RandomAffineOptions): Transform {
  const op = "randomAffine";
  checkOptions(op, options, ["degrees", "translate", "scale", "shear"]);
  const { degrees = 0, translate = [0, 0], scale = [1, 1], shear = 0 } = options ?? {};
  const turn = range(op, "degrees", degrees);
  const moves = numbers(op, "translate", translate, 2).map((v) => checkNumber(op, "translate", v, 0, 1));
  demand(Array.isArray(scale), op, "scale to be a pair of numbers", scale, TypeError);
  const sizes = range(op, "scale", scale);
  demand(sizes[0] > 0, op, "scale above 0", scale);
  const slant = range(op, "shear", shear);
  demand(slant[0] > -90 && slant[1] < 90, op, "shear above -90 and below 90", shear);
  return transform(op, (x, b, _c, h, w) => {
    // of the map from places in the result to places in x, in float32 and by the core's sine: Math.sin is each engine's own
    const trig = (angles: number[]): number[][] => {
      const radians = tensor(angles.map((d) => (d * Math.PI) / 180));
      return [cos(radians), sin(radians)].map((t) => Array.from(t.data));
    };
    const [turnCos, turnSin] = trig(draws(b, ...turn)) as [number[], number[]];
    const [moveX, moveY] = moves.map((most) => draws(b, -most, most)) as [number[], number[]];
    const size = draws(b, ...sizes);
    const [shearCos, shearSin] = trig(draws(b, ...slant)) as [number[], number[]];
    const theta = new Float32Array(6 * b);
    for (let i = 0; i < b; i++) {
      const [c, s, tan] = [turnCos[i]!, turnSin[i]!, shearSin[i]! / shearCos[i]!];
      // the inverse of scale * turn * shear, where places run from -1 to 1: of another length along each axis
      const inverse = [c - tan * s, ((s + tan * c) * h) / w, (-s * w) / h, c].map((v) => v / size[i]!);
      const [xx, xy, yx, yy] = inverse as [number, number, number, number];
      const [dx, dy] = [2 * moveX[i]!, 2 * moveY[i]!];
      theta.set([xx, xy, -(xx * dx + xy * dy), yx, yy, -(yx * dx + yy * dy)], 6 * i);
    }
    return gridSample(x, affineGrid(tensor(theta, { shape: [b, 2, 3] }), x.shape));
  });
}
