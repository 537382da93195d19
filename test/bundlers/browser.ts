// The browsers of this machine, a page's result, and a little server of pages. Browsers start as in test/runtimes/launch.
import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Browser } from "puppeteer-core";
import { which } from "../runtimes/launch/find.ts";
import { CHROMIUM, FIREFOX, type Program } from "../runtimes/launch/puppeteer.ts";

export { end, open } from "../runtimes/launch/puppeteer.ts";

export interface Candidate extends Program {
  /** Its file; null where there is none. */
  readonly file: string | null;
}

const find = (program: Program): Candidate => ({ ...program, file: which(program.programs) });
export const chromium = find(CHROMIUM);
export const firefox = find(FIREFOX);

/** How long a page has, in ms, after something went wrong in it: that of a dev server reloads itself, and goes well then. */
const GRACE = 3_000;

/** Opens a page, waits until its program has left JSON in the document, and gives that. Throws what went wrong if none comes. */
export async function resultOf(browser: Browser, url: string, timeLimit = 30_000): Promise<unknown> {
  const page = await browser.newPage();
  const wrong: string[] = [];
  let end = Date.now() + timeLimit;
  const note = (what: string): void => {
    wrong.push(what);
    end = Math.min(end, Date.now() + GRACE);
  };
  try {
    page.on("pageerror", (error) => note(String(error)));
    page.on("requestfailed", (request) => note(`${request.url()}: ${request.failure()?.errorText}`));
    page.on("response", (response) => response.ok() || note(`${response.url()}: status ${response.status()}`));
    await page.goto(url, { timeout: timeLimit });
    while (Date.now() < end) {
      const text = await page.evaluate(() => document.body?.textContent ?? "").catch(() => ""); // it may be reloading
      if (text.trim() !== "") return JSON.parse(text);
      await setTimeout(20);
    }
    throw new Error(`${url}: expected a result, got ${wrong.join("; ") || `none within ${timeLimit} ms`}`);
  } finally {
    await page.close();
  }
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".wasm": "application/wasm",
};

export interface Site {
  /** Where it is, with a slash at the end. */
  readonly url: string;
  close(): Promise<void>;
}

/** Serves a folder on a free port, and `pages` by path where the folder has no such file; `csp` is a page's policy. */
export async function serve(
  folder: string,
  pages: Readonly<Record<string, { html: string; csp?: string }>> = {},
): Promise<Site> {
  const answer = (path: string, response: ServerResponse): void => {
    const file = join(folder, normalize(path));
    const page = pages[path];
    if (page?.csp) response.setHeader("Content-Security-Policy", page.csp);
    response.setHeader("Content-Type", TYPES[extname(path)] ?? (page ? TYPES[".html"]! : "application/octet-stream"));
    if (existsSync(file) && statSync(file).isFile()) response.end(readFileSync(file));
    else if (page) response.end(page.html);
    else response.writeHead(path === "/favicon.ico" ? 204 : 404).end();
  };
  const server = createServer(({ url = "/" }, response) => answer(new URL(url, "http://localhost").pathname, response));
  await new Promise<void>((done, reject) => server.once("error", reject).listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** A page with one module in it. */
export const page = (src: string, head = ""): string =>
  `<!doctype html><meta charset="utf-8">${head}<body></body><script type="module" src="${src}"></script>`;
