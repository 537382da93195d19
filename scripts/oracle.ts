// `npm run oracle -- [DIR] [--json]`: runs a folder of reference vectors; exits with 1 if any case fails.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import * as sedge from "../src/entry.ts";
import { byOp, report, totals } from "../test/oracle/report.ts";
import { runCases } from "../test/oracle/run.ts";
import { readVectors } from "../test/oracle/vectors.ts";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: "boolean" } } });
const folder = positionals[0] ?? fileURLToPath(new URL("../test/oracle/vectors", import.meta.url));
if (!existsSync(join(folder, "manifest.json"))) {
  console.error(`oracle: expected a folder with a manifest.json, got ${folder}`);
  process.exit(2);
}

const results = runCases(readVectors(folder), sedge);
const sums = totals(results);
if (values.json) console.log(JSON.stringify({ ...sums, ops: Object.fromEntries(byOp(results)), results }));
else console.log(report(results));
process.exitCode = sums.failed > 0 ? 1 : 0;
