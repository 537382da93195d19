// Times starts, each in a fresh process or page: from before `import("sedge")` to after the first result, so with all that
// is read or fetched, parsed, compiled and run on the way, and without the start of the runtime itself. As a program,
// `tsx bench/startup.ts WHERE RUNS` builds the package and prints the milliseconds of each as JSON; WHERE is `node`, or the
// file of dist/ to start from in Chromium.
import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { buildPackage } from "../scripts/build.ts";
import { withChromium } from "../test/runtimes/launch/puppeteer.ts";
import { serve } from "../test/runtimes/launch/server.ts";
import type { Missing } from "../test/runtimes/launch/types.ts";

/** What is timed: leaves the milliseconds in `took`. */
const start = (entry: string): string => `
  const before = performance.now();
  const { tensor } = await import(${JSON.stringify(entry)});
  const result = tensor([1, 2]).add(1).sum().item();
  const took = performance.now() - before;
  if (result !== 5) throw new Error("expected 5, got " + result);`;

/** Starts a program in this Node: a file, for a program given by --eval takes 3 ms longer to import anything. */
export function startsInNode(runs: number): number[] {
  const file = fileURLToPath(new URL(`../build/startup-${process.pid}.mjs`, import.meta.url)); // "sedge" is this package there
  writeFileSync(file, `${start("sedge")} console.log(took);`);
  try {
    const run = (): number => Number(execFileSync(process.execPath, [file], { encoding: "utf8" }));
    return Array.from({ length: runs }, run);
  } finally {
    rmSync(file);
  }
}

/** Milliseconds that a fresh page is left alone before the import, while Chromium still sets its process up. */
const SETTLE = 500;

/** Starts from a file of dist/ in Chromium, with nothing in its cache, by a server on this machine. */
export async function startsInChromium(file: string, runs: number): Promise<number[] | Missing> {
  const server = await serve();
  server.pages.set("start.html", '<!doctype html><link rel="icon" href="data:,"><title>start</title>');
  try {
    return await withChromium(async (browser) => {
      const times: number[] = [];
      while (times.length < runs) {
        const context = await browser.createBrowserContext();
        const page = await context.newPage();
        await page.goto(`${server.url}start.html`);
        await setTimeout(SETTLE);
        times.push((await page.evaluate(`(async () => { ${start(`/dist/${file}`)} return took; })()`)) as number);
        await context.close();
      }
      return times;
    });
  } finally {
    await server.close();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [where = "", runs = ""] = process.argv.slice(2);
  await buildPackage();
  const times = where === "node" ? startsInNode(Number(runs)) : await startsInChromium(where, Number(runs));
  console.log(JSON.stringify(times));
}
