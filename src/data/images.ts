// Transforms of batches of images, as torchvision names them: to normalise data by, and to give `fit` as `augment`. Those
// that draw do so for each image, from the seeded stream; none is recorded for gradients. Whole rows of pixels move at a
// time, by the typed arrays' own copy and fill. Maps that interpolate are src/data/affine.ts.
import { div, sub } from "../ops/binary.ts";
import { lt } from "../ops/compare.ts";
import { tensor, zeros } from "../ops/create.ts";
import { rand, randint } from "../ops/create-random.ts";
import { flip } from "../ops/permute.ts";
import { slice } from "../ops/slice.ts";
import { where } from "../ops/ternary.ts";
import { tidy } from "../scope.ts";
import { checkInt, checkNumber, checkOptions, demand, fault, pair, readOptions, show } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { numbers, type Transform, transform } from "./transform.ts";

/**
 * Takes a mean off and divides by a deviation, channel by channel. Data to be measured on needs it as well as data to train
 * on, so it is best applied to datasets before training.
 *
 * @param options `mean` and `std`: a number, or one for each channel.
 * @throws RangeError for another number of channels, or a deviation that is not above 0.
 * @see https://pytorch.org/vision/stable/generated/torchvision.transforms.v2.Normalize.html
 *
 * @example
 * ```ts
 * import { ones } from "sedge";
 * import { normalize } from "sedge/data";
 * normalize({ mean: 0.5, std: [0.5, 0.25] })(ones([1, 2, 1, 1])).toArray(); // => [[[[1]],[[2]]]]
 * ```
 */
export function normalize(options: { mean: number | readonly number[]; std: number | readonly number[] }): Transform {
  const op = "normalize";
  checkOptions(op, options, ["mean", "std"]);
  const [mean, std] = (["mean", "std"] as const).map((name) => {
    const given = options?.[name];
    return typeof given === "number" ? [checkNumber(op, name, given)] : numbers(op, name, given);
  }) as [number[], number[]];
  demand(Math.min(...std) > 0, op, "std above 0", std);
  return transform(op, (x, _, c) => {
    const channels = (list: number[]): Tensor => {
      if (list.length !== 1 && list.length !== c) throw fault(op, `x of ${list.length} channels`, show(x.shape));
      return tensor(list, { shape: [list.length, 1, 1] });
    };
    return div(sub(x, channels(mean)), channels(std));
  });
}

/** Copies a window of each image to a place in another of zeros: `at` gives where in x it begins, beyond the edges too. */
function windows(x: Tensor, size: readonly [number, number], at: (b: number) => readonly [number, number]): Tensor {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const [height, width] = size;
  const y = zeros([n, c, height, width]);
  const [from, to] = [x.data, y.data];
  for (let b = 0; b < n; b++) {
    const [top, left] = at(b);
    const [first, last] = [Math.max(left, 0), Math.min(left + width, w)];
    if (first >= last) continue;
    for (let image = b * c; image < (b + 1) * c; image++) {
      for (let row = Math.max(top, 0); row < Math.min(top + height, h); row++) {
        const start = (image * h + row) * w;
        const into = (image * height + row - top) * width + first - left;
        to.set(from.subarray(start + first, start + last), into);
      }
    }
  }
  return y;
}

/**
 * A window of each image at a place of its own, after `padding` pixels of zeros on each side.
 *
 * @param options `size`: height and width of the window, or one for both; `padding` (default 0).
 * @throws RangeError for a window larger than the padded images.
 * @see https://pytorch.org/vision/stable/generated/torchvision.transforms.v2.RandomCrop.html
 *
 * @example
 * ```ts
 * import { rand } from "sedge";
 * import { randomCrop } from "sedge/data";
 * const augment = randomCrop({ size: 28, padding: 2 });
 * augment(rand([8, 1, 28, 28])).shape; // => [8,1,28,28]
 * ```
 */
export function randomCrop(options: { size: number | readonly [number, number]; padding?: number }): Transform {
  const op = "randomCrop";
  checkOptions(op, options, ["size", "padding"]);
  const size = pair(op, "size", options?.size, 1);
  const padding = checkInt(op, "padding", options.padding ?? 0, 0);
  return transform(op, (x, b, _c, h, w) => {
    const room = expectRoom(op, x, size, [h + 2 * padding, w + 2 * padding]);
    const [tops, lefts] = room.map((free) => Array.from(randint(0, free + 1, [b]).data)) as [number[], number[]];
    return windows(x, size, (i) => [tops[i]! - padding, lefts[i]! - padding]);
  });
}

/** How far a window may move in each direction. */
function expectRoom(op: string, x: Tensor, size: readonly number[], within: readonly number[]): number[] {
  const room = within.map((d, i) => d - size[i]!);
  if (Math.min(...room) < 0) throw fault(op, `images of at least ${show(size)} pixels`, show(x.shape));
  return room;
}

