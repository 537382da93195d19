// `npm run bench -- --engines`: the tiles that it compares are right, and its table names the worst engine. The engines
// themselves need not be there.
import { describe, expect, test } from "vitest";
import { compileTiles } from "../bench/engines/compile.ts";
import { type Engine, engineTable, ranking, worst } from "../bench/engines/table.ts";
import { nameOf, TILES, tileBenchmarks } from "../bench/engines/tiles.ts";

type Tile = (c: number, a: number, b: number, m: number, n: number, k: number) => void;

describe("tiles", async () => {
  const { instance } = await WebAssembly.instantiate((await compileTiles()) as BufferSource);
  const { exports } = instance;
  const memory = exports.memory as WebAssembly.Memory;
  /** Multiples of all tiles, and an odd k. */
  const [m, n, k] = [60, 48, 7];
  const value = (i: number): number => ((i * 29) % 17) - 8;
  const a = (i: number, p: number): number => value(i * k + p);
  const b = (p: number, j: number): number => value(1000 + p * n + j);

  test.each(TILES)("%ix%i multiplies", (rows, columns) => {
    memory.grow(1);
    const [atA, atB, atC] = [1024, 1024 + 4 * m * k, 1024 + 4 * (m * k + k * n)];
    const floats = new Float32Array(memory.buffer);
    for (let p = 0; p < k; p++) {
      for (let i = 0; i < m; i++) floats[atA / 4 + (i - (i % rows)) * k + p * rows + (i % rows)] = a(i, p);
      for (let j = 0; j < n; j++) floats[atB / 4 + (j - (j % columns)) * k + p * columns + (j % columns)] = b(p, j);
    }
    floats.fill(NaN, atC / 4, atC / 4 + m * n);
    (exports[nameOf(rows, columns)] as unknown as Tile)(atC, atA, atB, m, n, k);
    const wanted = Array.from({ length: m * n }, (_, at) => {
      let sum = 0;
      for (let p = 0; p < k; p++) sum += a(Math.floor(at / n), p) * b(p, at % n);
      return sum;
    });
    expect([...floats.subarray(atC / 4, atC / 4 + m * n)]).toEqual(wanted);
  });

  test("run at the sizes of the benchmark", () => {
    for (const { setup } of tileBenchmarks(exports)) setup()();
  });
});

describe("the table", () => {
  const engine = (name: string, shares: [number, number], time: number): Engine => ({
    ...{ name, version: "1.2", addPeakGflops: 60 },
    rows: [
      ...shares.map((ofAddPeak, i) => {
        return { name: `tile ${["2x16", "4x8"][i]}`, unit: "GFLOP/s" as const, median: 60 * ofAddPeak, ofAddPeak };
      }),
      { name: "exp", unit: "ns/value", median: time, ofAddPeak: null },
    ],
  });
  const engines = [engine("Node 20", [0.8, 0.9], 0.5), engine("Bun", [0.7, 0.6], 0.4)];

  test("names the least share, or the longest time", () => {
    expect(worst(engines, "tile 4x8").engine.name).toBe("Bun");
    expect(worst(engines, "exp").engine.name).toBe("Node 20");
  });

  test("ranks tiles by their worst engines", () => {
    expect(ranking(engines).map(({ name, share }) => [name, share])).toEqual([
      ["2x16", 0.7],
      ["4x8", 0.6],
    ]);
  });

  test("is of Markdown, a row for each work", () => {
    const lines = engineTable(engines).replaceAll(/ +/g, " ").split("\n");
    expect(lines.slice(0, 6)).toEqual([
      "| | Node 1.2 | Bun 1.2 | worst |",
      "| --- | --- | --- | --- |",
      "| additions alone | 60.0 | 60.0 | |",
      "| tile 2x16 | 48.0 (80 %) | 42.0 (70 %) | Bun |",
      "| tile 4x8 | 54.0 (90 %) | 36.0 (60 %) | Bun |",
      "| exp | 0.500 ns | 0.400 ns | Node 20 |",
    ]);
    expect(lines.at(-1)).toBe("Tiles by their worst engine: 2x16 70 % (Bun), 4x8 60 % (Bun).");
  });
});
