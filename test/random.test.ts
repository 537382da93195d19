// The generator against its published answers and a plain reference, the distributions against theory (fixed seeds,
// so that a bound of about four standard errors either holds for good or not at all). Dropout is dropout.test.ts.
import { describe, expect, it } from "vitest";
import "../src/boot.ts";
import { ones } from "../src/ops/create.ts";
import { rand, randint, randn, randperm } from "../src/ops/create-random.ts";
import { fillNormal, fillPermutation, fillRandint, fillUniform, words } from "../src/ops/internal/random.ts";
import { reserve, seed } from "../src/random.ts";
import { empty } from "../src/tensor.ts";
import { k } from "../src/wasm.ts";
import { nextWords, philoxBlock, stat } from "./philox-reference.ts";

type Quad = [number, number, number, number];
type Pair = [number, number];

/** The kernel's words. */
function philox(n: number, key: Pair, counter: Quad): number[] {
  const to = words();
  k.philox(to, n, ...key, ...counter);
  return Array.from(new Uint32Array(k.memory.buffer, to, n));
}

const hex = (list: readonly number[]): string => list.map((v) => v.toString(16).padStart(8, "0")).join(" ");

describe("Philox4x32-10", () => {
  it("gives the published known answers", () => {
    expect(hex(philox(4, [0, 0], [0, 0, 0, 0]))).toBe("6627e8d5 e169c58d bc57ac4c 9b00dbd8");
    const all = 0xffffffff;
    expect(hex(philox(4, [all, all], [all, all, all, all]))).toBe("408f276d 41c83b0e a20bc7c6 6d5451fd");
    expect(hex(philox(4, [0xa4093822, 0x299f31d0], [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344]))).toBe(
      "d16cfe09 94fdcceb 5001e420 24126ea1",
    );
  });

  it("counts blocks in 64 bits, with the carry in any lane", () => {
    for (let back = 0; back <= 9; back++) {
      const low = (2 ** 32 - back) % 2 ** 32;
      const got = philox(64, [1, 2], [low, back === 0 ? 8 : 7, 5, 6]);
      const want = Array.from({ length: 16 }, (_, b) =>
        philoxBlock(back > 0 && b >= back ? [b - back, 8, 5, 6] : [low + b, back === 0 ? 8 : 7, 5, 6], [1, 2]),
      );
      expect(got).toEqual(want.flat());
    }
    expect(philox(8, [1, 2], [0xffffffff, 0xffffffff, 5, 6]).slice(4)).toEqual(philoxBlock([0, 0, 5, 6], [1, 2]));
  });
});

describe("uniform numbers", () => {
  it("are the upper 24 bits of the stream's words, for every tail", () => {
    seed(5);
    for (const n of [0, 1, 2, 3, 4, 5, 31, 32, 33, 4095, 4096, 4099]) {
      const want = nextWords(n).map((w) => (w >>> 8) / 2 ** 24);
      expect(Array.from(rand([n]).data), `n = ${n}`).toEqual(want);
    }
  });

  it("continue the stream from call to call, and begin anew with the seed", () => {
    seed(9);
    const a = Array.from(rand([4]).data);
    const b = Array.from(rand([4]).data);
    seed(9);
    expect(Array.from(rand([8]).data)).toEqual([...a, ...b]);
    seed(10);
    expect(Array.from(rand([4]).data)).not.toEqual(a);
    seed(9 + 2 ** 32);
    expect(Array.from(rand([4]).data)).not.toEqual(a);
  });

  it("do not depend on how the work is split", () => {
    seed(3);
    const [key0, key1] = reserve(0);
    const whole = empty([10_000]);
    k.uniform(whole.ptr, words(), 10_000, -1, 2, key0, key1, 100, 0);
    const parts = empty([10_000]);
    for (const [from, to] of [
      [0, 16],
      [16, 4112],
      [4112, 4128],
      [4128, 10_000],
    ] as const) {
      k.uniform(parts.ptr + 4 * from, words(), to - from, -1, 2, key0, key1, 100 + from / 4, 0);
    }
    expect(Array.from(parts.data)).toEqual(Array.from(whole.data));
  });

  it("stay below the end even where rounding would reach it, and may be constant", () => {
    seed(1);
    const t = empty([100_000]);
    for (const [low, high] of [
      [1, 2],
      [-2, -1],
      [1e6, 1e6 + 1],
      [-1, 0],
    ] as const) {
      fillUniform(t, low, high);
      expect(
        t.data.every((v) => v >= low && v < high),
        `${low} to ${high}`,
      ).toBe(true);
    }
    fillUniform(t, 3, 3);
    expect(t.data.every((v) => v === 3)).toBe(true);
  });

  it("have the moments and the flat histogram of the distribution", () => {
    seed(42);
    const n = 1 << 20;
    const { data } = rand([n]);
    expect(Math.abs(stat(data, (v) => v) - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / n));
    expect(Math.abs(stat(data, (v) => (v - 0.5) ** 2) - 1 / 12)).toBeLessThan(4 * Math.sqrt(1 / 180 / n));
    const counts = new Array<number>(256).fill(0);
    for (const v of data) counts[Math.floor(v * 256)]!++;
    expect(chiSquare(counts, () => n / 256)).toBeLessThan(255 + 4 * Math.sqrt(2 * 255));
    for (const lag of [1, 2, 3, 4, 16, 32]) {
      const r = 12 * stat(data.subarray(lag), (v, i) => (v - 0.5) * (data[i]! - 0.5));
      expect(Math.abs(r), `correlation at lag ${lag}`).toBeLessThan(4 / Math.sqrt(n));
    }
  });
});

