// The packed package in programs of four bundlers: what they make runs in a browser and gives the bits that Node gives.
import { execFileSync } from "node:child_process";
import { copyFileSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { gzipSync } from "node:zlib";
import { type BuildOptions, build } from "esbuild";
import type { Browser } from "puppeteer-core";
import { createServer, type DepOptimizationOptions } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromium, end, open, resultOf, serve } from "./browser.ts";
import { bundlers, viteLogger } from "./bundle.ts";
import { type Installed, install } from "./pack.ts";
import { answerOf, workerd } from "./worker.ts";

let installed: Installed;
let browser: Browser | undefined;
let expected: unknown;
const sizes: string[] = [];

beforeAll(async () => {
  installed = await install();
  expected = inNode(join(installed.folder, "node.js"));
  if (chromium.file) browser = await open(chromium, chromium.file);
});
afterAll(async () => {
  if (browser) await end(browser);
  installed?.remove();
  console.log(`Gzipped, "sedge" and "sedge/data" with a program:\n${sizes.join("\n")}`);
});

/** What a program prints, as JSON. */
const inNode = (...args: string[]): unknown =>
  JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8", timeout: 60_000 }));

/** The text of all JavaScript in a folder. */
const codeIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".js"))
    .map((file) => readFileSync(join(folder, file), "utf8"));

/** What esbuild's documentation tells to put before a module that holds CommonJS modules. */
const requireInModule = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

/** Words from the middle of the core's text, which no minifier changes. */
function coreText(): string {
  const files = codeIn(join(installed.folder, "node_modules/sedge/dist"));
  const [, text = ""] = /compressed ?= ?"([^"]{1000,})"/.exec(files.join("\n")) ?? [];
  expect(text.length).toBeGreaterThan(1000);
  return text.slice(2000, 2080);
}

it("trains in Node, from the tarball", () => {
  expect(expected).toMatchObject({ accuracy: 1, oneLibrary: true });
});

const out = (bundler: string, program: string): string => join(installed.folder, "out", `${bundler}-${program}`);

/** Opens a program's page, the bundler's own or the consumer's, beside what the bundler made. */
async function run(bundler: string, program: string): Promise<unknown> {
  const html = readFileSync(join(installed.folder, `${program}.html`), "utf8");
  const site = await serve(out(bundler, program), { [`/${program}.html`]: { html } });
  try {
    return await resultOf(browser!, `${site.url}${program}.html`);
  } finally {
    await site.close();
  }
}

describe.each(Object.entries(bundlers))("%s", (name, bundle) => {
  it("makes a bundle with nothing of Node and one core in it, without a warning", async () => {
    await bundle(installed.folder, "main", out(name, "main"));
    const code = codeIn(out(name, "main"));
    const all = code.join("\n");
    expect(all.match(/["'`]node:|cli-progress|readFileSync/g)).toBeNull();
    expect(all.split(coreText()).length - 1, "copies of the core").toBe(1);
    const bytes = code.reduce((sum, text) => sum + gzipSync(text, { level: 9 }).length, 0);
    sizes.push(`  ${name.padEnd(8)} ${(bytes / 1000).toFixed(1)} kB`);
  });

  it.skipIf(!chromium.file)("makes a bundle that gives Node's bits in Chromium", async () => {
    expect(await run(name, "main")).toEqual(expected);
  });
});

// The other two leave the files of workers to plugins.
it.skipIf(!chromium.file).each(["Vite", "webpack"])(
  "%s makes a worker that gives Node's bits in Chromium",
  async (name) => {
    await bundlers[name]!(installed.folder, "with-worker", out(name, "with-worker"));
    expect(await run(name, "with-worker")).toEqual(expected);
  },
);

describe.skipIf(!chromium.file)("Vite's dev server", () => {
  /** Opens a page of a dev server; gives what it left, and what the server says of it. */
  async function develop(
    page: string,
    optimizeDeps: DepOptimizationOptions,
  ): Promise<[result: unknown, said: string[]]> {
    const said: string[] = [];
    const { customLogger, warnings } = viteLogger();
    const server = await createServer({
      root: installed.folder,
      cacheDir: join(installed.folder, `.vite-${page}-${Object.keys(optimizeDeps)}`),
      configFile: false,
      customLogger: { ...customLogger, info: (message) => said.push(message) },
      server: { host: "127.0.0.1", port: 0 },
      optimizeDeps,
    });
    try {
      await server.listen();
      const result = await resultOf(browser!, `${server.resolvedUrls!.local[0]}${page}.html`);
      expect(warnings).toEqual([]);
      return [result, said];
    } finally {
      await server.close();
    }
  }

  it("makes one library of the two entries that it optimizes", async () => {
    const [result] = await develop("main", {});
    expect(result).toEqual(expected);
  });

  it("makes one library of an entry that it finds later than the other", async () => {
    const [result, said] = await develop("late", { entries: ["late.html"] });
    expect(result).toEqual(expected);
    expect(stripVTControlCharacters(said.join())).toContain("dependency optimized: sedge/data");
  });

  it("serves the package as it is, left out of the optimizer", async () => {
    const [result] = await develop("main", { exclude: ["sedge"], include: ["sedge > papaparse"] });
    expect(result).toEqual(expected);
  });
});

describe("esbuild for other platforms", () => {
  /** Bundles a program into a folder of its own; gives the file, and what it still imports. */
  async function bundled(name: string, extension: string, options: BuildOptions): Promise<[string, string[]]> {
    const file = join(installed.folder, "out", `${name}-${extension}`, `program.${extension}`);
    const entryPoints = [join(installed.folder, `${name}.js`)];
    const fixed = {
      entryPoints,
      outfile: file,
      bundle: true,
      minify: true,
      metafile: true,
      logLevel: "silent",
    } as const;
    const { metafile } = await build({ ...fixed, ...options });
    return [file, Object.values(metafile!.outputs).flatMap(({ imports }) => imports.map(({ path }) => path))];
  }

  it.each([
    // cli-progress is a CommonJS module: one that asks for Node's modules by require
    ["mjs", { format: "esm", banner: { js: requireInModule } }],
    ["cjs", { format: "cjs", logOverride: { "empty-import-meta": "silent" } }],
  ] as const)("makes one file for Node (.%s) that needs no core.wasm beside it", async (extension, options) => {
    const [file] = await bundled("node", extension, { platform: "node", ...options });
    expect(inNode(file)).toEqual(expected);
  });

  it.skipIf("missing" in workerd)(
    "makes a bundle for workerd that gives Node's bits there, from core.wasm",
    async () => {
      const conditions = ["workerd"];
      const [file, imports] = await bundled("edge", "mjs", { format: "esm", conditions, external: ["*.wasm"] });
      expect(imports).toEqual(["./core.wasm"]);
      expect(readFileSync(file, "utf8").includes(coreText()), "a core as text").toBe(false);
      const folder = dirname(file);
      copyFileSync(file, join(folder, "main.js"));
      copyFileSync(createRequire(file).resolve("sedge/core.wasm"), join(folder, "core.wasm"));
      expect(await answerOf(folder)).toEqual(expected);
    },
  );
});
