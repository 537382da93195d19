// Datasets and the batches they are dealt out in: order, seeds, sizes, scopes, memory, and every refusal.
import { beforeEach, describe, expect, it } from "vitest";
import "../src/boot.ts";
import { type BatchOptions, batches } from "../src/data/batches.ts";
import { Dataset } from "../src/data/dataset.ts";
import { memory } from "../src/memory.ts";
import { arange, ones, tensor, zeros } from "../src/ops/create.ts";
import { seed } from "../src/random.ts";
import { keep, tidy } from "../src/scope.ts";
import type { Tensor } from "../src/tensor.ts";

const live = (): number => memory().tensors;

/** Examples 0 .. n - 1 of two features each, and the same numbers as targets. */
const numbers = (n: number): Dataset =>
  new Dataset(
    tensor(
      Float32Array.from({ length: 2 * n }, (_, i) => i),
      { shape: [n, 2] },
    ),
    arange(n),
  );

/** The targets of a pass, batch by batch. */
function pass(data: Dataset, options: BatchOptions): number[][] {
  const seen: number[][] = [];
  for (const [x, y] of batches(data, options)) {
    expect([...x.data]).toEqual([...y.data].flatMap((i) => [2 * i, 2 * i + 1]));
    seen.push([...y.data]);
  }
  return seen;
}

/** Whether a scope is open: outside of any, the finalizer looks after what is made. */
function inScope(): boolean {
  const x = ones([1]);
  const scoped = !x.registered;
  x.dispose();
  return scoped;
}

describe("Dataset", () => {
  it("takes tensors, nested arrays and typed arrays", () => {
    const data = new Dataset(
      [
        [1, 2],
        [3, 4],
      ],
      Uint8Array.of(7, 8),
    );
    expect([data.length, data.x.dtype, data.y.dtype]).toEqual([2, "float32", "int32"]);
    expect(new Dataset(data.x, [true, false]).y.dtype).toBe("bool");
  });

  it("outlives the scope it was made in, and the tensors it was made of", () => {
    const before = live();
    const data = tidy(() => {
      const x = ones([3]);
      const made = new Dataset(x, x);
      x.dispose();
      return made;
    });
    expect(data.x.toArray()).toEqual([1, 1, 1]);
    expect(live()).toBe(before + 1);
    data.dispose();
    expect(live()).toBe(before);
  });

  it("holds its tensors off any graph", () => {
    const x = ones([2], { requiresGrad: true });
    expect(new Dataset(x, x).x.requiresGrad).toBe(false);
  });

  it("shares storage with its parts, which outlive it", () => {
    const data = numbers(10);
    const held = live();
    const [first, second] = data.split(0.7);
    const part = second.slice(-2);
    expect([first.length, second.length, part.y.toArray()]).toEqual([7, 3, [8, 9]]);
    expect(live()).toBe(held);
    data.dispose();
    expect(part.x.toArray()).toEqual([
      [16, 17],
      [18, 19],
    ]);
    expect(part.slice(0, -1).y.toArray()).toEqual([8]);
    expect(numbers(3).slice(-9, 99).length).toBe(3);
  });

  it.each<[string, () => unknown, string]>([
    [
      "different lengths",
      () => new Dataset([1, 2], [1]),
      "Dataset: expected as many targets as examples, got 2 examples and 1 targets",
    ],
    ["no examples", () => new Dataset(zeros([0, 2]), zeros([0])), "Dataset: expected at least one example, got none"],
    ["a scalar", () => new Dataset(tensor(1), [1]), "Dataset: expected x to have an axis of examples, got shape []"],
    ["a slice of nothing", () => numbers(3).slice(2, 1), "slice: expected at least one of 3 examples, got 2 to 1"],
    ["a slice beyond the end", () => numbers(3).slice(3), "slice: expected at least one of 3 examples, got 3 to 3"],
    [
      "a split that leaves nothing",
      () => numbers(3).split(0.01),
      "split: expected a fraction that leaves both parts examples, got 0.01 of 3",
    ],
    ["a split beyond 1", () => numbers(3).split(2), "split: expected fraction from 0 to 1, got 2"],
  ])("refuses %s", (_, make, message) => {
    expect(make).toThrow(new RangeError(message));
  });

  it("refuses what is no tensor and no array", () => {
    // @ts-expect-error text
    expect(() => new Dataset("x", [1])).toThrow(
      new TypeError('Dataset: expected x to be a tensor or an array, got "x"'),
    );
    expect(() => numbers(3).slice(0.5)).toThrow(new TypeError("slice: expected start to be an integer, got 0.5"));
    expect(() => numbers(3).split(Number.NaN)).toThrow(TypeError);
  });
});

