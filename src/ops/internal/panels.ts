// A matrix that many products share, packed once for all of them.
import { scratch } from "../../memory.ts";
import { empty, type Tensor } from "../../tensor.ts";
import { ints, k } from "../../wasm.ts";
import { gemmScratch } from "./gemm.ts";

/**
 * B cut into matrices of a few columns each, so narrow that k.gemm reads them in place: of a product of 32 rows with
 * 64 x 256 packing took 6 %, of one with 4 rows a third.
 */
export class Panels {
  private readonly block: Tensor;
  private readonly n: number;
  private readonly depth: number;
  private readonly columns: number;

  /** Of B (depth x n), whose element (p, j) is at `b` + p * row + j * col, in floats; one of the strides is 1. */
  constructor(b: number, n: number, depth: number, row: number, col: number) {
    const columns = depth > 128 ? 16 : 64;
    const [full, rest] = [Math.floor(n / columns), n % columns];
    const done = full * columns;
    this.n = n;
    this.depth = depth;
    this.columns = columns;
    this.block = empty([n * depth]);
    const { ptr } = this.block;
    if (full > 0) {
      k.copyWords(ptr, b, ints([full, columns * depth, columns * col, depth, columns, row, columns, 1, col]), 3);
    }
    if (rest > 0) k.copyWords(ptr + 4 * done * depth, b + 4 * done * col, ints([depth, rest, row, rest, 1, col]), 2);
  }

  /** C (m x n) = A (m x depth) * B + bias (n), addresses; a bias of 0 is none. */
  multiply(c: number, a: number, bias: number, m: number): void {
    const { n, depth, columns } = this;
    const room = scratch(gemmScratch(m, columns, depth));
    for (let j = 0; j < n; j += columns) {
      const width = Math.min(columns, n - j);
      const panel = this.block.ptr + 4 * j * depth;
      k.gemm(c + 4 * j, a, panel, bias && bias + 4 * j, room, m, width, depth, n, depth, 1, width, 1);
    }
  }
}
