// `npm run runtimes [-- NAME ...] [--json] [--page]`: the shared suite of test/runtimes in every runtime that this machine
// has, or in those whose names hold one of the words. The last line is `N passed, N failed`, checks summed over the runtimes.
// With SEDGE_RUNTIMES=all one that is missing has failed. --page writes the table into README.md, which takes all of them and
// the hashes of `npm run repro`.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { differences } from "../test/runtimes/compare.ts";
import { chromium } from "../test/runtimes/launch/puppeteer.ts";
import { launchers } from "../test/runtimes/launchers.ts";
import { markdown, type Result, table, tryOut, verdict } from "../test/runtimes/report.ts";
import { buildPackage } from "./build.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const README = fileURLToPath(new URL("../README.md", import.meta.url));
const README_TABLE = /(?<=<!-- runtimes -->\n)[\s\S]*?(?=<!-- \/runtimes -->)/;

/** Trains the models of `npm run repro` in every runtime; tells of each whether all its hashes are the committed ones. */
function reproduced(): (name: string) => boolean {
  const { stdout } = spawnSync(process.execPath, ["node_modules/tsx/dist/cli.mjs", "scripts/repro.ts", "--json"], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 2 ** 26,
  });
  const { runs } = JSON.parse(stdout) as { runs: Parameters<typeof differences>[0] };
  const models = JSON.parse(readFileSync(`${root}test/runtimes/hashes.json`, "utf8"));
  return (name) => {
    const own = runs.filter((run) => run.runtime === name);
    return own.length > 0 && differences([{ runtime: "committed", models }, ...own]).length === 0;
  };
}

const { values, positionals } = parseArgs({
  options: { json: { type: "boolean" }, page: { type: "boolean" } },
  allowPositionals: true,
});
const say = values.json ? (): void => {} : console.log;
const wanted = (name: string): boolean =>
  positionals.length === 0 || positionals.some((word) => name.toLowerCase().includes(word.toLowerCase()));

await buildPackage();
const results: Result[] = [];
for (const launcher of launchers.filter(({ name }) => wanted(name))) {
  const jobs: [job: string, name: string][] = [["suite", launcher.name]];
  if (launcher === chromium) jobs.push(["single", `${launcher.name}, single file`]);
  for (const [job, name] of jobs) {
    const result = await tryOut(launcher, job, name);
    results.push(result);
    if ("seconds" in result) say(`${name}: ${result.passed} checks passed, ${result.seconds.toFixed(1)} s`);
    else say(`${name}: ${"missing" in result ? "missing" : "failed"}`);
  }
}
const { passed, failures } = verdict(results, process.env.SEDGE_RUNTIMES === "all");
if (results.length === 0) failures.push(`no runtime of the name ${positionals.join(" ")}`);

if (values.page) {
  const page = readFileSync(README, "utf8");
  const nine = results.filter(({ name }) => launchers.some((launcher) => launcher.name === name));
  if (nine.length < launchers.length || !nine.every((result) => "bits" in result) || failures.length > 0) {
    failures.push("README.md: expected all runtimes, with no failure");
  } else if (!README_TABLE.test(page)) failures.push("README.md: expected the marks of the table, got none");
  else writeFileSync(README, page.replace(README_TABLE, `${markdown(nine, reproduced())}\n`));
}
if (values.json) console.log(JSON.stringify({ passed, failed: failures.length, failures, results }));
else {
  console.log(`\n${table(results)}\n`);
  for (const line of failures) console.log(`FAILED: ${line}`);
  for (const result of results) if ("missing" in result) console.log(`LEFT OUT: ${result.name}: ${result.missing}`);
  console.log(`${passed} passed, ${failures.length} failed`);
}
process.exitCode = failures.length > 0 ? 1 : 0;
