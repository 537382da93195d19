// Padding layers with a constant, and the base of all. Those that take the border from the image are pad-modes.ts.
import { type PadOptions, pad } from "../ops/pad.ts";
import { checkInt, checkNumber, describe } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { Configured } from "./configured.ts";

/** One width for all sides, or one for each: the last axis' first, before and after. */
export type Widths = number | readonly number[];

/** A border along the last `axes` axes. */
export abstract class Padding extends Configured {
  readonly padding: readonly number[];
  protected readonly options: PadOptions;

  constructor(axes: number, padding: Widths, options: PadOptions) {
    super();
    const { name } = new.target;
    const list = typeof padding === "number" ? new Array<number>(2 * axes).fill(padding) : padding;
    if (!Array.isArray(list) || list.length !== 2 * axes) {
      throw new RangeError(
        `${name}: expected padding to be a number or an array of ${2 * axes}, got ${describe(padding)}`,
      );
    }
    this.padding = list.map((width) => checkInt(name, "padding", width));
    if ("value" in options) checkNumber(name, "value", options.value);
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return pad(x, this.padding, this.options);
  }
}

/**
 * A border of zeros around sequences.
 *
 * @param padding one width, or [left, right]; a negative one cuts off.
 * @throws TypeError or RangeError for widths that are not 2 integers.
 *
 * Shape: [n, c, w], or without n, made larger by the widths.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ZeroPad1d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.ZeroPad1d(1).call(ones([1, 2, 4])).shape; // => [1,2,6]
 * ```
 */
export class ZeroPad1d extends Padding {
  constructor(padding: Widths) {
    super(1, padding, {});
  }
}

/**
 * A border of zeros around images.
 *
 * @param padding one width, or [left, right, top, bottom]; a negative one cuts off.
 * @throws TypeError or RangeError for widths that are not 4 integers.
 *
 * Shape: [n, c, h, w], or without n, made larger by the widths.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ZeroPad2d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.ZeroPad2d(1).call(ones([1, 2, 4, 4])).shape; // => [1,2,6,6]
 * ```
 */
export class ZeroPad2d extends Padding {
  constructor(padding: Widths) {
    super(2, padding, {});
  }
}

/**
 * A border of zeros around volumes.
 *
 * @param padding one width, or [left, right, top, bottom, front, back]; a negative one cuts off.
 * @throws TypeError or RangeError for widths that are not 6 integers.
 *
 * Shape: [n, c, d, h, w], or without n, made larger by the widths.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ZeroPad3d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.ZeroPad3d(1).call(ones([1, 2, 4, 4, 4])).shape; // => [1,2,6,6,6]
 * ```
 */
export class ZeroPad3d extends Padding {
  constructor(padding: Widths) {
    super(3, padding, {});
  }
}

/**
 * A border of a number around sequences.
 *
 * @param padding one width, or [left, right]; a negative one cuts off.
 * @param value the number.
 * @throws TypeError or RangeError for widths that are not 2 integers.
 *
 * Shape: [n, c, w], or without n, made larger by the widths.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ConstantPad1d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.ConstantPad1d(1, 0.5).call(ones([1, 2, 4])).shape; // => [1,2,6]
 * ```
 */
export class ConstantPad1d extends Padding {
  constructor(padding: Widths, value: number) {
    super(1, padding, { value });
  }
}

/**
 * A border of a number around images.
 *
 * @param padding one width, or [left, right, top, bottom]; a negative one cuts off.
 * @param value the number.
 * @throws TypeError or RangeError for widths that are not 4 integers.
 *
 * Shape: [n, c, h, w], or without n, made larger by the widths.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ConstantPad2d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.ConstantPad2d(1, 0.5).call(ones([1, 2, 4, 4])).shape; // => [1,2,6,6]
 * ```
 */
export class ConstantPad2d extends Padding {
  constructor(padding: Widths, value: number) {
    super(2, padding, { value });
  }
}

/**
 * A border of a number around volumes.
 *
 * @param padding one width, or [left, right, top, bottom, front, back]; a negative one cuts off.
 * @param value the number.
 * @throws TypeError or RangeError for widths that are not 6 integers.
 *
 * Shape: [n, c, d, h, w], or without n, made larger by the widths.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ConstantPad3d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.ConstantPad3d(1, 0.5).call(ones([1, 2, 4, 4, 4])).shape; // => [1,2,6,6,6]
 * ```
 */
export class ConstantPad3d extends Padding {
  constructor(padding: Widths, value: number) {
    super(3, padding, { value });
  }
}
