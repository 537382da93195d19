// The launchers' own logic: what becomes of jobs that throw, hang or print, of runtimes that are missing or break; and the
// report. The shared suite itself runs by `npm run runtimes`; that it can fail is test/runtimes-suite.test.ts.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { buildPackage } from "../scripts/build.ts";
import { coreModule, withLibrary } from "./runtimes/launch/bundle.ts";
import { consoleLauncher } from "./runtimes/launch/console.ts";
import { deno } from "./runtimes/launch/deno.ts";
import { fromNpm, installed } from "./runtimes/launch/find.ts";
import { workspace } from "./runtimes/launch/paths.ts";
import { launchers } from "./runtimes/launchers.ts";
import { markdown, type Result, table, tryOut, verdict } from "./runtimes/report.ts";

const here = await Promise.all(
  launchers.map(async (launcher) => ({ name: launcher.name, launcher, found: await launcher.find() })),
);

beforeAll(() => buildPackage(), 180_000);

/** The processes that this one has started and that still run, by their command lines; where the system tells. */
function children(): string[] {
  if (process.platform !== "linux") return [];
  const read = (path: string): string => {
    try {
      return readFileSync(path, "utf8");
    } catch {
      return ""; // gone meanwhile
    }
  };
  const ids = readdirSync("/proc/self/task").flatMap((task) => read(`/proc/self/task/${task}/children`).split(" "));
  return ids.map((id) => read(`/proc/${id || "none"}/cmdline`)).filter((line) => !/^$|esbuild/.test(line));
}

/** Whether a process is there. */
function runs(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch {
    return false;
  }
}

describe("the launchers", () => {
  it("are those of nine runtimes", () => {
    const names = "Node Node Deno Bun workerd edge-runtime Chromium Firefox WebKitGTK";
    expect(launchers.map(({ name }) => name.replace(/ \d+$/, "")).join(" ")).toBe(names);
  });

  for (const { name, launcher, found } of here) {
    if ("missing" in found) {
      it.skip(`${name} runs jobs: ${found.missing}`);
      it(`${name}: says how to get it, and runs nothing`, async () => {
        expect(found.missing).toMatch(/npm install|apt-get install/);
        await expect(launcher.run("mishaps/prints")).rejects.toThrow(`${name}: ${found.missing}`);
      });
      continue;
    }

    it(`${name}: gives what a job returns, whatever it prints`, async () => {
      expect(found.version).toMatch(/^\d+[.-]\d+/);
      const text = "line one\nline two \u2028 \u{1f33e}";
      expect(await launcher.run("mishaps/prints")).toEqual({ runtime: name, text });
    });

    it(`${name}: throws what a job throws, with its stack`, async () => {
      const error: unknown = await launcher.run("mishaps/throws").catch((error: unknown) => error);
      expect(String(error)).toContain(
        `Error: ${name}: mishaps/throws threw RangeError: reshape: expected a shape of 2 elements for [2], got [3] of 3`,
      );
      expect(String(error)).toMatch(/\bthrows\b.*\n.*\boutcome\b/);
    });

    it(`${name}: ends a job that hangs, and what ran it`, async () => {
      const seconds = /Chromium|Firefox|WebKit/.test(name) ? 5 : 1.5; // those take their time to start
      const late = `${name}: expected mishaps/hangs to end within ${seconds} s, got no result`;
      await expect(launcher.run("mishaps/hangs", { timeLimit: 1000 * seconds })).rejects.toThrow(late);
      for (let tries = 0; tries < 200 && children().length > 0; tries++) await sleep(100);
      expect(children()).toEqual([]);
    });
  }
});

it.each(["SIGINT", "SIGTERM"] as const)("%s leaves no process and no folder of a launcher", async (signal) => {
  const script = `import { start, temporary } from ${JSON.stringify(join(workspace, "launch/process.ts"))};
    const { folder } = temporary("sedge-signal-");
    const { signal } = new AbortController();
    const { child } = start(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { signal });
    child.once("spawn", () => console.log(JSON.stringify({ folder, id: child.pid })));`;
  const program = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script]);
  const { folder, id } = await new Promise<{ folder: string; id: number }>((done, reject) => {
    program.stdout.once("data", (text) => done(JSON.parse(String(text))));
    program.stderr.once("data", (text) => reject(new Error(String(text))));
  });
  expect(existsSync(folder)).toBe(true);
  const status = new Promise((done) => program.once("close", done));
  program.kill(signal);
  expect(await status).toBe(signal === "SIGINT" ? 130 : 143);
  expect(existsSync(folder)).toBe(false);
  await expect.poll(() => runs(id), { timeout: 10_000 }).toBe(false);
});

it.skipIf("missing" in (await deno.find()))("Deno has no permission at all", async () => {
  expect(await deno.run("mishaps/permissions")).toEqual([]);
});

