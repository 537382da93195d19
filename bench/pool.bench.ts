// Pooling through the public ops, in nanoseconds an output value: `pool max|avg KxK sS HxW`, ` dx` for the backward alone;
// `pool adaptive` for 7x7 means of other sizes, and `pool global` for one.
import { backward } from "../src/backward.ts";
import { adaptiveAvgPool2d } from "../src/ops/adaptive-pool.ts";
import { avgPool2d } from "../src/ops/avg-pool.ts";
import { randn } from "../src/ops/create-random.ts";
import { maxPool2d } from "../src/ops/max-pool.ts";
import { sizeOf } from "../src/shape.ts";
import type { Benchmark } from "./harness.ts";

interface Window {
  kernel: number;
  stride: number;
  padding: number;
  shape: readonly [number, number, number, number];
}

/** Those of the CNN that `npm start` trains, then an overlapping one. */
const WINDOWS: Window[] = [
  { kernel: 2, stride: 2, padding: 0, shape: [32, 8, 28, 28] },
  { kernel: 2, stride: 2, padding: 0, shape: [32, 16, 14, 14] },
  { kernel: 3, stride: 2, padding: 1, shape: [4, 64, 32, 32] },
];

const POOLS = { max: maxPool2d, avg: avgPool2d } as const;

function benchmarks(kind: "max" | "avg", { kernel, stride, padding, shape }: Window): Benchmark[] {
  const pool = POOLS[kind];
  const name = `pool ${kind} ${kernel}x${kernel} s${stride} ${shape[2]}x${shape[3]}`;
  const out = Math.floor((shape[2] + 2 * padding - kernel) / stride) + 1;
  const values = sizeOf([shape[0], shape[1], out, out]);
  return [
    {
      name,
      values,
      setup() {
        const x = randn(shape);
        return () => pool(x, kernel, { stride, padding }).dispose();
      },
    },
    {
      name: `${name} dx`,
      values,
      setup() {
        const x = randn(shape, { requiresGrad: true });
        const y = pool(x, kernel, { stride, padding });
        const dy = randn(y.shape);
        return () => {
          backward(y, { gradient: dy, retainGraph: true });
          x.grad?.dispose();
        };
      },
    },
  ];
}

const adaptive = (name: string, out: number): Benchmark => ({
  name,
  values: 4 * 64 * out * out,
  setup() {
    const x = randn([4, 64, 32, 32]);
    return () => adaptiveAvgPool2d(x, out).dispose();
  },
});

export default [
  ...WINDOWS.flatMap((w) => [...benchmarks("max", w), ...benchmarks("avg", w)]),
  adaptive("pool adaptive 7x7 32x32", 7),
  adaptive("pool global 32x32", 1),
] satisfies Benchmark[];
