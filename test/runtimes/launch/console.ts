// Runtimes with a command line: a project that has the package installed, and a program in it that prints the outcome.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { install, withoutLibrary } from "./bundle.ts";
import { launcher } from "./launcher.ts";
import { MARK, printed } from "./process.ts";
import type { Errand, Found, Launcher, Missing, Outcome } from "./types.ts";

/** Such a runtime with the program to start. */
export interface Binary extends Found {
  readonly binary: string;
}

/** Writes the program of a job; gives its file. */
async function program({ job, env, folder }: Errand): Promise<string> {
  const code = `
    import * as sedge from "sedge";
    import job from "job";
    import { outcome } from "outcome";
    const done = await outcome(job, sedge, ${JSON.stringify(env)});
    console.log(${JSON.stringify(`\n${MARK}`)} + JSON.stringify(done));`;
  install(folder);
  const file = join(folder, "main.js");
  writeFileSync(file, await withoutLibrary(code, job));
  return file;
}

/** A launcher that starts `binary ...args file`. */
export function consoleLauncher(
  name: string,
  find: () => Promise<Binary | Missing>,
  { args = [], ...options }: { args?: readonly string[]; fetches?: boolean } = {},
): Launcher {
  const start = async ({ binary }: Binary, errand: Errand): Promise<Outcome> =>
    await printed(binary, [...args, await program(errand)], { cwd: errand.folder, signal: errand.signal });
  return launcher(name, find, start, options);
}