describe("batches", () => {
  beforeEach(() => seed(7));

  it("deals out everything in order, the last batch smaller", () => {
    expect(pass(numbers(7), { batchSize: 3 })).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
    expect(batches(numbers(7), { batchSize: 3 }).length).toBe(3);
  });

  it("leaves the smaller last batch out with dropLast", () => {
    expect(pass(numbers(7), { batchSize: 3, dropLast: true })).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    expect(pass(numbers(6), { batchSize: 3, dropLast: true })).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    expect(batches(numbers(7), { batchSize: 3, dropLast: true }).length).toBe(2);
  });

  it("deals out one batch when the batch is larger than the data", () => {
    expect(pass(numbers(2), { batchSize: 100 })).toEqual([[0, 1]]);
  });

  it("shuffles every example into some batch, anew in each pass", () => {
    const data = numbers(100);
    const options = { batchSize: 32, shuffle: true };
    const [first, second] = [pass(data, options).flat(), pass(data, options).flat()];
    const sorted = Array.from({ length: 100 }, (_, i) => i);
    expect([...first].sort((a, b) => a - b)).toEqual(sorted);
    expect(first).not.toEqual(sorted);
    expect(first).not.toEqual(second);
  });

  it("draws a new order each time one loader is iterated", () => {
    const loader = batches(numbers(100), { batchSize: 100, shuffle: true });
    const orders: number[][] = [];
    for (const pass of [loader, loader]) for (const [, y] of pass) orders.push([...y.data]);
    expect(orders[0]).not.toEqual(orders[1]);
  });

  it("shuffles the same way after the same seed, and another after another", () => {
    const data = numbers(50);
    const twoPasses = (n: number): number[][][] => {
      seed(n);
      return [pass(data, { batchSize: 8, shuffle: true }), pass(data, { batchSize: 8, shuffle: true })];
    };
    expect(twoPasses(7)).toEqual(twoPasses(7));
    expect(twoPasses(7)).not.toEqual(twoPasses(8));
  });

  it("draws nothing from the stream without shuffle", () => {
    const data = numbers(50);
    seed(7);
    const expected = pass(data, { batchSize: 8, shuffle: true });
    seed(7);
    pass(data, { batchSize: 8 });
    expect(pass(data, { batchSize: 8, shuffle: true })).toEqual(expected);
  });

  it("gathers targets of every dtype and examples of any rank", () => {
    const data = new Dataset(
      tensor(
        Int32Array.from({ length: 12 }, (_, i) => i),
        { shape: [3, 1, 2, 2] },
      ),
      [true, false, true],
    );
    for (const [x, y] of batches(data, { batchSize: 2 })) {
      expect([x.dtype, y.dtype, x.shape.slice(1)]).toEqual(["int32", "bool", [1, 2, 2]]);
      if (y.size === 1)
        expect(x.toArray()).toEqual([
          [
            [
              [8, 9],
              [10, 11],
            ],
          ],
        ]);
      if (y.size === 1) expect(y.toArray()).toEqual([true]);
    }
  });

  it("gives batches of their own: writing to one leaves the data as it was", () => {
    const data = numbers(4);
    for (const [x] of batches(data, { batchSize: 4 })) x.data.fill(9);
    expect(data.x.toArray()).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
      [6, 7],
    ]);
  });
});

