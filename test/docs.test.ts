// Every example in the documentation compiles, runs and shows what it says; every export has one.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { check } from "./docs/check.ts";
import { type Example, examplesOfMarkdown, examplesOfSource, programOf } from "./docs/examples.ts";
import { undocumented } from "./docs/exports.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
/** Where the examples' programs are written; their imports of the package become paths into src/. */
const folder = join(root, "build", "examples");
const entries = ["entry", "functional", "data", "inspect", "capture", "node", "plot"]
  .map((name) => join(root, "src", `${name}.ts`))
  .filter(existsSync);
const toRoot = relative(folder, root).replaceAll("\\", "/");
const modules = {
  sedge: `${toRoot}/src/entry.ts`,
  "sedge/functional": `${toRoot}/src/functional.ts`,
  "sedge/data": `${toRoot}/src/data.ts`,
  "sedge/inspect": `${toRoot}/src/inspect.ts`,
  "sedge/capture": `${toRoot}/src/capture.ts`,
  "sedge/node": `${toRoot}/src/node.ts`,
  "sedge/plot": `${toRoot}/src/plot.ts`,
};

/** Files below a folder of the project, or the file itself. */
function filesOf(path: string, pattern: RegExp): string[] {
  if (!existsSync(join(root, path))) return [];
  if (pattern.test(path)) return [path];
  const names = readdirSync(join(root, path), { recursive: true, encoding: "utf8" });
  return names.filter((name) => pattern.test(name)).map((name) => join(path, name).replaceAll("\\", "/"));
}

const read = (path: string): string => readFileSync(join(root, path), "utf8");
const examples: Example[] = [
  ...filesOf("src", /\.ts$/).flatMap((path) => examplesOfSource(path, read(path))),
  ...["README.md", "CONTRIBUTING.md", "docs"]
    .flatMap((path) => filesOf(path, /\.md$/))
    .flatMap((path) => examplesOfMarkdown(path, read(path))),
];
const fileOf = ({ where }: Example): string => join(folder, `${where.replaceAll(/[^\w]+/g, "-")}.ts`);

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const example of examples)
  writeFileSync(fileOf(example), programOf(example, modules, `${toRoot}/test/docs/check.ts`));

describe("the documentation", () => {
  let program: ts.Program;
  beforeAll(() => {
    const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
    const { options } = ts.parseJsonConfigFileContent({ compilerOptions: config.compilerOptions }, ts.sys, root);
    const relaxed = { ...options, noUnusedLocals: false, noUnusedParameters: false };
    program = ts.createProgram([...entries, ...examples.map(fileOf)], relaxed);
  }, 180_000);

  test("describes every export and gives an example of every function, class and value", () => {
    expect(undocumented(program, entries)).toEqual([]);
  });

  test("has examples that compile", () => {
    const diagnostics = examples.flatMap((example) =>
      ts
        .getPreEmitDiagnostics(program, program.getSourceFile(fileOf(example)))
        .map(({ messageText }) => `${example.where}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`),
    );
    expect(diagnostics).toEqual([]);
  }, 180_000);
});

describe("the example", () => {
  // Examples may write files: they do so in a folder of their own.
  const home = process.cwd();
  const scratch = mkdtempSync(join(tmpdir(), "sedge-examples-"));
  beforeAll(() => {
    process.chdir(scratch);
    vi.spyOn(console, "log").mockImplementation(() => {});
  });
  afterAll(() => {
    vi.restoreAllMocks();
    process.chdir(home);
    rmSync(scratch, { recursive: true, force: true });
  });

  test.each(examples.map((example) => [example.where, example] as const))(
    "%s shows what it says",
    async (_, example) => {
      await import(pathToFileURL(fileOf(example)).href);
    },
    180_000,
  );
});

describe("the runner of examples", () => {
  const doc =
    '/**\n * One.\n *\n * @example\n * ```ts\n * import { a } from "sedge";\n * a(1); // => 2\n * ```\n */\nexport const a = 1;\n';

  test("finds the fences of @example tags, with their lines", () => {
    expect(examplesOfSource("src/x.ts", `// A file.\n${doc}`)).toEqual([
      { where: "src/x.ts:7", code: 'import { a } from "sedge";\na(1); // => 2\n' },
    ]);
  });

  test("finds the ts fences of Markdown and no others", () => {
    const text = "# A\n```bash\nnpm test\n```\n```ts\nf();\n```\n";
    expect(examplesOfMarkdown("A.md", text)).toEqual([{ where: "A.md:6", code: "f();\n" }]);
  });

  test("checks expressions of several lines, in blocks and in console.log, at their own line", () => {
    const code =
      'import { a } from "sedge";\nif (a) {\n  a(\n    1,\n  ); // => [1]\n}\nconsole.log(a, 2); // => 3\na(2); // text\n';
    const program = programOf({ where: "A.md:10", code }, { sedge: "./entry.ts" }, "./check.ts");
    expect(program).toContain('import { a } from "./entry.ts";');
    expect(program).toContain('check(a(\n    1,\n  ), "[1]", "A.md:12");');
    expect(program).toContain('check(a, "3", "A.md:16");');
    expect(program).toContain("a(2); // text");
  });

  test("accepts JSON, with or without spaces, and the value's text", () => {
    check([1, 2], "[1,2]", "here");
    check([1, 2], "[1, 2]", "here");
    check(Number.NaN, "NaN", "here");
    check("a", "a", "here");
    check("a", '"a"', "here");
    check(null, "null", "here");
    check(undefined, "undefined", "here");
  });

  test.each([
    [[1, 2], "[1,3]"],
    [0.1 + 0.2, "0.3"],
    [undefined, "null"],
    [{ a: 1 }, '{"a":2}'],
  ])("refuses %j for %s, naming the line", (value, text) => {
    expect(() => check(value, text, "src/x.ts:7")).toThrow(`src/x.ts:7: expected ${text}, got`);
  });
});

describe("the search for undocumented exports", () => {
  test("names what lacks a description or an example, also in a namespace", () => {
    const file = join(folder, "planted.ts");
    const text =
      "/** Said. */ export interface T { a: 1 }\nexport interface U { a: 1 }\n/** Said. */ export const f = 1;\n" +
      "/**\n * Said.\n * @example\n * ```ts\n * 1;\n * ```\n */\nexport function g(): void {}\nexport class C {}\n";
    writeFileSync(file, text);
    writeFileSync(
      join(folder, "planted-entry.ts"),
      'export * as nn from "./planted.ts";\nexport type { D } from "./planted-class.ts";\n',
    );
    writeFileSync(join(folder, "planted-class.ts"), "/** Said. */ export class D {}\n");
    const entry = join(folder, "planted-entry.ts");
    const program = ts.createProgram([entry], { allowImportingTsExtensions: true, noEmit: true, noLib: true });
    expect(undocumented(program, [entry])).toEqual([
      "nn.U lacks a description",
      "nn.f lacks an @example",
      "nn.C lacks a description and an @example",
    ]);
  });
});
