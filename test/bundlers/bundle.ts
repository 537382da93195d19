// The bundlers, each as a user would set it up for production. A warning of theirs is an error here.
import { join } from "node:path";
import commonjs from "@rollup/plugin-commonjs";
import nodeResolve from "@rollup/plugin-node-resolve";
import terser from "@rollup/plugin-terser";
import * as esbuild from "esbuild";
import { rollup } from "rollup";
import * as vite from "vite";
import webpack from "webpack";

/** Bundles `folder`/NAME.js for browsers into `out`: beside NAME.html, or into a NAME.js that such a page can load. */
export type Bundle = (folder: string, name: string, out: string) => Promise<void>;

/** Rollup's plugins: typed as modules of CommonJS, while what one imports is the plugin itself. */
const plugin = <T>(module: { readonly default: T }): T => module as unknown as T;

const refuse = (...warnings: unknown[]): void => {
  if (warnings.length > 0) throw new Error(`the bundler warns: ${warnings.map(String).join("\n")}`);
};

export const viteLogger = (): { customLogger: vite.Logger; warnings: string[] } => {
  const warnings: string[] = [];
  const warn = (message: string): void => void warnings.push(message);
  return {
    customLogger: { ...vite.createLogger("silent"), warn, warnOnce: warn, error: warn },
    warnings,
  };
};

export const bundlers: Readonly<Record<string, Bundle>> = {
  async Vite(folder, name, out) {
    const { customLogger, warnings } = viteLogger();
    await vite.build({
      root: folder,
      configFile: false,
      base: "./",
      customLogger,
      worker: { format: "es" },
      logLevel: "warn",
      build: { outDir: out, rolldownOptions: { input: join(folder, `${name}.html`) } },
    });
    refuse(...warnings);
  },

  async webpack(folder, name, out) {
    const compiler = webpack({
      mode: "production",
      context: folder,
      entry: { [name]: `./${name}.js` },
      output: { path: out },
      performance: { hints: false },
    });
    try {
      await new Promise<void>((done, reject) => {
        compiler.run((error, stats) => {
          const { errors = [], warnings = [] } = stats?.toJson({ all: false, errors: true, warnings: true }) ?? {};
          const said = [...errors, ...warnings].map(({ message }) => message);
          if (error) reject(error);
          else if (said.length > 0) reject(new Error(said.join("\n")));
          else done();
        });
      });
    } finally {
      await new Promise((done) => compiler.close(done));
    }
  },

  async esbuild(folder, name, out) {
    const { warnings } = await esbuild.build({
      absWorkingDir: folder,
      entryPoints: [`${name}.js`],
      outdir: out,
      bundle: true,
      minify: true,
      format: "esm",
      platform: "browser",
      logLevel: "silent",
    });
    refuse(...warnings.map(({ text }) => text));
  },

  async Rollup(folder, name, out) {
    const bundle = await rollup({
      input: join(folder, `${name}.js`),
      // papaparse, behind "sedge/data", is a CommonJS module
      plugins: [plugin(nodeResolve)({ browser: true }), plugin(commonjs)(), plugin(terser)()],
      onwarn: ({ message }) => refuse(message),
    });
    try {
      await bundle.write({ dir: out, format: "es" });
    } finally {
      await bundle.close();
    }
  },
};
