// `npm run example NAME [-- --data DIR --quick --seed N --out DIR]`: runs a recipe of examples/, and shows its measured
// result on the last line; with --json one object alone on standard output. Without a name it lists the recipes.
import { mkdirSync, readdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Recipe } from "../examples/support/recipe.ts";

const folder = new URL("../examples/", import.meta.url);

/** The names of all recipes. */
export const recipes = (): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((file) => file.isFile() && file.name.endsWith(".ts"))
    .map((file) => file.name.slice(0, -".ts".length))
    .sort();

export const load = (name: string): Promise<Recipe> => import(new URL(`${name}.ts`, folder).href);

const USAGE = `usage: npm run example NAME [-- --data DIR --quick --seed N --out DIR]
  --data DIR  train on the real data of a folder (fashion-mnist, text, tabular); default: data that the recipe makes
  --quick     stay within a few seconds: less data, fewer steps
  --seed N    what initialisation, dropout, shuffling and made data follow from; default: 1
  --out DIR   where pictures, plots and models go; default: out/NAME
  --json      nothing but one object { name, seconds, figures } on standard output`;

async function list(): Promise<string> {
  const lines = await Promise.all(recipes().map(async (name) => `  ${name.padEnd(20)} ${(await load(name)).about}`));
  return `${USAGE}\n\nrecipes:\n${lines.join("\n")}`;
}

async function main(): Promise<void> {
  const text = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  const { values, positionals } = parseArgs({
    options: { data: text, seed: { ...text, default: "1" }, out: text, quick: flag, json: flag },
    allowPositionals: true,
  });
  const [name, ...rest] = positionals;
  if (name === undefined) return console.log(await list());
  if (rest.length > 0) throw new Error(`expected one recipe, got ${positionals.join(" ")}`);
  if (!recipes().includes(name)) throw new Error(`expected one of ${recipes().join(", ")}, got ${name}`);
  const { data, quick, json, out = `out/${name}` } = values;
  const seed = Number(values.seed);
  if (!/^\d+$/.test(values.seed) || !Number.isSafeInteger(seed)) {
    throw new Error(`expected --seed to be a whole number, got ${JSON.stringify(values.seed)}`);
  }
  if (data !== undefined && !statSync(data, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Error(`expected --data to be a folder, got ${JSON.stringify(data)}`);
  }
  const recipe = await load(name);
  mkdirSync(out, { recursive: true });
  const print = process.stdout.write.bind(process.stdout);
  // Progress goes to standard error, whether it comes by console.log or, as that of progressBar, by the stream.
  if (json) process.stdout.write = process.stderr.write.bind(process.stderr);
  const start = performance.now();
  const { summary, figures } = await recipe.run({ data, quick, seed, out });
  const seconds = (performance.now() - start) / 1000;
  print(
    json ? `${JSON.stringify({ name, seconds, figures })}\n` : `${name} took ${seconds.toFixed(1)} s\n${summary}\n`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await main();
  } catch (error) {
    // What the user asked for and cannot be had is told in a line; a fault in a recipe shows where it arose.
    console.error(`example: ${(error as Error).message}`);
    if (process.env.DEBUG) console.error(error);
    process.exitCode = 1;
  }
}
