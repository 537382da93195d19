// The recipes that learn from tables: what they make themselves, and the shared real tables where they are.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PATIENCE, realData, runQuick } from "./run.ts";

const onRealData = { data: realData! };

describe("linear regression", () => {
  it(
    "finds a made plane by gradient descent, and by L-BFGS to four digits of the closed form",
    async () => {
      const { figures } = await runQuick("linear-regression");
      expect(figures.r2).toBeGreaterThan(0.88); // 1 - 1 / 14.25 is what the noise leaves
      expect(Math.abs(figures.rmse! - figures.closedRmse!)).toBeLessThan(0.05 * figures.closedRmse!);
      expect(figures.weightGap).toBeLessThan(0.05);
      expect(figures.lbfgsWeightGap).toBeLessThan(1e-3);
    },
    PATIENCE,
  );

  it.skipIf(!realData)(
    "predicts house prices about as well as the closed form does",
    async () => {
      const { figures, printed } = await runQuick("linear-regression", onRealData);
      expect(figures.r2).toBeGreaterThan(0.55);
      expect(Math.abs(figures.rmse! - figures.closedRmse!)).toBeLessThan(0.03 * figures.closedRmse!);
      expect(figures.lbfgsWeightGap).toBeLessThan(0.01);
      expect(printed).toContain("median_income");
    },
    PATIENCE,
  );
});

describe("logistic regression", () => {
  it(
    "tells two made clouds apart about as well as can be",
    async () => {
      const { figures } = await runQuick("logistic-regression");
      expect(figures.accuracy).toBeGreaterThan(0.88); // the best there is: 0.921
      expect(figures.rocAuc).toBeGreaterThan(0.95);
      const { precision, recall, f1 } = figures as Record<string, number>;
      expect(f1).toBeCloseTo((2 * precision! * recall!) / (precision! + recall!), 6);
    },
    PATIENCE,
  );

  it.skipIf(!realData)(
    "tells malignant cells from benign ones",
    async () => {
      const { figures } = await runQuick("logistic-regression", onRealData);
      expect(figures.accuracy).toBeGreaterThan(0.94);
      expect(figures.recall).toBeGreaterThan(0.9);
      expect(figures.rocAuc).toBeGreaterThan(0.98);
    },
    PATIENCE,
  );
});

describe("the network for tables", () => {
  it(
    "learns a made spiral with gaps, and is the same when it is loaded again",
    async () => {
      const { figures, out } = await runQuick("mlp");
      expect(figures.spiralAccuracy).toBeGreaterThan(0.9); // a linear model stays near 0.6
      expect(figures.spiralReloaded).toBe(1);
      expect(existsSync(join(out, "spiral.safetensors"))).toBe(true);
    },
    PATIENCE,
  );

  it.skipIf(!realData)(
    "learns irises, and the Titanic's passengers with their gaps",
    async () => {
      const { figures } = await runQuick("mlp", onRealData);
      expect(figures.irisAccuracy).toBeGreaterThan(0.9);
      expect(figures.titanicAccuracy).toBeGreaterThan(0.74);
      expect([figures.irisReloaded, figures.titanicReloaded]).toEqual([1, 1]);
    },
    PATIENCE,
  );
});
