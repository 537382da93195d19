// Layers that behave differently in training.
import { dropout } from "../ops/random.ts";
import { checkNumber } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { Module } from "./module.ts";

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
export class Dropout extends Module {
  readonly p: number;

  constructor(p = 0.5) {
    super();
    this.p = checkNumber("Dropout", "p", p, 0, 1);
  }

  forward(x: Tensor): Tensor {
    return dropout(x, { p: this.p, training: this.training });
  }

  override extraRepr(): string {
    return `p=${this.p}`;
  }
}
