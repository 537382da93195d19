// WebKitGTK: its MiniBrowser on a display of its own, opened by WebKitWebDriver. Three requests of the WebDriver protocol
// are all it takes, since the page reports by itself.
import { execFile } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { which } from "./find.ts";
import { aborted, launcher } from "./launcher.ts";
import { preparePage } from "./page.ts";
import { start } from "./process.ts";
import type { Errand, Found, Missing, Outcome } from "./types.ts";

/** How long the browser may take to start, in ms: seconds at most, but of a busy machine. */
const START_LIMIT = 60_000;

interface WebKit extends Found {
  readonly xvfb: string;
  readonly driver: string;
  readonly browser: string;
}

/** Starts a display that nobody sees; gives its name. */
async function display(xvfb: string, signal: AbortSignal): Promise<string> {
  const args = ["-displayfd", "3", "-screen", "0", "800x600x24", "-nolisten", "tcp"];
  const { child, failure } = start(xvfb, args, { signal, stdio: ["ignore", "pipe", "pipe", "pipe"] });
  const name = async (): Promise<string> => {
    let told = "";
    for await (const chunk of child.stdio[3] as Readable) {
      told += chunk;
      if (told.includes("\n")) return `:${told.trim()}`;
    }
    throw new Error(`${xvfb}: expected the number of a display, got ${told || "nothing"}`);
  };
  return await Promise.race([name(), failure]);
}

/** Looks for the three programs; the browser tells its version only where it has a display. */
async function find(): Promise<WebKit | Missing> {
  const machine = process.arch === "x64" ? "x86_64" : "aarch64";
  const xvfb = which(["Xvfb"]);
  const driver = which(["WebKitWebDriver"]);
  const browser = which(["4.1", "4.0"].map((api) => `/usr/lib/${machine}-linux-gnu/webkit2gtk-${api}/MiniBrowser`));
  if (xvfb === null || driver === null || browser === null) {
    const absent = Object.entries({ Xvfb: xvfb, WebKitWebDriver: driver, MiniBrowser: browser });
    const names = absent.flatMap(([name, file]) => (file === null ? [name] : [])).join(", ");
    return { missing: `no ${names} found; on Debian: apt-get install webkit2gtk-driver xvfb` };
  }
  const over = new AbortController();
  try {
    const DISPLAY = await display(xvfb, over.signal);
    const env = { ...process.env, DISPLAY };
    const { stdout } = await promisify(execFile)(browser, ["--version"], { env, timeout: START_LIMIT });
    return { xvfb, driver, browser, version: /\d[\d.]+/.exec(stdout)?.[0] ?? stdout.trim() };
  } catch (error) {
    return { missing: `${browser} does not tell its version: ${String(error)}` };
  } finally {
    over.abort();
  }
}

/** A port that is free now: the driver cannot tell which it took. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

/** Sends a command of WebDriver. */
async function command(method: string, url: string, body: object | null, signal: AbortSignal): Promise<unknown> {
  const response = await fetch(url, { method, signal, body: body && JSON.stringify(body) });
  const { value } = (await response.json()) as { value: unknown };
  if (!response.ok) throw new Error(`WebKitWebDriver: ${JSON.stringify(value)}`);
  return value;
}

/** Starts driver and browser, for as long as `signal` lets them; gives the address of the session. */
async function open({ driver, browser }: WebKit, DISPLAY: string, signal: AbortSignal): Promise<string> {
  const attempt = new AbortController();
  signal.addEventListener("abort", () => attempt.abort(signal.reason), { once: true });
  const late = new Error(`WebKitGTK: expected to start within ${START_LIMIT / 1000} s`);
  const timer = setTimeout(() => attempt.abort(late), START_LIMIT);
  try {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const env = { ...process.env, DISPLAY };
    const { failure } = start(driver, [`--port=${port}`, "--host=127.0.0.1"], { signal: attempt.signal, env });
    const session = async (): Promise<string> => {
      while (!(await fetch(`${url}/status`, attempt).catch(() => null))?.ok) await sleep(50, undefined, attempt);
      const capabilities = {
        alwaysMatch: { "webkitgtk:browserOptions": { binary: browser, args: ["--automation"] } },
      };
      const value = await command("POST", `${url}/session`, { capabilities }, attempt.signal);
      return `${url}/session/${(value as { sessionId: string }).sessionId}`;
    };
    return await Promise.race([session(), failure]);
  } catch (error) {
    attempt.abort();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Runs a job on a fresh display, with a fresh driver and browser. */
async function run(webkit: WebKit, errand: Errand): Promise<Outcome> {
  const url = await preparePage(errand);
  const { signal } = errand;
  const DISPLAY = await display(webkit.xvfb, signal);
  const session = await open(webkit, DISPLAY, signal).catch((error) => {
    signal.throwIfAborted();
    console.error(`WebKitGTK did not start, once more: ${String(error)}`);
    return open(webkit, DISPLAY, signal);
  });
  try {
    // not awaited: a page that never gives its thread back is never loaded
    command("POST", `${session}/url`, { url }, signal).catch(() => {});
    return await Promise.race([errand.server.outcome, aborted(signal)]);
  } finally {
    // the display takes with it whatever does not end by this
    await command("DELETE", session, null, AbortSignal.timeout(5_000)).catch(() => {});
  }
}

export const webkit = launcher("WebKitGTK", find, run);
