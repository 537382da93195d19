// Builds what is stale: `core` the kernels (build/), `types` the declarations and `bundles` the package's files (dist/).
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, type Metafile, type Plugin } from "esbuild";
import { alone } from "./build/alone.ts";
import { compress } from "./build/lzma.ts";
import { nameAll } from "./build/name-all.ts";
import { apartFrom, type Members, membersOf, writeNames } from "./build/namespaces.ts";
import { optimize, renameExports } from "./build/optimize.ts";
import { shorten } from "./build/shorten.ts";
import { unweave } from "./build/unweave.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const at = (...parts: string[]): string => join(root, ...parts);

/** Runs a program of a dev dependency by this Node. */
function run(script: string, ...args: string[]): void {
  execFileSync(process.execPath, [at("node_modules", script), ...args], { cwd: root, stdio: "inherit" });
}

/** When the newest file below was written, in ms. */
function newest(path: string): number {
  if (!existsSync(path)) return 0;
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** Whether `output` is older than one of its inputs, or not there. */
function stale(output: string, ...inputs: string[]): boolean {
  return !existsSync(at(output)) || newest(at(output)) < Math.max(...inputs.map((i) => newest(at(i))));
}

/**
 * build/core.wasm with its types, and the same bytes compressed, as a module of base64 text: base64 of the plain bytes
 * would be half as much again to download, since gzip cannot see their patterns any more. LZMA makes them a quarter smaller
 * than gzip does, another eighth if the module is drawn into threads before, and assembly/unpack.ts unpacks it in less code
 * than other formats take.
 */
export function buildCore(): void {
  if (
    !stale("build/core-bytes.js", "assembly", "asconfig.json", "scripts/build.ts", "scripts/build", "package-lock.json")
  )
    return;
  mkdirSync(at("build"), { recursive: true });
  run("assemblyscript/bin/asc.js", "--target", "release");
  run("assemblyscript/bin/asc.js", "assembly/unpack.ts", "-o", "build/unpack.wasm", ...UNPACKER);
  const bytes = optimize(readFileSync(at("build/core.wasm")));
  writeFileSync(at("build/core.wasm"), bytes);
  writeFileSync(at("build/core-bytes.d.ts"), "export declare const compressed: string;\n");
  writeFileSync(at("build/core-bytes.js"), packed(bytes));
  writeFileSync(at("build/unpacker.d.ts"), "export declare const unpacker: string;\n");
  const unpacker = readFileSync(at("build/unpack.wasm"), "hex"); // which gzip packs better than base64
  writeFileSync(at("build/unpacker.js"), `export const unpacker = "${unpacker}";\n`);
}

/** How the core's unpacker is compiled: to few bytes, with memory for 250 kB of text and 750 of what it stands for. */
const UNPACKER = "--config none -Oz --noAssert --runtime stub --initialMemory 16 --use abort=".split(" ");

/** The core's bytes as a module of text. */
function packed(bytes: Uint8Array): string {
  return `export const compressed = "${Buffer.from(compress([...unweave(bytes)])).toString("base64")}";\n`;
}

/**
 * Gives exported classes a name that survives the renaming of identifiers, here and in a user's bundle: messages show
 * it. In the namespaces these are their members; the classes that members share stay unnamed.
 */
const classNames = (members: Members): Plugin => ({
  name: "class-names",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
      const [, namespace] = /[\\/]src[\\/](nn|optim|metrics)[\\/]/.exec(path) ?? [];
      const contents = readFileSync(path, "utf8").replace(
        /^export (?:abstract )?class (\w+)[\s\S]*?\{$/gm,
        (head, name: string) =>
          members.get(namespace!)?.includes(name) === false ? head : `${head}static get name(){return"${name}"}`,
      );
      return { loader: "ts", contents };
    });
  },
});

