// `npm run size [-- --json]`: what a user downloads, gzipped: (a) the whole library, (b) and (c) two programs of which a
// bundler keeps what they use. Exits with 1 when over a budget. Raise one only in a commit that says why.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { imported } from "./build/name-all.ts";
import { buildPackage } from "./build.ts";

/**
 * Bytes, gzipped, the WebAssembly included. The promise is 100,000 for all of it: with all ops, layers, losses, optimizers
 * and metrics of PyTorch and the training loop of Keras the library stands above, so this only keeps it from growing on
 * the way back. Of the programs, the core is 28,800: kernels for small and skinny products, for convolutions of few
 * channels or of 1x1, and losses and copies by four vectors took 4 kB, its packing gave back 1.9.
 */
const BUDGETS = { entry: 124_300, mlp: 53_100, cnn: 60_100 };

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const gzipped = (bytes: Uint8Array): number => gzipSync(bytes, { level: 9 }).length;

/** A program of scripts/size/ as a bundler delivers it, for browsers. */
async function bundled(name: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [join(root, `scripts/size/${name}.js`)],
    ...{ bundle: true, minify: true, write: false, format: "esm", platform: "browser", target: "es2022" },
    legalComments: "none",
  });
  return outputFiles[0]!.contents;
}

const { values } = parseArgs({ options: { json: { type: "boolean" } } });
await buildPackage();
const dist = join(root, "dist");
const files = ["./index.js", ...imported(join(dist, "index.js"))];
const entry = files.reduce((sum, path) => sum + gzipped(readFileSync(join(dist, path))), 0);
const wasm = gzipped(readFileSync(join(root, "build/core.wasm")));
const core = gzipped(readFileSync(join(root, "dist/lib/core-bytes.js")));
const sizes = { entry, mlp: gzipped(await bundled("mlp")), cnn: gzipped(await bundled("cnn")) };
const over = Object.entries(sizes).filter(([name, size]) => size > BUDGETS[name as keyof typeof BUDGETS]);
const fits = over.length === 0;

if (values.json) console.log(JSON.stringify({ ...sizes, wasm, core, budgets: BUDGETS, fits }));
else {
  const kB = (bytes: number): string => `${(bytes / 1000).toFixed(1).padStart(6)} kB`;
  const row = (text: string, name: keyof typeof sizes): void =>
    console.log(
      `${text.padEnd(46)}${kB(sizes[name])} of ${kB(BUDGETS[name])}${sizes[name] > BUDGETS[name] ? ": OVER" : ""}`,
    );
  row("(a) sedge with all it imports, gzipped", "entry");
  row("(b) a program that runs an MLP, bundled", "mlp");
  row("(c) a program that trains a CNN, bundled", "cnn");
  console.log(`${"of each, the core in the JavaScript".padEnd(46)}${kB(core)} (by itself, gzipped:${kB(wasm)})`);
}
process.exitCode = fits ? 0 : 1;
