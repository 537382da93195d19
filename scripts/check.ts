// `npm run check`: what one runs while working. Builds what is stale, then types, lint, the rules on the source tree and
// the size budget, side by side; all of them run to their end even if one fails.
import { execFile } from "node:child_process";
import { buildCore } from "./build.ts";

const steps: [name: string, script: string, ...args: string[]][] = [
  ["types", "node_modules/typescript/bin/tsc", "--noEmit", "--pretty"],
  ["lint", "node_modules/@biomejs/biome/bin/biome", "check", "--error-on-warnings"],
  ["layers", "node_modules/vitest/vitest.mjs", "run", "--reporter=dot", "test/layers.test.ts"],
  ["size", "node_modules/tsx/dist/cli.mjs", "scripts/size.ts"],
];

/** Runs a step to its end, then shows what it printed and whether it passed. */
function run(name: string, command: readonly string[]): Promise<boolean> {
  const start = performance.now();
  return new Promise((done) => {
    execFile(process.execPath, command, { maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      const verdict = error === null ? "ok    " : "FAILED";
      console.log(`${stdout}${stderr}${verdict} ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
      done(error === null);
    });
  });
}

buildCore();
const passed = await Promise.all(steps.map(([name, ...command]) => run(name, command)));
process.exitCode = passed.every(Boolean) ? 0 : 1;