const settings = {
  bundle: true,
  format: "esm",
  target: "es2022",
  platform: "neutral",
  mainFields: ["module", "main"],
  external: ["node:*", "cli-progress", "papaparse", "echarts"],
  minifySyntax: true,
  sourcemap: true,
  metafile: true,
  absWorkingDir: root,
  legalComments: "none",
} as const satisfies BuildOptions;

/**
 * The kinds of runtime, by the conditions of package.json's `exports`: each has a folder of entries in dist/, the default
 * at its top, and boots by a file of its own.
 */
const KINDS = { "": "boot", node: "boot-node", workerd: "boot-workerd", "edge-light": "boot-edge-light" };
/** The entries, by their names in dist/: what they import besides the code of the same name in dist/lib/. */
const ENTRIES = {
  index: ["methods"],
  functional: [],
  nn: [],
  optim: [],
  metrics: [],
  data: [],
  inspect: [],
  capture: [],
  node: [],
};

/**
 * Leaves imports of the core's boot out of the library, and of some files to the package: the binding to the core and
 * its bytes are files of their own there, one for all entries and for all that boots. Gzip packs bytes better apart from code.
 */
const binding = `export { ${[
  ...readFileSync(at("src/wasm.ts"), "utf8").matchAll(/^export (?:let|const|function) (\w+)/gm),
]
  .map(([, name]) => name)
  .join(", ")} } from "wasm";`;
