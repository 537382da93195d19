// Draws by probabilities: their distributions against theory (fixed seeds, bounds of about four standard errors), their
// edges; and the stream's state, taken and put back.
import { describe, expect, it } from "vitest";
import "../src/boot.ts";
import { fullLike, randLike, randnLike } from "../src/ops/assign.ts";
import { full, tensor, zeros } from "../src/ops/create.ts";
import { rand, randn, randperm } from "../src/ops/create-random.ts";
import { bernoulli, multinomial } from "../src/ops/sampling.ts";
import { getRngState, reserve, seed, setRngState } from "../src/random.ts";

const counted = (values: Iterable<number>, classes: number): number[] => {
  const counts = new Array<number>(classes).fill(0);
  for (const v of values) counts[v]!++;
  return counts;
};

const chiSquare = (counts: readonly number[], expected: readonly number[]): number =>
  counts.reduce((total, c, i) => total + (c - expected[i]!) ** 2 / expected[i]!, 0);

describe("multinomial", () => {
  it("draws in proportion to the weights of each row", () => {
    seed(21);
    const n = 180_000;
    const drawn = multinomial(
      tensor([
        [1, 2, 3, 4],
        [30, 10, 50, 10],
      ]),
      n,
      { replacement: true },
    );
    expect([drawn.shape, drawn.dtype]).toEqual([[2, n], "int32"]);
    const bound = 3 + 4 * Math.sqrt(6);
    const shares = [
      [0.1, 0.2, 0.3, 0.4],
      [0.3, 0.1, 0.5, 0.1],
    ];
    shares.forEach((share, r) => {
      const counts = counted(drawn.data.subarray(r * n, (r + 1) * n), 4);
      expect(
        chiSquare(
          counts,
          share.map((p) => p * n),
        ),
      ).toBeLessThan(bound);
    });
  });

  it("without replacement draws in proportion to what is left", () => {
    seed(22);
    const n = 30_000;
    const weights = [1, 2, 3];
    const drawn = multinomial(tensor(Array.from({ length: n }, () => weights)), 2).data;
    const counts = new Array<number>(9).fill(0);
    for (let i = 0; i < n; i++) counts[3 * drawn[2 * i]! + drawn[2 * i + 1]!]!++;
    const pairs = [0, 1, 2].flatMap((a) => [0, 1, 2].map((b) => [a, b] as const)).filter(([a, b]) => a !== b);
    const expected = pairs.map(([a, b]) => (n * (weights[a]! / 6) * weights[b]!) / (6 - weights[a]!));
    expect([counts[0], counts[4], counts[8]]).toEqual([0, 0, 0]);
    expect(
      chiSquare(
        pairs.map(([a, b]) => counts[3 * a + b]!),
        expected,
      ),
    ).toBeLessThan(5 + 4 * Math.sqrt(10));
  });

  it("never draws what has no weight, and every class once where all are asked for", () => {
    seed(23);
    const weights = tensor(Array.from({ length: 50 }, (_, i) => (i % 3 === 1 ? 1e-30 : 0)));
    expect(multinomial(weights, 5000, { replacement: true }).data.every((i) => i % 3 === 1)).toBe(true);
    const all = Array.from(multinomial(tensor(Array.from({ length: 40 }, (_, i) => i + 0.1)), 40).data);
    expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i));
  });

  it("draws by row what the seed says, whatever the number of rows", () => {
    const row = [0.2, 0.3, 0.5];
    seed(24);
    const both = Array.from(multinomial(tensor([row, row]), 8, { replacement: true }).data);
    seed(24);
    const first = Array.from(multinomial(tensor(row), 8, { replacement: true }).data);
    const second = Array.from(multinomial(tensor(row), 8, { replacement: true }).data);
    expect(both).toEqual([...first, ...second]);
    expect(both.join("")).toBe("2220221211222121");
  });

  it("takes no rows", () => {
    expect(multinomial(zeros([0, 3]), 2).shape).toEqual([0, 2]);
  });
});

describe("bernoulli", () => {
  it("gives 1 as often as each element says", () => {
    seed(25);
    const n = 100_000;
    for (const p of [0, 0.1, 0.5, 0.93, 1]) {
      const drawn = bernoulli(full([n], p));
      expect(drawn.dtype).toBe("float32");
      const ones = drawn.data.filter((v) => v === 1).length;
      expect(drawn.data.filter((v) => v === 0).length).toBe(n - ones);
      expect(Math.abs(ones / n - p)).toBeLessThanOrEqual(4 * Math.sqrt((p * (1 - p)) / n));
    }
  });
});

describe("tensors like another", () => {
  it("have its shape, and random ones the stream's next values", () => {
    const x = zeros([2, 3], { dtype: "int32" });
    expect(fullLike(x, 7).toArray()).toEqual([
      [7, 7, 7],
      [7, 7, 7],
    ]);
    expect(fullLike(x, 7).dtype).toBe("int32");
    const pairs = [
      [randLike, rand],
      [randnLike, randn],
    ] as const;
    for (const [like, plain] of pairs) {
      seed(26);
      const a = like(x, { requiresGrad: true });
      seed(26);
      expect([a.toArray(), a.requiresGrad]).toEqual([plain([2, 3]).toArray(), true]);
    }
  });
});

describe("the stream's state", () => {
  it("goes through JSON and draws the same again", () => {
    seed(2 ** 53 - 1);
    rand([1000]);
    const text = JSON.stringify(getRngState());
    expect(text).toBe('{"seed":9007199254740991,"position":250}');
    const draws = () => [rand([5]), randn([5]), randperm(9)].map((t) => t.toArray());
    const first = draws();
    seed(3);
    setRngState(JSON.parse(text));
    expect(draws()).toEqual(first);
  });

  it("is exact at positions beyond 32 bits", () => {
    setRngState({ seed: 5, position: 2 ** 52 + 1 });
    expect(reserve(2)).toEqual([5, 0, 1, 2 ** 20]);
    expect(getRngState()).toEqual({ seed: 5, position: 2 ** 52 + 3 });
  });

  it.each<[unknown, string]>([
    [null, "setRngState: expected state to be { seed, position }, got null"],
    [7, "setRngState: expected state to be { seed, position }, got 7"],
    [{}, "setRngState: expected seed to be an integer, got undefined"],
    [{ seed: 1 }, "setRngState: expected position to be an integer, got undefined"],
    [{ seed: 1, position: -1 }, "setRngState: expected position from 0 to 9007199254740991, got -1"],
    [{ seed: 1.5, position: 0 }, "setRngState: expected seed to be an integer, got 1.5"],
  ])("refuses %s and stays", (state, message) => {
    seed(4);
    reserve(3);
    expect(() => setRngState(state as never)).toThrow(message);
    expect(getRngState()).toEqual({ seed: 4, position: 3 });
  });
});
