// `npm run repro [-- --json | --update]`: the promise "same seed, same bits". Trains the models of test/runtimes/jobs/repro
// in every runtime that this machine has, twice in each, and compares all hashes with those committed in
// test/runtimes/hashes.json; exits with 1 if any two differ, and with SEDGE_RUNTIMES=all if one is missing. --update rewrites
// the hashes from runs that agree.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import {
  differences,
  type Figures,
  type Hashes,
  judge,
  markdown,
  type Run,
  reproduce,
  table,
} from "../test/runtimes/compare.ts";
import { launchers } from "../test/runtimes/launchers.ts";
import { buildPackage } from "./build.ts";

const RUNS = 2;
const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
const HASHES = at("test/runtimes/hashes.json");
const DOCS = at("docs/reproducibility.md");
const DOCS_TABLE = /(<!-- hashes -->\n)[\s\S]*?(\n<!-- \/hashes -->)/;

/** Replaces the committed hashes, and their table in the documentation, by those of runs that agree. */
function update(runs: readonly Run<Figures>[]): void {
  const apart = differences(runs);
  if (apart.length > 0 || runs.length === 0) throw new Error(`the runs do not agree:\n${apart.join("\n")}`);
  const hashes: Record<string, Hashes> = {};
  for (const [name, { weights, optimizer, losses }] of Object.entries(runs[0]!.models))
    hashes[name] = { weights, optimizer, losses };
  writeFileSync(HASHES, `${JSON.stringify(hashes, null, 2)}\n`);
  writeFileSync(DOCS, readFileSync(DOCS, "utf8").replace(DOCS_TABLE, `$1${markdown(hashes)}$2`));
}

const { values } = parseArgs({ options: { json: { type: "boolean" }, update: { type: "boolean" } } });
await buildPackage();
const { runs, leftOut } = await reproduce(launchers, RUNS, values.json ? () => {} : console.log);
if (values.update) update(runs);
const all = process.env.SEDGE_RUNTIMES === "all";
const report = judge(runs, leftOut, JSON.parse(readFileSync(HASHES, "utf8")), all);
if (values.json) console.log(JSON.stringify(report));
else {
  console.log(table(runs));
  for (const line of leftOut) console.log(`LEFT OUT: ${line}`);
  console.log(report.equal ? `${report.runtimes} runtimes, ${report.models} models: equal` : report.wrong.join("\n"));
}
process.exitCode = report.equal ? 0 : 1;
