// The drawings that the default model learns: their shape, their variety, and that a seed fixes every pixel.
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { GLYPHS, glyphs, SIDE } from "../examples/support/glyphs.ts";
import { memory, seed } from "../src/entry.ts";

const draw = (n: number, from = 1) => {
  seed(from);
  return glyphs(n);
};

describe("glyphs", () => {
  it("are images of 28 x 28 in steps of 1/255, each class as often as any other", () => {
    const { x, y } = draw(200);
    expect([x.shape, x.dtype]).toEqual([[200, 1, SIDE, SIDE], "float32"]);
    expect([...x.data].every((v) => v >= 0 && v <= 1 && v === Math.fround(Math.round(v * 255) / 255))).toBe(true);
    const counts = new Array<number>(GLYPHS.length).fill(0);
    for (const label of y.data) counts[label]!++;
    expect(counts).toEqual(GLYPHS.map(() => 20));
  });

  it("show ink on a darker ground, no two alike", () => {
    const { x } = draw(100);
    const images = Array.from({ length: 100 }, (_, i) => [...x.data.subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE)]);
    for (const image of images) {
      expect(Math.max(...image)).toBeGreaterThan(0.5);
      expect(image.reduce((a, b) => a + b) / image.length).toBeLessThan(0.5);
    }
    expect(new Set(images.map((image) => image.join())).size).toBe(100);
  });

  it("follow from the seed alone, to the bit, in every runtime", () => {
    const hash = (from: number) =>
      createHash("sha256")
        .update(Uint8Array.from(draw(50, from).x.data, (v) => v * 255 + 0.5))
        .digest("hex");
    expect(hash(2)).not.toBe(hash(1));
    expect(hash(1)).toBe("56f6427019e2e29250ceb86495109ce0794c5d53f3b335c79a083364f496a26d");
  });

  it("leave nothing behind but the dataset", () => {
    const before = memory().tensors;
    const data = draw(10);
    expect(memory().tensors).toBe(before + 2);
    data.dispose();
    expect(memory().tensors).toBe(before);
  });
});
