// The page that runs a job in a browser: the package's files as plain modules, by an import map. It posts the outcome to
// the little server, so that a driver need only open it.
import { build } from "esbuild";
import { withoutLibrary } from "./bundle.ts";
import { root } from "./paths.ts";
import type { Errand } from "./types.ts";

/** Names that a page without a bundler has to map. papaparse is no ES module: "sedge/data" takes it in that form. */
const IMPORTS = {
  sedge: "/dist/index.js",
  "sedge/functional": "/dist/functional.js",
  "sedge/data": "/dist/data.js",
  "sedge/inspect": "/dist/inspect.js",
  "sedge/capture": "/dist/capture.js",
  papaparse: "/papaparse.js",
};

async function esModule(name: string): Promise<string> {
  const stdin = { contents: `export { default } from "${name}";`, resolveDir: root };
  const { outputFiles } = await build({ stdin, bundle: true, write: false, format: "esm", platform: "browser" });
  return outputFiles[0]!.text;
}

/** Puts the page of a job on its server; gives its address. */
export async function preparePage({ job, env, server }: Errand): Promise<string> {
  const { pages, url } = server;
  pages.set("job.js", await withoutLibrary('export { default } from "job"; export { outcome } from "outcome";', job));
  pages.set("papaparse.js", await esModule("papaparse"));
  pages.set(
    "job.html",
    `<!doctype html>
    <meta charset="utf-8">
    <link rel="icon" href="data:,">
    <title>${env.runtime}</title>
    <script type="importmap">${JSON.stringify({ imports: IMPORTS })}</script>
    <script type="module">
      const post = (done) => fetch("/outcome", { method: "POST", body: JSON.stringify(done) });
      try {
        const sedge = await import("sedge");
        const { default: job, outcome } = await import("/job.js");
        await post(await outcome(job, sedge, ${JSON.stringify(env)}));
      } catch (error) {
        await post({ error: String(error) });
      }
    </script>`,
  );
  return `${url}job.html`;
}
