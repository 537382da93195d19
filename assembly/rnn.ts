// One time step of recurrent layers: the product with the states' weights, and behind it the cells of LSTM and GRU and their
// gradients. The cell of a plain RNN is a sum and an activation, whose kernels are elsewhere; the loop over time is the
// facade's (src/ops/internal/recurrence.ts).
//
// A row is one sequence of the batch; its gates stand side by side in PyTorch's order, each `width` floats. The cells have the
// parameters of src/ops/internal/cells.ts, also those that they do not need, and so the facade calls all alike. Every kernel
// writes exactly the floats of its rows: behind them stand those of other steps.
import { sigmoid, tanh } from "./activation";
import { mul } from "./binary";
import { accumulate } from "./elementwise";
import { gemm } from "./gemm";
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
 * C (m x n) = A (m x k) * B (k x n) + bias (n), or 0 for none, by parts of `columns` columns: B's part of columns j and so on
 * is a matrix of its own, at `b` + 4 j k. `scratch` as of gemm for one part.
 */
export function gemmPanels(
  c: usize,
  a: usize,
  b: usize,
  bias: usize,
  scratch: usize,
  m: usize,
  n: usize,
  k: usize,
  columns: usize,
): void {
  for (let j: usize = 0; j < n; j += columns) {
    const width = min(columns, n - j);
    const at = j << 2;
    gemm(c + at, a, b + at * k, bias ? bias + at : 0, scratch, m, width, k, n, k, 1, width, 1);
  }
}

/**
 * Gates i, f, g, o from their sums, in place; c = f c + i g, in place; h = o tanh(c). Keeps tanh(c), and the c before, for
 * the gradient.
 */
export function lstmCell(
  rows: i32,
  width: i32,
  h: usize,
  _before: usize,
  c: usize,
  gates: usize,
  kept: usize,
  apart: usize,
  sums: usize,
): void {
  const cell = changetype<Cell>(0);
  const w = (<usize>width) << 2;
  let tanhC = kept;
  for (; rows > 0; rows--) {
    accumulate(gates, sums, width * 4);
    sigmoid(gates, gates, width * 2);
    tanh(gates + 2 * w, gates + 2 * w, width);
    sigmoid(gates + 3 * w, gates + 3 * w, width);
    let at: usize = 0;
    for (let left = width; left > 0; left -= 4, at += 16) {
      const old = v128.load(c + at);
      const stays = f32x4.mul(v128.load(gates + w + at), old);
      const added = f32x4.mul(v128.load(gates + at), v128.load(gates + 2 * w + at));
      cell.store(tanhC + apart + at, old, left);
      cell.store(c + at, f32x4.add(stays, added), left);
    }
    tanh(tanhC, c, width);
    mul(h, gates + 3 * w, tanhC, width, 0);
    gates += 4 * w;
    sums += 4 * w;
    h += w;
    c += w;
    tanhC += w;
  }
}

/** Gradients of the gates' sums from dh, and of the c after, which becomes that of the c before in place. */
export function lstmCellGrad(
  rows: i32,
  width: i32,
  _h: usize,
  _before: usize,
  c: usize,
  gates: usize,
  kept: usize,
  apart: usize,
  dh: usize,
  dGates: usize,
  _dSums: usize,
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
      const y = v128.load(kept + at);
      const d = v128.load(dh + at);
      const z = f32x4.add(v128.load(c + at), cell.tanhGrad(f32x4.mul(d, o), y));
      cell.store(dGates + at, cell.sigmoidGrad(f32x4.mul(z, g), i), left);
      cell.store(dGates + w + at, cell.sigmoidGrad(f32x4.mul(z, v128.load(kept + apart + at)), f), left);
      cell.store(dGates + 2 * w + at, cell.tanhGrad(f32x4.mul(z, i), g), left);
      cell.store(dGates + 3 * w + at, cell.sigmoidGrad(f32x4.mul(d, y), o), left);
      cell.store(c + at, f32x4.mul(z, f), left);
    }
    gates += 4 * w;
    dGates += 4 * w;
    c += w;
    dh += w;
    kept += w;
  }
}

/**
 * Gates r, z, n from the input's part of their sums, in place, and the hidden state's, `sums`, whose last third stands
 * behind r and is kept; h = n + z (before - n).
 */
export function gruCell(
  rows: i32,
  width: i32,
  h: usize,
  before: usize,
  _c: usize,
  gates: usize,
  kept: usize,
  _apart: usize,
  sums: usize,
): void {
  const cell = changetype<Cell>(0);
  const w = (<usize>width) << 2;
  for (; rows > 0; rows--) {
    accumulate(gates, sums, width * 2);
    sigmoid(gates, gates, width * 2);
    let at: usize = 0;
    for (let left = width; left > 0; left -= 4, at += 16) {
      const x = v128.load(sums + 2 * w + at);
      const sum = f32x4.add(v128.load(gates + 2 * w + at), f32x4.mul(v128.load(gates + at), x));
      cell.store(gates + 2 * w + at, sum, left);
      cell.store(kept + at, x, left);
    }
    tanh(gates + 2 * w, gates + 2 * w, width);
    at = 0;
    for (let left = width; left > 0; left -= 4, at += 16) {
      const n = v128.load(gates + 2 * w + at);
      const z = v128.load(gates + w + at);
      cell.store(h + at, f32x4.add(n, f32x4.mul(z, f32x4.sub(v128.load(before + at), n))), left);
    }
    gates += 3 * w;
    sums += 3 * w;
    h += w;
    kept += w;
    before += w;
  }
}

/** Gradients of both parts of the gates' sums; dh becomes the gradient that reaches the h before directly, in place. */
export function gruCellGrad(
  rows: i32,
  width: i32,
  _h: usize,
  before: usize,
  _c: usize,
  gates: usize,
  kept: usize,
  _apart: usize,
  dh: usize,
  dGates: usize,
  dSums: usize,
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
      const dr = cell.sigmoidGrad(f32x4.mul(dn, v128.load(kept + at)), r);
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
    kept += w;
    before += w;
  }
}
