// The entry sedge/plot: what stands in the SVG of a range test, and what is refused. Lines and axes: examples/plot.test.ts.
import { describe, expect, it } from "vitest";
import { LearningRates } from "../src/inspect/learning-rate.ts";
import { learningRateChart, lineChart } from "../src/plot.ts";

const rates = Array.from({ length: 40 }, (_, i) => 10 ** (i / 10 - 4));
const valley = rates.map((lr) => Math.abs(Math.log10(lr) + 1.5) + 1);

describe("learningRateChart", () => {
  it("draws the losses, their average and the suggestion over a logarithmic axis", () => {
    const svg = learningRateChart(new LearningRates(rates, valley, 40, true));
    for (const text of ["Learning rate range test", "learning rate", ">average<", ">suggestion 0.0"])
      expect(svg).toContain(text);
    expect(svg.match(/stroke-width="1.8"/g)!.length).toBeGreaterThanOrEqual(3);
    expect(svg).toMatch(/stroke-dasharray/);
  });

  it("leaves out a suggestion where there is none, and losses that are not finite", () => {
    const svg = learningRateChart(
      new LearningRates(
        rates,
        rates.map(() => 1),
        40,
        false,
      ),
    );
    expect(svg).not.toContain("suggestion");
    expect(svg).not.toContain("NaN");
  });
});

describe("charts refuse", () => {
  it.each<[string, unknown[], RegExp]>([
    ["an axis without name", [{ title: "a", x: "b" }, []], /lineChart: expected y to be text, got ""/],
    ["unknown options", [{ title: "a", x: "b", y: "c", width: 1 }, []], /lineChart: unknown option "width"/],
    [
      "series without points",
      [{ title: "a", x: "b", y: "c" }, [{ name: "d" }]],
      /lineChart: expected series to be an array of/,
    ],
    ["no series", [{ title: "a", x: "b", y: "c" }], /lineChart: expected series to be an array of .*, got undefined/],
  ])("%s", (_, args, message) => {
    expect(() => (lineChart as (...args: unknown[]) => string)(...args)).toThrow(message);
  });

  it("what findLearningRate did not give", () => {
    for (const junk of [undefined, null, 1, {}])
      expect(() => learningRateChart(junk as never)).toThrow(/learningRateChart: expected what findLearningRate gave/);
  });
});