const apart = (lib: string): Plugin => ({
  name: "apart",
  setup({ onResolve, onLoad }) {
    // by way of one file, since each import of what is external is kept, under a name of its own
    onResolve({ filter: /^\..*[\\/]wasm\.ts$/ }, () => ({ path: "wasm", namespace: "binding" }));
    onLoad({ filter: /.*/, namespace: "binding" }, () => ({ contents: binding, resolveDir: root }));
    onResolve({ filter: /^wasm$/ }, () => ({ path: `${lib}wasm.js`, external: true }));
    onResolve({ filter: /[\\/]core-bytes\.js$/ }, () => ({ path: `${lib}core-bytes.js`, external: true }));
    onResolve({ filter: /[\\/]core\.wasm(\?module)?$/ }, ({ path }) => ({
      path: path.replace(/.*\//, "./"),
      external: true,
    }));
    onLoad({ filter: /[\\/]src[\\/]boot\.ts$/ }, () => (lib === "./" ? { contents: "" } : undefined));
  },
});

/**
 * Takes what a bundle holds from there, by its public names, so that all entries have one state; what has none and is
 * not public is copied. Chunks shared by the entries would name each function thrice more, in 5 kB of imports and exports.
 */
const COPIED = ["src/shape.ts", "src/numbers.ts", "src/train/monitor.ts"];
const heldBy = (bundle: string, { inputs }: Metafile): Plugin => ({
  name: `held-by-${bundle}`,
  setup({ onResolve }) {
    onResolve({ filter: /^\./ }, ({ path, resolveDir }) => {
      const file = relative(root, join(resolveDir, path)).replaceAll("\\", "/");
      const held = file in inputs && !COPIED.includes(file) && file !== "src/boot.ts";
      return held ? { path: `./${bundle}.js`, external: true } : undefined;
    });
  },
});

/**
 * Gives the kernels short names, in the core of the package and in `k.name` of its code: 1 kB less. `alloc`, the first
 * that is called, gets one made of the core's bytes, so that a core of another version is refused at once.
 */
function shortNames(): (code: string) => string {
  const bytes = readFileSync(at("build/core.wasm"));
  const stamp = createHash("sha256").update(bytes).digest("hex").slice(0, 4);
  const short = new Map([["alloc", `$${stamp}`]]);
  const core = renameExports(bytes, (name, i) => {
    if (!short.has(name)) short.set(name, LETTERS[Math.floor(i / LETTERS.length)]! + LETTERS[i % LETTERS.length]!);
    return short.get(name)!;
  });
  writeFileSync(at("dist/core.wasm"), core); // for those who host it themselves
  writeFileSync(at("dist/lib/core-bytes.js"), packed(core));
  // padded, so that source maps stay true
  return (code) => code.replace(/\bk\.(\w+)/g, (whole, name) => `k.${short.get(name) ?? name}`.padEnd(whole.length));
}

const LETTERS = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"];

/** The types of "sedge/core.wasm", whose default export is the bundler's affair. */
const CORE_TYPES = `/** A compiled module under workerd, for \`init({ module })\`; its URL with other bundlers, or as they are told. */
declare const core: any;
export default core;
`;

/** dist/: declarations by tsc, bundles by esbuild: the whole library in lib/library.js, other entries' code over it. */
export const buildPackage = (): Promise<void> => alone(at("build/lock"), buildWhole); // test files begin together

async function buildWhole(): Promise<void> {
  buildCore();
  if (
    !stale(
      "dist/sedge.js", // the last that is written
      "src",
      "build/core-bytes.js",
      "scripts/build.ts",
      "scripts/build",
      "tsconfig.build.json",
      "package-lock.json",
    )
  )
    return;
  rmSync(at("dist"), { recursive: true, force: true });
  run("typescript/bin/tsc", "-p", "tsconfig.build.json");
  writeFileSync(at("dist/types/core.d.ts"), CORE_TYPES);
  mkdirSync(at("dist/lib"), { recursive: true });
  const kernels = shortNames();
  const members = await membersOf(at("src"));
  const bundle = async (files: Record<string, string>, held: Plugin[] = [], folder = "lib"): Promise<Metafile> => {
    const entryPoints = Object.fromEntries(Object.entries(files).map(([name, file]) => [name, at("src", file)]));
    const plugins = [...held, apart(folder === "lib" ? "./" : "./lib/"), classNames(members)];
    const { metafile } = await build({ ...settings, entryPoints, plugins, outdir: at("dist", folder) });
    const callers = "wasm" in files || "code" in files || "capture" in files;
    for (const name in files) await shorten(at("dist", folder, `${name}.js`), callers ? kernels : undefined);
    return metafile;
  };
  await bundle({ wasm: "wasm.ts" });
  const library = heldBy("library", await bundle({ code: "index.ts" }, [apartFrom(members)]));
  const code = at("dist/lib/code.js");
  writeFileSync(code, writeNames(at("dist/lib"), readFileSync(code, "utf8"), members));
  const data = heldBy("data", await bundle({ data: "data.ts" }, [library])); // one Table in "data" and "node"
  await bundle({ capture: "capture.ts" }, [library]);
  await bundle({ methods: "methods.ts", inspect: "inspect.ts", node: "node.ts", plot: "plot.ts" }, [library, data]);
  await bundle(Object.fromEntries(Object.values(KINDS).map((name) => [name, `${name}.ts`])), [], "");
  for (const [kind, boot] of Object.entries(KINDS)) {
    const up = kind === "" ? "." : "..";
    mkdirSync(at("dist", kind), { recursive: true });
    for (const [name, more] of Object.entries(ENTRIES)) {
      const code = name === "index" || name === "functional" ? "library" : name;
      const imports = [`${up}/${boot}.js`, ...more.map((file) => `${up}/lib/${file}.js`)].map(
        (path) => `import "${path}";\n`,
      );
      const entry = at("dist", kind, `${name}.js`);
      writeFileSync(entry, `${imports.join("")}export * from "${up}/lib/${code}.js";\n`);
      if (kind === "") nameAll(entry);
    }
  }
  writeFileSync(at("dist/plot.js"), 'export * from "./lib/plot.js";\n'); // draws what others computed: needs no core
  const single = at("dist/sedge.js"); // all of "sedge" in one file, for pages without a bundler
  await build({ ...settings, entryPoints: [at("dist/index.js")], outfile: single });
  await shorten(single);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes("--core")) buildCore();
  else await buildPackage();
}
