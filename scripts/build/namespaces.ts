// The names of what the package exports, apart from its code: those of its entry, and the namespaces `nn`, `optim` and
// `metrics`, files of their own. A bundler looks through `export * as nn from "./nn.js"` for the members that a program
// names, but not into an object made of them, so that it would keep them all.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";

/** Their files in src/, by their names in dist/lib/; `init` is a namespace in `nn`. */
const FILES = { nn: "nn.ts", optim: "optim.ts", metrics: "metrics.ts", init: "nn/init.ts" };
const NESTED = { nn: 'export * as init from "./init.js";\n' };

/** The names of the members of each namespace. */
export type Members = ReadonlyMap<string, readonly string[]>;

/** Reads the names of the members from the source. */
export async function membersOf(src: string): Promise<Members> {
  const entryPoints = Object.fromEntries(Object.entries(FILES).map(([name, file]) => [name, join(src, file)]));
  const { metafile } = await build({
    ...{ entryPoints, outdir: src, absWorkingDir: src, write: false, metafile: true, bundle: true, format: "esm" },
    ...{ platform: "neutral", packages: "external", logLevel: "silent" },
  });
  return new Map(
    Object.keys(FILES).map((name) => {
      const { exports } = metafile.outputs[`${name}.js`]!;
      return [name, exports.filter((member) => !(member in FILES))];
    }),
  );
}

/** What a member is called among the exports of the bundle. */
const exported = (namespace: string, member: string): string => `${namespace}$${member}`;

/** Makes the members exports of the bundle, and leaves the namespaces out of it. */
export const apartFrom = (members: Members): Plugin => ({
  name: "namespaces",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/]index\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8").replace(/^export \* as .*$/gm, "");
      const lists = [...members].map(([namespace, names]) => {
        const list = names.map((name) => `${name} as ${exported(namespace, name)}`);
        return `export { ${list.join(", ")} } from "./${FILES[namespace as keyof typeof FILES]}";\n`;
      });
      return { loader: "ts", contents: text + lists.join("") };
    });
  },
});

/**
 * Writes what names things in the package to the folder of its code: library.js with all that is public, and a file for
 * each namespace. Returns the code, given shortened, with other exports: all by the names that things have in it.
 */
export function writeNames(folder: string, code: string, members: Members): string {
  const pattern = /\bexport\{([^}]*)\};?/;
  const items = pattern
    .exec(code)![1]!
    .split(",")
    .map((item) => item.split(" as ") as [string, string?]);
  const locals = new Map(items.map(([local, name = local]) => [name, local]));
  const list = (names: readonly string[], as = (name: string): string => name): string =>
    `export{${names.map((name) => `${locals.get(as(name))} as ${name}`).join(",")}}from"./code.js";\n`;
  const write = (name: string, text: string): void => writeFileSync(join(folder, `${name}.js`), text);
  for (const [namespace, own] of members) {
    const nested = NESTED[namespace as keyof typeof NESTED] ?? "";
    write(namespace, nested + list(own, (name) => exported(namespace, name)));
  }
  const isMember = new Set([...members].flatMap(([namespace, own]) => own.map((name) => exported(namespace, name))));
  const spaces = Object.keys(FILES).filter((name) => name !== "init");
  write(
    "library",
    spaces.map((name) => `export * as ${name} from "./${name}.js";\n`).join("") +
      list([...locals.keys()].filter((name) => !isMember.has(name))),
  );
  return code.replace(pattern, `export{${[...new Set(locals.values())].sort().join(",")}};`);
}
