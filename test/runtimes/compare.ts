// Trains in several runtimes and compares the runs with each other and with the committed hashes: what differs, and the
// tables that show it. How each runtime is started is launchers.ts.

/** What is hashed of a model after its training. */
export const KINDS = ["weights", "optimizer", "losses"] as const;

/** The hashes of one model, as test/runtimes/hashes.json holds them. */
export type Hashes = Readonly<Record<(typeof KINDS)[number], string>>;

/** The figures of one model in one run, as test/runtimes/jobs/repro.js returns them. */
export type Figures = Hashes & { readonly first: number; readonly last: number };

/** One process or page: a runtime, and the hashes by model, or why there are none. */
export interface Run<F extends Hashes = Hashes> {
  readonly runtime: string;
  readonly models: Readonly<Record<string, F>>;
  readonly error?: string;
}

/** What is asked of a runtime here. */
export interface Trains {
  readonly name: string;
  find(): Promise<{ version: string } | { missing: string }>;
  run(job: string): Promise<unknown>;
}

/** All that `npm run repro -- --json` prints. */
export interface Report {
  /** How many runtimes there were, and how many models they trained. */
  readonly runtimes: number;
  readonly models: number;
  readonly equal: boolean;
  readonly wrong: readonly string[];
  readonly leftOut: readonly string[];
  readonly runs: readonly Run<Figures>[];
}

/** Trains everything in each of the runtimes that are there, `times` in a fresh process or page each. */
export async function reproduce(
  runtimes: readonly Trains[],
  times: number,
  say: (line: string) => void,
): Promise<Pick<Report, "runs" | "leftOut">> {
  const runs: Run<Figures>[] = [];
  const leftOut: string[] = [];
  for (const runtime of runtimes) {
    const { name } = runtime;
    const start = performance.now();
    const fail = (error: unknown) =>
      runs.push({ runtime: name, models: {}, error: String((error as Error)?.message ?? error) });
    const found = await runtime.find().catch((error: unknown) => void fail(error));
    if (found === undefined) continue;
    if ("missing" in found) {
      leftOut.push(`${name}: ${found.missing}`);
      continue;
    }
    for (let i = 0; i < times; i++) {
      try {
        const models = (await runtime.run("repro")) as Record<string, Figures> | null;
        if (typeof models !== "object" || models === null) throw new TypeError(`expected hashes, got ${models}`);
        runs.push({ runtime: name, models });
      } catch (error) {
        fail(error);
      }
    }
    say(`${name} ${found.version}: ${times} runs in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  }
  return { runs, leftOut };
}

/** The runs beside the committed hashes; with `all` a runtime that was left out is wrong too. */
export function judge(
  runs: readonly Run<Figures>[],
  leftOut: readonly string[],
  hashes: Readonly<Record<string, Hashes>>,
  all = false,
): Report {
  const wrong = differences([{ runtime: "hashes.json", models: hashes }, ...runs]);
  const runtimes = new Set(runs.map((run) => run.runtime)).size;
  const models = namesOf(runs).length;
  if (runtimes === 0) wrong.push("no runtime was found");
  if (all) wrong.push(...leftOut.map((line) => `left out: ${line}`));
  return { runtimes, models, equal: wrong.length === 0, wrong, leftOut, runs };
}

/** Which runtimes have which hash of a model, `missing` where there is none. */
function sides(runs: readonly Run[], name: string, kind: keyof Hashes): [hash: string, runtimes: string[]][] {
  const byHash = new Map<string, Set<string>>();
  for (const { runtime, models } of runs) {
    const hash = models[name]?.[kind] ?? "missing";
    byHash.set(hash, (byHash.get(hash) ?? new Set()).add(runtime));
  }
  return [...byHash].map(([hash, runtimes]) => [hash, [...runtimes]]);
}

const finished = (runs: readonly Run[]): readonly Run[] => runs.filter((run) => run.error === undefined);
const namesOf = (runs: readonly Run[]): string[] => [...new Set(runs.flatMap((run) => Object.keys(run.models)))];

/** What keeps the runs from being equal, one line per model and kind of value or failed process. */
export function differences(runs: readonly Run[]): string[] {
  const failed = runs.filter((run) => run.error !== undefined).map((run) => `${run.runtime} failed: ${run.error}`);
  const unequal = namesOf(runs).flatMap((name) =>
    KINDS.flatMap((kind) => {
      const all = sides(finished(runs), name, kind);
      if (all.length <= 1 && all[0]?.[0] !== "missing") return [];
      const told = all.map(([hash, runtimes]) => `${hash.slice(0, 12)} in ${runtimes.join(", ")}`);
      return [`${name}: ${kind} differ: ${told.join("; ")}`];
    }),
  );
  return [...failed, ...unequal];
}

/** Every hash whole, with the runtimes that have it where these are not all. */
export function table(runs: readonly Run<Figures>[]): string {
  const lines: string[] = [];
  for (const name of namesOf(runs)) {
    const { first = Number.NaN, last = Number.NaN } = runs.find((run) => run.models[name])!.models[name]!;
    lines.push(`${name}: loss ${first.toFixed(4)} -> ${last.toFixed(4)}`);
    for (const kind of KINDS) {
      const all = sides(finished(runs), name, kind);
      for (const [hash, runtimes] of all)
        lines.push(`  ${kind.padEnd(9)} ${hash}${all.length > 1 ? ` in ${runtimes.join(", ")}` : ""}`);
    }
  }
  return lines.join("\n");
}

/** The hashes as rows of Markdown, for docs/reproducibility.md. */
export function markdown(hashes: Readonly<Record<string, Hashes>>): string {
  const head = ["model", ...KINDS];
  const rows = Object.entries(hashes).map(([name, sums]) => [name, ...KINDS.map((kind) => `\`${sums[kind]}\``)]);
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}
