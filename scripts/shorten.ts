// Writes bundles shorter without changing what they do, in ways that gzip profits from (measured): functions as arrows, and
// names that tell how often a thing is used.
import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { type MinifyOptions, minify, type SourceMapOptions } from "terser";
import ts from "typescript";

/** What of a statement at the top of a file runs when the file is loaded, as text: of functions and methods nothing does. */
function runs(statement: ts.Statement): string {
  if (ts.isFunctionDeclaration(statement)) return "";
  if (!ts.isClassDeclaration(statement)) return statement.getText();
  const fields = statement.members.filter(ts.isPropertyDeclaration);
  return [...(statement.heritageClauses ?? []), ...fields].map((node) => node.getText()).join(" ");
}

/** The functions of a file that are called before their line is reached, while the file is loaded. */
function calledEarly({ statements }: ts.SourceFile): Set<ts.FunctionDeclaration> {
  const early = new Set<ts.FunctionDeclaration>();
  const note = (text: string, from: number): void => {
    const words = new Set(text.match(/[\w$]+/g));
    for (const later of statements.slice(from).filter(ts.isFunctionDeclaration)) {
      if (early.has(later) || !words.has(later.name!.text)) continue;
      early.add(later);
      note(later.getText(), from);
    }
  };
  for (const [i, statement] of statements.entries()) note(runs(statement), i + 1);
  return early;
}

/** A file of the source with its functions as constants, line by line as before: `function`, `return` and braces fall away. */
export function withArrows(text: string): string {
  const file = ts.createSourceFile("file.ts", text, ts.ScriptTarget.Latest, true);
  const early = calledEarly(file);
  const edits: [from: number, to: number, text: string][] = [];
  for (const node of file.statements) {
    if (!ts.isFunctionDeclaration(node) || early.has(node)) continue;
    const [start, whole] = [node.getStart(), node.getText()];
    if (node.body === undefined)
      edits.push([start, node.end, whole.replace(/[^\n]/g, "")]); // an overload
    else if (!/\bfunction\*|\bthis\b|\barguments\b/.test(whole)) {
      const [exported, async] = [ts.SyntaxKind.ExportKeyword, ts.SyntaxKind.AsyncKeyword].map((kind) =>
        node.modifiers?.some((modifier) => modifier.kind === kind),
      );
      const head = `${exported ? "export " : ""}const ${node.name!.text} = ${async ? "async " : ""}`;
      edits.push([start, node.name!.end, head], [node.body.pos, node.body.pos, " =>"], [node.end, node.end, ";"]);
    }
  }
  return edits.reduceRight((text, [from, to, by]) => text.slice(0, from) + by + text.slice(to), text);
}

/** Letters by how often names are made of them: Terser gives the first ones to the variables of functions. */
const LETTERS = [..."etrnasiolupchdfmgybxwvkzjqETRNASIOLUPCHDFMGYBXWVKZJQ_$"];
const LOCALS = 12;
const PAIRS = LETTERS.flatMap((a) => [...LETTERS, ..."0123456789"].map((b) => a + b)).filter(
  (name) => !["do", "if", "in"].includes(name),
);

/** Names for all that a module declares: one letter for what is named most, the others in the order they come in. */
function namesOf(declared: readonly string[], code: string): Map<string, string> {
  const uses = new Map(declared.map((name) => [name, 0]));
  for (const [word] of code.matchAll(/[\w$]+/g)) if (uses.has(word)) uses.set(word, uses.get(word)! + 1);
  const most = [...declared].sort((a, b) => uses.get(b)! - uses.get(a)!).slice(0, LETTERS.length - LOCALS);
  const names = new Map(most.map((name, i) => [name, LETTERS[LOCALS + i]!]));
  const pairs = PAIRS.values();
  for (const name of declared) if (!names.has(name)) names.set(name, pairs.next().value!);
  return names;
}

/** Shortens a file and its source map by Terser, `edit`ed before. */
export async function shorten(file: string, edit = (code: string): string => code): Promise<void> {
  const settings = { module: true, ecma: 2020 } satisfies MinifyOptions;
  const mapped = (content: string): SourceMapOptions => ({ content, url: `${basename(file)}.map` });
  const bundled = edit(readFileSync(file, "utf8"));
  const folded = await minify(bundled, {
    ...settings,
    mangle: false,
    sourceMap: mapped(readFileSync(`${file}.map`, "utf8")),
  });
  const source = folded.code!.replace(/\n\/\/# source.*/, "");
  const nameCache: { vars?: { props: Record<string, string> } } = {};
  await minify(source, { ...settings, compress: false, nameCache });
  const declared = Object.keys(nameCache.vars?.props ?? {}).map((name) => name.slice(1)); // each behind a "$"
  const props = Object.fromEntries([...namesOf(declared, source)].map(([name, short]) => [`$${name}`, short]));
  const sourceMap = mapped(folded.map as string);
  const { code, map } = await minify(source, {
    ...settings,
    compress: false,
    nameCache: { vars: { props } },
    sourceMap,
  });
  writeFileSync(file, code!);
  writeFileSync(`${file}.map`, map as string);
}
