// Layers that drop values in training, and hand them on in evaluation. Their functions are src/ops/random.ts.
import { alphaDropout, dropout, dropout1d, dropout2d, dropout3d, featureAlphaDropout } from "../ops/random.ts";
import { checkNumber } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { Configured } from "./configured.ts";

/** A layer that drops with a probability. */
abstract class Dropping extends Configured<{ p: number }> {
  /** The probability. */
  declare readonly p: number;

  constructor(p?: number) {
    super({}, { p }, { p: 0.5 });
    checkNumber(this.constructor.name, "p", this.p, 0, 1);
  }
}

/**
 * In training, sets elements to 0 with probability `p` and scales the others by 1 / (1 - p); after `eval()` it does
 * nothing. The draws come from the stream that `seed` sets.
 *
 * @param p from 0 to 1 (default 0.5).
 * @throws TypeError or RangeError for another `p`.
 *
 * Shape: any, kept.
 *
 * @see Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Dropout.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * const layer = new nn.Dropout(0.2);
 * layer.eval().call(ones([3])).toArray(); // => [1,1,1]
 * ```
 */
export class Dropout extends Dropping {
  forward(x: Tensor): Tensor {
    return dropout(x, { p: this.p, training: this.training });
  }
}

/**
 * As {@link Dropout}, of whole channels.
 *
 * @param p from 0 to 1 (default 0.5).
 * @throws TypeError or RangeError for another `p`.
 *
 * Shape: [batch, channels, length] or [channels, length], kept.
 *
 * @see https://arxiv.org/abs/1411.4280
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Dropout1d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.Dropout1d(1).call(ones([1, 2, 3])).sum().item(); // => 0
 * ```
 */
export class Dropout1d extends Dropping {
  forward(x: Tensor): Tensor {
    return dropout1d(x, { p: this.p, training: this.training });
  }
}

/**
 * As {@link Dropout}, of whole channels.
 *
 * @param p from 0 to 1 (default 0.5).
 * @throws TypeError or RangeError for another `p`.
 *
 * Shape: [batch, channels, height, width] or [batch, channels, length], kept.
 *
 * @see https://arxiv.org/abs/1411.4280
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Dropout2d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.Dropout2d(1).call(ones([1, 2, 3, 4])).sum().item(); // => 0
 * ```
 */
export class Dropout2d extends Dropping {
  forward(x: Tensor): Tensor {
    return dropout2d(x, { p: this.p, training: this.training });
  }
}

/**
 * As {@link Dropout}, of whole channels.
 *
 * @param p from 0 to 1 (default 0.5).
 * @throws TypeError or RangeError for another `p`.
 *
 * Shape: [batch, channels, depth, height, width] or [channels, depth, height, width], kept.
 *
 * @see https://arxiv.org/abs/1411.4280
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Dropout3d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.Dropout3d(1).call(ones([1, 1, 2, 3, 4])).sum().item(); // => 0
 * ```
 */
export class Dropout3d extends Dropping {
  forward(x: Tensor): Tensor {
    return dropout3d(x, { p: this.p, training: this.training });
  }
}

/**
 * Dropout beside SELU: in training, dropped elements become its lower limit, and all are scaled and shifted so that
 * mean 0 and variance 1 stay.
 *
 * @param p from 0 to 1 (default 0.5).
 * @throws TypeError or RangeError for another `p`.
 *
 * Shape: any, kept.
 *
 * @see https://arxiv.org/abs/1706.02515
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AlphaDropout.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.AlphaDropout().eval().call(ones([3])).toArray(); // => [1,1,1]
 * ```
 */
export class AlphaDropout extends Dropping {
  forward(x: Tensor): Tensor {
    return alphaDropout(x, { p: this.p, training: this.training });
  }
}

/**
 * As {@link AlphaDropout}, of whole channels.
 *
 * @param p from 0 to 1 (default 0.5).
 * @throws TypeError or RangeError for another `p`.
 *
 * Shape: [batch, channels, ...], kept.
 *
 * @see https://arxiv.org/abs/1706.02515
 * @see https://pytorch.org/docs/stable/generated/torch.nn.FeatureAlphaDropout.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.FeatureAlphaDropout().eval().call(ones([1, 2, 1])).toArray(); // => [[[1],[1]]]
 * ```
 */
export class FeatureAlphaDropout extends Dropping {
  forward(x: Tensor): Tensor {
    return featureAlphaDropout(x, { p: this.p, training: this.training });
  }
}
