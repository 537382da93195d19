// The project's rules about its own source files: who may import whom, first comments, sizes. Pure functions of the
// files' text, so that the test of the real tree (test/layers.test.ts) can also be shown planted violations.
import { dirname, join, normalize } from "node:path/posix";
import ts from "typescript";

/** Source files by their path from the root, with forward slashes. */
export type Sources = ReadonlyMap<string, string>;

/**
 * The tiers of src/, lowest first. A file imports only from its own tier and those before it; a name ending in a slash
 * is a folder. The order is that of the design: what computes knows nothing of what is built from it.
 */
export const TIERS: readonly (readonly string[])[] = [
  ["shape.ts", "numbers.ts", "wasm.ts"],
  ["random.ts", "memory.ts", "sites.ts", "scope.ts"],
  ["format.ts", "tensor.ts"],
  ["observe.ts", "autograd.ts", "backward.ts", "grad.ts"],
  ["ops/"],
  ["nn/", "losses/", "metrics/"],
  ["optim/"],
  ["data/", "io/", "train/"],
  ["nn.ts", "optim.ts", "metrics.ts", "index.ts"],
  ["inspect/", "capture/"],
  ["inlined.ts", "core-wasm.d.ts"],
  ["boot.ts", "boot-node.ts", "boot-workerd.ts", "boot-edge-light.ts"],
  ["methods.ts", "entry.ts", "functional.ts", "data.ts", "inspect.ts", "capture.ts", "node.ts", "plot.ts"],
];

function tierOf(path: string): number {
  const name = path.slice("src/".length);
  return TIERS.findIndex((tier) => tier.some((t) => (t.endsWith("/") ? name.startsWith(t) : name === t)));
}

const parse = (path: string, text: string): ts.SourceFile =>
  ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);

/** Every module that a file names: imports, re-exports, type imports and dynamic imports. */
export function importsOf(path: string, text: string): string[] {
  const found: string[] = [];
  const note = (node: ts.Node | undefined): void => {
    if (node && ts.isStringLiteral(node)) found.push(node.text);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) note(node.moduleSpecifier);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) note(node.argument.literal);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) note(node.arguments[0]);
    ts.forEachChild(node, visit);
  };
  visit(parse(path, text));
  return found;
}

/** The files of src/ that each of them imports. */
function graphOf(sources: Sources): Map<string, string[]> {
  const graph = new Map<string, string[]>();
  for (const [path, text] of sources) {
    if (!path.startsWith("src/")) continue;
    const local = importsOf(path, text).filter((specifier) => specifier.startsWith("."));
    graph.set(
      path,
      local.map((specifier) => normalize(join(dirname(path), specifier))).filter((target) => target.startsWith("src/")),
    );
  }
  return graph;
}

/** Imports of a later tier, of a barrel, and files without a tier. */
export function tierViolations(sources: Sources): string[] {
  const wrong: string[] = [];
  const index = tierOf("src/index.ts");
  for (const [path, targets] of graphOf(sources)) {
    const tier = tierOf(path);
    if (tier < 0) wrong.push(`${path} has no tier: add it to TIERS in test/layers/rules.ts`);
    for (const target of targets) {
      if (tierOf(target) > tier) wrong.push(`${path} imports ${target}, which is of a later tier`);
      if (target.endsWith("/index.ts") && tier < index) wrong.push(`${path} imports the barrel ${target}`);
    }
  }
  return wrong;
}

/** Each circle of imports, once. */
export function circles(sources: Sources): string[] {
  const graph = graphOf(sources);
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) found.push([...trail.slice(start), path].join(" -> "));
    if (start >= 0 || done.has(path)) return;
    for (const target of graph.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return found;
}

/** Uses of a kernel (`k.relu`) while a module of src/ is loaded: importing it would need a booted core. */
export function kernelsAtTopLevel(sources: Sources): string[] {
  const found: string[] = [];
  for (const [path, text] of sources) {
    if (!path.startsWith("src/")) continue;
    const file = parse(path, text);
    const visit = (node: ts.Node): void => {
      if (ts.isFunctionLike(node)) return;
      if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === "k") {
        found.push(`${path}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1} uses ${node.getText()}`);
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return found;
}

/** What a file of assembly/ exports as functions, by name. */
const kernelsOf = (text: string): string[] => [
  ...[...text.matchAll(/^export function (\w+)/gm)].map(([, name]) => name!),
  ...[...text.matchAll(/^export \{ ([\w, ]+) \};/gm)].flatMap(([, names]) => names!.split(", ")),
];

/**
 * Kernels that assembly/index.ts exports and nothing in src/ calls, and those that are not named as `k.name`, in which
 * alone the build shortens their names.
 */
export function kernelFaults(sources: Sources, uncalled: readonly string[] = []): string[] {
  const faults: string[] = [];
  const called = new Set(uncalled);
  for (const [path, text] of sources) {
    if (!path.startsWith("src/") || !/wasm\.ts"/.test(text)) continue;
    if (/\} = k;/.test(text)) faults.push(`${path}: takes kernels apart`);
    const file = parse(path, text);
    const visit = (node: ts.Node): void => {
      const of =
        (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) && node.expression.getText();
      if (of === "k" || of === "kernels") {
        if (ts.isPropertyAccessExpression(node)) called.add(node.name.text);
        else if (/\bk\b[^;]*wasm\.ts"/.test(text)) faults.push(`${path}: ${node.getText()} has a computed name`);
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  for (const [, from] of (sources.get("assembly/index.ts") ?? "").matchAll(/^export \* from "\.\/([\w-]+)";/gm)) {
    for (const name of kernelsOf(sources.get(`assembly/${from}.ts`) ?? "")) {
      if (!called.has(name)) faults.push(`assembly/${from}.ts: nothing in src/ calls ${name}`);
    }
  }
  return faults;
}

/** Files that do not begin with a comment saying what lives there. */
export function withoutFirstComment(sources: Sources): string[] {
  return [...sources].filter(([, text]) => !/^(#!.*\n)?\s*(\/\/ ?\S|\/\*)/.test(text)).map(([path]) => path);
}

/** The most lines of a file; a test follows the stem it tests, and may be longer before it is split. */
export const maxLines = (path: string): number => (path.endsWith(".test.ts") ? 500 : 300);

/** Files that have a reason to be longer, with a limit of their own. */
export type Budget = Readonly<Record<string, { readonly lines: number; readonly reason: string }>>;

export function tooLong(sources: Sources, budget: Budget): string[] {
  return [...sources]
    .map(([path, text]) => ({
      path,
      lines: text.trimEnd().split("\n").length,
      limit: budget[path]?.lines ?? maxLines(path),
    }))
    .filter(({ lines, limit }) => lines > limit)
    .map(({ path, lines, limit }) => `${path} has ${lines} lines, more than ${limit}`);
}
