// The recipes that make something new: text, and images. Each learns within seconds what a broken gradient would not.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decode } from "fast-png";
import { describe, expect, it } from "vitest";
import { Gpt } from "../../examples/support/gpt.ts";
import { isSentence, story } from "../../examples/support/story.ts";
import { randint, seed } from "../../src/entry.ts";
import { PATIENCE, realData, runQuick } from "./run.ts";

/** A grid's picture: whether it has the size of so many images of 28 x 28, and shows anything. */
function expectGrid(path: string, columns: number, rows: number): void {
  const { width, height, data } = decode(readFileSync(path));
  const side = (images: number): number => 3 * (30 * images - 2);
  expect([width, height]).toEqual([side(columns), side(rows)]);
  expect(new Set(data).size).toBeGreaterThan(20);
}

describe("gpt", () => {
  it(
    "learns a grammar whose verbs and pronouns agree with a subject far back, and writes sentences of it",
    async () => {
      const { figures, printed } = await runQuick("gpt");
      // Of 26 characters, 3.3 nats for guessing; 2.9 by their frequencies.
      expect(figures.validationLoss).toBeLessThan(figures.entropy! + 0.2);
      expect(figures.validationLoss).toBeGreaterThan(figures.entropy!);
      expect(figures.rightSentences).toBeGreaterThan(0.3);
      expect(printed).toContain("characters/s");
    },
    PATIENCE,
  );

  it.skipIf(realData === undefined)(
    "learns Shakespeare's letters",
    async () => {
      const { figures } = await runQuick("gpt", { data: realData });
      expect(figures.validationLoss).toBeLessThan(2.6); // of 65 characters: 4.2 for guessing, 3.3 by frequencies
    },
    PATIENCE,
  );

  it("has nanoGPT's size, and starts from even odds", () => {
    seed(1);
    const model = new Gpt(65, { block: 64, width: 128, heads: 4, layers: 4 });
    expect(model.parameters().reduce((sum, p) => sum + p.size, 0)).toBe(804_096);
    const loss = model
      .call(randint(0, 65, [2, 64]))
      .flatten({ endAxis: 1 })
      .crossEntropy(randint(0, 65, [128]));
    expect(Math.abs(loss.item() - Math.log(65))).toBeLessThan(0.1);
  });

  it("sees no character before its time", () => {
    seed(2);
    const model = new Gpt(11, { block: 8, width: 16, heads: 2, layers: 2 });
    const text = randint(0, 11, [1, 8]);
    const changed = text.clone();
    changed.data[5] = (text.data[5]! + 1) % 11;
    const [before, after] = [text, changed].map((ids) => model.call(ids).toArray() as number[][][]);
    expect(after![0]!.slice(0, 5)).toEqual(before![0]!.slice(0, 5));
    expect(after![0]![5]).not.toEqual(before![0]![5]);
    expect(after![0]![7]).not.toEqual(before![0]![7]); // and looks back
  });

  it("tells sentences of the grammar from others, and knows the entropy of its text", () => {
    seed(1);
    const { text, entropy } = story(200);
    const lines = text.trimEnd().split("\n");
    expect(lines.length).toBe(200);
    expect(lines.filter((line) => !isSentence(line))).toEqual([]);
    expect(entropy).toBeGreaterThan(0.25);
    expect(entropy).toBeLessThan(0.35);
    for (const wrong of [
      "the cat see two dogs, and it sings.",
      "the cats see two dogs, and it sings.",
      "the cats see a dogs, and they sing.",
      "the cats see a dog, and they sing",
    ]) {
      expect(isSentence(wrong), wrong).toBe(false);
    }
  });
});

describe("vae", () => {
  it(
    "bounds the images' likelihood well above that of the mean image, by codes that say something",
    async () => {
      const { figures, out } = await runQuick("vae");
      const { bound, reconstruction, divergence, meanImage, grayness } = figures as Record<string, number>;
      expect(bound).toBeLessThan(meanImage! - 15);
      expect(bound).toBeGreaterThan(grayness!);
      expect(reconstruction! + divergence!).toBeCloseTo(bound!, 3);
      expect(divergence).toBeGreaterThan(4); // a collapsed posterior has none
      expectGrid(join(out, "samples.png"), 10, 10);
      expectGrid(join(out, "restored.png"), 12, 2);
      expectGrid(join(out, "between.png"), 12, 6);
    },
    PATIENCE,
  );

  it.skipIf(realData === undefined)(
    "learns clothes",
    async () => {
      const { figures } = await runQuick("vae", { data: realData });
      expect(figures.bound).toBeLessThan(275); // the mean image: above 380
      expect(figures.divergence).toBeGreaterThan(8);
    },
    PATIENCE,
  );
});

describe("gan", () => {
  it(
    "draws glyphs of many classes that a classifier knows, with neither network winning",
    async () => {
      const { figures, out } = await runQuick("gan");
      expect(figures.classifierAccuracy).toBeGreaterThan(0.8);
      expect(figures.entropyOfDrawn).toBeGreaterThan(1.4); // all of one class: 0; all alike: 2.3
      // Equal forces: 1.4 and 0.7. Where the generator does not learn, the discriminator's loss goes to 0.33.
      expect(figures.discriminatorLoss).toBeGreaterThan(0.8);
      expect(figures.generatorLoss).toBeLessThan(2.5);
      expectGrid(join(out, "drawn.png"), 10, 10);
    },
    PATIENCE,
  );
});
