// Random numbers and dropout.
import { rand, randint, randn, randperm } from "../src/ops/create-random.ts";
import { dropout } from "../src/ops/random.ts";
import type { Benchmark } from "./harness.ts";

const N = 65_536;

export default [
  { name: `rand ${N}`, values: N, setup: () => () => rand([N]).dispose() },
  { name: `randn ${N}`, values: N, setup: () => () => randn([N]).dispose() },
  { name: `randint ${N}`, values: N, setup: () => () => randint(0, 10, [N]).dispose() },
  { name: "randperm 10000", values: 10_000, setup: () => () => randperm(10_000).dispose() },
  {
    name: `dropout ${N}`,
    values: N,
    setup() {
      const x = randn([N]);
      return () => dropout(x).dispose();
    },
  },
] satisfies Benchmark[];
