// `npm start` as a user sees it: the last lines, the saved model, and what it says to arguments it cannot use.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { classTable, picture, sideBySide } from "../examples/support/report.ts";
import { ArgumentError, readArguments, USAGE } from "../scripts/start-arguments.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "sedge-start-"));
afterAll(() => rmSync(folder, { recursive: true }));

function start(...args: string[]) {
  const tsx = join(root, "node_modules/tsx/dist/cli.mjs");
  const program = ["--tsconfig", join(root, "tsconfig.json"), join(root, "scripts/start.ts")];
  return spawnSync(process.execPath, [tsx, ...program, ...args], { cwd: folder, encoding: "utf8" });
}

/** IDX bytes of sizes and unsigned bytes. */
const idx = (shape: number[], data: number[]) =>
  new Uint8Array([0, 0, 8, shape.length, ...shape.flatMap((n) => [0, 0, n >> 8, n & 255]), ...data]);

/** A folder of 8 x 8 images of three classes: the brightest third of the rows. */
function writeImages(): void {
  for (const [part, n] of [
    ["train", 300],
    ["t10k", 30],
  ] as const) {
    const labels = Array.from({ length: n }, (_, i) => i % 3);
    const pixels = labels.flatMap((label, i) =>
      Array.from({ length: 64 }, (_, p) => (Math.min(Math.floor(p / 24), 2) === label ? 200 : (p * 7 + i * 13) % 90)),
    );
    writeFileSync(join(folder, `${part}-images-idx3-ubyte`), idx([n, 8, 8], pixels));
    writeFileSync(join(folder, `${part}-labels-idx1-ubyte`), idx([n], labels));
  }
}

describe("npm start", () => {
  it("trains on a folder of IDX files and ends with hash, time and accuracy, the same for the same seed", () => {
    writeImages();
    const run = start("--data", folder, "--epochs", "4", "--seed", "3");
    expect(run.stderr).toBe("");
    expect(run.status).toBe(0);
    const [hash, seconds, accuracy] = run.stdout.trimEnd().split("\n").slice(-3) as [string, string, string];
    expect(hash).toMatch(/^weights sha256 [0-9a-f]{64}$/);
    expect(seconds).toMatch(/^training took \d+\.\d s$/);
    expect(accuracy).toMatch(/^test accuracy \d+\.\d\d %$/);
    expect(Number(accuracy.split(" ")[2])).toBeGreaterThan(90);
    expect(run.stdout).toContain("loaded into a new model it predicts the same");
    expect(readdirSync(join(folder, "models"))).toHaveLength(1);
    expect(start("--data", folder, "--epochs", "4", "--seed", "3").stdout).toContain(hash);
    expect(start("--data", folder, "--epochs", "4", "--seed", "4").stdout).not.toContain(hash);
  }, 120_000);

  it("answers arguments that it cannot use with the usage, and no stack", () => {
    const run = start("--epochs", "0");
    expect([run.status, run.stdout]).toEqual([1, ""]);
    expect(run.stderr).toBe(`start: expected --epochs to be a whole number of at least 1, got "0"\n${USAGE}\n`);
  }, 180_000);

  it("refuses images that are too small for the model", () => {
    const tiny = join(folder, "tiny");
    mkdirSync(tiny);
    for (const part of ["train", "t10k"]) {
      writeFileSync(join(tiny, `${part}-images-idx3-ubyte`), idx([1, 8, 3], new Array(24).fill(0)));
      writeFileSync(join(tiny, `${part}-labels-idx1-ubyte`), idx([1], [0]));
    }
    const run = start("--data", tiny);
    expect([run.status, run.stdout]).toEqual([1, ""]);
    expect(run.stderr).toBe("start: expected images of at least 4 pixels a side, got 8 x 3\n");
  }, 180_000);

  it("says what is wrong with the data, and no stack", () => {
    const run = start("--data", join(folder, "none"));
    expect([run.status, run.stdout]).toEqual([1, ""]);
    expect(run.stderr).toMatch(/^start: loadIdxFolder: expected a folder, got .*none, which does not exist\n$/);
  }, 180_000);
});

describe("the arguments", () => {
  it("have defaults", () => {
    expect(readArguments([])).toEqual({ seed: 1 });
    expect(readArguments(["--data", "d", "--epochs", "3", "--seed=0"])).toEqual({ data: "d", epochs: 3, seed: 0 });
  });

  it.each([
    [["--speed", "3"], "Unknown option '--speed'"],
    [["--epochs", "3x"], 'expected --epochs to be a whole number of at least 1, got "3x"'],
    [["--epochs", "NaN"], 'expected --epochs to be a whole number of at least 1, got "NaN"'],
    [["--epochs=-2"], 'expected --epochs to be a whole number of at least 1, got "-2"'],
    [["--seed", "1.5"], 'expected --seed to be a whole number of at least 0, got "1.5"'],
    [["--seed", "9007199254740992"], "expected --seed to be a whole number of at least 0"],
    [["--data"], "Option '--data <value>' argument missing"],
    [["--data="], "expected --data to be a folder, got nothing"],
    [["folder"], "Unexpected argument 'folder'"],
  ])("%j are refused", (args, message) => {
    expect(() => readArguments(args)).toThrow(ArgumentError);
    expect(() => readArguments(args)).toThrow(message);
  });
});

describe("the report", () => {
  it("tells for each class who was taken for whom", () => {
    const counts = [
      [2, 1, 0],
      [1, 1, 0],
      [1, 0, 0],
    ];
    expect(classTable(counts, ["cat", "dog", "elk"]).split("\n")).toEqual([
      "class  precision %  recall %  examples  mistaken for",
      "cat           50.0      66.7         3  dog (1)",
      "dog           50.0      50.0         2  cat (1)",
      "elk              -       0.0         1  cat (1)",
    ]);
  });

  it("draws two rows of pixels as one of characters, and pictures side by side", () => {
    expect(picture([0, 1, 0, 1, 0.5, 1, 0.1, 0], 4, 2)).toEqual([" @", "-+"]);
    expect(
      sideBySide([
        { title: "a", lines: ["xx"] },
        { title: "bcd", lines: ["yy"] },
      ]),
    ).toBe("a    bcd\nxx   yy");
  });
});
