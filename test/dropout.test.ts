// Dropout and its variants: the rate, its mask by the stream, and that its gradient draws the same mask again.
import { describe, expect, it } from "vitest";
import "../src/boot.ts";
import { backward } from "../src/backward.ts";
import { ones, tensor, zeros } from "../src/ops/create.ts";
import { randn } from "../src/ops/create-random.ts";
import { alphaDropout, dropout, dropout1d, dropout2d, dropout3d, featureAlphaDropout } from "../src/ops/random.ts";
import { sum } from "../src/ops/reduce.ts";
import { reserve, seed } from "../src/random.ts";
import type { Tensor } from "../src/tensor.ts";
import { nextWords, stat } from "./philox-reference.ts";

describe("dropout", () => {
  it("zeroes with probability p and scales the others", () => {
    seed(21);
    const n = 1 << 18;
    for (const p of [0.1, 0.5, 0.9]) {
      const { data } = dropout(ones([n]), { p });
      const kept = Math.fround(1 / (1 - p));
      expect(data.every((v) => v === 0 || v === kept)).toBe(true);
      const dropped = stat(data, (v) => (v === 0 ? 1 : 0));
      expect(Math.abs(dropped - p), `p = ${p}`).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / n));
    }
  });

  it("drops element i by the stream's word i alone, for every tail", () => {
    for (const n of [1, 3, 4, 5, 31, 33, 4101]) {
      seed(22);
      const want = nextWords(n).map((w) => (w >>> 8 >= 0.25 * 2 ** 24 ? Math.fround(1 / 0.75) : 0));
      expect(Array.from(dropout(ones([n]), { p: 0.25 }).data)).toEqual(want);
    }
  });

  it("draws another mask at every call, and the same after the same seed", () => {
    seed(23);
    const a = dropout(ones([64])).toArray();
    expect(dropout(ones([64])).toArray()).not.toEqual(a);
    seed(23);
    expect(dropout(ones([64])).toArray()).toEqual(a);
  });

  it("gives the gradient the mask of the forward pass, whatever was drawn in between", () => {
    const x = tensor(new Float32Array(1001).fill(3), { requiresGrad: true });
    const y = dropout(x, { p: 0.3 });
    dropout(ones([77]));
    backward(sum(y));
    expect(Array.from(x.grad!.data)).toEqual(Array.from(y.data, (v) => Math.fround(v / 3 > 0 ? 1 / 0.7 : 0)));
    expect(y.data.some((v) => v === 0) && y.data.some((v) => v > 0)).toBe(true);
  });

  it("hands x on when not training or with p = 0, and draws nothing", () => {
    seed(24);
    const before = reserve(0);
    const x = tensor([1, -2], { requiresGrad: true });
    for (const options of [{ training: false }, { p: 0 }, { p: 1, training: false }]) {
      const y = dropout(x, options);
      expect(y.toArray()).toEqual([1, -2]);
      expect(y).not.toBe(x);
      backward(sum(y));
      expect(x.grad?.toArray()).toEqual([1, 1]);
      x.grad = null;
    }
    expect(reserve(0)).toEqual(before);
  });

  it("gives zeros and zero gradients with p = 1", () => {
    const x = tensor([1, 2, 3], { requiresGrad: true });
    const y = dropout(x, { p: 1 });
    expect(y.toArray()).toEqual([0, 0, 0]);
    backward(sum(y));
    expect(x.grad?.toArray()).toEqual([0, 0, 0]);
  });

  it("hands a NaN and infinities on, dropped or not, as PyTorch does", () => {
    seed(25);
    const y = dropout(tensor(new Float32Array(64).fill(Number.NaN)));
    expect(y.data.every(Number.isNaN)).toBe(true);
    const z = dropout(tensor(new Float32Array(64).fill(Number.POSITIVE_INFINITY)));
    expect(z.data.some(Number.isNaN) && z.data.some((v) => v === Number.POSITIVE_INFINITY)).toBe(true);
  });

  it("takes empty tensors and scalars", () => {
    expect(dropout(zeros([0, 3])).shape).toEqual([0, 3]);
    expect(dropout(tensor(1)).shape).toEqual([]);
  });

  it("refuses probabilities outside of [0, 1] and other dtypes", () => {
    const x = ones([2]);
    expect(() => dropout(x, { p: 1.5 })).toThrow(new RangeError("dropout: expected p from 0 to 1, got 1.5"));
    expect(() => dropout(x, { p: -0.1 })).toThrow(new RangeError("dropout: expected p from 0 to 1, got -0.1"));
    expect(() => dropout(x, { p: Number.NaN })).toThrow(new TypeError("dropout: expected p to be a number, got NaN"));
    expect(() => dropout(ones([2], { dtype: "int32" }))).toThrow("dropout: expected x to be float32, got int32");
    expect(() => dropout(x, { rate: 0.5 } as never)).toThrow(
      'dropout: unknown option "rate"; expected one of p, training',
    );
  });
});

