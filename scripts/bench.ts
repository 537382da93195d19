// `npm run bench [-- --json] [-- --filter TEXT]`: bundles bench/ and runs bench/run.ts with the same arguments, or with
// `--memory` bench/memory.ts. With `--engines` scripts/bench-engines.ts does all.
// Bundled, as users have it: the loader that runs TypeScript here wraps every closure to keep its name, which makes a
// small op four times as dear.
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { build } from "esbuild";
import { buildCore } from "./build.ts";

const args = process.argv.slice(2);
if (args.includes("--engines")) await import("./bench-engines.ts");
else await bundled();

async function bundled(): Promise<void> {
  buildCore();
  rmSync("build/bench", { recursive: true, force: true });
  await build({
    entryPoints: [
      "bench/run.ts",
      "bench/memory.ts",
      ...readdirSync("bench").flatMap((f) => (f.endsWith(".bench.ts") ? [`bench/${f}`] : [])),
    ],
    outdir: "build/bench",
    bundle: true,
    splitting: true,
    format: "esm",
    target: "node20",
    platform: "node",
    packages: "external",
    alias: { sedge: "./src/entry.ts" },
  });
  const program = args.includes("--memory") ? "memory" : "run";
  const { status } = spawnSync(process.execPath, [`build/bench/${program}.js`, ...args], { stdio: "inherit" });
  process.exitCode = status ?? 1;
}
