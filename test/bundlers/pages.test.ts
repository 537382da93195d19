// The packed package in pages without a bundler: its files as they are, and under a strict content security policy.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromium, end, firefox, open, page, resultOf, serve } from "./browser.ts";
import { type Installed, install } from "./pack.ts";

let installed: Installed;
/** consumers/plain.js, and what it leaves in the document when Node runs it. */
let program: string;
let expected: unknown;
/** A folder with nothing but the single-file build and a program over it. */
let single: string;

beforeAll(async () => {
  installed = await install();
  const { folder } = installed;
  program = readFileSync(join(folder, "plain.js"), "utf8");
  const inNode = `globalThis.document = { body: {} }; await import("./plain.js"); console.log(document.body.textContent);`;
  const options = { cwd: folder, encoding: "utf8", timeout: 60_000 } as const;
  expected = JSON.parse(execFileSync(process.execPath, ["--input-type=module", "-e", inNode], options));
  single = join(folder, "single");
  mkdirSync(single);
  copyFileSync(join(folder, "node_modules/sedge/dist/sedge.js"), join(single, "sedge.js"));
  writeFileSync(join(single, "plain.js"), importing("./sedge.js"));
});
afterAll(() => installed?.remove());

/** The program with another name in the place of "sedge". */
const importing = (url: string): string => program.replace('"sedge";', `"${url}";`);

/** What a page's program leaves in it. */
async function left(browser: Browser, folder: string, html: string, csp?: string): Promise<unknown> {
  const site = await serve(folder, { "/": csp === undefined ? { html } : { html, csp } });
  try {
    return await resultOf(browser, site.url);
  } finally {
    await site.close();
  }
}

describe.each([chromium, firefox])("$name", (candidate) => {
  const { file } = candidate;
  let browser: Browser;
  beforeAll(async () => {
    if (file) browser = await open(candidate, file);
  });
  afterAll(async () => {
    if (browser) await end(browser);
  });

  const inline = (url: string): string =>
    `<!doctype html><body></body><script type="module">${importing(url)}</script>`;

  it.skipIf(!file)("runs the single-file build from a script of the page, with no other file", async () => {
    expect(await left(browser, single, inline("./sedge.js"))).toEqual(expected);
  });

  it.skipIf(!file)("runs dist/index.js unbundled", async () => {
    expect(await left(browser, installed.folder, inline("./node_modules/sedge/dist/index.js"))).toEqual(expected);
  });

  it.skipIf(!file)('finds "sedge" by an import map', async () => {
    const map = { imports: { sedge: "./node_modules/sedge/dist/index.js" } };
    const head = `<script type="importmap">${JSON.stringify(map)}</script>`;
    expect(await left(browser, installed.folder, page("./plain.js", head))).toEqual(expected);
  });

  it.skipIf(!file)("runs under a policy that allows 'wasm-unsafe-eval' and no more", async () => {
    const csp = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'";
    expect(await left(browser, single, page("./plain.js"), csp)).toEqual(expected);
  });

  it.skipIf(!file)("says what to add to a policy that forbids WebAssembly", async () => {
    const result = await left(browser, single, page("./plain.js"), "default-src 'none'; script-src 'self'");
    expect(result).toEqual({ error: expect.stringContaining("'wasm-unsafe-eval'") });
    expect(result).toEqual({ error: expect.stringMatching(/content security policy/) });
  });
});
