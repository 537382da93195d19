// The recipes on images: each learns within seconds what a broken gradient would not, and its pictures decode.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { decode } from "fast-png";
import { describe, expect, it } from "vitest";
import { PATIENCE, realData, runQuick } from "./run.ts";

describe("the recipes on images", () => {
  it(
    "cnn tells the glyphs apart, within 100,000 parameters",
    async () => {
      const { figures, printed, out } = await runQuick("cnn");
      expect(figures.parameters).toBeLessThan(100_000);
      expect(figures.testAccuracy).toBeGreaterThan(0.93);
      expect(figures.worstRecall).toBeGreaterThan(0.7);
      expect(printed).toContain("precision %");
      expect(existsSync(join(out, "cnn.safetensors"))).toBe(true);
    },
    PATIENCE,
  );

  it.skipIf(realData === undefined)(
    "cnn learns clothes as well",
    async () => {
      const { figures, printed } = await runQuick("cnn", { data: realData });
      expect(figures.testAccuracy).toBeGreaterThan(0.7);
      expect(printed).toContain("ankle boot");
    },
    PATIENCE,
  );

  it(
    "fashion-mlp learns by plain gradient descent",
    async () => {
      const { figures } = await runQuick("fashion-mlp");
      expect(figures.testAccuracy).toBeGreaterThan(0.55);
      expect(figures.testLoss).toBeLessThan(1.4); // of guessing: 2.3
    },
    PATIENCE,
  );

  it(
    "transfer: convolutions that know other classes serve better than new ones",
    async () => {
      const { figures } = await runQuick("transfer");
      expect(figures.scratch).toBeGreaterThan(0.6);
      expect(figures.newHead).toBeGreaterThan(figures.scratch!);
      expect(figures.fineTuned).toBeGreaterThan(figures.scratch!);
    },
    PATIENCE,
  );

  it(
    "autoencoder takes out more noise than a blur does",
    async () => {
      const { figures, out } = await runQuick("autoencoder");
      expect(figures.testLoss).toBeLessThan(figures.noisyLoss! / 5);
      expect(figures.testLoss).toBeLessThan(figures.blurredLoss! / 2);
      const { width, height, data } = decode(readFileSync(join(out, "denoised.png")), { checkCrc: true });
      expect([width, height]).toEqual([12 * 30 * 3 - 6, 3 * 30 * 3 - 6]);
      expect(new Set(data).size).toBeGreaterThan(100);
    },
    PATIENCE,
  );
});
