// The recipes about sequences learn in a quick run what a broken gradient, mask or state would keep them from.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, test } from "vitest";
import { loadNames, madeUpNames } from "../../examples/support/names.ts";
import { seed } from "../../src/random.ts";
import { PATIENCE, realData, runQuick } from "./run.ts";

describe("names", () => {
  it("makes up different names of letters, the same for the same seed", () => {
    seed(3);
    const { train, dev, test } = madeUpNames(200);
    expect([train.length, dev.length, test.length]).toEqual([160, 20, 20]);
    const all = [...train, ...dev, ...test];
    expect(new Set(all).size).toBe(200);
    expect(all.every((name) => /^[a-z]{3,15}$/.test(name))).toBe(true);
    seed(3);
    expect(madeUpNames(200).train).toEqual(train);
  });

  test.skipIf(realData === undefined)("reads makemore's own split", () => {
    const { train, dev, test } = loadNames(realData);
    const letters = [train, dev, test].map((part) => part.reduce((sum, name) => sum + name.length + 1, 0));
    expect(letters).toEqual([182625, 22655, 22866]);
  });
});

// Even odds cost log 27 = 3.30 a letter, and the letters' frequencies alone 2.6 of made-up names and 2.8 of real ones.
describe("names-mlp", () => {
  it(
    "learns made-up names, better from a good start with batch norm, and makes up new ones",
    async () => {
      const { figures, printed } = await runQuick("names-mlp");
      expect(figures.plainDev).toBeLessThan(2.25);
      expect(figures.normalisedDev).toBeLessThan(2.06);
      expect(figures.normalisedDev! - figures.normalisedTrain!).toBeLessThan(0.1);
      expect(printed).toMatch(/new names: [a-z, ]{40,}/);
    },
    PATIENCE,
  );

  test.skipIf(realData === undefined)(
    "learns real names",
    async () => {
      const { figures } = await runQuick("names-mlp", { data: realData });
      expect(figures.normalisedDev).toBeLessThan(2.36);
    },
    PATIENCE,
  );
});

test(
  "char-rnn: each of the three cells learns the spelling of made-up names",
  async () => {
    const { figures } = await runQuick("char-rnn");
    for (const kind of ["rnn", "lstm", "gru"]) expect(figures[`${kind}Dev`], kind).toBeLessThan(2.12);
  },
  PATIENCE,
);

test(
  "addition: most symbols of unseen sums are right, and whole answers; --json leaves nothing else on standard output",
  async () => {
    const command = ["--import", "tsx", "scripts/example.ts", "addition", "--quick", "--json"];
    const { stdout } = await promisify(execFile)(process.execPath, [...command, "--out", tmpdir()]);
    const { name, figures } = JSON.parse(stdout);
    expect(name).toBe("addition");
    expect(figures.perSymbol).toBeGreaterThan(0.65);
    expect(figures.exact).toBeGreaterThan(0.2);
  },
  PATIENCE,
);

test(
  "attention: unseen sequences are reversed, by looking at the letter to be written",
  async () => {
    const { figures, printed } = await runQuick("attention");
    expect(figures.exact).toBeGreaterThan(0.75);
    expect(figures.diagonal).toBeGreaterThan(0.6);
    // The map: a row for each of 12 letters.
    expect(printed.match(/^ {2}[a-z] {2}[ .:\-=+*#%@]{24}$/gm)).toHaveLength(12);
  },
  PATIENCE,
);

describe("time-series", () => {
  it(
    "forecasts a made-up series better than the naive forecasts, and draws it",
    async () => {
      const { figures, out } = await runQuick("time-series");
      expect(figures.lstm).toBeLessThan(figures.yearAgo!);
      expect(figures.lstm).toBeLessThan(figures.last!);
      expect(figures.lstmNext).toBeLessThan(figures.yearAgoNext!);
      const svg = readFileSync(join(out, "forecast.svg"), "utf8");
      expect(svg).toMatch(/^<svg .*<\/svg>$/s);
      expect(svg).toContain("twelve months ago");
    },
    PATIENCE,
  );

  test.skipIf(realData === undefined)(
    "forecasts the airline's passengers better than the naive forecasts",
    async () => {
      const { figures } = await runQuick("time-series", { data: realData });
      // The baselines follow from the data alone, so they are known to the digit.
      expect(figures.yearAgo).toBeCloseTo(76.99, 1);
      expect(figures.lstm).toBeLessThan(figures.yearAgo! / 1.5);
    },
    PATIENCE,
  );
});
