// How `npm run bench` compares a run with the committed baseline: the arithmetic, and the file that it writes.
import { describe, expect, test } from "vitest";
import { type Figure, text, thanBefore } from "../bench/baseline.ts";
import { foot, HEAD, line } from "../bench/print.ts";

const figure = (median: number, unit: Figure["unit"], ofAddPeak: number | null, addPeak: number): Figure => ({
  median,
  unit,
  ofAddPeak,
  addPeak,
});

describe("a run beside the baseline", () => {
  test("has the ratio of the shares of the peak where there are flops, whatever the clocks", () => {
    expect(thanBefore(figure(30, "GFLOP/s", 0.9, 33), figure(50, "GFLOP/s", 0.75, 66))).toBeCloseTo(1.2);
    expect(thanBefore(figure(2, "ms", 0.6, 66), figure(1, "ms", 0.75, 33))).toBeCloseTo(0.8);
  });

  test("has the ratio of the times at one clock elsewhere", () => {
    // 2 ns at 60 GFLOP/s are 120 additions; 4 at 40 are 160
    expect(thanBefore(figure(2, "ns/value", null, 60), figure(4, "ns/value", null, 40))).toBeCloseTo(160 / 120);
    expect(thanBefore(figure(10, "us", null, 60), figure(10, "us", null, 60))).toBe(1);
    expect(thanBefore(figure(10, "ms", null, 60), figure(5, "ms", 0.5, 60))).toBeCloseTo(0.5);
  });

  test("has rates the other way around", () => {
    expect(thanBefore(figure(30, "GB/s", null, 60), figure(20, "GB/s", null, 60))).toBeCloseTo(1.5);
    expect(thanBefore(figure(30, "GB/s", null, 60), figure(20, "GB/s", null, 30))).toBeCloseTo(0.75);
  });

  test("has nothing for what is new", () => {
    expect(thanBefore(figure(1, "ms", null, 60), undefined)).toBeNull();
    expect(thanBefore(figure(1, "ms", null, 60), figure(1, "us", null, 60))).toBeNull();
  });
});

test("the file has a line for each figure, to four places", () => {
  const figures = { "exp 4096": figure(0.51239, "ns/value", null, 66), gemm: figure(57, "GFLOP/s", 0.86123, 66.01) };
  const written = text({ machine: 'A "B"', date: "2026-01-01", figures });
  expect(JSON.parse(written)).toEqual({
    machine: 'A "B"',
    date: "2026-01-01",
    figures: { "exp 4096": figure(0.5124, "ns/value", null, 66), gemm: figure(57, "GFLOP/s", 0.8612, 66.01) },
  });
  expect(written.split("\n").filter((one) => one.includes("median"))).toHaveLength(2);
});

describe("the table", () => {
  const shares = { ofPeak: null, ofBandwidth: null, min: 1, max: 3 };
  const result = { name: "exp", ...shares, ...figure(2, "ms", 0.5, 66), thanBefore: 1.2345 };
  const words = (row: string): string[] => row.trim().split(/ {2,}/);

  test("ends with the comparison, or new", () => {
    expect(words(HEAD).at(-1)).toBe("than before");
    expect(words(line(result))).toEqual(["exp", "2.000", "1.000", "3.000", "ms", "50.0 %", "1.23x"]);
    expect(words(line({ ...result, thanBefore: null })).at(-1)).toBe("new");
  });

  test("says what it compares with", () => {
    const report = { machine: "M", peakGflops: 60, addPeakGflops: 66, results: [result] };
    expect(foot(report, { machine: "N", date: "2026-01-01" })).toMatch(/^baseline of 2026-01-01: N$/m);
    expect(foot(report, { machine: "", date: "" })).toMatch(/^no baseline$/m);
  });
});
