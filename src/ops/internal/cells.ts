// The kinds of recurrent layers: what one step of each computes once the products are done. Kernels: assembly/rnn.ts and,
// for the plain ones, those of the activations. The loop over the steps is recurrence.ts.
import { refusal } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { k } from "../../wasm.ts";
import { relu, tanh } from "../activation.ts";

/** The activation of a plain RNN: `tanh` or `relu`, the function or its name. */
export type RNNActivation = "tanh" | "relu" | ((x: Tensor) => Tensor);

/** Addresses of what a step reads and writes. */
export interface Step {
  /** How many sequences take part, and the size of the state. */
  readonly rows: number;
  readonly width: number;
  /** The step's output, before any projection. */
  readonly h: number;
  /** The hidden state before it. */
  readonly before: number;
  /** The cell state, replaced in place; of a gradient, that with respect to it. */
  readonly c: number;
  /** Sums of the gates from the input, which become the gates. */
  readonly gates: number;
  /** Blocks of `width` floats a row that are kept for the gradient beside the gates. */
  readonly kept: readonly number[];
}

/** A kind of recurrent layer. */
export interface Cell {
  /** Blocks of rows in the weights. */
  readonly gates: number;
  /** How many blocks are kept beside the gates. */
  readonly kept: number;
  /** `sums`: those of the gates from the hidden state. */
  step(s: Step, sums: number): void;
  /** Writes the gradients of both parts of the gates' sums from that of the output. */
  grad(s: Step, dh: number, dGates: number, dSums: number): void;
}

/** The output alone tells the gradient of either activation. */
const plain = (name: "tanh" | "relu"): Cell => ({
  gates: 1,
  kept: 0,
  step({ h, gates, rows, width }, sums) {
    k.accumulate(gates, sums, rows * width);
    (name === "tanh" ? k.tanh : k.relu)(h, gates, rows * width);
  },
  grad({ h, rows, width }, dh, dGates) {
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
export const lstmCell: Cell = {
  gates: 4,
  kept: 2,
  step({ h, c, gates, kept, rows, width }, sums) {
    k.lstmCell(h, c, gates, kept[0]!, kept[1]!, sums, rows, width);
  },
  grad({ c, gates, kept, rows, width }, dh, dGates) {
    k.lstmCellGrad(dGates, c, dh, gates, kept[0]!, kept[1]!, rows, width);
  },
};

/** Gates r, z, n; the hidden state's part of n's sum is kept, since r multiplies only that. */
export const gruCell: Cell = {
  gates: 3,
  kept: 1,
  step({ h, before, gates, kept, rows, width }, sums) {
    k.gruCell(h, gates, kept[0]!, before, sums, rows, width);
  },
  grad({ before, gates, kept, rows, width }, dh, dGates, dSums) {
    k.gruCellGrad(dGates, dSums, dh, gates, kept[0]!, before, rows, width);
  },
};
