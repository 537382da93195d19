// Sorting short, middling and long lines, and the best few of a line.
import { randn } from "../src/ops/create-random.ts";
import { argsort, topk } from "../src/ops/sort.ts";
import { tidy } from "../src/scope.ts";
import type { Shape } from "../src/shape.ts";
import type { Benchmark } from "./harness.ts";

const order = (shape: Shape): Benchmark => ({
  name: `argsort ${shape.join("x")}`,
  values: shape.reduce((n, d) => n * d, 1),
  setup() {
    const x = randn(shape);
    return () => argsort(x).dispose();
  },
});

export default [
  order([4096, 10]),
  order([512, 512]),
  order([1_000_000]),
  {
    name: "topk 5 of 512x512",
    values: 512 * 512,
    setup() {
      const x = randn([512, 512]);
      return () => tidy(() => void topk(x, 5));
    },
  },
] satisfies Benchmark[];
