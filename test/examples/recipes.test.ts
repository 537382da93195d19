// All recipes: their form, their place in README.md and in docs/results.md, and what `npm run example` says to mistakes.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { load, recipes } from "../../scripts/example.ts";
import { type Measurement, measure, merge, page, stored } from "../../scripts/results.ts";
import { TARGETS } from "../../scripts/results-targets.ts";
import { PATIENCE } from "./run.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");

/** Most lines of a recipe: what one reads in a sitting. */
const LINES = 140;

describe.each(recipes())("the recipe %s", (name) => {
  it(
    "says what it is about in a sentence, and runs",
    async () => {
      const { about, run } = await load(name);
      expect(about).toMatch(/^[A-Z][^\n]{20,110}$/);
      expect(run).toBeTypeOf("function");
    },
    PATIENCE,
  );

  it(`begins with a comment, has at most ${LINES} lines, and imports only what is beside it`, () => {
    const text = read(`examples/${name}.ts`);
    expect(text).toMatch(/^\/\/ [A-Z]/);
    expect(text.trimEnd().split("\n").length).toBeLessThanOrEqual(LINES);
    const from = [...text.matchAll(/from "([^"]+)"/g)].map((match) => match[1]!);
    for (const path of from) expect(path).toMatch(/^(sedge|sedge\/\w+|node:\w+|\.\/(support\/)?[\w-]+\.ts)$/);
  });
});

it("README.md lists every recipe, and nothing that is none", () => {
  const section = read("README.md")
    .split("\n## ")
    .find((part) => part.startsWith("Recipes\n"))!;
  const named = [...section.matchAll(/^\| `([\w-]+)` \|/gm)].map((match) => match[1]!);
  expect(named.sort()).toEqual(recipes());
});

describe("docs/results.md", () => {
  const measured: Measurement = {
    recipe: "cnn",
    data: "real",
    command: "npm run example cnn -- --data DIR",
    seed: 1,
    seconds: 151.26,
    figures: { testAccuracy: 0.91789, parameters: 80_506 },
    machine: "a machine, Node 20.0.0",
    date: "2026-01-31",
    version: "0.1.0",
  };

  it("is what `npm run results` writes of docs/results.json", () => {
    expect(read("docs/results.md")).toBe(page(stored()));
  });

  it("has measurements of every recipe, and of nothing else", () => {
    expect([...new Set(stored().map(({ recipe }) => recipe))]).toEqual(recipes());
  });

  it("shows a measurement with its command, and whether the published figure is reached", () => {
    const text = page([measured]);
    expect(text).toContain(
      "| cnn<br>`npm run example cnn -- --data DIR` | 1 | 2.5 min | testAccuracy 0.91789<br>parameters 80506 |",
    );
    expect(text).toMatch(/\| cnn \| testAccuracy \| >= 0.916 \| 0.91789 \| reached \|/);
    expect(page([{ ...measured, figures: { testAccuracy: 0.9159 } }])).toMatch(/\| 0.9159 \| \*\*not reached\*\* \|/);
    expect(page([{ ...measured, figures: { testAccuracy: null } }])).toMatch(/\| none \| \*\*not reached\*\* \|/);
    expect(page([{ ...measured, data: "made" }])).toMatch(/testAccuracy \| >= 0.916 \| {2}\| not measured \|/);
  });

  it("compares figures of one run where a target is another figure", () => {
    const figures = { noneTestLoss: 1, dropoutTestLoss: 0.75, l2TestLoss: 1.25 };
    const text = page([{ ...measured, recipe: "regularisation", figures }]);
    expect(text).toContain("| dropoutTestLoss | <= noneTestLoss, 1 | 0.75 | reached |");
    expect(text).toContain("| l2TestLoss | <= noneTestLoss, 1 | 1.25 | **not reached** |");
  });

  it("keeps what others measured: a new run takes the place of its own last one", () => {
    const made: Measurement = { ...measured, data: "made" };
    const tour: Measurement = { ...made, recipe: "tour" };
    const all = [tour, made, measured].reduce(merge, [] as Measurement[]);
    expect(all).toEqual([measured, made, tour]);
    const again: Measurement = { ...made, seconds: 1 };
    expect(merge(all, again)).toEqual([measured, again, tour]);
  });

  it(
    "measures a recipe in a process of its own, and says by which command",
    () => {
      const { recipe, data, command, seed, seconds, figures, date, version } = measure("tour", 2, undefined);
      expect({ recipe, data, command, seed }).toEqual({
        recipe: "tour",
        data: "made",
        command: "npm run example tour -- --seed 2",
        seed: 2,
      });
      expect([seconds > 0, figures.tensorsLeft, /^\d{4}-\d\d-\d\d$/.test(date)]).toEqual([true, 0, true]);
      expect(version).toBe(JSON.parse(read("package.json")).version);
      expect(() => measure("no-such-recipe", 1, undefined)).toThrow("no-such-recipe failed");
    },
    PATIENCE,
  );

  it("has targets of figures that the recipes measure", () => {
    for (const { recipe, figure, bound, data = "real" } of TARGETS) {
      const figures = stored().find((result) => result.recipe === recipe && result.data === data)?.figures;
      if (figures === undefined) continue;
      expect(figures).toHaveProperty(figure);
      if (typeof bound === "string") expect(figures).toHaveProperty(bound);
    }
  });
});

describe("npm run example", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "sedge-example-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const example = (...args: string[]) =>
    spawnSync(process.execPath, ["node_modules/tsx/dist/cli.mjs", "scripts/example.ts", ...args], {
      cwd: root,
      encoding: "utf8",
    });

  it.each([
    ["an unknown recipe", ["tuor"], () => `expected one of ${recipes().join(", ")}, got tuor`],
    ["two recipes", ["tour", "mlp"], () => "expected one recipe, got tour mlp"],
    ["a folder that is none", ["mlp", "--data", "no/folder"], () => 'expected --data to be a folder, got "no/folder"'],
    ["a seed that is none", ["tour", "--seed", "one"], () => 'expected --seed to be a whole number, got "one"'],
    ["an unknown option", ["tour", "--fast"], () => "Unknown option '--fast'"],
    [
      "a folder without the file",
      ["mlp", "--data", "FOLDER", "--out", "FOLDER"],
      () => `readCsv: cannot read ${join(folder, "tabular/iris.csv")}: ENOENT`,
    ],
    [
      "a folder without images",
      ["optimizers", "--data", "FOLDER", "--out", "FOLDER"],
      () => `loadIdxFolder: expected a folder, got ${join(folder, "fashion-mnist")}, which does not exist`,
    ],
  ])(
    "tells of %s in one line, with exit status 1",
    (_, args, message) => {
      const { status, stdout, stderr } = example(...args.map((arg) => arg.replace("FOLDER", folder)));
      expect([status, stdout]).toEqual([1, ""]);
      const lines = stderr.split("\n").filter((line) => line !== "");
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain(`example: ${message()}`);
    },
    PATIENCE,
  );

  it(
    "lists the recipes without a name, and with --json prints one object alone",
    () => {
      const { stdout: list } = example();
      for (const name of recipes()) expect(list).toMatch(new RegExp(`^  ${name} +[A-Z]`, "m"));
      const { stdout, stderr } = example("linear-regression", "--quick", "--json", "--out", folder);
      const { name, data, seconds, figures } = JSON.parse(stdout);
      expect([name, data, seconds > 0, figures.rmse > 0]).toEqual(["linear-regression", "made", true, true]);
      for (const shown of ["rows to learn from", "10/10  loss"]) expect(stderr).toContain(shown); // the progress too
    },
    PATIENCE,
  );
});
