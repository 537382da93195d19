// The kinds of recurrent layers: what one step of each computes once the products are done. Kernels: assembly/rnn.ts and,
// for the plain ones, those of the activations. The loop over the steps is recurrence.ts.
import { refusal } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { k } from "../../wasm.ts";
import { relu, tanh } from "../activation.ts";

/** The activation of a plain RNN: `tanh` or `relu`, the function or its name. */
export type RNNActivation = "tanh" | "relu" | ((x: Tensor) => Tensor);

/**
 * One step of `rows` sequences. All but these and `width`, the size of the state, are addresses: `h`, the output, before any
 * projection; `before`, the hidden state before it; `c`, the cell state, replaced in place; `gates`, sums of the gates from
 * the input, which become the gates; `kept`, of the first of the blocks of `width` floats a row that are kept for the gradient
 * beside the gates, `apart` bytes from one to the next; `sums`, those of the gates from the hidden state.
 */
type Step = (
  rows: number,
  width: number,
  h: number,
  before: number,
  c: number,
  gates: number,
  kept: number,
  apart: number,
  sums: number,
) => void;

/**
 * Its gradient: `c` is that of the cell state, replaced in place. Writes the gradients of both parts of the gates' sums from
 * `dh`, that of the output.
 */
type StepGrad = (
  rows: number,
  width: number,
  h: number,
  before: number,
  c: number,
  gates: number,
  kept: number,
  apart: number,
  dh: number,
  dGates: number,
  dSums: number,
) => void;

/** A kind of recurrent layer. */
export interface Cell {
  /** Blocks of rows in the weights. */
  readonly gates: number;
  /** How many blocks are kept beside the gates. */
  readonly kept: number;
  /** The functions that compute it, as they are when it is asked: kernels may be exchanged. */
  step(): Step;
  grad(): StepGrad;
}

/** The output alone tells the gradient of either activation. */
const plain = (name: "tanh" | "relu"): Cell => ({
  gates: 1,
  kept: 0,
  step: () => (rows, width, h, _before, _c, gates, _kept, _apart, sums) => {
    k.accumulate(gates, sums, rows * width);
    (name === "tanh" ? k.tanh : k.relu)(h, gates, rows * width);
  },
  grad: () => (rows, width, h, _before, _c, _gates, _kept, _apart, dh, dGates) => {
    (name === "tanh" ? k.tanhGrad : k.reluGrad)(dGates, dh, h, rows * width);
  },
});

const plainCells = { tanh: plain("tanh"), relu: plain("relu") };

/** h = f(sum) */
export function plainCell(op: string, nonlinearity: RNNActivation): Cell {
  const name = nonlinearity === tanh ? "tanh" : nonlinearity === relu ? "relu" : nonlinearity;
  if (name === "tanh" || name === "relu") return plainCells[name];
  throw refusal(op, "nonlinearity to be tanh or relu", nonlinearity);
}

/** Gates i, f, g, o; tanh(c) and the c before are kept. */
export const lstmCell: Cell = { gates: 4, kept: 2, step: () => k.lstmCell, grad: () => k.lstmCellGrad };

/** Gates r, z, n; the hidden state's part of n's sum is kept, since r multiplies only that. */
export const gruCell: Cell = { gates: 3, kept: 1, step: () => k.gruCell, grad: () => k.gruCellGrad };
