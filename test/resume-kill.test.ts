// Programs that are really killed, interrupted, or run out of disk while they train, and go on: the same hash as of one
// that was let be. The state of a run in one process is resume.test.ts; the program is resume/train.ts.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeSafetensors } from "../src/entry.ts";
import { lastCheckpoint } from "../src/node.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "sedge-resume-"));
afterAll(() => rmSync(folder, { recursive: true }));

const command = (...args: string[]) => ["--import", "tsx", join(root, "test/resume/train.ts"), ...args];

/** The program, ended from outside once it has said `steps` lines; what it printed, and how it ended. */
function run(
  name: string,
  steps = Infinity,
  signal: NodeJS.Signals = "SIGKILL",
): Promise<{ lines: string[]; code: number | null }> {
  const pause = steps === Infinity ? "0" : "5";
  const child: ChildProcess = spawn(process.execPath, command(join(folder, name), pause), { cwd: root });
  let text = "";
  let errors = "";
  child.stderr!.on("data", (chunk) => {
    errors += chunk;
  });
  child.stdout!.on("data", (chunk) => {
    text += chunk;
    if (text.split("\n").length > steps && !child.killed) child.kill(signal);
  });
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) => {
      if (errors !== "") fail(new Error(errors));
      done({ lines: text.trimEnd().split("\n"), code });
    });
  });
}

describe("a program that trains", { timeout: 120_000 }, () => {
  let whole: string[];
  beforeAll(async () => {
    whole = (await run("whole")).lines;
  }, 180_000);

  it("gives the same hash when it is killed time and again", async () => {
    const seen: string[] = [];
    for (const steps of [4, 9, 14]) {
      const { lines, code } = await run("killed", steps);
      expect(code).toBeNull();
      seen.push(lines[0]!);
    }
    const { lines } = await run("killed");
    expect(new Set([...seen, lines[0]]).size).toBe(4); // each went on where the one before was
    expect(lines[0]).not.toBe("step 1.1");
    expect(lines.at(-1)).toBe(whole.at(-1));
  });

  it("ends by itself on SIGINT, with a checkpoint of the step that it had done", async () => {
    const first = await run("interrupted", 11, "SIGINT");
    expect(first.code).toBe(0);
    expect(first.lines.at(-2)).toBe("stopped SIGINT");
    const steps = first.lines.filter((line) => line.startsWith("step"));
    const second = await run("interrupted");
    expect([...steps, ...second.lines.filter((line) => line.startsWith("step"))]).toEqual(
      whole.filter((line) => line.startsWith("step")),
    );
    expect(second.lines.at(-1)).toBe(whole.at(-1));
  });

  it("keeps the last, the best and every third checkpoint, whole, and nothing else", () => {
    const names = readdirSync(join(folder, "whole")).sort();
    expect(names).toEqual(["best.safetensors", "epoch-0003.safetensors", "epoch-0006.safetensors", "last.safetensors"]);
    for (const name of names) {
      const tensors = decodeSafetensors(readFileSync(join(folder, "whole", name)));
      expect(tensors["model.0.weight"]!.shape).toEqual([4, 1, 3, 3]);
    }
  });

  it("says so when the disk is full, and leaves the checkpoint of before", async () => {
    await run("full", 12);
    const before = lastCheckpoint(join(folder, "full"))!;
    // A limit on the size of files stands for a disk that has no room: writing fails half-way through.
    const limited = `ulimit -f ${Math.floor(before.length / 2048)} && exec "$@"`;
    const args = ["-c", limited, "sh", process.execPath, ...command(join(folder, "full"))];
    const { status, stderr } = spawnSync("sh", args, { cwd: root, encoding: "utf8" });
    expect(status).toBe(1);
    expect(stderr).toMatch(/checkpoint: cannot write \S+last\.safetensors: EFBIG/);
    expect(Buffer.compare(lastCheckpoint(join(folder, "full"))!, before)).toBe(0);
    expect(readdirSync(join(folder, "full")).filter((name) => name.includes("tmp"))).toEqual([]);
    expect((await run("full")).lines.at(-1)).toBe(whole.at(-1));
  });
});
