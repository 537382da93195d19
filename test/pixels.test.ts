// Pixels and channels rearranged: by definition, and back.
import "../src/boot.ts";
import { describe, expect, it } from "vitest";
import { arange, zeros } from "../src/ops/create.ts";
import { channelShuffle, pixelShuffle, pixelUnshuffle } from "../src/ops/pixels.ts";
import { reshape } from "../src/ops/shape.ts";
import { checkOp, random } from "./check-op.ts";

describe("pixelShuffle", () => {
  it("puts channel c r² + i r + j at row i and column j of each block", () => {
    const [r, c, h, w] = [3, 2, 2, 4];
    const x = random([2, c * r * r, h, w]);
    const y = pixelShuffle(x, r);
    expect(y.shape).toEqual([2, c, h * r, w * r]);
    const at = (n: number, k: number, i: number, j: number): number => x.data[((n * c * r * r + k) * h + i) * w + j]!;
    for (let i = 0; i < h * r; i++) {
      for (let j = 0; j < w * r; j++) {
        const channel = 1 * r * r + (i % r) * r + (j % r);
        expect(y.data[((1 * c + 1) * h * r + i) * w * r + j]).toBe(
          at(1, channel, Math.floor(i / r), Math.floor(j / r)),
        );
      }
    }
  });

  it("is undone by pixelUnshuffle, for any leading axes and dtypes", () => {
    for (const lead of [[], [2], [2, 1, 2]]) {
      const x = reshape(arange(8 * 6 * lead.reduce((a, b) => a * b, 1)), [...lead, 8, 2, 3]);
      expect(pixelUnshuffle(pixelShuffle(x, 2), 2).toArray()).toEqual(x.toArray());
    }
    expect(pixelShuffle(zeros([0, 4, 2, 2]), 2).shape).toEqual([0, 1, 4, 4]);
  });

  it("has gradients, as its inverse", () => {
    checkOp("pixelShuffle", (x) => pixelShuffle(x!, 2), [random([1, 4, 2, 3])]);
    checkOp("pixelUnshuffle", (x) => pixelUnshuffle(x!, 2), [random([1, 1, 4, 2])]);
  });
});

describe("channelShuffle", () => {
  it("transposes groups and their channels", () => {
    const x = reshape(arange(12), [1, 6, 2]);
    expect(channelShuffle(x, 3).toArray()).toEqual([[0, 2, 4, 1, 3, 5].map((c) => [2 * c, 2 * c + 1])]);
    checkOp("channelShuffle", (x) => channelShuffle(x!, 2), [random([1, 4, 2])]);
  });
});