describe("a runtime that is not there", () => {
  it("is missing with its cure, from npm or the machine", async () => {
    expect(await fromNpm("no-such-runtime/bin/run")).toEqual({
      missing: expect.stringMatching(/^no no-such-runtime\/bin\/run for \w+ on \w+; npm install brings it/),
    });
    expect(await installed(["no-such-browser", "nor-this"], "on Debian: apt-get install it")).toEqual({
      missing: "no no-such-browser or nor-this found; on Debian: apt-get install it",
    });
  });

  it("is missing too if it cannot tell its version", async () => {
    expect(await installed(["false"], "")).toEqual({ missing: expect.stringContaining("does not tell its version") });
  });

  it("runs nothing", async () => {
    const absent = consoleLauncher("Absent", async () => ({ missing: "none; npm install brings it" }));
    await expect(absent.run("mishaps/prints")).rejects.toThrow("Absent: none; npm install brings it");
    expect(await tryOut(absent)).toEqual({ name: "Absent", missing: "none; npm install brings it" });
  });

  it("has failed if it breaks off, with what it said", async () => {
    const breaking = consoleLauncher("Breaking", async () => ({ binary: process.execPath, version: "1.0" }), {
      args: ["--eval", "console.error('out of luck'); process.exit(3)"],
    });
    await expect(breaking.run("mishaps/prints")).rejects.toThrow(/ended by exit status 3: out of luck$/);
    expect(await tryOut(breaking)).toMatchObject({ error: expect.stringContaining("out of luck") });
  });

  it("has failed if it is no program", async () => {
    const none = consoleLauncher("None", async () => ({ binary: "/no/such/program", version: "1.0" }));
    await expect(none.run("mishaps/prints")).rejects.toThrow("/no/such/program: spawn /no/such/program ENOENT");
  });
});

describe("what the edges get", () => {
  it.each([
    ["workerd", undefined, 'from "./core.wasm"'],
    ["edge-light", "module.exports = wasm_core;", "wasm_core"],
  ])("by the condition %s is the package without the core's bytes", async (condition, code, core) => {
    const folder = mkdtempSync(join(tmpdir(), "sedge-bundle-"));
    try {
      const job = join(workspace, "jobs/mishaps/throws.js");
      const options = { job, folder, conditions: [condition], plugins: [coreModule(code)] };
      const text = await withLibrary('import * as sedge from "sedge"; import job from "job"; job(sedge);', options);
      expect(text).toContain(core);
      expect(text).not.toContain("core-bytes");
      expect(text).not.toContain("// src/");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("the report", () => {
  const suite = { passed: 3, failed: [], bits: "aa", simd: true, relaxedSimd: false, threads: true };
  const good: Result = { name: "Node 20", version: "20.1", seconds: 1, ...suite };
  const bad: Result = { ...good, name: "Bun", passed: 2, failed: [{ name: "tensors: add", message: "off by one" }] };
  const odd: Result = { ...good, name: "Deno", bits: "bb" };
  const none: Result = { name: "Firefox", missing: "no firefox found" };
  const dead: Result = { name: "workerd", version: "2", error: "workerd ended" };

  it("sums the checks, and names every failure", () => {
    expect(verdict([good, bad, odd, none, dead], false)).toEqual({
      passed: 8,
      failures: ["Bun: tensors: add: off by one", "Deno: trained to other bits: bb", "workerd: workerd ended"],
    });
  });

  it("has a missing runtime fail only where all are required", () => {
    expect(verdict([good, none], false).failures).toEqual([]);
    expect(verdict([good, none], true).failures).toEqual(["Firefox: missing: no firefox found"]);
  });

  it("takes a suite without a check for a failure", () => {
    expect(verdict([{ ...good, passed: 0 }], false).failures).toEqual(["Node 20: no check ran"]);
  });

  it("stands in README.md: all nine, with no failure", () => {
    const page = readFileSync(new URL("../README.md", import.meta.url), "utf8");
    const [, written = ""] = /<!-- runtimes -->\n([\s\S]*?)<!-- \/runtimes -->/.exec(page) ?? [];
    const rows = written.trim().split("\n").slice(2);
    expect(rows.map((row) => row.split(" | ")[0])).toEqual([
      "| Node 20",
      ...launchers.slice(1).map(({ name }) => `| ${name}`),
    ]);
    for (const row of rows) expect(row).toMatch(/^\| .+ \| .+ \| (\d+) of \1 \| yes \| (yes|no) \| (yes|no) \|$/);
  });

  it("shows a row for each, on a terminal and in Markdown", () => {
    expect(table([good, odd, none, dead]).split("\n")).toEqual([
      "runtime  version  suite        hash equal  threads  relaxed SIMD",
      "Node 20  20.1     3 of 3       yes         yes      no",
      "Deno     20.1     3 of 3       no          yes      no",
      "Firefox  missing",
      "workerd  2        did not run",
    ]);
    expect(
      markdown([good, bad], (name) => name !== "Bun")
        .split("\n")
        .slice(1),
    ).toEqual([
      "| --- | --- | --- | --- | --- | --- |",
      "| Node 20 | 20.1 | 3 of 3 | yes | yes | no |",
      "| Bun | 20.1 | 2 of 3 | no | yes | no |",
    ]);
  });
});
