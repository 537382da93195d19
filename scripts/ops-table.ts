// `npm run ops-table`: writes docs/ops.md, the table of every op, loss, layer, optimizer, schedule and initialiser, from
// the code: what is exported, what calls of it record, what its documentation links to, and which reference cases run it.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Node } from "../src/autograd.ts";
import * as sedge from "../src/entry.ts";
import { type Call, trainable, withGradient, withoutGradient } from "../test/op-calls.ts";
import { adapt } from "../test/oracle/adapters.ts";
import { readVectors } from "../test/oracle/vectors.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The page of PyTorch, or of a paper, that an export's documentation names, by the export's own name. */
function references(): Map<string, string> {
  const found = new Map<string, string>();
  for (const file of readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts") || file.startsWith("data")) continue; // transforms of images have names of ops
    const text = readFileSync(join(root, "src", file), "utf8");
    for (const [, comment, name] of text.matchAll(
      /\/\*\*((?:(?!\*\/)[\s\S])*?)\*\/\nexport (?:abstract )?(?:function|class|const) (\w+)/g,
    )) {
      const pages = [...comment!.matchAll(/@see .*?(https?:\S+)/g)].map(([, page]) => page!);
      const link = pages.find((page) => page.includes("pytorch.org")) ?? pages[0];
      if (link && !found.has(name!)) found.set(name!, link);
    }
  }
  return found;
}

const links = references();

/** PyTorch's name with a link, as its page's address gives it; another source as such. */
function reference(name: string): string {
  const link = links.get(name);
  if (link === undefined) return "";
  const page = /pytorch\.org\/docs\/stable\/(?:generated\/)?([\w.]+)\.html(?:#([\w.]+))?/.exec(link);
  return page ? `[${(page[2] ?? page[1]!).replace(/^torch\./, "")}](${link})` : `[source](${link})`;
}

/** Whether gradients flow through some call, and whether all ops recorded for it have a second order. */
function orders(calls: readonly Call[]): { first: boolean; second: boolean } {
  const found = { first: false, second: false };
  for (const call of calls) {
    const inputs = trainable(call);
    sedge.tidy(() => {
      const nodes = [call[1](...inputs)].flat().flatMap(({ node }) => (node instanceof Node ? [node] : []));
      if (nodes.length === 0) return;
      const second = nodes.every((node) => everyBehind(node, ({ differentiableTwice }) => differentiableTwice));
      found.second = second && (found.second || !found.first);
      found.first = true;
    });
    for (const x of inputs) x.dispose();
  }
  return found;
}

/** Whether something holds for a node and all nodes behind it. */
const everyBehind = (node: Node, holds: (node: Node) => boolean): boolean =>
  holds(node) && (node.edges ?? []).every((edge) => !(edge instanceof Node) || everyBehind(edge, holds));

/** Reference cases by the function or class that runs them. */
function casesByFunction(): Map<unknown, number> {
  const counts = new Map<unknown, number>();
  for (const { op } of readVectors(join(root, "test/oracle/vectors"))) {
    const fn = adapt(op, sedge)?.fn;
    if (fn !== undefined) counts.set(fn, (counts.get(fn) ?? 0) + 1);
  }
  return counts;
}

const counts = casesByFunction();
const cell = (count: number | undefined): string => (count === undefined ? "" : String(count));
const mark = (yes: boolean): string => (yes ? "yes" : "no");

function opsTable(): string[] {
  const rows = Object.entries({ ...withGradient, ...withoutGradient })
    .filter(([name]) => typeof Reflect.get(sedge, name) === "function")
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, calls]) => {
      const { first, second } = orders(calls);
      const cases = cell(counts.get(Reflect.get(sedge, name)));
      return `| \`${name}\` | ${mark(first)} | ${mark(second)} | ${reference(name)} | ${cases} |`;
    });
  return ["| op or loss | gradient | second order | PyTorch | cases |", "|---|---|---|---|---:|", ...rows];
}

function namespaceTable(title: string, prefix: string, namespace: object): string[] {
  const rows = Object.entries(namespace)
    .filter(([, value]) => typeof value === "function")
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `| \`${prefix}${name}\` | ${reference(name)} | ${cell(counts.get(value))} |`);
  return [`| ${title} | PyTorch | cases |`, "|---|---|---:|", ...rows];
}

/** The whole page. */
export function opsPage(): string {
  return `${[
    "# Ops, layers and optimizers",
    "",
    "Written by `npm run ops-table` from the code. *Gradient*: `backward()` flows through it. *Second order*: also with",
    "`grad(..., { createGraph: true })`. *Cases*: reference cases of PyTorch's numbers that run it directly",
    "(`npm run oracle`); every op besides has tests of its own, and `test/op-gradcheck.test.ts` compares every gradient with",
    "differences.",
    "",
    "## Ops and losses",
    "",
    ...opsTable(),
    "",
    "## Layers",
    "",
    ...namespaceTable("layer", "nn.", sedge.nn),
    "",
    "## Optimizers and schedules",
    "",
    ...namespaceTable("class or function", "optim.", sedge.optim),
    "",
    "## Initialisers",
    "",
    ...namespaceTable("function", "nn.init.", sedge.nn.init),
  ].join("\n")}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(join(root, "docs/ops.md"), opsPage());
  console.log("docs/ops.md is up to date");
}
