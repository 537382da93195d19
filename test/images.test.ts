// Transforms of images: where pixels go, that images differ, and that the seed fixes it all.
import { describe, expect, it } from "vitest";
import "../src/entry.ts";
import {
  centerCrop,
  compose,
  cutout,
  normalize,
  randomAffine,
  randomCrop,
  randomHorizontalFlip,
  randomVerticalFlip,
  type Transform,
} from "../src/data.ts";
import { arange, memory, ones, rand, reshape, rot90, seed, type Tensor, tensor, zeros } from "../src/index.ts";

/** Images whose pixels count from 1. */
const counted = (...shape: [number, number, number, number]): Tensor =>
  reshape(arange(1, shape.reduce((a, b) => a * b) + 1, { dtype: "float32" }), shape);
const image = counted(1, 1, 3, 3);
const pixels = (x: Tensor): number[][] => (x.toArray() as number[][][][])[0]![0]!;

/** Every transform that draws, as training would use it on images of 12 x 12. */
const RANDOM: [string, Transform][] = [
  ["randomCrop", randomCrop({ size: 12, padding: 2 })],
  ["randomHorizontalFlip", randomHorizontalFlip()],
  ["randomVerticalFlip", randomVerticalFlip({ p: 0.3 })],
  ["randomAffine", randomAffine({ degrees: 20, translate: [0.1, 0.2], scale: [0.8, 1.2], shear: 10 })],
  ["cutout", cutout({ size: 5 })],
  ["compose", compose(randomCrop({ size: 12, padding: 1 }), randomHorizontalFlip(), cutout({ size: 3 }))],
];

describe.each(RANDOM)("%s", (_, fn) => {
  it("treats each image on its own and all channels alike, as the seed says, and leaves x as it was", () => {
    const x = ones([16, 2, 12, 12]).mul(arange(1, 145, { dtype: "float32" }).reshape([12, 12]));
    const copy = x.toArray();
    seed(5);
    const y = fn(x);
    expect(y.shape).toEqual(x.shape);
    const images = (y.toArray() as unknown[][]).map((channels) => channels.map((c) => JSON.stringify(c)));
    expect(images.every(([a, b]) => a === b)).toBe(true);
    expect(new Set(images.map(([a]) => a)).size).toBeGreaterThan(1);
    seed(5);
    expect(fn(x).toArray()).toEqual(y.toArray());
    expect(fn(x).toArray()).not.toEqual(y.toArray());
    expect(x.toArray()).toEqual(copy);
  });

  it("records nothing and leaves nothing behind but its result", () => {
    const x = rand([4, 1, 12, 12]);
    x.requiresGrad = true;
    const before = memory();
    const y = fn(x);
    expect(y.requiresGrad).toBe(false);
    y.dispose();
    expect(memory()).toMatchObject({ bytes: before.bytes, tensors: before.tensors });
  });

  it("refuses what is no batch of images", () => {
    expect(() => fn([[1]] as never)).toThrow(/expected x to be a tensor/);
    expect(() => fn(zeros([3, 3]))).toThrow("expected x float32 [B, C, H, W], got float32 [3, 3]");
    expect(() => fn(zeros([1, 1, 12, 12], { dtype: "int32" }))).toThrow("got int32 [1, 1, 12, 12]");
  });
});

