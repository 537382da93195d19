// One recurrent layer in one direction, over sequences of different lengths: the loop over time, forward and backward.
// What a step computes is cells.ts; layers above one another, both directions and shapes are layers.ts.
//
// The inputs of all steps go through one large product, and so do the gradients of the weights. The steps' rows follow
// one another, of step t the first `sizes[t]` sequences, which never get more: every step works on a prefix of the
// states, and the state of a sequence that has ended, or backwards has not begun, just stays.
import { type Node, record } from "../../autograd.ts";
import { sizeOf, stridesOf } from "../../shape.ts";
import { alias, empty, type Tensor, view } from "../../tensor.ts";
import { ints, k } from "../../wasm.ts";
import { clone } from "../permute.ts";
import { type Cell, gruCell } from "./cells.ts";
import { clear, copyStrided } from "./copy.ts";
import { product } from "./gemm.ts";
import { multiply, panels } from "./panels.ts";
import { sumTo } from "./sums.ts";
import { part } from "./transfer.ts";

/** y[0..n) = x */
function copy(y: number, x: number, n: number): void {
  if (n > 0) k.copyWords(y, x, ints([n, 1, 1]), 1);
}

/** d' * a over all steps, where a row of a has `n` columns: the gradient of a weight. */
function weightGrad(d: Tensor, a: number, n: number): Tensor {
  const [k, m] = d.shape as [number, number];
  const dw = empty([m, n]);
  product(dw.ptr, d.ptr, a, 0, { m, n, k, transA: true });
  return dw;
}

/**
 * The outputs of all steps, [N, P] or with `turned` [B, T, P], and the final states, hidden [B, P] and, of an LSTM, cell
 * [B, H], of inputs [N, in] and the states before; P is H if there is no projection. Weights are in PyTorch's order: of the
 * input, of the hidden state, two biases or none, a projection or none. To be called under a scope, which releases what is
 * not returned.
 */
