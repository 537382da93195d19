// One recurrent layer in one direction, over sequences of different lengths: the loop over time, forward and backward.
// What a step computes is cells.ts; layers above one another, both directions and shapes are layers.ts.
//
// The inputs of all steps go through one large product, and so do the gradients of the weights. The steps' rows follow
// one another, of step t the first `sizes[t]` sequences, which never get more: every step works on a prefix of the
// states, and the state of a sequence that has ended, or backwards has not begun, just stays.
import { record } from "../../autograd.ts";
import { sizeOf } from "../../shape.ts";
import { empty, type Tensor } from "../../tensor.ts";
import { ints, k } from "../../wasm.ts";
import { reshape } from "../shape.ts";
import { slice } from "../slice.ts";
import { type Cell, gruCell } from "./cells.ts";
import { product } from "./gemm.ts";
import { panels } from "./panels.ts";
import { sumTo } from "./sums.ts";

/** y[0..n) = x */
function copy(y: number, x: number, n: number): void {
  if (n > 0) k.copyWords(y, x, ints([n, 1, 1]), 1);
}

/** d' * a over n rows, where d has `rows` columns: the gradient of a weight, summed over all steps. */
function weightGrad(d: Tensor, a: number, n: number): Tensor {
  const [rows, m] = d.shape as [number, number];
  const dw = empty([m, n]);
  product(dw.ptr, d.ptr, a, 0, { m, n, k: rows, transA: true });
  return dw;
}

/**
 * The outputs of all steps [N, P] and the final states, hidden [B, P] and, of an LSTM, cell [B, H], of inputs [N, in] and
 * the states before; P is H if there is no projection. Weights are in PyTorch's order: of the input, of the hidden
 * state, two biases or none, a projection or none. To be called under a scope, which releases what is not returned.
 */
