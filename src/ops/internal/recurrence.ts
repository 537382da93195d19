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
import { cat } from "../join.ts";
import { clone } from "../permute.ts";
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

/** Rows of gradients, and how many of their columns count. */
type Part = readonly [d: Tensor, m: number];

/** d' * a over all steps, where a row of a has `n` columns, for parts one below the other: the gradient of a weight. */
function weightGrad(parts: readonly Part[], a: number, n: number): Tensor {
  const dw = empty([parts.reduce((sum, [, m]) => sum + m, 0), n]);
  let to = dw.ptr;
  for (const [d, m] of parts) {
    const [rows, aStep] = d.shape as [number, number];
    product(to, d.ptr, a, 0, { m, n, k: rows, transA: true, aStep });
    to += 4 * m * n;
  }
  return dw;
}

/** The same of a bias: sums over all steps. */
const biasGrad = (parts: readonly Part[]): Tensor =>
  cat(parts.map(([d, m]) => slice(sumTo(d, [d.shape[1]!]), { stop: m })));

/** Elements of a flat tensor as rows: a view. */
const rowsOf = (x: Tensor, start: number, rows: number, columns: number): Tensor =>
  reshape(slice(x, { start, stop: start + rows * columns }), [rows, columns]);

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

  // Blocks of N rows: the gates, what else the cell keeps, and the outputs before a projection.
  const blocks = cell.kept + (projected ? 1 : 0);
  const kept = empty([n * (gates + blocks * width)]);
  /** Where the kernels find what belongs to the rows from `at` on. */
  const places = (base: number, at: number) => {
    const kept: number[] = [];
    for (let i = 0; i < blocks; i++) kept.push(base + 4 * (n * gates + (i * n + at) * width));
    return { width, gates: base + 4 * at * gates, kept };
  };

  // Forwards over sequences of one length the first states stand before the rows: the states before all steps are one matrix.
  const even = sizes.at(-1) === batch;
  const inOrder = even && !reverse;
  const front = inOrder ? batch * outputs : 0;
  const ends = front + n * outputs;
  const y = empty([ends + batch * (outputs + (c0 ? width : 0))]);
  const yPtr = y.ptr + 4 * front;
  const last = y.ptr + 4 * ends;
  const c = last + 4 * batch * outputs;
  const sums = empty([batch, gates]);
  const multiply = panels(hh.ptr, gates, outputs, 1, outputs);
  product(kept.ptr, x.ptr, ih.ptr, biased ? biasIh.ptr : 0, { m: n, n: gates, k: inputs, transB: true });
  let state = inOrder ? y.ptr : last;
  copy(state, h0.ptr, batch * outputs);
  if (c0) copy(c, c0.ptr, batch * width);
  for (const { rows, at } of order) {
    const to = yPtr + 4 * at * outputs;
    const place = places(kept.ptr, at);
    const h = projected ? place.kept.at(-1)! : to;
    multiply(sums.ptr, state, biased ? biasHh.ptr : 0, rows);
    cell.step({ ...place, rows, h, before: state, c }, sums.ptr);
    if (projected) product(to, h, weights.at(-1)!.ptr, 0, { m: rows, n: outputs, k: width, transB: true });
    if (even) state = to;
    else copy(last, to, rows * outputs);
  }
  if (even) copy(last, state, batch * outputs);

  const saved = [x, h0, ih, hh, y, kept, projected ? weights.at(-1)! : x];
  record(op, y, [x, ...states, ...weights], saved, (dy, [x, h0, ih, hh, y, ...rest], needs, isLast) => {
    const [kept, hr] = rest as [Tensor, Tensor];
    const yPtr = y.ptr + 4 * front;
    let from = ends;
    const dStates = shapes.map((shape) => {
      const d = empty(shape);
      copy(d.ptr, dy.ptr + 4 * from, d.size);
      from += d.size;
      return d;
    });
    const dh = dStates[0]!.ptr;
    // The gates' gradients take the place of the gates, where nobody needs these any more, or of a copy.
    const isFree = isLast && kept.storage!.refs === 2;
    if (isFree) kept.touch();
    const work = isFree ? kept : clone(kept);
    const dGates = rowsOf(work, 0, n, gates);
    // A GRU's r multiplies a part of the hidden state's sums; elsewhere both parts of the sums have one gradient.
    const direct = cell === gruCell;
    const dSums = direct ? empty([batch, gates]).ptr : 0;
    const before = inOrder ? rowsOf(y, 0, n, outputs) : empty([n, outputs]);
    const room = empty([batch, width]).ptr;
    const dOutputs = projected ? empty([n, outputs]) : dGates;
    const multiply = panels(hh.ptr, outputs, gates, outputs, 1);
    for (let i = order.length - 1; i >= 0; i--) {
      const { rows, at } = order[i]!;
      const size = rows * outputs;
      const start = 4 * at * outputs;
      const earlier = order[i - 1] ?? { rows: 0, at: 0 };
      // Of the sequences that the step computed before did not have, the state before is the first.
      const old = Math.min(rows, earlier.rows) * outputs;
      if (!inOrder) copy(before.ptr + start, yPtr + 4 * earlier.at * outputs, old);
      if (!inOrder) copy(before.ptr + start + 4 * old, h0.ptr + 4 * old, size - old);

      k.accumulate(dh, dy.ptr + 4 * front + start, size);
      if (projected) {
        copy(dOutputs.ptr + start, dh, size);
        product(room, dh, hr.ptr, 0, { m: rows, n: width, k: outputs });
      }
      const input = dGates.ptr + 4 * at * gates;
      const hidden = dSums || input;
      const place = places(work.ptr, at);
      const state = { rows, h: yPtr + start, before: before.ptr + start, c: dStates[1]?.ptr ?? 0 };
      cell.grad({ ...place, ...state }, projected ? room : dh, input, hidden);
      multiply(direct ? room : dh, hidden, 0, rows);
      if (direct) k.accumulate(dh, room, size);
      // of a GRU's two gradients only the last third differs: it takes the place of what was kept
      if (direct) k.copyWords(place.kept[0]!, hidden + 8 * width, ints([rows, width, gates, width, 1, 1]), 2);
    }

    let dx: Tensor | null = null;
    if (needs[0]) {
      dx = empty(x.shape);
      product(dx.ptr, dGates.ptr, ih.ptr, 0, { m: n, n: inputs, k: gates });
    }
    const whole: Part[] = [[dGates, gates]];
    const hidden: Part[] = direct
      ? [
          [dGates, gates - width],
          [rowsOf(work, n * gates, n, width), width],
        ]
      : whole;
    const dWeights = [() => weightGrad(whole, x.ptr, inputs), () => weightGrad(hidden, before.ptr, outputs)];
    let dBias: Tensor | null = null;
    const inputBias = (): Tensor => {
      dBias ??= sumTo(dGates, [gates]);
      return dBias;
    };
    if (biased) dWeights.push(inputBias, () => (direct ? biasGrad(hidden) : inputBias()));
    if (projected) {
      dWeights.push(() => weightGrad([[dOutputs, outputs]], places(work.ptr, 0).kept.at(-1)!, width));
    }
    const wanted = needs.slice(1 + shapes.length);
    return [dx, ...dStates, ...dWeights.map((gradient, i) => (wanted[i] ? gradient() : null))];
  });
  const parts = [rowsOf(y, front, n, outputs)];
  let start = ends;
  for (const shape of shapes) {
    const stop = start + sizeOf(shape);
    parts.push(reshape(slice(y, { start, stop }), shape));
    start = stop;
  }
  return parts;
}
