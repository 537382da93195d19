// Channels and pixels rearranged: pixelShuffle and its inverse, channelShuffle. Resizing is interpolate.ts.
import { checkInt, type Shape, show, sizeOf } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";
import { composed, reshaped } from "./internal/transfer.ts";
import { permute } from "./permute.ts";

/** The last three axes as `split`, put into another order, and merged into `shape`. */
function rearranged(op: string, x: Tensor, split: Shape, order: readonly number[], shape: Shape): Tensor {
  const lead = x.shape.slice(0, -3);
  return composed(op, () => {
    const parts = reshaped(op, x, [sizeOf(lead), ...split]);
    const moved = permute(parts, [0, ...order.map((axis) => axis + 1)]);
    return reshaped(op, moved, [...lead, ...shape]);
  });
}

function image(op: string, x: Tensor, name: string, factor: number): Shape {
  expectTensor(op, "x", x);
  checkInt(op, name, factor, 1);
  if (x.rank < 3) throw new RangeError(`${op}: expected x of shape [..., C, H, W], got ${show(x.shape)}`);
  return x.shape.slice(-3);
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
  const op = "pixelShuffle";
  const r = upscaleFactor;
  const [c, h, w] = image(op, x, "upscaleFactor", r) as [number, number, number];
  if (c % (r * r) !== 0) {
    throw new RangeError(`${op}: expected x of a multiple of ${r * r} channels, got ${c}`);
  }
  return rearranged(op, x, [c / (r * r), r, r, h, w], [0, 3, 1, 4, 2], [c / (r * r), h * r, w * r]);
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
  const op = "pixelUnshuffle";
  const r = downscaleFactor;
  const [c, h, w] = image(op, x, "downscaleFactor", r) as [number, number, number];
  if (h % r !== 0 || w % r !== 0) {
    throw new RangeError(`${op}: expected x of height and width that are multiples of ${r}, got ${show([h, w])}`);
  }
  return rearranged(op, x, [c, h / r, r, w / r, r], [0, 2, 4, 1, 3], [c * r * r, h / r, w / r]);
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
  const { shape } = x;
  const [n, c] = shape;
  if (n === undefined || c === undefined || x.rank < 3) {
    throw new RangeError(`${op}: expected x of shape [N, C, ...], got ${show(shape)}`);
  }
  if (c % groups !== 0) throw new RangeError(`${op}: expected groups to divide ${c} channels, got ${groups}`);
  return composed(op, () => {
    const parts = reshaped(op, x, [n, groups, c / groups, sizeOf(shape.slice(2))]);
    return reshaped(op, permute(parts, [0, 2, 1, 3]), shape);
  });
}