/**
 * The window in the middle of each image.
 *
 * @param options `size`: height and width of the window, or one for both.
 * @throws RangeError for a window larger than the images.
 * @see https://pytorch.org/vision/stable/generated/torchvision.transforms.v2.CenterCrop.html
 *
 * @example
 * ```ts
 * import { tensor } from "sedge";
 * import { centerCrop } from "sedge/data";
 * centerCrop({ size: 1 })(tensor([[[[1, 2, 3], [4, 5, 6], [7, 8, 9]]]])).toArray(); // => [[[[5]]]]
 * ```
 */
export function centerCrop(options: { size: number | readonly [number, number] }): Transform {
  const op = "centerCrop";
  checkOptions(op, options, ["size"]);
  const size = pair(op, "size", options?.size, 1);
  return transform(op, (x, _b, _c, h, w) => {
    const starts = expectRoom(op, x, size, [h, w]).map((free) => Math.floor(free / 2));
    const part = (t: Tensor, i: 0 | 1): Tensor =>
      slice(t, { start: starts[i]!, stop: starts[i]! + size[i], axis: i + 2 });
    return part(part(x, 0), 1);
  });
}

function randomFlip(op: string, axis: number, options: { p?: number } | undefined): Transform {
  const { p } = readOptions(op, options, { p: 0.5 });
  checkNumber(op, "p", p, 0, 1);
  return transform(op, (x, b) => where(lt(rand([b, 1, 1, 1]), p), flip(x, axis), x));
}

/**
 * Mirrors some of the images, left to right.
 *
 * @param options `p`: the share of them (default 0.5).
 * @see https://pytorch.org/vision/stable/generated/torchvision.transforms.v2.RandomHorizontalFlip.html
 *
 * @example
 * ```ts
 * import { tensor } from "sedge";
 * import { randomHorizontalFlip } from "sedge/data";
 * randomHorizontalFlip({ p: 1 })(tensor([[[[1, 2], [3, 4]]]])).toArray(); // => [[[[2,1],[4,3]]]]
 * ```
 */
export const randomHorizontalFlip = (options?: { p?: number }): Transform =>
  randomFlip("randomHorizontalFlip", 3, options);

/**
 * Mirrors some of the images, top to bottom.
 *
 * @param options `p`: the share of them (default 0.5).
 * @see https://pytorch.org/vision/stable/generated/torchvision.transforms.v2.RandomVerticalFlip.html
 *
 * @example
 * ```ts
 * import { tensor } from "sedge";
 * import { randomVerticalFlip } from "sedge/data";
 * randomVerticalFlip({ p: 1 })(tensor([[[[1, 2], [3, 4]]]])).toArray(); // => [[[[3,4],[1,2]]]]
 * ```
 */
export const randomVerticalFlip = (options?: { p?: number }): Transform => randomFlip("randomVerticalFlip", 2, options);

/**
 * Puts a square of zeros on each image; its centre is any pixel, so that part of it may lie outside.
 *
 * @param options `size`: the square's side in pixels.
 * @see https://arxiv.org/abs/1708.04552 (DeVries and Taylor, "Improved regularization of convolutional neural networks
 * with cutout", 2017)
 *
 * @example
 * ```ts
 * import { ones } from "sedge";
 * import { cutout } from "sedge/data";
 * cutout({ size: 1 })(ones([1, 1, 4, 4])).sum().item(); // => 15
 * ```
 */
export function cutout(options: { size: number }): Transform {
  const op = "cutout";
  checkOptions(op, options, ["size"]);
  const size = checkInt(op, "size", options?.size, 1);
  return transform(op, (x, b, c, h, w) => {
    const [rows, columns] = [h, w].map((d) => Array.from(randint(0, d, [b]).data)) as [number[], number[]];
    const y = windows(x, [h, w], () => [0, 0]);
    const pixels = y.data;
    const around = (centre: number, d: number): [number, number] => {
      const start = centre - Math.floor(size / 2);
      return [Math.max(start, 0), Math.min(start + size, d)];
    };
    for (let image = 0; image < b * c; image++) {
      const at = Math.floor(image / c);
      const [[top, bottom], [left, right]] = [around(rows[at]!, h), around(columns[at]!, w)];
      for (let row = image * h + top; row < image * h + bottom; row++) pixels.fill(0, row * w + left, row * w + right);
    }
    return y;
  });
}

/**
 * Transforms one after the other.
 *
 * @throws TypeError for none, or for what is no function.
 * @see https://pytorch.org/vision/stable/generated/torchvision.transforms.v2.Compose.html
 *
 * @example
 * ```ts
 * import { rand, seed } from "sedge";
 * import { compose, randomCrop, randomHorizontalFlip } from "sedge/data";
 * const augment = compose(randomCrop({ size: 28, padding: 2 }), randomHorizontalFlip());
 * augment(rand([8, 1, 28, 28])).shape; // => [8,1,28,28]
 * ```
 */
export function compose(...transforms: Transform[]): Transform {
  demand(transforms.length > 0, "compose", "at least one transform", transforms, TypeError);
  for (const fn of transforms) demand(typeof fn === "function", "compose", "functions of a tensor", fn, TypeError);
  return (x) => tidy(() => transforms.reduce((t, fn) => fn(t), x));
}
