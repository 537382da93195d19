// One recurrent layer in one direction, over sequences of different lengths: the loop over time, forward and backward.
// What a step computes is cells.ts; layers above one another, both directions and shapes are ops/rnn.ts.
//
// The inputs of all steps go through one large product, and so do the gradients of the weights. The steps' rows follow
// one another, of step t the first `sizes[t]` sequences, which never get more: every step works on a prefix of the
// states, and the state of a sequence that has ended, or backwards has not begun, just stays.
import { record, type Saved } from "../../autograd.ts";
import { empty, type Tensor, view } from "../../tensor.ts";
import { ints, k } from "../../wasm.ts";
import { type Cell, gruCell, lstmCell, type Step } from "./cells.ts";
import { product } from "./gemm.ts";
import { Panels } from "./panels.ts";
import { sumTo } from "./sums.ts";

/** Weights in PyTorch's order: of the input, of the hidden state, two biases or none, a projection or none. */
export type Weights = readonly Tensor[];

/** What is known of a layer before its values: sizes, and where in its blocks everything stands, in floats. */
interface Plan {
  readonly op: string;
  readonly cell: Cell;
  /** Rows of all steps, sequences, size of an input, of the state, of an output and of all gates. */
  readonly n: number;
  readonly batch: number;
  readonly inputs: number;
  readonly width: number;
  readonly outputs: number;
  readonly gates: number;
  readonly biased: boolean;
  readonly projected: boolean;
  /** Of the state: what is kept beside the gates, and behind it the outputs before a projection. */
  readonly kept: readonly number[];
  /** The steps in order of computing: how many rows each, and which is its first. */
  readonly order: readonly { readonly rows: number; readonly at: number }[];
}

/** y[0..n) = x */
function copy(y: number, x: number, n: number): void {
  if (n > 0) k.copyWords(y, x, ints([n, 1, 1]), 1);
}

/**
 * The outputs of all steps [N, P] and the final states, hidden [B, P] and, of an LSTM, cell [B, H], of inputs [N, in] and
 * the states before; P is H if there is no projection. To be called under a scope, which releases what is not returned.
 */
export function recurrence(
  op: string,
  cell: Cell,
  x: Tensor,
  states: readonly Tensor[],
  weights: Weights,
  sizes: readonly number[],
  reverse: boolean,
): [y: Tensor, ...states: Tensor[]] {
  const [h0, c0] = states as [Tensor, Tensor?];
  const [n, inputs] = x.shape as [number, number];
  const [batch, outputs] = h0.shape as [number, number];
  const [ih, hh] = weights as [Tensor, Tensor];
  const gates = hh.shape[0]!;
  const width = gates / cell.gates;
  let at = 0;
  const order = sizes.map((rows) => {
    at += rows;
    return { rows, at: at - rows };
  });
  if (reverse) order.reverse();
  const biased = weights.length > 3;
  const projected = weights.length % 2 === 1;
  const kept = Array.from({ length: cell.kept + 1 }, (_, i) => n * (gates + i * width));
  const plan: Plan = { op, cell, n, batch, inputs, width, outputs, gates, biased, projected, kept, order };

  const state = empty([kept.at(-1)! + (projected ? n * width : 0)]);
  const y = empty([n * outputs + batch * (outputs + (c0 ? width : 0))]);
  forward(plan, y, state, x, h0, c0, weights);
  const operands = [x, ...states, ...weights];
  const saved = [x, h0, ih, hh, y, state];
  record(op, y, operands, projected ? [...saved, weights.at(-1)!] : saved, (dy, saved, needs) =>
    backward(plan, dy, saved, needs),
  );
  state.dispose();
  const hidden = n * outputs;
  const last = states.map((s, i) => part(op, y, hidden + i * batch * outputs, s.shape));
  return [part(op, y, 0, [n, outputs]), ...last];
}

/** A matrix within the block of results, from the float `at` on. */
function part(op: string, y: Tensor, at: number, shape: readonly number[]): Tensor {
  const { size } = y;
  return record(op, view(y, shape, at), [y], [], (d) => {
    const dy = empty([size]);
    k.clear(dy.ptr, 4 * size);
    copy(dy.ptr + 4 * at, d.ptr, d.size);
    return [dy];
  });
}

/** Where the kernels find what belongs to the rows from `at` on. */
const places = ({ gates, width, kept }: Plan, state: Tensor, at: number, rows: number) => ({
  rows,
  width,
  gates: state.ptr + 4 * at * gates,
  kept: kept.map((from) => state.ptr + 4 * (from + at * width)),
});

