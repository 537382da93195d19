// The namespaces `nn`, `optim` and `metrics` as the package has them: files of their own over the library, whose members
// are exports of it. A bundler looks through `export * as nn from "./nn.js"` for the members that a program names, but not
// into an object made of them, so that it would keep them all.
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

/** What a member is called among the exports of the library. */
const exported = (namespace: string, member: string): string => `${namespace}$${member}`;

/** Makes the members exports of the library, and leaves the namespaces out of it. */
export const apartFrom = (members: Members): Plugin => ({
  name: "namespaces",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: new RegExp(`^\\./(${[...members.keys()].join("|")})\\.js$`) }, ({ path }) => ({
      path,
      external: true,
    }));
    onLoad({ filter: /[\\/]src[\\/]index\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8").replace(/(export \* as \w+ from "\.\/\w+)\.ts"/g, '$1.js"');
      const lists = [...members].map(([namespace, names]) => {
        const list = names.map((name) => `${name} as ${exported(namespace, name)}`);
        return `export { ${list.join(", ")} } from "./${FILES[namespace as keyof typeof FILES]}";\n`;
      });
      return { loader: "ts", contents: text + lists.join("") };
    });
  },
});

/**
 * Writes the namespaces' files to a folder, over the library whose shortened code is given. Members are exported by the
 * names that they have in that code, unless something else is: this returns the code with these exports.
 */
export function writeNamespaces(folder: string, library: string, members: Members): string {
  const pattern = /\bexport\{([^}]*)\};?/;
  const items = pattern
    .exec(library)![1]!
    .split(",")
    .map((item) => item.split(" as ") as [string, string?]);
  const isMember = new Set(
    [...members].flatMap(([namespace, names]) => names.map((name) => exported(namespace, name))),
  );
  const taken = new Set(items.map(([local, name = local]) => name));
  const names = new Map<string, string>();
  const list = items.map(([local, name = local]) => {
    if (!isMember.has(name)) return name === local ? local : `${local} as ${name}`;
    names.set(name, taken.has(local) ? name : local);
    return taken.has(local) ? `${local} as ${name}` : local;
  });
  for (const [namespace, own] of members) {
    const file = own.map((name) => `${names.get(exported(namespace, name))} as ${name}`).join(",");
    const nested = NESTED[namespace as keyof typeof NESTED] ?? "";
    writeFileSync(join(folder, `${namespace}.js`), `${nested}export{${file}}from"./library.js";\n`);
  }
  return library.replace(pattern, `export{${[...new Set(list)].join(",")}};`);
}
