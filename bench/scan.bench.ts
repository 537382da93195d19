// Running sums and products along rows and along columns.
import { randn } from "../src/ops/create-random.ts";
import { cumprod, cumsum } from "../src/ops/scan.ts";
import type { Benchmark } from "./harness.ts";

const along = (name: string, fn: typeof cumsum, axis: number): Benchmark => ({
  name: `${name} 512x512 axis ${axis}`,
  values: 512 * 512,
  setup() {
    const x = randn([512, 512]);
    return () => fn(x, { axis }).dispose();
  },
});

export default [
  along("cumsum", cumsum, 0),
  along("cumsum", cumsum, 1),
  along("cumprod", cumprod, 1),
] satisfies Benchmark[];
