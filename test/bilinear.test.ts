// Layers of two inputs against the ops behind them.
import { describe, expect, it } from "vitest";
import "../src/boot.ts";
import { Bilinear, CosineSimilarity, PairwiseDistance } from "../src/nn/bilinear.ts";
import { cosineSimilarity, pairwiseDistance } from "../src/ops/distance.ts";
import { bilinear } from "../src/ops/products.ts";
import { random } from "./check-op.ts";

describe("Bilinear", () => {
  it("computes its op, with and without bias, from PyTorch's parameters", () => {
    const [a, b] = [random([2, 3]), random([2, 4], 2)];
    const layer = new Bilinear(3, 4, 5);
    expect(layer.call(a, b).toArray()).toEqual(bilinear(a, b, layer.weight, layer.bias).toArray());
    expect(layer.namedParameters().map(([name, t]) => [name, t.shape])).toEqual([
      ["weight", [5, 3, 4]],
      ["bias", [5]],
    ]);
    const bound = 1 / Math.sqrt(3);
    expect(layer.weight.data.every((v) => Math.abs(v) <= bound)).toBe(true);
    const plain = new Bilinear(3, 4, 5, { bias: false });
    expect(plain.call(a, b).toArray()).toEqual(bilinear(a, b, plain.weight).toArray());
    expect(String(plain)).toBe("Bilinear(in1Features=3, in2Features=4, outFeatures=5, bias=false)");
  });
});

describe("CosineSimilarity and PairwiseDistance", () => {
  it("compute their ops with their options", () => {
    const [a, b] = [random([2, 3, 4]), random([2, 3, 4], 2)];
    const cosine = { axis: 2, eps: 0.1 };
    expect(new CosineSimilarity(cosine).call(a, b).toArray()).toEqual(cosineSimilarity(a, b, cosine).toArray());
    expect(new CosineSimilarity().call(a, b).shape).toEqual([2, 4]);
    const distance = { p: 3, eps: 0.1, keepDims: true };
    expect(new PairwiseDistance(distance).call(a, b).toArray()).toEqual(pairwiseDistance(a, b, distance).toArray());
    expect(String(new PairwiseDistance())).toBe("PairwiseDistance(p=2, eps=0.000001, keepDims=false)");
  });
});
