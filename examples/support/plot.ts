// Line plots of the recipes as SVG files. What draws them is the entry "sedge/plot".
import { writeFileSync } from "node:fs";
import { type Axes, lineChart, type Series } from "sedge/plot";

export type { Axes, Series };

/** Writes a plot of `series` to the SVG file at `path`, 760 x 460 pixels. */
export function plot(path: string, axes: Axes, series: readonly Series[]): void {
  writeFileSync(path, lineChart(axes, series));
}
