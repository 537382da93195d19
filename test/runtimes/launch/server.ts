// The little server beside every job: an echo for what a job fetches, and for browsers the page, the package's files and
// a place to leave the outcome. It listens on this machine only.
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { buffer } from "node:stream/consumers";
import { root } from "./paths.ts";
import type { Outcome, Server } from "./types.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".wasm": "application/wasm",
};

/** Memory is shared between threads only on pages that let nothing of others in. */
const ISOLATED = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** Starts a server on a free port. */
export async function serve(): Promise<Server> {
  const pages = new Map<string, string>();
  let leave: (outcome: Outcome) => void;
  const outcome = new Promise<Outcome>((done) => {
    leave = done;
  });

  const answer = async (request: IncomingMessage): Promise<[status: number, body: string | Buffer, type: string]> => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname.slice(1);
    if (request.method === "POST") {
      const body = await buffer(request);
      if (path === "echo") return [200, body, "application/octet-stream"];
      if (path === "outcome") leave(JSON.parse(body.toString()));
      return [path === "outcome" ? 200 : 404, "", "text/plain"];
    }
    const type = TYPES[extname(path)] ?? "application/octet-stream";
    const page = pages.get(path);
    if (page !== undefined) return [200, page, type];
    return normalize(path).startsWith("dist/") ? [200, readFileSync(join(root, path)), type] : [404, "", "text/plain"];
  };

  const server = createServer((request, response) => {
    answer(request).then(
      ([status, body, type]) => response.writeHead(status, { ...ISOLATED, "Content-Type": type }).end(body),
      (error) => response.writeHead(404).end(String(error)),
    );
  });
  await new Promise<void>((done, reject) => server.once("error", reject).listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    pages,
    outcome,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
