// The kernel k.gemm as other ops call it: the size of its scratch, and calls on row-major matrices given by address, one
// or a batch. Shapes and batches are src/ops/gemm.ts.
import { scratch } from "../../memory.ts";
import { expectTensor, type Tensor } from "../../tensor.ts";
import { k as kernels } from "../../wasm.ts";

/** Longest chain of additions, columns of a block of B, rows of a block of A: KC, NC and MC of assembly/gemm*.ts. */
const KC = 400;
const NC = 256;
const MC = 16;
/** A tile of 2 x 16 floats on its way to an edge, and what packing may write past its last panel, in bytes. */
const TILE_BYTES = 128;
const SLACK_BYTES = 192;

const roundUp = (n: number, to: number): number => Math.ceil(n / to) * to;

/** Bytes of scratch that k.gemm may use. It may take the transpose for the product, so m and n are alike here. */
export function gemmScratch(m: number, n: number, k: number): number {
  const kBlock = roundUp(Math.ceil(k / Math.max(1, Math.ceil(k / KC))), 4);
  const wide = Math.max(m, n);
  return TILE_BYTES + SLACK_BYTES + kBlock * (Math.min(roundUp(wide, 16), NC) + Math.min(roundUp(wide, 4), MC)) * 4;
}

/** Sizes of a product: C (m x n) = A (m x k) * B (k x n). */
export interface Sizes {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** A is stored as k x m. Default false. */
  readonly transA?: boolean;
  /** B is stored as n x k. Default false. */
  readonly transB?: boolean;
}

/** Writes C (m x n) at `c` from whole row-major matrices at `a` and `b`; `bias` (n) is an address, or 0 for none. */
export function product(c: number, a: number, b: number, bias: number, sizes: Sizes): void {
  const { m, n, k, transA = false, transB = false } = sizes;
  const room = scratch(gemmScratch(m, n, k));
  kernels.gemm(c, a, b, bias, room, m, n, k, n, transA ? 1 : k, transA ? m : 1, transB ? 1 : n, transB ? k : 1);
}

/** A product for each pair of `aIndex[i]`, `bIndex[i]`, numbers of the matrices in their stacks; C's follow one another. */
export function products(
  c: number,
  a: number,
  b: number,
  sizes: Sizes,
  aIndex: readonly number[],
  bIndex: readonly number[],
): void {
  const { m, n, k, transA = false, transB = false } = sizes;
  const room = scratch(gemmScratch(m, n, k));
  const [aRow, aCol] = transA ? [1, m] : [k, 1];
  const [bRow, bCol] = transB ? [1, k] : [n, 1];
  for (let i = 0; i < aIndex.length; i++) {
    const [ai, bi] = [a + 4 * m * k * aIndex[i]!, b + 4 * k * n * bIndex[i]!];
    kernels.gemm(c + 4 * m * n * i, ai, bi, 0, room, m, n, k, n, aRow, aCol, bRow, bCol);
  }
}

/** Refuses what is no float32 tensor: there is no integer product. */
export function expectFloat(op: string, name: string, x: unknown): asserts x is Tensor {
  expectTensor(op, name, x);
  if (x.dtype !== "float32") {
    throw new TypeError(
      `${op}: expected ${name} to be float32, got ${x.dtype}; convert it with cast(${name}, "float32")`,
    );
  }
}
