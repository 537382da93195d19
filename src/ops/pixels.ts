// Channels and pixels rearranged: pixelShuffle and its inverse, channelShuffle. Resizing is interpolate.ts.
import { power } from "../numbers.ts";
import { checkInt, refusal, type Shape, show, sizeOf } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";
import { composed } from "./internal/composed.ts";
import { reshaped } from "./internal/transfer.ts";
import { permute } from "./permute.ts";

/** The axes behind the leading ones as `split`, put into another order, and merged into `shape`. */
function rearranged(op: string, x: Tensor, lead: Shape, split: Shape, order: readonly number[], shape: Shape): Tensor {
  return composed(op, () => {
    const moved = permute(reshaped(op, x, [sizeOf(lead), ...split]), order);
    return reshaped(op, moved, [...lead, ...shape]);
  });
}

/** Leading axes, channels, height and width, which must be multiples of powers of r. */
function image(
  op: string,
  x: Tensor,
  name: string,
  r: number,
  powers: readonly number[],
): [Shape, number, number, number] {
  expectTensor(op, "x", x);
  checkInt(op, name, r, 1);
  const divisors = powers.map((n) => power(r, n));
  const sizes = x.shape.slice(-3) as [number, number, number];
  if (x.rank < 3 || sizes.some((d, i) => d % divisors[i]! !== 0)) {
    throw refusal(op, `x of shape [..., C, H, W], multiples of ${show(divisors)}`, x.shape);
  }
  return [x.shape.slice(0, -3), ...sizes];
}

/**
 * Turns channels into pixels: of every r² channels one that is r times as high and wide.
 *
 * @param x `[..., C r², H, W]`, any dtype.
 * @param upscaleFactor r, at least 1.
 * @returns `[..., C, H r, W r]`.
 * @throws RangeError if the channels are no multiple of r².
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.pixel_shuffle.html
 *
 * @example
 * ```ts
 * import { pixelShuffle, tensor } from "sedge";
 * pixelShuffle(tensor([[[1]], [[2]], [[3]], [[4]]]), 2).toArray(); // => [[[1,2],[3,4]]]
 * ```
 */
export function pixelShuffle(x: Tensor, upscaleFactor: number): Tensor {
  const r = upscaleFactor;
  const [lead, c, h, w] = image("pixelShuffle", x, "upscaleFactor", r, [2, 0, 0]);
  const channels = c / (r * r);
  return rearranged("pixelShuffle", x, lead, [channels, r, r, h, w], [0, 1, 4, 2, 5, 3], [channels, h * r, w * r]);
}

/**
 * Turns pixels into channels: the inverse of {@link pixelShuffle}.
 *
 * @param x `[..., C, H r, W r]`, any dtype.
 * @param downscaleFactor r, at least 1.
 * @returns `[..., C r², H, W]`.
 * @throws RangeError if height or width are no multiples of r.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.pixel_unshuffle.html
 *
 * @example
 * ```ts
 * import { pixelUnshuffle, tensor } from "sedge";
 * pixelUnshuffle(tensor([[[1, 2], [3, 4]]]), 2).toArray(); // => [[[1]],[[2]],[[3]],[[4]]]
 * ```
 */
export function pixelUnshuffle(x: Tensor, downscaleFactor: number): Tensor {
  const r = downscaleFactor;
  const [lead, c, h, w] = image("pixelUnshuffle", x, "downscaleFactor", r, [0, 1, 1]);
  return rearranged("pixelUnshuffle", x, lead, [c, h / r, r, w / r, r], [0, 1, 3, 5, 2, 4], [c * r * r, h / r, w / r]);
}

/**
 * Interleaves groups of channels: the first of every group, then the second of every group, and so on.
 *
 * @param x `[N, C, ...]`, any dtype.
 * @param groups how many, a divisor of C.
 * @throws RangeError if `groups` does not divide the channels.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ChannelShuffle.html
 *
 * @example
 * ```ts
 * import { channelShuffle, tensor } from "sedge";
 * channelShuffle(tensor([[[1], [2], [3], [4]]]), 2).toArray(); // => [[[1],[3],[2],[4]]]
 * ```
 */
export function channelShuffle(x: Tensor, groups: number): Tensor {
  const op = "channelShuffle";
  expectTensor(op, "x", x);
  checkInt(op, "groups", groups, 1);
  const [n = 0, c = 0, ...rest] = x.shape;
  if (x.rank < 3 || c % groups !== 0) {
    throw refusal(op, `x of shape [N, C, ...] with groups ${groups} dividing C`, x.shape);
  }
  return rearranged(op, x, [n], [groups, c / groups, sizeOf(rest)], [0, 2, 1, 3], [c, ...rest]);
}
