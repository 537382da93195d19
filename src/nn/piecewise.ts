// Activation functions of straight pieces as layers. Their functions are src/ops/piecewise.ts.
import { hardshrink, hardsigmoid, hardswish, hardtanh, relu6, softshrink, threshold } from "../ops/piecewise.ts";
import { checkNumber } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { Configured } from "./configured.ts";
import { Module } from "./module.ts";

/**
 * `min(max(x, 0), 6)`.
 *
 * Shape: any, kept.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ReLU6.html
 *
 * @example
 * ```ts
 * import { nn, tensor } from "sedge";
 * new nn.ReLU6().call(tensor([-1, 7])).toArray(); // => [0,6]
 * ```
 */
export class ReLU6 extends Module {
  forward(x: Tensor): Tensor {
    return relu6(x);
  }
}

/**
 * `min(max(x, minVal), maxVal)`.
 *
 * @param options `minVal` (default -1), `maxVal` (default 1).
 * @throws RangeError if `maxVal` is below `minVal`.
 *
 * Shape: any, kept.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Hardtanh.html
 *
 * @example
 * ```ts
 * import { nn, tensor } from "sedge";
 * new nn.Hardtanh({ maxVal: 2 }).call(tensor([-3, 3])).toArray(); // => [-1,2]
 * ```
 */
export class Hardtanh extends Configured<{ minVal: number; maxVal: number }> {
  declare readonly minVal: number;
  declare readonly maxVal: number;

  constructor(options?: { minVal?: number; maxVal?: number }) {
    super({}, options, { minVal: -1, maxVal: 1 });
    checkNumber("Hardtanh", "maxVal", this.maxVal, this.minVal);
  }

  forward(x: Tensor): Tensor {
    return hardtanh(x, this.options);
  }
}

/**
 * `min(max(x + 3, 0), 6) / 6`.
 *
 * Shape: any, kept.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Hardsigmoid.html
 *
 * @example
 * ```ts
 * import { nn, tensor } from "sedge";
 * new nn.Hardsigmoid().call(tensor([-4, 0])).toArray(); // => [0,0.5]
 * ```
 */
export class Hardsigmoid extends Module {
  forward(x: Tensor): Tensor {
    return hardsigmoid(x);
  }
}

/**
 * `x * min(max(x + 3, 0), 6) / 6`.
 *
 * Shape: any, kept.
 *
 * @see https://arxiv.org/abs/1905.02244
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Hardswish.html
 *
 * @example
 * ```ts
 * import { nn, tensor } from "sedge";
 * new nn.Hardswish().call(tensor([-4, 5])).toArray(); // => [0,5]
 * ```
 */
export class Hardswish extends Module {
  forward(x: Tensor): Tensor {
    return hardswish(x);
  }
}

/**
 * `x` where `|x| > lambd`, 0 elsewhere.
 *
 * @param lambd default 0.5.
 * @throws TypeError if it is no number.
 *
 * Shape: any, kept.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Hardshrink.html
 *
 * @example
 * ```ts
 * import { nn, tensor } from "sedge";
 * new nn.Hardshrink().call(tensor([-1, 0.5])).toArray(); // => [-1,0]
 * ```
 */
export class Hardshrink extends Configured<{ lambd: number }> {
  declare readonly lambd: number;

  constructor(lambd?: number) {
    super({}, { lambd }, { lambd: 0.5 });
  }

  forward(x: Tensor): Tensor {
    return hardshrink(x, this.options);
  }
}

/**
 * `x` less `lambd` towards 0, 0 where `|x| <= lambd`.
 *
 * @param lambd default 0.5, at least 0.
 * @throws TypeError if it is no number; RangeError if it is negative.
 *
 * Shape: any, kept.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Softshrink.html
 *
 * @example
 * ```ts
 * import { nn, tensor } from "sedge";
 * new nn.Softshrink().call(tensor([-1, 0.5])).toArray(); // => [-0.5,0]
 * ```
 */
export class Softshrink extends Configured<{ lambd: number }> {
  declare readonly lambd: number;

  constructor(lambd?: number) {
    super({}, { lambd }, { lambd: 0.5 });
    checkNumber("Softshrink", "lambd", this.lambd, 0);
  }

  forward(x: Tensor): Tensor {
    return softshrink(x, this.options);
  }
}

/**
 * `x` where it is above `threshold`, `value` elsewhere.
 *
 * @param threshold number.
 * @param value number.
 * @throws TypeError if either is no number.
 *
 * Shape: any, kept.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Threshold.html
 *
 * @example
 * ```ts
 * import { nn, tensor } from "sedge";
 * new nn.Threshold(0.5, 20).call(tensor([0, 1])).toArray(); // => [20,1]
 * ```
 */
export class Threshold extends Configured {
  declare readonly threshold: number;
  declare readonly value: number;

  constructor(threshold: number, value: number) {
    checkNumber("Threshold", "threshold", threshold);
    checkNumber("Threshold", "value", value);
    super({ threshold, value });
  }

  forward(x: Tensor): Tensor {
    return threshold(x, this.threshold, this.value);
  }
}
