// The packed package as registries and compilers see it: publint, "Are the types wrong?", and what its types promise.
import { execFile } from "node:child_process";
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Installed, install } from "./pack.ts";

let installed: Installed;
beforeAll(async () => {
  installed = await install("expect-type", "@types/node");
  cpSync(fileURLToPath(new URL("types", import.meta.url)), join(installed.folder, "types"), { recursive: true });
  writeFileSync(join(installed.folder, "types/functional.ts"), functional);
});
afterAll(() => installed?.remove());

/** A program of its own: in the one with "sedge", tensors have methods everywhere. */
const functional = `
import core from "sedge/core.wasm";
import { init, relu, tensor } from "sedge/functional";
init({ module: core });
relu(tensor([1]));
// @ts-expect-error methods come with "sedge"
tensor([1]).relu();
`;

describe("the tarball", () => {
  it("has nothing that publint minds", async () => {
    const { buffer } = readFileSync(installed.tarball);
    const { messages, pkg } = await publint({ pack: { tarball: buffer as ArrayBuffer }, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg!))).toEqual([]);
  });

  it('has nothing that "Are the types wrong?" minds', async () => {
    const folder = dirname(createRequire(import.meta.url).resolve("@arethetypeswrong/cli/package.json"));
    const args = [installed.tarball, "--profile", "esm-only", "--no-definitely-typed", "--format", "ascii"];
    const done = promisify(execFile)(process.execPath, [join(folder, "dist/index.js"), ...args], { timeout: 120_000 });
    // its report is on standard output, its verdict the exit status
    const { stdout, failed } = await done.then(
      (said) => ({ ...said, failed: false }),
      (said) => ({ ...said, failed: true }),
    );
    expect(failed, stdout).toBe(false);
    const { exports } = JSON.parse(readFileSync(join(installed.folder, "node_modules/sedge/package.json"), "utf8"));
    expect(stdout.match(/bundler: 🟢/gu)).toHaveLength(Object.keys(exports).length);
  });
});

const { ModuleKind, ModuleResolutionKind, ScriptTarget } = ts;
const browser = { module: ModuleKind.ESNext, moduleResolution: ModuleResolutionKind.Bundler, types: [] };
const node = { module: ModuleKind.NodeNext, types: ["node"], lib: ["lib.es2022.d.ts"] };

describe.each<[string, ts.CompilerOptions]>([
  ["a bundler's resolution and a browser's library", browser],
  ["Node's resolution and library", node],
])("the packed types under %s", (_, settings) => {
  /** What the compiler says of some programs, and of all declarations that they draw in. */
  function complaints(names: readonly string[]): string[] {
    const { folder } = installed;
    const options = { strict: true, skipLibCheck: false, noEmit: true, target: ScriptTarget.ES2022, ...settings };
    const host = { ...ts.createCompilerHost(options), getCurrentDirectory: () => folder };
    const program = ts.createProgram({ rootNames: names.map((name) => join(folder, "types", name)), options, host });
    return ts.getPreEmitDiagnostics(program).map((d) => {
      const line = d.file ? `${d.file.fileName}:${d.file.getLineAndCharacterOfPosition(d.start!).line + 1}: ` : "";
      return line + ts.flattenDiagnosticMessageText(d.messageText, "\n");
    });
  }

  it("infer what programs rely on, and refuse what is misspelt", () => {
    const all = readdirSync(join(installed.folder, "types")).filter((name) => name !== "functional.ts");
    const fit = settings === node ? all : all.filter((name) => name !== "node.ts");
    expect(fit.length).toBeGreaterThan(3);
    expect(complaints(fit)).toEqual([]);
  });

  it('give tensors no methods with "sedge/functional" alone', () => {
    expect(complaints(["functional.ts"])).toEqual([]);
  });
});
