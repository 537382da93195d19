// One time step of recurrent layers behind its matrix products: the cells of LSTM and GRU and their gradients. The cell
// of a plain RNN is a sum and an activation, whose kernels are elsewhere; the products, and the loop over time, are the
// facade's (src/ops/internal/recurrence.ts).
//
// A row is one sequence of the batch; its gates stand side by side in PyTorch's order, each `width` floats. Every kernel
// writes exactly the floats of its rows: behind them stand those of other steps.
import { sigmoid, tanh } from "./activation";
import { mul } from "./binary";
import { accumulate } from "./elementwise";
import { Tail } from "./map";

/** What the loops over a row share. */
class Cell {
  /** Four floats, or at a row's end as many as are left. */
  @inline
  store(y: usize, v: v128, left: i32): void {
    if (left >= 4) v128.store(y, v);
    else changetype<Tail>(0).store(y, v, left);
  }
  /** dy y (1 - y), the gradient behind y = sigmoid(x) */
  @inline
  sigmoidGrad(dy: v128, y: v128): v128 {
    return f32x4.mul(dy, f32x4.mul(y, f32x4.sub(f32x4.splat(1), y)));
  }
  /** dy (1 - y²), the gradient behind y = tanh(x) */
  @inline
  tanhGrad(dy: v128, y: v128): v128 {
    return f32x4.mul(dy, f32x4.sub(f32x4.splat(1), f32x4.mul(y, y)));
  }
}

/**
 * Gates i, f, g, o from their sums, in place; c = f c + i g, in place; h = o tanh(c). Keeps tanh(c), and the c before, for
 * the gradient.
 */
export function lstmCell(
  h: usize,
  c: usize,
  gates: usize,
  tanhC: usize,
  before: usize,
  sums: usize,
  rows: i32,
  width: i32,
): void {
  const cell = changetype<Cell>(0);
  const w = (<usize>width) << 2;
  accumulate(gates, sums, rows * width * 4);
  for (; rows > 0; rows--) {
    sigmoid(gates, gates, width * 2);
    tanh(gates + 2 * w, gates + 2 * w, width);
    sigmoid(gates + 3 * w, gates + 3 * w, width);
    let at: usize = 0;
    for (let left = width; left > 0; left -= 4, at += 16) {
      const old = v128.load(c + at);
      const kept = f32x4.mul(v128.load(gates + w + at), old);
      const added = f32x4.mul(v128.load(gates + at), v128.load(gates + 2 * w + at));
      cell.store(before + at, old, left);
      cell.store(c + at, f32x4.add(kept, added), left);
    }
    tanh(tanhC, c, width);
    mul(h, gates + 3 * w, tanhC, width, 0);
    gates += 4 * w;
    h += w;
    c += w;
    tanhC += w;
    before += w;
  }
}

/** Gradients of the gates' sums from dh, and of the c after, which becomes that of the c before in place. */
export function lstmCellGrad(
  dGates: usize,
  dc: usize,
  dh: usize,
  gates: usize,
  tanhC: usize,
  before: usize,
  rows: i32,
  width: i32,
): void {
  const cell = changetype<Cell>(0);
  const w = (<usize>width) << 2;
  for (; rows > 0; rows--) {
    let at: usize = 0;
    for (let left = width; left > 0; left -= 4, at += 16) {
      const i = v128.load(gates + at);
      const f = v128.load(gates + w + at);
      const g = v128.load(gates + 2 * w + at);
      const o = v128.load(gates + 3 * w + at);
      const y = v128.load(tanhC + at);
      const d = v128.load(dh + at);
      const z = f32x4.add(v128.load(dc + at), cell.tanhGrad(f32x4.mul(d, o), y));
      cell.store(dGates + at, cell.sigmoidGrad(f32x4.mul(z, g), i), left);
      cell.store(dGates + w + at, cell.sigmoidGrad(f32x4.mul(z, v128.load(before + at)), f), left);
      cell.store(dGates + 2 * w + at, cell.tanhGrad(f32x4.mul(z, i), g), left);
      cell.store(dGates + 3 * w + at, cell.sigmoidGrad(f32x4.mul(d, y), o), left);
      cell.store(dc + at, f32x4.mul(z, f), left);
    }
    gates += 4 * w;
    dGates += 4 * w;
    dc += w;
    dh += w;
    tanhC += w;
    before += w;
  }
}

/**
 * Gates r, z, n from the input's part of their sums, in place, and the hidden state's, `sums`, whose last third stands
 * behind r and is kept as `hidden`; h = n + z (before - n).
 */
export function gruCell(
  h: usize,
  gates: usize,
  hidden: usize,
  before: usize,
  sums: usize,
  rows: i32,
  width: i32,
): void {
  const cell = changetype<Cell>(0);
  const w = (<usize>width) << 2;
  for (; rows > 0; rows--) {
    accumulate(gates, sums, width * 2);
    sigmoid(gates, gates, width * 2);
    mul(hidden, gates, sums + 2 * w, width, 0);
    accumulate(gates + 2 * w, hidden, width);
    tanh(gates + 2 * w, gates + 2 * w, width);
    let at: usize = 0;
    for (let left = width; left > 0; left -= 4, at += 16) {
      const n = v128.load(gates + 2 * w + at);
      const z = v128.load(gates + w + at);
      cell.store(h + at, f32x4.add(n, f32x4.mul(z, f32x4.sub(v128.load(before + at), n))), left);
      cell.store(hidden + at, v128.load(sums + 2 * w + at), left);
    }
    gates += 3 * w;
    sums += 3 * w;
    h += w;
    hidden += w;
    before += w;
  }
}

/** Gradients of both parts of the gates' sums; dh becomes the gradient that reaches the h before directly, in place. */
export function gruCellGrad(
  dGates: usize,
  dSums: usize,
  dh: usize,
  gates: usize,
  hidden: usize,
  before: usize,
  rows: i32,
  width: i32,
): void {
  const cell = changetype<Cell>(0);
  const w = (<usize>width) << 2;
  for (; rows > 0; rows--) {
    let at: usize = 0;
    for (let left = width; left > 0; left -= 4, at += 16) {
      const r = v128.load(gates + at);
      const z = v128.load(gates + w + at);
      const n = v128.load(gates + 2 * w + at);
      const d = v128.load(dh + at);
      const dn = cell.tanhGrad(f32x4.mul(d, f32x4.sub(f32x4.splat(1), z)), n);
      const dr = cell.sigmoidGrad(f32x4.mul(dn, v128.load(hidden + at)), r);
      const dz = cell.sigmoidGrad(f32x4.mul(d, f32x4.sub(v128.load(before + at), n)), z);
      cell.store(dGates + at, dr, left);
      cell.store(dGates + w + at, dz, left);
      cell.store(dGates + 2 * w + at, dn, left);
      cell.store(dSums + at, dr, left);
      cell.store(dSums + w + at, dz, left);
      cell.store(dSums + 2 * w + at, f32x4.mul(dn, r), left);
      cell.store(dh + at, f32x4.mul(d, z), left);
    }
    gates += 3 * w;
    dGates += 3 * w;
    dSums += 3 * w;
    dh += w;
    hidden += w;
    before += w;
  }
}