export function recurrence(
  op: string,
  cell: Cell,
  x: Tensor,
  states: readonly Tensor[],
  weights: readonly Tensor[],
  sizes: readonly number[],
  reverse: boolean,
  turned: boolean,
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
  const time = sizes.length;

  /** The steps in order of computing: how many rows each, which is its first, and where its outputs begin. */
  const order: { rows: number; at: number; out: number }[] = [];
  let at = 0;
  for (const [t, rows] of sizes.entries()) {
    order.push({ rows, at, out: 4 * outputs * (turned ? t : at) });
    at += rows;
  }
  if (reverse) order.reverse();
  /** Floats from an output to that of the next sequence. */
  const outStep = turned ? time * outputs : outputs;

  // Blocks of N rows: the gates, what else the cell keeps, and the outputs before a projection.
  const blocks = cell.kept + (projected ? 1 : 0);
  const kept = empty([n * (gates + blocks * width)]);
  const apart = 4 * n * width;
  const behind = 4 * n * gates;
  const inner = behind + cell.kept * apart;

  // Forwards over sequences of one length the first states stand before the rows: the states before all steps are one matrix.
  const even = sizes.at(-1) === batch;
  const inOrder = even && !reverse;
  const front = inOrder ? batch * outputs : 0;
  const all = empty([front + n * outputs]);
  const ends = empty([batch * (outputs + (c0 ? width : 0))]);
  const yPtr = all.ptr + 4 * front;
  const last = ends.ptr;
  const c = last + 4 * batch * outputs;
  const sums = empty([batch, gates]).ptr;
  const packed = panels(hh.ptr, gates, outputs, 1, outputs).ptr;
  const hr = projected ? weights.at(-1)!.ptr : 0;
  const bias = biased ? biasHh.ptr : 0;
  const base = kept.ptr;
  const step = cell.step();
  product(base, x.ptr, ih.ptr, biased ? biasIh.ptr : 0, { m: n, n: gates, k: inputs, transB: true });
  let state = inOrder ? all.ptr : last;
  copy(state, h0.ptr, batch * outputs);
  if (c0) copy(c, c0.ptr, batch * width);
  for (const { rows, at } of order) {
    const to = yPtr + 4 * at * outputs;
    const rest = 4 * at * width;
    const h = projected ? base + inner + rest : to;
    multiply(sums, state, packed, bias, rows, gates, outputs);
    step(rows, width, h, state, c, base + 4 * at * gates, base + behind + rest, apart, sums);
    if (projected) product(to, h, hr, 0, { m: rows, n: outputs, k: width, transB: true });
    if (even) state = to;
    else copy(last, to, rows * outputs);
  }
  if (even) copy(last, state, batch * outputs);
  let y: Tensor;
  if (turned) {
    y = empty([batch, time, outputs]);
    const from = { offset: front, strides: [outputs, batch * outputs, 1] };
    copyStrided(y, { offset: 0, strides: [outStep, outputs, 1] }, all, from, y.shape);
  } else {
    y = view(all, [n, outputs], front);
  }

  let node: unknown = null;
  const saved = [x, h0, ih, hh, all, kept, projected ? weights.at(-1)! : x];
  record(op, y, [x, ...states, ...weights], saved, (dy, [x, h0, ih, hh, all, ...rest], needs, isLast) => {
    const [kept, hr] = rest as [Tensor, Tensor];
    const yPtr = all.ptr + 4 * front;
    const dEnds = (node as Node).second;
    let from = 0;
    const dStates = shapes.map((shape) => {
      const d = empty(shape);
      if (dEnds === null) clear(d);
      else copy(d.ptr, dEnds.ptr + 4 * from, d.size);
      from += d.size;
      return d;
    });
    const dh = dStates[0]!.ptr;
    const dc = dStates[1]?.ptr ?? 0;
    // The gates' gradients take the place of the gates, where nobody needs these any more, or of a copy.
    const isFree = isLast && kept.storage!.refs === 2;
    if (isFree) kept.touch();
    const work = isFree ? kept : clone(kept);
    const base = work.ptr;
    const dGates = view(work, [n, gates]);
    // A GRU's r multiplies a part of the hidden state's sums; elsewhere both parts of the sums have one gradient.
    const direct = cell === gruCell;
    const before = inOrder ? all.ptr : empty([n, outputs]).ptr;
    const dOutputs = projected ? empty([n, outputs]) : dGates;
    const packed = panels(hh.ptr, outputs, gates, outputs, 1);
    const more = empty([batch * (width + (direct ? gates : 0))]);
    const room = more.ptr;
    const dSums = direct ? room + 4 * batch * width : 0;
    const stepGrad = cell.grad();
    for (let i = time - 1; i >= 0; i--) {
      const { rows, at, out } = order[i]!;
      const size = rows * outputs;
      const start = 4 * at * outputs;
      if (!inOrder) {
        const earlier = order[i - 1] ?? { rows: 0, at: 0 };
        // Of the sequences that the step computed before did not have, the state before is the first.
        const old = Math.min(rows, earlier.rows) * outputs;
        copy(before + start, yPtr + 4 * earlier.at * outputs, old);
        copy(before + start + 4 * old, h0.ptr + 4 * old, size - old);
      }
      k.addStrided(dh, dy.ptr + out, ints([rows, outputs, outStep, outputs, 1, 1]), 2);
      if (projected) {
        copy(dOutputs.ptr + start, dh, size);
        product(room, dh, hr.ptr, 0, { m: rows, n: width, k: outputs });
      }
      const input = base + 4 * at * gates;
      const hidden = dSums || input;
      const rest = base + behind + 4 * at * width;
      const dOut = projected ? room : dh;
      stepGrad(rows, width, yPtr + start, before + start, dc, input, rest, apart, dOut, input, hidden);
      multiply(direct ? room : dh, hidden, packed.ptr, 0, rows, outputs, gates);
      if (direct) k.accumulate(dh, room, size);
      // Of a GRU's two gradients only the last third differs: it takes the place of what was kept, until the first is used.
      if (direct) k.copyWords(rest, hidden + 8 * width, ints([rows, width, gates, width, 1, 1]), 2);
    }
    packed.dispose();
    more.dispose();

    const [toX, ...wanted] = [needs[0], ...needs.slice(1 + shapes.length)];
    const toBias = biased && (wanted[2] || wanted[3]);
    const dx = toX ? empty(x.shape) : null;
    if (dx) product(dx.ptr, base, ih.ptr, 0, { m: n, n: inputs, k: gates });
    const dIh = wanted[0] ? weightGrad(dGates, x.ptr, inputs) : null;
    const dBiasIh = toBias ? sumTo(dGates, [gates]) : null;
    if (direct) k.copyWords(base + 8 * width, base + behind, ints([n, gates, width, width, 1, 1]), 2);
    const dHh = wanted[1] ? weightGrad(dGates, before, outputs) : null;
    const dBiases = biased ? [dBiasIh, direct && toBias ? sumTo(dGates, [gates]) : dBiasIh] : [];
    const dHr = projected && wanted.at(-1) ? weightGrad(dOutputs, base + inner, width) : null;
    return [dx, ...dStates, dIh, dHh, ...dBiases, ...(projected ? [dHr] : [])];
  });
  node = y.node;
  // The last states are a second result of the node: so the outputs' gradient need not be copied to make room for theirs.
  const toNode = (dy: Tensor): [null] => {
    (node as Node).second = alias(dy);
    return [null];
  };
  record("slice", ends, [y], [], toNode, toNode);
  let start = 0;
  const parts = shapes.map((shape) => {
    const from = { offset: start, strides: stridesOf(shape) };
    start += sizeOf(shape);
    return part("slice", ends, shape, shape, from, true);
  });
  return [y, ...parts];
}
