// The entry "sedge/plot": line charts as SVG text, drawn by ECharts (an optional peer dependency) without a browser.
// Plots for terminals are src/inspect/text.ts.
import { LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TitleComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import type { LearningRates } from "./inspect/learning-rate.ts";
import { checkText, demand, readOptions } from "./shape.ts";

/** A line of a chart. Lines of one name share a colour and a place in the legend. */
export interface Series {
  readonly name: string;
  /** Whether the line is dotted, to tell it from another of its name. Default: false. */
  readonly dotted?: boolean;
  /** Points from left to right; those that no axis can show are left out. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** What stands around the lines. */
export interface Axes {
  readonly title: string;
  /** Name of the horizontal axis. */
  readonly x: string;
  /** Name of the vertical axis. */
  readonly y: string;
  /** Whether the horizontal axis is logarithmic; what is not above 0 is then left out. Default: false. */
  readonly logX?: boolean;
  /** The same of the vertical one. Default: false. */
  readonly logY?: boolean;
}

/** Colours that are told apart by the colour-blind too, after Okabe and Ito; the lines of the next eight names are dashed. */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#a08a00"];

/** The next 1, 2 or 5 times a power of ten, above or below. */
function rounded(value: number, up: boolean): number {
  const power = Number(`1e${value.toExponential().split("e")[1]}`);
  const ends = [1, 2, 5, 10].map((end) => Number((end * power).toPrecision(1)));
  return (up ? ends.find((end) => end >= value) : ends.reverse().find((end) => end <= value)) ?? value;
}

/**
 * A line chart as the text of an SVG file, 760 x 460 pixels. Needs the package `echarts`, version 6, beside sedge.
 *
 * @param axes `title`, `x`, `y`; `logX`, `logY` (default false).
 * @param series the lines: `name`, `points`; `dotted` (default false).
 * @throws TypeError for axes without names, unknown options, and series that are none.
 * @see https://echarts.apache.org/handbook/en/how-to/cross-platform/server
 *
 * @example
 * ```ts
 * import { lineChart } from "sedge/plot";
 * const points = [[1, 2.3], [2, 0.9], [3, 0.4]] as const;
 * const svg = lineChart({ title: "Training", x: "epoch", y: "loss" }, [{ name: "MLP", points }]);
 * svg.slice(0, 29); // => "<svg width=\"760\" height=\"460\""
 * ```
 */
export function lineChart(axes: Axes, series: readonly Series[]): string {
  const op = "lineChart";
  const { title, x, y, logX, logY } = readOptions(op, axes, { title: "", x: "", y: "", logX: false, logY: false });
  for (const [name, text] of Object.entries({ title, x, y })) checkText(op, name, text);
  const isSeries = (s: Series | null): boolean => typeof s?.name === "string" && Array.isArray(s.points);
  const valid: boolean = Array.isArray(series) && series.every(isSeries);
  demand(valid, op, "series to be an array of { name, points }", series, TypeError);
  use([LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);
  const shown = ([px, py]: readonly [number, number]): boolean =>
    Number.isFinite(px) && Number.isFinite(py) && (!logX || px > 0) && (!logY || py > 0);
  const axis = (name: string, log: boolean, nameGap: number) =>
    ({
      type: log ? "log" : "value",
      name,
      nameLocation: "middle",
      nameGap,
      scale: true,
      // ECharts writes 1e-4 as 0.00009999999999999999, and ends logarithmic axes at powers of ten.
      axisLabel: { formatter: (value: number) => `${Number(value.toPrecision(6))}` },
      ...(log && {
        min: ({ min }: { min: number }) => rounded(min, false),
        max: ({ max }: { max: number }) => rounded(max, true),
      }),
    }) as const;
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
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

/**
 * The curve of a learning rate range test as the text of an SVG file: the loss of each step and its average, and the
 * suggestion as a dotted line.
 *
 * @param found what `findLearningRate` of `sedge/inspect` gave.
 * @throws TypeError for anything else.
 * @see https://arxiv.org/abs/1506.01186
 *
 * @example
 * ```ts
 * import { Dataset, mse, nn, optim, randn } from "sedge";
 * import { findLearningRate } from "sedge/inspect";
 * import { learningRateChart } from "sedge/plot";
 * const data = new Dataset(randn([64, 2]), randn([64, 1]));
 * const model = new nn.Linear(2, 1);
 * const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
 * const found = findLearningRate(model, data, { loss: mse, optimizer, steps: 20 });
 * learningRateChart(found).startsWith("<svg"); // => true
 * ```
 */
export function learningRateChart(found: LearningRates): string {
  const { learningRates, losses, smoothed, suggestion } = found ?? {};
  const isFound = Array.isArray(learningRates) && Array.isArray(losses) && Array.isArray(smoothed);
  demand(isFound, "learningRateChart", "what findLearningRate gave", found, TypeError);
  const curve = (values: readonly number[]) => values.map((v, i) => [learningRates[i]!, v] as const);
  const series: Series[] = [
    { name: "loss", points: curve(losses) },
    { name: "average", points: curve(smoothed) },
  ];
  if (typeof suggestion === "number") {
    const ends = [Math.min(...losses), Math.max(...losses)];
    const points = ends.map((v) => [suggestion, v] as const);
    series.push({ name: `suggestion ${suggestion.toPrecision(2)}`, dotted: true, points });
  }
  return lineChart({ title: "Learning rate range test", x: "learning rate", y: "loss", logX: true }, series);
}
