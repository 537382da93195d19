// The packed package in programs of four bundlers: what they make runs in a browser and gives the bits that Node gives.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Browser } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromium, launch, page, resultOf, serve } from "./browser.ts";
import { bundlers } from "./bundle.ts";
import { type Installed, install } from "./pack.ts";

let installed: Installed;
let browser: Browser | undefined;
let expected: unknown;
const sizes: string[] = [];

beforeAll(async () => {
  installed = await install();
  expected = JSON.parse(execFileSync(process.execPath, [join(installed.folder, "node.js")], { encoding: "utf8" }));
  if (chromium) browser = await launch(chromium);
});
afterAll(async () => {
  await browser?.close();
  installed?.remove();
  console.log(`Gzipped, "sedge" and "sedge/data" with a program:\n${sizes.join("\n")}`);
});

/** The text of all JavaScript in a folder. */
const codeIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".js"))
    .map((file) => readFileSync(join(folder, file), "utf8"));

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

describe.each(Object.entries(bundlers))("%s", (name, bundle) => {
  const out = (program: string): string => join(installed.folder, "out", `${name}-${program}`);

  it("makes a bundle with nothing of Node and one core in it, without a warning", async () => {
    await bundle(installed.folder, "main", out("main"));
    const code = codeIn(out("main"));
    expect(code.join("\n")).not.toMatch(/["'`]node:|cli-progress|readFileSync/);
    expect(code.join("\n").split(coreText())).toHaveLength(2);
    const bytes = code.reduce((sum, text) => sum + gzipSync(text, { level: 9 }).length, 0);
    sizes.push(`  ${name.padEnd(8)} ${(bytes / 1000).toFixed(1)} kB`);
  });

  /** Opens a program's page, the bundler's own or the consumer's, beside what the bundler made. */
  async function run(program: string): Promise<unknown> {
    const html = readFileSync(join(installed.folder, `${program}.html`), "utf8");
    const site = await serve(out(program), { [`/${program}.html`]: { html } });
    try {
      return await resultOf(browser!, `${site.url}${program}.html`);
    } finally {
      await site.close();
    }
  }

  it.skipIf(!chromium)("makes a bundle that gives Node's bits in Chromium", async () => {
    expect(await run("main")).toEqual(expected);
  });

  it.skipIf(!chromium)("makes a bundle that gives Node's bits in a worker in Chromium", async () => {
    await bundle(installed.folder, "with-worker", out("with-worker"));
    // These two leave `new URL("./worker.js", import.meta.url)` as it is: the worker is a bundle of its own.
    if (name === "esbuild" || name === "Rollup") await bundle(installed.folder, "worker", out("with-worker"));
    expect(await run("with-worker")).toEqual(expected);
  });
});
