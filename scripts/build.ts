// Builds what is stale: `core` the kernels (build/), `types` the declarations and `bundles` the package's files (dist/).
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, type Metafile, type Plugin } from "esbuild";
import lzma from "lzma";
import { minify } from "terser";
import { optimize, renameExports } from "./optimize.ts";

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
 * than gzip does, and src/lzma.ts unpacks it in less code than other formats take.
 */
export function buildCore(): void {
  if (!stale("build/core-bytes.js", "assembly", "asconfig.json", "scripts/optimize.ts", "package-lock.json")) return;
  mkdirSync(at("build"), { recursive: true });
  run("assemblyscript/bin/asc.js", "--target", "release");
  const bytes = optimize(readFileSync(at("build/core.wasm")));
  writeFileSync(at("build/core.wasm"), bytes);
  writeFileSync(at("build/core-bytes.d.ts"), "export declare const compressed: string;\n");
  writeFileSync(at("build/core-bytes.js"), packed(bytes));
}

/** The core's bytes as a module of text. */
function packed(bytes: Uint8Array): string {
  return `export const compressed = "${Buffer.from(lzma.compress([...bytes], 9)).toString("base64")}";\n`;
}

/**
 * Gives exported classes a name that survives the renaming of identifiers, here and in a user's bundle: messages show
 * it. Those of the namespaces get theirs from the names that they are exported by, which are there already.
 */
const classNames: Plugin = {
  name: "class-names",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      const [, namespace, inside] = /[\\/]src[\\/](nn|optim|metrics)(\.ts|[\\/])/.exec(path) ?? [];
      const named = text.replace(
        /^export (?:abstract )?class (\w+)[\s\S]*?\{$/gm,
        (head, name: string) => `${head}static name="${name}";`,
      );
      const naming = `import * as own from "./${namespace}.ts";
        for (const [name, value] of Object.entries(own))
          if (typeof value === "function") Object.defineProperty(value, "name", { value: name });`;
      const contents = namespace === undefined ? named : inside === ".ts" ? text + naming : text;
      return { loader: "ts", contents };
    });
  },
};

const settings = {
  outdir: at("dist"),
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

/** Where the core's bytes are in the package: a file of their own, which gzip packs better apart from code. */
const CORE_BYTES = "./core-bytes.js";

const bytesApart: Plugin = {
  name: "bytes-apart",
  setup({ onResolve }) {
    onResolve({ filter: /[\\/]core-bytes\.js$/ }, () => ({ path: CORE_BYTES, external: true }));
  },
};

/**
 * Takes what a bundle holds from there, by its public names, so that all entries have one state; what has none and is
 * not public is copied. Chunks shared by the entries would name each function thrice more, in 5 kB of imports and exports.
 */
const COPIED = ["src/shape.ts", "src/train/monitor.ts"];
const heldBy = (bundle: string, { inputs }: Metafile): Plugin => ({
  name: `held-by-${bundle}`,
  setup({ onResolve }) {
    onResolve({ filter: /^\./ }, ({ path, resolveDir }) => {
      const file = relative(root, join(resolveDir, path)).replaceAll("\\", "/");
      const held = file in inputs && !COPIED.includes(file);
      return held ? { path: `./${bundle}.js`, external: true } : undefined;
    });
  },
});

/**
 * Gives the kernels short names, in the core of the package and in `k.name` of its code: 1 kB less. `alloc`, the first
 * that is called, gets one made of the core's bytes, so that a core of another version is refused at once.
 */
function shortNames(code: string): string {
  const bytes = readFileSync(at("build/core.wasm"));
  const stamp = createHash("sha256").update(bytes).digest("hex").slice(0, 4);
  const short = new Map([["alloc", `$${stamp}`]]);
  const core = renameExports(bytes, (name, i) => {
    if (!short.has(name)) short.set(name, LETTERS[Math.floor(i / LETTERS.length)]! + LETTERS[i % LETTERS.length]!);
    return short.get(name)!;
  });
  writeFileSync(at("dist/core.wasm"), core); // for those who host it themselves
  writeFileSync(at("dist", CORE_BYTES), packed(core));
  // padded, so that source maps stay true
  return code.replace(/\bk\.(\w+)/g, (whole, name) => `k.${short.get(name) ?? name}`.padEnd(whole.length));
}

const LETTERS = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"];

/** Shortens the files of dist/ by Terser, which chooses names that gzip packs better than those of esbuild. */
async function shorten(entryPoints: object): Promise<void> {
  for (const name in entryPoints) {
    const file = at("dist", `${name}.js`);
    const bundled = readFileSync(file, "utf8");
    const { code, map } = await minify(name === "functional" ? shortNames(bundled) : bundled, {
      module: true,
      ecma: 2020,
      sourceMap: { content: readFileSync(`${file}.map`, "utf8"), url: `${name}.js.map` },
    });
    writeFileSync(file, code!);
    writeFileSync(`${file}.map`, map as string);
  }
}

/** dist/: declarations by tsc, bundles by esbuild: the whole library in functional.js, the other entries over it. */
export async function buildPackage(): Promise<void> {
  buildCore();
  if (!stale("dist/index.js", "src", "build/core-bytes.js", "tsconfig.build.json", "package-lock.json")) return;
  rmSync(at("dist"), { recursive: true, force: true });
  run("typescript/bin/tsc", "-p", "tsconfig.build.json");
  const bundle = async (names: Record<string, string>, held: Plugin[]): Promise<Metafile> => {
    const entryPoints = Object.fromEntries(Object.entries(names).map(([name, file]) => [name, at("src", file)]));
    const { metafile } = await build({ ...settings, entryPoints, plugins: [...held, bytesApart, classNames] });
    await shorten(entryPoints);
    return metafile;
  };
  const functional = heldBy("functional", await bundle({ functional: "functional.ts" }, []));
  const data = heldBy("data", await bundle({ data: "data.ts" }, [functional])); // one Table in "data" and "node"
  await bundle({ index: "entry.ts", inspect: "inspect.ts", node: "node.ts", plot: "plot.ts" }, [functional, data]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes("--core")) buildCore();
  else await buildPackage();
}
