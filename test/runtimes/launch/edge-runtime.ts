// edge-runtime, Vercel's edge functions on this machine. The job runs within a request, where nothing is compiled from
// bytes. The core comes by `./core.wasm?module`, as the condition `edge-light` of the package's exports wants it; that
// import gives what the build of Next.js makes of it: a global of the function, which the host has compiled.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { coreModule, withLibrary } from "./bundle.ts";
import { launcher } from "./launcher.ts";
import { resolveInWorkspace, root } from "./paths.ts";
import { MARK, printed } from "./process.ts";
import type { Found, Missing, Outcome } from "./types.ts";

const host = fileURLToPath(new URL("edge-host.js", import.meta.url));

const edgeFunction = (env: object): string => `
  import * as sedge from "sedge";
  import job from "job";
  import { outcome } from "outcome";
  addEventListener("fetch", (event) => {
    event.respondWith(outcome(job, sedge, ${JSON.stringify(env)}).then((done) => new Response(JSON.stringify(done))));
  });`;

export const edgeRuntime = launcher(
  "edge-runtime",
  async (): Promise<Found | Missing> => {
    try {
      return {
        version: (await import(resolveInWorkspace("edge-runtime/package.json"), { with: { type: "json" } })).default
          .version,
      };
    } catch {
      return { missing: "the package edge-runtime is not installed; npm install brings it" };
    }
  },
  async (_, { job, env, folder, signal }): Promise<Outcome> => {
    const plugins = [coreModule("module.exports = wasm_core;")];
    const format = "iife";
    const code = await withLibrary(edgeFunction(env), { job, folder, plugins, format, conditions: ["edge-light"] });
    const file = join(folder, "function.js");
    writeFileSync(file, code);
    return await printed(process.execPath, [host, file, join(root, "dist/core.wasm"), MARK], { signal });
  },
);
