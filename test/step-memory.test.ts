// What the training steps of the benchmarks hold at most, beside the parameters, gradients, optimizer state, batch and
// activations that they cannot do without. The table in docs/performance.md is `npm run bench -- --memory`.
import { expect, it } from "vitest";
import { stepMemory } from "../bench/memory.ts";
import { workloads } from "../bench/workloads.ts";

it.each(workloads.map(({ name }) => [name]))("%s: at most 1.15 of the ideal", (name) => {
  const { ratioWithGradients, saved, gradients, parameters, optimizer } = stepMemory(name);
  expect(ratioWithGradients).toBeLessThan(1.15);
  // that the ideal is what it says: nothing counted twice
  expect([gradients, optimizer]).toEqual([parameters, 2 * parameters]);
  expect(saved).toBeGreaterThan(0);
});
