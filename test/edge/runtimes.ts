// The Worker of examples/edge bundled as its README says, and at work in the runtimes that it is for: Cloudflare's workerd,
// and Vercel's edge-runtime in this process. What is asked of it is test/edge.test.ts.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pathToFileURL } from "node:url";
import { type BuildOptions, build } from "esbuild";
import { buildPackage } from "../../scripts/build.ts";
import { coreModule, install } from "../runtimes/launch/bundle.ts";
import { resolveInWorkspace, root } from "../runtimes/launch/paths.ts";
import { start } from "../runtimes/launch/process.ts";
import { port } from "../runtimes/launch/workerd.ts";

/** Asks the Worker for a path. */
export type Ask = (path: string, init: RequestInit) => Promise<Response>;

/** A copy of the example, in a project of its own that has the package installed, with `entry` bundled into worker.js. */
async function bundled(entry: string, options: BuildOptions): Promise<{ folder: string; remove(): void }> {
  await buildPackage();
  const folder = mkdtempSync(join(tmpdir(), "sedge-edge-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    install(folder);
    cpSync(join(root, "examples/edge"), folder, { recursive: true });
    const names = { entryPoints: [join(folder, entry)], outfile: join(folder, "worker.js") };
    await build({ ...names, bundle: true, format: "esm", logLevel: "silent", ...options });
    return { folder, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** A workerd at work, on a free port. */
export interface Served {
  readonly ask: Ask;
  readonly pid: number;
  /** What it wrote to its console: faults of the Worker, if any. */
  said(): string;
  stop(): Promise<void>;
}

/** Megabytes that JavaScript gets: less than at Cloudflare, so that the collector keeps no garbage for long. */
const HEAP = 24;
/** The last date of compatibility without FinalizationRegistry: what is not disposed of then leaks. */
const NO_FINALIZERS = "2025-05-04";
const PATIENCE = 30_000;

export async function inWorkerd(binary: string): Promise<Served> {
  const { folder, remove } = await bundled("worker.ts", { conditions: ["workerd"], external: ["*.wasm"] });
  cpSync(join(root, "dist/core.wasm"), join(folder, "core.wasm"));
  const config = join(folder, "workerd.capnp");
  const services = `  v8Flags = ["--max-heap-size=${HEAP}"],\n  services =`;
  const text = readFileSync(config, "utf8")
    .replace("  services =", services)
    .replace(/\d{4}-\d\d-\d\d/, NO_FINALIZERS);
  writeFileSync(config, text);
  const over = new AbortController();
  const args = ["serve", config, "--socket-addr", "http=127.0.0.1:0", "--control-fd=3"];
  const stdio = ["ignore", "pipe", "pipe", "pipe"] as const;
  const { child, failure, said } = start(binary, args, { signal: over.signal, stdio: [...stdio] });
  const stop = async (): Promise<void> => {
    const ended = new Promise((done) => child.once("close", done));
    if (child.exitCode === null && child.signalCode === null) {
      over.abort();
      await ended;
    }
    remove();
  };
  const late = setTimeout(() => over.abort(new Error("workerd: expected a port, got none in time")), PATIENCE);
  try {
    const url = `http://127.0.0.1:${await Promise.race([port(child.stdio[3] as Readable), failure])}`;
    return { ask: (path, init) => fetch(url + path, init), pid: child.pid!, said, stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    clearTimeout(late);
  }
}

/** The file of edge-runtime's package; null where it is not installed. */
export const edgeRuntime: string | null = (() => {
  try {
    return resolveInWorkspace("edge-runtime");
  } catch {
    return null;
  }
})();

/** The route of Next.js, with the core as the build of Next.js hands it over: a global, compiled by the host. */
export async function inEdgeRuntime(file: string): Promise<Ask> {
  const { folder, remove } = await bundled("next-route.ts", {
    conditions: ["edge-light"],
    plugins: [coreModule("module.exports = wasm_core;")],
    format: "iife",
    globalName: "route",
    footer: { js: 'addEventListener("fetch", (event) => event.respondWith(route.POST(event.request)));' },
  });
  const { EdgeRuntime } = (await import(pathToFileURL(file).href)) as typeof import("edge-runtime");
  const wasm_core = new WebAssembly.Module(readFileSync(join(root, "dist/core.wasm")));
  const runtime = new EdgeRuntime({
    codeGeneration: { strings: false, wasm: false }, // as in production: it compiles nothing
    extend: (context) => Object.assign(context, { wasm_core }),
  });
  runtime.evaluate(readFileSync(join(folder, "worker.js"), "utf8"));
  remove();
  return async (path, init) => {
    const url = `http://edge.example${path}`;
    const request = new Request(url, init);
    // it knows no forms and streams but its own
    const body = request.body === null ? null : await request.arrayBuffer();
    return runtime.dispatchFetch(url, { method: request.method, headers: [...request.headers], body });
  };
}
