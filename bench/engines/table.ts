// What engines reported, side by side, and which is the worst for each row; also which tile is best for its worst engine.
import type { Unit } from "../harness.ts";

export interface EngineRow {
  readonly name: string;
  readonly unit: Unit;
  readonly median: number;
  /** 0..1, of the add-only loop in the same engine; null for work without flops. */
  readonly ofAddPeak: number | null;
}

/** What a run within an engine gives. */
export interface EngineReport {
  readonly addPeakGflops: number;
  readonly rows: readonly EngineRow[];
}

export interface Engine extends EngineReport {
  readonly name: string;
  readonly version: string;
}

/** How good a row is, to be compared with the same row of other engines: the share of the peak, or how short the time is. */
const goodness = ({ ofAddPeak, median }: EngineRow): number => ofAddPeak ?? 1 / median;

const rowOf = (engine: Engine, name: string): EngineRow | undefined => engine.rows.find((row) => row.name === name);

/** The engine with the least share of the peak in a row, or the longest time. */
export function worst(engines: readonly Engine[], name: string): { engine: Engine; row: EngineRow } {
  const all = engines.flatMap((engine) => {
    const row = rowOf(engine, name);
    return row === undefined ? [] : [{ engine, row }];
  });
  return all.reduce((least, one) => (goodness(one.row) < goodness(least.row) ? one : least));
}

/** Tiles with their worst engines, that with the best worst first. */
export function ranking(engines: readonly Engine[]): { name: string; share: number; engine: string }[] {
  const names = engines[0]?.rows.flatMap(({ name }) => (name.startsWith("tile ") ? [name] : [])) ?? [];
  return names
    .map((name) => {
      const { engine, row } = worst(engines, name);
      return { name: name.replace("tile ", ""), share: row.ofAddPeak!, engine: engine.name };
    })
    .sort((a, b) => b.share - a.share);
}

const UNITS: Partial<Record<Unit, string>> = { "GFLOP/s": "", "ns/value": " ns" };
const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

function cell(row: EngineRow | undefined): string {
  if (row === undefined) return "–";
  const { unit, median, ofAddPeak } = row;
  const figure = `${median.toPrecision(3)}${UNITS[unit] ?? ` ${unit}`}`;
  return ofAddPeak === null ? figure : `${figure} (${percent(ofAddPeak)})`;
}

/** A table of Markdown whose columns are aligned, engines as columns; GFLOP/s where no unit is named. */
export function engineTable(engines: readonly Engine[]): string {
  const head = ["", ...engines.map(({ name, version }) => `${name.replace(/ \d+$/, "")} ${version}`), "worst"];
  const peaks = ["additions alone", ...engines.map(({ addPeakGflops }) => addPeakGflops.toPrecision(3)), ""];
  const lines = (engines[0]?.rows ?? []).map(({ name }) => [
    name,
    ...engines.map((engine) => cell(rowOf(engine, name))),
    worst(engines, name).engine.name,
  ]);
  const all = [head, head.map(() => "---"), peaks, ...lines];
  const widths = head.map((_, i) => Math.max(...all.map((line) => line[i]!.length)));
  const text = all.map((line) => `| ${line.map((one, i) => one.padEnd(widths[i]!)).join(" | ")} |`);
  const order = ranking(engines).map(({ name, share, engine }) => `${name} ${percent(share)} (${engine})`);
  return [...text, ...(order.length > 0 ? ["", `Tiles by their worst engine: ${order.join(", ")}.`] : [])].join("\n");
}
