// Runs a bundled Worker in workerd, the runtime of Cloudflare, which compiles nothing from bytes.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { start } from "../runtimes/launch/process.ts";
import { find, port } from "../runtimes/launch/workerd.ts";

/** Where it is and how old, or why it is not there. */
export const workerd = await find();

const config = (date: string): string => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [(name = "main.js", esModule = embed "main.js"), (name = "core.wasm", wasm = embed "core.wasm")],
    compatibilityDate = "${date}",
  ))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`;

/** Serves `folder`/main.js with core.wasm beside it, asks it once, and gives the answer's JSON. */
export async function answerOf(folder: string, timeLimit = 30_000): Promise<unknown> {
  if ("missing" in workerd) throw new Error(`workerd: ${workerd.missing}`);
  writeFileSync(join(folder, "config.capnp"), config(workerd.version));
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(new Error(`workerd: expected an answer, got none`)), timeLimit);
  try {
    const args = ["serve", "--control-fd=3", join(folder, "config.capnp")];
    const stdio = ["ignore", "pipe", "pipe", "pipe"] as const;
    const { child, failure } = start(workerd.binary, args, { signal: over.signal, stdio: [...stdio] });
    const answer = async (): Promise<unknown> => {
      const url = `http://127.0.0.1:${await port(child.stdio[3] as Readable)}/`;
      const response = await fetch(url, { signal: over.signal });
      if (!response.ok) throw new Error(`workerd: status ${response.status}: ${await response.text()}`);
      return await response.json();
    };
    return await Promise.race([answer(), failure]);
  } finally {
    clearTimeout(timer);
    over.abort();
  }
}
