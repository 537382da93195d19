// workerd, the runtime of Cloudflare Workers. The job runs within a request to a Worker, where nothing is compiled from
// bytes; the core is one of the Worker's modules, as the condition `workerd` of the package's exports wants it.
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { coreModule, withLibrary } from "./bundle.ts";
import { fromNpm } from "./find.ts";
import { launcher } from "./launcher.ts";
import { root } from "./paths.ts";
import { start } from "./process.ts";
import type { Outcome } from "./types.ts";

const platform = `${process.platform}-${process.arch === "x64" ? "64" : process.arch}`;

const worker = (env: object): string => `
  import * as sedge from "sedge";
  import job from "job";
  import { outcome } from "outcome";
  export default {
    async fetch() {
      return Response.json(await outcome(job, sedge, ${JSON.stringify(env)}));
    },
  };`;

/** `private`: the little server is on this machine, which Workers may not reach otherwise. */
const config = (date: string): string => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "main.js", esModule = embed "main.js"), (name = "core.wasm", wasm = embed "core.wasm")],
      compatibilityDate = "${date}",
    )),
    (name = "internet", network = (allow = ["private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`;

/** Where workerd tells, on the file descriptor 3, the port that it got. */
export async function port(control: Readable): Promise<number> {
  let told = "";
  for await (const chunk of control) {
    told += chunk;
    const [, port] = /"event":"listen".*"port":(\d+)/.exec(told) ?? [];
    if (port !== undefined) return Number(port);
  }
  throw new Error(`workerd: expected a port, got ${told || "nothing"}`);
}

export const find = () => fromNpm(`@cloudflare/workerd-${platform}/bin/workerd`);

export const workerd = launcher(
  "workerd",
  find,
  async ({ binary, version }, { job, env, folder, signal }): Promise<Outcome> => {
    const plugins = [coreModule()];
    const code = await withLibrary(worker(env), { job, folder, plugins, conditions: ["workerd"] });
    writeFileSync(join(folder, "main.js"), code);
    copyFileSync(join(root, "dist/core.wasm"), join(folder, "core.wasm"));
    writeFileSync(join(folder, "config.capnp"), config(version));
    const args = ["serve", "--control-fd=3", join(folder, "config.capnp")];
    const { child, failure } = start(binary, args, { signal, stdio: ["ignore", "pipe", "pipe", "pipe"] });
    const answer = async (): Promise<Outcome> => {
      const response = await fetch(`http://127.0.0.1:${await port(child.stdio[3] as Readable)}/`, { signal });
      if (!response.ok)
        throw new Error(`workerd: expected a result, got status ${response.status}: ${await response.text()}`);
      return (await response.json()) as Outcome;
    };
    return await Promise.race([answer(), failure]);
  },
);