export function recurrence(
  op: string,
  cell: Cell,
  x: Tensor,
  states: readonly Tensor[],
  weights: readonly Tensor[],
  sizes: readonly number[],
  reverse: boolean,
): Tensor[] {
  const [n, inputs] = x.shape as [number, number];
  const [h0, c0] = states as [Tensor, Tensor?];
  const [ih, hh, biasIh, biasHh] = weights as [Tensor, Tensor, Tensor, Tensor];
  const [gates, outputs] = hh.shape as [number, number];
  const batch = h0.shape[0]!;
  const width = gates / cell.gates;
  const biased = weights.length > 3;
  const projected = weights.length % 2 === 1;
  const shapes = states.map((s) => s.shape);

  /** The steps in order of computing: how many rows each, and which is its first. */
  const order: { rows: number; at: number }[] = [];
  let at = 0;
  for (const rows of sizes) {
    order.push({ rows, at });
    at += rows;
  }
  if (reverse) order.reverse();
  /** All sequences take part in every step: they never get more. */
  const even = sizes.at(-1) === batch;

  // Blocks of N rows: the gates, what else the cell keeps, and the outputs before a projection.
  const blocks = cell.kept + (projected ? 1 : 0);
  const kept = empty([n * (gates + blocks * width)]);
  /** Where the kernels find what belongs to the rows from `at` on. */
  const places = (base: number, at: number) => {
    const kept: number[] = [];
    for (let i = 0; i < blocks; i++) kept.push(base + 4 * (n * gates + (i * n + at) * width));
    return { gates: base + 4 * at * gates, kept };
  };

  const y = empty([n * outputs + batch * (outputs + (c0 ? width : 0))]);
  const yPtr = y.ptr;
  const before = yPtr + 4 * n * outputs;
  const c = before + 4 * batch * outputs;
  const sums = empty([batch, gates]);
  const multiply = panels(hh.ptr, gates, outputs, 1, outputs);
  product(kept.ptr, x.ptr, ih.ptr, biased ? biasIh.ptr : 0, { m: n, n: gates, k: inputs, transB: true });
  copy(before, h0.ptr, batch * outputs);
  if (c0) copy(c, c0.ptr, batch * width);
  let state = before;
  for (const { rows, at } of order) {
    const to = yPtr + 4 * at * outputs;
    const place = places(kept.ptr, at);
    const h = projected ? place.kept.at(-1)! : to;
    multiply(sums.ptr, state, biased ? biasHh.ptr : 0, rows);
    cell.step({ rows, width, h, before: state, c, gates: place.gates, kept: place.kept }, sums.ptr);
    if (projected) product(to, h, weights.at(-1)!.ptr, 0, { m: rows, n: outputs, k: width, transB: true });
    if (even) state = to;
    else copy(before, to, rows * outputs);
  }
  if (even) copy(before, state, batch * outputs);

  const saved = [x, h0, ih, hh, y, kept, projected ? weights.at(-1)! : x];
  record(op, y, [x, ...states, ...weights], saved, (dy, [x, h0, ih, hh, y, ...rest], needs) => {
    const [kept, hr] = rest as [Tensor, Tensor];
    let from = n * outputs;
    const dStates = shapes.map((shape) => {
      const d = empty(shape);
      copy(d.ptr, dy.ptr + 4 * from, d.size);
      from += d.size;
      return d;
    });
    const dh = dStates[0]!.ptr;
    const dGates = empty([n, gates]);
    // A GRU's r multiplies a part of the hidden state's sums; elsewhere both parts of the sums have one gradient.
    const direct = cell === gruCell;
    const dSums = direct ? empty([n, gates]) : dGates;
    // The states before all steps, in the order of the steps' rows.
    const before = empty([n, outputs]);
    if (even) {
      const [first, others] = [batch * outputs, (n - batch) * outputs];
      copy(before.ptr + (reverse ? 4 * others : 0), h0.ptr, first);
      copy(before.ptr + (reverse ? 0 : 4 * first), y.ptr + (reverse ? 4 * first : 0), others);
    }
    const room = empty([batch, width]).ptr;
    const dOutputs = projected ? empty([n, outputs]) : dGates;
    const multiply = panels(hh.ptr, outputs, gates, outputs, 1);
    for (let i = order.length - 1; i >= 0; i--) {
      const { rows, at } = order[i]!;
      const size = rows * outputs;
      const start = 4 * at * outputs;
      if (!even) {
        const earlier = order[i - 1] ?? { rows: 0, at: 0 };
        // Of the sequences that the step computed before did not have, the state before is the first.
        const old = Math.min(rows, earlier.rows) * outputs;
        copy(before.ptr + start, y.ptr + 4 * earlier.at * outputs, old);
        copy(before.ptr + start + 4 * old, h0.ptr + 4 * old, size - old);
      }
      k.accumulate(dh, dy.ptr + start, size);
      if (projected) {
        copy(dOutputs.ptr + start, dh, size);
        product(room, dh, hr.ptr, 0, { m: rows, n: width, k: outputs });
      }
      const [input, hidden] = [dGates.ptr + 4 * at * gates, dSums.ptr + 4 * at * gates];
      const { gates: of, kept: beside } = places(kept.ptr, at);
      const c = dStates[1]?.ptr ?? 0;
      const step = { rows, width, h: y.ptr + start, before: before.ptr + start, c, gates: of, kept: beside };
      cell.grad(step, projected ? room : dh, input, hidden);
      multiply(direct ? room : dh, hidden, 0, rows);
      if (direct) k.accumulate(dh, room, size);
    }

    let dx: Tensor | null = null;
    if (needs[0]) {
      dx = empty(x.shape);
      product(dx.ptr, dGates.ptr, ih.ptr, 0, { m: n, n: inputs, k: gates });
    }
    const dWeights = [() => weightGrad(dGates, x.ptr, inputs), () => weightGrad(dSums, before.ptr, outputs)];
    let dBias: Tensor | null = null;
    const inputBias = (): Tensor => {
      dBias ??= sumTo(dGates, [gates]);
      return dBias;
    };
    if (biased) dWeights.push(inputBias, () => (direct ? sumTo(dSums, [gates]) : inputBias()));
    if (projected) dWeights.push(() => weightGrad(dOutputs, places(kept.ptr, 0).kept.at(-1)!, width));
    const own = needs.slice(1 + shapes.length);
    return [dx, ...dStates, ...dWeights.map((gradient, i) => (own[i] ? gradient() : null))];
  });
  const parts: Tensor[] = [];
  let start = 0;
  for (const shape of [[n, outputs], ...shapes]) {
    const stop = start + sizeOf(shape);
    parts.push(reshape(slice(y, { start, stop }), shape));
    start = stop;
  }
  return parts;
}
