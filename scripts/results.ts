// `npm run results [-- NAME ... --data DIR --seed N]`: runs recipes, each in a process of its own, keeps what they measured in
// docs/results.json beside what is there of others, and writes docs/results.md from it. With --page it writes the page alone.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { recipes } from "./example.ts";
import { TARGETS, type Target } from "./results-targets.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const RESULTS = `${root}docs/results.json`;
const PAGE = `${root}docs/results.md`;

/** What a run of a recipe measured, and of what it is a measurement. */
export interface Measurement {
  readonly recipe: string;
  /** What it learned from: real data, or what it makes. */
  readonly data: "real" | "made";
  readonly command: string;
  readonly seed: number;
  /** Wall time of the recipe. */
  readonly seconds: number;
  /** Null is a figure that is no finite number, such as the epochs to a goal that was missed. */
  readonly figures: Readonly<Record<string, number | null>>;
  /** The processor, and the version of Node. */
  readonly machine: string;
  /** Day of the run, as in 2026-01-31. */
  readonly date: string;
  /** The package's version. */
  readonly version: string;
}

/** All measurements, by recipe and data: a new one takes the place of the old. */
export function merge(old: readonly Measurement[], measured: Measurement): Measurement[] {
  const key = ({ recipe, data }: Measurement): string => `${recipe} ${data === "real" ? 0 : 1}`;
  const others = old.filter((other) => key(other) !== key(measured));
  return [...others, measured].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** Runs a recipe in a process of its own, whose progress is shown as it comes; throws if it fails. */
export function measure(recipe: string, seed: number, folder: string | undefined): Measurement {
  const options = [...(folder === undefined ? [] : ["--data", folder]), ...(seed === 1 ? [] : ["--seed", `${seed}`])];
  const { status, stdout } = spawnSync(
    process.execPath,
    ["node_modules/tsx/dist/cli.mjs", "scripts/example.ts", recipe, "--json", ...options],
    { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] },
  );
  if (status !== 0) throw new Error(`${recipe} failed`);
  const { seconds, data, figures } = JSON.parse(stdout) as Pick<Measurement, "seconds" | "data" | "figures">;
  const shown = [...(data === "real" ? ["--data DIR"] : []), ...(seed === 1 ? [] : [`--seed ${seed}`])];
  return {
    recipe,
    data,
    command: ["npm run example", recipe, ...(shown.length > 0 ? ["--", ...shown] : [])].join(" "),
    seed,
    seconds: Number(seconds.toPrecision(3)),
    figures,
    machine: `${cpus()[0]?.model.trim()}, Node ${process.versions.node}`,
    date: new Date().toISOString().slice(0, 10),
    version: JSON.parse(readFileSync(`${root}package.json`, "utf8")).version,
  };
}

/** Five digits, or all of a whole number. */
const number = (value: number | null): string =>
  value === null ? "none" : Number.isInteger(value) ? `${value}` : `${Number(value.toPrecision(5))}`;

const duration = (seconds: number): string =>
  seconds < 100 ? `${Number(seconds.toPrecision(2))} s` : `${(seconds / 60).toFixed(1)} min`;

const row = (...cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

/** A line for a target: what it asks for, what was measured, and whether that is enough. */
function targetRow(target: Target, results: readonly Measurement[]): string {
  const { recipe, figure, must, bound, published, data = "real", source } = target;
  const figures = results.find((result) => result.recipe === recipe && result.data === data)?.figures ?? {};
  const from = published === undefined ? source : `${source}: ${published}`;
  const limit = typeof bound === "number" ? bound : figures[bound];
  const value = figures[figure];
  if (value === undefined || limit === undefined)
    return row(recipe, figure, `${must} ${bound}`, "", "not measured", from);
  const reached = value !== null && limit !== null && (must === "<=" ? value <= limit : value >= limit);
  const asked = typeof bound === "number" ? `${must} ${bound}` : `${must} ${bound}, ${number(limit)}`;
  return row(recipe, figure, asked, number(value), reached ? "reached" : "**not reached**", from);
}

/** The page: the figures that are to be reached, then a table by recipe. */
export function page(results: readonly Measurement[]): string {
  const lines = [
    "# Results of the recipes",
    "",
    "Measured by `npm run results -- --data DIR`, which runs each recipe of `examples/` and writes this page from",
    "`docs/results.json`; no figure is typed in. DIR is a folder with `fashion-mnist`, `text` and `tabular`.",
    "",
    "## To be reached",
    "",
    row("recipe", "figure", "must be", "measured", "", "from"),
    "|---|---|---|---:|---|---|",
    ...TARGETS.map((target) => targetRow(target, results)),
    "",
    "## By recipe",
    "",
    row("recipe and command", "seed", "time", "figures", "measured"),
    "|---|---:|---:|---|---|",
    ...results.map(({ recipe, command, seed, seconds, figures, date, version }) => {
      const shown = Object.entries(figures).map(([name, value]) => `${name} ${number(value)}`);
      return row(
        `${recipe}<br>\`${command}\``,
        `${seed}`,
        duration(seconds),
        shown.join("<br>"),
        `${date}, ${version}`,
      );
    }),
    "",
    `Machine: ${[...new Set(results.map(({ machine }) => machine))].sort().join("; ") || "none yet"}.`,
  ];
  return `${lines.join("\n")}\n`;
}

/** What docs/results.json holds. */
export function stored(): Measurement[] {
  return JSON.parse(readFileSync(RESULTS, "utf8"));
}

function main(): void {
  const text = { type: "string" } as const;
  const options = { data: text, seed: { ...text, default: "1" }, page: { type: "boolean", default: false } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const all = recipes();
  const unknown = positionals.find((name) => !all.includes(name));
  if (unknown !== undefined) throw new Error(`expected recipes of ${all.join(", ")}, got ${unknown}`);
  if (!/^\d+$/.test(values.seed)) throw new Error(`expected --seed to be a whole number, got ${values.seed}`);
  writeFileSync(PAGE, page(stored()));
  if (values.page) return;
  for (const name of positionals.length > 0 ? positionals : all) {
    console.log(`== ${name}`);
    try {
      // Read and written around each run, so that what a long row of them has measured is safe.
      const results = merge(stored(), measure(name, Number(values.seed), values.data));
      writeFileSync(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
      writeFileSync(PAGE, page(results));
    } catch (error) {
      console.error(`results: ${(error as Error).message}`);
      process.exitCode = 1;
    }
  }
  console.log("docs/results.md is up to date");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    main();
  } catch (error) {
    console.error(`results: ${(error as Error).message}`);
    process.exitCode = 1;
  }
}
