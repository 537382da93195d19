// Writes bundles shorter without changing what they do, by names that gzip profits from: they tell how often a thing is
// used. Functions stay declarations: as arrows they are 50 bytes less, and V8 takes 10 ms to parse them instead of 7.
import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { type MinifyOptions, minify, type SourceMapOptions } from "terser";

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
