// Recurrent layers as functions of their weights: rnn lstm gru, and rnnCell lstmCell gruCell for a single step. What they
// share is internal/layers.ts; kernels: assembly/rnn.ts.
import { readOptions, refusal } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import * as cells from "./internal/cells.ts";
import { DEFAULTS, layers, type RecurrentOptions } from "./internal/layers.ts";
import type { PackedSequence } from "./packed.ts";

export type { RNNActivation } from "./internal/cells.ts";
export type { RecurrentOptions } from "./internal/layers.ts";

/** What recurrent layers take and return: sequences of one length, or packed ones of any. */
export type Sequences = Tensor | PackedSequence;
/** The states of an LSTM: hidden and cell; null for zeros. */
export type LSTMState = readonly [h: Tensor, c: Tensor] | null;

const PLAIN: { nonlinearity: cells.RNNActivation } = { nonlinearity: "tanh" };

/** The states of an LSTM as a list, empty for zeros. */
function pairOf(op: string, state: unknown): readonly Tensor[] {
  if (state === null || state === undefined) return [];
  if (Array.isArray(state) && state.length === 2) return state;
  throw refusal(op, "state to be [h0, c0] or null", state, TypeError);
}

/**
 * Elman's recurrent network, `h = tanh(x W' + b + h U' + c)` step by step, of one or more layers.
 *
 * @param x float32 `[T, B, in]`, `[B, T, in]` with `batchFirst`, `[T, in]` for one sequence, or a PackedSequence.
 * @param h0 the states before the first step, `[L D, B, H]` (`[L D, H]` for one sequence), L layers, D directions; null
 *   for zeros.
 * @param weights for each layer and direction in turn: `[H, in]` and `[H, H]`, and two biases `[H]` or none; above the
 *   first layer, in is D H.
 * @param options `nonlinearity`: `tanh` (default) or `relu`; see {@link RecurrentOptions} for the others.
 * @returns the outputs of the last layer, `D H` wide, and the states after the last step of each sequence.
 * @throws TypeError or RangeError for other kinds and shapes.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.RNN.html
 *
 * @example
 * ```ts
 * import { ones, rnn } from "sedge";
 * const [y, h] = rnn(ones([3, 2, 1]), null, [ones([1, 1]), ones([1, 1])], { nonlinearity: "relu" });
 * y.select(0, { axis: 1 }).flatten().toArray(); // => [1,2,3]
 * h.shape; // => [1,2,1]
 * ```
 */
export function rnn<X extends Sequences>(
  x: X,
  h0: Tensor | null,
  weights: readonly Tensor[],
  options: RecurrentOptions & { nonlinearity?: cells.RNNActivation } = {},
): [y: X, h: Tensor] {
  const { nonlinearity, ...rest } = readOptions("rnn", options, { ...DEFAULTS, ...PLAIN });
  return layers("rnn", cells.plainCell("rnn", nonlinearity), x, [h0], weights, rest) as [X, Tensor];
}

/**
 * Long short-term memory (Hochreiter and Schmidhuber, 1997): gates i, f, g, o of `x W' + b + h U' + c`, then
 * `c = σ(f) c + σ(i) tanh(g)` and `h = σ(o) tanh(c)`.
 *
 * @param x as of `rnn`.
 * @param state `[h0, c0]`, `[L D, B, P]` and `[L D, B, H]`; null for zeros.
 * @param weights for each layer and direction in turn: `[4 H, in]` and `[4 H, P]`, two biases `[4 H]` or none, and a
 *   projection of the outputs, `[P, H]`, or none, when P is H; the gates in the order above.
 * @param options see {@link RecurrentOptions}.
 * @returns the outputs of the last layer, `D P` wide, and the states after the last step of each sequence.
 * @throws TypeError or RangeError for other kinds and shapes.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LSTM.html
 *
 * @example
 * ```ts
 * import { lstm, ones } from "sedge";
 * const [y, [h, c]] = lstm(ones([5, 2, 3]), null, [ones([16, 3]), ones([16, 4])]);
 * y.shape; // => [5,2,4]
 * c.shape; // => [1,2,4]
 * ```
 */
export function lstm<X extends Sequences>(
  x: X,
  state: LSTMState,
  weights: readonly Tensor[],
  options?: RecurrentOptions,
): [y: X, state: [h: Tensor, c: Tensor]] {
  const [y, ...last] = layers("lstm", cells.lstmCell, x, pairOf("lstm", state), weights, options);
  return [y, last as [Tensor, Tensor]];
}