function forward(
  plan: Plan,
  y: Tensor,
  state: Tensor,
  x: Tensor,
  h0: Tensor,
  c0: Tensor | undefined,
  weights: Weights,
): void {
  const { cell, n, batch, inputs, width, outputs, gates, biased, projected } = plan;
  const [ih, hh, biasIh, biasHh] = weights as [Tensor, Tensor, Tensor, Tensor];
  const sums = empty([batch, gates]);
  const panels = new Panels(hh.ptr, gates, outputs, 1, outputs);
  product(state.ptr, x.ptr, ih.ptr, biased ? biasIh.ptr : 0, { m: n, n: gates, k: inputs, transB: true });
  const before = y.ptr + 4 * n * outputs;
  const c = before + 4 * batch * outputs;
  copy(before, h0.ptr, batch * outputs);
  if (c0) copy(c, c0.ptr, batch * width);
  for (const { rows, at } of plan.order) {
    const to = y.ptr + 4 * at * outputs;
    const place = places(plan, state, at, rows);
    const h = projected ? place.kept.at(-1)! : to;
    panels.multiply(sums.ptr, before, biased ? biasHh.ptr : 0, rows);
    cell.step({ ...place, h, before, c }, sums.ptr);
    if (projected) product(to, h, weights.at(-1)!.ptr, 0, { m: rows, n: outputs, k: width, transB: true });
    copy(before, to, rows * outputs);
  }
}

function backward(plan: Plan, dy: Tensor, saved: Saved, needs: readonly boolean[]): (Tensor | null)[] {
  const { cell, n, batch, inputs, width, outputs, gates, biased, projected, order } = plan;
  const [x, h0, ih, hh, y, state, hr] = saved as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
  const dh = empty(h0.shape);
  const dc = cell === lstmCell ? empty([batch, width]) : null;
  copy(dh.ptr, dy.ptr + 4 * n * outputs, batch * outputs);
  if (dc) copy(dc.ptr, dy.ptr + 4 * (n + batch) * outputs, batch * width);
  const dGates = empty([n, gates]);
  // A GRU's r multiplies a part of the hidden state's sums; elsewhere both parts of the sums have one gradient.
  const direct = cell === gruCell;
  const dSums = direct ? empty([n, gates]) : dGates;
  const before = empty([n, outputs]);
  const room = empty([batch, width]);
  const dProjected = projected ? empty([n, outputs]) : dGates;
  const panels = new Panels(hh.ptr, outputs, gates, outputs, 1);
  for (let i = order.length - 1; i >= 0; i--) {
    const { rows, at } = order[i]!;
    const start = 4 * at * outputs;
    const earlier = order[i - 1] ?? { rows: 0, at: 0 };
    // Of the sequences that the step computed before did not have, the state before is the first.
    const old = Math.min(rows, earlier.rows) * outputs;
    copy(before.ptr + start, y.ptr + 4 * earlier.at * outputs, old);
    copy(before.ptr + start + 4 * old, h0.ptr + 4 * old, rows * outputs - old);

    k.accumulate(dh.ptr, dy.ptr + start, rows * outputs);
    if (projected) {
      copy(dProjected.ptr + start, dh.ptr, rows * outputs);
      product(room.ptr, dh.ptr, hr.ptr, 0, { m: rows, n: width, k: outputs });
    }
    const step: Step = {
      ...places(plan, state, at, rows),
      h: y.ptr + start,
      before: before.ptr + start,
      c: dc?.ptr ?? 0,
    };
    const gate = 4 * at * gates;
    cell.grad(step, projected ? room.ptr : dh.ptr, dGates.ptr + gate, dSums.ptr + gate);
    panels.multiply(direct ? room.ptr : dh.ptr, dSums.ptr + gate, 0, rows);
    if (direct) k.accumulate(dh.ptr, room.ptr, rows * outputs);
  }

  let dx: Tensor | null = null;
  if (needs[0]) {
    dx = empty(x.shape);
    product(dx.ptr, dGates.ptr, ih.ptr, 0, { m: n, n: inputs, k: gates });
  }
  const states = dc ? [dh, dc] : [dh];
  const own = needs.slice(1 + states.length);
  /** d' * a, summed over all steps: the gradient of a weight. */
  const weight = (i: number, d: Tensor, a: number, columns: number): Tensor | null => {
    if (!own[i]) return null;
    const dw = empty([d.shape[1]!, columns]);
    product(dw.ptr, d.ptr, a, 0, { m: d.shape[1]!, n: columns, k: n, transA: true });
    return dw;
  };
  const bias = (i: number, d: Tensor): Tensor | null => (own[i] ? sumTo(d, [gates]) : null);
  return [
    ...[dx, ...states, weight(0, dGates, x.ptr, inputs), weight(1, dSums, before.ptr, outputs)],
    ...(biased ? [bias(2, dGates), bias(3, dSums)] : []),
    ...(projected ? [weight(own.length - 1, dProjected, state.ptr + 4 * plan.kept.at(-1)!, width)] : []),
  ];
}
