// Recurrent layers. Single steps of them are rnn-cells.ts.
import { plainCell } from "../ops/internal/cells.ts";
import { gru, type LSTMState, lstm, type RNNActivation, rnn, type Sequences } from "../ops/rnn.ts";
import { checkInt, checkNumber, readOptions } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { Module } from "./module.ts";
import { uniformParameter } from "./parameter.ts";

/** Options of recurrent layers. */
export interface RecurrentLayerOptions {
  /** Layers above one another. Default 1. */
  numLayers?: number;
  /** Whether there are biases. Default true. */
  bias?: boolean;
  /** Whether tensors are `[B, T, ...]` instead of `[T, B, ...]`; states are not. Default false. */
  batchFirst?: boolean;
  /** In training, the probability of dropping an output on the way to the next layer. Default 0. */
  dropout?: number;
  /** Whether a second set of weights reads the sequences from their ends; outputs stand side by side. Default false. */
  bidirectional?: boolean;
}

const DEFAULTS: Required<RecurrentLayerOptions> = {
  numLayers: 1,
  bias: true,
  batchFirst: false,
  dropout: 0,
  bidirectional: false,
};

/** What the layers share: their weights, under PyTorch's names. */
abstract class Recurrent extends Module {
  readonly inputSize: number;
  readonly hiddenSize: number;
  declare readonly numLayers: number;
  declare readonly bias: boolean;
  declare readonly batchFirst: boolean;
  declare readonly dropout: number;
  declare readonly bidirectional: boolean;
  /** `weight_ih_l0`, `weight_hh_l0` and so on, as PyTorch calls them. */
  [weight: `weight_${string}` | `bias_${string}`]: Tensor;
  /** What `extraRepr` leaves out. */
  private readonly usual: object;

  /** @internal `gates`: blocks of rows in the weights; `more`: options, with their defaults, that not all layers have. */
  constructor(gates: number, inputSize: number, hiddenSize: number, given: object, more: object = {}) {
    super();
    const op = this.constructor.name;
    this.usual = { ...DEFAULTS, ...more };
    const options = { projSize: 0, ...readOptions(op, given, this.usual as typeof DEFAULTS) };
    const { numLayers, bias, bidirectional, projSize } = Object.assign(this, options);
    this.inputSize = checkInt(op, "inputSize", inputSize, 1);
    this.hiddenSize = checkInt(op, "hiddenSize", hiddenSize, 1);
    checkInt(op, "numLayers", numLayers, 1);
    checkNumber(op, "dropout", options.dropout, 0, 1);
    checkInt(op, "projSize", projSize, 0, hiddenSize - 1);
    const outputs = projSize || hiddenSize;
    const rows = gates * hiddenSize;
    for (let layer = 0; layer < numLayers; layer++) {
      for (const suffix of bidirectional ? ["", "_reverse"] : [""]) {
        const add = (name: `${"weight" | "bias"}_${string}`, ...shape: number[]): void => {
          this[`${name}_l${layer}${suffix}`] = uniformParameter(shape, hiddenSize);
        };
        add("weight_ih", rows, layer === 0 ? inputSize : outputs * (bidirectional ? 2 : 1));
        add("weight_hh", rows, outputs);
        if (bias) add("bias_ih", rows);
        if (bias) add("bias_hh", rows);
        if (projSize > 0) add("weight_hr", projSize, hiddenSize);
      }
    }
  }

  /** @internal The weights in PyTorch's order, and what the function is told beside them. */
  protected rest() {
    const { numLayers, bidirectional, batchFirst, dropout, training } = this;
    const weights = Object.entries(this).filter(([name]) => /^(weight|bias)_/.test(name));
    const options = { numLayers, bidirectional, batchFirst, dropout, training };
    return [weights.map(([, w]) => w as Tensor), options] as const;
  }

  override extraRepr(): string {
    const changed = Object.entries(this.usual).map(([name, usual]) => {
      const value: unknown = Reflect.get(this, name);
      return value === usual ? "" : `, ${name}=${typeof value === "function" ? value.name : value}`;
    });
    return `${this.inputSize}, ${this.hiddenSize}${changed.join("")}`;
  }
}