describe("a turn of batches", () => {
  const data = numbers(6);

  it("releases what was made in it when the next begins", () => {
    const before = live();
    const counts: number[] = [];
    let last: Tensor | null = null;
    for (const [x] of batches(data, { batchSize: 2 })) {
      if (last !== null) expect(last.disposed).toBe(true);
      last = ones([3]);
      expect(x.disposed).toBe(false);
      counts.push(live());
    }
    expect(new Set(counts).size).toBe(1);
    expect(last!.disposed).toBe(true);
    expect(live()).toBe(before);
    expect(inScope()).toBe(false);
  });

  it.each<[string, () => void]>([
    [
      "break",
      () => {
        for (const _ of batches(data, { batchSize: 2 })) {
          ones([3]);
          break;
        }
      },
    ],
    [
      "return",
      () => {
        (() => {
          for (const [x] of batches(data, { batchSize: 2 })) return x.size;
          return 0;
        })();
      },
    ],
    [
      "an exception",
      () => {
        expect(() => {
          for (const _ of batches(data, { batchSize: 2 })) {
            ones([3]);
            throw new Error("mine");
          }
        }).toThrow("mine");
      },
    ],
    [
      "an exception in a scope left open",
      () => {
        expect(() => {
          for (const _ of batches(data, { batchSize: 2 })) {
            tidy();
            ones([3]);
            throw new Error("mine");
          }
        }).toThrow("mine");
      },
    ],
    [
      "an inner loop's break",
      () => {
        for (const _ of batches(data, { batchSize: 2 }))
          for (const _ of batches(data, { batchSize: 2, shuffle: true })) break;
      },
    ],
  ])("is closed by %s", (_, run) => {
    const before = live();
    run();
    expect(live()).toBe(before);
    expect(inScope()).toBe(false);
  });

  it("keeps what keep() was told to", () => {
    const kept: Tensor[] = [];
    for (const [x] of batches(data, { batchSize: 4 })) kept.push(keep(x));
    expect(kept.map((x) => x.shape[0])).toEqual([4, 2]);
  });
});

describe("batches refuses", () => {
  const data = numbers(4);
  it.each<[string, unknown, Error]>([
    ["a batch size of 0", { batchSize: 0 }, new RangeError("batches: expected batchSize at least 1, got 0")],
    ["a negative batch size", { batchSize: -2 }, new RangeError("batches: expected batchSize at least 1, got -2")],
    ["NaN", { batchSize: Number.NaN }, new TypeError("batches: expected batchSize to be an integer, got NaN")],
    ["a fraction", { batchSize: 1.5 }, new TypeError("batches: expected batchSize to be an integer, got 1.5")],
    ["no batch size", {}, new TypeError("batches: expected batchSize to be an integer, got undefined")],
    ["no options", undefined, new TypeError("batches: expected batchSize to be an integer, got undefined")],
    [
      "a shuffle that is no boolean",
      { batchSize: 1, shuffle: 1 },
      new TypeError("batches: expected shuffle to be a boolean, got 1"),
    ],
    [
      "an unknown option",
      { batchSize: 1, suffle: true },
      new TypeError('batches: unknown option "suffle"; expected one of batchSize, shuffle, dropLast'),
    ],
    [
      "a batch that dropLast never fills",
      { batchSize: 5, dropLast: true },
      new RangeError("batches: expected batchSize of at most the 4 examples with dropLast, got 5"),
    ],
  ])("%s", (_, options, error) => {
    expect(() => batches(data, options as BatchOptions)).toThrow(error);
  });

  it("what is no dataset", () => {
    // @ts-expect-error no dataset
    expect(() => batches([1, 2], { batchSize: 1 })).toThrow(
      new TypeError("batches: expected data to be a Dataset, got [1, 2]"),
    );
  });

  it("a dataset that has been disposed of, at the first turn", () => {
    const gone = numbers(4);
    gone.dispose();
    expect(() => [...batches(gone, { batchSize: 2 })]).toThrow(/used after its release/);
    expect(inScope()).toBe(false);
  });
});
