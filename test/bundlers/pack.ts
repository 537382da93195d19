// Packs the package as a release would and installs the tarball into a fresh folder: tests there see only what ships.
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildPackage } from "../../scripts/build.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const QUIET = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"];

/** Runs npm to its end; throws what it printed if it fails. */
function npm(cwd: string, ...args: string[]): string {
  return execFileSync("npm", [...args, ...QUIET], { cwd, encoding: "utf8", timeout: 120_000, stdio: "pipe" });
}

/** The folders of a package and of all that it depends on, as this clone has them installed. */
function withDependencies(folder: string, found = new Set<string>()): Set<string> {
  if (found.has(folder)) return found;
  found.add(folder);
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const { resolve } = createRequire(join(folder, "package.json"));
  for (const name of Object.keys(dependencies)) {
    withDependencies(dirname(resolve(`${name}/package.json`)), found);
  }
  return found;
}

export interface Installed {
  /** The consumers' files, beside a node_modules/ that holds the package, its dependencies and nothing else. */
  readonly folder: string;
  readonly tarball: string;
  remove(): void;
}

/**
 * `npm pack`, then `npm install` of that tarball with a copy of test/bundlers/consumers/. The dependencies come from this
 * clone, packed too, so that no network and no cache is needed.
 *
 * @param names further packages of this clone that the tests need beside it
 */
export async function install(...names: string[]): Promise<Installed> {
  await buildPackage();
  const folder = mkdtempSync(join(tmpdir(), "sedge-packed-"));
  try {
    const { resolve } = createRequire(import.meta.url);
    const others = names.flatMap((name) => [...withDependencies(dirname(resolve(`${name}/package.json`)))]);
    const packed = npm(folder, "pack", "--json", ...new Set([...withDependencies(root.replace(/\/$/, "")), ...others]));
    const tarballs = JSON.parse(packed).map(({ filename }: { filename: string }) => `./${filename}`);
    writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }');
    npm(folder, "install", "--offline", "--no-package-lock", ...tarballs);
    cpSync(fileURLToPath(new URL("consumers", import.meta.url)), folder, { recursive: true });
    return {
      folder,
      tarball: join(folder, tarballs[0]),
      remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }),
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}
