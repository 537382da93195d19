// The example of plain gradient descent finds its line.
import { expect, it } from "vitest";
import { gradientDescent } from "../examples/gradient-descent.ts";

it.each([
  ["sgd", 100],
  ["lbfgs", 3],
] as const)("%s finds the line y = 2 x - 1 in %d steps", (method, steps) => {
  const { slope, offset, first, last } = gradientDescent(method, steps);
  expect(slope).toBeCloseTo(2, 1);
  expect(offset).toBeCloseTo(-1, 1);
  expect(first).toBeGreaterThan(4);
  expect(last).toBeLessThan(0.012);
});
