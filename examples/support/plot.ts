// Line plots as SVG files, drawn by ECharts without a browser.
import { writeFileSync } from "node:fs";
import { init } from "echarts";

/** A line of a plot; lines of one name share a colour and a place in the legend. */
export interface Series {
  readonly name: string;
  /** Whether the line is dotted, as a second line of its name. Default: no. */
  readonly dotted?: boolean;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** What stands around the lines. */
export interface Axes {
  readonly title: string;
  /** Names of the axes. */
  readonly x: string;
  readonly y: string;
  /** Whether an axis is logarithmic; what is not above 0 is then left out. Default: no. */
  readonly logX?: boolean;
  readonly logY?: boolean;
}

/** Colours that are told apart by the colour-blind too, after Okabe and Ito; the lines of the next eight names are dashed. */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#a08a00"];

/** Writes a plot of `series` to the SVG file at `path`, 760 x 460 pixels. */
export function plot(path: string, { title, x, y, logX = false, logY = false }: Axes, series: readonly Series[]): void {
  const shown = ([px, py]: readonly [number, number]): boolean =>
    Number.isFinite(px) && Number.isFinite(py) && (!logX || px > 0) && (!logY || py > 0);
  const axis = (name: string, log: boolean, nameGap: number) =>
    ({ type: log ? "log" : "value", name, nameLocation: "middle", nameGap, scale: true }) as const;
  const names = [...new Set(series.map(({ name }) => name))];
  const chart = init(null, null, { renderer: "svg", ssr: true, width: 760, height: 460 });
  chart.setOption({
    animation: false,
    backgroundColor: "#ffffff",
    title: { text: title, left: "center", top: 8, textStyle: { fontSize: 15 } },
    legend: { type: "plain", orient: "vertical", left: 606, top: 44 },
    grid: { left: 64, right: 170, top: 48, bottom: 48 },
    xAxis: { ...axis(x, logX, 28), min: "dataMin", max: "dataMax" },
    yAxis: axis(y, logY, 46),
    series: series.map(({ name, points, dotted }) => ({
      type: "line",
      name,
      data: points.filter(shown).map((point) => [...point]),
      symbol: points.length < 3 ? "circle" : "none",
      color: COLOURS[names.indexOf(name) % COLOURS.length]!,
      lineStyle: { width: 1.8, type: dotted ? "dotted" : names.indexOf(name) < COLOURS.length ? "solid" : "dashed" },
    })),
  });
  writeFileSync(path, chart.renderToSVGString());
  chart.dispose();
}