/** The values of each channel, as sets: one value each, if whole channels were dropped or kept. */
const perChannel = (x: Tensor, channels: number): number[][] => {
  const size = x.size / channels;
  return Array.from({ length: channels }, (_, c) => [...new Set(x.data.slice(c * size, (c + 1) * size))]);
};

describe("dropout of whole channels", () => {
  it.each([
    ["dropout1d", dropout1d, [40, 5, 7], 200],
    ["dropout1d of a sample alone", dropout1d, [200, 7], 200],
    ["dropout2d", dropout2d, [40, 5, 3, 3], 200],
    ["dropout2d of lines", dropout2d, [40, 5, 3], 200],
    ["dropout3d", dropout3d, [40, 5, 3, 2, 1], 200],
    ["dropout3d of a sample alone", dropout3d, [200, 3, 2, 1], 200],
  ] as const)("%s", (_name, op, shape, channels) => {
    seed(31);
    const x = ones([...shape]);
    x.requiresGrad = true;
    const y = op(x, { p: 0.25 });
    const values = perChannel(y, channels);
    expect(values.every((v) => v.length === 1)).toBe(true);
    const dropped = values.filter(([v]) => v === 0).length;
    expect(new Set(values.flat())).toEqual(new Set([0, Math.fround(4 / 3)]));
    expect(Math.abs(dropped / channels - 0.25)).toBeLessThan(0.13);
    backward(sum(y));
    expect(x.grad!.data).toEqual(y.data);
  });

  it("draws the same channels after the same seed", () => {
    const draw = () => {
      seed(32);
      return dropout2d(ones([8, 4, 2, 2])).toArray();
    };
    expect(draw()).toEqual(draw());
  });
});

describe("alphaDropout", () => {
  it("keeps mean 0 and variance 1", () => {
    seed(33);
    const y = alphaDropout(randn([1 << 16]), { p: 0.3 });
    const mean = stat(y.data, (v) => v);
    expect(mean).toBeCloseTo(0, 1);
    expect(stat(y.data, (v) => (v - mean) ** 2)).toBeCloseTo(1, 1);
  });

  it("has PyTorch's two affine maps", () => {
    seed(34);
    const p = 0.4;
    const limit = -1.7580993408473766;
    const a = 1 / Math.sqrt((1 - p) * (1 + p * limit * limit));
    const y = alphaDropout(ones([200]), { p });
    const want = [a * (limit - p * limit), a * (1 - p * limit)].map((v) => v.toFixed(5));
    expect(new Set(Array.from(y.data, (v) => v.toFixed(5)))).toEqual(new Set(want));
  });

  it("of features takes whole channels, and with p = 1 gives zeros", () => {
    const values = perChannel(featureAlphaDropout(ones([10, 10, 4])), 100);
    expect(values.every((v) => v.length === 1) && new Set(values.flat()).size === 2).toBe(true);
    expect(alphaDropout(ones([2]), { p: 1 }).toArray()).toEqual([0, 0]);
    expect(featureAlphaDropout(ones([2, 3]), { training: false }).toArray()).toEqual(ones([2, 3]).toArray());
  });
});
