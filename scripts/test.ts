// `npm test`: everything that must pass. Each suite prints what it prints; the last line is the sum over all of them,
// and the exit status is 1 if anything failed.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { buildCore } from "./build.ts";

/** What was skipped or is missing, and what failed: told at the end, for who sees only the end of a long log. */
const leftOut: string[] = [];
const broken: string[] = [];

interface Count {
  passed: number;
  failed: number;
}

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const tsx = "node_modules/tsx/dist/cli.mjs";

/** Runs a Node program to its end, showing what it prints; returns its standard output if that is to be read. */
function node(args: readonly string[], read = false): { status: number | null; stdout: string } {
  const { status, stdout } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", read ? "pipe" : "inherit", "inherit"],
    maxBuffer: 2 ** 28,
  });
  if (read) process.stdout.write(stdout);
  return { status, stdout };
}

/** A suite that broke off by an error outside of any test has failed too. */
const honest = (count: Count, status: number | null): Count =>
  status !== 0 && count.failed === 0 ? { ...count, failed: 1 } : count;

/** A program that tells by its exit status only. */
const single = (...args: string[]): Count =>
  node(args).status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };

/** A program whose last line is `N passed, N failed ...`, and that tells what failed and what it leaves out. */
function counting(...args: string[]): Count {
  const { status, stdout } = node(args, true);
  leftOut.push(...[...stdout.matchAll(/^LEFT OUT: (.*)$/gm)].map(([, what]) => what!));
  broken.push(...[...stdout.matchAll(/^FAILED: (.*)$/gm)].map(([, what]) => what!));
  const [, passed = 0, failed = 0] = /(\d+) passed, (\d+) failed/.exec(stdout.trimEnd().split("\n").at(-1) ?? "") ?? [];
  return honest({ passed: Number(passed), failed: Number(failed) }, status);
}

interface VitestResults {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

function vitest(): Count {
  const folder = mkdtempSync(join(tmpdir(), "sedge-test-"));
  const file = join(folder, "results.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  // Focused tests fail here: lint cannot tell vitest's from our own fit().
  const { status } = node(["node_modules/vitest/vitest.mjs", "run", "--allowOnly=false", ...reporters]);
  let count: Count = { passed: 0, failed: 0 };
  if (existsSync(file)) {
    const results: VitestResults = JSON.parse(readFileSync(file, "utf8"));
    // A file that cannot be loaded has no tests to count.
    const unloaded = results.testResults.filter((f) => f.status === "failed" && f.assertionResults.length === 0).length;
    count = { passed: results.numPassedTests, failed: results.numFailedTests + unloaded };
    const skipped = results.testResults.flatMap((f) =>
      f.assertionResults.filter((t) => /skipped|pending/.test(t.status)),
    );
    leftOut.push(...skipped.map((t) => t.fullName));
    for (const file of results.testResults) {
      for (const test of file.assertionResults) {
        if (test.status === "failed") broken.push(`${test.fullName} (${file.name})\n  ${test.failureMessages[0]}`);
      }
    }
  }
  rmSync(folder, { recursive: true, force: true });
  return honest(count, status);
}

const suites: [name: string, run: () => Count][] = [
  ["types, lint, layers, size", () => single(tsx, "scripts/check.ts")],
  ["unit tests and the documentation's examples", vitest],
  ["reference vectors", () => counting(tsx, "scripts/oracle.ts")],
  ["the shared suite in every runtime", () => counting(tsx, "scripts/runtimes.ts")],
  ["same bits in every runtime", () => single(tsx, "scripts/repro.ts")],
];

buildCore();
const counts = suites.map(([name, run]) => {
  console.log(`\n== ${name}`);
  return { name, ...run() };
});

console.log("");
for (const { name, passed, failed } of counts) console.log(`${name}: ${passed} passed, ${failed} failed`);
const data = resolve(root, process.env.SEDGE_DATA ?? "../shared");
if (!existsSync(data)) console.log(`LEFT OUT: tests on real data, for SEDGE_DATA names no folder (${data})`);
for (const name of broken) console.log(`FAILED: ${name}`);
for (const name of leftOut) console.log(`LEFT OUT: ${name}`);
const failed = counts.reduce((sum, count) => sum + count.failed, 0);
console.log(`${counts.reduce((sum, count) => sum + count.passed, 0)} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