describe("pixels go where torchvision puts them", () => {
  it("normalize, by channel", () => {
    expect(normalize({ mean: [1, 5], std: 2 })(counted(1, 2, 1, 2)).toArray()).toEqual([[[[0, 0.5]], [[-1, -0.5]]]]);
  });

  it("centerCrop", () => {
    const crop = (size: number | [number, number], h: number, w: number) =>
      pixels(centerCrop({ size })(counted(1, 1, h, w)));
    expect(crop(1, 3, 3)).toEqual([[5]]);
    expect(crop([1, 3], 3, 4)).toEqual([[5, 6, 7]]);
  });

  it("randomCrop: every window of the padded image, and no other", () => {
    const x = ones([256, 1, 3, 3]).mul(image);
    const seen = new Set(
      (randomCrop({ size: 3, padding: 1 })(x).toArray() as unknown[][]).map((c) => JSON.stringify(c[0])),
    );
    const padded = [0, 0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 4, 5, 6, 0, 0, 7, 8, 9, 0, 0, 0, 0, 0, 0];
    const window = (top: number, left: number) =>
      [0, 1, 2].map((r) => padded.slice(5 * (top + r) + left, 5 * (top + r) + left + 3));
    const all = [0, 1, 2].flatMap((top) => [0, 1, 2].map((left) => JSON.stringify(window(top, left))));
    expect(seen).toEqual(new Set(all));
    expect(randomCrop({ size: [3, 2] })(image).shape).toEqual([1, 1, 3, 2]);
  });

  it("flips", () => {
    expect(pixels(randomHorizontalFlip({ p: 1 })(image))[0]).toEqual([3, 2, 1]);
    expect(pixels(randomVerticalFlip({ p: 1 })(image))[0]).toEqual([7, 8, 9]);
    expect(pixels(randomVerticalFlip({ p: 0 })(image))[0]).toEqual([1, 2, 3]);
    const flipped = randomHorizontalFlip({ p: 0.25 })(ones([4000, 1, 1, 2]).mul(tensor([0, 1])));
    expect(flipped.select(0, { axis: 3 }).mean().item()).toBeCloseTo(0.25, 1);
  });

  it("cutout: a square of zeros, cut off at the edges", () => {
    const x = cutout({ size: 3 })(ones([300, 1, 5, 5]));
    const lost = (x.toArray() as number[][][][]).map((c) => 25 - c.flat(2).reduce((a, b) => a + b));
    expect(new Set(lost)).toEqual(new Set([4, 6, 9]));
    expect(cutout({ size: 2 })(ones([1, 1, 1, 1])).item()).toBe(0);
  });

  it("randomAffine: a quarter turn clockwise, moves by whole pixels, scales and shears as torchvision's matrix says", () => {
    const square = counted(1, 1, 4, 4);
    const turned = pixels(randomAffine({ degrees: [90, 90] })(square));
    const wanted = pixels(rot90(square, -1, { axes: [2, 3] }));
    for (const [r, row] of turned.entries())
      for (const [c, v] of row.entries()) expect(v).toBeCloseTo(wanted[r]![c]!, 3);
    // of a bright middle, half as large: its pixel of four lies where four pixels' centres meet
    const half = pixels(randomAffine({ degrees: 0, scale: [0.5, 0.5] })(ones([1, 1, 4, 4])));
    expect(half[0]).toEqual([0, 0, 0, 0]);
    expect(half[1]).toEqual([0, 1, 1, 0]);
    // rows move against their distance from the middle: torchvision's matrix for 45 degrees is [1, 1; 0, 1] from result to x
    const wide = zeros([1, 1, 3, 7]);
    for (const row of [0, 1, 2]) wide.data[7 * row + 3] = 1;
    const slanted = pixels(randomAffine({ degrees: 0, shear: [45, 45] })(wide));
    expect(slanted.map((row) => row.map((v) => Math.round(v * 1000) / 1000).indexOf(1))).toEqual([4, 3, 2]);
  });

  it("randomAffine: keeps the shape of what it turns in images that are not square", () => {
    const x = zeros([1, 1, 5, 9]);
    for (const column of [2, 3, 4, 5, 6]) x.data[2 * 9 + column] = 1;
    const turned = pixels(randomAffine({ degrees: [90, 90] })(x));
    expect(turned.map((row) => row.map((v) => Math.round(v * 100) / 100))).toEqual(
      Array(5).fill([0, 0, 0, 0, 1, 0, 0, 0, 0]),
    );
  });

  it("randomAffine: moves by up to the shares given", () => {
    const x = zeros([200, 1, 9, 9]);
    for (let b = 0; b < 200; b++) x.data[b * 81 + 40] = 1;
    const y = randomAffine({ translate: [0.3, 0] })(x).toArray() as number[][][][];
    const middles = y.map(([c]) => c![4]!.reduce((sum, v, i) => sum + v * (i - 4), 0));
    expect(Math.max(...middles.map(Math.abs))).toBeLessThanOrEqual(2.7 + 1e-4);
    expect(Math.max(...middles)).toBeGreaterThan(2);
    expect(Math.min(...middles)).toBeLessThan(-2);
  });
});

describe("what transforms refuse", () => {
  it.each<[string, () => unknown, string]>([
    [
      "a crop larger than the image",
      () => randomCrop({ size: 6, padding: 1 })(image),
      "randomCrop: expected images of at least [6, 6] pixels, got [1, 1, 3, 3]",
    ],
    [
      "a middle larger than the image",
      () => centerCrop({ size: 4 })(image),
      "centerCrop: expected images of at least [4, 4]",
    ],
    ["no size", () => randomCrop({} as never), "randomCrop: expected size to be an integer, got undefined"],
    [
      "means of other channels",
      () => normalize({ mean: [0, 0, 0], std: 1 })(image),
      "normalize: expected x of 3 channels, got [1, 1, 3, 3]",
    ],
    ["a deviation of 0", () => normalize({ mean: 0, std: 0 }), "normalize: expected std above 0, got [0]"],
    ["a share above 1", () => randomHorizontalFlip({ p: 2 }), "randomHorizontalFlip: expected p from 0 to 1, got 2"],
    [
      "a negative turn as one number",
      () => randomAffine({ degrees: -3 }),
      "randomAffine: expected degrees at least 0, got -3",
    ],
    ["a range upside down", () => randomAffine({ degrees: [3, 1] }), "degrees from a low to a high, got [3, 1]"],
    ["a scale of 0", () => randomAffine({ scale: [0, 1] }), "randomAffine: expected scale above 0, got [0, 1]"],
    ["a shear of 90 degrees", () => randomAffine({ shear: 90 }), "shear above -90 and below 90, got 90"],
    [
      "a move as one number",
      () => randomAffine({ translate: 0.1 as never }),
      "translate to be a pair of numbers, got 0.1",
    ],
    ["no transforms", () => compose(), "compose: expected at least one transform"],
    [
      "transforms that are none",
      () => compose(image as never),
      "compose: expected functions of a tensor, got a Tensor",
    ],
  ])("%s", (_, misuse, message) => {
    expect(misuse).toThrow(message);
  });
});