const chiSquare = (counts: readonly number[], expected: (i: number) => number): number =>
  counts.reduce((total, c, i) => total + (c - expected(i)) ** 2 / expected(i), 0);

describe("normal numbers", () => {
  it("are Box and Muller's of pairs of words, for every tail", () => {
    seed(6);
    for (const n of [0, 1, 2, 3, 5, 7, 8, 9, 31, 33, 4097, 4103]) {
      const w = nextWords(n + 1);
      const got = randn([n]).data;
      for (let i = 0; i < n; i++) {
        const even = i & ~1;
        const radius = Math.sqrt(-2 * Math.log((w[even]! + 0.5) / 2 ** 32));
        const angle = (2 * Math.PI * w[even + 1]!) / 2 ** 32;
        const want = radius * (i === even ? Math.cos(angle) : Math.sin(angle));
        expect(Math.abs(got[i]! - want), `element ${i} of ${n}`).toBeLessThan(2e-6);
      }
    }
  });

  it("are finite for the extreme words, and shifted and scaled", () => {
    seed(8);
    const t = empty([5]);
    fillNormal(t, 7, 0);
    expect(t.toArray()).toEqual([7, 7, 7, 7, 7]);
    const plain = empty([6]);
    const scaled = empty([6]);
    seed(8);
    fillNormal(plain, 0, 1);
    seed(8);
    fillNormal(scaled, -1, 2);
    plain.data.forEach((z, i) => {
      expect(scaled.data[i]).toBeCloseTo(2 * z - 1, 5);
    });
  });

  it("have the moments, the tails and the independence of the distribution", () => {
    seed(43);
    const n = 1 << 20;
    const { data } = randn([n]);
    const error = (variance: number): number => 4 * Math.sqrt(variance / n);
    expect(data.every(Number.isFinite)).toBe(true);
    expect(Math.abs(stat(data, (v) => v))).toBeLessThan(error(1));
    expect(Math.abs(stat(data, (v) => v * v) - 1)).toBeLessThan(error(2));
    expect(Math.abs(stat(data, (v) => v ** 3))).toBeLessThan(error(15));
    expect(Math.abs(stat(data, (v) => v ** 4) - 3)).toBeLessThan(error(96));
    expect(Math.abs(stat(data, (v) => (Math.abs(v) > 3 ? 1 : 0)) - 0.0026998)).toBeLessThan(error(0.0027));
    for (const lag of [1, 2, 3, 4, 8]) {
      const r = stat(data.subarray(lag), (v, i) => v * data[i]!);
      expect(Math.abs(r), `correlation at lag ${lag}`).toBeLessThan(error(1));
    }
    // The two of a pair share their radius: squares must be uncorrelated too.
    const r = stat(data, (v, i) => (i & 1 ? (v * v - 1) * (data[i - 1]! ** 2 - 1) : 0));
    expect(Math.abs(r)).toBeLessThan(error(2));
  });
});

