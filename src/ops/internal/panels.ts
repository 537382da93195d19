// A matrix that many products share, packed once for all of them.
import { scratch } from "../../memory.ts";
import { empty } from "../../tensor.ts";
import { ints, k } from "../../wasm.ts";
import { gemmScratch } from "./gemm.ts";

/** Writes C (m x n) = A (m x depth) * B + bias (n); addresses, a bias of 0 is none. */
export type Multiply = (c: number, a: number, bias: number, m: number) => void;

/**
 * The product with B (depth x n), whose element (p, j) is at `b` + p * row + j * col, in floats; one of these is 1. B is
 * cut into matrices of a few columns each, so narrow that k.gemm reads them in place: of a product of 32 rows with
 * 64 x 256 packing took 6 %, of one with 4 rows a third. They live as long as the scope around.
 */
export function panels(b: number, n: number, depth: number, row: number, col: number): Multiply {
  const columns = depth > 128 ? 16 : 64;
  const [full, rest] = [Math.floor(n / columns), n % columns];
  const block = empty([n * depth]).ptr;
  if (full > 0) {
    k.copyWords(block, b, ints([full, columns * depth, columns * col, depth, columns, row, columns, 1, col]), 3);
  }
  const at = n - rest;
  if (rest > 0) k.copyWords(block + 4 * at * depth, b + 4 * at * col, ints([depth, rest, row, rest, 1, col]), 2);
  return (c, a, bias, m) => {
    const room = scratch(gemmScratch(m, columns, depth));
    for (let j = 0; j < n; j += columns) {
      const width = Math.min(columns, n - j);
      const panel = block + 4 * j * depth;
      k.gemm(c + 4 * j, a, panel, bias && bias + 4 * j, room, m, width, depth, n, depth, 1, width, 1);
    }
  };
}
