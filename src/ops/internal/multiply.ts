// The product behind matmul and its kin, recorded, and the checks of its operands. Calls of the kernel are internal/gemm.ts.
import { type Backward, record } from "../../autograd.ts";
import { broadcastShapes, fault, type Shape, show, sizeOf } from "../../shape.ts";
import { empty, expectTensor, type Tensor } from "../../tensor.ts";
import { transpose } from "../permute.ts";
import { reshape } from "../shape.ts";
import { expectFloat, product, products, type Sizes } from "./gemm.ts";
import { sumTo } from "./sums.ts";

/** Refuses operands whose shapes do not fit together. */
export const mismatch = (op: string, wanted: string, ...got: Tensor[]): RangeError =>
  fault(op, wanted, got.map((x) => show(x.shape)).join(" and "));

/** Refuses a tensor of another rank. */
export function expectRank(op: string, name: string, x: Tensor, ...ranks: number[]): void {
  expectTensor(op, name, x);
  if (ranks.includes(x.rank)) return;
  throw new RangeError(`${op}: expected ${name} of rank ${ranks.join(" or ")}, got shape ${show(x.shape)}`);
}

/** The product of float32 operands of the given ranks. */
export function ranked(op: string, a: Tensor, b: Tensor, aRank: number, bRank: number): Tensor {
  expectFloat(op, "a", a);
  expectFloat(op, "b", b);
  expectRank(op, "a", a, aRank);
  expectRank(op, "b", b, bRank);
  if (aRank === 3 && a.shape[0] !== b.shape[0]) throw mismatch(op, "equal batch sizes (matmul broadcasts)", a, b);
  return multiply(op, a, b);
}

/** The product of float32 operands of rank 1 or more, with its gradients. */
export function multiply(op: string, a: Tensor, b: Tensor): Tensor {
  const k = a.shape[a.rank - 1]!;
  const m = a.rank === 1 ? 1 : a.shape[a.rank - 2]!;
  const n = b.rank === 1 ? 1 : b.shape[b.rank - 1]!;
  if (k !== b.shape[Math.max(0, b.rank - 2)]) throw mismatch(op, "inner sizes to match", a, b);
  if (b.rank <= 2) {
    const shape = a.shape.slice(0, -1);
    const rows = sizeOf(shape);
    if (b.rank === 2) shape.push(n);
    return affine(op, a, b, null, shape, { m: rows, n, k });
  }
  const [aBatch, bBatch] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  let batch: number[];
  try {
    batch = broadcastShapes(op, aBatch, bBatch);
  } catch {
    throw mismatch(op, "batch axes that broadcast together", a, b);
  }
  const matrix = a.rank === 1 ? [n] : [m, n];
  const shape = [...batch, ...matrix];
  if (sizeOf(bBatch) === 1) return affine(op, a, b, null, shape, { m: m * sizeOf(aBatch), n, k });
  const y = empty(shape);
  const twice: Backward = (dy, [a, b], needs) => {
    // vectors as the matrices that they count as
    const [rows, columns] = [reshape(a, [...aBatch, m, k]), reshape(b, [...bBatch, k, n])];
    const d = reshape(dy, [...batch, m, n]);
    return [
      needs[0] ? reshape(sumTo(multiply("matmul", d, transpose(columns)), rows.shape), a.shape) : null,
      needs[1] ? reshape(sumTo(multiply("matmul", transpose(rows), d), columns.shape), b.shape) : null,
    ];
  };
  const [aIndex, bIndex] = [indices(aBatch, batch), indices(bBatch, batch)];
  products(y.ptr, a.ptr, b.ptr, { m, n, k }, aIndex, bIndex);
  const back: Backward = (dy, [a, b], needs) => {
    const all = aIndex.map((_, i) => i);
    let da: Tensor | null = null;
    let db: Tensor | null = null;
    if (needs[0]) {
      const each = empty([...batch, ...a.shape.slice(-2)]);
      products(each.ptr, dy.ptr, b.ptr, { m, n: k, k: n, transB: true }, all, bIndex);
      da = sumTo(each, a.shape);
    }
    if (needs[1]) {
      const each = empty([...batch, ...b.shape.slice(-2)]);
      products(each.ptr, a.ptr, dy.ptr, { m: k, n, k: m, transA: true }, aIndex, all);
      db = sumTo(each, b.shape);
    }
    return [da, db];
  };
  return record(op, y, [a, b], [a, b], back, twice);
}

/**
 * All rows of x, m of them, by one matrix w, with `transB` by its transpose, plus `bias`; `shape` is the result's. A tall
 * matrix stands for a batch.
 */
export function affine(op: string, x: Tensor, w: Tensor, bias: Tensor | null, shape: Shape, sizes: Sizes): Tensor {
  const { m, n, k, transB = false } = sizes;
  const y = empty(shape);
  product(y.ptr, x.ptr, w.ptr, bias?.ptr ?? 0, sizes);
  const outShape = bias?.shape;
  const back: Backward = (dy, [x, w], needs) => {
    let dx: Tensor | null = null;
    let dw: Tensor | null = null;
    if (needs[0]) {
      dx = empty(x.shape);
      product(dx.ptr, dy.ptr, w.ptr, 0, { m, n: k, k: n, transB: !transB });
    }
    if (needs[1]) {
      dw = empty(w.shape);
      if (transB) product(dw.ptr, dy.ptr, x.ptr, 0, { m: n, n: k, k: m, transA: true });
      else product(dw.ptr, x.ptr, dy.ptr, 0, { m: k, n, k: m, transA: true });
    }
    return outShape ? [dx, dw, needs[2] ? sumTo(dy, outShape) : null] : [dx, dw];
  };
  const twice: Backward = (dy, [x, w], needs) => {
    const d = reshape(dy, [m, n]);
    const rows = reshape(x, [m, k]);
    const dx = needs[0] ? multiply("matmul", d, transB ? reshape(w, [n, k]) : transpose(reshape(w, [k, n]))) : null;
    const dw = needs[1]
      ? transB
        ? multiply("matmul", transpose(d), rows)
        : multiply("matmul", transpose(rows), d)
      : null;
    const gradients = [dx && reshape(dx, x.shape), dw && reshape(dw, w.shape)];
    return outShape ? [...gradients, sumTo(dy, outShape)] : gradients;
  };
  const saved = [x, w];
  return record(op, y, bias ? [x, w, bias] : saved, saved, back, twice);
}

/** For each matrix of the batch, in order, the number of the operand's matrix that belongs to it. */
export function indices(operand: Shape, batch: Shape): number[] {
  const list = new Array<number>(sizeOf(batch)).fill(0);
  let stride = 1;
  let inner = 1;
  for (let axis = 1; axis <= operand.length; axis++) {
    const own = operand[operand.length - axis]!;
    const size = batch[batch.length - axis]!;
    if (own !== 1) for (let i = 0; i < list.length; i++) list[i]! += (Math.floor(i / inner) % size) * stride;
    stride *= own;
    inner *= size;
  }
  return list;
}
