// Chromium and Firefox, driven by puppeteer, with a profile of its own for each run.
import { join } from "node:path";
import puppeteer, { type Browser, type LaunchOptions } from "puppeteer-core";
import { installed } from "./find.ts";
import { aborted, launcher } from "./launcher.ts";
import { preparePage } from "./page.ts";
import { atEnd, temporary } from "./process.ts";
import type { Launcher, Missing } from "./types.ts";

/** How long a browser may take to start, in ms: seconds at most, but of a busy machine. */
const START_LIMIT = 60_000;

/** What there is to know of a browser. */
export interface Program {
  readonly name: string;
  /** What its program may be called. */
  readonly programs: readonly string[];
  /** How to get it. */
  readonly cure: string;
  readonly options: LaunchOptions;
}

/** What takes away the profile of a browser. */
const cleaners = new WeakMap<Browser, () => void>();

/** Ends a browser, even one that hears nothing any more because its page never comes back. */
export async function end(browser: Browser): Promise<void> {
  const process = browser.process();
  const timer = setTimeout(() => process?.kill("SIGKILL"), 5_000);
  await browser.close().catch(() => process?.kill("SIGKILL"));
  clearTimeout(timer);
  cleaners.get(browser)?.();
}

/** Starts a browser. Signals are ours: puppeteer would hear SIGTERM, end the browser and let this process go on. */
async function launch(options: LaunchOptions): Promise<Browser> {
  const { folder, remove } = temporary("sedge-profile-");
  const over = new AbortController();
  const callOff = atEnd(() => over.abort()); // which kills the browser at once, also one that is still starting
  const clean = (): void => {
    callOff();
    remove();
  };
  try {
    const browser = await puppeteer.launch({
      ...options,
      handleSIGHUP: false,
      handleSIGINT: false,
      handleSIGTERM: false,
      signal: over.signal,
      env: { ...process.env, TMPDIR: folder },
      userDataDir: join(folder, "profile"),
    });
    cleaners.set(browser, clean);
    return browser;
  } catch (error) {
    over.abort();
    clean();
    throw error;
  }
}

/** Starts a browser; once more if it does not come up, which happens on a busy machine. */
export async function open({ name, options }: Program, executablePath: string): Promise<Browser> {
  const all = { ...options, executablePath, timeout: START_LIMIT, protocolTimeout: START_LIMIT };
  try {
    return await launch(all);
  } catch (error) {
    console.error(`${name} did not start, once more: ${String(error).split("\n")[0]}`);
    return await launch(all);
  }
}

async function driven<T>(program: Program, file: string, use: (browser: Browser) => Promise<T>): Promise<T> {
  const browser = await open(program, file);
  try {
    return await use(browser);
  } finally {
    await end(browser);
  }
}

function browserLauncher(program: Program): Launcher {
  const { name, programs, cure } = program;
  return launcher(
    name,
    () => installed(programs, cure),
    async ({ binary }, errand) => {
      const url = await preparePage(errand);
      return await driven(program, binary, async (browser) => {
        const page = await browser.newPage();
        const crash = new Promise<never>((_, reject) => {
          page.once("error", (error) => reject(new Error(`${name}: the page crashed: ${error.message}`)));
          browser.once("disconnected", () => reject(new Error(`${name} ended`)));
        });
        crash.catch(() => {});
        // not awaited: a page that never gives its thread back is never loaded
        page.goto(url).catch(() => {});
        return await Promise.race([errand.server.outcome, crash, aborted(errand.signal)]);
      });
    },
  );
}

export const CHROMIUM: Program = {
  name: "Chromium",
  programs: ["chromium", "chromium-browser", "google-chrome"],
  cure: "on Debian: apt-get install chromium",
  options: {
    browser: "chrome",
    // no sandbox, for containers run as root; nothing that asks the network
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  },
};

export const FIREFOX: Program = {
  name: "Firefox",
  programs: ["firefox-esr", "firefox"],
  cure: "on Debian: apt-get install firefox-esr",
  options: { browser: "firefox" },
};

export const chromium = browserLauncher(CHROMIUM);

/** Chromium for more than a job: as long as `use` takes. */
export async function withChromium<T>(use: (browser: Browser) => Promise<T>): Promise<T | Missing> {
  const found = await installed(CHROMIUM.programs, CHROMIUM.cure);
  return "missing" in found ? found : await driven(CHROMIUM, found.binary, use);
}

export const firefox = browserLauncher(FIREFOX);
