// `npm run bench -- --engines [NAME ...] [--filter TEXT] [--json]`: bench/engines/job.ts in each engine that this machine has, or
// in those whose names hold one of the words, one at a time; prints them side by side as a table of Markdown.
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { compileTiles } from "../bench/engines/compile.ts";
import { type Engine, type EngineReport, engineTable } from "../bench/engines/table.ts";
import { loadPeak } from "../bench/peak.ts";
import { bun } from "../test/runtimes/launch/bun.ts";
import { deno } from "../test/runtimes/launch/deno.ts";
import { newerNode, runningNode } from "../test/runtimes/launch/node.ts";
import { chromium, firefox } from "../test/runtimes/launch/puppeteer.ts";
import { webkit } from "../test/runtimes/launch/webkit.ts";
import { buildPackage } from "./build.ts";

/** Each an engine of its own, or another age of one; clocks stand still in workerd and edge-runtime, V8 both. */
const ENGINES = [runningNode, newerNode, deno, bun, chromium, firefox, webkit];
const TIME_LIMIT = 600_000;

const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Bundles the job, whatever it needs in it; gives its file as launchers want it named. */
async function prepare(filter: string): Promise<string> {
  await loadPeak(); // which compiles the loops
  mkdirSync(at("build/engines"), { recursive: true });
  writeFileSync(at("build/engines/tiles.wasm"), await compileTiles());
  await build({
    entryPoints: [at("bench/engines/job.ts")],
    outfile: at("build/engines/job.js"),
    bundle: true,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    mainFields: ["module", "main"],
    loader: { ".wasm": "binary" },
    define: { FILTER: JSON.stringify(filter) },
    alias: {
      sedge: at("src/entry.ts"),
      "peak.wasm": at("build/peak.wasm"),
      "tiles.wasm": at("build/engines/tiles.wasm"),
    },
  });
  return at("build/engines/job");
}

const { values, positionals } = parseArgs({
  options: { engines: { type: "boolean" }, json: { type: "boolean" }, filter: { type: "string", default: "" } },
  allowPositionals: true,
});
const chosen = ENGINES.filter(
  ({ name }) => positionals.length === 0 || positionals.some((word) => name.toLowerCase().includes(word.toLowerCase())),
);
if (chosen.length === 0) throw new Error(`no engine of the name ${positionals.join(" ")}`);

await buildPackage(); // launchers bring it along
const job = await prepare(values.filter);
const engines: Engine[] = [];
for (const launcher of chosen) {
  const { name } = launcher;
  const found = await launcher.find();
  if ("missing" in found) {
    console.error(`LEFT OUT: ${name}: ${found.missing}`);
    continue;
  }
  if (!values.json) console.error(`${name} ...`);
  const report = (await launcher.run(job, { timeLimit: TIME_LIMIT })) as EngineReport;
  engines.push({ name, version: found.version, ...report });
}
const machine = `${cpus()[0]?.model ?? process.arch}, ${cpus().length} cores`;
console.log(values.json ? JSON.stringify({ machine, engines }, null, 2) : `${machine}\n\n${engineTable(engines)}`);
