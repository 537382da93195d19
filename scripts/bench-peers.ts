// `npm run bench:peers [-- --json | --page | --check] [-- --filter TEXT]`: the same works by us and by the peers of
// bench/peers, in alternation, one process at a time. --page writes the table of docs/performance.md; --check compares
// parameters and losses instead of times, and exits with 1 where they differ.
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { check } from "../bench/peers/check.ts";
import { type Absent, type Comparison, compare } from "../bench/peers/compare.ts";
import { type Launch, Peer, PeerError } from "../bench/peers/peer.ts";
import { heading, meanLine, page, reasons, row } from "../bench/peers/table.ts";
import { works } from "../bench/peers/works.ts";
import { buildPackage } from "./build.ts";

const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
const PAGE = at("docs/performance.md");
const TABLE = /(<!-- peers -->)[\s\S]*?(<!-- \/peers -->)/;
const INSTALL_NODE = "npm ci --ignore-scripts --prefix bench/peers";
const INSTALL_TORCH = "apt-get install --no-install-recommends python3-torch libopenblas0-pthread";

const script = (name: string, file: string): Launch => ({
  name,
  command: process.execPath,
  args: [at(`bench/peers/${file}`)],
  install: `to install it: ${INSTALL_NODE}`,
});
const OURS = script("sedge", "ours.mjs");
const PEERS: Launch[] = [
  {
    name: "pytorch",
    command: "/usr/bin/python3",
    args: [at("bench/peers/torch_peer.py")],
    install: `to install it on Debian: ${INSTALL_TORCH}`,
  },
  script("tensorflow.js-wasm", "tfjs.mjs"),
  script("jax-js-wasm", "jax.mjs"),
  script("onnxruntime-web", "ort.mjs"),
];

const { values: options } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    page: { type: "boolean", default: false },
    check: { type: "boolean", default: false },
    filter: { type: "string", default: "" },
  },
});
const chosen = works.filter(({ name }) => name.includes(options.filter));
if (chosen.length === 0) {
  console.error(`bench:peers: expected --filter to be a part of a name, got "${options.filter}"; there are:`);
  for (const { name } of works) console.error(`  ${name}`);
  process.exit(1);
}

await buildPackage();
await build({
  entryPoints: [at("bench/workloads.ts")],
  outdir: at("build/peers"),
  bundle: true,
  format: "esm",
  target: "node20",
  packages: "external",
  // Not the source, which tsconfig.json means by the package's name.
  tsconfigRaw: {},
});

const ours = await Peer.start(OURS);
const peers: Peer[] = [];
const absent: Record<string, string> = {};
for (const launch of PEERS) {
  try {
    peers.push(await Peer.start(launch));
  } catch (error) {
    if (!(error instanceof PeerError)) throw error;
    absent[launch.name] = error.message;
  }
}
try {
  if (options.check) await runCheck();
  else await runComparison(absent);
} finally {
  for (const process of [ours, ...peers]) process.close();
}

async function runCheck(): Promise<void> {
  const wrong: string[] = [];
  for (const [name, reason] of Object.entries(absent)) console.log(`LEFT OUT: ${name}: ${reason}`);
  for (const work of chosen.filter(({ op }) => /^(train|infer) /.test(op))) {
    const checked = await check(work, ours, peers, new Set(["pytorch"]));
    for (const line of checked.lines) console.log(`${checked.wrong.includes(line) ? "DIFFERS" : "ok"} ${line}`);
    wrong.push(...checked.wrong);
  }
  process.exitCode = wrong.length === 0 ? 0 : 1;
}

async function runComparison(absent: Absent): Promise<void> {
  const results: Comparison[] = [];
  if (!options.json) console.log(heading());
  for (const work of chosen) {
    const result = await compare(work, ours, peers, absent);
    results.push(result);
    if (!options.json) console.log(row(result));
  }
  const report = { machine: machine(), results };
  if (options.json) console.log(JSON.stringify(report, null, 2));
  else
    for (const line of ["", report.machine, meanLine(results), ...reasons(results)])
      if (line !== null) console.log(line);
  if (!options.page) return;
  const table = page(report, new Date().toISOString().slice(0, 10));
  writeFileSync(
    PAGE,
    readFileSync(PAGE, "utf8").replace(TABLE, (_, before, after) => `${before}\n${table}\n${after}`),
  );
}

function machine(): string {
  const versions = peers.map(({ version }) => version);
  const cores = cpus();
  const node = `Node ${process.versions.node}`;
  return [`${cores[0]?.model ?? process.arch}, one core of ${cores.length}`, node, ...versions].join(", ");
}
