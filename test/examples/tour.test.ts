// The tour: its gradients are right, to the second order, and it leaves no tensor behind.
import { expect, it } from "vitest";
import { PATIENCE, runQuick } from "./run.ts";

it(
  "the tour's gradients agree with differences, Newton's method converges, and tidy leaves nothing",
  async () => {
    const { figures, printed } = await runQuick("tour");
    expect(figures.gradientGap).toBeLessThan(1e-3);
    // A wrong second derivative takes the quadratic convergence away.
    expect(figures.newtonSteps).toBeLessThanOrEqual(6);
    expect(figures.tensorsLeft).toBe(0);
    expect(printed).toContain("[2,4,6]");
  },
  PATIENCE,
);
