// Variance along rows, along columns and over all; the Euclidean norm.
import { randn } from "../src/ops/create-random.ts";
import { variance } from "../src/ops/moments.ts";
import { vectorNorm } from "../src/ops/vector-norm.ts";
import type { Benchmark } from "./harness.ts";

const along = (name: string, fn: typeof variance, axis?: number): Benchmark => ({
  name,
  values: 512 * 512,
  setup() {
    const x = randn([512, 512]);
    return () => fn(x, { axis }).dispose();
  },
});

export default [
  along("variance 512x512", variance),
  along("variance 512x512 axis 0", variance, 0),
  along("variance 512x512 axis 1", variance, 1),
  along("norm 512x512 axis 1", vectorNorm, 1),
] satisfies Benchmark[];
