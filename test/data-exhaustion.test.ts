// Running out of memory in the middle of any call of sedge/data: an error, and nothing left behind.
import { describe, expect, it } from "vitest";
import * as data from "../src/data.ts";
import { arange, Dataset, init, memory, rand, tensor, zeros } from "../src/entry.ts";

/** Bytes that tensors may hold here. */
const LIMIT = 2 ** 18;
init({ maxMemory: LIMIT });

const table = new data.Table({ n: [1, 2, 3, 4, 5, 6, 7, 8], kind: ["a", "b", "a", "b", "a", "b", "a", "b"] });
const features = { n: data.standardize(), kind: data.oneHot() };
const encoder = new data.TableEncoder({ features, target: { kind: data.label() } }).fit(table);
const prices = new data.TableEncoder({ features, target: { n: data.minMax() } }).fit(table);
const rows = new Dataset(arange(8, { dtype: "float32" }), Int32Array.of(0, 1, 0, 1, 0, 1, 0, 1));
const images = rand([2, 2, 6, 6]);
const ids = Int32Array.from({ length: 40 }, (_, i) => i);
const bytes = new Uint8Array(32);
const y = tensor([[0.5], [1]]);
const { compose, randomAffine, randomCrop, randomHorizontalFlip } = data;
const augment = compose(randomCrop({ size: 6, padding: 1 }), randomHorizontalFlip(), data.cutout({ size: 2 }));

/** What a call gave: tensors, datasets, or an object of them. */
type Given = { dispose(): void } | { dispose(): void }[];

describe("out of memory", () => {
  it.each<[string, () => Given]>([
    ["transform", () => encoder.transform(table)],
    ["features", () => encoder.features(table)],
    ["inverse", () => prices.inverse(y)],
    [
      "trainTestSplit",
      () => Object.values(data.trainTestSplit(rows, { test: 2, validation: 2, stratify: true })) as Dataset[],
    ],
    [
      "idxDataset",
      () => data.idxDataset({ shape: [8, 2, 2], data: bytes }, { shape: [8], data: bytes.subarray(0, 8) }),
    ],
    ["textWindows", () => data.textWindows(ids, 6)],
    ["textWindows that overlap", () => data.textWindows(ids, 6, { stride: 2 })],
    ["randomWindows", () => data.randomWindows(ids, { length: 6, batchSize: 5 })],
    ["normalize", () => data.normalize({ mean: [0, 1], std: 1 })(images)],
    ["centerCrop", () => data.centerCrop({ size: 3 })(images)],
    ["augmentation", () => augment(images)],
    ["randomAffine", () => randomAffine({ degrees: 20, shear: 5 })(images)],
  ])("in %s", (_, call) => {
    const before = memory().tensors;
    for (let left = 0, done = false; !done; left += 128) {
      const filler = zeros([LIMIT - memory().bytes - left], { dtype: "bool" });
      try {
        for (const one of [call()].flat()) one.dispose();
        done = true;
        expect(left).toBeGreaterThan(0);
      } catch (error) {
        expect(String(error)).toContain("out of memory");
      } finally {
        filler.dispose();
      }
      expect(memory().tensors, `with ${left} bytes left`).toBe(before);
    }
  });
});