/** What Lemire's method makes of a word, with redraws from the counters that nothing else uses. */
function bounded(word: number, i: number, range: number, draw: readonly number[]): { value: number; redraws: number } {
  const [key0, key1, block0, block1] = draw as [number, number, number, number];
  const excess = 2 ** 32 % range;
  let product = BigInt(word) * BigInt(range);
  let redraws = 0;
  while (Number(product & 0xffffffffn) < excess) {
    const next = philoxBlock([block0 + (i >> 2), block1, ++redraws, i & 3], [key0, key1])[0]!;
    product = BigInt(next) * BigInt(range);
  }
  return { value: Number(product >> 32n), redraws };
}

describe("random integers", () => {
  it("are Lemire's of the stream's words, redrawn where that would favour some", () => {
    for (const [low, high] of [
      [0, 10],
      [-5, 6],
      [-(2 ** 31), 2 ** 30],
      [7, 8],
      [-(2 ** 31), 2 ** 31],
    ] as const) {
      seed(11);
      const n = 4099;
      const w = nextWords(n);
      const draw = reserve(0);
      const t = empty([n], "int32");
      fillRandint(t, low, high);
      const want = w.map((word, i) => bounded(word, i, high - low, draw));
      expect(Array.from(t.data), `${low} to ${high}`).toEqual(want.map(({ value }) => value + low));
      if (high - low === 3 * 2 ** 30) expect(want.some(({ redraws }) => redraws > 1)).toBe(true);
    }
  });

  it("come up equally often", () => {
    seed(12);
    const counts = new Array<number>(7).fill(0);
    for (const v of randint(0, 7, [70_000]).data) counts[v]!++;
    expect(chiSquare(counts, () => 10_000)).toBeLessThan(6 + 4 * Math.sqrt(12));
  });
});

describe("permutations", () => {
  it("hold every number once, for every size", () => {
    for (const n of [0, 1, 2, 3, 4, 100, 4096, 4097, 9001]) {
      const list = Array.from(randperm(n).data);
      expect(list.sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
    }
  });

  it("are Fisher and Yates' from the inside out", () => {
    seed(13);
    const n = 5000;
    const w = nextWords(n);
    const draw = reserve(0);
    const want: number[] = [];
    w.forEach((word, i) => {
      const j = bounded(word, i, i + 1, draw).value;
      want[i] = j === i ? i : want[j]!;
      want[j] = i;
    });
    const t = empty([n], "int32");
    fillPermutation(t);
    expect(Array.from(t.data)).toEqual(want);
  });

  it("come in every order equally often", () => {
    seed(14);
    const counts = new Map<string, number>();
    const turns = 24_000;
    for (let i = 0; i < turns; i++) {
      const t = randperm(4);
      const order = t.data.join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
      t.dispose();
    }
    expect(counts.size).toBe(24);
    expect(chiSquare([...counts.values()], () => turns / 24)).toBeLessThan(23 + 4 * Math.sqrt(2 * 23));
  });
});

describe("every draw", () => {
  it("writes its elements and nothing beside", () => {
    const draws = [
      (y: number, n: number) => k.uniform(y, words(), n, 0, 1, 1, 2, 3, 4),
      (y: number, n: number) => k.normal(y, words(), n, 0, 1, 1, 2, 3, 4),
      (y: number, n: number) => k.dropout(y, words(), y, n, 2 ** 23, 2, 1, 2, 3, 4),
      (y: number, n: number) => k.uniformInt(y, words(), n, 0, 9, 1, 2, 3, 4),
      (y: number, n: number) => k.permutation(y, words(), n, 1, 2, 3, 4),
    ];
    const guard = 1e30;
    const t = empty([80]);
    for (const draw of draws) {
      for (let n = 0; n <= 70; n++) {
        t.data.fill(guard);
        draw(t.ptr + 4, n);
        const { data } = t;
        expect(
          [data[0], ...data.subarray(n + 1)].every((v) => v === Math.fround(guard)),
          `n = ${n}`,
        ).toBe(true);
      }
    }
  });

  it("marks the tensor as written", () => {
    const x = ones([3]);
    const before = x.storage!.version;
    fillUniform(x, 0, 1);
    fillNormal(x, 0, 1);
    expect(x.storage!.version).toBe(before + 2);
  });
});
