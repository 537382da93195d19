// The product behind matmul and its kin, recorded, and the checks of its operands. Calls of the kernel are internal/gemm.ts.
import { type Backward, record } from "../../autograd.ts";
import { broadcastShapes, fault, type Shape, show, sizeOf } from "../../shape.ts";
import { empty, expectTensor, type Tensor } from "../../tensor.ts";
import { transpose } from "../permute.ts";
import { reshape } from "../shape.ts";
import { expectFloat, product, productGrad, products } from "./gemm.ts";
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
  const [aBatch, bBatch] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  let batch: number[];
  try {
    batch = broadcastShapes(op, aBatch, bBatch);
  } catch {
    throw mismatch(op, "batch axes that broadcast together", a, b);
  }
  const matrix = [...(a.rank === 1 ? [] : [m]), ...(b.rank === 1 ? [] : [n])];
  const y = empty([...batch, ...matrix]);
  const twice: Backward = (dy, [a, b], needs) => {
    // vectors as the matrices that they count as
    const [rows, columns] = [reshape(a, [...aBatch, m, k]), reshape(b, [...bBatch, k, n])];
    const d = reshape(dy, [...batch, m, n]);
    return [
      needs[0] ? reshape(sumTo(multiply("matmul", d, transpose(columns)), rows.shape), a.shape) : null,
      needs[1] ? reshape(sumTo(multiply("matmul", transpose(rows), d), columns.shape), b.shape) : null,
    ];
  };
  if (sizeOf(bBatch) === 1) {
    // One B for all of A's matrices: they are one tall matrix.
    const rows = m * sizeOf(aBatch);
    product(y.ptr, a.ptr, b.ptr, 0, { m: rows, n, k });
    const back: Backward = (dy, [a, b], needs) => productGrad(dy, a, b, needs, { m: rows, n, k });
    return record(op, y, [a, b], [a, b], back, twice);
  }
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