/**
 * A recurrent network after Elman, `h = tanh(x W' + b + h U' + c)` step by step; see the function `rnn`.
 *
 * Weights and biases start uniform within ± 1 / sqrt(hiddenSize), as in PyTorch.
 *
 * @param inputSize size of a step's input. @param hiddenSize size of the state.
 * @param options `nonlinearity`: `tanh` (default) or `relu`; `numLayers` (1), `bias` (true), `batchFirst` (false),
 *   `dropout` between layers (0), `bidirectional` (false).
 * @throws TypeError or RangeError for options out of range.
 *
 * Shape: [T, B, inputSize], [B, T, inputSize] with `batchFirst`, [T, inputSize], or a PackedSequence, and states
 * [L D, B, hiddenSize] (zeros if left out), to the outputs, D hiddenSize wide, and the last states; L is the number of
 * layers, D that of directions. `weight_ih_l0` [hiddenSize, inputSize], `weight_hh_l0` [hiddenSize, hiddenSize],
 * `bias_ih_l0` and `bias_hh_l0` [hiddenSize]; the names end in `_reverse` for the second direction.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.RNN.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * const layer = new nn.RNN(3, 4, { bidirectional: true });
 * const [y, h] = layer.call(ones([5, 2, 3]));
 * y.shape; // => [5,2,8]
 * h.shape; // => [2,2,4]
 * ```
 */
export class RNN extends Recurrent {
  declare readonly nonlinearity: RNNActivation;

  constructor(
    inputSize: number,
    hiddenSize: number,
    options: RecurrentLayerOptions & { nonlinearity?: RNNActivation } = {},
  ) {
    super(1, inputSize, hiddenSize, options, { nonlinearity: "tanh" });
    plainCell("RNN", this.nonlinearity); // refuses others
  }

  forward<X extends Sequences>(x: X, h0: Tensor | null = null): [y: X, h: Tensor] {
    const [weights, options] = this.rest();
    return rnn(x, h0, weights, { ...options, nonlinearity: this.nonlinearity });
  }
}

/**
 * Long short-term memory (Hochreiter and Schmidhuber, 1997); see the function `lstm`.
 *
 * Weights and biases start uniform within ± 1 / sqrt(hiddenSize), as in PyTorch.
 *
 * @param inputSize size of a step's input. @param hiddenSize size H of the cell state.
 * @param options `numLayers` (1), `bias` (true), `batchFirst` (false), `dropout` between layers (0), `bidirectional`
 *   (false); `projSize`: size P of a projection of the outputs, below H (0: none, and P is H).
 * @throws TypeError or RangeError for options out of range.
 *
 * Shape: [T, B, inputSize], [B, T, inputSize] with `batchFirst`, [T, inputSize], or a PackedSequence, and states `[h, c]`
 * of [L D, B, P] and [L D, B, H] (zeros if left out), to the outputs, D P wide, and the last states; L is the number of
 * layers, D that of directions. `weight_ih_l0` [4 H, inputSize], `weight_hh_l0` [4 H, P], `bias_ih_l0` and `bias_hh_l0`
 * [4 H], `weight_hr_l0` [P, H]; the names end in `_reverse` for the second direction.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LSTM.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * const layer = new nn.LSTM(3, 4, { numLayers: 2, batchFirst: true });
 * const [y, [h, c]] = layer.call(ones([2, 5, 3]));
 * y.shape; // => [2,5,4]
 * const [next] = layer.call(ones([2, 1, 3]), [h, c]);
 * String(layer); // => "LSTM(3, 4, numLayers=2, batchFirst=true)"
 * ```
 */
export class LSTM extends Recurrent {
  declare readonly projSize: number;

  constructor(inputSize: number, hiddenSize: number, options: RecurrentLayerOptions & { projSize?: number } = {}) {
    super(4, inputSize, hiddenSize, options, { projSize: 0 });
  }

  forward<X extends Sequences>(x: X, state: LSTMState = null): [y: X, state: [h: Tensor, c: Tensor]] {
    return lstm(x, state, ...this.rest());
  }
}

/**
 * Gated recurrent units (Cho et al., 2014); see the function `gru`.
 *
 * Weights and biases start uniform within ± 1 / sqrt(hiddenSize), as in PyTorch.
 *
 * @param inputSize size of a step's input. @param hiddenSize size H of the state.
 * @param options `numLayers` (1), `bias` (true), `batchFirst` (false), `dropout` between layers (0), `bidirectional`
 *   (false).
 * @throws TypeError or RangeError for options out of range.
 *
 * Shape: as of `RNN`; `weight_ih_l0` [3 H, inputSize], `weight_hh_l0` [3 H, H], `bias_ih_l0` and `bias_hh_l0` [3 H].
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.GRU.html
 *
 * @example
 * ```ts
 * import { nn, packSequence, ones } from "sedge";
 * const layer = new nn.GRU(3, 4);
 * const [y, h] = layer.call(packSequence([ones([5, 3]), ones([2, 3])]));
 * y.data.shape; // => [7,4]
 * h.shape; // => [1,2,4]
 * ```
 */
export class GRU extends Recurrent {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentLayerOptions = {}) {
    super(3, inputSize, hiddenSize, options);
  }

  forward<X extends Sequences>(x: X, h0: Tensor | null = null): [y: X, h: Tensor] {
    return gru(x, h0, ...this.rest());
  }
}
