// Puts a job and the code around it into one module, in each form that runtimes take. Where a runtime resolves packages by
// itself the library stays outside, so that it is the package's `exports` that are tested.
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BuildOptions, build, type Plugin } from "esbuild";
import { root, workspace } from "./paths.ts";

const names = (job: string): Record<string, string> => ({
  outcome: join(workspace, "launch/outcome.js"),
  single: join(root, "dist/sedge.js"),
  job,
});

/** Bundles code that may import "outcome", "job", and for it "core" and "single": see jobs/suite.js. */
async function bundle(code: string, job: string, options: BuildOptions): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: workspace },
    alias: names(job),
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    logLevel: "silent",
    tsconfigRaw: "{}", // that of this project makes "sedge" its source
    ...options,
  });
  return outputFiles![0]!.text;
}

/** A module that imports the library by its name; its core is bytes. */
export const withoutLibrary = (code: string, job: string): Promise<string> =>
  bundle(code, job, {
    external: ["sedge", "sedge/*"],
    platform: "neutral",
    alias: { ...names(job), core: join(root, "dist/core.wasm") },
    loader: { ".wasm": "binary" },
  });

/** A module or script with the library in it, bundled as the conditions of `exports` say. */
export async function withLibrary(
  code: string,
  { job, folder, ...options }: { job: string; folder: string } & BuildOptions,
): Promise<string> {
  install(folder);
  return await bundle(code, job, { nodePaths: [join(folder, "node_modules")], platform: "browser", ...options });
}

/** Makes `folder` a project that has the package installed. */
export function install(folder: string): void {
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules/sedge"), "junction");
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
}

/** What imports of the core (`core`, `./core.wasm`, `./core.wasm?module`) give: `code`, or a module that the runtime finds. */
export const coreModule = (code?: string): Plugin => ({
  name: "core-module",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^core$|\.wasm(\?module)?$/ }, () =>
      code === undefined ? { path: "./core.wasm", external: true } : { path: "core", namespace: "core-module" },
    );
    onLoad({ filter: /./, namespace: "core-module" }, () => ({ contents: code ?? "" }));
  },
});
