// Plots of the recipes: SVG files with a line for each series.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { plot, type Series } from "../../examples/support/plot.ts";

const folder = mkdtempSync(join(tmpdir(), "sedge-plot-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** The text of a plot's file. */
function draw(axes: { logX?: boolean; logY?: boolean }, series: Series[]): string {
  const path = join(folder, "plot.svg");
  plot(path, { title: "Loss & <steps>", x: "step", y: "loss", ...axes }, series);
  return readFileSync(path, "utf8");
}

/** The lines' paths: as thick as no axis is. */
const lines = (svg: string): string[] =>
  [...svg.matchAll(/<path d="([^"]*)"[^>]*stroke-width="1.8"/g)].map((m) => m[1]!);
/** Corners of a path. */
const corners = (path: string): number => path.match(/-?[\d.]+/g)!.length / 2;

describe("plot", () => {
  it("writes an SVG with the title, the axes' names and a line through all points of each series", () => {
    const svg = draw({}, [
      {
        name: "first",
        points: [
          [0, 3],
          [1, 2],
          [2, 5],
        ],
      },
      {
        name: "second",
        points: [
          [0, 1],
          [1, 1],
          [2, 4],
          [3, 0],
        ],
      },
    ]);
    expect(svg).toMatch(/^<svg width="760" height="460" xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    for (const text of ["Loss &amp; &lt;steps&gt;", ">step<", ">loss<", ">first<", ">second<"])
      expect(svg).toContain(text);
    const paths = lines(svg).map(corners);
    expect(paths).toContain(3);
    expect(paths).toContain(4);
  });

  it("leaves out what no axis can show: NaN, infinities, and zero on a logarithmic axis", () => {
    const points = [
      [0, 1],
      [1, Number.NaN],
      [2, 10],
      [3, 0],
      [4, Infinity],
      [5, 100],
    ] as const;
    const longest = (svg: string) => Math.max(...lines(svg).map(corners));
    expect(longest(draw({ logY: true }, [{ name: "a", points }]))).toBe(3);
    expect(longest(draw({}, [{ name: "a", points }]))).toBe(4);
  });

  it("ends a logarithmic axis at 1, 2 or 5 times a power of ten, and says so in few digits", () => {
    const points = [
      [0, 0.4],
      [1, 0.00003],
    ] as const;
    const labels = [...draw({ logY: true }, [{ name: "a", points }]).matchAll(/>([\d.e-]+)<\/text>/g)].map((m) => m[1]);
    expect(labels).toEqual(expect.arrayContaining(["0.00002", "0.0001", "0.001", "0.01", "0.1", "0.5"]));
    expect(draw({ logY: true }, [])).not.toContain("NaN");
  });
});
