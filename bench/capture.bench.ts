// Captured training steps beside the eager ones of train.bench.ts: the same work, by sedge/capture. What is gained is what
// the facade costs, so it is much of a small model's step and little of a large one's.
import { capture } from "../src/capture.ts";
import type { Benchmark } from "./harness.ts";
import { workloads } from "./workloads.ts";

export default workloads.map(
  ({ name, flops, setup }): Benchmark => ({
    name: `train ${name} captured`,
    unit: "ms",
    flops,
    setup: () => capture(setup().step),
  }),
);
