// Single steps of recurrent layers, for loops of one's own. Whole sequences are rnn.ts.
import { plainCell } from "../ops/internal/cells.ts";
import { gruCell, type LSTMState, lstmCell, type RNNActivation, rnnCell } from "../ops/rnn.ts";
import { checkInt, readOptions } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { Module } from "./module.ts";
import { uniformParameter } from "./parameter.ts";

/** What the cells share: their weights, under PyTorch's names. */
abstract class RecurrentCell extends Module {
  readonly inputSize: number;
  readonly hiddenSize: number;
  weight_ih: Tensor;
  weight_hh: Tensor;
  bias_ih: Tensor | null;
  bias_hh: Tensor | null;

  /** @internal `gates`: blocks of rows in the weights. */
  constructor(gates: number, inputSize: number, hiddenSize: number, bias: boolean) {
    super();
    const op = this.constructor.name;
    this.inputSize = checkInt(op, "inputSize", inputSize, 1);
    this.hiddenSize = checkInt(op, "hiddenSize", hiddenSize, 1);
    const rows = gates * hiddenSize;
    this.weight_ih = uniformParameter([rows, inputSize], hiddenSize);
    this.weight_hh = uniformParameter([rows, hiddenSize], hiddenSize);
    this.bias_ih = bias ? uniformParameter([rows], hiddenSize) : null;
    this.bias_hh = bias ? uniformParameter([rows], hiddenSize) : null;
  }

  /** @internal In PyTorch's order. */
  protected weights(): Tensor[] {
    return [this.weight_ih, this.weight_hh, this.bias_ih, this.bias_hh].filter((w) => w !== null);
  }

  override extraRepr(): string {
    return `${this.inputSize}, ${this.hiddenSize}${this.bias_ih === null ? ", bias=false" : ""}`;
  }
}

/**
 * One step of `nn.RNN`: `h = tanh(x W' + b + h U' + c)`.
 *
 * @param inputSize size of the input. @param hiddenSize size of the state.
 * @param options `bias` (default true), `nonlinearity`: `tanh` (default) or `relu`.
 * @throws TypeError or RangeError for options out of range.
 *
 * Shape: [B, inputSize] and the state before, [B, hiddenSize] (zeros if left out), to the state after; or both without
 * B. `weight_ih` [hiddenSize, inputSize], `weight_hh` [hiddenSize, hiddenSize], `bias_ih` and `bias_hh` [hiddenSize].
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.RNNCell.html
 *
 * @example
 * ```ts
 * import { nn, ones, relu } from "sedge";
 * const cell = new nn.RNNCell(3, 4, { nonlinearity: relu });
 * cell.call(ones([2, 3])).shape; // => [2,4]
 * ```
 */
export class RNNCell extends RecurrentCell {
  readonly nonlinearity: RNNActivation;

  constructor(inputSize: number, hiddenSize: number, options: { bias?: boolean; nonlinearity?: RNNActivation } = {}) {
    const { bias, nonlinearity } = readOptions("RNNCell", options, {
      bias: true,
      nonlinearity: "tanh" as RNNActivation,
    });
    super(1, inputSize, hiddenSize, bias);
    plainCell("RNNCell", nonlinearity); // refuses others
    this.nonlinearity = nonlinearity;
  }

  forward(x: Tensor, h: Tensor | null = null): Tensor {
    return rnnCell(x, h, this.weights(), { nonlinearity: this.nonlinearity });
  }
}

/**
 * One step of `nn.LSTM`.
 *
 * @param inputSize size of the input. @param hiddenSize size H of the states.
 * @param options `bias` (default true).
 * @throws TypeError or RangeError for options out of range.
 *
 * Shape: [B, inputSize] and the states before, `[h, c]` of [B, H] (zeros if left out), to the states after; or all
 * without B. `weight_ih` [4 H, inputSize], `weight_hh` [4 H, H], `bias_ih` and `bias_hh` [4 H].
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LSTMCell.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * const cell = new nn.LSTMCell(3, 4);
 * let [h, c] = cell.call(ones([2, 3]));
 * [h, c] = cell.call(ones([2, 3]), [h, c]);
 * h.shape; // => [2,4]
 * ```
 */
export class LSTMCell extends RecurrentCell {
  constructor(inputSize: number, hiddenSize: number, options: { bias?: boolean } = {}) {
    super(4, inputSize, hiddenSize, readOptions("LSTMCell", options, { bias: true }).bias);
  }

  forward(x: Tensor, state: LSTMState = null): [h: Tensor, c: Tensor] {
    return lstmCell(x, state, this.weights());
  }
}

/**
 * One step of `nn.GRU`.
 *
 * @param inputSize size of the input. @param hiddenSize size H of the state.
 * @param options `bias` (default true).
 * @throws TypeError or RangeError for options out of range.
 *
 * Shape: [B, inputSize] and the state before, [B, H] (zeros if left out), to the state after; or both without B.
 * `weight_ih` [3 H, inputSize], `weight_hh` [3 H, H], `bias_ih` and `bias_hh` [3 H].
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.GRUCell.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.GRUCell(3, 4).call(ones([2, 3])).shape; // => [2,4]
 * ```
 */
export class GRUCell extends RecurrentCell {
  constructor(inputSize: number, hiddenSize: number, options: { bias?: boolean } = {}) {
    super(3, inputSize, hiddenSize, readOptions("GRUCell", options, { bias: true }).bias);
  }

  forward(x: Tensor, h: Tensor | null = null): Tensor {
    return gruCell(x, h, this.weights());
  }
}
