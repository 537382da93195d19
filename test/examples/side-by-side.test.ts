// The recipes that compare: optimizers, and cures for overfitting. Each draws its curves.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { PATIENCE, runQuick } from "./run.ts";

it(
  "optimizers from one start all learn, momentum and Adam faster than plain steps",
  async () => {
    const { figures, out } = await runQuick("optimizers");
    expect(figures.distinctStarts).toBe(1);
    const ends = Object.entries(figures).filter(([name]) => /Loss$/.test(name) && name !== "startLoss");
    expect(ends).toHaveLength(13);
    for (const [name, loss] of ends) expect(loss, name).toBeLessThan(0.6 * figures.startLoss!);
    expect(figures.momentumLoss).toBeLessThan(0.6 * figures.sgdLoss!);
    expect(figures.adamLoss).toBeLessThan(0.5 * figures.gradientDescentLoss!);
    expect(figures.adamSteps).toBeLessThan(figures.gradientDescentSteps!);
    const svg = readFileSync(join(out, "optimizers.svg"), "utf8");
    for (const name of ["gradientDescent", "nesterov", "lion"]) expect(svg).toContain(`>${name}<`);
  },
  PATIENCE,
);

it(
  "dropout, L1, L2 and early stopping each lower the test loss of a network that overfits",
  async () => {
    const { figures, out } = await runQuick("regularisation");
    const { noneTestLoss } = figures as Record<string, number>;
    for (const cure of ["l1", "l2", "dropout", "earlyStopping"]) {
      expect(figures[`${cure}TestLoss`], cure).toBeLessThan(0.95 * noneTestLoss!);
      expect(figures[`${cure}TestAccuracy`], cure).toBeGreaterThan(0.3); // of ten classes
    }
    expect(readFileSync(join(out, "regularisation.svg"), "utf8")).toContain(">batchNorm<");
  },
  PATIENCE,
);
