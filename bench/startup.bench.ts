// From the import of the built package to its first result, in fresh processes of Node and fresh pages of Chromium.
// They are timed by bench/startup.ts, in a process of its own: what drives browsers does not run from a bundle.
import { execFileSync } from "node:child_process";
import type { Program } from "./harness.ts";

const RUNS = 21;

const starts =
  (...args: string[]) =>
  (): number[] | string => {
    const tsx = "node_modules/tsx/dist/cli.mjs";
    const times = JSON.parse(
      execFileSync(process.execPath, [tsx, "bench/startup.ts", ...args, String(RUNS)], { encoding: "utf8" }),
    );
    return times.missing ?? times;
  };

export default [
  { name: "startup node", times: starts("node") },
  { name: "startup chromium", times: starts("index.js") },
  { name: "startup chromium, one file", times: starts("sedge.js") },
] satisfies Program[];
