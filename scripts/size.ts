// `npm run size [-- --json]`: what a user downloads, gzipped, against its budget; exits with 1 when over. Raise the
// budget only in a commit that says why.
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { buildPackage } from "./build.ts";

/**
 * Bytes, gzipped, of the entry with all that it imports, the WebAssembly inlined. The promise is 100,000: with all ops,
 * layers, losses, optimizers and metrics of PyTorch and the training loop of Keras the library stands at 122,700, so this only
 * keeps it from growing on the way back.
 */
const BUDGET = 124_000;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const gzipped = (path: string): number => gzipSync(readFileSync(path), { level: 9 }).length;

/** A built file and every file of the bundle that it imports when it is loaded. */
function download(path: string, found = new Set<string>()): Set<string> {
  if (found.has(path)) return found;
  found.add(path);
  const imports = readFileSync(path, "utf8").matchAll(/\b(?:import|from)\s*"(\.[^"]+)"/g);
  for (const [, target = ""] of imports) download(join(dirname(path), target), found);
  return found;
}

const { values } = parseArgs({ options: { json: { type: "boolean" } } });
await buildPackage();
const entry = [...download(join(root, "dist/index.js"))].reduce((sum, path) => sum + gzipped(path), 0);
const wasm = gzipped(join(root, "build/core.wasm"));
const fits = entry <= BUDGET;

if (values.json) console.log(JSON.stringify({ entry, wasm, budget: BUDGET, fits }));
else {
  const kB = (bytes: number): string => `${(bytes / 1000).toFixed(1).padStart(6)} kB`;
  console.log(`${relative(root, join(root, "dist/index.js"))} with all it imports, gzipped ${kB(entry)}`);
  console.log(`of which the WebAssembly alone, gzipped     ${kB(wasm)}`);
  console.log(`budget                                      ${kB(BUDGET)}: ${fits ? "fits" : "OVER"}`);
}
process.exitCode = fits ? 0 : 1;
