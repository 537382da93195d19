// The straightforward product that the fast one is compared with, in float32 arithmetic and the documented order.
import { matmul } from "../src/ops/gemm.ts";
import { type Shape, sizeOf } from "../src/shape.ts";
import type { Tensor } from "../src/tensor.ts";

/** Length of the blocks of k: as few as 400 allows, of equal length rounded up to a multiple of 4. */
export function kBlock(k: number): number {
  const blocks = Math.ceil(k / 400);
  return Math.ceil(Math.ceil(k / blocks) / 4) * 4;
}

/** One element: a chain of float32 additions for each block of k, the blocks added up; exact to the last bit. */
export function element(k: number, a: (p: number) => number, b: (p: number) => number, bias = 0): number {
  const { fround } = Math;
  const step = kBlock(k);
  let total = bias;
  for (let start = 0; start < k; start += step) {
    let block = 0;
    for (let p = start; p < Math.min(k, start + step); p++) block = fround(block + fround(a(p) * b(p)));
    total = start === 0 ? fround(block + bias) : fround(total + block);
  }
  return total;
}

/** matmul of shapes `[..., m, k]` and `[..., k, n]`, broadcasting the leading axes, by loops over single elements. */
export function naiveMatmul(a: Tensor, b: Tensor, batch: Shape): number[] {
  const [x, y] = [a.data, b.data];
  const [m, k] = a.shape.slice(-2) as [number, number];
  const n = b.shape[b.rank - 1]!;
  const out: number[] = [];
  for (let at = 0; at < sizeOf(batch); at++) {
    const [i0, j0] = [matrixOf(a.shape, batch, at) * m * k, matrixOf(b.shape, batch, at) * k * n];
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++)
        out.push(
          element(
            k,
            (p) => x[i0 + i * k + p]!,
            (p) => y[j0 + p * n + j]!,
          ),
        );
    }
  }
  return out;
}

/** Which of an operand's matrices belongs to number `at` of the batch. */
function matrixOf(shape: Shape, batch: Shape, at: number): number {
  let [rest, stride, number] = [at, 1, 0];
  for (let axis = 1; axis <= batch.length; axis++) {
    const size = batch[batch.length - axis]!;
    const own = shape[shape.length - 2 - axis] ?? 1;
    if (own !== 1) number += (rest % size) * stride;
    stride *= own;
    rest = Math.floor(rest / size);
  }
  return number;
}

/** The bits of a tensor's floats. */
export const bits = (x: Tensor): Uint32Array => new Uint32Array((x.data as Float32Array).slice().buffer);

/** matmul's result as a plain array, its tensors released. */
export function valuesOf(a: Tensor, b: Tensor): number[] {
  const y = matmul(a, b);
  const list = Array.from(y.data);
  y.dispose();
  return list;
}
