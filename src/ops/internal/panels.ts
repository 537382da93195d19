// A matrix that many products share, packed once for all of them.
import { scratch } from "../../memory.ts";
import { empty, type Tensor } from "../../tensor.ts";
import { ints, k } from "../../wasm.ts";
import { gemmScratch } from "./gemm.ts";

/** Columns of the parts: so few that k.gemm reads a part in place. */
const columnsOf = (depth: number): number => (depth > 128 ? 16 : 64);

/**
 * The matrix (depth x n) whose element (p, j) is at `b` + p * row + j * col, in floats; one of these is 1. It is cut into
 * matrices of a few columns each, so narrow that k.gemm reads them in place: of a product of 32 rows with 64 x 256 packing
 * took 6 %, of one with 4 rows a third.
 */
export function panels(b: number, n: number, depth: number, row: number, col: number): Tensor {
  const columns = columnsOf(depth);
  const [full, rest] = [Math.floor(n / columns), n % columns];
  const block = empty([n * depth]);
  const { ptr } = block;
  if (full > 0) {
    k.copyWords(ptr, b, ints([full, columns * depth, columns * col, depth, columns, row, columns, 1, col]), 3);
  }
  const at = n - rest;
  if (rest > 0) k.copyWords(ptr + 4 * at * depth, b + 4 * at * col, ints([depth, rest, row, rest, 1, col]), 2);
  return block;
}

/** Writes C (m x n) = A (m x depth) * B + bias (n); addresses, B of `panels`, a bias of 0 is none. */
export function multiply(c: number, a: number, b: number, bias: number, m: number, n: number, depth: number): void {
  const columns = columnsOf(depth);
  k.gemmPanels(c, a, b, bias, scratch(gemmScratch(m, columns, depth)), m, n, depth, columns);
}
