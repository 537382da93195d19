// Reductions along rows, along columns and over all, and the way back.
import { zeroGrad } from "../src/autograd.ts";
import { backward } from "../src/backward.ts";
import { randn } from "../src/ops/create-random.ts";
import { amax, argmax } from "../src/ops/extrema.ts";
import { mean, sum } from "../src/ops/reduce.ts";
import { tidy } from "../src/scope.ts";
import { type Shape, sizeOf } from "../src/shape.ts";
import type { Tensor } from "../src/tensor.ts";
import type { Benchmark } from "./harness.ts";

function reduction(name: string, fn: (x: Tensor) => Tensor, shape: Shape): Benchmark {
  return {
    name,
    values: sizeOf(shape),
    bytes: 4 * sizeOf(shape),
    stream: "read",
    setup() {
      const x = randn(shape);
      return () => fn(x).dispose();
    },
  };
}

export default [
  reduction("sum 4096", (x) => sum(x), [4096]),
  reduction("sum 1048576", (x) => sum(x), [1024, 1024]),
  reduction("sum 16777216", (x) => sum(x), [4096, 4096]),
  reduction("sum 4096x4096 axis 0", (x) => sum(x, { axis: 0 }), [4096, 4096]),
  reduction("sum 1024x1024 axis 0", (x) => sum(x, { axis: 0 }), [1024, 1024]),
  reduction("amax 1024x1024 axis 0", (x) => amax(x, { axis: 0 }), [1024, 1024]),
  reduction("argmax 1024x1024 axis 0", (x) => argmax(x, { axis: 0 }), [1024, 1024]),
  reduction("sum 64x128 axis 0", (x) => sum(x, { axis: 0 }), [64, 128]),
  reduction("sum 512x512 axis 0", (x) => sum(x, { axis: 0 }), [512, 512]),
  reduction("sum 512x512 axis 1", (x) => sum(x, { axis: 1 }), [512, 512]),
  reduction("sum 32x16x14x14 axes 0,2,3", (x) => sum(x, { axis: [0, 2, 3] }), [32, 16, 14, 14]),
  reduction("mean 64x10", (x) => mean(x), [64, 10]),
  reduction("amax 512x512 axis 1", (x) => amax(x, { axis: 1 }), [512, 512]),
  reduction("argmax 512x512 axis 0", (x) => argmax(x, { axis: 0 }), [512, 512]),
  reduction("argmax 64x10 axis 1", (x) => argmax(x, { axis: 1 }), [64, 10]),
  {
    name: "sum 64x128 forward and backward",
    unit: "us",
    setup() {
      const x = randn([64, 128], { requiresGrad: true });
      return () => {
        tidy(() => backward(sum(x)));
        zeroGrad(x);
      };
    },
  },
] satisfies Benchmark[];
