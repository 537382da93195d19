// Compiles (when stale) and loads the peak loops of bench/assembly/peak.ts in Node, for the harness and the speed guard test.

import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { pathToFileURL } from "node:url";
import asc from "assemblyscript/asc";
import { type Peak, peakOf } from "./loops.ts";

const SOURCE = "bench/assembly/peak.ts";
const BINARY = "build/peak.wasm";
/** Where npm and vitest run; this file may run from a bundle elsewhere. */
const root = pathToFileURL(`${process.cwd()}/`);

export async function loadPeak(): Promise<Peak> {
  const binary = new URL(BINARY, root);
  if (!existsSync(binary) || statSync(binary).mtimeMs < statSync(new URL(SOURCE, root)).mtimeMs) await compile();
  const { instance } = await WebAssembly.instantiate(readFileSync(binary));
  return peakOf(instance.exports);
}

async function compile(): Promise<void> {
  mkdirSync(new URL("build/", root), { recursive: true });
  const base = decodeURIComponent(root.pathname);
  const options = ["--baseDir", base, "--config", "none", "--runtime", "stub", "--enable", "simd", "-O3", "--noAssert"];
  const { error, stderr } = await asc.main([SOURCE, ...options, "--use", "abort=", "-o", BINARY]);
  if (error) throw new Error(`${SOURCE}: ${stderr.toString()}`, { cause: error });
}
