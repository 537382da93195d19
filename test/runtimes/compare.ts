// Compares the training runs of several runtimes: which hashes differ, and the table that shows them.

/** The figures of one model in one run, as test/runtimes/train.js prints them. */
export interface Figures {
  readonly weights: string;
  readonly losses: string;
  readonly first: number;
  readonly last: number;
}

/** One process: a runtime with its version, and its figures by model, or why there are none. */
export interface Run {
  readonly runtime: string;
  readonly models: Readonly<Record<string, Figures>>;
  readonly error?: string;
}

/** What keeps the runs from being equal, one line per model and kind of value or failed process. */
export function differences(runs: readonly Run[]): string[] {
  const failed = runs.filter((run) => run.error !== undefined).map((run) => `${run.runtime} failed: ${run.error}`);
  const finished = runs.filter((run) => run.error === undefined);
  const names = [...new Set(finished.flatMap((run) => Object.keys(run.models)))];
  const unequal = names.flatMap((name) =>
    (["weights", "losses"] as const).flatMap((kind) => {
      const runtimes = new Map<string, string[]>();
      for (const { runtime, models } of finished) {
        const hash = models[name]?.[kind] ?? "missing";
        runtimes.set(hash, [...(runtimes.get(hash) ?? []), runtime]);
      }
      if (runtimes.size <= 1) return [];
      const sides = [...runtimes].map(([hash, list]) => `${hash.slice(0, 12)} in ${list.join(", ")}`);
      return [`${name}: ${kind} differ: ${sides.join("; ")}`];
    }),
  );
  return [...failed, ...unequal];
}

/** A row per run and model. */
export function table(runs: readonly Run[]): string {
  const width = Math.max(...runs.map(({ runtime }) => runtime.length));
  return runs
    .flatMap(({ runtime, models }) =>
      Object.entries(models).map(
        ([name, { weights, losses, first, last }]) =>
          `${runtime.padEnd(width)}  ${name}  loss ${first.toFixed(4)} -> ${last.toFixed(4)}\n` +
          `  weights ${weights}\n  losses  ${losses}`,
      ),
    )
    .join("\n");
}
