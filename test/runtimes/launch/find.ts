// Looks for runtimes on this machine: those that npm brings, and those that are installed.
import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { resolveInWorkspace } from "./paths.ts";
import type { Missing } from "./types.ts";

const exec = promisify(execFile);

/** A program of a package that npm installs only where it fits the platform: the first of the paths that is there. */
export async function fromNpm(...paths: string[]): Promise<{ binary: string; version: string } | Missing> {
  for (const path of paths) {
    let binary: string;
    try {
      binary = resolveInWorkspace(path);
    } catch {
      continue;
    }
    return await withVersion(binary);
  }
  const { platform, arch } = process;
  return { missing: `no ${paths.join(" or ")} for ${platform} on ${arch}; npm install brings it where there is one` };
}

/** The first of some programs that is on the path, or in a folder of its own. */
export async function installed(
  names: readonly string[],
  cure: string,
): Promise<{ binary: string; version: string } | Missing> {
  const binary = which(names);
  return binary === null ? { missing: `no ${names.join(" or ")} found; ${cure}` } : await withVersion(binary);
}

/** The file of the first of some programs that is there; null if none is. */
export function which(names: readonly string[]): string | null {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const files = names.flatMap((name) => (name.startsWith("/") ? [name] : folders.map((folder) => join(folder, name))));
  return files.find(executable) ?? null;
}

function executable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Asks a program for its version: the first number with a dot that it says. */
async function withVersion(binary: string): Promise<{ binary: string; version: string } | Missing> {
  try {
    const { stdout } = await exec(binary, ["--version"], { timeout: 60_000 });
    return { binary, version: /\d+\.[\w.-]+|\d{4}-\d\d-\d\d/.exec(stdout)?.[0] ?? stdout.trim() };
  } catch (error) {
    return { missing: `${binary} does not tell its version: ${String(error)}` };
  }
}