/**
 * Gated recurrent units (Cho et al., 2014), as cuDNN computes them: gates r and z of both inputs,
 * `n = tanh(x W' + b + r (h U' + c))`, `h = (1 - z) n + z h`.
 *
 * @param x as of `rnn`.
 * @param h0 as of `rnn`.
 * @param weights as of `rnn`, with 3 H rows: r, z, n.
 * @param options see {@link RecurrentOptions}.
 * @returns the outputs of the last layer, `D H` wide, and the states after the last step of each sequence.
 * @throws TypeError or RangeError for other kinds and shapes.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.GRU.html
 *
 * @example
 * ```ts
 * import { gru, ones } from "sedge";
 * const [y, h] = gru(ones([5, 2, 3]), null, [ones([12, 3]), ones([12, 4])]);
 * y.shape; // => [5,2,4]
 * ```
 */
export function gru<X extends Sequences>(
  x: X,
  h0: Tensor | null,
  weights: readonly Tensor[],
  options?: RecurrentOptions,
): [y: X, h: Tensor] {
  return layers("gru", cells.gruCell, x, [h0], weights, options) as [X, Tensor];
}

/**
 * One step of `rnn`.
 *
 * @param x float32 `[B, in]` or `[in]`. @param h `[B, H]` or `[H]`; null for zeros.
 * @param weights `[H, in]`, `[H, H]`, and two biases `[H]` or none.
 * @param options `nonlinearity`: `tanh` (default) or `relu`.
 * @returns the state after it, of the shape of `h`.
 * @throws TypeError or RangeError for other kinds and shapes.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.RNNCell.html
 *
 * @example
 * ```ts
 * import { ones, relu, rnnCell } from "sedge";
 * rnnCell(ones([3]), null, [ones([2, 3]), ones([2, 2])], { nonlinearity: relu }).toArray(); // => [3,3]
 * ```
 */
export function rnnCell(
  x: Tensor,
  h: Tensor | null,
  weights: readonly Tensor[],
  options: { nonlinearity?: cells.RNNActivation } = {},
): Tensor {
  const { nonlinearity } = readOptions("rnnCell", options, PLAIN);
  return step("rnnCell", cells.plainCell("rnnCell", nonlinearity), x, [h], weights)[0]!;
}

/**
 * One step of `lstm`.
 *
 * @param x float32 `[B, in]` or `[in]`. @param state `[h, c]`, each `[B, H]` or `[H]`; null for zeros.
 * @param weights `[4 H, in]`, `[4 H, H]`, and two biases `[4 H]` or none.
 * @returns the states after it.
 * @throws TypeError or RangeError for other kinds and shapes.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LSTMCell.html
 *
 * @example
 * ```ts
 * import { lstmCell, ones } from "sedge";
 * const [h, c] = lstmCell(ones([5, 3]), null, [ones([8, 3]), ones([8, 2])]);
 * h.shape; // => [5,2]
 * ```
 */
export function lstmCell(x: Tensor, state: LSTMState, weights: readonly Tensor[]): [h: Tensor, c: Tensor] {
  return step("lstmCell", cells.lstmCell, x, pairOf("lstmCell", state), weights) as [Tensor, Tensor];
}

/**
 * One step of `gru`.
 *
 * @param x float32 `[B, in]` or `[in]`. @param h `[B, H]` or `[H]`; null for zeros.
 * @param weights `[3 H, in]`, `[3 H, H]`, and two biases `[3 H]` or none.
 * @returns the state after it, of the shape of `h`.
 * @throws TypeError or RangeError for other kinds and shapes.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.GRUCell.html
 *
 * @example
 * ```ts
 * import { gruCell, ones } from "sedge";
 * gruCell(ones([5, 3]), null, [ones([6, 3]), ones([6, 2])]).shape; // => [5,2]
 * ```
 */
export function gruCell(x: Tensor, h: Tensor | null, weights: readonly Tensor[]): Tensor {
  return step("gruCell", cells.gruCell, x, [h], weights)[0]!;
}

/** The states after one step; the output, which is the hidden state again, is let go. */
function step(
  op: string,
  cell: cells.Cell,
  x: Tensor,
  given: readonly (Tensor | null)[],
  weights: readonly Tensor[],
): Tensor[] {
  const [y, ...states] = layers(op, cell, x, given, weights, {}, true);
  y.dispose();
  return states;
}
