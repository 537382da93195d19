// Padding layers whose border is taken from the image. The base, and those with a constant, are pad.ts.
import { Padding, type Widths } from "./pad.ts";

/**
 * A border of the image mirrored, its edge left out around sequences.
 *
 * @param padding one width, or [left, right]; a negative one cuts off.
 * @throws TypeError or RangeError for widths that are not 2 integers.
 *
 * Shape: [n, c, w], or without n, made larger by the widths.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ReflectionPad1d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.ReflectionPad1d(1).call(ones([1, 2, 4])).shape; // => [1,2,6]
 * ```
 */
export class ReflectionPad1d extends Padding {
  constructor(padding: Widths) {
    super(1, padding, { mode: "reflect" });
  }
}

/**
 * A border of the image mirrored, its edge left out around images.
 *
 * @param padding one width, or [left, right, top, bottom]; a negative one cuts off.
 * @throws TypeError or RangeError for widths that are not 4 integers.
 *
 * Shape: [n, c, h, w], or without n, made larger by the widths.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ReflectionPad2d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.ReflectionPad2d(1).call(ones([1, 2, 4, 4])).shape; // => [1,2,6,6]
 * ```
 */
export class ReflectionPad2d extends Padding {
  constructor(padding: Widths) {
    super(2, padding, { mode: "reflect" });
  }
}

/**
 * A border of the image mirrored, its edge left out around volumes.
 *
 * @param padding one width, or [left, right, top, bottom, front, back]; a negative one cuts off.
 * @throws TypeError or RangeError for widths that are not 6 integers.
 *
 * Shape: [n, c, d, h, w], or without n, made larger by the widths.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ReflectionPad3d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.ReflectionPad3d(1).call(ones([1, 2, 4, 4, 4])).shape; // => [1,2,6,6,6]
 * ```
 */
export class ReflectionPad3d extends Padding {
  constructor(padding: Widths) {
    super(3, padding, { mode: "reflect" });
  }
}

/**
 * A border of the edge, repeated around sequences.
 *
 * @param padding one width, or [left, right]; a negative one cuts off.
 * @throws TypeError or RangeError for widths that are not 2 integers.
 *
 * Shape: [n, c, w], or without n, made larger by the widths.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ReplicationPad1d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.ReplicationPad1d(1).call(ones([1, 2, 4])).shape; // => [1,2,6]
 * ```
 */
export class ReplicationPad1d extends Padding {
  constructor(padding: Widths) {
    super(1, padding, { mode: "replicate" });
  }
}

/**
 * A border of the edge, repeated around images.
 *
 * @param padding one width, or [left, right, top, bottom]; a negative one cuts off.
 * @throws TypeError or RangeError for widths that are not 4 integers.
 *
 * Shape: [n, c, h, w], or without n, made larger by the widths.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ReplicationPad2d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.ReplicationPad2d(1).call(ones([1, 2, 4, 4])).shape; // => [1,2,6,6]
 * ```
 */
export class ReplicationPad2d extends Padding {
  constructor(padding: Widths) {
    super(2, padding, { mode: "replicate" });
  }
}

/**
 * A border of the edge, repeated around volumes.
 *
 * @param padding one width, or [left, right, top, bottom, front, back]; a negative one cuts off.
 * @throws TypeError or RangeError for widths that are not 6 integers.
 *
 * Shape: [n, c, d, h, w], or without n, made larger by the widths.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ReplicationPad3d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.ReplicationPad3d(1).call(ones([1, 2, 4, 4, 4])).shape; // => [1,2,6,6,6]
 * ```
 */
export class ReplicationPad3d extends Padding {
  constructor(padding: Widths) {
    super(3, padding, { mode: "replicate" });
  }
}

/**
 * A border of the other side around sequences.
 *
 * @param padding one width, or [left, right]; a negative one cuts off.
 * @throws TypeError or RangeError for widths that are not 2 integers.
 *
 * Shape: [n, c, w], or without n, made larger by the widths.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.CircularPad1d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.CircularPad1d(1).call(ones([1, 2, 4])).shape; // => [1,2,6]
 * ```
 */
export class CircularPad1d extends Padding {
  constructor(padding: Widths) {
    super(1, padding, { mode: "circular" });
  }
}

/**
 * A border of the other side around images.
 *
 * @param padding one width, or [left, right, top, bottom]; a negative one cuts off.
 * @throws TypeError or RangeError for widths that are not 4 integers.
 *
 * Shape: [n, c, h, w], or without n, made larger by the widths.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.CircularPad2d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.CircularPad2d(1).call(ones([1, 2, 4, 4])).shape; // => [1,2,6,6]
 * ```
 */
export class CircularPad2d extends Padding {
  constructor(padding: Widths) {
    super(2, padding, { mode: "circular" });
  }
}

/**
 * A border of the other side around volumes.
 *
 * @param padding one width, or [left, right, top, bottom, front, back]; a negative one cuts off.
 * @throws TypeError or RangeError for widths that are not 6 integers.
 *
 * Shape: [n, c, d, h, w], or without n, made larger by the widths.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.CircularPad3d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.CircularPad3d(1).call(ones([1, 2, 4, 4, 4])).shape; // => [1,2,6,6,6]
 * ```
 */
export class CircularPad3d extends Padding {
  constructor(padding: Widths) {
    super(3, padding, { mode: "circular" });
  }
}
