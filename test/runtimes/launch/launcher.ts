// Makes launchers: what all of them do around a job. What is particular to a runtime stands in the file of its name.
import { resolve } from "node:path";
import { workspace } from "./paths.ts";
import { temporary } from "./process.ts";
import { serve } from "./server.ts";
import type { Env, Errand, Found, Launcher, Missing, Outcome } from "./types.ts";

/** Jobs take seconds; a machine may be busy. */
const TIME_LIMIT = 180_000;

/** Makes a launcher of what is particular to a runtime. */
export function launcher<F extends Found>(
  name: string,
  find: () => Promise<F | Missing>,
  start: (found: F, errand: Errand) => Promise<Outcome>,
  { fetches = true } = {},
): Launcher {
  let looked: Promise<F | Missing> | undefined;
  const once = (): Promise<F | Missing> => {
    looked ??= find();
    return looked;
  };
  return {
    name,
    find: once,
    async run(job, { timeLimit = TIME_LIMIT } = {}) {
      const found = await once();
      if ("missing" in found) throw new Error(`${name}: ${found.missing}`);
      const server = await serve();
      const { folder, remove } = temporary("sedge-job-");
      const over = new AbortController();
      const timer = setTimeout(() => {
        over.abort(new Error(`${name}: expected ${job} to end within ${timeLimit / 1000} s, got no result`));
      }, timeLimit);
      try {
        const env: Env = { runtime: name, ...(fetches && { fetch: server.url }) };
        const file = resolve(workspace, "jobs", `${job}.js`);
        const outcome = await start(found, { job: file, env, folder, server, signal: over.signal });
        if ("error" in outcome) throw new Error(`${name}: ${job} threw ${outcome.error}`);
        return outcome.value;
      } finally {
        clearTimeout(timer);
        over.abort();
        await server.close();
        remove();
      }
    },
  };
}

/** The promise of a signal's end, to race against what may never end. */
export function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
