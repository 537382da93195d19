// The tree keeps to the tiers of src/, has no circles, and every file says what it is for and stays small.
// The rules themselves are test/layers/rules.ts.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import {
  type Budget,
  circles,
  importsOf,
  kernelFaults,
  kernelsAtTopLevel,
  type Sources,
  tierViolations,
  tooLong,
  withoutFirstComment,
} from "./layers/rules.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Files that are longer than others may be. Raise a limit only with a reason that a reader accepts. */
const BUDGET: Budget = {};

/** Every TypeScript and JavaScript file of the project's own. */
function readSources(): Sources {
  const sources = new Map<string, string>();
  for (const folder of ["src", "assembly", "test", "bench", "scripts", "examples"]) {
    if (!existsSync(join(root, folder))) continue;
    for (const entry of readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })) {
      const path = join(folder, entry).replaceAll("\\", "/");
      if (!/\.[cm]?[jt]s$/.test(path) || path.includes("node_modules/")) continue;
      sources.set(path, readFileSync(join(root, path), "utf8"));
    }
  }
  return sources;
}

describe("the source tree", () => {
  const sources = readSources();

  test("is found", () => {
    for (const path of ["src/tensor.ts", "src/index.ts", "assembly/index.ts", "test/layers.test.ts"]) {
      expect([...sources.keys()]).toContain(path);
    }
  });

  test("imports only from the same tier or an earlier one, and no barrel", () => {
    expect(tierViolations(sources)).toEqual([]);
  });

  test("has no circle of imports", () => {
    expect(circles(sources)).toEqual([]);
  });

  test("uses no kernel while a module is loaded", () => {
    expect(kernelsAtTopLevel(sources)).toEqual([]);
  });

  test("has no kernel that nothing calls, but the generator whose known answers are tested", () => {
    expect(kernelFaults(sources, ["philox"])).toEqual([]);
  });

  test("says in every file's first comment what lives there", () => {
    expect(withoutFirstComment(sources)).toEqual([]);
  });

  test("has no file over its budget of lines", () => {
    expect(tooLong(sources, BUDGET)).toEqual([]);
  });

  test("has a budget of its own only for files that need it", () => {
    const needless = Object.entries(BUDGET).filter(
      ([path]) => tooLong(new Map([[path, sources.get(path) ?? ""]]), {}).length === 0,
    );
    expect(needless).toEqual([]);
  });
});

describe("a planted violation is caught:", () => {
  const plant = (files: Record<string, string>): Sources => new Map(Object.entries(files));

  test.each([
    ["an import", 'import { x } from "./nn/linear.ts";'],
    ["a type import", 'import type { X } from "./nn/linear.ts";'],
    ["a re-export", 'export * from "./nn/linear.ts";'],
    ["an import type", 'export type X = import("./nn/linear.ts").X;'],
    ["a dynamic import", 'export const x = () => import("./nn/linear.ts");'],
    ["an import for its side effect", 'import "./nn/linear.ts";'],
  ])("%s of a later tier", (_, text) => {
    expect(tierViolations(plant({ "src/tensor.ts": text }))).toEqual([
      "src/tensor.ts imports src/nn/linear.ts, which is of a later tier",
    ]);
    expect(tierViolations(plant({ "src/index.ts": text }))).toEqual([]);
  });

  test("a later tier reached from a subfolder", () => {
    const found = tierViolations(plant({ "src/ops/gemm.ts": 'import { M } from "../nn/module.ts";' }));
    expect(found).toEqual(["src/ops/gemm.ts imports src/nn/module.ts, which is of a later tier"]);
  });

  test("a barrel, also that of a folder", () => {
    const found = tierViolations(plant({ "src/optim/sgd.ts": 'import { Linear } from "../nn/index.ts";' }));
    expect(found).toEqual(["src/optim/sgd.ts imports the barrel src/nn/index.ts"]);
  });

  test("a file without a tier", () => {
    expect(tierViolations(plant({ "src/utils.ts": "" }))).toEqual([
      "src/utils.ts has no tier: add it to TIERS in test/layers/rules.ts",
    ]);
  });

  test("a circle within a tier", () => {
    const files = {
      "src/nn/a.ts": 'import "./b.ts";',
      "src/nn/b.ts": 'import "./c.ts";',
      "src/nn/c.ts": 'import "./a.ts";',
    };
    expect(circles(plant(files))).toEqual(["src/nn/a.ts -> src/nn/b.ts -> src/nn/c.ts -> src/nn/a.ts"]);
  });

  test("a kernel at top level, and none inside a function", () => {
    const text = 'import { k } from "../wasm.ts";\nconst a = () => k.add;\nconst b = k.mul;\n';
    expect(kernelsAtTopLevel(plant({ "src/ops/x.ts": text }))).toEqual(["src/ops/x.ts:3 uses k.mul"]);
  });

  test("a kernel without a caller, and one that is called by a computed name", () => {
    const files = {
      "assembly/index.ts": 'export * from "./x";\n',
      "assembly/x.ts": "export function used(): void {}\nexport function dead(): void {}\nexport { again };\n",
      "src/ops/x.ts": 'import { k } from "../wasm.ts";\nconst f = (n: "a") => k[n]() + k.used();\n',
    };
    expect(kernelFaults(plant(files))).toEqual([
      "src/ops/x.ts: k[n] has a computed name",
      "assembly/x.ts: nothing in src/ calls dead",
      "assembly/x.ts: nothing in src/ calls again",
    ]);
  });

  test("a file that begins with code", () => {
    expect(
      withoutFirstComment(plant({ "a.ts": "const a = 1; // late\n", "b.ts": "// Says.\nconst b = 1;\n" })),
    ).toEqual(["a.ts"]);
  });

  test("a file that is too long, by its own limit if it has one", () => {
    const files = plant({ "a.ts": "x\n".repeat(301), "b.ts": "x\n".repeat(301), "c.ts": "x\n".repeat(300) });
    const budget = { "b.ts": { lines: 400, reason: "a table" } };
    expect(tooLong(files, budget)).toEqual(["a.ts has 301 lines, more than 300"]);
  });

  test("imports are read from code, not from comments or strings", () => {
    const text = '// import "./a.ts";\nconst s = \'import "./b.ts"\';\nimport type { C } from "./c.ts";\n';
    expect(importsOf("src/x.ts", text)).toEqual(["./c.ts"]);
  });
});
