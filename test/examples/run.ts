// Runs a recipe in this process, as `npm run example NAME -- --quick` does in one of its own: for the recipes' tests.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { onTestFinished, vi } from "vitest";
import type { Result, Settings } from "../../examples/support/recipe.ts";
import { load } from "../../scripts/example.ts";

/** Longest that a test of a recipe may take, in milliseconds: a quick run, with other work on the same core. */
export const PATIENCE = 240_000;

const shared = resolve(process.env.SEDGE_DATA ?? "../shared", "data");
/** The folder of real data, or none on machines without it. */
export const realData: string | undefined = existsSync(shared) ? shared : undefined;

/** What a run left behind. */
export interface QuickRun extends Result {
  /** The folder of its files; it goes when the test ends. */
  readonly out: string;
  /** What it printed on the console. */
  readonly printed: string;
}

/** A quick run of the recipe with this name, in a folder of its own, on data that it makes unless `data` says other. */
export async function runQuick(name: string, settings: Partial<Settings> = {}): Promise<QuickRun> {
  const { run } = await load(name);
  const out = mkdtempSync(join(tmpdir(), `sedge-${name}-`));
  onTestFinished(() => rmSync(out, { recursive: true }));
  let printed = "";
  const take = (...values: unknown[]): void => {
    printed += `${values.join(" ")}\n`;
  };
  const write = (text: string | Uint8Array): boolean => {
    take(text);
    return true;
  };
  const spies = [
    vi.spyOn(console, "log").mockImplementation(take),
    vi.spyOn(console, "info").mockImplementation(take),
    vi.spyOn(process.stdout, "write").mockImplementation(write),
  ];
  try {
    const result = await run({ data: undefined, quick: true, seed: 1, out, ...settings });
    return { ...result, out, printed };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
