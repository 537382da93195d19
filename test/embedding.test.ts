// Embedding bags against sums of rows one by one, rows of bounded norm, and tables given to layers. Plain lookups are
// tested in gather.test.ts.
import { describe, expect, it } from "vitest";
import "../src/boot.ts";
import { backward } from "../src/backward.ts";
import { Embedding, EmbeddingBag } from "../src/nn/embedding.ts";
import { mul } from "../src/ops/binary.ts";
import { tensor, variable } from "../src/ops/create.ts";
import { embedding, embeddingBag } from "../src/ops/embedding.ts";
import { sum } from "../src/ops/reduce.ts";
import type { Tensor } from "../src/tensor.ts";
import { checkOp, random } from "./check-op.ts";

const int = (list: number[] | number[][]): Tensor => tensor(list, { dtype: "int32" });
const IDS = [3, 0, 3, 2, 4, 1, 1];
const STARTS = [0, 3, 3, 4];
const BAGS = [[3, 0, 3], [], [2], [4, 1, 1]];

describe("embeddingBag", () => {
  const table = random([5, 3], 2);
  const row = (id: number): number[] => [0, 1, 2].map((j) => table.data[3 * id + j]!);

  it.each(["sum", "mean", "max"] as const)("is the %s of each bag's rows, 0 of none", (mode) => {
    for (const padding of [null, 3]) {
      const want = BAGS.flatMap((bag) => {
        const rows = bag.filter((id) => id !== padding).map(row);
        return [0, 1, 2].map((j) => {
          const column = rows.map((values) => values[j]!);
          if (column.length === 0) return 0;
          if (mode === "max") return Math.max(...column);
          return column.reduce((s, v) => s + v, 0) / (mode === "mean" ? column.length : 1);
        });
      });
      const y = embeddingBag(int(IDS), table, int(STARTS), { mode, paddingIdx: padding });
      expect(y.shape).toEqual([4, 3]);
      want.forEach((v, i) => {
        expect(y.data[i]!).toBeCloseTo(v, 6);
      });
    }
  });

  it("has the gradient of its reference in every mode", () => {
    for (const mode of ["sum", "mean", "max"] as const) {
      checkOp(mode, (w) => embeddingBag(int(IDS), w, int(STARTS), { mode }), [random([5, 3], 2)], { step: 1e-3 });
    }
    const factors = random([7], 9);
    checkOp(
      "factors",
      (w, perSampleWeights) =>
        embeddingBag(int(IDS), w, int(STARTS), { mode: "sum", perSampleWeights, paddingIdx: -2 }),
      [random([5, 3], 2), factors],
    );
  });

  it("takes bags of one length as rows of ids", () => {
    const ids = int([
      [0, 1],
      [4, 4],
    ]);
    const flat = embeddingBag(int([0, 1, 4, 4]), table, int([0, 2]));
    expect(embeddingBag(ids, table).toArray()).toEqual(flat.toArray());
    expect(embeddingBag(int([0, 1, 4, 4]), table, int([0, 2, 4]), { includeLastOffset: true }).toArray()).toEqual(
      flat.toArray(),
    );
  });

  it("gives the gradient of a maximum to the first of equal values, and keeps a NaN that came first", () => {
    const w = variable([
      [1, 2],
      [1, 2],
    ]);
    backward(sum(embeddingBag(int([1, 0]), w, int([0]), { mode: "max" })));
    expect(w.grad!.toArray()).toEqual([
      [0, 0],
      [1, 1],
    ]);
    const odd = tensor([
      [NaN, 1],
      [3, NaN],
    ]);
    expect(embeddingBag(int([0, 1]), odd, int([0]), { mode: "max" }).toArray()).toEqual([[NaN, 1]]);
  });

  it("of no ids is 0 in every mode, and of no bags has none", () => {
    for (const mode of ["sum", "mean", "max"] as const) {
      const none = tensor([], { dtype: "int32" });
      expect(embeddingBag(none, table, int([0, 0]), { mode }).toArray()).toEqual([
        [0, 0, 0],
        [0, 0, 0],
      ]);
      expect(embeddingBag(int([1]), table, none, { mode }).shape).toEqual([0, 3]);
    }
  });
});

describe("rows of a bounded norm", () => {
  it("are scaled in place when looked up, others are left", () => {
    const table = tensor([
      [3, 4],
      [0.3, 0.4],
      [30, 40],
    ]);
    const y = embedding(int([0, 1, 0]), table, { maxNorm: 1 });
    const want = [0.6, 0.8, 0.3, 0.4, 0.6, 0.8];
    want.forEach((v, i) => {
      expect(y.data[i]!).toBeCloseTo(v, 6);
    });
    expect([...table.data.slice(4)]).toEqual([30, 40]);
    expect(table.data[0]!).toBeCloseTo(0.6, 6);
  });

  it("are measured by the norm asked for", () => {
    for (const [normType, want] of [
      [1, 3 / 7],
      [Infinity, 0.75],
      [0.5, 0.2154],
    ] as const) {
      const table = tensor([[3, 4]]);
      embedding(int([0]), table, { maxNorm: 1, normType });
      expect(table.data[0]!).toBeCloseTo(want, 4);
    }
  });

  it("make backward throw that saved the table", () => {
    const w = variable([[3, 4]]);
    const loss = sum(mul(w, w));
    embedding(int([0]), w, { maxNorm: 1 });
    expect(() => backward(loss)).toThrow("overwritten in place");
  });
});

describe("the layers", () => {
  it("take given vectors, frozen unless told otherwise", () => {
    const given = tensor([
      [1, 2],
      [3, 4],
    ]);
    const layer = Embedding.fromPretrained(given, { paddingIdx: -1 });
    expect(layer.call(int([1, 0])).toArray()).toEqual([
      [3, 4],
      [1, 2],
    ]);
    expect([layer.weight.requiresGrad, layer.paddingIdx, layer.numEmbeddings]).toEqual([false, 1, 2]);
    expect(layer.namedParameters().map(([name]) => name)).toEqual(["weight"]);
    layer.weight.data.fill(0);
    expect(given.data[0]).toBe(1);
    expect(Embedding.fromPretrained(given, { freeze: false }).weight.requiresGrad).toBe(true);
  });

  it("EmbeddingBag computes embeddingBag with its options", () => {
    const layer = new EmbeddingBag(5, 3, { mode: "max", paddingIdx: 2 });
    expect([...layer.weight.data.slice(6, 9)]).toEqual([0, 0, 0]);
    const want = embeddingBag(int(IDS), layer.weight, int(STARTS), { mode: "max", paddingIdx: 2 });
    expect(layer.call(int(IDS), int(STARTS)).toArray()).toEqual(want.toArray());
    expect(String(layer)).toBe("EmbeddingBag(5, 3, paddingIdx=2, mode=max)");
    const factors = random([2, 2]);
    const sums = new EmbeddingBag(5, 3, { mode: "sum" });
    const ids = int([
      [0, 1],
      [2, 3],
    ]);
    expect(sums.call(ids, null, factors).toArray()).toEqual(
      embeddingBag(ids, sums.weight, null, { mode: "sum", perSampleWeights: factors }).toArray(),
    );
  });
});
