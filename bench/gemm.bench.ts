// Matrix products through the public matmul and linear, and what a tiny one costs. `gemm MxNxK`; n and t say which of A and B
// are stored transposed: nn by matmul, nt by linear, tn and tt by the kernel call that gradients make.
import { randn } from "../src/ops/create-random.ts";
import { linear, matmul } from "../src/ops/gemm.ts";
import { product } from "../src/ops/internal/gemm.ts";
import { empty } from "../src/tensor.ts";
import type { Benchmark } from "./harness.ts";

type Size = readonly [m: number, n: number, k: number];

const SQUARE: Size[] = [64, 128, 256, 512, 1024].map((n) => [n, n, n]);
/** Layers: the MLP's first, a classifier's last, odd sizes. */
const LAYERS: Size[] = [
  [64, 128, 784],
  [32, 10, 784],
  [99, 101, 103],
  [50, 50, 50],
];
/** A row or a few (inference), a column or a few, of which memory may be the limit. */
const SKINNY: Size[] = [
  [1, 1024, 1024],
  [1, 256, 256],
  [2, 1024, 1024],
  [4, 256, 256],
  [8, 1024, 256],
  [8, 1024, 1024],
  [1024, 1, 1024],
  [1024, 2, 1024],
  [1024, 4, 1024],
  [1024, 8, 1024],
];
const SKINNY_LINEAR: Size[] = [
  [1, 1024, 1024],
  [1, 256, 256],
  [2, 1024, 1024],
  [4, 1024, 1024],
  [8, 1024, 1024],
];
const TRANSPOSED: Size[] = [...SQUARE, [64, 128, 784]];

const flopsOf = ([m, n, k]: Size): number => 2 * m * n * k;
const bytesOf = ([m, n, k]: Size): number => 4 * (m * k + k * n + m * n);
const nameOf = (size: Size): string => `gemm ${size.join("x")}`;

const plain = (size: Size): Benchmark => ({
  name: nameOf(size),
  flops: flopsOf(size),
  setup() {
    const [m, n, k] = size;
    const [a, b] = [randn([m, k]), randn([k, n])];
    return () => matmul(a, b).dispose();
  },
});

const byLinear = (size: Size): Benchmark => ({
  name: `${nameOf(size)} nt`,
  flops: flopsOf(size),
  setup() {
    const [m, n, k] = size;
    const [x, weight] = [randn([m, k]), randn([n, k])];
    return () => linear(x, weight).dispose();
  },
});

const byKernel = (size: Size, transB: boolean): Benchmark => ({
  name: `${nameOf(size)} ${transB ? "tt" : "tn"}`,
  flops: flopsOf(size),
  setup() {
    const [m, n, k] = size;
    const [a, b, c] = [randn([k, m]), randn([k, n]), empty([m, n])];
    return () => product(c.ptr, a.ptr, b.ptr, 0, { m, n, k, transA: true, transB });
  },
});

/** Nearly all of it is read, once. */
const memoryOf = (size: Size) => ({ bytes: bytesOf(size), stream: "read" }) as const;

/** What an eager call costs around next to no arithmetic, in microseconds. */
const TINY: Benchmark[] = [
  {
    name: "matmul 4x2 2x16 call",
    setup() {
      const [a, b] = [randn([4, 2]), randn([2, 16])];
      return () => matmul(a, b).dispose();
    },
  },
  {
    name: "linear 4x16 1x16 call",
    setup() {
      const [x, weight, bias] = [randn([4, 16]), randn([1, 16]), randn([1])];
      return () => linear(x, weight, bias).dispose();
    },
  },
  {
    name: "matmul 64 of 8x8 call",
    setup() {
      const [a, b] = [randn([64, 8, 8]), randn([64, 8, 8])];
      return () => matmul(a, b).dispose();
    },
  },
];

export default [
  ...SQUARE.map(plain),
  ...LAYERS.map(plain),
  ...SKINNY.map((size) => ({ ...plain(size), ...memoryOf(size) })),
  ...SKINNY_LINEAR.map((size) => ({ ...byLinear(size), ...memoryOf(size) })),
  ...TRANSPOSED.flatMap((size) => [byLinear(size), byKernel(size, false), byKernel(size, true)]),
  ...TINY,
] satisfies Benchmark[];
